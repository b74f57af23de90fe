"""Several cores: tasks that need nothing of each other, shared between this process and others like it.

A task is a function of its arguments alone, so that what comes out is the same whoever does it and however many there
are. The other processes exist while `shared` lasts; without it, or with one core, everything is done here, in order.
They end with this process, however it ends, and what one of them cannot do is done here.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

T = TypeVar("T")
Item = TypeVar("Item")

VARIABLE = "CALIBRATE_JOBS"
"""Environment variable that says how many processes work at a time; 1: this one alone."""
MOST = 4
"""Processes where nobody says how many: each holds the counts it works on."""

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")

_pool: ProcessPoolExecutor | None = None


def jobs() -> int:
    """Processes to work with: what `CALIBRATE_JOBS` says, else one a core that this process may use, at most four.

    >>> jobs() >= 1
    True
    """
    wish = os.environ.get(VARIABLE, "").strip()
    if wish.isdigit() and int(wish) > 0:
        return int(wish)
    usable = os.sched_getaffinity(0) if sys.platform == "linux" else range(os.cpu_count() or 1)
    return min(len(usable), MOST)


@contextmanager
def shared(at_most: int | None = None, *, guarded: bool = True) -> Iterator[None]:
    """Tasks are shared with other processes while this lasts.

    Begin before there are threads (an engine that is open): a process that has some is not copied. Where processes
    cannot be copied (macOS, Windows, a notebook) new ones are started. Each of these loads the file of the program
    again: a script that is not `guarded` (``if __name__ == "__main__"``) would run again, and is left to one core.

    >>> with shared(2):
    ...     in_order(abs, [-1, 2, -3])
    [1, 2, 3]
    """
    global _pool
    number = jobs() if at_most is None else at_most
    method = _method(guarded)
    if number < 2 or _pool is not None or method is None:
        yield
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    pool = ProcessPoolExecutor(number - 1, multiprocessing.get_context(method), _begin)
    with _one_thread_each():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # a library's idle thread counts as one
            pool.submit(int)  # the processes begin now
        _pool = pool
        try:
            yield
        finally:
            _pool = None
            pool.shutdown(wait=False, cancel_futures=True)


def _method(guarded: bool) -> str | None:
    """How other processes come to be: copied, started anew, or not at all."""
    alone = threading.active_count() == 1
    if alone and sys.platform == "linux":
        return "fork"
    return "spawn" if (alone and guarded) or not hasattr(sys.modules["__main__"], "__file__") else None


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Processes that are started meanwhile use one thread each for linear algebra, as `calibrate run` does."""
    unset = [name for name in THREADS if name not in os.environ]
    os.environ.update(dict.fromkeys(unset, "1"))
    try:
        yield
    finally:
        for name in unset:
            os.environ.pop(name, None)


class Task(Generic[T]):
    """Something that is being done, or will be when its result is asked for."""

    def __init__(self, function: Callable[..., T], *arguments: Any) -> None:
        self._function, self._arguments = function, arguments
        self._future: Future[T] | None = None
        if _pool is not None:
            try:
                self._future = _pool.submit(function, *arguments)
            except RuntimeError:  # the processes are gone
                self._future = None

    def result(self) -> T:
        """What the function gives; it runs here where no other process has begun with it."""
        if self._future is not None and not self._future.cancel():
            try:
                return self._future.result()
            except Exception:  # noqa: BLE001, S110: whatever it is, it is seen here again or does not matter
                pass
        return self._function(*self._arguments)


def in_order(function: Callable[[Item], T], items: Iterable[Item]) -> list[T]:
    """The function of each item, in their order; other processes begin with the first ones, this one with the last.

    >>> in_order(len, ["a", "bc"])
    [1, 2]
    """
    tasks = [Task(function, item) for item in items]
    results = [task.result() for task in reversed(tasks)]
    return results[::-1]


def _begin() -> None:
    """Make a new process one that does tasks: stopped by its parent alone, gone when that is gone."""
    global _pool
    _pool = None  # a copy of the parent's
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent.sentinel,), daemon=True).start()


def _follow(sentinel: int) -> None:
    """Leave when the parent has left."""
    from multiprocessing.connection import wait

    wait([sentinel])
    os._exit(1)

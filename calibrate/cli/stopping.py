"""SIGINT, SIGTERM and SIGHUP: a stopped command ends at once, as after an error, and leaves no copies of leads."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from weakref import finalize

from ..errors import STOPS, end_statements
from ..files import uninterrupted


@contextmanager
def stoppable() -> Iterator[None]:
    """SIGTERM and SIGHUP end what is done here as an error does, so that temporary copies of leads are removed.

    Only the first one counts: what is then done, and what is done at the end of the process, is not stopped again.
    SIGINT stays a KeyboardInterrupt. Statements that an engine works on end first.
    """
    over = False

    def stop(number: int, frame: FrameType | None) -> None:
        if STOPS or over:
            return
        if _cleans_up(frame):  # an exception would be lost there, and the cleaning not be finished
            again = threading.Timer(0.02, os.kill, (os.getpid(), number))
            again.daemon = True
            again.start()
            return
        STOPS.append(number)
        end_statements()
        raise SystemExit(128 + number)

    def interrupt(number: int, frame: FrameType | None) -> None:
        end_statements()
        signal.default_int_handler(number, frame)

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else it is ignored, or somebody's own
        with suppress(ValueError):
            signal.signal(signal.SIGINT, interrupt)
    for number in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
        with suppress(ValueError):  # not the main thread
            signal.signal(number, stop)
    try:
        yield
    except BaseException:
        if STOPS:  # whatever it was turned into on its way
            raise SystemExit(128 + STOPS[0]) from None
        raise
    finally:
        over = True
        STOPS.clear()


def _cleans_up(frame: FrameType | None) -> bool:
    """Whether something that is no longer needed is being removed, or a lock taken."""
    caller = frame.f_back if frame is not None else None
    if frame is not None and caller is not None and caller.f_code.co_name == "_launch":
        return frame.f_code.co_name != "_bootstrap"  # what is done at a fork, where an exception is lost
    while frame is not None:
        if frame.f_code in (finalize.__call__.__code__, uninterrupted.__code__):
            return True
        frame = frame.f_back
    return False

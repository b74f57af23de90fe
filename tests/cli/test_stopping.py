"""A signal ends a command with its own code, whatever it was turned into, and never in the middle of cleaning up."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import weakref

import pytest

from calibrate.cli import app
from calibrate.cli.stopping import stoppable
from calibrate.errors import InputError, by_machine


def test_a_signal_while_something_is_removed_waits_for_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    removed = []

    def remove() -> None:
        signal.raise_signal(signal.SIGTERM)
        removed.append(True)

    def closing(*_: object, **__: object) -> None:
        weakref.finalize(owner := threading.Event(), remove)()
        owner.wait(10)
        raise AssertionError

    monkeypatch.setattr(app, "_asked", lambda words: closing)
    before = signal.getsignal(signal.SIGTERM)
    try:
        with pytest.raises(SystemExit) as leaving:
            app.main(["check", "x.csv"])
    finally:
        signal.signal(signal.SIGTERM, before)
    assert leaving.value.code == 128 + signal.SIGTERM and removed


def test_what_a_signal_is_turned_into_on_its_way_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def converted(*_: object, **__: object) -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
        except SystemExit:
            raise RuntimeError("Query interrupted") from None

    monkeypatch.setattr(app, "_asked", lambda words: converted)
    before = signal.getsignal(signal.SIGTERM)
    try:
        with pytest.raises(SystemExit) as leaving:
            app.main(["check", "x.csv"])
        assert leaving.value.code == 128 + signal.SIGTERM
        signal.raise_signal(signal.SIGTERM)  # what is done at the end is not stopped again
    finally:
        signal.signal(signal.SIGTERM, before)


def test_work_does_not_go_on_without_what_a_signal_broke() -> None:
    """A source that cannot be read may be gone; after a signal it was the signal, and nothing is decided without it."""
    before = signal.getsignal(signal.SIGTERM)
    fault = InputError("leads.csv: cannot be read")
    assert not by_machine(fault)
    try:
        with pytest.raises(SystemExit) as leaving, stoppable():
            try:
                signal.raise_signal(signal.SIGTERM)
            except SystemExit:
                blamed = by_machine(fault)  # told outside: what is raised here becomes the signal's end
                raise fault from None
        assert blamed and leaving.value.code == 128 + signal.SIGTERM
        with stoppable():
            assert not by_machine(fault)
    finally:
        signal.signal(signal.SIGTERM, before)


ENDLESS = """
import os, signal, sys, threading
from calibrate.cli.stopping import stoppable
from calibrate.engine.duckdb import Connection

signal.signal(signal.SIGINT, signal.default_int_handler)
number = signal.Signals[sys.argv[1]]
with stoppable():
    door = Connection()
    threading.Timer(0.3, os.kill, (os.getpid(), number)).start()
    door.execute("SELECT SUM(HASH(range) % 7) FROM range(1000000000000)")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGHUP", 129), ("SIGINT", -signal.SIGINT)])
def test_a_statement_that_takes_hours_ends_with_a_signal(name: str, code: int) -> None:
    words = [sys.executable, "-c", ENDLESS, name]
    process = subprocess.run(words, timeout=60, capture_output=True, check=False)
    assert process.returncode == code, process.stderr.decode()[-2000:]

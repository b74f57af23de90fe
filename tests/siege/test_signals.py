"""A signal at any moment: nothing half, nothing temporary; `benchmarks/signals.py` has 30 of each for every command."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest
from siege.commands import SCENES, theatre
from siege.signals import interrupt

from calibrate.cli import app


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_stopped_at_any_moment_nothing_stays(tmp_path: Path) -> None:
    scene = SCENES["score to CSV"]
    with theatre(tmp_path) as stage:
        states = stage.state_after(scene)
        for number in (signal.SIGTERM, signal.SIGHUP):
            for tenth in range(5):
                assert interrupt(stage, scene, states, number, tenth / 15)[1] == []


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

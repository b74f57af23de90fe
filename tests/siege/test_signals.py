"""A signal at any moment: nothing half, nothing temporary; `benchmarks/signals.py` has 30 of each for every command."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest
from siege.commands import SCENES, theatre
from siege.signals import interrupt


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_stopped_at_any_moment_nothing_stays(tmp_path: Path) -> None:
    scene = SCENES["score to CSV"]
    with theatre(tmp_path) as stage:
        states = stage.state_after(scene)
        for number in (signal.SIGTERM, signal.SIGHUP):
            for tenth in range(5):
                assert interrupt(stage, scene, states, number, tenth / 15)[1] == []

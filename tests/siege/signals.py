"""A command stopped by a signal at a moment of choice, and what is wrong afterwards."""

from __future__ import annotations

import os
import signal
import time

from siege.commands import Scene, Theatre
from siege.faults import Child

State = dict[str, str]


def interrupt(
    stage: Theatre, scene: Scene, states: tuple[State, State], number: signal.Signals, wait: float
) -> tuple[int, list[str]]:
    """The command, with a signal after so many seconds: how it ended, and what is wrong."""
    stage.set_up(scene)
    child = Child(stage.command(scene.words), stage.folder)
    child.start()
    time.sleep(wait)
    os.kill(child.process, number)
    ending = child.end()
    faults = [] if ending.code in (0, 128 + number, -number) else [f"exit {ending.code}: {ending.err[-500:]}"]
    if "Traceback" in ending.err:
        faults.append(ending.err[-500:])
    if number != signal.SIGKILL:
        faults += stage.left()
    return ending.code, faults + stage.whole(scene, *states)

"""Killed, refused or out of disk at a system call that writes: every folder is whole, and one can go on.

A seeded selection; `benchmarks/faults.py` goes through every call of every command.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from siege.commands import SCENES, Theatre, theatre
from siege.faults import faults, watched
from siege.syscalls import can_watch

TRIED = {"run over a decision": 3, "adopt anew": 4, "export": 4, "init": 2, "export again": 2, "score to CSV": 2}
ALWAYS = ("rename", "fsync")
"""Calls of which some are among those tried, whatever the seed says."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    """One theatre for all, so that reports are counted once."""
    with theatre(tmp_path_factory.mktemp("siege")) as made:
        yield made


@pytest.mark.skipif(not can_watch(), reason="system calls of a process cannot be guarded here")
@pytest.mark.parametrize("name", TRIED)
def test_whatever_happens_all_is_old_or_new(name: str, stage: Theatre) -> None:
    scene, chance = SCENES[name], random.Random(f"siege {name}")
    old, new = stage.state_after(scene)
    stage.set_up(scene)
    ending, calls = watched(stage.command(scene.words), stage.folder)
    assert ending.code == 0, ending.err
    cases = [fault for call in calls for fault in faults(call)]
    wanted = [case for case in cases if case.call.name in ALWAYS]
    for fault in [*chance.sample(cases, TRIED[name]), chance.choice(wanted or cases)]:
        stage.set_up(scene)
        ending, _ = watched(stage.command(scene.words), stage.folder, fault)
        assert fault.hit
        assert stage.after(scene, ending, fault, old, new) == [], fault

"""Two commands at once, in processes of their own; `benchmarks/races.py` has each pair race 200 times."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest
from siege.commands import Theatre, theatre
from siege.races import PAIRS, Course, Pair

RACES = 3
HERE = (
    "run, run over a decision",
    "run, adopt",
    "adopt, adopt",
    "export, export",
    "init, init",
    "run over a decision, card",
)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    """One theatre for all, so that reports are counted once."""
    with theatre(tmp_path_factory.mktemp("races")) as made:
        yield made


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair.name in HERE], ids=lambda pair: pair.name)
def test_two_at_once_leave_what_one_after_the_other_leaves(stage: Theatre, pair: Pair) -> None:
    course = Course(stage, pair)
    faults = [course.race(random.Random(f"{pair.name} {number}")) for number in range(RACES)]
    assert faults == [[]] * RACES

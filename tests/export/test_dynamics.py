"""Dynamics 365: scores on 0 to 100, grades by the place of the band."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from replay import golden

from calibrate.export.base import Options, Scored
from calibrate.export.dynamics import coverage, placed, scores
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Band, Grid

ENDS = (Level("missing", "missing"), Level("other", "other"))


def grid(best: int, worst: int) -> Grid:
    demo = Criterion("demo", "Demo", "presence", "engagement", (Level("yes"), *ENDS))
    return Grid("g", "m", (demo,), ((best, worst, worst),))


@given(st.integers(-200, 200), st.integers(0, 400), st.integers(-900, 900), st.integers(-900, 900))
def test_places_rise_with_the_score_and_end_at_0_and_100(worst: int, span: int, one: int, two: int) -> None:
    own = grid(worst + span, worst)
    low, high = sorted((one, two))
    assert 0 <= placed(low, own) <= placed(high, own) <= 100
    if span:
        assert (placed(worst, own), placed(worst + span, own)) == (0, 100)


@pytest.mark.parametrize(("band", "grade"), [("a", 0), ("b", 1), ("c", 2), ("d", 3), ("e", 3), ("", 3), ("?", 3)])
def test_the_highest_band_is_the_first_of_four_grades(band: str, grade: int) -> None:
    bands = tuple(Band(name, at, "") for name, at in zip("edcba", range(5), strict=True))
    line = scores(replace(grid(10, 0), bands=bands), [Scored("guid", 5, band)], Options())
    request = json.loads(line)
    assert request["body"]["msdyn_grade"] == grade and request["body"]["msdyn_score"] == 50
    assert request["body"]["msdyn_entityid"] == "guid" and line.endswith("\n") and line.count("\n") == 1


def test_five_bands_do_not_fit_into_four_grades() -> None:
    bands = tuple(Band(name, at, "") for name, at in zip("edcba", range(5), strict=True))
    status = [coverage(replace(golden.small(), bands=bands[:n]), Options()) for n in (4, 5)]
    assert [next(i.status for i in c.items if i.what == "bands") for c in status] == ["carried", "approximated"]

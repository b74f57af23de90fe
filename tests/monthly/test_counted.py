"""The counted history: criteria that may be weighed, what it can show, and the slowest method left out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from month_case import HEADER, asked, counted, dated, write

from calibrate.counts.rates import estimate
from calibrate.monthly import counted as module
from calibrate.monthly.counted import quick


def test_only_allowed_criteria_are_weighed_and_shown(tmp_path: Path) -> None:
    """The last customer closes on day 315: leads up to day 225 are 90 days old, every fifth of them a customer."""
    reading = counted(write(tmp_path / "leads.csv", HEADER, dated()))
    assert set(reading.allowed) == {"sector", "demo"}
    one = replace(reading, allowed=("demo",))
    assert [c.name for c in one.usable.criteria] == ["demo"] == [c.name for c in one.rates.criteria]
    assert one.usable.overall == reading.tally.overall == (226, 46)
    whole = estimate(one.usable)
    names = [level.name for level in one.rates.criteria[0].levels]
    assert (
        one.rates.leads[names.index("yes")]
        == whole.leads[[v.name for v in whole.criteria[0].levels].index("yes")]
        == 57
    )


def test_its_power_knows_the_pace_at_which_leads_come(tmp_path: Path) -> None:
    """A lead a day, about thirty a month; 61 of them are old enough, and a typical level takes more than that."""
    power = counted(write(tmp_path / "leads.csv", HEADER, dated(135))).power
    assert power.months == pytest.approx((power.leads - 61) / 30.4, rel=0.1) and power.months > 1
    undated = counted(
        write(
            tmp_path / "undated.csv",
            ("sector", "demo", "won"),
            [(r[3], r[4], "yes" if r[2] else "no") for r in dated()],
        )
    )
    assert undated.power.months in (None, 0)  # nothing tells the pace


@pytest.mark.parametrize(
    ("methods", "rows", "left"),
    [(None, 211, True), (None, 10**9, False), (("sparse", "lift"), 211, False)],
)
def test_the_slowest_method_is_left_out_of_many_profiles_unless_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, methods: tuple[str, ...] | None, rows: int, left: bool
) -> None:
    file = write(tmp_path / "leads.csv", HEADER, dated())
    reading = counted(file)
    monkeypatch.setattr(module, "QUICK_ROWS", reading.tally.rows - 1 if rows == 211 else rows)
    wanted = asked(file, candidates={"methods": methods} if methods else {})
    found = quick(wanted, reading.tally)
    assert ("sparse" in found.candidates.methods) != left and (found is wanted) != left
    assert {*wanted.candidates.methods} - {*found.candidates.methods} == ({"sparse"} if left else set())

"""What formats share: expiry as steps, bands and close rates as SQL run by an engine, coverage that refuses losses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from replay import golden

from calibrate.errors import ExportError
from calibrate.export.base import (
    BY_SCORE,
    Item,
    Options,
    account,
    band_condition,
    close_rate_sql,
    close_rates,
    day_asked,
    expiry_rule,
    key_column,
    left_by_age,
    line_name,
    needed_columns,
    ordered_bands,
    raw_notes,
    reason_text,
    refuse_illegal,
    refuse_losses,
)
from calibrate.export.remarks import remark
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Band, Curve, Expiry, Grid, band_of

CONNECTION = duckdb.connect()
ENDS = (Level("missing", "missing"), Level("other", "other"))
DEMO = Criterion("demo", "Demo", "presence", "engagement", (Level("yes"), *ENDS))
PLAN = Criterion("plan", "Plan", "text", "fit", (Level("pro", values=("pro",)), *ENDS))
GRID = Grid("g", "m", (DEMO, PLAN), ((20, -1, 0), (0, 0, 0)))


@given(st.integers(-60, 60), st.integers(1, 100), st.integers(1, 40), st.integers(0, 2000))
def test_steps_of_age_leave_what_the_rule_keeps(points: int, percent: int, every: int, age: int) -> None:
    rule = Expiry("c", "l", percent=percent, every_days=every)
    steps = left_by_age(rule, points)
    assert [a for a, _ in steps] == sorted((a for a, _ in steps), reverse=True)
    assert next((left for least, left in steps if age >= least), points) == rule.keeps(points, age)


@given(st.integers(-10, 40), st.integers(-10, 40))
def test_conditions_of_bands_run_by_an_engine_find_the_band(fit: int, engagement: int) -> None:
    bands = (Band("top", 30, "", 5, 10), Band("mid", 20, "", fit_minimum=5), Band("low", 0, ""))
    whens = " ".join(f"WHEN {band_condition(band)} THEN '{band.name}'" for band in bands)
    points = f"{fit} + {engagement} AS score, {fit} AS fit_points, {engagement} AS engagement_points"
    statement = f"SELECT CASE {whens} ELSE '' END FROM (SELECT {points})"
    assert CONNECTION.execute(statement).fetchall() == [(band_of(bands, fit, engagement),)]


def test_close_rates_as_sql_are_those_of_the_curve() -> None:
    curve = Curve((0, 10, 20, 30), (0.01, 0.05, 0.05, 0.2), (0.001, 0.02, 0.02, 0.1), (0.1, 0.1, 0.1, 0.3))
    grid = replace(GRID, curve=curve)
    scores = np.arange(-5, 40)
    for pos, rates in enumerate((curve.rates, curve.low, curve.high)):
        expression = close_rate_sql(grid, pos)
        found = CONNECTION.execute(
            f"SELECT {expression} FROM UNNEST($s) AS t(score)", {"s": scores.tolist()}
        ).fetchall()
        assert [float(rate) for (rate,) in found] == pytest.approx(replace(curve, rates=rates).at(scores))
    assert close_rate_sql(GRID) == "NULL" and close_rates(GRID) == ()
    assert close_rate_sql(replace(GRID, curve=Curve((0, 5), (0.1, 0.1)))) == "0.1"


def test_every_line_with_points_is_judged_and_bands_thresholds_and_expiry_follow() -> None:
    grid = replace(GRID, bands=(Band("call", 10, "", fit_minimum=1),), expiry=(Expiry("demo", "yes", 30),))
    found = account(
        "own", grid, lambda at, place: ("impossible", remark("undated")) if place == 1 else ("carried", None)
    )
    assert found.items == (
        Item("demo: yes (+20)", "carried"), Item("demo: missing (-1)", "impossible", remark("undated"), role="missing"),
        Item("bands", "approximated", BY_SCORE, "bands"),
        Item("demo: yes", "impossible", remark("no_dates"), "expiry"),
    )  # fmt: skip
    assert not found.lossless and str(found).startswith("own: 1 carried, 1 approximated, 2 impossible\n")
    with pytest.raises(
        ExportError, match=r"own cannot carry all of this grid: demo: not given \(-1\) \(no column says .*\); bands"
    ):
        refuse_losses(found)
    refuse_losses(account("own", GRID))


def test_columns_that_calibrate_makes_have_to_be_filled_unless_the_format_makes_them() -> None:
    mailbox = replace(DEMO, column="Email (mailbox)")
    grid = replace(GRID, criteria=(mailbox, PLAN))
    assert {item.status for item in account("own", grid).items} == {"approximated"}
    assert account("own", grid, makes=("mailbox",)).lossless
    made = account("own", replace(grid, criteria=(replace(DEMO, column="demo (events)"), PLAN)))
    assert made.items[0].reason == remark("from_events", column="demo (events)")


def test_names_of_lines_reasons_keys_and_columns() -> None:
    assert line_name(DEMO, 1, -1) == "demo: missing (-1)"
    assert reason_text(GRID, 0, 1, "fr") == "demo: non renseigné (-1)"
    assert key_column(GRID, Options()) == "lead_id" and key_column(GRID, Options(lead_id="")) == ""
    assert key_column(replace(GRID, provenance={"lead_id": "Id"}), Options()) == "Id"
    aging = replace(GRID, expiry=(Expiry("demo", "yes", 30, dated="at"), Expiry("plan", "pro", 30, dated="no")))
    assert needed_columns(aging) == (("Demo",), ("at",))  # the plan has no points
    assert expiry_rule(aging, 0, 0) == (30, None, None, "at") and expiry_rule(aging, 0, 1) is None
    assert any("YYYY-MM-DD" in str(note) for note in raw_notes(aging)) and raw_notes(GRID) == ()
    assert ordered_bands(replace(GRID, bands=(Band("a", 5, ""), Band("b", 9, ""), Band("c", 5, "")))) == [
        (9, "b"), (5, "a"), (5, "c"),
    ]  # fmt: skip


def test_days_are_written_in_one_way() -> None:
    assert (day_asked("2026-03-01"), day_asked("today"), day_asked("")) == (date(2026, 3, 1), "today", "")
    for text in ("01/03/2026", "tomorrow", "2026-02-30"):
        with pytest.raises(ExportError, match="is no day"):
            day_asked(text)


@pytest.mark.parametrize("sign", ["\x00", "\x0b", "\ud800", "\ufffe"])
def test_signs_that_no_xml_file_can_hold_are_named(sign: str) -> None:
    named = replace(GRID, criteria=(replace(DEMO, name=f"de{sign}mo"), PLAN))
    with pytest.raises(ExportError, match=f"U\\+{ord(sign):04X}"):
        refuse_illegal(named, "pmml")
    refuse_illegal(golden.small(), "pmml")

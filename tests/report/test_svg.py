"""Pictures as SVG: they parse, hold hostile texts as texts, and put values where they belong."""

from __future__ import annotations

import math
import xml.etree.ElementTree as Tree
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_case import HOSTILE

from calibrate.report.svg import (
    Canvas,
    Frame,
    Group,
    clipped,
    curves_picture,
    diagonal_picture,
    group_picture,
    lift_picture,
    steps_picture,
    threshold_picture,
    ticks,
)


def parts(svg: str, tag: str, css: str = "") -> list[Tree.Element]:
    return [e for e in Tree.fromstring(svg).iter(tag) if not css or css in e.get("class", "").split()]


def percent(value: float) -> str:
    return f"{value:.0%}"


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 12))
def test_ticks_are_few_round_and_inside(low: float, span: float, about: int) -> None:
    found = ticks(low, low + span, about)
    margin = 1e-6 * max(abs(low), span)
    assert len(found) <= about + 1 and all(low - margin <= tick <= low + span + margin for tick in found)
    steps = {round((b - a) / span, 6) for a, b in pairwise(found)}
    assert len(steps) <= 1 or max(steps) - min(steps) < 1e-5
    assert ticks(low, low) == [low]


def test_no_text_of_a_user_is_markup_and_equal_pictures_have_equal_bytes() -> None:
    def drawn() -> str:
        canvas = Canvas(100, 50, HOSTILE)
        canvas.text(1, 2, HOSTILE)
        canvas.line(0, 0, 1 / 3, 1 / 7, "rule", tip=HOSTILE)
        canvas.add("circle", "dot", cx=1, cy=2, r=3, data_grid=HOSTILE)
        return str(canvas.svg())

    root = Tree.fromstring(drawn())
    assert root.get("aria-label") == HOSTILE and drawn() == drawn()
    assert {element.tag for element in root.iter()} == {"svg", "text", "line", "circle", "title"}
    assert [element.text for element in root.iter("text")] == [HOSTILE]


def test_a_frame_puts_its_ends_at_its_margins() -> None:
    frame = Frame(Canvas(200, 100, ""), (10, 20), (0, 1), left=30, right=20, top=10, bottom=40)
    assert (frame.across(10), frame.across(15), frame.across(20)) == (30, 105, 180)
    assert (frame.up(0), frame.up(0.5), frame.up(1)) == (60, 35, 10)


def test_columns_are_as_high_as_their_rates() -> None:
    """Rates of 10 %, 20 % and 40 %; the mean of 20 % is a line through the top of the second."""
    groups = [Group((str(i),), f"tip {i}", rate, rate / 2, rate * 1.5) for i, rate in enumerate((0.1, 0.2, 0.4))]
    picture = str(group_picture(groups, 0.2, percent, "t", ["rate", "group"]))
    columns = parts(picture, "rect", "column")
    heights = [float(column.get("height", 0)) for column in columns]
    assert heights[1] / heights[0] == pytest.approx(2, rel=0.01) and heights[2] / heights[0] == pytest.approx(
        4, rel=0.01
    )
    (mean,) = parts(picture, "line", "mean")
    assert float(mean.get("y1", 0)) == pytest.approx(float(columns[1].get("y", 0)), abs=0.2)


def test_lifts_stand_on_a_doubling_scale_around_one() -> None:
    rows = [
        ("half", "n", 0.5, 0.4, 0.6),
        ("one", "n", 1.0, 0.9, 1.1),
        ("double", "n", 2.0, 1.5, 3.0),
        ("wild", "", 2, 1, math.inf),
    ]
    picture = str(lift_picture(rows, str, str, "t"))
    at = [float(dot.get("cx", 0)) for dot in parts(picture, "circle", "dot")]
    assert len(at) == 3 and at[1] - at[0] == pytest.approx(
        at[2] - at[1], abs=0.2
    )  # what has no upper bound is left out
    assert float(parts(picture, "line", "mean")[0].get("x1", 0)) == pytest.approx(at[1], abs=0.1)
    assert [len(parts(picture, "circle", side)) for side in ("less", "more")] == [2, 1]


def test_what_agrees_stands_on_the_diagonal() -> None:
    points = [("a", 0.1, 0.1, 0.05, 0.2), ("b", 0.1, 0.2, 0.1, 0.3)]
    picture = str(diagonal_picture(points, percent, "t", "x", "y"))
    (line,) = parts(picture, "line", "mean")
    x1, y1, x2, y2 = (float(line.get(name, 0)) for name in ("x1", "y1", "x2", "y2"))
    on, above = parts(picture, "circle", "dot")
    for dot, gap in ((on, 0.0), (above, None)):
        share = (float(dot.get("cx", 0)) - x1) / (x2 - x1)
        up = y1 + share * (y2 - y1) - float(dot.get("cy", 0))
        assert up == pytest.approx(0, abs=0.2) if gap is not None else up > 10


def test_every_curve_is_there_and_in_the_legend() -> None:
    series = [(f"grid {i}", [(0.0, 0.0), (0.5, 0.8), (1.0, 1.0)]) for i in range(3)]
    picture = str(curves_picture(series, percent, "t", "x", "y", "chance"))
    assert len(parts(picture, "polyline")) == 3
    assert {"grid 0", "grid 1", "grid 2", "chance"} <= {text.text for text in parts(picture, "text")}


def test_steps_rise_between_their_bounds_and_marks_stand_upright() -> None:
    line = [(0.0, 0.0), (10.0, 0.1), (30.0, 0.3)]
    picture = str(steps_picture([line, line, line], [("window", 20.0)], percent, "t", "days"))
    (first, *_) = parts(picture, "polyline")
    across, up = zip(*(map(float, pair.split(",")) for pair in first.get("points", "").split()), strict=True)
    assert list(across) == sorted(across) and list(up) == sorted(up, reverse=True)
    upright = next(mark for mark in parts(picture, "line", "mean") if mark.get("x1") == mark.get("x2"))
    assert float(upright.get("x1", 0)) == pytest.approx(across[0] + (across[2] - across[0]) * 20 / 30, abs=0.2)


def test_only_thresholds_on_the_scale_are_marked() -> None:
    steps = [(0.0, 1.0, 1.0), (5.0, 0.8, 0.4), (10.0, 0.5, 0.1)]
    picture = str(threshold_picture(steps, [("MQL", 5.0), ("SQL", 99.0)], percent, "t", ("points", "caught", "leads")))
    (mark,) = [line for line in parts(picture, "line") if line.get("class") == "limit"]
    assert mark.get("x1") == mark.get("x2") and len(parts(picture, "polyline")) == 2


@given(st.text(max_size=30), st.integers(2, 20))
def test_a_clipped_text_is_its_beginning(text: str, most: int) -> None:
    found = clipped(text, most)
    assert len(found) <= most and (found == text or (text.startswith(found[:-1]) and found.endswith("…")))

"""Quality against lines: a dot per grid, higher where it ranks better, the proposed and today's marked."""

from __future__ import annotations

import xml.etree.ElementTree as Tree
from dataclasses import replace

import pytest
from report_case import review

from calibrate.language import load
from calibrate.report.size_picture import marks, sizes

REVIEW, WORDS = review(4000), load("en")


def test_every_judged_grid_is_a_mark_the_shortest_first() -> None:
    found = marks(REVIEW, WORDS)
    assert {mark.name: mark.lines for mark in found} == {c.name: c.grid.lines for c in REVIEW.candidates}
    assert [mark.lines for mark in found] == sorted(mark.lines for mark in found)
    assert {mark.name: mark.role for mark in found} == {
        "logistic": "proposed",
        "current": "now",
        "cautious": "rival",
        "lift": "rival",
    }
    auc = {judged.name: judged.metrics["auc"] for judged in REVIEW.comparison.judged}
    assert all(
        (mark.value, mark.low, mark.high) == (auc[mark.name].value, auc[mark.name].low, auc[mark.name].high)
        for mark in found
    )


@pytest.mark.parametrize("language", ["en", "fr"])
def test_dots_stand_in_the_order_of_lines_and_of_quality(language: str) -> None:
    words = load(language)
    picture = sizes(REVIEW, words)
    assert picture is not None
    root = Tree.fromstring(str(picture))
    dots = {dot.get("data-grid"): dot for dot in root.iter("circle")}
    across = {name: float(dot.get("cx", 0)) for name, dot in dots.items()}
    up = {name: -float(dot.get("cy", 0)) for name, dot in dots.items()}
    found = marks(REVIEW, words)
    assert len({mark.lines for mark in found}) == len(found) == 4
    assert sorted(across, key=lambda n: across[n]) == [mark.name for mark in found]
    assert sorted(up, key=lambda n: up[n]) == [mark.name for mark in sorted(found, key=lambda m: m.value)]
    ceiling = next(-float(line.get("y1", 0)) for line in root.iter("line") if line.get("class") == "mean")
    assert ceiling > max(up.values())  # 0.861 against 0.842


def test_one_grid_is_no_picture() -> None:
    assert sizes(replace(REVIEW, candidates=REVIEW.candidates[:1]), WORDS) is None

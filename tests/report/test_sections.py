"""Sections of the page as tables."""

from __future__ import annotations

from dataclasses import replace

from report_case import review

from calibrate.language import load
from calibrate.report import sections, tables

REVIEW = review(6000)


def test_axes_are_kept_apart_and_their_ends_are_true() -> None:
    candidate = REVIEW.candidates[0]
    found = sections.sides(REVIEW, candidate)
    assert [side.axis for side in found] == ["fit", "engagement"]
    assert sum(side.high for side in found) == candidate.grid.maximum
    assert sum(side.low for side in found) == candidate.grid.minimum
    for side in found:
        assert sum(block.high for block in side.blocks) == side.high


def test_grids_side_by_side_hold_every_line() -> None:
    rows = {(name, level.name): points for _, name, levels in sections.side_by_side(REVIEW) for level, points in levels}
    for place, candidate in enumerate(REVIEW.in_order):
        for line in tables.lines(REVIEW, candidate):
            assert rows[line.criterion.name, line.level.name][place] == line.points


def test_sides_of_a_difference() -> None:
    rows = dict(sections.metric_rows(REVIEW))
    assert next(iter(rows)) == "auc"
    assert [cell.side for cell in rows["auc"]] == ["better", "better", "same", ""]
    assert [cell.side for cell in rows["log_loss"]] == ["better", "same", "same", ""]
    assert {cell.side for cell in rows["calibration_slope"]} == {""}


def test_levels_are_said_in_the_reader_s_language() -> None:
    french = load("fr")
    levels = {level.name: level for criterion in REVIEW.tally.criteria for level in criterion.levels}
    assert sections.level_name(levels["missing"], french) == "non renseigné"
    assert sections.level_name(replace(levels["missing"], name="Select"), french) == "Select"
    assert sections.level_name(replace(levels["absent"], name="True"), french) == "oui"
    assert sections.level_name(replace(levels["absent"], name="filled", values=()), french) == "renseigné"
    assert sections.level_name(replace(levels["absent"], name="any", values=()), french) == "tout nombre"
    assert sections.level_name(replace(levels["absent"], name="any"), french) == "any"  # a value of the user's


def test_a_grid_at_a_coin_toss_keeps_nothing_of_the_ceiling() -> None:
    judged = REVIEW.comparison.judged
    told = {}
    for top, level in ((0.9, 0.48), (0.9, 0.7), (0.7, 0.7)):
        metrics = {name: {**one.metrics, "auc": replace(one.metrics["auc"], value=level)} for name, one in
                   ((j.name, j) for j in judged)}  # fmt: skip
        comparison = replace(REVIEW.comparison, judged=tuple(replace(j, metrics=metrics[j.name]) for j in judged))
        told[level, top] = sections.ceiling(replace(REVIEW, comparison=comparison, ceiling={"auc": top}), load("en"))
    name = REVIEW.chosen
    assert told[0.48, 0.9].endswith(f"“{name}” ranks no better than a coin toss.") and "%" not in told[0.48, 0.9]
    assert "keeps 50.0%" in told[0.7, 0.9]
    assert told[0.7, 0.7].endswith("ranks at least as well.")

"""The rows behind page, workbook and run.json: what a line rests on, and which marks it earns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from page_case import opened
from report_case import review

from calibrate.counts.tally import tally_of
from calibrate.grid.grid import Grid
from calibrate.language import load
from calibrate.report import sections, tables
from calibrate.report.page import page_text
from calibrate.report.review import Review

REVIEW = review(6000)


def with_points(points: dict[tuple[str, str], int]) -> tuple[Review, dict[tuple[str, str], tables.Line]]:
    """The first candidate with some points set by hand, and its lines."""
    grid = REVIEW.candidates[0].grid
    rows = tuple(
        tuple(points.get((c.name, level.name), p) for level, p in zip(c.levels, row, strict=True))
        for c, row in zip(grid.criteria, grid.points, strict=True)
    )
    candidate = replace(REVIEW.candidates[0], grid=replace(grid, points=rows))
    found = replace(REVIEW, candidates=(candidate,))
    return found, {(line.criterion.name, line.level.name): line for line in tables.lines(found, candidate)}


def test_counts_are_those_of_this_history_even_where_the_grid_has_older_ones() -> None:
    grid = REVIEW.candidates[0].grid
    old = tuple(tuple(replace(e, leads=1, customers=1) for e in row) for row in grid.evidence)
    lines = tables.lines(REVIEW, replace(REVIEW.candidates[0], grid=replace(grid, evidence=old)))
    assert sum(line.rate.leads for line in lines if line.rate and line.criterion.name == "role") == 6000


def test_marks() -> None:
    _, lines = with_points({("role", "student"): 5, ("demo request", "present"): -3, ("sector", "mining"): 4})
    assert "against" in lines["role", "student"].marks
    assert "against" in lines["demo request", "present"].marks
    assert {"thin", "unstable"} <= set(lines["sector", "mining"].marks)
    assert lines["newsletter", "absent"].marks == ("reference",)
    assert "pinned" in lines["newsletter", "present"].marks
    assert "against" not in lines["role", "director"].marks


def test_a_line_of_a_handful_of_leads_has_no_counts_and_its_level_no_row() -> None:
    grid = REVIEW.candidates[0].grid
    counts = tables.counts_of(REVIEW.tally, grid)
    assert counts is not None
    flat = [(c.name, level.name) for c in grid.criteria for level in c.levels]
    few = next(name for name, (leads, _) in zip(flat, counts.tolist(), strict=True) if 0 < leads < 5)
    _, lines = with_points({few: 4})
    assert lines[few].points == 4 and lines[few].rate is None and lines[few].lift is None
    _, lines = with_points({few: 0})
    assert few not in lines
    rates = REVIEW.rates
    assert all(rates.leads[i] == 0 or rates.leads[i] >= 5 for i in tables.shown(rates))


def test_levels_without_leads_or_points_are_left_out() -> None:
    _, lines = with_points({})
    assert ("mailbox", "other") not in lines
    _, lines = with_points({("mailbox", "other"): -2})
    assert lines["mailbox", "other"].points == -2


def test_steps_are_thinned_but_keep_the_chosen_thresholds() -> None:
    candidate = REVIEW.candidates[0]
    grid: Grid = candidate.grid
    scores = replace(candidate.scores, scores=candidate.scores.scores)
    every = tables.steps(REVIEW, replace(candidate, scores=scores))
    assert list(every["threshold"]) == sorted(every["threshold"])
    assert grid.thresholds is not None
    at = tables.place_of(every, grid.thresholds.marketing_qualified)
    assert every["threshold"][at] >= grid.thresholds.marketing_qualified
    marked = [marks for _, marks in sections.step_rows(REVIEW, candidate) if marks]
    assert marked == [("marketing_qualified",), ("sales_qualified",)]


def test_a_sample_is_told_by_the_leads_behind_it_not_by_its_merged_rows() -> None:
    tally = replace(REVIEW.tally, exact=False, counted=REVIEW.tally.counted * 0 + 2)
    really, leads = 2 * tally.rows, tally.overall[0]
    html = opened(page_text(replace(REVIEW, tally=tally), load("en")))
    assert f"Rates count all {leads:,} leads exactly; joint calculations use a weighted sample of {really:,} of" in html


def test_rates_of_lines_know_of_companies() -> None:
    """Three contacts of a company, who buy together: intervals as of one contact, from three times the counts."""
    tally = REVIEW.tally
    rows = np.repeat(np.arange(tally.rows), np.maximum(tally.leads, 1).astype(int))
    bought = np.zeros(len(rows), np.int64)
    first = np.concatenate([[0], np.cumsum(np.maximum(tally.leads, 1).astype(int))])
    for i in range(tally.rows):
        bought[first[i] : first[i] + int(tally.customers[i])] = 1
    three = np.repeat(np.arange(len(rows)), 3)
    group = np.repeat(np.arange(len(rows)), 3)
    shape = tally.criteria, tally.codes[:, rows[three]], bought[three], tally.cohort[rows[three]], tally.cohorts
    lines = {
        kind: tables.lines(replace(REVIEW, tally=tally_of(*shape, g)), REVIEW.candidates[0])
        for kind, g in (("alone", None), ("together", group))
    }
    for alone, together in zip(lines["alone"], lines["together"], strict=True):
        if alone.rate is None or together.rate is None or alone.rate.customers < 90:
            continue
        assert (alone.rate.customers, alone.rate.leads) == (together.rate.customers, together.rate.leads)
        wider = (together.rate.high - together.rate.low) / (alone.rate.high - alone.rate.low)
        assert wider == pytest.approx(np.sqrt(3), rel=0.05)
        assert together.lift_high is not None and alone.lift_high is not None and together.lift_high > alone.lift_high

"""The form of a grid by any method on generated histories: neutral is nothing, small points, one fact one line."""

from __future__ import annotations

import numpy as np
import pytest
from weights_case import ENDS, number, text, yes_no

from calibrate.counts.neutral import with_neutral
from calibrate.counts.tally import Tally, tally_of
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.moved import shifted
from calibrate.points.plan import Plan, calibrate_prepared, prepare
from calibrate.points.score_table import reaches, row_scores, score
from calibrate.weights import METHODS
from calibrate.weights.profile_algebra import gram, rows_of
from calibrate.weights.same_fact import same_leads


def history(seed: int) -> Tally:
    """Leads with yes/no, several, ordered and missing answers, one of them said twice, once nearly, once in reverse."""
    rng = np.random.default_rng(seed)
    leads = int(rng.integers(1500, 6000))
    answers, criteria, codes = int(rng.integers(3, 7)), [], []
    score = np.full(leads, rng.normal(-2.2, 0.7))
    for i in range(3):
        share = rng.uniform(0.03, 0.4)
        column = np.where(rng.random(leads) < share, 0, 1)
        score += rng.normal(0, 1.0) * (column == 0)
        criteria.append(yes_no(f"did {i}"))
        codes.append(column)
    word = Criterion("spam", "spam", "text", "fit", (Level("Yes", values=("Yes",)), Level("No", values=("No",)), *ENDS))
    criteria += [word, text("sector", "abcdefg"[:answers]), number("size", [10, 50, 200])]
    codes += [
        np.where(rng.random(leads) < 0.1, 0, 1),
        rng.choice(answers, leads, p=rng.dirichlet(np.ones(answers) * 2)),
        np.where(rng.random(leads) < 0.2, 4, rng.integers(0, 4, leads)),
    ]
    score += rng.normal(0, 0.8, answers)[codes[-2]] + rng.normal(0, 0.6, 6)[codes[-1]] - 1.5 * (codes[3] == 0)
    nearly = np.where(rng.random(leads) < 0.01, 1 - codes[0], codes[0])
    criteria += [yes_no("did 0 again"), text("size told", "xy")]
    codes += [nearly, np.where(codes[-1] == 4, 0, 1)]
    bought = rng.random(leads) < 1 / (1 + np.exp(-score))
    months = np.arange(leads) * 12 // leads
    return tally_of(criteria, np.array(codes, np.uint8), bought, months, [f"2025-{m + 1:02}" for m in range(12)])


@pytest.mark.parametrize("seed", range(6))
def test_the_form_of_every_method_and_size(seed: int) -> None:
    prepared = prepare(history(seed))
    for method in METHODS:
        for size in (None, 8):
            grid = calibrate_prepared(prepared, Plan(method, method, size=size))
            assert np.abs(grid.flat).max(initial=0) <= 20
            for criterion, points in zip(grid.criteria, grid.points, strict=True):
                names = [level.name.casefold() for level in criterion.levels]
                assert "no" not in names or points[names.index("no")] == 0
                assert (
                    criterion.reference is None
                    or points[[n.name for n in criterion.levels].index(criterion.reference)] == 0
                )
            facts = grid.provenance
            assert facts["auc_unrounded"] - facts["auc_rounded"] <= 0.001 + 1e-9, (method, size)
            assert facts["log_loss_rounded"] <= facts["log_loss_unrounded"] * 1.001 + 1e-12, (method, size)
            rows = rows_of(prepared.tally.regroup(grid.criteria), 10_000)
            lines = grid.flat != 0
            assert not (same_leads(gram(rows, rows.leads)) & np.outer(lines, lines)).any()
            table = score(prepared.tally, grid)
            marketing, sales = grid.thresholds.marketing_qualified, grid.thresholds.sales_qualified
            between = table.total[0][(table.scores >= marketing) & (table.scores < sales)].sum()
            assert grid.lines == 0 or (table.scores >= marketing).sum() == 1 or (marketing < sales and between > 0)


@pytest.mark.parametrize("method", METHODS)
def test_a_pivot_of_fifteen_is_where_marketing_hands_over(method: str) -> None:
    prepared = prepare(history(1))
    for size in (None, 8):
        grid = calibrate_prepared(prepared, Plan(method, method, size=size, scale="pivot"))
        assert grid.pivot == 15 == grid.thresholds.marketing_qualified < grid.thresholds.sales_qualified
        assert np.abs(grid.flat).max() <= 20
        bare = shifted(grid, -grid.start)
        assert (
            bare.start == 0
            and (row_scores(prepared.tally, grid) == row_scores(prepared.tally, bare) + grid.start).all()
        )
        scores = row_scores(prepared.tally, grid)
        for stage in ("marketing_qualified", "sales_qualified"):  # points for all and thresholds moved together
            assert (reaches(prepared.tally, grid, stage) == reaches(prepared.tally, bare, stage)).all()
        assert np.array_equal(grid.curve.at(scores), bare.curve.at(scores - grid.start))
        facts = grid.provenance
        assert facts["auc_unrounded"] - facts["auc_rounded"] <= 0.002, (method, size)


def test_neutral_answers_are_found_before_weights() -> None:
    tally = with_neutral(history(0))
    assert [c.reference for c in tally.criteria[:4]] == ["no", "no", "no", "No"]


@pytest.mark.parametrize("method", ["evidence", "logistic"])
def test_where_lines_are_cut_at_twenty_the_others_make_up_for_it(method: str) -> None:
    """Nine grades that nearly tell who buys: their weights are so far apart that small points cut the largest."""
    capped = 0
    for seed in range(6):
        rng = np.random.default_rng(seed)
        bought = rng.random(700) < 0.35
        few = [np.clip(rng.exponential(1 + 0.3 * i, 700), 0, 9) for i in range(9)]
        codes = [np.where(bought, np.clip(rng.normal(6, 2.5, 700), 0, 9), grade).astype(np.uint8) for grade in few]
        grades = (*(Level(f"{v}", low=v, high=v + 1) for v in range(10)), *ENDS)
        criteria = [Criterion(f"c{i}", f"c{i}", "number", "fit", grades, ordered=True) for i in range(9)]
        grid = calibrate_prepared(prepare(tally_of(criteria, np.array(codes), bought)), Plan(method, method))
        facts = grid.provenance
        capped += int(np.abs(grid.flat).max() == 20)
        assert facts["auc_unrounded"] - facts["auc_rounded"] <= 0.001 + 1e-9
        assert facts["log_loss_rounded"] <= facts["log_loss_unrounded"] * 1.001 + 1e-12
    assert capped >= 3

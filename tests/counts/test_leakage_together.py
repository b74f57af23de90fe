"""How well columns rank together: by the ranking of their own sums, and what leaving one out takes away.

Both halves of the cohorts have log-odds learnt on the other: that costs about .01 of AUC here.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import rankdata

from calibrate.counts.leakage_columns import columns_of
from calibrate.counts.leakage_together import Together
from calibrate.counts.tally import Tally, tally_of
from calibrate.grid.criteria import Criterion, Level

ENDS = (Level("missing", "missing"), Level("other", "other"))


def history(leads: int = 8000) -> Tally:
    """Three yes/no criteria: two that tell, in equal parts, and one that does not."""
    rng = np.random.default_rng(3)
    levels = (Level("yes", values=("yes",)), Level("no", values=("no",)), *ENDS)
    criteria = [Criterion(name, name, "text", "fit", levels) for name in ("demo", "price", "noise")]
    codes = rng.integers(0, 2, (3, leads)).astype(np.uint8)
    bought = rng.random(leads) < 0.4 * 0.3 ** codes[:2].sum(axis=0)
    month = np.arange(leads) // (leads // 8)
    return tally_of(criteria, codes, bought, month, [f"2026-0{i + 1}" for i in range(8)])


TALLY = history()
COLUMNS = columns_of(TALLY)


def ranked(score: np.ndarray) -> float:
    """AUC by Mann and Whitney's sum of ranks."""
    ranks = rankdata(np.repeat(score, TALLY.leads.astype(int)))
    outcome = np.concatenate(
        [[True] * int(k) + [False] * int(n - k) for n, k in zip(TALLY.leads, TALLY.customers, strict=True)]
    )
    k, lost = outcome.sum(), (~outcome).sum()
    return float((ranks[outcome].sum() - k * (k + 1) / 2) / (k * lost))


def test_all_columns_rank_as_the_sum_of_the_two_that_tell() -> None:
    together = Together(TALLY, COLUMNS, [0, 1, 2])
    truth = ranked(-(TALLY.codes[0].astype(float) + TALLY.codes[1]))
    assert together.auc() == pytest.approx(truth, abs=0.02)


def test_without_a_column_its_ranking_is_lost() -> None:
    together = Together(TALLY, COLUMNS, [0, 1, 2])
    assert together.auc([1, 2]) == pytest.approx(ranked(-TALLY.codes[0].astype(float)), abs=0.02)
    assert together.auc([0, 1, 2]) == 0.5
    assert together.auc([2]) - together.auc([0]) > 0.05


def test_only_the_columns_used_take_part() -> None:
    assert Together(TALLY, COLUMNS, [0]).auc() == Together(TALLY, COLUMNS, [0, 1, 2]).auc([1, 2])

"""A column as leakage looks at it: counts by pencil, AUC beside scipy, its error beside simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from weights_case import counted, text, yes_no

from calibrate.counts.auc import auc_error, auc_of
from calibrate.counts.leakage_columns import bounds, columns_of, logit, rates_of
from calibrate.counts.tally import tally_of

KINDS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=8)


@given(KINDS)
def test_auc_is_the_share_of_pairs_that_mann_and_whitney_count(kinds: list[tuple[int, int, int]]) -> None:
    score, bought, lost = (np.array(column, float) for column in zip(*kinds, strict=True))
    auc = auc_of(score, bought + lost, bought)
    up, down = (np.repeat(score, count.astype(int)) for count in (bought, lost))
    if len(up) and len(down):
        assert auc == pytest.approx(stats.mannwhitneyu(up, down).statistic / len(up) / len(down))
        assert auc_of(-score, bought + lost, bought) == pytest.approx(1 - auc)
    else:
        assert auc == 0.5


def test_error_of_an_auc_is_its_spread_where_scores_are_exponential() -> None:
    """Hanley and McNeil's error is exact for exponential scores: customers of mean 3, others of mean 1, AUC 3/4."""
    random = np.random.default_rng(11)
    drawn = []
    for _ in range(600):
        score = np.concatenate([random.exponential(3, 40), random.exponential(1, 120)])
        drawn.append(auc_of(score, np.ones(160), (np.arange(160) < 40).astype(float)))
    assert np.mean(drawn) == pytest.approx(0.75, abs=0.01)
    assert np.std(drawn) == pytest.approx(auc_error(0.75, (160, 40)), rel=0.08)


def test_rates_logits_and_bounds() -> None:
    assert rates_of(np.array([0.0, 3]), np.array([0.0, 4])).tolist() == [0, 0.75]
    assert logit(0.5) == 0 and logit(0.8) == pytest.approx(math.log(4))
    assert (logit(0.0), logit(1.0)) == (-math.inf, math.inf)
    low, high = bounds(50, 100)
    wide = stats.binomtest(50, 100).proportion_ci(2 * stats.norm.cdf(2.5) - 1, method="wilson")
    assert (low, high) == (pytest.approx(wide.low), pytest.approx(wide.high))


def test_a_column_by_pencil() -> None:
    """Bank 30 of 100, farm 5 of 100, 2 of 50 without an answer: 37 of 250."""
    (column,) = columns_of(counted(text("sector", ["bank", "farm"]), [(100, 30), (100, 5), (50, 2)]))
    assert dict(zip(column.levels, zip(column.n.tolist(), column.k.tolist(), strict=True), strict=True)) == {
        "bank": (100, 30), "farm": (100, 5), "missing": (50, 2), "other": (0, 0),
    }  # fmt: skip
    assert column.filled == (200, 35) and column.total == (250, 37) and column.base == 37 / 250
    # banks outrank farms and missing, farms (5 %) outrank missing (4 %), ties count half; 37 bought, 213 did not
    pairs = 30 * (95 + 48 + 70 / 2) + 5 * (48 + 95 / 2) + 2 * 48 / 2
    assert column.auc == pytest.approx(pairs / (37 * 213))
    assert [column.levels[i] for i in column.extremes] == ["bank", "farm"] and column.telling and not column.question
    assert column.biggest(column.n)[0] == ("bank", 100, 30)


def test_only_rates_that_differ_beyond_doubt_tell_and_only_huge_ones_leap() -> None:
    def only(yes: tuple[int, int], no: tuple[int, int]) -> tuple[bool, bool, bool]:
        (column,) = columns_of(counted(yes_no("demo"), [yes, no]))
        return column.telling, column.leaps, column.two_sided

    assert only((100, 11), (900, 90)) == (False, False, True)
    assert only((100, 40), (900, 9)) == (True, False, True)  # 1 % against 40 %: logits 4.2 apart, but 2.5 from the mean
    assert only((100, 80), (900, 90)) == (True, True, True)  # 80 % and more is no honest signal
    assert only((10, 4), (9_990, 50)) == (True, True, True)  # half a percent in all, 40 % here: logits 4.8 apart


def test_what_levels_promise_by_chance_is_not_kept_in_the_other_months() -> None:
    """30 keys of 100 leads, all closing at 10 %: their own rates rank, those learnt on other months do not."""
    random = np.random.default_rng(2)
    key, month = random.integers(0, 30, 3000), random.integers(0, 4, 3000)
    criterion = text("key", [f"k{i}" for i in range(30)])
    bought = random.random(3000) < 0.1
    (noise,) = columns_of(tally_of([criterion], key.astype(np.uint8)[None], bought, month, ["a", "b", "c", "d"]))
    assert noise.auc > 0.57 and abs(noise.honest - 0.5) < 0.03
    bought = random.random(3000) < np.where(key < 10, 0.25, 0.02)
    (real,) = columns_of(tally_of([criterion], key.astype(np.uint8)[None], bought, month, ["a", "b", "c", "d"]))
    assert real.honest > 0.75

"""What every method gives: finite numbers, reference levels, points against a close rate, conditioning."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from weights_case import counted, text, yes_no

from calibrate.counts.rates import estimate
from calibrate.weights.base import (
    Weights,
    against_rate,
    condition,
    is_reference,
    normal_share,
    references,
    zero_levels,
)

SECTOR = text("sector", ["bank", "farm", "shop"])


def weights(values: list[float]) -> Weights:
    array = np.array(values)
    return Weights("own", (SECTOR,), array, array - 1, array + 1, np.ones(len(array)), "log-odds")


@pytest.mark.parametrize("values", [[1, 2, 3, 4], [1, 2, 3, 4, np.nan], [1, 2, 3, 4, np.inf]])
def test_weights_are_as_many_as_levels_and_finite(values: list[float]) -> None:
    with pytest.raises(ValueError, match="weights of 'own': values must be 5 finite numbers"):
        weights(values)


def test_a_frame_has_a_line_per_level() -> None:
    frame = weights([1, 2, 3, 4, 5]).frame()
    assert frame["level"].tolist() == ["bank", "farm", "shop", "missing", "other"]
    assert frame.loc[2, ["weight", "low", "high"]].tolist() == [3, 2, 4]


def test_reference_levels() -> None:
    """Sector has none, the yes/no has 'no', second of its four levels, which stand behind five."""
    criteria = [SECTOR, yes_no("demo")]
    assert references(criteria).tolist() == [-1] * 5 + [6] * 4
    assert np.flatnonzero(is_reference(criteria)).tolist() == [6]


def test_no_line_rests_on_few_leads_or_on_all() -> None:
    tally = counted(SECTOR, [(100, 10), (29, 3), (30, 3)])
    assert zero_levels(tally, estimate(tally, min_leads=30)).tolist() == [False, True, False, True, True]
    one = counted(SECTOR, [(100, 10)])
    assert zero_levels(one, estimate(one)).all()  # a level that all leads have tells nothing


def test_points_against_the_close_rate() -> None:
    """8 of 100 overall... 10 % is above, 2 % below, 0 of 20 has no customers."""
    tally = counted(SECTOR, [(100, 14), (100, 4), (25, 0)])  # 18 of 225: 8 %
    rates = estimate(tally)
    assert against_rate(np.array([1.0, -1, -1, 0, 0]), rates).tolist() == [False] * 5
    assert against_rate(np.array([-1.0, 1, 1, 0, 0]), rates).tolist() == [True, True, True, False, False]
    assert against_rate(np.array([0.0, 0, 0, 0, 1]), rates).tolist() == [False] * 4 + [True]


def test_share_of_normal_draws_on_the_same_side() -> None:
    values, spread = np.array([1.0, -2.0, 0.0, 3.0]), np.array([1.0, 1.0, 2.0, 0.0])
    assert normal_share(values, spread) == pytest.approx([stats.norm.cdf(1), stats.norm.cdf(2), 0.5, 1.0])


@given(st.integers(0, 10**6), st.integers(0, 3))
def test_a_normal_given_that_one_part_is_zero(seed: int, i: int) -> None:
    random = np.random.default_rng(seed)
    factor = random.standard_normal((4, 6))
    covariance, mean = factor @ factor.T, random.standard_normal(4)
    values, left = mean.copy(), covariance.copy()
    condition(values, left, i)
    rest = np.arange(4) != i
    gain = covariance[rest, i] / covariance[i, i]
    assert values[rest] == pytest.approx(mean[rest] - gain * mean[i]) and values[i] == 0
    precision = np.linalg.inv(covariance)[np.ix_(rest, rest)]  # the precision of a part given the others
    assert np.linalg.inv(left[np.ix_(rest, rest)]) == pytest.approx(precision, rel=1e-5)
    assert not left[i].any() and not left[:, i].any()

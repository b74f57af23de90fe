"""Scales: natural points, a pivot, a best lead of 100, ten points that double the odds."""

import numpy as np
import pytest
import statsmodels.api as sm
from weights_case import built

from calibrate.counts.tally import scores_of
from calibrate.points.scale import PIVOT
from calibrate.points.score_table import row_scores


def test_the_default_scale_is_natural_and_a_pivot_of_15_or_a_best_lead_of_100_is_asked_for(history):
    assert built(history, "lift")[1].provenance["scale"] == 1 and built(history, "lift")[1].pivot is None
    assert built(history)[1].pivot is None and np.abs(built(history)[1].flat).max() <= 20
    assert built(history, scale="pivot")[1].pivot == PIVOT == 15
    assert built(history, scale="hundred")[1].maximum == 100


@pytest.mark.parametrize("method", ["lift", "evidence", "logistic"])
def test_ten_points_double_the_odds(history, method):
    """A logistic regression on the doubled grid's scores alone has a slope of ln(2) / 10 per point."""
    weights, grid = built(history, method, scale="double")
    scores = row_scores(history, grid).astype(float)
    fit = sm.GLM(history.customers, sm.add_constant(scores), family=sm.families.Binomial()).fit()
    free = scores_of(history, weights.values)
    best = sm.GLM(history.customers, sm.add_constant(free), family=sm.families.Binomial()).fit()
    per_unit = best.params[1] if weights.unit == "points" else 1.0
    assert fit.params[1] == pytest.approx(np.log(2) / 10 * best.params[1] / per_unit, rel=0.05)

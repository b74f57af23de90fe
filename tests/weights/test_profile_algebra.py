"""Sums over rows against a dense design matrix; the sample keeps the totals."""

from dataclasses import replace

import numpy as np
import pytest
from weights_case import simulated

from calibrate.grid.criteria import offsets
from calibrate.weights.profile_algebra import curvature, gram, level_out, predict, profiled, rows_of, sums


@pytest.fixture(scope="module")
def tally():
    return simulated(2_000)[0]


def dense(tally):
    design = np.zeros((tally.rows, int(offsets(tally.criteria)[-1])))
    for start, codes in zip(offsets(tally.criteria), tally.codes, strict=False):
        design[np.arange(tally.rows), start + codes] = 1
    return design


def test_sums_predictions_and_gram_are_those_of_a_design_matrix(tally):
    rows, design, random = rows_of(tally), dense(tally), np.random.default_rng(0)
    values, weights = random.standard_normal(design.shape[1]), random.random(tally.rows)
    assert predict(rows, values) == pytest.approx(design @ values, abs=1e-12)
    assert sums(rows, weights) == pytest.approx(design.T @ weights, abs=1e-9)
    assert gram(rows, weights) == pytest.approx(design.T @ (design * weights[:, None]), abs=1e-9)


def test_profiled_curvature_is_that_of_weights_with_a_free_intercept(tally):
    rows, design = rows_of(tally), dense(tally)
    p = np.full(tally.rows, 0.1)
    w = p * (1 - p)
    centred = design - (design * w[:, None]).sum(axis=0) / w.sum()
    assert profiled(*curvature(rows, p)) == pytest.approx(centred.T @ (centred * w[:, None]), abs=1e-8)


def test_a_sample_keeps_leads_and_customers_and_is_the_same_each_time(tally):
    sample = rows_of(tally, 300)
    assert 200 < sample.codes.shape[1] < 400
    assert sample.leads.sum() == pytest.approx(tally.leads.sum())
    assert sample.customers.sum() == pytest.approx(tally.customers.sum())
    again = rows_of(replace(tally), 300)
    assert rows_of(tally, 300) is sample and again is not sample  # a tally keeps its own sample
    assert sample.codes.tobytes() == again.codes.tobytes() and sample.leads.tobytes() == again.leads.tobytes()
    kept = (sample.customers > 0).sum()
    assert kept > 0.25 * sample.codes.shape[1], "customers come first"


def test_few_rows_are_all_taken(tally):
    assert rows_of(tally, tally.rows).codes is tally.codes


def test_the_levelled_intercept_expects_as_many_customers_as_there_are(tally):
    rows = rows_of(tally)
    linear = predict(rows, np.linspace(-1, 1, int(offsets(tally.criteria)[-1])))
    intercept = level_out(linear, rows.leads, rows.customers, 0.0)
    assert (1 / (1 + np.exp(-linear - intercept))).sum() == pytest.approx(tally.customers.sum())

"""The joint fit: what it shares, shrinks and recovers, and that samples and constraints do not lead it astray."""

import importlib
import importlib.util
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from weights_case import counted, number, several, simulated, text, yes_no

from calibrate.counts.rates import estimate
from calibrate.counts.tally import scores_of, tally_of
from calibrate.grid.criteria import offsets
from calibrate.grid.notes import note
from calibrate.weights import METHODS, Constraints
from calibrate.weights.profile_algebra import level_out

module = importlib.import_module("calibrate.weights.logistic")
NONE = Constraints()


def fitted(tally, constraints=NONE, min_leads=30):
    return module.logistic_weights(tally, estimate(tally, min_leads=min_leads), constraints)


def log_loss(tally, weights):
    linear = scores_of(tally, weights.values) + weights.intercept
    return float((tally.leads * np.logaddexp(0, linear) - tally.customers * linear).sum() / tally.leads.sum())


@pytest.fixture(scope="module")
def known():
    return simulated(20_000)


def test_where_criteria_are_independent_it_is_the_weight_of_evidence():
    tally = several([
        (text("a", ["x", "y", "z"]), [(20_000, 400), (12_000, 900), (8_000, 700)]),
        (text("b", ["u", "v"]), [(15_000, 1_500), (25_000, 500)]),
        (yes_no("demo"), [(2_000, 500), (38_000, 1_500)]),
    ])  # fmt: skip
    joint, marginal = fitted(tally), METHODS["evidence"](tally, estimate(tally), NONE)
    assert joint.values == pytest.approx(marginal.values, abs=0.05)


def test_two_criteria_that_say_the_same_share_their_points():
    random = np.random.default_rng(5)
    column = random.integers(0, 3, 8_000).astype(np.uint8)
    bought = random.random(8_000) < np.array([0.02, 0.05, 0.15])[column]
    single = fitted(tally_of([text("a", "xyz")], column[None], bought))
    double = fitted(tally_of([text("a", "xyz"), text("b", "xyz")], np.stack([column, column]), bought))
    assert double.values[:5] == pytest.approx(double.values[5:], abs=1e-9)
    contrasts = np.diff(double.values[:3] + double.values[5:8])
    assert contrasts == pytest.approx(np.diff(single.values[:3]), abs=0.05)


def test_true_joint_weights_lie_in_their_intervals(known):
    tally, truth = known
    weights = fitted(tally)
    held = tally.by_level[:, 0] > 0
    centred = truth.copy()
    total, bought = tally.overall
    usual = np.log(bought / (total - bought))
    for criterion, (a, b) in zip(tally.criteria, pairwise(offsets(tally.criteria)), strict=True):
        leads = tally.by_level[a:b, 0]
        if not criterion.reference:
            centred[a:b] += level_out(truth[a:b], leads, leads * (bought / total), usual) - usual
    inside = (weights.low <= centred) & (centred <= weights.high)
    assert inside[held].mean() >= 0.85
    marginal = METHODS["evidence"](tally, estimate(tally), NONE)
    assert np.abs(weights.values - centred)[held].max() < 0.3 < np.abs(marginal.values - centred)[held].max()


def test_zero_is_the_average_lead_or_the_reference_level(known):
    tally, _ = known
    weights = fitted(tally)
    for criterion, (a, b) in zip(tally.criteria, pairwise(offsets(tally.criteria)), strict=True):
        leads = tally.by_level[a:b, 0]
        if criterion.reference:
            assert weights.values[a + 1] == 0
        else:
            usual = np.log(tally.overall[1] / (tally.overall[0] - tally.overall[1]))
            expected = leads / (1 + np.exp(-usual - weights.values[a:b]))
            assert expected.sum() == pytest.approx(leads.sum() * tally.overall[1] / tally.overall[0], rel=0.1)


def test_noise_is_shrunk_to_almost_nothing():
    random = np.random.default_rng(2)
    codes = random.integers(0, 6, (5, 3_000)).astype(np.uint8)
    tally = tally_of([text(f"c{i}", "uvwxyz") for i in range(5)], codes, random.random(3_000) < 0.05)
    weights, raw = fitted(tally), METHODS["lift"](tally, estimate(tally), NONE)
    assert np.abs(weights.values).max() < 0.25 < np.abs(raw.values).max()


def test_neighbouring_bins_share_strength():
    random = np.random.default_rng(8)
    column = random.integers(0, 12, 3_000)
    truth = np.linspace(-1.5, 1.5, 12)
    bought = random.random(3_000) < 1 / (1 + np.exp(3 - truth[column]))
    ordered = number("visits", list(range(1, 12)))
    errors = []
    for criterion in (ordered, replace(ordered, ordered=False)):
        tally = tally_of([criterion], column[None].astype(np.uint8), bought)
        fit = module.fitted(tally)
        errors.append(float(np.std(fit.weights[:12] - truth)))
    assert errors[0] < 0.75 * errors[1]


def test_a_sample_for_the_curvature_ends_at_the_same_weights(known, monkeypatch):
    tally, _ = known
    exact, free = module.fitted(tally, strength=20.0), fitted(tally)
    monkeypatch.setattr(module, "FIT_ROWS", 4_000)
    monkeypatch.setattr(module, "FIRST_ROWS", 1_500)
    sampled = module.fitted(tally, strength=20.0)
    assert log_loss(tally, replace(free, values=sampled.weights, intercept=sampled.intercept)) == pytest.approx(
        log_loss(tally, replace(free, values=exact.weights, intercept=exact.intercept)), abs=1e-6
    )
    assert log_loss(tally, fitted(tally)) == pytest.approx(log_loss(tally, free), abs=1e-4)


def test_intervals_widen_where_leads_were_thinned(known):
    tally, _ = known
    kept = (tally.customers > 0) | (np.arange(tally.rows) % 20 == 0)
    weight = np.where(
        tally.customers[kept] > 0, 1.0, (tally.customers == 0).sum() / (kept & (tally.customers == 0)).sum()
    )
    thinned = replace(
        tally, codes=np.ascontiguousarray(tally.codes[:, kept]), cohort=tally.cohort[kept], leads=weight,
        customers=tally.customers[kept], counted=tally.counted[kept], exact=False,
    )  # fmt: skip
    full, sample = fitted(tally), fitted(thinned)
    assert np.abs(full.values - sample.values).max() < 0.5
    widths = (sample.high - sample.low)[full.values != 0] / (full.high - full.low)[full.values != 0]
    assert 1.05 < np.median(widths) < 2.0


def turned(leads_of_a):
    """Sector a closes above the average, because its leads ask for demos; among those who do (or do not), below."""
    rates = {(0, 0): 0.30, (0, 1): 0.02, (1, 0): 0.50, (1, 1): 0.06}
    sizes = {(0, 0): 8 * leads_of_a, (0, 1): 2 * leads_of_a, (1, 0): leads_of_a, (1, 1): 40 * leads_of_a}
    codes = np.concatenate([np.tile([[s], [d]], sizes[s, d]) for s, d in sizes], axis=1).astype(np.uint8)
    bought = np.concatenate([np.arange(sizes[cell]) < round(rates[cell] * sizes[cell]) for cell in sizes])
    return tally_of([text("sector", "ab"), yes_no("demo")], codes, bought)


def test_a_weight_turns_against_its_own_close_rate_only_where_that_is_clear():
    clear, unclear = turned(200), turned(5)
    rates = estimate(clear)
    assert rates.lift[0] > 1
    assert fitted(clear).values[0] < 0 and fitted(clear).sign_kept[0] > 0.99
    assert fitted(unclear, min_leads=10).values[0] == 0


def test_signs_and_orders_are_kept_inside_the_fit(known):
    tally, _ = known
    free = fitted(tally)
    wanted = Constraints(never_negative=("sector=farm", "free_mail"), ordered=("visits falling",))
    kept = fitted(tally, wanted)
    assert kept.values[3] == 0 and (kept.values[22:] >= 0).all()
    assert (np.diff(kept.values[11:17]) <= 1e-12).all()
    clipped = replace(free, values=np.where(kept.values == 0, 0.0, free.values))
    clipped.values[11:17] = free.values[11:17].mean()
    assert log_loss(tally, free) < log_loss(tally, kept) < log_loss(tally, clipped)


def test_one_outcome_only_gives_no_weights():
    weights = fitted(counted(text("a", "xy"), [(50, 0), (50, 0)]))
    assert not weights.values.any() and weights.notes == (note("same_outcome"),)


def test_a_level_that_always_closes_stays_finite():
    weights = fitted(counted(text("a", "xy"), [(100, 100), (900, 0)]))
    assert np.isfinite(weights.values).all() and weights.values[0] > 3


@pytest.mark.parametrize("most", [300, 2_000])
def test_a_sample_too_small_for_its_levels_does_not_lead_the_fit_astray(most, monkeypatch):
    random = np.random.default_rng(3)
    sizes, leads = (60, 60, 60, 40, 8, 4), 40_000
    criteria = [text(f"c{i}", [f"l{j}" for j in range(size - 2)]) for i, size in enumerate(sizes)]
    hidden = random.random(leads)
    codes = np.array([size * (0.6 * hidden + 0.4 * random.random(leads)) for size in sizes]).astype(np.uint8)
    linear = -4 + sum(random.normal(0, 0.5, size)[own] for size, own in zip(sizes, codes, strict=True))
    tally = tally_of(criteria, codes, random.random(leads) < 1 / (1 + np.exp(-linear)))
    whole = log_loss(tally, fitted(tally))
    monkeypatch.setattr(module, "FIT_ROWS", most)
    monkeypatch.setattr(module, "FIRST_ROWS", most // 2)
    assert log_loss(tally, fitted(tally)) < whole + 0.001


def test_intervals_hold_the_truth_on_small_histories_and_small_levels() -> None:
    """A fast copy of `benchmarks/promises.py`, where 93 to 97 % of all intervals hold, at five sizes."""
    path = Path(__file__).parents[2] / "benchmarks" / "promises.py"
    spec = importlib.util.spec_from_file_location("promises_benchmark", path)
    assert spec is not None and spec.loader is not None
    bench = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = bench
    spec.loader.exec_module(bench)
    for name, held, low, high in bench.weights(24, ((500, 0.2), (3_000, 0.03))):
        assert low - 0.025 <= held <= high + 0.02, name

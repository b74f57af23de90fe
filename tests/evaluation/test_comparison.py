"""Comparison: the verdict of each case, and statistical truth of its intervals on simulated later leads."""

from dataclasses import replace

import numpy as np
import pytest
from later_case import backtest, case, later_leads, some_grid
from scipy import special

from calibrate.errors import HistoryError, SettingsError
from calibrate.evaluation.backtest import Backtest
from calibrate.evaluation.bootstrap import resample, simultaneous
from calibrate.evaluation.comparison import Comparison, Judged, compare
from calibrate.evaluation.metrics import METRICS, Estimate


def test_a_clearly_better_candidate_is_adopted_with_its_numbers():
    rng, signal, later = case()
    found = compare(
        [backtest("current", later, signal, 1.5, rng, fixed=True), backtest("logistic", later, signal, 0.3, rng)],
        baseline="current",
    )
    verdict = found.verdict
    assert (verdict.decision, verdict.candidate, verdict.reason) == ("adopt", "logistic", "better")
    assert verdict.why.startswith("Adopt “logistic”. On 6,000 later leads (")
    assert f"AUC {verdict.facts['value']:.3f} instead of {verdict.facts['base']:.3f}" in verdict.why
    gap = found.judged[1].difference["auc"]
    assert 0 < gap.low < gap.value < gap.high
    assert gap.value == pytest.approx(found.judged[1].metrics["auc"].value - found.judged[0].metrics["auc"].value)
    assert found.judged[0].difference == {} and found.judged[0].against is None
    assert set(found.judged[0].metrics) == set(METRICS)


def test_among_the_best_that_cannot_be_told_apart_the_simplest_wins():
    rng, signal, later = case()
    candidates = [
        backtest("current", later, signal, 2.0, rng, fixed=True),
        backtest("long", later, signal, 0.40, rng, lines=40),
        backtest("short", later, signal, 0.42, rng, lines=8),
        backtest("tiny", later, signal, 1.3, rng, lines=2),  # simpler still, but clearly worse
    ]
    found = compare(candidates, baseline="current").verdict
    assert (found.decision, found.candidate) == ("adopt", "short")
    if found.reason == "better_and_simplest":
        assert "long" in found.why and "less simple" in found.why
    same = [candidates[0], candidates[1], replace(candidates[1], name="flat", grids=(some_grid("flat", 40, 2),))]
    assert compare(same, baseline="current").verdict.candidate == "flat"
    sizes = {"long": some_grid("long", 3), "short": some_grid("short", 9)}
    assert compare(candidates, baseline="current", grids=sizes).verdict.candidate == "long"


def test_without_a_reliable_gain_the_grid_in_use_stays():
    rng, signal, later = case()
    found = compare(
        [backtest("current", later, signal, 0.5, rng, fixed=True), backtest("cautious", later, signal, 0.51, rng)],
        baseline="current",
    ).verdict
    assert (found.decision, found.candidate, found.reason) == ("keep", "current", "none_better")
    assert found.baseline == "current" and found.why.startswith("Keep “current”. On")
    assert "no grid surely ranks better. The best of the others, “cautious”, reaches AUC" in found.why


def test_where_no_grid_is_in_use_the_shortest_of_the_best_is_adopted_and_nothing_is_kept():
    """A hair's breadth behind with a third of the lines is proposed; clearly behind is not, however short."""
    rng, signal, later = case()
    long, alike, poor = (
        backtest(name, later, signal, 0.3, rng, lines=lines)
        for name, lines in (("long", 30), ("alike", 10), ("poor", 3))
    )
    alike = replace(alike, score=long.score + (rng.random(len(long.score)) < 0.002))
    poor = replace(poor, score=backtest("poor", later, signal, 2.0, rng).score)
    found = compare([long, alike, poor], baseline="long").verdict
    assert (found.decision, found.candidate, found.baseline) == ("adopt", "alike", "none")
    assert found.facts["lines"] == 10 and "Keep" not in found.why


def test_noise_is_not_adopted_and_no_distinct_level_decides_alone():
    rng, signal, later = case(strength=0)
    noise = [backtest("lift", later, signal, 1.0, rng), backtest("logistic", later, signal, 1.0, rng)]
    found = compare(noise, baseline="lift").verdict
    assert (found.decision, found.candidate, found.reason) == ("no_reliable_weights", None, "auc_not_above_chance")
    assert "no grid ranks customers above other leads beyond chance" in found.why
    rng, signal, later = case()
    told = compare([backtest("lift", later, signal, 0.1, rng)], baseline="lift", reliable=False).verdict
    assert (told.decision, told.reason) == ("no_reliable_weights", "no_distinct_level")


def test_nothing_to_compare_with_and_nothing_to_judge_on():
    rng, signal, later = case()
    assert compare([backtest("lift", later, signal, 0.1, rng)], baseline="lift").verdict.decision == "adopt"
    alone = compare([backtest("mine", later, signal, 0.1, rng, fixed=True)], baseline="mine").verdict
    assert (alone.decision, alone.reason, alone.baseline) == ("keep", "only_candidate", "mine")
    nobody = later_leads(np.zeros(0), 0)
    none = np.zeros(0, np.int64)
    empty = [Backtest(name, "lift", False, nobody, (), none, none.astype(float)) for name in ("lift", "logistic")]
    found = compare(empty, baseline="lift")
    assert (found.verdict.decision, found.verdict.candidate, found.verdict.reason) == ("wait", None, "not_judged")
    used = compare([replace(empty[0], fixed=True), empty[1]], baseline="lift").verdict
    assert (used.decision, used.reason) == ("keep", "not_judged")
    assert found.judged[0].metrics == {} and found.judged[0].reliability.empty and found.judged[0].gains.empty
    assert "too few customers" in str(found)


def test_wrong_baseline_and_different_leads_are_refused():
    rng, signal, later = case()
    one = backtest("lift", later, signal, 0.1, rng)
    with pytest.raises(SettingsError, match=r"no candidate named 'lfit'\. Did you mean 'lift'"):
        compare([one], baseline="lfit")
    other = replace(one, name="other", later=replace(later, fingerprint="else"))
    with pytest.raises(HistoryError, match="'lift' and 'other' were judged on different leads"):
        compare([one, other], baseline="lift")


def test_equal_grids_differ_by_exactly_nothing():
    rng, signal, later = case(800)
    one = backtest("lift", later, signal, 0.5, rng)
    found = compare([one, replace(one, name="twin"), replace(one, name="half", score=one.score * 2)], baseline="lift")
    for judged in found.judged[1:]:
        assert all(gap.low == gap.value == gap.high == 0 for gap in judged.difference.values())
    assert found.verdict.candidate == "lift", "of equal grids the first"
    used = compare([replace(one, fixed=True), replace(one, name="twin")], baseline="lift").verdict
    assert used.decision == "keep"


def test_reliability_and_gains_hold_all_leads():
    rng, signal, later = case()
    judged = compare([backtest("lift", later, signal, 0.5, rng)], baseline="lift").judged[0]
    lines = judged.reliability
    assert 8 <= len(lines) <= 10 and lines["leads"].sum() == 6000 and lines["customers"].sum() == later.customers.sum()
    assert (np.diff(lines["predicted"]) > 0).all()
    assert ((lines["low"] <= lines["observed"]) & (lines["observed"] <= lines["high"])).all()
    curve = judged.gains
    assert len(curve) == 101 and curve["share_customers"].iloc[[0, -1]].tolist() == pytest.approx([0, 1])
    area = float(np.trapezoid(curve["share_customers"], curve["share_leads"]))
    assert area > 0.6


def test_it_prints_well():
    rng, signal, later = case()
    found = compare([backtest("<b>lift</b>", later, signal, 0.5, rng)], baseline="<b>lift</b>")
    assert str(found).splitlines()[1].startswith("6,000 later leads, ")
    assert "<b>lift</b>" not in found._repr_html_() and "&lt;b&gt;lift" in found._repr_html_()
    assert len(found.frame()) == len(METRICS)


def test_candidates_are_ranked_in_the_direction_of_each_metric():
    def judged(name, **values):
        return Judged(name, "lift", 1, {k: Estimate(v, v, v) for k, v in values.items()}, None, {}, None, None)

    found = Comparison("a", "auc", (
        judged("a", auc=0.7, log_loss=0.2, calibration_slope=0.8, calibration_intercept=-0.1),
        judged("b", auc=0.8, log_loss=0.3, calibration_slope=1.1, calibration_intercept=0.3),
        judged("c", auc=0.7, log_loss=0.1, calibration_slope=1.5, calibration_intercept=0.1),
    ), (), 10, 2, None)  # fmt: skip
    assert found.ranks() == {
        "auc": {"a": 2, "b": 1, "c": 2}, "log_loss": {"a": 2, "b": 3, "c": 1},
        "calibration_slope": {"a": 2, "b": 1, "c": 3}, "calibration_intercept": {"a": 1, "b": 3, "c": 1},
    }  # fmt: skip


# --- statistical truth --------------------------------------------------------------------------------------------


def delong(score: np.ndarray, outcome: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each lead's part of the AUC (DeLong 1988): of every customer, of every other lead."""
    customers, others = score[outcome], score[~outcome]
    below = (
        np.searchsorted(np.sort(others), customers, "left") + np.searchsorted(np.sort(others), customers, "right")
    ) / 2
    above = (
        len(customers)
        - (np.searchsorted(np.sort(customers), others, "left") + np.searchsorted(np.sort(customers), others, "right"))
        / 2
    )
    return below / len(others), above / len(customers)


def test_equal_grids_are_rarely_called_different_and_intervals_hold_the_truth():
    rng = np.random.default_rng(7)
    signal = rng.normal(0, 1, 400_000)
    outcome = rng.random(len(signal)) < special.expit(signal - 2.5)
    true = (signal + rng.normal(0, 0.8, len(signal))) * 5
    below, _ = delong(np.round(true), outcome)
    truth = float(below.mean())
    different = covered = 0
    simulations = 200
    for seed in range(simulations):
        rng, signal, later = case(1200, seed=1000 + seed)
        three = [backtest(name, later, signal, 0.8, rng) for name in ("a", "b", "c")]
        found = resample(later, [(b.name, b.score, b.rate) for b in three], capacity=0.2, metrics=["auc"], draws=400)
        value, draws = found.of("auc")
        low, high = simultaneous(value[1:] - value[0], draws[1:] - draws[0], found.sample)
        different += bool(((low > 0) | (high < 0)).any())
        bounds = np.quantile(draws[0], [0.025, 0.975])
        covered += bool(bounds[0] <= truth <= bounds[1])
    assert different <= 0.05 * simulations
    assert 0.92 * simulations <= covered <= 0.98 * simulations

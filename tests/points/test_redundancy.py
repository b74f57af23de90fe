"""Criteria that repeat another one: found, and no others."""

from __future__ import annotations

import numpy as np
import pytest

from calibrate.counts.auc import auc_of
from calibrate.counts.rates import estimate
from calibrate.counts.tally import Tally, tally_of
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Pin
from calibrate.grid.notes import note
from calibrate.points import plan as planning
from calibrate.points.plan import Plan, calibrate_prepared, prepare
from calibrate.points.redundancy import repeats, without_repeats
from calibrate.points.score_table import row_scores
from calibrate.weights import METHODS
from calibrate.weights.constraints import Constraints, resolve

ENDS = (Level("missing", "missing"), Level("other", "other"))
NAMES = tuple(Level(f"v{j}", values=(f"v{j}",)) for j in range(4))
QUESTIONS = tuple(Criterion(f"c{i}", f"c{i}", "text", "fit", (*NAMES, *ENDS)) for i in range(6))


def history(leads: int, seed: int, *, repeated: bool) -> Tally:
    """Correlated answers; with `repeated` the last criterion tells only whether the first is v0."""
    rng = np.random.default_rng(seed)
    hidden = rng.standard_normal(leads)
    mixed = 0.3 * hidden + 0.95 * rng.standard_normal((len(QUESTIONS), leads))
    codes = np.searchsorted([-0.7, 0.0, 0.7], mixed).astype(np.uint8)
    effects = np.random.default_rng(1).normal(0, 0.6, (len(QUESTIONS), 4))
    effects[0] = [-0.6, -0.1, 0.2, 0.5]
    if repeated:
        codes[-1] = codes[0] > 0
        effects[-1] = 0.0
    odds = -2 + sum(effects[i][codes[i]] for i in range(len(QUESTIONS)))
    return tally_of(QUESTIONS, codes, rng.random(leads) < 1 / (1 + np.exp(-odds)))


@pytest.mark.parametrize("leads", [2000, 10_000])
def test_a_criterion_that_repeats_another_is_found(leads: int) -> None:
    found = [repeats(history(leads, seed, repeated=True)) for seed in range(10)]
    assert sum(pairs.get("c5") == "c0" or pairs.get("c0") == "c5" for pairs in found) >= 8


def test_criteria_with_something_of_their_own_stay() -> None:
    pairs = [repeats(history(leads, seed, repeated=False)) for seed in range(10) for leads in (1000, 5000)]
    assert sum(map(len, pairs)) <= 2  # of 120


def test_nothing_is_said_without_customers_or_criteria() -> None:
    assert repeats(tally_of(QUESTIONS[:1], np.zeros((1, 50), np.uint8), np.zeros(50, int))) == {}
    assert repeats(tally_of([], np.zeros((0, 50), np.uint8), np.arange(50) < 9)) == {}


@pytest.mark.parametrize("method", ["lift", "cautious", "evidence"])
def test_its_lines_have_no_points_but_a_pinned_one(method: str) -> None:
    tally = history(6000, 2, repeated=True)
    pinned = Constraints(pins=(Pin("c5", "v1", 3, "sales"),))
    weights = METHODS[method](tally, estimate(tally), pinned)
    less = without_repeats(weights, tally, resolve(pinned, tally.criteria))
    assert [value != 0 for value in less.values[-6:]] == [False, weights.values[-5] != 0, False, False, False, False]
    assert less.values[:30].tolist() == weights.values[:30].tolist()
    assert note("repeats", criterion="c5", by="c0") in less.notes


def two_repeats(leads: int, seed: int, world: int) -> Tally:
    """Four criteria with rising effects, and two more that tell only which half the first two are in."""
    rng = np.random.default_rng(seed)
    effects = np.sort(np.random.default_rng(world).normal(0, 0.5, (4, 4)))
    mixed = 0.3 * rng.standard_normal(leads) + 0.95 * rng.standard_normal((4, leads))
    own = np.searchsorted([-0.7, 0.0, 0.7], mixed)
    codes = np.concatenate([own, [own[0] > 0, own[1] > 1]]).astype(np.uint8)
    odds = -2.2 + sum(effects[i][own[i]] for i in range(4))
    return tally_of(QUESTIONS, codes, rng.random(leads) < 1 / (1 + np.exp(-odds)))


@pytest.mark.parametrize("method", ["lift", "cautious", "evidence"])
def test_fresh_leads_are_ranked_better(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def ranking(tally: Tally, fresh: Tally) -> float:
        grid = calibrate_prepared(prepare(tally), Plan(method, method))
        return auc_of(row_scores(fresh, grid), fresh.leads, fresh.customers)

    worlds = [(two_repeats(6000, world, world), two_repeats(30_000, 99, world)) for world in range(4)]
    once = np.array([ranking(*world) for world in worlds])
    monkeypatch.setattr(planning, "without_repeats", lambda weights, *_: weights)
    twice = np.array([ranking(*world) for world in worlds])
    assert (once - twice).mean() > 0.001 and (once - twice).min() > -0.004

"""Resamples: what they keep of a tally, and whether the promised stability is that of real reruns."""

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from weights_case import counted, simulated, text

from calibrate.counts.rates import estimate
from calibrate.counts.tally import tally_of
from calibrate.points.plan import Plan, Prepared, calibrate_prepared, prepare, redrawn
from calibrate.points.redrawn import draws_for, redraw, resample, resamples


def redrawn_as(tally, grid, again, draws):
    """The grid against those that `again` makes from resamples."""
    return redraw(tally, grid, [(part, again(present)) for part, present in islice(resamples(tally), draws)])


def test_a_resample_counts_every_lead_as_often_as_chance_has_it() -> None:
    tally, _ = simulated(2_000)
    rng = np.random.default_rng(3)
    parts = [resample(tally, rng) for _ in range(200)]
    leads = np.array([part.overall[0] for part in parts])
    assert abs(leads.mean() - 2_000) < 12 and 35 < leads.std() < 55  # Poisson: 2000 +- 45
    for part in parts[:3]:
        assert part.totals.sum(axis=0).tolist() == [int(part.leads.sum()), int(part.customers.sum())]
        for margin in part.marginals:
            assert margin.sum(axis=(0, 1)).tolist() == part.totals.sum(axis=0).tolist()


def test_the_leads_of_a_group_are_drawn_together() -> None:
    tally = counted(text("a", ["x", "y"]), [(300, 30), (100, 20)])
    grouped = replace(tally, group=np.repeat(np.arange(40), 10).astype(np.int32))
    part = resample(grouped, np.random.default_rng(1))
    times = part.leads.reshape(40, 10)
    assert (times == times[:, :1]).all()


def test_the_same_method_again_keeps_everything() -> None:
    tally = counted(text("a", ["x", "y"]), [(300, 30), (100, 20)])
    grid = calibrate_prepared(prepare(tally), Plan("e", "evidence"))
    found = redrawn_as(prepare(tally).tally, grid, lambda part: grid, 5)
    assert (found.sign_kept == 1).all() and (found.points_kept == 1).all()


@pytest.mark.parametrize("method", ["lift", "cautious", "evidence", "logistic", "sparse"])
def test_promised_stability_is_that_of_the_method_run_again_in_full(method: str) -> None:
    tally, _ = simulated(2_500, seed=4)
    prepared, plan = prepare(tally), Plan(method, method)
    grid = redrawn(prepared, plan, calibrate_prepared(prepared, plan))
    assert grid.provenance["redraws"] == draws_for(prepared.tally)

    def in_full(part):  # the search as it is, the shrinkage as fine as it is
        return calibrate_prepared(Prepared(part, part, estimate(part), prepared.months), plan)

    real = redrawn_as(prepared.tally, grid, in_full, grid.provenance["redraws"])
    lines = [
        (evidence.sign_kept, evidence.points_kept, real.sign_kept[i], real.points_kept[i])
        for i, (evidence, points) in enumerate(
            zip((e for row in grid.evidence for e in row), grid.flat.tolist(), strict=True)
        )
        if points and evidence.sign_kept is not None
    ]
    promised_sign, promised_points, sign, points = np.mean(lines, axis=0)
    assert abs(promised_sign - sign) < 0.08 and abs(promised_points - points) < 0.10  # of the same draws


def test_a_score_that_means_nothing_owes_its_gain_to_chance() -> None:
    rng = np.random.default_rng(5)
    names = [text(f"c{i}", "abcde") for i in range(8)]
    tally = tally_of(names, rng.integers(0, 5, (8, 3_000)).astype(np.uint8), rng.random(3_000) < 0.05)
    prepared, plan = prepare(tally), Plan("l", "lift")
    grid = redrawn(prepared, plan, calibrate_prepared(prepared, plan))
    rates = np.array(grid.curve.rates)
    assert rates.max() < 0.075 and rates.min() > 0.03  # nearly flat: a level line is the truth


def test_a_grid_that_lacks_a_criterion_gives_its_levels_nothing() -> None:
    tally, _ = simulated(1_500)
    prepared = prepare(tally)
    grid = calibrate_prepared(prepared, Plan("e", "evidence"))
    less = replace(grid, criteria=grid.criteria[1:], points=grid.points[1:], evidence=grid.evidence[1:])
    found = redrawn_as(prepared.tally, less, lambda part: grid, 3)
    assert len(found.sign_kept) == len(less.flat) and (found.points_kept == 1).all()
    assert (redrawn_as(prepared.tally, grid, lambda part: less, 3).points_kept[-3:] == 1).all()

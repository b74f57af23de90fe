"""The quick search: as good as the long one, its loss that of an independent optimiser, its bounds kept."""

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from cards_case import loss_of
from weights_case import simulated

from calibrate.counts.rates import estimate
from calibrate.grid.grid import Pin
from calibrate.points.redrawn import resamples
from calibrate.weights.base import zero_levels
from calibrate.weights.constraints import Constraints, resolve
from calibrate.weights.logistic import roughly
from calibrate.weights.profile_algebra import predict, rows_of
from calibrate.weights.search.find import search
from calibrate.weights.search.lines import Budget, allowed
from calibrate.weights.sketch import quick_card
from calibrate.weights.sparse import aimed
from calibrate.weights.sparse_lines import offered


def case(seed: int, constraints: Constraints):
    tally = next(islice(resamples(simulated(3_000)[0]), seed, None))[1]
    rates = estimate(tally)
    joint = roughly(tally, rates, Constraints())
    offer = offered(
        tally.criteria, rates, resolve(constraints, tally.criteria), zero_levels(tally, rates), joint.values
    )
    rows = aimed(rows_of(tally), joint)
    return offer, rows, joint


def test_it_loses_nothing_that_matters_against_the_long_search() -> None:
    costs, budget = [], Budget(10, 99, 1.0)
    for seed in range(5):
        offer, rows, joint = case(seed, Constraints())
        lines = offer.on(rows)
        card = quick_card(lines, rows, budget, (joint.values, joint.intercept))
        best = search(lines, budget).best
        assert card is not None and best is not None
        costs.append([at.loss + budget.worth * np.count_nonzero(at.points) for at in (card, best)])
        scores = predict(rows, (card.points @ offer.gives).astype(float))
        assert card.loss == pytest.approx(loss_of(scores, rows.customers, rows.leads), rel=1e-6)
        assert np.gcd.reduce(card.points) == 1 and allowed(lines, budget, card.points[None]).all()
    quick, long = np.array(costs).T
    assert quick.mean() <= long.mean() * 1.001 and (quick <= long * 1.005).all()


def test_it_goes_on_from_a_card_and_keeps_pins() -> None:
    free = case(0, Constraints())[0]
    offer, rows, joint = case(0, Constraints(pins=(Pin(*_first_level(), 3),)))
    assert len(free.lowest) != 0
    lines, budget = offer.on(rows), Budget(8, 99, 1.0)
    card = quick_card(lines, rows, budget, (joint.values, joint.intercept))
    assert card is not None and (card.points[lines.pinned] == 3).all() and lines.pinned.sum() == 1
    worse = replace(card, points=np.where(lines.pinned, card.points, 0))
    again = quick_card(lines, rows, budget, (joint.values, joint.intercept), worse)
    assert again is not None and again.loss <= card.loss + 2.0 and (again.points[lines.pinned] == 3).all()


def _first_level() -> tuple[str, str]:
    criterion = simulated(3_000)[0].criteria[0]
    return criterion.name, criterion.levels[0].name


def test_nothing_is_found_where_no_line_may_have_points() -> None:
    offer, rows, joint = case(0, Constraints())
    none = np.zeros_like(offer.lowest)
    shut = replace(offer, lowest=none, highest=none)
    assert quick_card(shut.on(rows), rows, Budget(8, 99, 1.0), (joint.values, joint.intercept)) is None

"""A climb from a card: to the best that enumeration finds, within the demands, keeping what is nearly as good."""

from itertools import combinations, product

import numpy as np
import pytest
from cards_case import drawn, loss_of

from calibrate.weights.search.fits import counted, fit_scores
from calibrate.weights.search.lines import Budget, plain
from calibrate.weights.search.local_search import NEAR, Care, Climb
from calibrate.weights.search.rounding import Card
from calibrate.weights.search.views import source_of


def climbed(points: list[int], numbers: bool = False, worth: float = 0.0) -> tuple[Climb, np.ndarray, np.ndarray]:
    columns, outcome = drawn(lines=5, rows=300, numbers=numbers)
    climb = Climb(source_of(plain(columns, np.ones(300), outcome, 3)), Budget(2, 5, worth), Care())
    scores = np.array(points) @ columns.astype(int)
    fit = fit_scores(*counted(scores[None], np.ones(300), outcome))
    climb.climb(Card(np.array(points), float(fit.scale[0]), float(fit.intercept[0]), float(fit.loss[0])))
    return climb, columns, outcome


@pytest.mark.parametrize("numbers", [False, True])
@pytest.mark.parametrize("points", [[0, 0, 1, 0, 1], [0, 1, 1, 0, 0], [1, 0, 0, 0, 0]])
def test_it_ends_where_no_other_points_and_no_exchange_of_a_line_are_better(points: list[int], numbers: bool) -> None:
    climb, columns, outcome = climbed(points, numbers)

    def losses(cards: np.ndarray) -> np.ndarray:
        return fit_scores(*counted(cards @ columns.astype(int), np.ones(300), outcome)).loss

    assert climb.best is not None
    here = climb.best.points
    assert climb.best.loss == pytest.approx(loss_of(here @ columns.astype(int), outcome), rel=1e-6)
    moved = []
    for leaving, joining in product(range(5), repeat=2):
        for value in range(-3, 4):
            card = here.copy()
            card[leaving] = 0
            card[joining] = value
            moved.append(card)
    cards = np.array([card for card in moved if np.count_nonzero(card) <= 2])
    assert losses(cards).min() >= climb.best.loss * (1 - 1e-6)
    every = []
    for support in combinations(range(5), 2):
        cards = np.zeros((7**2, 5), int)
        cards[:, support] = list(product(range(-3, 4), repeat=2))
        every.append(losses(cards).min())
    assert climb.best.loss <= min(every) * 1.01  # a move of two lines at once would be needed for the rest


def test_the_pool_holds_cards_nearly_as_good_and_their_true_loss() -> None:
    climb, columns, outcome = climbed([0, 0, 1, 0, 1])
    assert climb.best is not None
    near = [card for card in climb.pool.values() if climb.near(card)]
    assert len(near) > 1
    for card in near:
        assert card.loss <= climb.best.loss * (1 + NEAR) + 1e-2
        assert np.count_nonzero(card.points) <= 2 and np.abs(card.points).max() <= 3
        assert card.loss == pytest.approx(loss_of(card.points @ columns.astype(int), outcome), rel=1e-6)


def test_a_line_that_is_not_worth_it_goes() -> None:
    free, _, _ = climbed([0, 0, 1, 0, 1])
    dear, _, _ = climbed([0, 0, 1, 0, 1], worth=1000.0)
    assert free.best is not None and dear.best is not None
    assert np.count_nonzero(free.best.points) == 2 and np.count_nonzero(dear.best.points) <= 1
    assert dear.cost(dear.best) == pytest.approx(dear.best.loss + 1000 * np.count_nonzero(dear.best.points))

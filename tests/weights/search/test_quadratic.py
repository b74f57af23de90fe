"""The quadratic model against sums over rows, its moves against enumeration, its bounds against those of one card."""

from itertools import product

import numpy as np
import pytest
from cards_case import drawn
from scipy.optimize import minimize

from calibrate.weights.search.lines import Budget, Lines, allowed, plain, room
from calibrate.weights.search.quadratic import Quadratic


def model_of(lines: Lines, budget: Budget) -> tuple[Quadratic, np.ndarray, np.ndarray]:
    """The model at log-odds 0, with its design and the rows' counts."""
    design = np.array([lines.column(j) for j in range(len(lines))], float)
    weights = lines.leads / 4
    mean = (design @ weights) / weights.sum()
    centred = design - mean[:, None]
    pull = centred @ (lines.customers - lines.leads / 2)
    return Quadratic(lines, budget, pull, (centred * weights) @ centred.T), design, weights


def runs(seed: int) -> Lines:
    """Lines on three criteria of four levels: single levels and a pair, which clashes with a part."""
    random = np.random.default_rng(seed)
    gives = np.zeros((12, 12), bool)
    for criterion in range(3):
        gives[4 * criterion + np.arange(3), 4 * criterion + 1 + np.arange(3)] = True
        gives[4 * criterion + 3, [4 * criterion + 1, 4 * criterion + 2]] = True
    criterion = np.repeat(np.arange(3), 4)
    clash = np.zeros((12, 12), bool)
    for first in (0, 4, 8):
        clash[first + 3, first] = clash[first, first + 3] = True
    lowest, highest = np.full(12, -3), np.full(12, 3)
    lowest[5], highest[9] = 0, 0
    codes = random.integers(0, 4, (3, 500)).astype(np.uint8)
    odds = np.array([0.0, 1.0, 1.2, -1.0])[codes].sum(axis=0) - 0.5
    outcome = (random.random(500) < 1 / (1 + np.exp(-odds))).astype(float)
    return Lines(
        np.ones(500), outcome, lowest, highest, criterion, codes, (4, 4, 4), gives,
        clash=clash, floor=np.full(12, -3), ceiling=np.full(12, 3),
    )  # fmt: skip


def test_gains_are_those_of_the_best_scale_and_intercept() -> None:
    columns, outcome = drawn(lines=5, rows=300)
    model, design, weights = model_of(plain(columns, np.ones(300), outcome, 5), Budget(5, 5, 0.25))
    slope = outcome - 0.5
    for card in ([1, 0, 0, 0, 0], [3, -2, 0, 1, 0], [5, -1, 1, 2, -4]):
        scores = np.array(card) @ design

        def change(x: np.ndarray, scores: np.ndarray = scores) -> float:
            odds = x[0] * scores + x[1]
            return float(-slope @ odds + weights @ (odds * odds) / 2)

        best = minimize(change, [0.1, 0.0], bounds=[(0, None), (None, None)]).fun
        none = minimize(lambda b: change(np.array([0.0, b[0]])), [0.0]).fun
        gain = float(model.gains(np.array([card]))[0]) + 0.25 * np.count_nonzero(card)
        assert gain == pytest.approx(none - best, abs=1e-6)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("budget", [Budget(12, 3), Budget(4, 3, 0.5), Budget(5, 2)])
def test_bounds_of_many_cards_are_those_of_each(seed: int, budget: Budget) -> None:
    lines, random = runs(seed), np.random.default_rng(seed)
    cards = random.integers(-1, 3, (20, 12)) * (random.random((20, 12)) < 0.3)
    low, high = model_of(lines, budget)[0].rooms(cards)
    for card, fewest, most in zip(cards, low, high, strict=True):
        expected = room(lines, budget, card)
        assert fewest.tolist() == expected[0].tolist() and most.tolist() == expected[1].tolist()


@pytest.mark.parametrize("seed", range(4))
def test_a_climb_ends_where_no_change_and_no_exchange_is_better(seed: int) -> None:
    lines, budget = runs(seed), Budget(4, 3, 0.5)
    model = model_of(lines, budget)[0]
    support, weights = model.grown(budget.lines)
    start = model.rounded(support, weights, 1)[0]
    path = [start, *model.climb(start)]
    gains = model.gains(np.array(path))
    assert (np.diff(gains) > 0).all() and allowed(lines, budget, np.array(path)).all()
    here, moved = path[-1], []
    for leaving, joining, value in product(range(12), range(12), range(-3, 4)):
        card = here.copy()
        card[leaving] = 0
        if card[joining] == 0 or joining == leaving:
            card[joining] = value
            moved.append(card)
    candidates = np.array(moved)
    candidates = candidates[allowed(lines, budget, candidates)]
    assert len(candidates) > 50 and (model.gains(candidates) <= gains[-1] * (1 + 1e-6)).all()


def test_lines_are_chosen_as_sums_of_squares_say() -> None:
    """The first line is the one with the largest pull squared by its curve; weights solve the normal equations."""
    columns, outcome = drawn(lines=6, rows=400)
    model = model_of(plain(columns, np.ones(400), outcome, 5), Budget(6, 6, 0.5))[0]
    support, weights = model.grown(3)
    assert support[0] == int((model.pull**2 / model.curve.diagonal()).argmax()) and len(support) == 3
    expected = np.linalg.solve(model.curve[np.ix_(support, support)], model.pull[support])
    assert weights == pytest.approx(expected, rel=1e-6)


def test_pinned_lines_stay() -> None:
    lines = runs(1)
    lines.lowest[2] = lines.highest[2] = 2
    model = model_of(lines, Budget(4, 3))[0]
    start = np.zeros(12, int)
    start[2] = 2
    assert all(card[2] == 2 for card in model.climb(start)) and model.climb(start)

"""Sets of lines with real weights, beside all sets of their size."""

from itertools import combinations

import numpy as np
import pytest
from cards_case import drawn

from calibrate.weights.search.beam import Width, beam_search, fitted
from calibrate.weights.search.fits import fit_lines
from calibrate.weights.search.lines import Budget, plain
from calibrate.weights.search.views import source_of


def real_loss(columns: np.ndarray, outcome: np.ndarray, support: tuple[int, ...]) -> float:
    """Loss of a logistic regression on some columns."""
    design = np.concatenate([np.ones((1, len(outcome))), columns[list(support)]])
    start = np.zeros((1, len(design)))
    return float(fit_lines(design[None], np.ones((1, len(outcome))), outcome[None], start)[1][0])


@pytest.mark.parametrize("numbers", [False, True])
def test_the_best_set_of_two_lines_is_found(numbers: bool) -> None:
    columns, outcome = drawn(lines=7, rows=300, numbers=numbers)
    source = source_of(plain(columns, np.ones(300), outcome, 5))
    sets = beam_search(source, Budget(2, 7), Width(), 2)
    best = min(combinations(range(7), 2), key=lambda pair: real_loss(columns, outcome, pair))
    assert tuple(sorted(sets[0].support)) == best
    assert sets[0].loss == pytest.approx(real_loss(columns, outcome, best), rel=1e-4)
    assert [real.rank for real in sets] == sorted(real.rank for real in sets)


def test_a_set_is_as_large_as_the_budget_and_the_search_allow() -> None:
    columns, outcome = drawn(lines=7, rows=300)
    source = source_of(plain(columns, np.ones(300), outcome, 5))
    assert len(beam_search(source, Budget(4, 7), Width(), 3)[0].support) == 3
    assert len(beam_search(source, Budget(2, 7), Width(), 9)[0].support) == 2
    assert beam_search(source, Budget(0, 7), Width(), 9)[0].support == ()


def test_a_set_fitted_again_from_anywhere_has_the_same_weights() -> None:
    columns, outcome = drawn(lines=5, rows=400)
    source = source_of(plain(columns, np.ones(400), outcome, 5))
    once, again = fitted(source, (4, 1), None), fitted(source, (4, 1), np.array([0.3, -1.0, 2.0]))
    assert once.loss == pytest.approx(real_loss(columns, outcome, (4, 1)), rel=1e-5)
    assert once.weights == pytest.approx(again.weights, abs=0.01)


def test_weights_against_a_sign_rank_last() -> None:
    """The first line tells for customers; where it may only take points, a set with it is no use."""
    from dataclasses import replace

    columns, outcome = drawn(lines=3, rows=400)
    lines = plain(columns, np.ones(400), outcome, 5)
    down = replace(lines, highest=np.array([0, 5, 5]))
    assert fitted(source_of(lines), (0,), None).rank == pytest.approx(fitted(source_of(lines), (0,), None).loss)
    assert fitted(source_of(down), (0,), None).rank > 1e5
    assert beam_search(source_of(down), Budget(1, 3), Width(), 1)[0].support != (0,)

"""A bound under every grid of a size, beside enumeration."""

from itertools import combinations

import numpy as np
import pytest
from cards_case import drawn

from calibrate.weights.search.bound import bound_of
from calibrate.weights.search.find import search
from calibrate.weights.search.fits import fit_lines
from calibrate.weights.search.lines import Budget, plain


@pytest.mark.parametrize("seed", [1, 2])
def test_a_bound_is_a_bound_and_closes(seed):
    columns, outcome = drawn(lines=7, rows=500, seed=seed)
    lines = plain(columns, np.ones(500), outcome, 5)
    best = search(lines, Budget(3, 7)).best.loss
    supports = []
    for support in combinations(range(7), 3):
        design = np.concatenate([np.ones((1, 500)), columns[list(support)]])
        supports.append(fit_lines(design[None], np.ones((1, 500)), outcome[None], np.zeros((1, 4)))[1][0])
    lows = [bound_of(lines, 3, best, fits) for fits in (1, 5, 500)]
    assert lows[0].loss <= lows[1].loss <= lows[2].loss <= min(supports) + 1e-6 and lows[2].closed
    assert lows[2].loss == pytest.approx(min(supports), rel=1e-4) and 0 <= lows[2].left < 0.02

"""Cards: what chance gives them, and how far they are believed."""

import numpy as np
import pytest
from cards_case import drawn
from scipy.special import beta, expit

from calibrate.weights.search.find import search
from calibrate.weights.search.lines import Budget, plain
from calibrate.weights.search.rounding import by_chance, surest


def test_what_meaningless_lines_gain_by_chance():
    squares = np.sort(np.random.default_rng(3).standard_normal((4000, 40)) ** 2)
    for lines in (5, 20, 40):
        assert by_chance(lines, 40) == pytest.approx(squares[:, -lines:].sum(axis=1).mean(), rel=0.05)
    assert by_chance(0, 40) == 0.0


@pytest.mark.parametrize("held", [400, 9000])
def test_a_card_is_as_sure_as_its_leads_have_earned(held):
    odds, leads = np.array([-30.0, 0.0, 30.0]), np.array([held / 4, 1000.0, 3 * held / 4])
    earned = surest(odds, leads, np.array([0.0, 300.0, 3 * held / 4]))
    against = beta(0.5, held + 0.5) / beta(0.5, 0.5)  # how likely no exception is where their share is unknown
    assert expit(-earned) == pytest.approx(against / (1 + against) * 0.5 / (held + 1), rel=0.05)
    for bought in ([1.0, 300.0, 3 * held / 4], [0.0, 300.0, 3 * held / 4 - 1]):  # one exception, at either end
        assert surest(odds, leads, np.array(bought)) == pytest.approx(np.log(2 * leads.sum()))
    assert surest(odds / 30, leads, np.array([0.0, 300.0, held])) == pytest.approx(np.log(2 * leads.sum()))


def test_close_rates_expected_of_a_card_hold_on_fresh_leads_better_than_its_own_line():
    def losses(seed):
        columns, outcome = drawn(lines=24, rows=1200, seed=seed)
        card = search(plain(columns[:, :200], np.ones(200), outcome[:200], 5), Budget(6, 24)).best
        scores, fresh = np.split(card.points @ columns.astype(int), [200])
        shares = card.expected(fresh, scores, np.ones(200), outcome[:200]), expit(card.scale * fresh + card.intercept)
        return [-np.log(np.where(outcome[200:] > 0, share, 1 - share)).mean() for share in shares]

    ours, lines = np.mean([losses(seed) for seed in range(12)], axis=0)
    assert ours < lines - 0.003

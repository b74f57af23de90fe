"""Reasons: they add up to the score, and come in order."""

import random

import pytest
from replay import cases

from calibrate.errors import SettingsError
from calibrate.grid.reasons import reasons_of, words_in


def test_points_of_the_reasons_add_up_to_the_score():
    for seed in range(10):
        rng = random.Random(seed)
        grid = cases.grid(rng)
        for lead in cases.leads(rng, grid, {}, 30):
            found = reasons_of(grid, lead)
            assert sum(reason.points for reason in found) == grid.score(lead)
            sizes = [abs(reason.points) for reason in found if reason.criterion]  # what every lead has stands last
            assert len(sizes) == len(found) - bool(grid.start) and all(reason.criterion for reason in found[:-1])
            assert sizes == sorted(sizes, reverse=True) and 0 not in sizes


def test_an_unknown_language_is_refused_with_the_known_ones():
    with pytest.raises(SettingsError, match=r"no report language named .fn.\..* Known: en, fr"):
        words_in("fn")
    assert set(words_in("en")) == set(words_in("fr"))

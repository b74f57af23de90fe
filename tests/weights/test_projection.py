"""The nearest weights that keep an order: beside isotonic regression, and none nearer."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate.errors import SettingsError
from calibrate.points.curve import isotonic
from calibrate.weights.constraints import Chain
from calibrate.weights.projection import nearest

values = st.lists(st.floats(-5, 5), min_size=2, max_size=8)


@settings(max_examples=60, deadline=None)
@given(values, st.integers(0, 1_000))
def test_on_a_diagonal_the_nearest_rising_weights_are_the_isotonic_ones(found, seed):
    weights = np.random.default_rng(seed).uniform(0.1, 10, len(found))
    free = np.full(len(found), np.inf)
    ours = nearest(np.array(found), weights, -free, free, [Chain("c", np.arange(len(found)), 1)])
    assert ours == pytest.approx(isotonic(np.array(found), weights), abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(values, st.integers(0, 1_000), st.sampled_from([-1, 0, 1]))
def test_nothing_feasible_is_nearer(found, seed, direction):
    random, size = np.random.default_rng(seed), len(found)
    root = random.standard_normal((size, size))
    metric = root @ root.T + np.eye(size)
    floor, ceiling = np.full(size, -2.0), np.full(size, 3.0)
    floor[0] = ceiling[0] = 1.0
    chain = Chain("c", np.arange(size), direction)
    ours = nearest(np.array(found), metric, floor, ceiling, [chain])
    cost = (ours - found) @ metric @ (ours - found)
    assert (ours >= floor).all() and (ours <= ceiling).all()
    for _ in range(40):
        other = np.sort(np.clip(ours + random.normal(0, random.choice([0.01, 0.5]), size), floor, ceiling))
        other = other if direction >= 0 else other[::-1]
        other = np.clip(other - other[0] + 1.0, floor, ceiling)
        assert cost <= (other - found) @ metric @ (other - found) + 1e-6


def test_an_order_against_fixed_levels_is_refused():
    with pytest.raises(SettingsError, match="the order demanded for 'c' contradicts"):
        nearest(np.zeros(2), np.ones(2), np.array([3.0, 1.0]), np.array([3.0, 1.0]), [Chain("c", np.arange(2), 1)])

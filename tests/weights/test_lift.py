"""The published recipe."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from weights_case import counted, text, weigh

from calibrate.points.build import build_grid
from calibrate.weights.lift import recipe


def test_lift_by_pencil(tally):
    """6 % is 3 times 2 %; 2 % is 1; none is -20; 10 % is 5; 1.486 % is 1 / -0.743."""
    assert weigh(tally, "lift").values == pytest.approx([3, 1, -20, 5, -2 / (9_600 / 6_460), 0, 0])
    assert weigh(tally, "lift", cap=2).values == pytest.approx([3, 1, -2, 5, -1.345833, 0, 0], abs=1e-6)


@settings(max_examples=200)
@given(st.floats(1e-6, 1e6), st.floats(1e-6, 1e6))
def test_the_recipe_rises_with_the_lift(one, other):
    low, high = sorted((one, other))
    points = recipe(np.array([low, high]), most=20)
    assert points[0] <= points[1] and (np.abs(points) >= 1).all() and points[0] >= -20


def test_the_neutral_answer_of_several_has_no_points(tally):
    """'d' closes at 10 %, 5 points: with it as reference all have 5 points less, 20 % over 1 % being what it is."""
    moved = replace(tally, criteria=tuple(replace(c, reference="d") for c in tally.criteria))
    assert weigh(moved, "lift").values == pytest.approx([-2, -4, -20, 0, -5 - 2 / (9_600 / 6_460), 0, 0])


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(100, 900), st.integers(10, 60)), min_size=2, max_size=5), st.data())
def test_moving_to_the_neutral_answer_ranks_every_lead_as_before(counts, data):
    plain = counted(text("s", "abcde"[: len(counts)]), counts)
    reference = data.draw(st.sampled_from("abcde"[: len(counts)]))
    moved = replace(plain, criteria=tuple(replace(c, reference=reference) for c in plain.criteria))
    one, other = (
        build_grid(weigh(tally, "lift"), tally, name="lift", brief=True).flat[: len(counts)] for tally in (plain, moved)
    )
    at = "abcde".index(reference)
    weights, moved_weights = (weigh(tally, "lift").values[: len(counts)] for tally in (plain, moved))
    assert moved_weights == pytest.approx(np.maximum(weights - weights[at], -20))
    order, moved_order = (np.sign(points[:, None] - points) for points in (one, other))
    assert (order * moved_order >= 0).all() and other[at] == 0

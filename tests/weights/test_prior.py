"""Estimated strengths against the marginal likelihood itself, on a problem where it is known exactly."""

import numpy as np
import pytest
from weights_case import number, text, yes_no

from calibrate.weights.prior import GROUND, START, Component, components, penalty_of, settle


def test_the_strength_maximises_the_marginal_likelihood():
    """Normal data: the evidence of a strength s is N(y; 0, 1/information + 1/s), here by grid."""
    random = np.random.default_rng(3)
    size, information = 40, np.linspace(5.0, 200.0, 40)
    truth = random.normal(0, 0.3, size)
    observed = truth + random.normal(0, 1, size) / np.sqrt(information)
    part = Component(0, "spread", np.arange(size), np.eye(size))
    found = settle(np.diag(information), information * observed, [part], np.array([np.log(START)]), 60)
    strengths = np.exp(np.linspace(0, 6, 2_001))
    variance = 1 / information + 1 / (strengths[:, None] + GROUND)
    evidence = -(np.log(variance) + observed**2 / variance).sum(axis=1)
    assert np.exp(found.log_strengths[0]) == pytest.approx(strengths[np.argmax(evidence)], rel=0.1)
    assert found.weights == pytest.approx(
        observed * information / (information + np.exp(found.log_strengths[0])), rel=1e-3
    )


def test_criteria_with_little_evidence_borrow_strength():
    """Two criteria of six levels: one precise and steep, one vague; alone, the vague one would shrink to nothing."""
    precise, vague = np.full(6, 500.0), np.full(6, 4.0)
    steep = np.array([-1.0, -0.5, 0, 0.2, 0.5, 0.8])
    information, observed = np.concatenate([precise, vague]), np.concatenate([steep, steep * 0.3])
    parts = [Component(i, "spread", np.arange(6) + 6 * i, np.eye(6)) for i in range(2)]
    both = settle(np.diag(information), information * observed, parts, np.full(2, np.log(START)), 80)
    alone = settle(np.diag(vague), vague * steep * 0.3, [Component(0, "spread", np.arange(6), np.eye(6))],
                   np.array([np.log(START)]), 80)  # fmt: skip
    assert np.abs(both.weights[6:]).sum() > 2 * np.abs(alone.weights).sum()


def test_components_follow_the_criteria():
    criteria = [text("sector", ["a", "b"]), number("visits", [1, 2, 3]), yes_no("demo"), number("two", [5])]
    seen = np.array([1, 1, 0, 1, 1, 1, 1, 1, 1, 0, 1, 1, 0, 0, 1, 1, 1, 0], bool)
    found = [(c.criterion, c.kind, c.positions.tolist()) for c in components(criteria, seen)]
    assert found == [
        (0, "spread", [0, 1, 2]), (1, "step", [3, 4, 5, 6, 7]), (1, "bend", [3, 4, 5, 6, 7]),
        (1, "spread", [3, 4, 5, 6, 7]), (2, "spread", [8, 9]), (3, "spread", [10, 11, 12]),
    ]  # fmt: skip


def test_a_straight_line_costs_no_bend_and_a_level_line_no_step():
    parts = components([number("visits", [1, 2, 3])], np.array([1, 1, 1, 1, 0, 0], bool))
    line, level = np.arange(4.0), np.ones(4)
    bend = penalty_of(parts, np.array([-50.0, 0.0]), 4) - np.eye(4) * GROUND
    step = penalty_of(parts, np.array([0.0, -50.0]), 4) - np.eye(4) * GROUND
    assert line @ bend @ line == pytest.approx(0, abs=1e-12) and level @ step @ level == pytest.approx(0, abs=1e-12)
    assert line @ step @ line == pytest.approx(3)

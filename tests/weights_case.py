"""Small histories for the tests of weights and grids: by hand, by seed and by hypothesis."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import strategies as st

from calibrate.counts.rates import estimate
from calibrate.counts.tally import Tally, tally_of
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Grid
from calibrate.points.build import build_grid
from calibrate.weights import METHODS, Constraints, Weights

ENDS = (Level("missing", "missing"), Level("other", "other"))


def text(name, levels, axis="fit", reference=None):
    values = tuple(Level(level, values=(level,)) for level in levels)
    return Criterion(name, name, "text", axis, values + ENDS, reference=reference)


def yes_no(name, axis="engagement"):
    values = (Level("yes", values=(True,)), Level("no", values=(False,)))
    return Criterion(name, name, "boolean", axis, values + ENDS, reference="no")


def number(name, cuts, axis="engagement"):
    edges = [None, *cuts, None]
    bins = tuple(Level(f"{a}-{b}", low=a, high=b) for a, b in pairwise(edges))
    return Criterion(name, name, "number", axis, bins + ENDS, ordered=True)


def counted(criterion, counts) -> Tally:
    """A tally of one criterion from (leads, customers) per level."""
    return several([(criterion, counts)])


def several(parts) -> Tally:
    """A tally of criteria that are independent given the outcome, each with counts per level of the same leads."""
    codes = []
    for shift, (criterion, counts) in enumerate(parts):
        full = list(counts) + [(0, 0)] * (len(criterion.levels) - len(counts))
        bought = np.repeat(np.arange(len(full)), [k for _, k in full])
        lost = np.repeat(np.arange(len(full)), [n - k for n, k in full])
        mixed = np.random.default_rng(shift)
        codes.append(np.concatenate([mixed.permutation(bought), mixed.permutation(lost)]))
    customers = sum(k for _, k in parts[0][1])
    total = sum(n for n, _ in parts[0][1])
    outcome = (np.arange(total) < customers).astype(int)
    return tally_of([criterion for criterion, _ in parts], np.array(codes, np.uint8), outcome)


def simulated(leads=6_000, seed=1, intercept=-3.0) -> tuple[Tally, np.ndarray]:
    """Leads with known log-odds per level: correlated sector, size and visits, a demo request, a free mailbox."""
    random = np.random.default_rng(seed)
    taste = random.standard_normal(leads)
    criteria = (
        text("sector", ["saas", "retail", "public", "farm"]), text("size", ["1-9", "10-99", "100+"]),
        number("visits", [1, 2, 4, 8, 16]), yes_no("demo"), yes_no("free_mail", "fit"),
    )  # fmt: skip
    truth = np.array([0.6, 0, -0.3, -0.9, 0, 0, -0.7, 0, 0.5, 0, 0,
                      -0.6, -0.3, 0, 0.3, 0.6, 0.9, 0, 0, 1.5, 0, 0, 0, -0.8, 0, 0, 0])  # fmt: skip
    noisy = taste[:, None] + random.standard_normal((leads, 3))
    codes = np.stack([
        np.digitize(-noisy[:, 0], [-0.9, 0.4, 1.6]), np.digitize(noisy[:, 1], [-0.5, 1.2]),
        np.digitize(noisy[:, 2], [-1.5, -0.6, 0.2, 1.0, 1.9]), (random.random(leads) > 0.1 + 0.1 * (taste > 1)),
        (random.random(leads) > 0.3),
    ]).astype(np.uint8)  # fmt: skip
    sizes = [len(c.levels) for c in criteria]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    odds = intercept + sum(truth[start + column] for start, column in zip(starts, codes, strict=True))
    return tally_of(criteria, codes, (random.random(leads) < 1 / (1 + np.exp(-odds))).astype(int)), truth


def weigh(tally, method, **constraints) -> Weights:
    return METHODS[method](tally, estimate(tally), Constraints(**constraints))


def built(tally, method="logistic", constraints=None, **scale) -> tuple[Weights, Grid]:
    """The weights of a method and the grid built from them."""
    constraints = constraints or Constraints()
    weights = METHODS[method](tally, estimate(tally), constraints)
    return weights, build_grid(weights, tally, name=method, constraints=constraints, **scale)


@st.composite
def tallies(draw) -> Tally:
    """Any small history: levels nobody has, levels without customers, one outcome only, correlated columns."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    leads = draw(st.integers(20, 500))
    kinds = draw(st.lists(st.sampled_from(["text", "yes_no", "number"]), min_size=1, max_size=4))
    criteria, codes = [], []
    taste = random.random(leads)
    for i, kind in enumerate(kinds):
        if kind == "text":
            criteria.append(text(f"t{i}", [f"v{j}" for j in range(draw(st.integers(1, 6)))]))
        elif kind == "yes_no":
            criteria.append(yes_no(f"b{i}"))
        else:
            criteria.append(number(f"n{i}", sorted(range(1, draw(st.integers(2, 7))))))
        size = len(criteria[-1].levels)
        mix = random.dirichlet(np.full(size, 0.7))
        column = np.searchsorted(np.cumsum(mix)[:-1], random.random(leads))
        follows = random.random(leads) < draw(st.sampled_from([0.0, 0.5, 0.95]))
        codes.append(np.where(follows, (taste * size).astype(int), column))
    steep = draw(st.sampled_from([0.0, 2.0, 6.0]))
    base = draw(st.sampled_from([-9.0, -3.0, -1.0, 1.0, 9.0]))
    outcome = random.random(leads) < 1 / (1 + np.exp(-(base + steep * (taste - 0.5))))
    return tally_of(criteria, np.array(codes, np.uint8), outcome.astype(int))

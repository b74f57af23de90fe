"""The nearest weights that keep signs, bounds and order: a small quadratic programme.

Minimises ``(x - w)' M (x - w)`` where ``floor <= x <= ceiling`` and chains of levels rise or fall. Solved exactly as
a least-distance problem by non-negative least squares (Lawson and Hanson, "Solving least squares problems", 1974,
chapter 23).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

from ..counts.rates import RateTable
from ..errors import SettingsError
from .constraints import Chain, Limits

Floats = NDArray[np.float64]


def nearest(values: Floats, metric: Floats, floor: Floats, ceiling: Floats, chains: Sequence[Chain] = ()) -> Floats:
    """The weights nearest to `values` in a metric (a matrix, or the diagonal of one) that keep bounds and order.

    Levels with ``floor == ceiling`` are fixed there; the others follow them as the metric says. Where a chain has no
    direction of its own, the one that costs less is taken.

    >>> rising = Chain("size", np.array([0, 1, 2]), 1)
    >>> free = np.full(3, np.inf)
    >>> nearest(np.array([1.0, 3.0, 2.0]), np.array([1.0, 1.0, 3.0]), -free, free, [rising]).round(9).tolist()
    [1.0, 2.25, 2.25]
    """
    inside = (values >= floor).all() and (values <= ceiling).all()
    if inside and not chains:
        return values
    if not chains and metric.ndim == 1:
        return np.clip(values, floor, ceiling)
    if metric.ndim == 1:
        metric = np.diag(np.maximum(metric, 1e-9))
    best: tuple[float, Floats] | None = None
    for directions in product(*[(c.direction,) if c.direction else (1, -1) for c in chains]):
        edges = _edges(chains, directions)
        solution = _solve(values, metric, floor, ceiling, edges)
        if solution is None:
            continue
        cost = float((solution - values) @ metric @ (solution - values))
        if best is None or cost < best[0] - 1e-12:
            best = cost, solution
    if best is None:
        names = ", ".join(f"'{chain.criterion}'" for chain in chains)
        raise SettingsError(
            f"the order demanded for {names} contradicts the pins, signs or caps on the same levels "
            f"(a level without customers never gains points); free one of them"
        )
    return best[1]


def kept(values: Floats, rates: RateTable, limits: Limits) -> Floats:
    """Marginal weights made to keep signs and order, never across 0; zeros stay zero.

    Moves are weighed by the leads of each level.
    """
    floor, ceiling = limits.signs
    floor, ceiling = np.where(limits.pinned, -np.inf, floor), np.where(limits.pinned, np.inf, ceiling)
    if limits.chains:
        floor, ceiling = np.where(values >= 0, np.maximum(floor, 0), floor), np.where(values <= 0, 0.0, ceiling)
    zero = (values == 0) & ~limits.pinned
    floor, ceiling = np.where(zero, 0.0, floor), np.where(zero, 0.0, ceiling)
    chains = without(limits.chains, rates.thin & ~limits.pinned)
    return nearest(values, np.maximum(rates.leads, 1).astype(float), floor, ceiling, chains)


def without(chains: Sequence[Chain], left_out: NDArray[np.bool_]) -> tuple[Chain, ...]:
    """The chains without some levels (those that rest on too few leads have no place in an order)."""
    kept_ones = [Chain(c.criterion, c.positions[~left_out[c.positions]], c.direction) for c in chains]
    return tuple(c for c in kept_ones if len(c.positions) > 1)


def _edges(chains: Sequence[Chain], directions: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs (a, b) with x[a] <= x[b]."""
    edges = []
    for chain, direction in zip(chains, directions, strict=True):
        for a, b in pairwise(chain.positions):
            edges.append((int(a), int(b)) if direction > 0 else (int(b), int(a)))
    return edges


def _solve(
    values: Floats, metric: Floats, floor: Floats, ceiling: Floats, edges: list[tuple[int, int]]
) -> Floats | None:
    """Least-distance programme over the levels that are not fixed; None where nothing is feasible."""
    from scipy.optimize import nnls

    fixed = floor == ceiling
    free = np.flatnonzero(~fixed)
    x = values.copy()
    x[fixed] = floor[fixed]
    inner = metric[np.ix_(free, free)]
    inner = inner + np.eye(len(free)) * 1e-10 * max(float(np.trace(inner)), 1e-9)
    centre = values[free]
    if fixed.any():
        pull = metric[np.ix_(free, np.flatnonzero(fixed))] @ (x[fixed] - values[fixed])
        centre = centre - np.linalg.solve(inner, pull)
    demands, least = _demands(len(x), floor, ceiling, edges, x, fixed)
    empty = ~demands.any(axis=1)
    if (least[empty] > 1e-9).any():
        return None
    demands, least = demands[~empty], least[~empty]
    root = np.linalg.cholesky(inner)
    g = np.linalg.solve(root, demands[:, free].T)  # x = centre + root'^-1 y
    h = least - demands[:, free] @ centre
    if (h <= 0).all():
        x[free] = centre
        return x
    size = np.linalg.norm(g, axis=0)
    far = float((h / size).max())  # the distance is at least this; measured in it, the problem is well scaled
    system, aim = np.vstack([g / size, h / size / far]), np.append(np.zeros(len(free)), 1.0)
    u, residual = nnls(system, aim, maxiter=50 * len(h) + 100)
    if residual < 1e-7:
        return None
    r = system @ u - aim
    x[free] = centre + np.linalg.solve(root.T, -far * r[:-1] / r[-1])
    return _polished(x, floor, ceiling, edges)


def _demands(
    size: int, floor: Floats, ceiling: Floats, edges: list[tuple[int, int]], x: Floats, fixed: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Rows and right sides of ``rows @ x >= least`` on the levels that are not fixed."""
    rows, least = [], []
    for i in np.flatnonzero(~fixed):
        for sign, bound in ((1.0, floor[i]), (-1.0, ceiling[i])):
            if np.isfinite(bound):
                row = np.zeros(size)
                row[i] = sign
                rows.append(row)
                least.append(sign * bound)
    for a, b in edges:
        row = np.zeros(size)
        row[b], row[a] = 1.0, -1.0
        fixed_part = row[fixed] @ x[fixed]
        rows.append(np.where(fixed, 0.0, row))
        least.append(-fixed_part)
    return np.array(rows).reshape(len(least), size), np.array(least)


def _polished(x: Floats, floor: Floats, ceiling: Floats, edges: list[tuple[int, int]]) -> Floats | None:
    """The solution without its last rounding errors."""
    x = np.clip(x, floor, ceiling)
    for _ in range(len(edges)):
        for a, b in edges:
            if x[a] > x[b]:
                if x[a] - x[b] > 1e-6 * max(1.0, abs(x[a])):
                    return None
                level = x[a] if floor[a] == ceiling[a] else x[b] if floor[b] == ceiling[b] else (x[a] + x[b]) / 2
                x[a] = x[b] = level
    return x

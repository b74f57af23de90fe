"""Leads of a few criteria with known log-odds per level, as the search for points on levels takes them."""

from __future__ import annotations

import numpy as np

from calibrate.weights.search.levels import Levels, Order


def levels_of(
    odds: list[list[float]], rows: int = 2000, seed: int = 1, cap: int = 3, lines: int = 99, criteria: int = 99,
    worth: float = 0.0, orders: tuple[Order, ...] = (),
) -> Levels:  # fmt: skip
    """One criterion per list of log-odds, levels equally common, base rate about a fifth."""
    random = np.random.default_rng(seed)
    sizes = tuple(len(own) for own in odds)
    codes = np.stack([random.integers(0, size, rows) for size in sizes]).astype(np.uint8)
    score = sum(np.array(own)[code] for own, code in zip(odds, codes, strict=True)) - 1.5
    bought = (random.random(rows) < 1 / (1 + np.exp(-score))).astype(float)
    size = sum(sizes)
    most = np.full(size, cap, np.int64)
    return Levels(codes, sizes, np.ones(rows), bought, -most, most, orders, lines, criteria, worth)


def scores_of(levels: Levels, points: np.ndarray) -> np.ndarray:
    """Score of every row."""
    return sum(points[a:b][code] for (a, b), code in zip(levels.spans, levels.codes, strict=True))

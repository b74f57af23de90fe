"""The hypergeometric distribution: chance of k customers among n of N leads of which K are customers, and its tails."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]


def log_chance(k: Floats, n: Floats, customers: Floats, leads: Floats) -> Floats:
    """Logarithm of ``C(K, k) C(N - K, n - k) / C(N, n)``, element by element.

    >>> bool(np.isclose(np.exp(log_chance(np.array(1.0), np.array(2.0), np.array(1.0), np.array(4.0))), 0.5))
    True
    """
    return _log_choose(customers, k) + _log_choose(leads - customers, n - k) - _log_choose(leads, n)


def fisher(k: int, n: int, customers: int, leads: int) -> float:
    """Two-sided chance of a two-by-two table: the doubled smaller tail, at most 1.

    >>> round(fisher(8, 10, 10, 20), 4)
    0.023
    """
    first, last = max(0, n - (leads - customers)), min(n, customers)
    x = np.arange(first, last + 1, dtype=np.float64)
    chance = np.exp(log_chance(x, *(np.array(float(count)) for count in (n, customers, leads))))
    return float(min(1.0, 2 * min(chance[: k - first + 1].sum(), chance[k - first :].sum())))


def lower_mid_p(k: Floats, n: Floats, customers: Floats, leads: Floats) -> Floats:
    """The lower tail with half the chance of k itself, for k at or below its mean: all arrays (tables,).

    >>> lower_mid_p(np.array([2.0]), np.array([10.0]), np.array([10.0]), np.array([20.0])).round(4).tolist()
    [0.006]
    """
    if not len(k):
        return np.zeros(0)
    spread = np.sqrt(n * customers * (leads - customers) * (leads - n) / np.maximum(leads, 1) ** 3)
    terms = int(min(k.max(), np.ceil(9 * spread.max()) + 10))
    x = k[:, None] - np.arange(terms)  # from each value to the one below it
    with np.errstate(divide="ignore", invalid="ignore"):
        step = x * ((leads - customers - n)[:, None] + x) / ((customers[:, None] - x + 1) * (n[:, None] - x + 1))
    fall = np.cumprod(np.where((x > 0) & (step > 0), step, 0.0), axis=1).sum(axis=1)
    tail: Floats = np.exp(log_chance(k, n, customers, leads)) * (0.5 + fall)
    return tail


def _log_choose(n: Floats, k: Floats) -> Floats:
    result: Floats = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    return result

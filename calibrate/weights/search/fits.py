"""Logistic fits on counted cells, many at once: what the search for a sparse grid asks thousands of times.

Two kinds of fit. `fit_scores`: best real scale and intercept for given scores,

    min over a >= 0, b of  sum of  m log(1 + exp(a s + b)) - k (a s + b)

with m leads and k customers per cell, by Newton's method on two parameters; whole scores are first counted per
score (`counted`), so that a fit sees a few dozen cells whatever the number of leads. `fit_lines`: real weights of
a few lines.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STEEPEST = 600.0
"""Log-odds beyond which exp() would overflow."""
APART = 1e-4
"""A loss below this is 0: the leads are told apart without error, and the scale has no end."""
LONGEST = 2.0
"""A Newton step changes the scale by at most this many times its size."""
CLOSE = 1e-7
"""Newton steps end when none lowers a loss by more than this share: the next one would gain next to nothing."""
RIDGE = 1e-6


@dataclass(frozen=True)
class Fits:
    """Scale, intercept and loss of many fits: arrays (fits,)."""

    scale: Floats
    intercept: Floats
    loss: Floats


def fit_scores(
    scores: Floats, leads: Floats, customers: Floats, start: tuple[Floats, Floats] | None = None, rounds: int = 25
) -> Fits:
    """Best scale >= 0 and intercept for each row of scores (fits, cells); counts are (cells,) or (fits, cells).

    Damped Newton steps; `start` is where scales and intercepts begin.

    >>> fit = fit_scores(np.array([[0.0, 1.0]]), np.array([100.0, 100.0]), np.array([10.0, 50.0]))
    >>> round(float(fit.scale[0]), 3), round(float(fit.intercept[0]), 3)       # log-odds ln(1/9) and 0
    (2.197, -2.197)
    """
    ones = np.ones_like(scores)
    total, bought, weighted = _dot(ones, leads), _dot(ones, customers), _dot(scores, customers)
    mean = _dot(scores, leads) / total
    spread = np.sqrt(np.maximum(_dot(scores * scores, leads) / total - mean * mean, 1e-12))
    rate = bought / total
    none = -(bought * np.log(rate) + (total - bought) * np.log(1 - rate))
    flat = np.log(rate / (1 - rate))
    if start is None:  # where linear discriminants would put them
        a = np.clip((weighted / total - rate * mean) / (spread * spread * rate * (1 - rate)), -5 / spread, 5 / spread)
        b = flat - a * mean
    else:
        a, b = start
    loss, t = _losses(scores, leads, a, b, bought, weighted)
    for _ in range(rounds):
        da, db = _newton(scores, leads, bought, weighted, t)
        reach = LONGEST * np.maximum(np.abs(a), 1e-3 / spread)
        short = np.where(loss < APART, 0.0, np.minimum(1.0, reach / np.maximum(np.abs(da), 1e-300)))
        new_a, new_b = a + short * da, b + short * db
        new, t = _losses(scores, leads, new_a, new_b, bought, weighted)
        while (worse := new > loss + 1e-9 * (1 + loss)).any() and short.max() > 1e-4:
            short = short / 4
            new_a, new_b = np.where(worse, a + short * da, new_a), np.where(worse, b + short * db, new_b)
            new, t = _losses(scores, leads, new_a, new_b, bought, weighted)
        gained = loss - new
        a, b, loss = new_a, new_b, new
        if (gained < CLOSE * (1 + loss)).all():
            break
    fine = (a > 0) & (loss < none)
    return Fits(np.where(fine, a, 0.0), np.where(fine, b, flat), np.where(fine, loss, none))


def counted(scores: Ints, leads: Floats, customers: Floats) -> tuple[Floats, Floats, Floats]:
    """Whole scores (fits, cells) counted per score: scores, leads and customers, (fits, scores).

    >>> counted(np.array([[0, 2, 2]]), np.array([5.0, 1.0, 2.0]), np.array([1.0, 1.0, 0.0]))[1:]
    (array([[5., 0., 3.]]), array([[1., 0., 1.]]))
    """
    low = scores.min(axis=1)
    width = int((scores.max(axis=1) - low).max()) + 1
    fits = len(scores)
    place = (scores + (width * np.arange(fits) - low)[:, None]).ravel()
    m = sums(place, np.broadcast_to(leads, scores.shape).ravel(), fits * width)
    k = sums(place, np.broadcast_to(customers, scores.shape).ravel(), fits * width)
    values = low[:, None] + np.arange(width)[None, :]
    return values.astype(np.float64), m.reshape(fits, width), k.reshape(fits, width)


def sums(place: NDArray[np.intp], values: Floats, size: int) -> Floats:
    """Sum of values per place: (size,)."""
    return np.asarray(np.bincount(place, values, size), np.float64)


def fit_lines(
    lines: Floats, leads: Floats, customers: Floats, weights: Floats, rounds: int = 20, close: float = 1e-7
) -> tuple[Floats, Floats]:
    """Real weights of many sets of lines at once, and their losses: damped Newton.

    `lines` is (fits or 1, lines, cells), each set's first line being the constant 1; counts are (fits, cells);
    `weights` (fits, lines) is where to start. A trace of ridge keeps separable lines finite.
    """
    loss, t = _line_losses(lines, leads, customers, weights)
    for _ in range(rounds):
        expected = leads * (t / (1 + t))
        slope = np.matmul(lines, (customers - expected)[:, :, None])[:, :, 0] - RIDGE * weights
        curve = np.matmul(lines * (expected / (1 + t))[:, None, :], lines.transpose(0, 2, 1))
        diagonal = np.einsum("fii->fi", curve)
        diagonal += RIDGE + 1e-9 * diagonal
        move = np.linalg.solve(curve, slope[:, :, None])[:, :, 0]
        trial = weights + move
        new, t = _line_losses(lines, leads, customers, trial)
        step = 1.0
        while (worse := new > loss + 1e-9 * (1 + loss)).any() and step > 1e-3:
            step /= 4
            trial = np.where(worse[:, None], weights + step * move, trial)
            new, t = _line_losses(lines, leads, customers, trial)
        weights, gained, loss = trial, loss - new, new
        if (gained < close * (1 + loss)).all():
            break
    return weights, loss


def _line_losses(lines: Floats, leads: Floats, customers: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Loss of each set and exp(log-odds) of each cell."""
    z = np.matmul(weights[:, None, :], lines)[:, 0, :]
    t = np.exp(np.minimum(z, STEEPEST))
    soft = np.maximum(z, np.log1p(t))
    return np.einsum("fc,fc->f", leads, soft) - np.einsum("fc,fc->f", customers, z), t


def _dot(values: Floats, counts: Floats) -> Floats:
    """Sum of values times counts per fit."""
    if counts.ndim == 1:
        shared: Floats = values @ counts
        return shared
    per_fit: Floats = np.einsum("ij,ij->i", values, counts)
    return per_fit


def _losses(
    scores: Floats, leads: Floats, a: Floats, b: Floats, bought: Floats, weighted: Floats
) -> tuple[Floats, Floats]:
    """Loss of each fit and exp(log-odds) of each cell."""
    z = scores * a[:, None]
    z += b[:, None]
    steep = float(z.max()) > STEEPEST
    t = np.exp(np.minimum(z, STEEPEST) if steep else z)
    if steep:
        np.maximum(z, np.log1p(t), out=z)
    else:
        np.log1p(t, out=z)
    return _dot(z, leads) - a * weighted - b * bought, t


def _newton(scores: Floats, leads: Floats, bought: Floats, weighted: Floats, t: Floats) -> tuple[Floats, Floats]:
    """Newton step of scale and intercept."""
    odds = 1 + t
    np.divide(t, odds, out=t)  # close rate
    g0 = bought - _dot(t, leads)
    part = t * scores
    g1 = weighted - _dot(part, leads)
    np.divide(part, odds, out=part)  # rate * (1 - rate) * score
    h1 = _dot(part, leads)
    part *= scores
    h2 = _dot(part, leads)
    np.divide(t, odds, out=t)
    h0 = _dot(t, leads)
    det = h0 * h2 - h1 * h1
    fine = det > 1e-12 * h0 * h2 + 1e-300
    det = np.where(fine, det, 1.0)
    return np.where(fine, (h0 * g1 - h1 * g0) / det, 0.0), np.where(fine, (h2 * g0 - h1 * g1) / det, 0.0)

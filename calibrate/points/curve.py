"""Calibration: the close rate to expect at each score, from counts per score.

A line in log-odds of the score (Platt 1999), drawn on a compressed scale where that fits better, is what all
scores share. Where neighbouring scores hold enough leads to contradict the line, their own rate takes over as
far as its evidence goes (beta-binomial empirical Bayes). Isotonic regression makes the result rise with the score
(Ayer et al. 1955; Zadrozny and Elkan 2002), and a last shift makes expected customers equal counted ones.

Points that were fitted on these same leads promise too much; the curve is flattened by what so many points gain
from chance alone (van Houwelingen and le Cessie 1990, "Predictive value of statistical models").
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..counts.rates import prior_strength, wilson
from ..grid.grid import Curve
from .platt import line_loss, platt_line

Floats = NDArray[np.float64]

SCALES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""How strongly the scale is compressed: log-odds are linear in asinh(scale * z) / scale, z the standardised score."""
RIDGE = 0.5
"""Holds the slope of a line through few leads."""
MOST_BINS = 40
FEWEST = 15.0
"""Expected customers, and other leads, on which the interval of a rate rests."""
MOST_STEPS = 250
MOST_FLATTENED = 0.1
STEEPEST = 30.0
"""Log-odds that are as good as certain; rates of much more would be 1 to the last bit."""


def fit_curve(scores: NDArray[np.integer], leads: Floats, customers: Floats, *, lines: float = 0) -> Curve:
    """Expected close rate per score: rising, between 0 and 1 but never at either.

    `lines` is the number of lines whose points were chosen from these very leads (0 for a grid from elsewhere), or of
    those that would gain as much from chance as resamples say the score does (`redrawn`): the
    log-odds are multiplied by (G - lines) / G, with G twice the log-likelihood that the score gains over one rate.

    >>> curve = fit_curve(np.array([0, 10, 20]), np.array([900.0, 90, 10]), np.array([9.0, 9, 5]))
    >>> curve.at(np.array([-5, 0, 10, 25])).round(3).tolist()
    [0.01, 0.01, 0.095, 0.515]
    """
    occupied = leads > 0
    if not occupied.any():
        return Curve((0,), (0.5,))
    at, n, k = scores[occupied].astype(float), leads[occupied].astype(float), customers[occupied].astype(float)
    if len(at) == 1 or not 0 < k.sum() < n.sum():
        return Curve((int(at[0]),), (float((k.sum() + 0.5) / (n.sum() + 1)),))
    line = _line(at, n, k)
    shift = _evidence_against(line, n, k)
    log_odds = special.logit(isotonic(special.expit(np.clip(line + shift, -STEEPEST, STEEPEST)), n))
    log_odds *= _kept(log_odds, n, k, lines)
    return _steps(at, _centred(log_odds, n, k), n)


def gain(
    scores: NDArray[np.number], leads: Floats, customers: Floats, on: tuple[Floats, Floats] | None = None
) -> float:
    """Twice the log-likelihood that a line on the score gains over one rate, on its own leads or `on` others.

    >>> round(gain(np.array([0, 10]), np.array([900.0, 100]), np.array([9.0, 10])), 1)
    22.4
    """
    n, k = leads.astype(float), customers.astype(float)
    judged_leads, bought = (n, k) if on is None else on
    if not 0 < k.sum() < n.sum() or not 0 < bought.sum() < judged_leads.sum():
        return 0.0
    at = scores.astype(np.float64)
    middle = float(np.sum(at * n) / n.sum())
    spread = float(np.sqrt(np.sum((at - middle) ** 2 * n) / n.sum()))
    if spread <= 0:
        return 0.0
    log_odds = _rising((at - middle) / spread, n, k)
    share = float(np.log(bought.sum() / (judged_leads.sum() - bought.sum())))
    return 2 * (line_loss(np.full(len(n), share), judged_leads, bought) - line_loss(log_odds, judged_leads, bought))


def with_interval(curve: Curve, scores: NDArray[np.integer], leads: Floats) -> Curve:
    """The curve with a 95 % interval around each rate: Wilson's, on the leads with scores around it.

    As many neighbouring scores count as it takes to expect `FEWEST` customers and as many others. Bounds rise with the
    score, as rates do.

    >>> curve = with_interval(Curve((0, 10), (0.01, 0.1)), np.array([0, 10]), np.array([5000.0, 400]))
    >>> [round(bound, 3) for bound in (*curve.low, *curve.high)]
    [0.008, 0.074, 0.013, 0.133]
    """
    occupied = leads > 0
    at, n = scores[occupied], leads[occupied].astype(float)
    if not len(at):
        return curve
    expected = n * curve.at(at)
    low, high = [], []
    for place, rate in zip(np.searchsorted(at, curve.scores), curve.rates, strict=True):
        first = last = int(min(place, len(at) - 1))
        while True:
            mass, bought = float(n[first : last + 1].sum()), float(expected[first : last + 1].sum())
            if min(bought, mass - bought) >= FEWEST or (first == 0 and last == len(at) - 1):
                break
            first, last = max(first - 1, 0), min(last + 1, len(at) - 1)
        around = [float(bound) for bound in wilson(np.array(mass * rate), np.array(mass))]
        low.append(min(around[0], rate))
        high.append(max(around[1], rate))
    lows, highs = np.maximum.accumulate(low), np.minimum.accumulate(high[::-1])[::-1]
    return replace(
        curve, low=tuple(float(x) for x in lows), high=tuple(float(x) for x in np.maximum(highs, curve.rates))
    )


def isotonic(values: Floats, weights: Floats) -> Floats:
    """The rising sequence nearest to the values in weighted squares: pool adjacent violators.

    >>> isotonic(np.array([0.1, 0.3, 0.2, 0.4]), np.array([1.0, 1, 3, 1])).round(3).tolist()
    [0.1, 0.225, 0.225, 0.4]
    """
    means: list[float] = []
    masses: list[float] = []
    sizes: list[int] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        size = 1
        while means and means[-1] >= value:
            mass = masses.pop()
            value = (value * weight + means.pop() * mass) / (weight + mass)
            weight, size = weight + mass, size + sizes.pop()
        means.append(value)
        masses.append(weight)
        sizes.append(size)
    return np.repeat(np.array(means), np.array(sizes, np.intp))


def _line(at: Floats, n: Floats, k: Floats) -> Floats:
    """Log-odds of each score by logistic regression on the compressed score, the compression by likelihood."""
    middle = float(np.sum(at * n) / n.sum())
    spread = float(np.sqrt(np.sum((at - middle) ** 2 * n) / n.sum()))
    z = (at - middle) / spread
    best, best_loss = np.zeros(len(at)), np.inf
    for scale in SCALES:
        x = np.arcsinh(scale * z) / scale if scale else z
        log_odds = _rising(x, n, k)
        loss = line_loss(log_odds, n, k) + (1 if scale else 0)  # one more parameter, priced as Akaike does
        if loss < best_loss:
            best, best_loss = log_odds, loss
    return best


def _rising(x: Floats, n: Floats, k: Floats) -> Floats:
    """Log-odds of a line through counts, never falling."""
    intercept, slope = platt_line(x, n, k, RIDGE)
    if slope < 0:
        return np.full(len(x), float(np.log(k.sum() / (n.sum() - k.sum()))))
    log_odds: Floats = intercept + slope * x
    return log_odds


def _evidence_against(line: Floats, n: Floats, k: Floats) -> Floats:
    """How far the counts pull each score's log-odds away from the line.

    Adjacent scores are pooled into bins of about equal evidence. A bin of N leads, K customers and expected rate
    q has the rate (K + m q) / (N + m), with m the strength that makes all bins' counts most likely; the shift of
    the log-odds that this takes is drawn straight from bin centre to bin centre.
    """
    bins = _bins(n, k)
    leads, bought = np.bincount(bins, n), np.bincount(bins, k)
    expected = np.clip(np.bincount(bins, n * special.expit(line)) / leads, 1e-9, 1 - 1e-9)
    m = prior_strength(bought, leads, expected)
    rate = (bought + m * expected) / (leads + m)
    shift = special.logit(rate) - special.logit(expected)
    centre = np.bincount(bins, n * np.arange(len(n))) / leads
    shifts: Floats = np.interp(np.arange(len(n)), centre, shift)
    return shifts


def _bins(n: Floats, k: Floats) -> NDArray[np.intp]:
    """Bin of each score: runs of adjacent scores with about equal shares of leads and customers, at most 40."""
    bins = int(np.clip(min(k.sum(), n.sum() - k.sum()) / 10, 3, MOST_BINS))
    weight = n / n.sum() + k / k.sum()
    middle = np.cumsum(weight) - weight / 2
    place = np.minimum((middle / 2 * bins).astype(np.intp), bins - 1)
    return np.unique(place, return_inverse=True)[1]


def _kept(log_odds: Floats, n: Floats, k: Floats, lines: float) -> float:
    """Share of the log-odds' slope that is not owed to chance; never less than a tenth."""
    share = k.sum() / n.sum()
    gain = 2 * (line_loss(np.full(len(n), np.log(share / (1 - share))), n, k) - line_loss(log_odds, n, k))
    if lines == 0:
        return 1.0
    return float(max(1 - lines / max(gain, 1e-9), MOST_FLATTENED))


def _centred(log_odds: Floats, n: Floats, k: Floats) -> Floats:
    """Rates whose log-odds are the given ones, moved together until expected customers equal counted ones."""
    move = 0.0
    for _ in range(30):
        p = special.expit(log_odds + move)
        step = float(np.sum(k - n * p) / max(np.sum(n * p * (1 - p)), 1e-12))
        move += float(np.clip(step, -1, 1))
        if abs(step) < 1e-12:
            break
    rates: Floats = special.expit(log_odds + move)
    return rates


def _steps(at: Floats, rates: Floats, n: Floats) -> Curve:
    """The curve as a list of steps, neighbours merged where there would be too many."""
    if len(at) > MOST_STEPS:
        place = np.minimum((np.arange(len(at)) * MOST_STEPS) // len(at), MOST_STEPS - 1)
        mass = np.bincount(place, n)
        rates, at = np.bincount(place, n * rates) / mass, at[np.searchsorted(place, np.arange(MOST_STEPS))]
    new = np.concatenate([[True], np.diff(rates) > 1e-12])
    bounded = np.clip(rates[new], 1e-6, 1 - 1e-6)
    return Curve(tuple(int(score) for score in at[new]), tuple(float(rate) for rate in bounded))

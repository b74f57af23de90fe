"""Where the search for a sparse grid starts: sets of lines with real weights, by beam search and exchange.

The beam grows sets one line at a time. What a line would gain is read off the line alone, fitted with all else held,
and scaled by what the other weights add when they follow (the score test's share); the most promising sets are then
fitted. In the end lines of the best set are exchanged, one for another, as long as that helps.

Sources: Liu et al., "FasterRisk: fast and accurate interpretable risk scores" (NeurIPS 2022, arXiv 2210.05846) for
beam search over real weights; Rao (1948) for the score test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .fits import STEEPEST, Floats, Ints, fit_lines, fit_scores
from .lines import Budget, closed
from .views import Source, View

CERTAIN = 1e-3
"""Search ends at this loss: the leads are told apart without error."""
OUT_OF_BOUNDS = 1e6
"""Rank penalty of real weights that whole points could not follow."""
ELEMENTS = 20_000
"""Numbers that the first fits of one set's children may fill; at least `Width.children` of them are fitted."""
FEW_ROWS = 1_000
"""Up to this many rows, children of sets of numbers are fitted together too."""
FIRST_ROUNDS, FIRST_CLOSE, ROUNDS = 5, 1e-3, 8


@dataclass(frozen=True)
class Width:
    """How wide to search: sets kept at each size, lines fitted per set, sets fitted on single rows, exchanges.

    Sets of up to `early` lines on levels are kept four times as many: they are cheap, and decide what follows.
    """

    kept: int = 2
    children: int = 4
    fits: int = 4
    exchanges: int = 2
    early: int = 2


@dataclass(frozen=True)
class Real:
    """A set of lines with real weights (the view's head first), its loss, and its rank in the beam."""

    view: View
    weights: Floats
    loss: float
    rank: float

    @property
    def support(self) -> tuple[int, ...]:
        """Positions of the lines."""
        return self.view.support


class _Child(NamedTuple):
    """A larger set by estimated or fitted rank: its lines in order, and weights."""

    rank: float
    support: tuple[int, ...]
    weights: Floats


def beam_search(source: Source, budget: Budget, width: Width, most_lines: int) -> list[Real]:
    """The best sets of lines found, best first: as large as the budget allows, if whole points can follow."""
    sets = [fitted(source, (), None)]
    for size in range(1, max(0, min(budget.lines - len(source.pinned), most_lines)) + 1):
        wide = 4 * width.kept if size <= width.early and source.binary else width.kept
        grown = _grown(source, budget, sets, width, wide, set())
        if not grown:
            break
        dead = grown[0].rank >= OUT_OF_BOUNDS
        sets = sorted(sets + grown, key=_rank)[: width.kept] if dead else grown
        if dead or sets[0].loss < CERTAIN:
            break
    return _exchanged(source, budget, sets[: width.kept], width)


def fitted(source: Source, support: tuple[int, ...], start: Floats | None) -> Real:
    """A set of lines with its real weights."""
    view = source.view(support)
    if start is None:
        start = np.zeros(len(view.design))
    weights, loss = fit_lines(view.design[None], view.leads[None], view.customers[None], start[None], ROUNDS, 1e-5)
    return Real(view, weights[0], float(loss[0]), _rank_of(source, view, weights[0], float(loss[0])))


def _rank_of(source: Source, view: View, weights: Floats, loss: float) -> float:
    """Loss of a set, or with its largest weights cut to what whole points can follow, or a penalty."""
    if not view.support:
        return loss
    first, at = len(weights) - len(view.support), list(view.support)
    line_weights, low, high = weights[first:], source.lines.lowest[at], source.lines.highest[at]
    penalty = float(_penalty(line_weights[:, None], low[:, None], high[:, None])[0])
    most = (np.where(line_weights > 0, high, -low) + 0.5) * np.abs(line_weights).min() / 0.5
    if penalty or (np.abs(line_weights) <= most).all():
        return loss + penalty
    cut = np.clip(line_weights, -most, most) @ view.design[first:] + (weights[1] * view.design[1] if first > 1 else 0.0)
    return float(fit_scores(cut[None], view.leads, view.customers).loss[0])


def _exchanged(source: Source, budget: Budget, sets: list[Real], width: Width) -> list[Real]:
    """The sets, after exchanging lines of the best one, one for another, as long as that helps."""
    tried = {tuple(sorted(real.support)) for real in sets}
    for _ in range(width.exchanges):
        best = sets[0]
        first = len(best.weights) - len(best.support)
        parents = [
            fitted(source, best.support[:n] + best.support[n + 1 :], np.delete(best.weights, first + n))
            for n in range(len(best.support))
        ]
        grown = _grown(source, budget, parents, width, width.kept, tried)
        tried |= {tuple(sorted(real.support)) for real in grown}
        sets = sorted(sets + grown, key=_rank)[: width.kept]
        if sets[0].rank > best.rank * (1 - 1e-6):
            break
    return sets


def _rank(real: Real) -> float:
    return real.rank


def _grown(
    source: Source, budget: Budget, parents: list[Real], width: Width, most: int, tried: set[tuple[int, ...]]
) -> list[Real]:
    """The best sets with one line more, each fitted; none that is known."""
    children: list[_Child] = []
    together = source.binary or len(source.lines.leads) <= FEW_ROWS
    for real in parents:
        several = max(width.children, ELEMENTS // (2 * real.view.design.size))
        estimated = _estimated(source, budget, real, several)
        children += _first_fits(source, real, estimated) if together else estimated[: width.children]
    best = _unique(children, tried, most if together else width.fits)
    return sorted((fitted(source, child.support, child.weights) for child in best), key=_rank)[:most]


def _unique(children: list[_Child], tried: set[tuple[int, ...]], most: int) -> list[_Child]:
    """The first children by rank; known sets are left out, and sets with the loss of an earlier one (its mirror)."""
    keys, losses = set(tried), set()
    unique: list[_Child] = []
    for child in sorted(children, key=lambda each: (each.rank, each.support)):
        key, loss = tuple(sorted(child.support)), f"{child.rank:.7g}"
        if key in keys or loss in losses:
            continue
        keys.add(key)
        losses.add(loss)
        unique.append(child)
        if len(unique) == most:
            break
    return unique


def _estimated(source: Source, budget: Budget, real: Real, most: int) -> list[_Child]:
    """A set's children by estimated rank, best first."""
    view, lines = real.view, source.lines
    z = np.clip(real.weights @ view.design, -30, 30)
    share = 1 / (1 + np.exp(-z))
    spread = share * (1 - share)
    inner = (view.design * (view.leads * spread)) @ view.design.T + 1e-9 * np.eye(len(view.design))
    products = view.by_leads(np.concatenate([share[None], spread * view.design]))
    slope, cross = view.bought - products[0], products[1:]
    curve = cross[0] if source.binary else view.by_leads_squared(spread[None])[0]
    follow = np.linalg.solve(inner, cross)  # how the set's weights answer to each line
    unexplained = curve - np.einsum("sp,sp->p", cross, follow)
    alone, step = view.alone(np.minimum(real.weights @ view.design, STEEPEST), slope / np.maximum(curve, 1e-12))
    free = unexplained > 1e-6 * np.maximum(curve, 1e-12)
    gain = np.where(free & (alone > 0), alone * np.maximum(curve / np.where(free, unexplained, 1.0), 1.0), 0.0)
    step = np.where(gain > 0, step, 0.0)
    weights = np.concatenate([real.weights[:, None] - follow * step, step[None, :]])
    used = np.zeros(len(lines), bool)
    used[[*real.support, *source.pinned]] = True
    shut = closed(lines, budget, used) | used | ~free
    at = list(real.support)
    lowest = np.concatenate([np.repeat(lines.lowest[at][:, None], len(lines), axis=1), lines.lowest[None, :]])
    highest = np.concatenate([np.repeat(lines.highest[at][:, None], len(lines), axis=1), lines.highest[None, :]])
    rank = real.loss - gain + _penalty(weights[len(view.design) - len(at) :], lowest, highest)
    order = [int(j) for j in np.argsort(rank, kind="stable") if not shut[j]][:most]
    return [_Child(float(rank[j]), (*real.support, j), weights[:, j]) for j in order]


def _first_fits(source: Source, real: Real, children: list[_Child]) -> list[_Child]:
    """Children fitted together for a few rounds."""
    if not children:
        return []
    lines, head = source.lines, len(real.view.design) - len(real.support)
    extended = real.view.joined(np.array([child.support[-1] for child in children]))
    design = np.tile(real.view.design, extended.copies)
    design = np.broadcast_to(design, (len(extended.column), *design.shape))
    design = np.concatenate([design, extended.column[:, None]], axis=1)
    start = np.array([child.weights for child in children])
    weights, losses = fit_lines(design, extended.leads, extended.customers, start, FIRST_ROUNDS, FIRST_CLOSE)
    at = np.array([child.support for child in children]).T
    ranks = losses + _penalty(weights[:, head:].T, lines.lowest[at], lines.highest[at])
    return [_Child(float(r), child.support, w) for child, r, w in zip(children, ranks, weights, strict=True)]


def _penalty(weights: Floats, lowest: Ints, highest: Ints) -> Floats:
    """Rank penalty of sets whose weights (lines, sets) go against a sign or are too unequal for whole points.

    One weight may be larger than the others can follow: it is cut.
    """
    if not len(weights):
        return np.zeros(weights.shape[1])
    most = np.where(weights > 0, highest, -lowest)
    size = np.abs(weights)
    beyond = (most <= 0).any(axis=0)
    least_unit = np.sort(size / (np.maximum(most, 0) + 0.5), axis=0)[-2:].min(axis=0)
    beyond |= size.min(axis=0) / 0.5 < least_unit
    return np.where(beyond, OUT_OF_BOUNDS, 0.0)

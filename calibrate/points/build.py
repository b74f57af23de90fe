"""Build: real weights become a grid of whole points on a scale that people can work with.

Weights in points (`lift`, `cautious`) keep their natural scale: rounding is all that happens to them. Log-odds are
scaled, so that the share of leads that sales should see starts at the pivot or the best lead has a round number of
points, and then rounded together (`rounding`). Pins, caps, the number of lines and every other constraint hold for
the whole points. What rounding costs in ranking and log-loss is measured and written into the provenance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..counts.rates import Z95
from ..counts.tally import Tally
from ..errors import SettingsError
from ..grid.criteria import offsets
from ..grid.grid import Evidence, Grid
from ..grid.notes import note
from ..weights.base import Weights, is_reference
from ..weights.constraints import Chain, Constraints, Limits, resolve
from ..weights.elimination import fewer, fewer_criteria
from ..weights.profile_algebra import FIT_ROWS, Rows, curvature, predict, profiled, rows_of
from ..weights.projection import nearest, without
from .rounding import clipped_to_share, fitted_line, loss, plain, quality, shrunk_to, to_maximum, together

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

PIVOT = 15
"""Points at which a lead goes to sales, where nothing else is asked (the published recipe)."""
FINEST = 40.0
"""Points per log-odds at most, where no scale is asked: one point then is 2.5 % of the odds."""
FINEST_ASKED = 400.0
"""... and where one is: beyond it, weights that are all but 0 would turn into any number of points."""
NO_LIMITS = Constraints()


def build(
    weights: Weights,
    tally: Tally,
    *,
    name: str,
    pivot: int | None = None,
    best: int | None = None,
    share: float = 0.20,
    constraints: Constraints = NO_LIMITS,
) -> Grid:
    """The grid of some weights: whole points per level, with the evidence behind each line.

    `pivot` is the score from which the best `share` of the leads stand (by the unrounded score), `best` the score of
    the best possible lead, exactly; at most one may be given. With neither, weights in points keep their natural
    scale, weights that come with a scale keep that, and log-odds get a pivot of 15; a cap then shrinks the scale
    until the largest line fits, and the pivot with it. A weight of exactly 0 stays 0 points.
    """
    if pivot is not None and best is not None:
        raise SettingsError("a grid can be scaled to a pivot or to a best score, not to both; give one of them")
    for what, number in (("pivot", pivot), ("best score", best)):
        if number is not None and number < 1:
            raise SettingsError(f"the {what} is {number}; it must be 1 point or more")
    if weights.criteria != tally.criteria:  # a method may have made levels of the same points one
        tally = tally.regroup(weights.criteria)
    scene = _Scene(weights, tally, constraints, resolve(constraints, tally.criteria), share)
    notes = list(weights.notes)
    if (weights.unit == "points" or weights.scale is not None) and pivot is None and best is None:
        scale, reached = weights.scale or 1.0, None
        target = _target(scene, scale)
        points = plain(target, scene.floor, scene.ceiling)
    else:
        scale = _scale(scene, pivot, best)
        target = _target(scene, scale)
        points = together(target, scene.metric, scene.floor, scene.ceiling, scene.chains)
        if best is not None:
            movable = scene.movable & (target != 0)
            points = to_maximum(points, target, scene.metric, scene.ceiling, scene.bounds, best, movable)
        reached = None if best is not None else pivot or _pivot_of(scene, target)
    points = _demanded(scene, points, target, notes)
    _missed(scene, points, target, pivot, best, notes)
    return Grid(
        name=name, method=weights.method, criteria=tally.criteria,
        points=tuple(tuple(int(p) for p in points[a:b]) for a, b in pairwise(scene.bounds)),
        pivot=reached, pins=tuple(pin for _, pin in scene.limits.placed),
        evidence=_evidence(scene, points, target, scale), provenance=_provenance(scene, points, scale, notes),
    )  # fmt: skip


@dataclass(frozen=True)
class _Scene:
    """What every step of building looks at."""

    weights: Weights
    tally: Tally
    constraints: Constraints
    limits: Limits
    share: float

    @cached_property
    def bounds(self) -> NDArray[np.intp]:
        return offsets(self.tally.criteria)

    @cached_property
    def movable(self) -> Mask:
        """Levels that are not pinned."""
        free: Mask = ~self.limits.pinned
        return free

    @cached_property
    def thin(self) -> Mask:
        """Levels on which no line may rest."""
        empty: Mask = self.tally.by_level[:, 0] == 0
        return empty if self.weights.thin is None else self.weights.thin | empty

    @cached_property
    def values(self) -> Floats:
        """The weights, with all but the best lines at 0 where the number of lines or criteria is limited."""
        weights, demands = self.weights, self.constraints
        if demands.max_criteria is not None:
            kept = fewer_criteria(weights, self.tally, self.limits, self.metric, demands.max_criteria)
            weights = replace(weights, values=kept)
        if demands.max_lines is None:
            return weights.values
        return fewer(weights, self.tally, self.limits, self.metric, demands.max_lines)

    @cached_property
    def floor(self) -> Floats:
        """Lowest points of each level: constraints, and no line turns against its weight."""
        held = self.movable & (self.values >= 0)
        return np.minimum(np.where(held, np.maximum(self.limits.floor, 0), self.limits.floor), self.ceiling)

    @cached_property
    def ceiling(self) -> Floats:
        """Highest points of each level: constraints, no line against its weight, no gain without customers."""
        held = self.movable & ((self.values <= 0) | (self.tally.by_level[:, 1] == 0))
        return np.where(held, np.minimum(self.limits.ceiling, 0), self.limits.ceiling)

    @cached_property
    def chains(self) -> tuple[Chain, ...]:
        """Orders to keep, over the levels that have enough leads or a pin."""
        return without(self.limits.chains, self.thin & self.movable)

    @cached_property
    def rows(self) -> Rows:
        """Profile rows to measure on: all, or a sample."""
        return rows_of(self.tally, FIT_ROWS)

    @cached_property
    def precision(self) -> Floats | None:
        """How firmly a joint method holds its weights; None for marginal ones."""
        data, prior = self.weights.curvature, self.weights.penalty
        return None if data is None or prior is None else data + prior

    @cached_property
    def metric(self) -> Floats:
        """What a change of weights costs: the method's own curvature, or that of the logistic loss on the score."""
        if self.weights.curvature is not None:
            return self.weights.curvature
        linear = fitted_line(predict(self.rows, self.weights.values), self.rows.leads, self.rows.customers)
        matrix, beside, mass = curvature(self.rows, special.expit(linear))
        return profiled(matrix, beside, mass) + np.eye(len(beside)) * 1e-6 * max(mass, 1e-9)


def _target(scene: _Scene, scale: float) -> Floats:
    """The unrounded points: scaled weights, around the pins and in order.

    A joint method's other weights follow a pin as far as their own curvature says, none of them across 0.
    """
    target = scene.values * scale
    joint = scene.precision
    if scene.limits.pinned.any() and joint is None and not scene.chains:
        return np.where(scene.limits.pinned, scene.limits.pins, target)
    if scene.limits.pinned.any() or scene.chains:
        metric = np.maximum(scene.tally.by_level[:, 0], 1).astype(float) if joint is None else joint
        return nearest(target, metric, scene.floor, scene.ceiling, scene.chains)
    return target


def _scale(scene: _Scene, pivot: int | None, best: int | None) -> float:
    """Points per unit of weight."""
    if not scene.values.any():
        return float(PIVOT)
    wanted = float(best or pivot or PIVOT)
    reached = _best if best is not None else _cut
    scale = wanted / reached(scene, scene.values)
    if pivot is None and best is None:
        return _within_caps(scene, min(scale, FINEST))
    scale = min(scale, FINEST_ASKED)
    if scene.limits.pinned.any():  # pins do not scale: come closer step by step
        for _ in range(8):
            nearer = wanted / max(reached(scene, _target(scene, scale)), 1e-9)
            scale = min(scale * float(np.clip(nearer, 0.5, 2.0)), FINEST_ASKED)
    return scale


def _best(scene: _Scene, values: Floats) -> float:
    """Sum of the best weight of every criterion."""
    return max(float(sum(values[a:b].max() for a, b in pairwise(scene.bounds))), 1e-9)


def _cut(scene: _Scene, values: Floats) -> float:
    """The positive score at or above which the share of leads comes nearest to the one wanted."""
    score = predict(scene.rows, values)
    score = np.round(score / max(np.abs(score).max(initial=0.0), 1e-300), 9)
    found, place = np.unique(score, return_inverse=True)
    above = np.cumsum(np.bincount(place, scene.rows.leads)[::-1])[::-1]
    usable = (found > 0) & (above > 0)
    if not usable.any():
        return max(float(np.abs(values).max(initial=0.0)), 1e-9)
    miss = np.abs(np.log(above[usable] / (scene.share * above[0])))
    chosen = found[usable][int(np.argmin(miss))]
    return float(chosen * np.abs(predict(scene.rows, values)).max())


def _pivot_of(scene: _Scene, target: Floats) -> int:
    """The whole score nearest to where the wanted share of leads starts."""
    return max(1, round(_cut(scene, target))) if target.any() else PIVOT


def _within_caps(scene: _Scene, scale: float) -> float:
    """The scale, smaller where a cap demands it: of those from the largest line fitting to three times that, the best.

    A larger scale rounds finer but clips the largest lines; what loses less of the ranking is taken.
    """
    values = scene.values
    most = np.where(values > 0, scene.limits.ceiling, -scene.limits.floor)
    held = scene.movable & (values != 0) & np.isfinite(most) & (most > 0)
    if not held.any():
        return scale
    fits = float((most[held] / np.abs(values[held])).min())
    if scale <= fits:
        return scale
    tried = [float(s) for s in np.geomspace(fits, min(3 * fits, scale), 8)]
    costs = []
    for each in tried:
        points = together(values * each, scene.metric, scene.floor, scene.ceiling, ())
        costs.append(loss(values, points, scene.metric))
    return tried[int(np.argmin(costs))]


def _demanded(scene: _Scene, points: Ints, target: Floats, notes: list[str]) -> Ints:
    """The points after the demands on the whole grid: caps per axis, the largest share, a negative line."""
    demands = scene.constraints
    for axis, most in demands.cap_axis.items():
        part = np.concatenate([np.full(len(c.levels), c.axis == axis) for c in scene.tally.criteria])
        shrunk = shrunk_to(points, target, part, scene.movable, scene.bounds, most)
        if shrunk is None:
            mine = {c.name for c in scene.tally.criteria if c.axis == axis}
            pins = " and ".join(f"{p.criterion}={p.level} at {p.points}" for _, p in scene.limits.placed
                                if p.criterion in mine and p.points)  # fmt: skip
            raise SettingsError(
                f"pinning {pins} points contradicts the cap of {most} points on {axis}; raise the cap or lower a pin"
            )
        points = shrunk
    if demands.largest_share is not None:
        clipped = clipped_to_share(points, scene.bounds, demands.largest_share, scene.limits.pinned)
        if clipped is None:
            notes.append(note("largest_share", share=demands.largest_share))
        points = points if clipped is None else clipped
    if demands.need_negative and not (points < 0).any():
        points = _with_negative(scene, points, notes)
    return points


def _missed(scene: _Scene, points: Ints, target: Floats, pivot: int | None, best: int | None, notes: list[str]) -> None:
    """Tell where the scale that was asked for could not be had."""
    reached = int(sum(points[a:b].max() for a, b in pairwise(scene.bounds)))
    if best is not None and reached != best:
        notes.append(note("best_missed", reached=reached, best=best))
    if pivot is not None and not 0.5 < _cut(scene, target) / pivot < 2:
        notes.append(note("pivot_missed", pivot=pivot))


def _with_negative(scene: _Scene, points: Ints, notes: list[str]) -> Ints:
    """One line taken to -1: the level with the lowest weight below 0."""
    own = scene.weights.values
    usable = scene.movable & ~scene.thin & (scene.limits.floor < 0) & (own < 0)
    for i in np.flatnonzero(usable)[np.argsort(own[usable], kind="stable")]:
        changed = points.copy()
        changed[i] = -1
        if any(not _monotone(changed[c.positions], c.direction) for c in scene.chains):
            continue
        most = scene.constraints.max_lines
        if most is not None and np.count_nonzero(changed) > most:
            effect = scene.tally.by_level[:, 0] * changed.astype(float) ** 2
            spare = scene.movable & (changed != 0)
            spare[i] = False
            if not spare.any():
                continue
            changed[int(np.argmin(np.where(spare, effect, np.inf)))] = 0
        return changed
    notes.append(note("no_negative"))
    return points


def _monotone(points: Ints, direction: int) -> bool:
    moves = np.diff(points)
    return bool(((moves >= 0).all() and direction >= 0) or ((moves <= 0).all() and direction <= 0))


def _evidence(scene: _Scene, points: Ints, target: Floats, scale: float) -> tuple[tuple[Evidence, ...], ...]:
    """Counts, interval on the points' scale and stability of every level.

    Points stay in a resample where a normal draw around the unrounded points rounds to them; where a method gives no
    interval (lines that `sparse` left out), nothing is said.
    """
    weights, counts = scene.weights, scene.tally.by_level
    low, high = weights.low * scale, weights.high * scale
    spread = np.maximum(high - low, 0) / (2 * Z95)
    with np.errstate(divide="ignore", invalid="ignore"):
        upper = special.ndtr(np.where(spread > 0, (points + 0.5 - target) / spread, np.inf))
        lower = special.ndtr(np.where(spread > 0, (points - 0.5 - target) / spread, -np.inf))
    settled = scene.thin | scene.limits.pinned | is_reference(scene.tally.criteria)
    notes = _line_notes(scene, points)
    found = []
    for i in range(len(points)):
        leads, customers = int(counts[i, 0]), int(counts[i, 1])
        if settled[i] and not scene.limits.pinned[i]:
            found.append(Evidence(leads, customers, note=notes[i]))
            continue
        sign = None if settled[i] or not points[i] else float(weights.sign_kept[i])
        kept = None if settled[i] or not spread[i] else float(upper[i] - lower[i])
        found.append(Evidence(leads, customers, float(low[i]), float(high[i]), sign, kept, notes[i]))
    return tuple(tuple(found[a:b]) for a, b in pairwise(scene.bounds))


def _line_notes(scene: _Scene, points: Ints) -> list[str]:
    """What would surprise a reader of each line."""
    counts = scene.tally.by_level
    leads, customers = scene.tally.overall
    side = np.sign(counts[:, 1] * leads - customers * counts[:, 0])
    notes = [""] * len(points)
    for i in np.flatnonzero(scene.thin & (counts[:, 0] > 0)):
        notes[i] = "too few leads for points of its own"
    for i in np.flatnonzero((points * side < 0) & ~scene.limits.pinned):
        rate, overall = counts[i, 1] / max(counts[i, 0], 1), customers / max(leads, 1)
        notes[i] = (
            f"against its own close rate ({rate:.1%}, all leads {overall:.1%}): what else these leads have in common "
            f"explains it; the sign holds in {scene.weights.sign_kept[i]:.0%} of resamples"
        )
    for at, pin in scene.limits.placed:
        notes[at] = (
            f"pinned at {pin.points}" + (f" by {pin.who}" if pin.who else "") + (f": {pin.why}" if pin.why else "")
        )
    return notes


def _provenance(scene: _Scene, points: Ints, scale: float, notes: list[str]) -> dict[str, str | int | float | None]:
    """Where the points come from, and what rounding them cost on the leads they were made from."""
    leads, customers = scene.tally.overall
    rows = scene.rows
    before = quality(predict(rows, scene.weights.values), rows.leads, rows.customers)
    after = quality(predict(rows, points.astype(float)), rows.leads, rows.customers)
    facts: dict[str, str | int | float | None] = {
        "method": scene.weights.method, "leads": leads, "customers": customers, "scale": scale,
        "auc_unrounded": before[0], "auc_rounded": after[0],
        "log_loss_unrounded": before[1], "log_loss_rounded": after[1],
    }  # fmt: skip
    if notes:
        facts["notes"] = "; ".join(notes)
    return facts

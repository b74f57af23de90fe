"""Build: real weights become a grid of whole points on a scale that people can work with.

Weights in points (`lift`, `cautious`) keep their natural scale, or a whole multiple of it where rounding would cost too
much. Log-odds become the smallest whole points that rank leads as the unrounded weights do (`scale`), or are scaled as
somebody wants them, and are rounded together (`rounding`). Levels of different criteria that single out the same leads
share one line, and neighbouring levels with the same points are one. Pins, caps, the number of lines and every other
constraint hold for the whole points. What rounding costs in ranking and log-loss is measured and written into the
provenance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..counts.rates import Z95
from ..counts.tally import Tally
from ..errors import SettingsError
from ..grid.criteria import offsets
from ..grid.grid import Evidence, Grid
from ..grid.notes import Note, note, spelled
from ..weights.base import Weights, is_reference, references
from ..weights.constraints import Constraints, resolve
from ..weights.path import Guide, Lines, shortened
from ..weights.profile_algebra import predict
from ..weights.projection import nearest
from ..weights.sparse_lines import joined, joined_places
from .rounding import clipped_to_share, fitted_line, plain, shrunk_to, to_maximum
from .scale import DOUBLES, HUNDRED, MOST, PIVOT, Scale, best_of, cut_of, lost, multiple, smallest
from .scene import Scene, regrouped

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
T = TypeVar("T", bound=np.generic)

FINEST_ASKED = 400.0
"""Points per log-odds at most, where a scale is asked for: weights that are all but 0 would turn into any number."""
MOST_ROUNDS = 4
"""How often every line may be moved by a point where rounding costs too much."""
NO_LIMITS = Constraints()


def build_grid(
    weights: Weights,
    tally: Tally,
    *,
    name: str,
    scale: Scale = "natural",
    pivot: int | None = None,
    best: int | None = None,
    share: float = 0.20,
    constraints: Constraints = NO_LIMITS,
    guide: Guide | None = None,
    lines: Lines | None = None,
    shared: Floats | None = None,
    brief: bool = False,
) -> Grid:
    """The grid of some weights: whole points per level, with the evidence behind each line.

    On the `natural` scale points are the smallest whole numbers that keep the ranking, at most 20 a line; weights in
    points, and weights that come with a scale, keep theirs. `pivot` is the score that the marketing-qualified threshold
    is to have (15 on the scale "pivot"): points are as large as brings the best `share` of the leads there, where such
    points are fine enough and at most 20 a line (in proportion for another pivot), else as on the natural scale; what
    is lacking every lead has from the start, once the threshold is known (`plan`). `best` is the score of the best
    possible lead, exactly (100 on the scale "hundred"); on the scale "double" 10 points double the odds. A weight of
    exactly 0 stays 0 points.

    `guide` is a joint fit on the same levels: it tells which lines a marginal method keeps where their number is
    limited. `lines` are the lines of a shorter grid, where the path to it is known, `shared` the leads that two levels
    have in common (`scene.shared_leads`), where they are counted. A `brief` grid has points alone:
    enough to be judged.
    """
    pivot = PIVOT if scale == "pivot" and pivot is None and best is None else pivot
    best = HUNDRED if scale == "hundred" and best is None and pivot is None else best
    if pivot is not None and best is not None:
        raise SettingsError("a grid can be scaled to a pivot or to a best score, not to both; give one of them")
    for what, number in (("pivot", pivot), ("best score", best)):
        if number is not None and number < 1:
            raise SettingsError(f"the {what} is {number}; it must be 1 point or more")
    if weights.criteria != tally.criteria:  # a method may have made levels of the same points one
        tally, guide, shared = regrouped(tally, weights.criteria), None, None
    if best is None and scale != "double" and constraints.cap is None:
        constraints = _capped(constraints, pivot or PIVOT)
    scene = Scene(weights, tally, constraints, resolve(constraints, tally.criteria), share, guide, lines, shared)
    notes = list(weights.notes)
    points, target, unit = _pointed(scene, scale, pivot, best)
    points = _demanded(scene, points, target, notes)
    if brief:
        return _plain_grid(scene, name, points)
    _missed(scene, points, best, notes)
    levels = _joined_levels(scene, points)
    return Grid(
        name=name,
        method=weights.method,
        criteria=levels.tally.criteria,
        points=tuple(tuple(int(p) for p in levels.points[a:b]) for a, b in pairwise(offsets(levels.tally.criteria))),
        pivot=pivot,
        pins=tuple(pin for _, pin in scene.limits.placed),
        evidence=_evidence(levels, target, unit),
        provenance=_provenance(scene, points, unit, notes),
    )


def _plain_grid(scene: Scene, name: str, points: Ints) -> Grid:
    """Points on the levels of the tally, without the evidence behind them."""
    flat = points.tolist()
    spans = tuple(tuple(flat[a:b]) for a, b in pairwise(scene.bounds))
    return Grid(name=name, method=scene.weights.method, criteria=scene.tally.criteria, points=spans)


def paths(
    weights: Weights, tally: Tally, constraints: Constraints, guide: Guide | None, sizes: Sequence[int]
) -> dict[int, Lines]:
    """The lines of the grids of some sizes, from one walk along the path."""
    scene = Scene(weights, tally, constraints, resolve(constraints, tally.criteria), 1.0, guide, None)
    return shortened(scene.distinct, tally, scene.limits, sizes, guide)


def _capped(constraints: Constraints, pivot: int) -> Constraints:
    """The constraints with the usual cap, in proportion to the pivot, raised to what a pin asks for."""
    most = max(1, round(MOST * pivot / PIVOT))
    return replace(constraints, cap=max([most, *(abs(pin.points) for pin in constraints.pins)]))


def _pointed(scene: Scene, scale: Scale, pivot: int | None, best: int | None) -> tuple[Ints, Floats, float]:
    """Whole points, the unrounded points they come from, and points per unit of weight."""
    weights = scene.weights
    unit = 0.0
    if pivot is not None:
        unit = _at_pivot(scene, pivot)
    elif best is not None:
        unit = _scaled_to(scene, None, best)
    elif scale == "double":
        unit = DOUBLES / np.log(2) * _odds_per_unit(scene)
    if not unit and (weights.unit == "points" or weights.scale is not None):
        unit = _natural(scene)
        target = _target(scene, unit)
        return _less_lost(scene, plain(target, scene.floor, scene.ceiling), target), target, unit
    natural = not unit
    unit = unit or _natural(scene)
    target = _target(scene, unit)
    points = scene.grouped(target).rounded(1.0) @ scene.groups.astype(np.int64)
    points = _less_lost(scene, points, target) if natural and not scene.limits.pinned.any() else points
    if best is not None:
        movable = scene.movable & (target != 0)
        points = to_maximum(points, target, scene.metric, scene.ceiling, scene.bounds, best, movable)
    return points, target, unit


def _less_lost(scene: Scene, points: Ints, target: Floats) -> Ints:
    """Points rounded together where rounding each alone, at any size, costs more than it may.

    Where that costs too much as well, one line after another moves by a point, as long as the leads lose less by it: at
    first to the whole number on the other side of its target, then, where weights are no points that mean something by
    themselves, further.
    """
    before = scene.quality(scene.values)

    def cost(tried: Ints) -> float:
        return lost(before, scene.quality(tried.astype(float)))

    if cost(points) <= 1:
        return points
    points = min(points, scene.grouped(target).rounded(1.0) @ scene.groups.astype(np.int64), key=cost)
    least = cost(points)
    reach = [1.0] if scene.weights.unit == "points" else [1.0, *[np.inf] * MOST_ROUNDS]
    for farthest in [] if scene.chains else reach:
        gap = scene.groups @ (target - points)
        for line in np.argsort(-np.abs(gap), kind="stable"):
            for step in (1, -1) if gap[line] > 0 else (-1, 1):
                tried = points + step * scene.groups[line]
                changed = tried != points
                fits = (scene.floor <= tried) & (tried <= scene.ceiling) & (np.abs(tried - target) < farthest)
                stays = (tried != 0) & (points != 0)
                if least > 1 and (fits & stays)[changed].all() and (share := cost(tried)) < least:
                    points, least = tried, share
                    break
    return points


def _target(scene: Scene, scale: float) -> Floats:
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


def _natural(scene: Scene) -> float:
    """Points per unit of weight on the natural scale."""
    if scene.weights.scale is not None:
        return scene.weights.scale
    if scene.weights.unit == "points":
        return multiple(
            scene.values, scene.quality, lambda unit: plain(_target(scene, unit), scene.floor, scene.ceiling)
        )
    free = scene.movable & (scene.values != 0)
    if not free.any():
        return 1.0
    target = scene.grouped(scene.values)
    movable: Mask = np.asarray(scene.groups[:, free].any(axis=1))
    return smallest(target, float(scene.rows.leads.sum()), scene.quality, scene.groups, _largest(scene), movable)


def _at_pivot(scene: Scene, pivot: int) -> float:
    """Points per unit of weight at which the wanted leads begin at the pivot; 0 where such points are no good.

    They are as fine as the natural ones at least, and no line is cut that is not cut there.
    """
    if not scene.values.any():
        return 0.0
    unit, natural = _scaled_to(scene, pivot, None), _natural(scene)
    fits = unit * float(np.abs(scene.values).max()) <= _largest(scene)
    return unit if natural <= unit and fits else 0.0


def _largest(scene: Scene) -> int:
    """Points that the largest line may have, on its own side of 0."""
    free = scene.movable & (scene.values != 0)
    most = np.where(scene.values > 0, scene.limits.ceiling, -scene.limits.floor)[free]
    return int(max(most[np.isfinite(most)].max(initial=1.0), 1.0))


def _odds_per_unit(scene: Scene) -> float:
    """Log-odds that one unit of weight stands for: 1, or for weights in points the slope of the best line."""
    if scene.weights.unit == "log-odds":
        return 1.0
    score = predict(scene.rows, scene.values)
    line = fitted_line(score, scene.rows.leads, scene.rows.customers)
    spread = float(np.ptp(score))
    return max(float(np.ptp(line)) / spread, 1e-9) if spread > 0 else 1.0


def _scaled_to(scene: Scene, pivot: int | None, best: int | None) -> float:
    """Points per unit of weight at which the pivot, or the best lead, stands where it is asked for."""
    goal = float(best or pivot or PIVOT)
    if not scene.values.any():
        return goal

    def reached(values: Floats) -> float:
        return best_of(values, scene.bounds) if best is not None else cut_of(scene.rows, values, scene.share)

    unit = min(goal / reached(scene.values), FINEST_ASKED)
    if scene.limits.pinned.any():  # pins do not scale: come closer step by step
        for _ in range(8):
            nearer = goal / max(reached(_target(scene, unit)), 1e-9)
            unit = min(unit * float(np.clip(nearer, 0.5, 2.0)), FINEST_ASKED)
    return unit


def _demanded(scene: Scene, points: Ints, target: Floats, notes: list[Note]) -> Ints:
    """The points after the demands on the whole grid: caps per axis, the largest share, a negative line."""
    demands = scene.constraints
    for axis, most in demands.cap_axis.items():
        part = np.concatenate([np.full(len(c.levels), c.axis == axis) for c in scene.tally.criteria])
        shrunk = shrunk_to(points, target, part, scene.movable, scene.bounds, most)
        if shrunk is None:
            mine = {c.name for c in scene.tally.criteria if c.axis == axis}
            pins = " and ".join(
                f"{p.criterion}={p.level} at {p.points}"
                for _, p in scene.limits.placed
                if p.criterion in mine and p.points
            )
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


def _missed(scene: Scene, points: Ints, best: int | None, notes: list[Note]) -> None:
    """Tell where the scale that was asked for could not be had."""
    reached = int(sum(points[a:b].max() for a, b in pairwise(scene.bounds)))
    if best is not None and reached != best:
        notes.append(note("best_missed", reached=reached, best=best))


def _with_negative(scene: Scene, points: Ints, notes: list[Note]) -> Ints:
    """One line taken to -1: the level with the lowest weight below 0."""
    weights = scene.weights.values
    usable = scene.movable & ~scene.thin & (scene.limits.floor < 0) & (weights < 0)
    for i in np.flatnonzero(usable)[np.argsort(weights[usable], kind="stable")]:
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


@dataclass(frozen=True)
class _Levels:
    """The levels of the grid: those of the tally, neighbours with the same points as one."""

    scene: Scene
    tally: Tally
    points: Ints
    place: NDArray[np.intp]

    def first(self, values: NDArray[T]) -> NDArray[T]:
        """Of values per level of the tally, that of the first level that became each level of the grid."""
        firsts = np.zeros(int(offsets(self.tally.criteria)[-1]), values.dtype)
        firsts[self.place[::-1]] = values[::-1]
        return firsts


def _joined_levels(scene: Scene, points: Ints) -> _Levels:
    """Levels that one line says made one, and neighbours with the same points; pinned levels stay as they are."""
    size = len(points)
    lines = scene.groups.argmax(axis=0) if size else np.zeros(0, np.intp)
    criteria = joined(scene.tally.criteria, points, scene.limits.pinned, lines)
    if all(len(one.levels) == len(two.levels) for one, two in zip(criteria, scene.tally.criteria, strict=True)):
        return _Levels(scene, scene.tally, points, np.arange(size))
    place = joined_places(scene.tally.criteria, points, scene.limits.pinned, lines)
    levels = _Levels(scene, scene.tally.regroup(criteria), points, place)
    return replace(levels, points=levels.first(points))


def _evidence(levels: _Levels, target: Floats, scale: float) -> tuple[tuple[Evidence, ...], ...]:
    """Counts, interval on the points' scale and stability of every level.

    Points stay in a resample where a normal draw around the unrounded points rounds to them; where a method gives no
    interval (lines that `sparse` left out), nothing is said. Levels made one have the interval of the first.
    """
    scene, points, counts = levels.scene, levels.points, levels.tally.by_level
    weights = scene.weights
    bounds = (scene.distinct.low * scale, scene.distinct.high * scale, target)
    low, high, target = (levels.first(by_level) for by_level in bounds)
    signs = levels.first(weights.sign_kept)
    thin, pinned = levels.first(scene.thin), levels.first(scene.limits.pinned)
    spread = np.maximum(high - low, 0) / (2 * Z95)
    with np.errstate(divide="ignore", invalid="ignore"):
        upper = special.ndtr(np.where(spread > 0, (points + 0.5 - target) / spread, np.inf))
        lower = special.ndtr(np.where(spread > 0, (points - 0.5 - target) / spread, -np.inf))
    without_interval = thin | pinned | is_reference(levels.tally.criteria)
    notes = _line_notes(levels, thin, pinned, signs)
    evidence = []
    for i in range(len(points)):
        leads, customers = int(counts[i, 0]), int(counts[i, 1])
        if without_interval[i] and not pinned[i]:
            evidence.append(Evidence(leads, customers, note=notes[i]))
            continue
        sign = None if without_interval[i] or not points[i] else float(np.clip(signs[i], 0.0, 1.0))
        stays = None if without_interval[i] or not spread[i] else float(upper[i] - lower[i])
        evidence.append(Evidence(leads, customers, float(low[i]), float(high[i]), sign, stays, notes[i]))
    return tuple(tuple(evidence[a:b]) for a, b in pairwise(offsets(levels.tally.criteria)))


def _line_notes(levels: _Levels, thin: Mask, pinned: Mask, signs: Floats) -> list[str]:
    """What would surprise a reader of each line.

    Points against the close rate are no surprise where they are for it beside the neutral answer, their origin.
    """
    counts, points = levels.tally.by_level, levels.points
    leads, customers = levels.tally.overall
    base = references(levels.tally.criteria)
    neutral = np.where((base >= 0)[:, None], counts[base], 0) if len(base) else counts
    side = np.sign(counts[:, 1] * leads - customers * counts[:, 0])
    of_neutral = np.sign(counts[:, 1] * neutral[:, 0] - neutral[:, 1] * counts[:, 0])
    notes: dict[int, Note] = {}
    for i in np.flatnonzero(thin & (counts[:, 0] > 0)):
        notes[int(i)] = note("thin")
    for i in np.flatnonzero((points * side < 0) & (points * of_neutral <= 0) & ~pinned):
        rate, overall = counts[i, 1] / max(counts[i, 0], 1), customers / max(leads, 1)
        notes[int(i)] = note("against", rate=float(rate), overall=float(overall), held=float(signs[i]))
    for at, absorbed in levels.scene.absorbed.items():
        notes[levels.place[at]] = note("absorbed", lines=absorbed)
    for at, pin in levels.scene.limits.placed:
        kind = "pinned" + ("_by" if pin.who else "") + ("_why" if pin.why else "")
        notes[levels.place[at]] = note(kind, points=pin.points, who=pin.who, why=pin.why)
    return [spelled([notes[i]]) if i in notes else "" for i in range(len(points))]


def _provenance(scene: Scene, points: Ints, scale: float, notes: list[Note]) -> dict[str, str | int | float | None]:
    """Where the points come from, and what rounding them cost on the leads they were made from."""
    leads, customers = scene.tally.overall
    before, after = scene.quality(scene.values), scene.quality(points.astype(float))
    facts: dict[str, str | int | float | None] = {
        "method": scene.weights.method,
        "leads": leads,
        "customers": customers,
        "scale": scale,
        "auc_unrounded": before[0],
        "auc_rounded": after[0],
        "log_loss_unrounded": before[1],
        "log_loss_rounded": after[1],
    }
    if notes:
        facts["notes"] = spelled(notes)
    return facts

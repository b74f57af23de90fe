"""A plan says how one candidate grid is made; `calibrate` makes it from a tally.

Levels, rates, weights, scale, rounding, curve and thresholds are all chosen from the tally given, so a
plan carried out on the training leads of a fold has seen nothing of the leads it is judged on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import islice
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from ..cores import in_order
from ..counts import binning
from ..counts.neutral import with_neutral
from ..counts.rates import MIN_LEADS, RateTable, estimate
from ..counts.shrinkage import QUICK
from ..counts.tally import Tally
from ..errors import SettingsError, unknown
from ..grid.criteria import offsets
from ..grid.grid import STAGES, Band, Grid, Thresholds
from ..grid.limits import Limits, groups_of
from ..grid.moved import at_pivot, gate, moved_bands
from ..grid.notes import note
from ..weights import JOINT as METHODS_JOINT
from ..weights import METHODS
from ..weights.base import Weights, no_weights
from ..weights.constraints import Constraints, resolve
from ..weights.logistic import roughly
from ..weights.path import SIZES, Guide, Lines, fewer_of
from ..weights.profile_algebra import FIT_ROWS, gram, rows_of
from ..weights.sparse import alternatives, sketched
from .build import NO_LIMITS, build_grid, paths
from .cross_fitted import level_of, unseen
from .curve import with_interval
from .recency import ALIKE, Recency, recency_of
from .redrawn import Counts, Redraw, drawn_counts, draws_for, redraw_of, redrawn_by, resample_of
from .redundancy import repeats, without_repeats
from .scale import Scale
from .scene import shared_leads
from .score_table import reaches, score, with_minimums
from .thresholds import Policy, choose
from .within_limits import with_points_of

JOINT, SEARCHED, LOG_ODDS = "logistic", "sparse", ("evidence", "logistic")
"""The method whose fit tells what a line adds to others, the one that searches for whole points, those without cap."""
RECIPE = "lift"
"""The method that gives points to every rate, however little stands behind it."""


@dataclass(frozen=True)
class Plan:
    """How a candidate is made: a weighting method with its constraints, or a fixed grid.

    `scale` says how large points are (`build`); `pivot` is the score that the marketing-qualified threshold is to
    have, `best` the score of the best lead; at most one of them is given. `size` asks for the grid of so many lines on
    the method's path from all lines to few: a point of the frontier.

    A fixed grid that was itself made from leads, those that came before the day `since`, has in `again` the plan that
    makes its like: on those leads a grid made anew from earlier ones stands in for it (`on`). `like` is then the grid
    whose shares of qualified leads the thresholds keep. `limits` are those of the system that is to hold the grid, of
    `size` lines at most.
    """

    name: str
    method: str = "fixed"
    grid: Grid | None = None
    constraints: Constraints = field(default_factory=Constraints)
    scale: Scale = "natural"
    pivot: int | None = None
    best: int | None = None
    size: int | None = None
    policy: Policy = field(default_factory=Policy)
    again: Plan | None = None
    since: int = 0
    like: Grid | None = None
    limits: Limits | None = None

    def on(self, begins: int) -> Plan:
        """The plan to judge on leads that came from that day on: itself, or what stands in for it."""
        return self if self.again is None or begins >= self.since else self.again

    def __post_init__(self) -> None:
        if (self.grid is None) == (self.method == "fixed"):
            raise SettingsError(f"plan '{self.name}' needs either a weighting method or a fixed grid")
        if self.grid is None and self.method not in METHODS:
            raise SettingsError(unknown("weighting method", self.method, METHODS))
        if self.pivot is not None and self.best is not None:
            raise SettingsError(f"plan '{self.name}' has both a pivot and a best score; give one of them")


@dataclass(frozen=True)
class Prepared:
    """What all plans on the same leads share: the tally as counted, the same on final levels, its rates.

    Weights and rates come from `learnt`, the leads as they count where earlier ones are forgotten (`recency`); what is
    counted and shown stays `tally`. On a resample weights are found in a `rough` way where a method has one. A search
    for whole points remembers so many `answers`: the best, and those nearly as good where they are wanted later.
    """

    fine: Tally
    tally: Tally
    rates: RateTable
    months: float | None
    rough: bool = False
    recency: Recency = ALIKE
    answers: int = 1
    _searched: dict[str, tuple[int, tuple[Weights, ...]]] = field(default_factory=dict, repr=False, compare=False)
    _weights: dict[tuple[str, str], Weights] = field(default_factory=dict, repr=False, compare=False)
    _paths: dict[tuple[str, str], dict[int, Lines]] = field(default_factory=dict, repr=False, compare=False)
    sized: dict[tuple[str, str, int, bool, str], Grid] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def learnt(self) -> Tally:
        """The leads as they count for rates and weights, on final levels."""
        return self.recency.on(self.tally)

    @cached_property
    def repeated(self) -> dict[str, str]:
        """Criteria that say nothing beyond another one, each with that other one."""
        return repeats(self.learnt)

    @cached_property
    def shared(self) -> NDArray[np.float64]:
        """Leads that two levels have in common: (levels, levels)."""
        return shared_leads(self.tally)

    @cached_property
    def guide(self) -> Guide:
        """The joint fit of all levels without constraints."""
        joint = self._weighed(JOINT, NO_LIMITS)
        rows = rows_of(self.learnt, FIT_ROWS)
        size = len(joint.values)
        data = np.eye(size) if joint.curvature is None else joint.curvature
        return Guide(joint.values, data, gram(rows, rows.leads))

    def weights(self, method: str, constraints: Constraints) -> Weights:
        """The weights of a method under constraints: none where no level differs from the rest.

        Among so many levels the largest weights would then be no larger than chance makes them, whatever the method.
        """
        if method != RECIPE and not self.rates.distinct.any():
            notes = resolve(constraints, self.learnt.criteria).notes
            return no_weights(method, self.learnt, (*notes, note("nothing_distinct")), self.rates.thin)
        return self._weighed(method, constraints)

    def _weighed(self, method: str, constraints: Constraints) -> Weights:
        """The weights of a method under constraints, found once."""
        if method != SEARCHED:  # the number of lines is a matter of the path
            constraints = replace(constraints, max_lines=None, max_criteria=None)
        if method in LOG_ODDS:  # how large points are is a matter of the scale
            constraints = replace(constraints, cap=None)
        key = method, repr(constraints)
        if key not in self._weights:
            weights = self._anew(method, constraints)
            if method not in METHODS_JOINT:
                limits = resolve(constraints, self.learnt.criteria)
                weights = without_repeats(weights, self.learnt, limits, self.repeated)
            self._weights[key] = weights
        return self._weights[key]

    def _anew(self, method: str, constraints: Constraints) -> Weights:
        """The weights that a method reads off the leads; the one that searches looks at the joint fit too."""
        if method == SEARCHED and not self.rough:
            return self.searched(constraints, self.answers)[0]
        if method == SEARCHED:
            return sketched(self.learnt, self.rates, constraints, self._weighed(JOINT, NO_LIMITS))
        weigh = roughly if method == JOINT and self.rough else METHODS[method]
        return weigh(self.learnt, self.rates, constraints)

    def searched(self, constraints: Constraints, most: int) -> tuple[Weights, ...]:
        """The best weights of the search for whole points, and others nearly as good: from one search."""
        key = repr(constraints)
        if self._searched.get(key, (0,))[0] < most:
            joint = self._weighed(JOINT, NO_LIMITS)
            self._searched[key] = most, alternatives(self.learnt, self.rates, constraints, most=most, joint=joint)
        return self._searched[key][1][:most]

    def path(self, method: str, constraints: Constraints) -> tuple[Weights, dict[int, Lines]]:
        """The lines of a method's grids of every size of the frontier, and the weights they come from.

        The method that searches for whole points goes on from the lines that it has found.
        """
        weights, key = self.weights(method, constraints), (method, repr(constraints))
        if method == SEARCHED:
            weights = replace(weights, scale=None)
        if key not in self._paths:
            self._paths[key] = self.along(weights, constraints, SIZES)
        return weights, self._paths[key]

    def along(self, weights: Weights, constraints: Constraints, sizes: Sequence[int]) -> dict[int, Lines]:
        """The lines of the grids of some sizes, from one walk along the path."""
        if weights.method == SEARCHED:
            return fewer_of(weights, self.learnt.regroup(weights.criteria), sizes)
        return paths(weights, self.learnt, constraints, self.guide, sizes)


def prepare(
    tally: Tally,
    *,
    allowed: Collection[str] | None = None,
    min_leads: int = MIN_LEADS,
    recency: Recency | None = None,
) -> Prepared:
    """Choose the levels from counts and estimate their rates, once for all plans.

    How fast earlier leads are forgotten is chosen from the leads themselves unless `recency` says it. `allowed` names
    the criteria that may be weighed (default all); fixed grids may use the others too.
    """
    weighed = tally if allowed is None else tally.without([c.name for c in tally.criteria if c.name not in allowed])
    grouped = with_neutral(weighed.regroup(binning.group(weighed, min_leads=min_leads)))
    recency = recency_of(grouped) if recency is None else recency
    rates = estimate(recency.on(grouped), min_leads=min_leads)
    return Prepared(tally, grouped, rates, tally.months, recency=recency)


def calibrate_prepared(prepared: Prepared, plan: Plan) -> Grid:
    """The plan's grid on prepared leads: points, curve of expected close rates, thresholds."""
    if plan.grid is not None:
        return _finished(plan.grid, prepared.fine, plan, prepared)
    if plan.limits is not None:
        return _finished(_within(prepared, plan, plan.limits), prepared.tally, plan, prepared)
    if plan.size is None:
        return grid_from(prepared.weights(plan.method, plan.constraints), prepared, plan)
    return _finished(_of_size(prepared, plan), prepared.tally, plan, prepared)


def sketch(prepared: Prepared, plan: Plan) -> Grid:
    """What judging a plan takes: for a point of the frontier points and curve alone, else the finished grid."""
    if plan.size is None or plan.limits is not None:
        return calibrate_prepared(prepared, plan)
    grid = _of_size(prepared, plan, brief=True)
    return replace(grid, curve=prepared.recency.curve(prepared.tally, grid, lines=chance_lines(grid, prepared.rates)))


def redrawn(prepared: Prepared, plan: Plan, grid: Grid) -> Grid:
    """A plan's grid with what resamples of its leads say: how often lines are kept, what the score owes to chance."""
    return all_redrawn(prepared, [plan], {plan.name: grid})[plan.name]


def all_redrawn(prepared: Prepared, plans: Sequence[Plan], grids: Mapping[str, Grid]) -> dict[str, Grid]:
    """The grids of some plans, by name, each with what resamples of their leads say: the same ones for all."""
    lean = Prepared(prepared.tally, prepared.tally, prepared.rates, prepared.months, recency=prepared.recency)
    fitted_here = [plan for plan in plans if plan.grid is None and plan.limits is None]
    draws = draws_for(prepared.tally) if fitted_here else 0
    turns = in_order(partial(_again, lean, fitted_here), islice(drawn_counts(prepared.tally), draws))
    return {
        plan.name: _with_redraws(prepared, plan, grids[plan.name], [turn[plan.name] for turn in turns])
        if plan in fitted_here
        else grids[plan.name]
        for plan in plans
    }


def _again(prepared: Prepared, plans: Sequence[Plan], counts: Counts) -> dict[str, Redraw]:
    """What one resample says of every plan, by name; plans whose points come from other leads have no part in it."""
    part, present = resample_of(prepared.tally, counts)
    rates = estimate(prepared.recency.on(present), min_leads=prepared.rates.min_leads, precision=QUICK)
    fresh = Prepared(present, present, rates, prepared.months, rough=True, recency=prepared.recency)
    return {plan.name: redraw_of(prepared.tally, part, _roughly(prepared, fresh, plan)) for plan in plans}


def _roughly(prepared: Prepared, fresh: Prepared, plan: Plan) -> Grid:
    """A plan's points made anew from a resample."""
    if plan.size is not None:
        return _of_size(fresh, plan, brief=True)
    weights = fresh.weights(plan.method, plan.constraints)
    guide = None if plan.constraints.max_lines is None else fresh.guide
    shared = fresh.shared if weights.criteria == fresh.tally.criteria else None
    return build_grid(
        weights,
        fresh.tally,
        constraints=plan.constraints,
        guide=guide,
        shared=shared,
        brief=True,
        **_form(prepared, plan),
    )


def _with_redraws(prepared: Prepared, plan: Plan, grid: Grid, redraws: Sequence[Redraw]) -> Grid:
    """The grid with what its redraws say, finished anew; as it is where there are none."""
    if not redraws:
        return grid
    result = redrawn_by(prepared.tally, grid, redraws)
    points = replace(result.on(grid), curve=None, thresholds=None, bands=())
    return _finished(points, prepared.tally, plan, prepared, result.freedom)


def grid_from(weights: Weights, prepared: Prepared, plan: Plan) -> Grid:
    """The plan's grid from weights that its method has found."""
    guide = None if plan.constraints.max_lines is None else prepared.guide
    shared = prepared.shared if weights.criteria == prepared.tally.criteria else None
    grid = build_grid(
        weights, prepared.tally, constraints=plan.constraints, guide=guide, shared=shared, **_form(prepared, plan)
    )
    return _finished(grid, prepared.tally, plan, prepared)


def _form(prepared: Prepared, plan: Plan) -> _Form:
    """The form that a plan asks for."""
    share = plan.policy.top_share(prepared.months, prepared.tally.overall)
    return {"name": plan.name, "scale": plan.scale, "pivot": plan.pivot, "best": plan.best, "share": share}


def _of_size(prepared: Prepared, plan: Plan, brief: bool = False) -> Grid:
    """The grid of so many lines on the path."""
    assert plan.size is not None
    constraints = plan.constraints
    weights, lines = prepared.path(plan.method, constraints)
    if plan.size not in lines:
        lines = prepared.along(weights, constraints, (*SIZES, plan.size))
    key = plan.method, repr(constraints), plan.size, brief, repr((plan.scale, plan.pivot, plan.best))
    if key not in prepared.sized:
        prepared.sized[key] = build_grid(
            weights,
            prepared.tally,
            constraints=constraints,
            guide=prepared.guide,
            lines=lines[plan.size],
            brief=brief,
            **_form(prepared, plan),
        )
    return replace(prepared.sized[key], name=plan.name)


def _within(prepared: Prepared, plan: Plan, limits: Limits) -> Grid:
    """The grid that a system can hold: of the points that it knows, else the longest one of its size that fits."""
    free = replace(plan, limits=None, best=limits.best or plan.best, pivot=None if limits.best else plan.pivot)
    if limits.points:
        lines = _of_size(prepared, replace(free, size=max(SIZES)), brief=True)
        grid = with_points_of(lines, prepared.tally, limits)
    else:
        sizes = [size for size in sorted({*SIZES, plan.size or 0}, reverse=True) if 0 < size <= (plan.size or size)]
        grids = (_low_enough(prepared, replace(free, size=size), limits) for size in sizes)
        grid = next((candidate for candidate in grids if limits.holds(candidate)), None) or _low_enough(
            prepared, replace(free, size=1), limits
        )
    return replace(grid, name=plan.name, provenance={**grid.provenance, "target": limits.system})


def _low_enough(prepared: Prepared, plan: Plan, limits: Limits) -> Grid:
    """The grid of a size, the whole of it scaled down where fit or engagement alone would reach too high."""
    grid = _of_size(prepared, plan)
    while limits.group is not None and (most := max(groups_of(grid))) > limits.group and grid.maximum > 1:
        best = min(grid.maximum * limits.group // most, grid.maximum - 1)
        grid = _of_size(prepared, replace(plan, best=max(best, 1), pivot=None))
    return grid


class _Form(TypedDict):
    name: str
    scale: Scale
    pivot: int | None
    best: int | None
    share: float


def calibrate(tally: Tally, plan: Plan, *, min_leads: int = MIN_LEADS) -> Grid:
    """The plan's grid, made from this tally alone."""
    return calibrate_prepared(prepare(tally, min_leads=min_leads), plan)


def finish(grid: Grid, tally: Tally, plan: Plan) -> Grid:
    """A plan's points with their curve and thresholds on these leads, forgotten as fast as those of the grid."""
    recency = Recency.of(grid)
    return _finished(grid, tally, plan, Prepared(tally, tally, estimate(tally), tally.months, recency=recency))


def _finished(grid: Grid, tally: Tally, plan: Plan, prepared: Prepared, freedom: float | None = None) -> Grid:
    """The grid with its curve on these leads, its thresholds and, where it has none, bands.

    `freedom` is how many lines gain from chance what its score does, where resamples told; else all of them count.
    """
    scores = score(tally, grid)
    fitted_here = 0.0 if plan.grid is not None else chance_lines(grid, prepared.rates)  # see fit_curve
    curve = prepared.recency.curve(tally, grid, lines=fitted_here if freedom is None else freedom)
    curve = with_interval(curve, scores.scores, scores.total[0] / tally.effect())
    policy = plan.policy
    if plan.like is not None and policy.kind == "top":
        policy = _letting_in(plan.like, prepared.fine, policy)
    in_use = grid.thresholds if plan.grid is not None else None
    least = _minimums(policy, in_use)
    policy = replace(policy, fit_minimum=least.fit_minimum, engagement_minimum=least.engagement_minimum)
    level = level_of(scores, curve)
    enough = {stage: unseen(part, curve, level) for stage, part in with_minimums(tally, grid, least).items()}
    thresholds = choose(unseen(scores, curve, level), policy, prepared.months, enough)
    bands = grid.bands
    if in_use is not None:
        thresholds = least if policy.kind == "top" else thresholds
        lowest = min((band.at_least for band in bands), default=0)  # below it the file has no band, and none is made
        bands = moved_bands(bands, in_use, thresholds, lowest)
    bands = gate(bands, thresholds) if bands else _bands(grid, thresholds)
    facts = {**grid.provenance, **prepared.recency.facts}
    grid = replace(grid, curve=curve, thresholds=thresholds, bands=bands, provenance=facts)
    return grid if plan.grid is not None or policy.kind == "pivot" else at_pivot(grid)


def chance_lines(grid: Grid, rates: RateTable) -> float:
    """Lines of independent leads that gain from chance what a grid's lines do: each counts its design effect.

    Leads that share their fate (of one company, or one lead seen at several ages) tell less than they are.
    """
    if rates.contrast.max(initial=1.0) <= 1:
        return float(grid.lines)
    bounds = offsets(rates.criteria)
    effect = {}
    for criterion, first, end in zip(rates.criteria, bounds[:-1], bounds[1:], strict=True):
        leads = rates.leads[first:end]
        effect[criterion.column] = float(rates.contrast[first:end] @ leads / max(int(leads.sum()), 1))
    return sum(
        np.count_nonzero(points) * effect.get(criterion.column, 1.0)
        for criterion, points in zip(grid.criteria, grid.points, strict=True)
    )


def _letting_in(grid: Grid, tally: Tally, policy: Policy) -> Policy:
    """The policy that qualifies the share of leads which a grid does by its own thresholds, if it has some."""
    if grid.thresholds is None:
        return policy
    total = float(tally.leads.sum())
    marketing, sales = (float(tally.leads[reaches(tally, grid, stage)].sum()) / total for stage in STAGES)
    return replace(policy, value=marketing, sales_value=sales) if min(marketing, sales) > 0 else policy


def _minimums(policy: Policy, in_use: Thresholds | None) -> Thresholds:
    """A grid's own thresholds, if it has some, with the minimums asked for in place of its own."""
    in_use = in_use or Thresholds(0, 0)
    fit = in_use.fit_minimum if policy.fit_minimum is None else policy.fit_minimum
    engagement = in_use.engagement_minimum if policy.engagement_minimum is None else policy.engagement_minimum
    return replace(in_use, fit_minimum=fit, engagement_minimum=engagement)


def _bands(grid: Grid, thresholds: Thresholds) -> tuple[Band, ...]:
    """What to do from each threshold on; thresholds that ask for the same share the higher band."""
    fit, engagement = thresholds.fit_minimum, thresholds.engagement_minimum
    bands = [
        Band("sales-qualified", thresholds.sales_qualified, "call now", fit, engagement),
        Band("marketing-qualified", thresholds.marketing_qualified, "nurture", fit),
        Band("not yet", min(grid.minimum, thresholds.marketing_qualified), "wait"),
    ]
    return tuple(band for i, band in enumerate(bands) if band.demands not in [b.demands for b in bands[:i]])

"""What a careful reader asks of the candidates: what constraints cost, which grids are nearly as good, the audit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ..counts.tally import Tally
from ..evaluation.audit import findings
from ..evaluation.backtest import Backtest, Fold
from ..evaluation.comparison import Comparison
from ..evaluation.constraint_costs import MOST, Costs, judge_constraints
from ..evaluation.near_optimal import METHOD, pool
from ..grid.grid import Grid
from ..points.plan import Plan, Prepared, calibrate_prepared
from ..report.review import Candidate, Review

MANY_ROWS, FEW = 100_000, 6
"""With more profile rows than that, only so many constraints are judged one by one."""


@dataclass(frozen=True)
class Replayed:
    """What the candidates were judged with: plans and backtests by name, the folds, what is done once per fold."""

    plans: Mapping[str, Plan]
    backtests: Mapping[str, Backtest]
    folds: Sequence[Fold]
    prepare: Callable[[Tally], Prepared]
    capacity: float


def with_costs(review: Review, replayed: Replayed) -> Review:
    """The review with what constraints cost: on the proposed grid, else on the best of those that were made here."""
    name = _made(review.comparison, replayed.plans, review.chosen)
    costs: Costs | None = None
    if name is not None:
        most = FEW if review.tally.rows > MANY_ROWS else MOST
        costs = judge_constraints(
            replayed.plans[name], replayed.backtests[name], review.tally, replayed.folds, prepare=replayed.prepare,
            calibrate=calibrate_prepared, capacity=replayed.capacity, most=most,
        )  # fmt: skip
    return replace(review, costs=costs)


def _made(comparison: Comparison, plans: Mapping[str, Plan], chosen: str) -> str | None:
    """The grid made here that a reader looks at: the chosen one, or the best; None where none was judged."""
    made = [each for each in comparison.judged if plans[each.name].grid is None and comparison.primary in each.metrics]
    if not made or chosen in [each.name for each in made]:
        return chosen if made else None
    return max(made, key=lambda each: each.metrics[comparison.primary].value).name


def with_near(
    review: Review, plans: Mapping[str, Plan], whole: Prepared, candidate: Callable[[Plan, Grid], Candidate]
) -> Review:
    """The review with the grids nearly as good as the one of `sparse`, and how far that could still improve."""
    own = next((each for each in review.candidates if each.method == METHOD and plans[each.name].grid is None), None)
    found = pool(whole, plans[own.name], own.grid, [each.name for each in review.candidates]) if own else None
    if found is None or own is None:
        return review
    plan = plans[own.name]
    return replace(review, near=tuple(candidate(plan, grid) for grid in found.near), room=found.room)


def audited(candidate: Candidate, tally: Tally, as_of: date | None) -> Candidate:
    """The candidate with the usual mistakes that it makes, as of the day on which the history is read."""
    return replace(candidate, findings=findings(candidate.grid, tally, as_of))

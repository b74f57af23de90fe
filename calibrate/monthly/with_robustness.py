"""What a careful reader asks of the candidates: what constraints cost, which grids are nearly as good, the audit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

from ..counts.tally import Tally
from ..evaluation.audit import findings
from ..evaluation.backtest import Backtest
from ..evaluation.comparison import Comparison
from ..evaluation.constraint_costs import MOST, Costs, judge_constraints
from ..evaluation.near_optimal import METHOD, Pool, pool
from ..grid.grid import Grid
from ..points.plan import Plan, Prepared
from ..report.review import Candidate, Review

MANY_ROWS, FEW = 100_000, 6
"""With more profile rows than that, only so many constraints are judged one by one."""


def costs_of(
    review: Review,
    plans: Mapping[str, Plan],
    backtests: Sequence[Backtest],
    *,
    allowed: Collection[str],
    min_leads: int,
    capacity: float,
) -> Costs | None:
    """What constraints cost: on the proposed grid, else on the best of those that were made here.

    `plans` are the candidates by name; `capacity` is the share of leads that sales can call.
    """
    name = _made(review.comparison, plans, review.chosen)
    if name is None:
        return None
    backtest = next(backtest for backtest in backtests if backtest.name == name)
    return judge_constraints(
        plans[name],
        backtest,
        review.tally,
        backtest.later.folds,
        capacity=capacity,
        allowed=allowed,
        min_leads=min_leads,
        most=FEW if review.tally.rows > MANY_ROWS else MOST,
    )


def _made(comparison: Comparison, plans: Mapping[str, Plan], name: str) -> str | None:
    """The grid made here that a reader looks at: the chosen one, or the best; None where none was judged."""
    primary = comparison.primary
    ranked = [entry for entry in comparison.judged if plans[entry.name].grid is None and primary in entry.metrics]
    if not ranked or name in [entry.name for entry in ranked]:
        return name if ranked else None
    return max(ranked, key=lambda entry: entry.metrics[primary].value).name


def near_of(
    prepared: Prepared, plans: Sequence[Plan], grids: Mapping[str, Grid], names_used: Collection[str]
) -> tuple[Plan, Pool] | None:
    """The plan of `sparse`, the grids nearly as good as its own and how far that could still improve, if it has one.

    `grids` are those of the candidates, `names_used` the names that no grid may have.
    """
    plan = next((plan for plan in plans if plan.method == METHOD and plan.grid is None), None)
    near = None if plan is None else pool(prepared, plan, grids[plan.name], names_used)
    return None if plan is None or near is None else (plan, near)


def audited(candidate: Candidate, tally: Tally, as_of: date | None) -> Candidate:
    """The candidate with the usual mistakes that it makes, as of the day on which the history is read."""
    return replace(candidate, findings=findings(candidate.grid, tally, as_of))

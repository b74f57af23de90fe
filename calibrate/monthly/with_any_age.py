"""The grid for leads of any age, made by itself where events and closing dates allow it.

The month's rates, candidates and pictures stay on leads at one age; beside them the same leads are seen at several ages
and counted once more, on the levels that are there already, and the proposed plan alone is carried out on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..counts.counting import count
from ..counts.tally import Tally
from ..errors import CalibrateError, by_machine
from ..evaluation.any_age import AnyAge, grid_of_any_age
from ..grid.grid import Grid
from ..grid.lead_age import AGE
from ..leads.columns.fine_classing import named_levels
from ..leads.history import observe
from ..leads.landmarks import AUTO
from ..points.plan import Plan
from .counted import Counted
from .from_settings import at_ages

MOST_LEADS = 50_000
"""Leads up to which they are seen at several ages without being asked for; with more, `ages = "auto"` does it."""


def any_age_of(reading: Counted, plans: Mapping[str, Plan], grids: Mapping[str, Grid], chosen: str) -> AnyAge | None:
    """The grid for any age that is made like the chosen one; None where it cannot be made or judged."""
    plan, like = plans.get(chosen), grids.get(chosen)
    if plan is None or like is None or plan.grid is not None or plan.limits is not None or not like.lines:
        return None
    seen = at_several_ages(reading)
    if seen is None:
        return None
    tally, ages = seen
    size = None if plan.size is None else plan.size + ages.count(",")
    allowed = [*reading.allowed, AGE]
    min_leads = reading.settings.columns.min_leads
    result = grid_of_any_age(tally, replace(plan, size=size), like, allowed=allowed, min_leads=min_leads)
    if result is None:
        return None
    grid = result.grid
    return replace(result, grid=replace(grid, provenance={**grid.provenance, "ages": ages}))


def at_several_ages(reading: Counted) -> tuple[Tally, str] | None:
    """The leads counted at the usual ages on the levels of the month, and these ages; None where they cannot be."""
    settings = reading.settings
    if settings.time.ages is not None or reading.bare is None or reading.events is None:
        return None
    if reading.history.kept > MOST_LEADS or settings.outcome.unit == "company":
        return None
    table, terms = reading.bare
    asked = settings.model_copy(update={"time": settings.time.model_copy(update={"ages": AUTO})})
    try:
        seen = at_ages(asked, table, reading.events, terms, reading.grids)
        ages = next(str(fact.facts["ages"]) for fact in seen.table.facts if fact.key == "ages")
        cuts = [float(age) for age in ages.split(",")[1:]]
        age = replace(named_levels(AGE, axis="engagement", cuts=cuts), ordered=True)
        history = observe(seen.table, (*reading.usable.criteria, age), seen.terms)
        return count(history, most_rows=2 * MOST_LEADS), ages
    except CalibrateError as fault:
        if by_machine(fault):
            raise
        return None  # too few leads are open and old enough, or the source lacks a date

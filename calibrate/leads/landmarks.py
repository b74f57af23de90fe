"""Leads seen at several ages: a row per lead and age at which it is still open, its outcome what comes after.

A lead created on day c that is still open at t = c + age is seen on that day, with what it had done by then; it is a
customer where it closes within the window after t (landmarks: van Houwelingen 2007, "Dynamic prediction by landmarking
in event history analysis"). Its rows are one group. Age is a column like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from ..days import day_number
from ..engine.derived import answered
from ..engine.query import (
    NOTHING,
    as_date,
    as_text,
    both,
    case,
    cast,
    count_where,
    either,
    empty,
    joined,
    one_after_another,
    quoted,
    select,
    value,
)
from ..engine.table import Column, Fact, Table
from ..errors import HistoryError
from ..free_names import free_name
from ..grid.lead_age import AGE
from .day_span import day_of
from .terms import Group, Terms

SEEN, ROW = "seen on", "lead at age"
YOUNGEST, OLDEST, MOST_AGES = 7, 730, 8
AUTO = (0,)
"""Stands for the ages that a history allows: those of `USUAL` at which enough leads are still open."""
USUAL = (14, 30, 60, 90, 180)
ENOUGH = 100
"""Leads that are open at an age and old enough to be judged after it."""


@dataclass(frozen=True)
class Landmarks:
    """Leads at their ages, and the terms on which they are read."""

    table: Table
    terms: Terms


def check_ages(ages: Sequence[int]) -> None:
    """Refuse ages that are no rising whole numbers of days from 7 to 730, or too many of them."""
    rising = list(ages) == sorted(set(ages))
    if not (1 < len(ages) <= MOST_AGES and rising and ages[0] >= YOUNGEST and ages[-1] <= OLDEST):
        raise HistoryError(
            f"--ages {','.join(map(str, ages))}: name two to {MOST_AGES} rising ages in days, each from {YOUNGEST} to "
            f"{OLDEST}, such as 14,30,60,90,180"
        )


def ages_allowed(table: Table, terms: Terms, as_of: date) -> tuple[int, ...]:
    """The usual ages at which a hundred leads are still open whose closing window after it is over.

    Raises HistoryError where there are not two such ages.
    """
    if terms.created_at is None or terms.customer_at is None:
        raise HistoryError("--ages auto needs the days each lead came and closed: --created-at, --customer-at")
    created, listed = day_of(table, terms.created_at), [column.name for column in table.columns]
    still = {}
    for age in USUAL:
        conditions = [f"{created} + {age + terms.close_within_days} <= {day_number(as_of)}"]
        if terms.customer_at in listed:
            closed = day_of(table, terms.customer_at)
            conditions.append(either(empty(closed), f"{closed} > {created} + {age}"))
        still[f"a{age}"] = count_where(both(*conditions))
    counts = table.fetch(select(still, table.relation))
    ages = tuple(age for age in USUAL if int(counts[f"a{age}"][0]) >= ENOUGH)
    if len(ages) < 2:
        raise HistoryError(
            f"--ages auto: fewer than {ENOUGH} leads of this history are open and old enough to be judged at two of "
            f"{', '.join(map(str, USUAL))} days; name ages yourself, or leave --ages out"
        )
    return ages


def at_landmarks(tables: Sequence[Table], ages: Sequence[int], terms: Terms, as_of: date) -> Landmarks:
    """The leads at their ages: `tables` has the leads with what they had done at each age, all with the same columns.

    Raises HistoryError where the creation day, the closing day or the id of a lead is not known.
    """
    if terms.created_at is None or terms.lead_id is None or (terms.customer_at is None and terms.outcomes is None):
        raise HistoryError(
            "a score for any age needs the id of each lead, the day it was created and the day it closed: name the "
            "columns with --lead-id, --created-at and --customer-at"
        )
    first = tables[0]
    taken = {column.name for column in first.columns}
    seen, row, age = (free_name(name, taken) for name in (SEEN, ROW, AGE))
    if age != AGE:
        raise HistoryError(f"{first.name} already has a column '{AGE}'; rename it, so that nothing is overwritten")
    parts = [_at_age(table, days, terms, as_of, (seen, row)) for table, days in zip(tables, ages, strict=True)]
    columns = (*first.columns, Column(seen, "date"), Column(row, "text"), Column(AGE, "number", True))
    made: dict[str, str | int | float] = {
        "lead_id": terms.lead_id,
        "created_at": terms.created_at,
        "ages": ",".join(map(str, ages)),
        "oldest": ages[-1],
    }
    facts = (*first.facts, Fact("ages", made))
    table = answered(first, one_after_another(parts), columns, facts=facts)
    changed = replace(
        terms,
        created_at=seen,
        lead_id=row,
        outcomes_by=terms.outcomes_by or (terms.lead_id if terms.outcomes is not None else None),
        outcomes_id=terms.outcomes_id or (terms.lead_id if terms.outcomes is not None else None),
        observe_days=0,
        as_of=as_of,
        seen_until=None,
        persons=(),
        group=terms.group or Group(terms.lead_id),
    )
    return Landmarks(table, changed)


def age_sql(leads: Table, created_at: str, at: date) -> str:
    """SQL for the whole days from creation to a day; none where there is no creation day, 0 for leads of the future."""
    day = day_of(leads, created_at)
    return case((empty(day), NOTHING), (f"{day_number(at)} < {day}", 0), otherwise=f"{day_number(at)} - {day}")


def _at_age(table: Table, age: int, terms: Terms, as_of: date, names: tuple[str, str]) -> str:
    """The leads that are still open at an age, as they are seen on that day."""
    day = f"{day_of(table, terms.created_at or '')} + {age}"
    cells = {quoted(column.name): quoted(column.name) for column in table.columns}
    key = joined((as_text(quoted(terms.lead_id or "")), value(f" at {age}")))
    cells |= {quoted(names[0]): as_date(cast(day, "integer")), quoted(names[1]): key, quoted(AGE): str(age)}
    conditions = [f"{day} <= {day_number(as_of)}"]
    if terms.customer_at is not None and terms.customer_at in [column.name for column in table.columns]:
        closed = day_of(table, terms.customer_at)
        conditions.append(either(empty(closed), f"{closed} > {day}"))
    return select(cells, table.relation, where=both(*conditions))

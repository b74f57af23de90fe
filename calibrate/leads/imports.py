"""Imported batches: leads that all came in one minute, so that their day of creation is the day of an import.

People come one by one; a list that somebody loads comes at once. Such leads are told and stay: whether they count is
for somebody to say who knows the list. Minutes at midnight tell nothing, since a date without a time stands there.
"""

from __future__ import annotations

import numpy as np

from ..engine.dates import moment
from ..engine.query import call, count, falling, filled, rows, select, value
from ..engine.table import Fact, Table, column_of

BATCH = 100
"""Leads of one minute from which they are a batch, where leads come one by one."""
TIMES = 50
"""A batch has at least so many times the leads of the median minute in which any came."""
MOST_MINUTES = 1000


def imported(table: Table, column: str) -> Fact | None:
    """What is worth saying of leads created together; None where none were, or where days have no time.

    The fact ``imported`` has the column, the leads in batches and how many batches, and the largest one with its moment
    in UTC.
    """
    if column_of(table, column).type == "date":
        return None
    at = moment(table, column)
    if not at.timed:
        return None
    minute = call.date_trunc(value("minute"), at.expression.sql("duckdb"))
    counts = rows(select({"minute": minute, "leads": count()}, table.relation, group=(1,)), "minutes")
    sizes = table.fetch(
        select({"leads": "leads", "minutes": count()}, counts, where=filled("minute"), group=(1,), order=(1,))
    )
    busy = table.fetch(
        select(
            ("minute", "leads"),
            counts,
            where=f"leads >= {BATCH}",
            order=(falling("leads"), "minute"),
            limit=MOST_MINUTES,
        )
    )
    when, leads = busy["minute"].astype("datetime64[m]"), busy["leads"].astype(np.int64)
    midnight = np.isnat(when) | (when == when.astype("datetime64[D]"))
    when, leads = when[~midnight], leads[~midnight]
    if not len(leads):
        return None
    up_to = np.cumsum(sizes["minutes"])
    usual = int(sizes["leads"][np.searchsorted(up_to, up_to[-1] / 2)])
    batch = leads >= max(BATCH, TIMES * usual)
    if not batch.any():
        return None
    facts: dict[str, str | int | float] = {
        "column": column,
        "rows": int(leads[batch].sum()),
        "batches": int(batch.sum()),
        "most": int(leads[0]),
        "when": str(when[0]).replace("T", " "),
    }
    return Fact("imported", facts)

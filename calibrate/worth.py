"""What leads are worth: the amounts that customers signed, per lead and per level, beside the counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .criteria import Criterion, code_sql, offsets
from .engine import sql
from .engine.table import column_of
from .errors import InputError
from .history import CUSTOMER, KEPT, STATUS, History
from .rates import RateTable

Floats = NDArray[np.float64]
NONE_SEEN = 3.69
"""Where no customer was seen, up to so many may have been due (exact Poisson bound, 97.5 %)."""


@dataclass(frozen=True)
class Worth:
    """Value of the customers: in all, and per level of the rates shown (arrays in their layout).

    `per_lead` is value / leads with `low` and `high` (95 %), `lift` is per_lead / the whole's per_lead. Customers
    without an amount (`unknown`) count as 0.
    """

    column: str
    customers: int
    unknown: int
    total: float
    mean: float
    overall: float
    value: Floats
    per_lead: Floats
    low: Floats
    high: Floats
    lift: Floats


def weigh_by_value(history: History, rates: RateTable, fine: Sequence[Criterion], column: str) -> Worth:
    """Sum the amounts of the customers that count, per level.

    ``per lead = sum of amounts / leads``; its interval takes each customer as one draw of a compound Poisson sum:
    ``variance of the sum = sum of squared amounts``.
    """
    table = history.table
    if column_of(table, column).type != "number":
        raise InputError(f"{table.name}: the value column '{column}' holds no numbers; name another with --value")
    types = {each.name: each.type for each in table.columns}
    ours = {(c.column, c.kind): c for c in fine}
    pairs = [(c, ours.get((c.column, c.kind))) for c in rates.criteria]
    codes = [code_sql(own, types[own.column]) for _, own in pairs if own is not None]
    words = sql.packed(codes)
    listed = "".join(f", {word.sql('duckdb')} AS w{i}" for i, word in enumerate(words))
    amount = sql.identifier(column).sql("duckdb")
    sums, squares = np.zeros(len(rates.leads)), np.zeros(len(rates.leads))
    customers = unknown = 0
    total = 0.0
    bounds = offsets(rates.criteria)
    statement = (
        f"SELECT CAST({amount} AS DOUBLE) AS amount{listed} FROM ({history.leads}) AS leads "
        f"WHERE {STATUS} = {KEPT} AND {CUSTOMER} = 1"
    )
    for piece in table.stream(statement):
        worth = piece["amount"].astype(np.float64)
        unknown += int(np.isnan(worth).sum())
        customers += len(worth)
        worth = np.nan_to_num(worth)
        total += float(worth.sum())
        found = iter(sql.unpacked([piece[f"w{i}"].astype(np.int64) for i in range(len(words))], len(codes)))
        for i, (shown, own) in enumerate(pairs):
            if own is None:
                continue
            place = bounds[i] + shown.placed(own)[next(found)].astype(np.intp)
            sums += np.bincount(place, worth, len(sums))
            squares += np.bincount(place, worth**2, len(sums))
    leads = np.maximum(rates.leads, 1)
    overall = total / max(rates.overall.leads, 1)
    spread = 1.959964 * np.sqrt(squares) / leads
    per_lead = sums / leads
    mean = total / max(customers - unknown, 1)
    high = np.where(rates.customers > 0, per_lead + spread, NONE_SEEN * mean / leads)
    return Worth(
        column=column, customers=customers, unknown=unknown, total=total, mean=mean,
        overall=overall, value=sums, per_lead=per_lead, low=np.maximum(per_lead - spread, 0), high=high,
        lift=per_lead / overall if overall else np.zeros(len(sums)),
    )  # fmt: skip

"""What leads are worth: the amounts that customers signed, per lead and per level, beside the counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..counts.encoding import coding
from ..counts.rates import RateTable
from ..engine.query import as_text, both, call, cast, join, one_of, quoted, rows, select
from ..engine.table import Table, column_of
from ..errors import InputError
from ..grid.criteria import Criterion, offsets
from ..leads.day_span import day_of
from ..leads.history import History
from ..leads.keys import keys_of
from ..leads.terms import CUSTOMER, KEPT, STATUS, Terms
from .currency import refuse_several

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
    """Sum the amounts of the customers that count, per level; in a second file, those of the deal that counts.

    ``per lead = sum of amounts / leads``; its interval takes each customer as one draw of a compound Poisson sum:
    ``variance of the sum = sum of squared amounts``.
    """
    table = history.table
    home = home_of(history.terms, table, column)
    if column_of(home, column).type != "number":
        raise InputError(f"{home.name}: the value column '{column}' holds no numbers; name another with --value")
    refuse_several(home, column)
    ours = {(c.column, c.kind): c for c in fine}
    pairs = [(c, ours.get((c.column, c.kind))) for c in rates.criteria]
    how = coding(table, [fine_criterion for _, fine_criterion in pairs if fine_criterion is not None])
    amount, leads_read = quoted(column), rows(history.leads, "leads")
    if home is not table:
        amount, leads_read = "__deal.__amount", _with_deals(history, leads_read, home, amount)
    sums, squares = np.zeros(len(rates.leads)), np.zeros(len(rates.leads))
    customers = unknown = 0
    total = 0.0
    bounds = offsets(rates.criteria)
    cells = {"amount": cast(amount, "double")} | how.columns
    statement = select(cells, leads_read, where=both(f"{STATUS} = {KEPT}", f"{CUSTOMER} = 1"))
    for piece in table.stream(statement):
        worth = piece["amount"].astype(np.float64)
        unknown += int(np.isnan(worth).sum())
        customers += len(worth)
        worth = np.nan_to_num(worth)
        total += float(worth.sum())
        codes = iter(how.codes(piece))
        for i, (criterion, fine_criterion) in enumerate(pairs):
            if fine_criterion is None:
                continue
            place = bounds[i] + criterion.placed(fine_criterion)[next(codes)].astype(np.intp)
            sums += np.bincount(place, worth, len(sums))
            squares += np.bincount(place, worth**2, len(sums))
    leads = np.maximum(rates.leads, 1)
    overall = total / max(rates.overall.leads, 1)
    spread = 1.959964 * np.sqrt(squares) / leads
    per_lead = sums / leads
    mean = total / max(customers - unknown, 1)
    high = np.where(rates.customers > 0, per_lead + spread, NONE_SEEN * mean / leads)
    return Worth(
        column=column,
        customers=customers,
        unknown=unknown,
        total=total,
        mean=mean,
        overall=overall,
        value=sums,
        per_lead=per_lead,
        low=np.maximum(per_lead - spread, 0),
        high=high,
        lift=per_lead / overall if overall else np.zeros(len(sums)),
    )


def home_of(terms: Terms, table: Table, column: str) -> Table:
    """The table that holds the amounts: the leads, or the second file that lists customers."""
    outcomes = terms.outcomes
    in_leads = column in [c.name for c in table.columns]
    return outcomes if outcomes is not None and not in_leads and column in [c.name for c in outcomes.columns] else table


def _with_deals(history: History, leads: str, deals: Table, amount: str) -> str:
    """The leads beside their deals won on the day that made them customers, with the amounts in sum."""
    terms, names = history.terms, [c.name for c in deals.columns]
    lead_key, deal_key = terms.outcomes_by or terms.lead_id or "", terms.outcomes_id or terms.lead_id or ""
    compared = keys_of(history.table, lead_key, deals, deal_key, alias="leads.")
    dated = terms.customer_at in names
    day = day_of(deals, terms.customer_at or "") if dated else "0"
    won = ""
    if terms.customer in names and history.customer_values:
        won = one_of(as_text(quoted(terms.customer or "")), history.customer_values)
    cells = {"__lead": compared.other, "__day": day, "__amount": call.sum(amount)}
    sums = rows(select(cells, deals.relation, where=won, group=(1, 2)), "__deal")
    same_day = ["leads.__closed = __deal.__day"] if dated else []
    return join(leads, sums, both(f"{compared.own} = __deal.__lead", *same_day), left=True)

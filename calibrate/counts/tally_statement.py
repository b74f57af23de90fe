"""What the tally asks the engine: one row per lead with its codes, and which leads stay where they are too many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..engine.query import both, call, case, either, empty, negated, one_of, rows, select
from ..leads.history import History
from ..leads.terms import BUYER, CUSTOMER, KEPT, MOMENT, STATUS
from .encoding import Coding
from .young import IMMATURE

OF_CUSTOMERS = 0.75
"""Share of the tally's rows that customers may take where there are more of them."""


@dataclass(frozen=True)
class Thinning:
    """Shares of the customers, and of the other leads, that keep a row of their own."""

    customers: float = 1.0
    others: float = 1.0

    @property
    def none(self) -> bool:
        """Every lead keeps its row."""
        return self.customers >= 1 and self.others >= 1


def thinning_of(history: History, most_rows: int) -> Thinning:
    """How the leads are thinned to so many rows: customers stay as long as three quarters of the rows hold them.

    >>> from types import SimpleNamespace
    >>> thinning_of(SimpleNamespace(totals=np.array([[1000, 100]])), 550)
    Thinning(customers=1.0, others=0.5)
    """
    leads, customers = (int(v) for v in history.totals.sum(axis=0))
    if leads <= most_rows:
        return Thinning()
    room = max(most_rows - customers, most_rows - int(OF_CUSTOMERS * most_rows))
    of_customers = min(1.0, OF_CUSTOMERS * most_rows / max(customers, 1)) if customers > most_rows - room else 1.0
    return Thinning(of_customers, min(1.0, room / max(leads - customers, 1)))


def statement_of_tally(history: History, how: Coding, thinning: Thinning, *, alone: bool = False) -> str:
    """One row per lead that is kept or young: moment, flags (1 customer, 2 stays in the sample, 4 young), codes.

    With closing dates `took` has the days until each customer's sale, -1 for other leads. `alone`: only the leads that
    stay, where all were counted in the engine.
    """
    flags, columns = [CUSTOMER], {}
    condition = f"{STATUS} = {KEPT}"
    if not thinning.none:
        sampled = _sampled(history, thinning)
        condition = both(condition, sampled) if alone else condition
        flags.append("2" if alone else case((sampled, 2), otherwise=0))
    if history.terms.group is not None:
        nobody, key = ("0", call.hash(BUYER)) if history.table.dialect == "duckdb" else ("''", call.md5(BUYER))
        columns["buyer"] = case((empty(BUYER), nobody), otherwise=key)
    if history.excluded.get("immature") and not (alone and not thinning.none):
        flags.append(case((f"{STATUS} = {IMMATURE}", 4), otherwise=0))
        condition = one_of(STATUS, (KEPT, IMMATURE))
    if history.ends is not None and history.terms.customer_at is not None:
        columns["took"] = case((f"{CUSTOMER} = 1", f"__closed - {MOMENT}"), otherwise=-1)
    cells = {"moment": MOMENT, "flags": " + ".join(flags)} | columns | how.columns
    return select(cells, rows(history.leads, "leads"), where=condition)


def _sampled(history: History, thinning: Thinning) -> str:
    """Condition: the lead stays in the sample."""
    bought = f"{CUSTOMER} = 1"
    customers = bought if thinning.customers >= 1 else both(bought, history.stays(thinning.customers))
    if thinning.others >= 1:
        return either(customers, negated(bought))
    return either(customers, both(negated(bought), history.stays(thinning.others)))


def weights_of(
    totals: NDArray[np.int64], cohort: NDArray[np.int32], customer: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Leads that each row stands for, so that every cohort keeps its customers and its other leads.

    >>> weights_of(np.array([[10, 2]]), np.zeros(3, np.int32), np.array([True, False, False])).tolist()
    [2.0, 4.0, 4.0]
    """
    lost = totals[:, 0] - totals[:, 1]
    weights = [
        all_leads / np.maximum(np.bincount(cohort[mine], minlength=len(totals)), 1)
        for all_leads, mine in ((lost, ~customer), (totals[:, 1], customer))
    ]
    result: NDArray[np.float64] = np.where(customer, weights[1][cohort], weights[0][cohort])
    return result


def hashed(buyers: NDArray[Any] | None) -> NDArray[np.uint64] | None:
    """Hashes of the buyers' keys; 0: nothing is known of the buyer."""
    if buyers is None or buyers.dtype == np.uint64:
        return buyers
    texts = np.array(["" if buyer is None or buyer != buyer else buyer for buyer in buyers], object)
    hashes: NDArray[np.uint64] = np.where(texts == "", np.uint64(0), pd.util.hash_array(texts, categorize=False))
    return hashes

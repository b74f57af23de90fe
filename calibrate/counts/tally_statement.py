"""What the tally asks the engine: one row per lead with its codes, and how many leads of those without a customer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..engine.query import call, case, either, empty, one_of, quoted, rows, select, value
from ..leads.history import History
from ..leads.terms import BUYER, CUSTOMER, IDENTITY, KEPT, MOMENT, STATUS
from .encoding import Coding
from .young import IMMATURE


def statement_of_tally(history: History, how: Coding, share: float) -> str:
    """One row per lead that is kept or young: moment, flags (1 customer, 2 stays in the sample, 4 young), codes.

    With closing dates `took` has the days until each customer's sale, -1 for other leads.
    """
    flags, columns = [CUSTOMER], {}
    if share < 1:
        limit = value(f"{int(share * 2**32):08x}")
        stays = either(f"{CUSTOMER} = 1", f"{call.md5(IDENTITY)} < {limit}")
        flags.append(case((stays, 2), otherwise=0))
    if history.place is not None:
        columns["place"] = quoted(history.place)
    if history.terms.group is not None:
        nobody, key = ("0", call.hash(BUYER)) if history.table.dialect == "duckdb" else ("''", call.md5(BUYER))
        columns["buyer"] = case((empty(BUYER), nobody), otherwise=key)
    condition = f"{STATUS} = {KEPT}"
    if history.excluded.get("immature"):
        flags.append(case((f"{STATUS} = {IMMATURE}", 4), otherwise=0))
        condition = one_of(STATUS, (KEPT, IMMATURE))
    if history.ends is not None and history.terms.customer_at is not None:
        columns["took"] = case((f"{CUSTOMER} = 1", f"__closed - {MOMENT}"), otherwise=-1)
    cells = {"moment": MOMENT, "flags": " + ".join(flags)} | columns | how.columns
    return select(cells, rows(history.leads, "leads"), where=condition)


def share_of_others(history: History, most_rows: int) -> float:
    """Share of the leads that are no customers which stay in the sample (1: all)."""
    leads, customers = (int(v) for v in history.totals.sum(axis=0))
    if leads <= most_rows:
        return 1.0
    return max(most_rows - customers, most_rows // 4) / (leads - customers)


def weights_of_others(
    totals: NDArray[np.int64], cohort: NDArray[np.int32], customer: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Leads that each row without a customer stands for, so that every cohort keeps its total."""
    lost = np.bincount(cohort[~customer], minlength=len(totals))
    weight = (totals[:, 0] - totals[:, 1]) / np.maximum(lost, 1)
    result: NDArray[np.float64] = weight[cohort]
    return result


def hashed(buyers: NDArray[Any] | None) -> NDArray[np.uint64] | None:
    """Hashes of the buyers' keys; 0: nothing is known of the buyer."""
    if buyers is None or buyers.dtype == np.uint64:
        return buyers
    texts = np.array(["" if buyer is None or buyer != buyer else buyer for buyer in buyers], object)
    hashes: NDArray[np.uint64] = np.where(texts == "", np.uint64(0), pd.util.hash_array(texts, categorize=False))
    return hashes

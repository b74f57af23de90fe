"""What the tally asks the engine: one row per lead with its codes, and how many leads of those without a customer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..engine import sql
from ..leads.history import History
from ..leads.terms import BUYER, CUSTOMER, IDENTITY, KEPT, MOMENT, STATUS
from .encoding import Coding
from .young import IMMATURE


def tally_statement(history: History, how: Coding, share: float) -> str:
    """One row per lead that is kept or young: moment, flags (1 customer, 2 stays in the sample, 4 young), codes."""
    stays = place = ""
    if share < 1:
        limit = sql.literal(f"{int(share * 2**32):08x}").sql("duckdb")
        stays = f" + CASE WHEN {CUSTOMER} = 1 OR MD5({IDENTITY}) < {limit} THEN 2 ELSE 0 END"
    if history.place is not None:
        place = f", {sql.identifier(history.place).sql('duckdb')} AS place"
    if history.terms.group is not None:
        hashed = "HASH" if history.table.dialect == "duckdb" else "MD5"
        nobody = "0" if hashed == "HASH" else "''"
        place += f", CASE WHEN {BUYER} IS NULL THEN {nobody} ELSE {hashed}({BUYER}) END AS buyer"
    condition = f"{STATUS} = {KEPT}"
    if history.excluded.get("immature"):
        stays += f" + CASE WHEN {STATUS} = {IMMATURE} THEN 4 ELSE 0 END"
        condition = f"{STATUS} IN ({KEPT}, {IMMATURE})"
    return (
        f"SELECT {MOMENT} AS moment, {CUSTOMER}{stays} AS flags{place}{how.selected} "
        f"FROM ({history.leads}) AS leads WHERE {condition}"
    )


def share_of_others(history: History, most_rows: int) -> float:
    """Share of the leads that are no customers which stay in the sample (1: all)."""
    leads, customers = (int(v) for v in history.totals.sum(axis=0))
    if leads <= most_rows:
        return 1.0
    return max(most_rows - customers, most_rows // 4) / (leads - customers)


def hashed(buyers: NDArray[Any] | None) -> NDArray[np.uint64] | None:
    """Hashes of the buyers' keys; 0: nothing is known of the buyer."""
    if buyers is None or buyers.dtype == np.uint64:
        return buyers
    texts = np.array(["" if buyer is None or buyer != buyer else buyer for buyer in buyers], object)
    hashes: NDArray[np.uint64] = np.where(texts == "", np.uint64(0), pd.util.hash_array(texts, categorize=False))
    return hashes

"""Columns that tests of `leads.columns` make tables of: values in turn, contacts of companies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from calibrate.engine import Table

Columns = Mapping[str, Iterable[object]]
Make = Callable[[Columns], Table]
ROWS = 400


def some(*values: Any, rows: int = ROWS) -> list[Any]:
    """Values in turn, the first twice as often."""
    cycle = [values[0], *values]
    return [cycle[i % len(cycle)] for i in range(rows)]


def contacts(companies: int = 40, each: int = 2) -> pd.DataFrame:
    """So many contacts of every company, one after the other; every fourth company buys with all of them."""
    firm = np.repeat(np.arange(companies), each)
    who = np.arange(len(firm))
    return pd.DataFrame(
        {
            "id": who, "email": [f"P{i}@Firm{k}.example" for i, k in zip(who, firm, strict=True)],
            "first name": [f"Ana{i}" for i in who], "last name": "Li", "company": [f"Firm {k}" for k in firm],
            "owner email": "sam@vendor.example", "role": np.where(who % 3, "x", "y"),
            "created": pd.Timestamp("2025-01-01") + pd.to_timedelta(who, "D"), "won": (firm % 4 == 0).astype(int),
        }
    )  # fmt: skip

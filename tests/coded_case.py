"""Four criteria on a table of four rows, and the level codes of each."""

from __future__ import annotations

import numpy as np

from calibrate.counts.encoding import code_sql
from calibrate.engine import Table, sql
from calibrate.grid.criteria import Criterion, Level

SECTOR = Criterion(
    "sector", 'Sec"tor', "text", "fit",
    (Level("Bank", values=("Bank",)), Level("slash", values=("it's \\",)), Level("missing", "missing", ("Select",)),
     Level("other", "other")),
)  # fmt: skip

SPECIAL = (Level("missing", "missing"), Level("other", "other"))

VISITS = Criterion(
    "visits", "visits", "number", "engagement",
    (Level("<1", high=1), Level("1-4", low=1, high=5), Level("5+", low=5), *SPECIAL),
)  # fmt: skip

RATE = Criterion("rate", "rate", "number", "fit", (Level("<1", high=1), Level("1+", low=1), *SPECIAL))

DEMO = Criterion(
    "demo", "demo", "boolean", "engagement",
    (Level("no", values=(False,)), Level("yes", values=(True,)), *SPECIAL),
)  # fmt: skip

CRITERIA = (SECTOR, VISITS, RATE, DEMO)

EXPECTED = [[0, 1, 2, 2], [1, 3, 2, 0], [0, 2, 1, 1], [1, 0, 2, 1]]


def coded(table: Table) -> np.ndarray:
    types = {c.name: c.type for c in table.columns}
    words = sql.packed([code_sql(c, types[c.column], table=table.alias) for c in CRITERIA])
    listed = ", ".join(f"{word.sql('duckdb')} AS w{i}" for i, word in enumerate(words))
    found = table.fetch(f"SELECT {listed} FROM {table.relation} ORDER BY id")
    return sql.unpacked([found[f"w{i}"].astype(np.int64) for i in range(len(words))], len(CRITERIA))

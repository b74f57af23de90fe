"""Five thousand leads without dates, and three criteria that they are counted by."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from calibrate.counts.counting import count
from calibrate.counts.tally import Tally
from calibrate.engine import open_table
from calibrate.grid.criteria import Criterion, Level
from calibrate.leads.history import observe
from calibrate.leads.terms import Terms

SPECIAL = (Level("missing", "missing"), Level("other", "other"))
SECTOR = Criterion(
    "sector", "sector", "text", "fit", (Level("Bank", values=("Bank",)), Level("Farm", values=("Farm",)), *SPECIAL)
)
VISITS = Criterion(
    "visits", "visits", "number", "engagement",
    (Level("<2", high=2), Level("2-4", low=2, high=5), Level("5+", low=5), *SPECIAL),
)  # fmt: skip
FLAGS = (Level("yes", values=(True,)), Level("no", values=(False,)))
DEMO = Criterion("demo", "demo", "boolean", "engagement", (*FLAGS, *SPECIAL))


def leads(rows: int = 5000) -> pd.DataFrame:
    rng = np.random.default_rng(8)
    return pd.DataFrame(
        {
            "id": np.arange(rows),
            "sector": rng.choice(np.array(["Bank", "Farm", "Shop", None], object), rows),
            "visits": np.where(rng.random(rows) < 0.1, np.nan, rng.poisson(3, rows)),
            "demo": rng.random(rows) < 0.2,
            "won": rng.random(rows) < 0.1,
        }
    )


def counted(source: Path, criteria: tuple[Criterion, ...] = (SECTOR, VISITS, DEMO), most_rows: int = 2**20) -> Tally:
    return count(observe(open_table(source), criteria, Terms(customer="won", lead_id="id")), most_rows=most_rows)

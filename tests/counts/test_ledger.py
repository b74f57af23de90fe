"""Counts kept from month to month: what has moved since is seen, what only grew older is not."""

from __future__ import annotations

import json

import numpy as np
import pytest

from calibrate.counts.leakage import judge
from calibrate.counts.ledger import ledger_of, moved
from calibrate.counts.tally import Tally, tally_of
from calibrate.counts.young import Young
from calibrate.grid.criteria import Criterion, Level

ENDS = (Level("missing", "missing"), Level("other", "other"))
SECTOR = Criterion("sector", "sector", "text", "fit", (*(Level(v, values=(v,)) for v in "abc"), *ENDS))
VISITS = Criterion(
    "visits", "visits", "number", "fit",
    (*(Level(f"from {i}", low=i or None, high=i + 1 if i < 9 else None) for i in range(10)), *ENDS), ordered=True,
)  # fmt: skip
MONTHS = ("2025-01", "2025-02", "2025-03")
LAST = [np.datetime64(day).astype(np.int64) for day in ("2025-01-31", "2025-02-28", "2025-03-31")]


def history(sectors, visits, month, bought):
    """A tally of three months, the last of them too young to be judged on 10 April."""
    old = month < 2
    made = tally_of([SECTOR, VISITS], np.stack([sectors, visits])[:, old].astype(np.uint8), bought[old], month[old],
                    MONTHS[:2])  # fmt: skip
    margins = []
    for criterion, codes in ((SECTOR, sectors), (VISITS, visits)):
        table = np.zeros((60, len(criterion.levels), 2), np.int64)
        np.add.at(table[:, :, 0], (np.full((~old).sum(), 15), codes[~old]), 1)  # all on 26 March
        margins.append(table)
    day = int(np.datetime64("2025-04-10").astype(np.int64))
    return Tally(**{**vars(made), "ends": np.array(LAST[:2]), "young": Young(1, day, tuple(margins))})


def leads(seed=1, rows=3000):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 3, rows), rng.integers(0, 10, rows), rng.integers(0, 3, rows), rng.random(rows) < 0.2


def test_nothing_has_moved_where_nothing_has():
    tally = history(*leads())
    kept = json.loads(json.dumps(ledger_of(tally)))
    assert kept["cohorts"] == [*MONTHS, "2025-04"]
    assert sum(kept["leads"]) == 3000
    assert moved(kept, "2025-04-10", tally) == ()


@pytest.mark.parametrize(("column", "count"), [("sector", 200), ("visits", 200), ("sector", 20)])
def test_leads_that_moved_are_counted(column, count):
    sectors, visits, month, bought = leads()
    kept = ledger_of(history(sectors, visits, month, bought))
    codes = sectors if column == "sector" else visits
    codes[np.flatnonzero(codes == 0)[:count]] = 2 if column == "sector" else 9
    found = moved(kept, "2025-04-10", history(sectors, visits, month, bought))
    assert [(one.column, one.leads) for one in found] == ([(column, count)] if count >= 30 else [])
    if found:
        assert found[0].compared == 3000 and not found[0].filled
        answer = judge(history(sectors, visits, month, bought), changed=found)
        assert [(q.column, q.reason) for q in answer.asked] == [(column, "moved_since")]
        assert judge(history(sectors, visits, month, bought), changed=found, clear=[column]).asked == ()


def test_what_is_filled_in_since_is_said():
    sectors, visits, month, bought = leads()
    sectors[:500] = SECTOR.missing
    kept = ledger_of(history(sectors, visits, month, bought))
    sectors[:300] = 1
    found = moved(kept, "2025-04-10", history(sectors, visits, month, bought))
    assert [(one.column, one.leads, one.filled) for one in found] == [("sector", 300, True)]


def test_months_that_were_not_fully_observed_are_not_compared():
    sectors, visits, month, bought = leads()
    kept = ledger_of(history(sectors, visits, month, bought))
    sectors[(month == 2) & (sectors == 0)] = 1
    assert moved(kept, "2025-04-10", history(sectors, visits, month, bought), observe_days=14) == ()
    assert moved(kept, "2025-04-10", history(sectors, visits, month, bought), observe_days=5)[0].column == "sector"


def test_leads_that_came_or_went_have_not_moved():
    sectors, visits, month, bought = leads()
    kept = ledger_of(history(sectors, visits, month, bought))
    fewer = [part[100:] for part in (sectors, visits, month, bought)]
    assert moved(kept, "2025-04-10", history(*fewer)) == ()


def test_rare_levels_are_pooled():
    sectors, visits, month, bought = leads()
    sectors[sectors == 2] = np.where(np.arange((sectors == 2).sum()) < 12, 2, 1)
    assert set(ledger_of(history(sectors, visits, month, bought))["columns"]["sector"]) == {
        "a",
        "b",
        "missing",
        "other",
    }


def test_cohorts_that_are_no_months_have_no_ledger():
    sectors, visits, month, bought = leads()
    kept = ledger_of(history(sectors, visits, month, bought))
    sectors[sectors == 0] = 1
    tally = history(sectors, visits, month, bought)
    assert moved(kept, "2025-04-10", tally)
    quarters = Tally(**{**vars(tally), "cohorts": ("2025 1st", "2025 2nd")})
    undated = Tally(**{**vars(tally), "ends": None})
    for other in (quarters, undated):
        assert ledger_of(other) is None and moved(kept, "2025-04-10", other) == ()

"""Counts grouped in the engine are those of the leads that are handed over."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from calibrate.counts.counting import count
from calibrate.counts.level_counts import MOST_TOGETHER, count_in_engine
from calibrate.counts.marginals import Marginals
from calibrate.counts.young import Counting
from calibrate.engine import open_table
from calibrate.leads.columns.proposal import propose
from calibrate.leads.history import observe
from calibrate.leads.terms import Terms


def source(folder: Path, *, dated: bool) -> Path:
    rng = np.random.default_rng(8)
    rows = ["id,created,won,sector,visits,demo,note"]
    for i in range(3000):
        day = date.fromordinal(date(2025, 1, 1).toordinal() + i // 10)
        sector = ["Bank", "Farm", "", "Select", " "][rng.integers(0, 5)]
        visits, demo = rng.integers(0, 90), "yes" if rng.random() < 0.2 else "no"
        won = "yes" if rng.random() < 0.2 else "no"
        rows.append(f"{i},{day if dated else ''},{won},{sector},{visits or ''},{demo},{'n' * rng.integers(0, 3)}")
    path = folder / "leads.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


@pytest.mark.parametrize("dated", [True, False])
def test_counts_are_those_of_the_leads(tmp_path: Path, dated: bool) -> None:
    table = open_table(source(tmp_path, dated=dated))
    criteria = propose(table, leave_out=("id", "created", "won")).criteria
    terms = Terms(customer="won", lead_id="id", created_at="created" if dated else None)
    history = observe(table, criteria, terms)
    assert len(criteria) == 4 and bool(history.excluded) == dated
    by_row = count(history)
    counting = Marginals(criteria, len(history.cohorts), MOST_TOGETHER)
    young = Counting(history, criteria, MOST_TOGETHER)
    count_in_engine(history, counting, young)
    assert len(counting.groups) > 1
    for mine, theirs in zip(counting.tables(), by_row.marginals, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    found = young.young()
    assert (found is None) == (by_row.young is None)
    if found is not None and by_row.young is not None:
        for mine, theirs in zip(found.margins, by_row.young.margins, strict=True):
            np.testing.assert_array_equal(mine, theirs)

"""Leads and customers per cohort and level, as one statement tells them."""

from pathlib import Path

import numpy as np
import pytest
from counting_case import DEMO, SECTOR, SPECIAL, VISITS, counted

from calibrate.counts import marginals as marginals_
from calibrate.counts.marginals import Marginals
from calibrate.grid.criteria import Criterion, Level


def test_tables_of_counts_that_need_more_than_two_bytes() -> None:
    """A criterion of 255 answers over 200 months: 102,000 cells."""
    rng = np.random.default_rng(3)
    criterion = Criterion("c", "c", "text", "fit", (*(Level(f"v{i}") for i in range(253)), *SPECIAL))
    codes, cohort, bought = rng.integers(0, 255, (1, 5000)), rng.integers(0, 200, 5000), rng.random(5000) < 0.3
    counting = Marginals([criterion], 200)
    counting.add(codes.astype(np.uint8), cohort.astype(np.int32), bought)
    wanted = np.zeros((200, 255, 2), int)
    np.add.at(wanted, (cohort, codes[0], 0), 1)
    np.add.at(wanted, (cohort, codes[0], 1), bought)
    (found,) = counting.tables()
    assert (found == wanted).all()


def test_few_profiles_are_read_off_a_table_and_never_thinned(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    criteria = (VISITS, SECTOR, DEMO)  # the table has them by their sizes: sector, demo, visits
    few = counted(source, criteria, most_rows=100)
    assert few.exact and few.overall[0] == 5000 and few.rows < 5 * 5 * 4 * len(few.cohorts)
    monkeypatch.setattr(marginals_, "MOST_CELLS", 1)  # several tables: every lead has its row, then equal ones share it
    by_row = counted(source, criteria)
    for name in ("codes", "cohort", "leads", "customers", "counted", "totals"):
        np.testing.assert_array_equal(getattr(few, name), getattr(by_row, name))
        assert getattr(few, name).dtype == getattr(by_row, name).dtype
    for mine, other in zip(few.marginals, by_row.marginals, strict=True):
        np.testing.assert_array_equal(mine, other)
    assert not counted(source, criteria, most_rows=100).exact

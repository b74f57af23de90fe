"""Months, weeks and blocks: labels and last days beside pandas, and a day that begins a cohort of its own."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.leads.cohorts import blocks, cohorts_of

DAYS = st.lists(st.dates(date(2019, 1, 1), date(2027, 12, 31)), min_size=1, max_size=10)


def numbers(days: list[date]) -> np.ndarray:
    return np.array(days, "datetime64[D]").astype(np.int64)


@given(DAYS, st.sampled_from(["month", "week"]))
def test_every_day_falls_into_the_cohort_that_pandas_says(days: list[date], by: str) -> None:
    labels, ends = cohorts_of(numbers(days), True, len(days), by=by)  # type: ignore[arg-type]
    periods = pd.PeriodIndex(pd.to_datetime(days), freq="M" if by == "month" else "W-SUN")
    assert ends is not None and len(labels) == len(ends)
    place = np.searchsorted(ends, numbers(days))
    first = [
        periods[i].strftime("%Y-%m") if by == "month" else str(periods[i].start_time.date()) for i in range(len(days))
    ]
    assert [labels[i] for i in place] == first
    last = [np.datetime64(int(ends[i]), "D") for i in place]
    assert last == [np.datetime64(periods[i].end_time.date()) for i in range(len(days))]
    assert labels[0] == min(first) and labels[-1] == max(first)


def test_months_without_a_lead_are_cohorts_too() -> None:
    labels, _ = cohorts_of(numbers([date(2025, 11, 30), date(2026, 2, 1)]), True, 2)
    assert labels == ("2025-11", "2025-12", "2026-01", "2026-02")


def test_a_day_begins_a_cohort_of_its_own() -> None:
    labels, ends = cohorts_of(numbers([date(2025, 1, 5), date(2025, 3, 5)]), True, 2, split=date(2025, 2, 10))
    assert labels == ("2025-01", "2025-02 to 9", "2025-02-10", "2025-03")
    assert ends is not None
    assert ends.astype("datetime64[D]").astype(str).tolist() == ["2025-01-31", "2025-02-09", "2025-02-28", "2025-03-31"]
    labels, ends = cohorts_of(numbers([date(2025, 3, 3), date(2025, 3, 9)]), True, 2, by="week", split=date(2025, 3, 5))
    assert labels == ("2025-03-03 to 03-04", "2025-03-05") and ends is not None and len(ends) == 2


@pytest.mark.parametrize("split", [date(2025, 2, 1), date(2024, 12, 1), date(2025, 1, 1), date(2026, 5, 5)])
def test_a_day_that_begins_a_month_or_lies_outside_changes_nothing(split: date) -> None:
    moment = numbers([date(2025, 1, 5), date(2025, 3, 5)])
    labels, ends = cohorts_of(moment, True, 2, split=split)
    assert labels == ("2025-01", "2025-02", "2025-03") and ends is not None and len(ends) == 3


@pytest.mark.parametrize(("rows", "count"), [(0, 2), (74, 2), (75, 3), (499, 19), (500, 20), (10**6, 20)])
def test_rows_without_dates_make_blocks_of_25_and_at_most_20(rows: int, count: int) -> None:
    assert blocks(rows) == count
    labels, ends = cohorts_of(np.arange(rows), False, rows)
    assert len(labels) == count and labels[0] == "block 01" and ends is None

"""Cohorts: the months or weeks in which leads entered, or blocks of rows where there are no dates."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..days import day_number

BLOCKS = 20
LEADS_A_BLOCK = 25


def blocks(rows: int) -> int:
    """How many blocks so many rows without dates make."""
    return max(2, min(BLOCKS, rows // LEADS_A_BLOCK))


def cohorts_of(
    moment: NDArray[np.int64],
    dated: bool,
    read: int,
    *,
    by: Literal["month", "week"] = "month",
    split: date | None = None,
) -> tuple[tuple[str, ...], NDArray[np.int64] | None]:
    """Labels of all cohorts from the first to the last, and their last days; a day of `split` begins one of its own.

    >>> labels, ends = cohorts_of(np.array([20100, 20150]), True, 2)
    >>> labels, ends.astype("datetime64[D]").astype(str).tolist()
    (('2025-01', '2025-02', '2025-03'), ['2025-01-31', '2025-02-28', '2025-03-31'])
    """
    if not dated:
        return tuple(f"block {i + 1:02d}" for i in range(blocks(read))), None
    first, last = int(moment.min()), int(moment.max())
    if by == "week":
        starts = np.arange(first - (first + 3) % 7, last + 8, 7)  # day 0 of 1970 was a Thursday
        labels = [str(day) for day in starts.astype("datetime64[D]")]
    else:
        months = np.arange(
            np.datetime64(first, "D").astype("datetime64[M]"), np.datetime64(last, "D").astype("datetime64[M]") + 2
        )
        starts = months.astype("datetime64[D]").astype(np.int64)
        labels = [str(month) for month in months]
    if split is not None:
        day = day_number(split)
        if starts[0] < day < starts[-1] and day not in starts:
            place = int(np.searchsorted(starts, day))
            starts = np.insert(starts, place, day)
            before = split - timedelta(days=1)
            labels[place - 1] += f" to {before.day}" if by == "month" else f" to {before:%m-%d}"
            labels.insert(place, str(split))
    return tuple(labels[:-1]), starts[1:] - 1

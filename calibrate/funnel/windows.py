"""What other closing windows would give, in counts, and how many sales come after the window in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..days import day_number
from ..engine.query import case, count, rows, select
from ..leads.history import History
from ..leads.terms import status_in

OTHER_WINDOWS = (30, 60, 90, 180, 365)


@dataclass(frozen=True)
class WindowCount:
    """Leads old enough for a window of so many days, and those that became customers within it."""

    days: int
    leads: int
    customers: int


@dataclass(frozen=True)
class Windows:
    """Counts for the window in use and others. `late` leads were judged and became customers only after it."""

    used: int
    late: int
    counts: tuple[WindowCount, ...]

    @property
    def customers(self) -> int:
        """Customers within the window in use."""
        return next((count.customers for count in self.counts if count.days == self.used), 0)


def windows_of(history: History, further: Sequence[int] = OTHER_WINDOWS) -> Windows | None:
    """The counts of several closing windows, from one reading of the rows; None without both dates."""
    terms = history.terms
    if history.as_of is None or history.ends is None or terms.customer_at is None:
        return None
    leads = status_in("kept", "immature")
    columns = {"created": "__created", "took": case(("__bought = 1", "__closed - __created")), "n": count()}
    ages = history.table.fetch(select(columns, rows(history.leads, "judged"), where=leads, group=(1, 2), order=(1, 2)))
    age = day_number(history.as_of) - terms.observe_days - ages["created"].astype(np.int64)
    took = ages["took"].astype(np.float64) - terms.observe_days
    return counted(age, took, ages["n"].astype(np.int64), used=terms.close_within_days, further=further)


def counted(
    age: NDArray[np.int64], took: NDArray[np.float64], leads: NDArray[np.int64], *, used: int, further: Sequence[int]
) -> Windows:
    """Counts from days since the observation: until today (`age`), and until the sale (`took`, NaN: none).

    >>> age, took, leads = np.array([400, 400, 50]), np.array([20, 150, 30]), np.array([1, 9, 1])
    >>> some = counted(age, took, leads, used=90, further=[30, 180])
    >>> some.late, [(w.days, w.leads, w.customers) for w in some.counts]
    (9, [(30, 11, 2), (90, 10, 1), (180, 10, 10)])
    """

    def within(days: int) -> WindowCount:
        old = age >= days
        return WindowCount(days, int(leads[old].sum()), int(leads[old & (took <= days)].sum()))

    late = int(leads[(age >= used) & (took > used)].sum())
    return Windows(used, late, tuple(count for days in sorted({*further, used}) if (count := within(days)).leads))

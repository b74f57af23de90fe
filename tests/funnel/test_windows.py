"""Other closing windows: counts by pencil, and beside leads counted one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
from funnel_case import TERMS, history
from hypothesis import given
from hypothesis import strategies as st

from calibrate.funnel.windows import counted, windows_of

LEADS = st.lists(
    st.tuples(st.integers(0, 400), st.one_of(st.none(), st.integers(0, 400))).filter(
        lambda lead: lead[1] is None or lead[1] <= lead[0]
    ),
    min_size=1, max_size=30,
)  # fmt: skip


@given(LEADS, st.integers(1, 300))
def test_counts_are_those_of_leads_one_by_one(leads: list[tuple[int, int | None]], used: int) -> None:
    age = np.array([a for a, _ in leads])
    took = np.array([np.nan if t is None else t for _, t in leads])
    found = counted(age, took, np.ones(len(leads), np.int64), used=used, further=[30, 60, used])
    for window in found.counts:
        old = [t for a, t in leads if a >= window.days]
        assert (window.leads, window.customers) == (len(old), sum(t is not None and t <= window.days for t in old))
        assert window.leads > 0
    assert found.late == sum(a >= used and t is not None and t > used for a, t in leads)
    assert [window.days for window in found.counts] == sorted({window.days for window in found.counts})
    assert found.customers == sum(a >= used and t is not None and t <= used for a, t in leads)


def test_windows_of_a_history_by_pencil(tmp_path: Path) -> None:
    """Signed: lead 1 on day 40, lead 4 on day 10; six leads, all older than 180 days on 31 December."""
    found = windows_of(history(tmp_path))
    assert found is not None and (found.used, found.late, found.customers) == (90, 0, 2)
    assert [(w.days, w.leads, w.customers) for w in found.counts] == [(30, 6, 1), (60, 6, 2), (90, 6, 2), (180, 6, 2)]
    narrow = windows_of(history(tmp_path, terms=replace(TERMS, close_within_days=20)))
    assert narrow is not None and (narrow.late, narrow.customers) == (1, 1)


def test_young_leads_count_for_short_windows_only(tmp_path: Path) -> None:
    """Read on 5 March: the leads of January are 63, 62, 61 and 60 days old, those of February 32 and 31."""
    terms = replace(TERMS, as_of=date(2025, 3, 5), close_within_days=30)
    found = windows_of(history(tmp_path, terms=terms), further=(61, 62, 90))
    assert found is not None and (found.used, found.late) == (30, 1)
    assert [(w.days, w.leads, w.customers) for w in found.counts] == [(30, 6, 1), (61, 3, 1), (62, 2, 1)]


def test_without_a_day_of_closing_there_are_no_windows(tmp_path: Path) -> None:
    terms = replace(TERMS, customer_at=None, customer="sector", customer_values=("Steel",))
    assert windows_of(history(tmp_path, terms=terms)) is None

"""Counting a history keeps when its customers closed and what is not decided yet."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np

import calibrate


def table(path: Path) -> str:
    """Eight months, three leads a day, one in four a customer after 5 to 44 days."""
    first, rows = date(2025, 1, 1), ["id,created,won,team"]
    for i in range(720):
        day = first + timedelta(days=i // 3)
        closed = day + timedelta(days=5 + i % 40)
        sold = i % 4 == 0 and closed <= date(2025, 8, 28)
        rows.append(f"{i},{day},{closed if sold else ''},{'ab'[i % 2]}")
    path.write_text("\n".join(rows) + "\n")
    return str(path)


def test_sales_and_undecided_leads_are_those_of_the_rows(tmp_path: Path) -> None:
    history = calibrate.observe(
        table(tmp_path / "leads.csv"), created_at="created", customer_at="won", close_within_days=60, lead_id="id"
    )
    tally = calibrate.count(history)
    assert tally.sales is not None and tally.undecided is not None and tally.young is not None
    assert len(tally.sales.took) == tally.overall[1]
    assert set(np.unique(tally.sales.took)) <= {5 + i % 40 for i in range(0, 720, 4)}
    assert tally.undecided.closed.sum() <= tally.young.totals[:, 1].sum()
    told = tally.young.totals[:, 0].sum()
    assert told - 15 <= tally.undecided.leads.sum() <= told  # all but leads of the last days, which tell nothing
    assert (np.diff(tally.undecided.share[np.argsort(tally.undecided.share)]) >= 0).all()


def test_without_a_closing_date_there_are_none(tmp_path: Path) -> None:
    source = tmp_path / "flat.csv"
    rows = [f"{i},{'yes' if i % 4 == 0 else 'no'},{'ab'[i % 2]}" for i in range(400)]
    source.write_text("\n".join(["id,sold,team", *rows]) + "\n")
    history = calibrate.observe(str(source), customer="sold", lead_id="id")
    tally = calibrate.count(history)
    assert tally.sales is None and tally.undecided is None

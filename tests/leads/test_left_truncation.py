"""Left truncation: months from before closings were logged are left out, and nothing else is."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np

from calibrate.engine import Session
from calibrate.leads.history import History, observe
from calibrate.leads.terms import Terms


def history(folder: Path, logged: date, rate: float = 0.08, a_month: int = 120, seed: int = 1) -> History:
    """Leads from June 2017 on, of whom some buy within 60 days; sales before a day were not written down."""
    rng = np.random.default_rng(seed)
    rows = ["id,created,won"]
    for i in range(a_month * 15):
        created = date(2017, 6, 1) + timedelta(days=int(rng.integers(0, 450)))
        closed = created + timedelta(days=int(rng.integers(1, 60)))
        bought = rng.random() < rate and closed >= logged
        rows.append(f"{i},{created},{closed if bought else ''}")
    (folder / "leads.csv").write_text("\n".join(rows), encoding="utf-8")
    terms = Terms(created_at="created", customer_at="won", lead_id="id", as_of=date(2019, 1, 1))
    return observe(Session().open(folder / "leads.csv"), (), terms)


def test_months_before_the_first_closing_are_excluded_and_counted(tmp_path: Path) -> None:
    late = history(tmp_path, date(2017, 12, 5))
    assert late.cohorts[0] == "2017-12"
    assert late.excluded["before_closings"] > 600
    assert late.read == late.kept + sum(late.excluded.values())
    leads, customers = late.totals.sum(axis=0)
    assert 0.065 < customers / leads < 0.095  # the true rate is 8 %; with the silent months it would be 5 %


def test_a_history_logged_from_the_start_keeps_every_month(tmp_path: Path) -> None:
    always = history(tmp_path, date(2017, 1, 1))
    assert always.cohorts[0] == "2017-06" and "before_closings" not in always.excluded


def test_a_late_first_closing_that_may_be_luck_excludes_nothing(tmp_path: Path) -> None:
    for seed in range(6):
        few = history(tmp_path, date(2017, 1, 1), rate=0.02, a_month=12, seed=seed)
        assert "before_closings" not in few.excluded

"""What was known on a day, and the tally with the leads that were not decided then."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from calibrate import Terms, observe, open_table, propose
from calibrate.counts.closings import Sales, Undecided
from calibrate.counts.counting import count
from calibrate.counts.newest import LABEL, joined, known_apart, known_on
from calibrate.counts.tally import Tally, tally_of
from calibrate.grid.criteria import Criterion, Level
from calibrate.leads.columns.buyers import Group

ENDS = (Level("missing", "missing"), Level("other", "other"))
DEMO = Criterion("demo", "demo", "text", "fit", (Level("yes", values=("yes",)), Level("no", values=("no",)), *ENDS))
MONTHS, A_MONTH = 6, 60


def history(group: np.ndarray | None = None) -> Tally:
    """Six months of sixty leads, one in three a customer after 20 days, every other one with a demo."""
    size = MONTHS * A_MONTH
    entered = np.arange(size) // 2
    codes, bought = (np.arange(size) % 2).astype(np.uint8)[None], np.arange(size) % 3 == 0
    when = entered // 30
    tally = tally_of([DEMO], codes, bought, when, [f"m{i}" for i in range(MONTHS)], group)
    late = Sales(
        codes[:, bought],
        when[bought].astype(np.int32),
        entered[bought].astype(np.int32),
        np.full(int(bought.sum()), 20, np.int32),
        np.full(int(bought.sum()), -1, np.int32) if tally.group is None else tally.group[bought],
    )
    return replace(tally, ends=np.arange(1, MONTHS + 1) * 30 - 1, window=60, sales=late)


def test_nothing_after_the_day_is_known() -> None:
    tally = history()
    train = np.arange(MONTHS) < 3
    then = known_on(tally, train, 5)
    assert then.overall == (180, 60) and then.undecided is not None
    sold = int(then.undecided.closed.sum())
    assert sold == pytest.approx(20 + 20 * 10 / 30, abs=1)  # of month 3 all, of month 4 those of its first ten days
    open_leads = then.undecided.leads[~then.undecided.closed]
    assert open_leads.sum() == 80  # who buys after less than twenty days tells nothing yet
    assert then.undecided.share[~then.undecided.closed] @ open_leads == pytest.approx(40 + 40 / 3)
    assert known_on(replace(tally, sales=None), train, 5).undecided is None
    assert known_on(tally, np.arange(MONTHS) < 5, 5).undecided is None


def test_leads_of_judged_companies_are_left_out() -> None:
    tally = history(np.repeat(np.arange(90), 4))
    without = tally.cohort == 4
    then = known_on(tally, np.arange(MONTHS) < 3, 5, without)
    assert then.undecided is not None and then.undecided.leads.sum() == A_MONTH


def test_joined_leads_are_one_cohort_more() -> None:
    tally = history()
    young = Undecided(
        np.array([[0, 1, 1]], np.uint8), np.ones(3), np.array([0.5, 0.5, 1.0]), np.array([True, False, False])
    )
    more = joined(replace(tally, undecided=young), lambda codes: np.full(codes.shape[1], 0.2))
    assert more.cohorts[-1] == LABEL and more.totals[-1].tolist() == [2, 1]  # 1 + 4/9 + 1, of which one has bought
    assert more.leads[-3:].tolist() == pytest.approx([1, 4 / 9, 1]) and more.customers[-3:].tolist() == [1, 0, 0]
    assert more.by_level[:2].tolist() == [[181, 61], [181, 60]]
    assert joined(tally, lambda codes: np.zeros(0)) is tally


def test_leads_that_a_resample_has_not_drawn_are_no_rows() -> None:
    young = Undecided(np.array([[0, 1]], np.uint8), np.array([0.0, 2.0]), np.ones(2), np.array([True, False]))
    more = joined(replace(history(), undecided=young), lambda codes: np.full(codes.shape[1], 0.2))
    assert more.rows == history().rows + 1 and more.leads[-1] == 2


def test_undecided_leads_stand_in_the_groups_of_their_companies(tmp_path: Path) -> None:
    """Three contacts of a company: two are decided, one is not; and two undecided ones of another."""
    rows = ["lead_id,company,created_at,customer_at,a"]
    for i in range(120):
        rows.append(f"{i},alone{i},2025-01-{1 + i % 28:02d},{f'2025-02-{1 + i % 20:02d}' if i % 2 else ''},x")
    rows += ["900,acme,2025-01-10,,x", "901,acme,2025-01-11,,x", "902,acme,2025-06-01,,x"]
    rows += ["903,other,2025-06-01,,x", "904,other,2025-06-02,,x", "905,single,2025-06-03,,x"]
    (tmp_path / "leads.csv").write_text("\n".join(rows))
    table = open_table(tmp_path / "leads.csv")
    terms = Terms(
        created_at="created_at", customer_at="customer_at", lead_id="lead_id", group=Group("company", "company"),
        as_of=date(2025, 7, 20),
    )  # fmt: skip
    tally = count(
        observe(table, propose(table, leave_out=("created_at", "customer_at", "lead_id", "company")).criteria, terms)
    )
    young = tally.undecided
    assert young is not None and young.group is not None and tally.group is not None
    company = tally.group[tally.group >= 0]
    assert len(company) == 2 and len(set(company.tolist())) == 1
    assert sorted((young.group >= 0).tolist()) == [False, True, True, True]
    assert (young.group == company[0]).sum() == 1
    together = joined(tally, lambda codes: np.full(codes.shape[1], 0.3))
    assert together.group is not None and (together.group == company[0]).sum() == 3


def test_no_group_stands_on_both_sides() -> None:
    """Leads of a company that is judged later leave what was known, others stay; those on their own always do."""
    codes = np.zeros((1, 6), np.uint8)
    cohort, group = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, -1, 1, 1, -1])
    tally = tally_of([DEMO], codes, np.array([1, 0, 1, 0, 1, 0]), cohort, ["a", "b", "c"], group)
    known = known_apart(tally, np.array([True, True, False]), np.array([False, False, True]))
    assert known.overall == (2, 2) and known.group is not None and known.group.tolist() == [-1, -1]
    alone = known_apart(replace(tally, group=None), np.array([True, True, False]), np.array([False, False, True]))
    assert alone.overall == (4, 2)

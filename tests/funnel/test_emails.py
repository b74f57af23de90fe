"""E-mail figures per month: by pencil, from event types and from columns of the leads."""

from datetime import date
from pathlib import Path

import pytest

from calibrate.engine import Session
from calibrate.engine.table import Column
from calibrate.funnel.emails import Mails, mail_columns, mail_rates
from calibrate.leads.columns.proposal import propose
from calibrate.leads.events import join_events
from calibrate.leads.history import History, observe
from calibrate.leads.terms import Terms

LEADS = """id,created,won,sector,Emails opened,Email clicked,last_open_rate
1,2025-01-01,2025-02-10,Steel,3,yes,0.4
2,2025-01-02,,Steel,0,no,0.4
3,2025-01-03,,Glass,1,,0.4
4,2025-01-04,2025-01-24,Glass,,no,
5,2025-02-01,,Glass,2,YES,
6,2025-02-02,,Steel,,never,
"""
EVENTS = """lead id,at,type
1,2025-01-02,EMAIL_SENT
1,2025-01-03,EMAIL_OPENED
1,2025-01-04,EMAIL_OPENED
1,2025-01-04,email click
2,2025-01-03,EMAIL_SENT
3,2025-01-05,EMAIL_OPENED
4,2025-03-05,EMAIL_OPENED
5,2025-02-02,EMAIL_SENT
5,2025-02-02,page view
6,2025-02-03,page view
"""
TERMS = Terms(created_at="created", customer_at="won", lead_id="id", observe_days=14, as_of=date(2025, 12, 31))


def history(folder: Path, events: str = "") -> History:
    (folder / "leads.csv").write_text(LEADS, encoding="utf-8")
    session = Session()
    table = session.open(folder / "leads.csv")
    if events:
        (folder / "events.csv").write_text(events, encoding="utf-8")
        table = join_events(table, session.open(folder / "events.csv"), TERMS).table
    return observe(table, propose(table, include=("sector",)).criteria, TERMS)


def told(found: Mails | None) -> list[tuple[str, int, dict[str, tuple[int, int]]]]:
    assert found is not None
    return [(m, n, {kind: (r.customers, r.leads) for kind, r in rates.items()}) for m, n, rates in found.cohorts]


def test_events_by_pencil(tmp_path: Path) -> None:
    found = mail_rates(history(tmp_path, EVENTS))
    assert found is not None and (found.base, found.days, found.kinds) == ("sent", 14, ("opened", "clicked"))
    # January: 1 and 2 were written to, and 3, who opened; 4 opened after its observation. 1 opened twice and clicked.
    assert told(found) == [
        ("2025-01", 4, {"opened": (2, 3), "clicked": (1, 3)}), ("2025-02", 2, {"opened": (0, 1), "clicked": (0, 1)}),
    ]  # fmt: skip


def test_without_a_type_for_sent_shares_are_of_all_leads(tmp_path: Path) -> None:
    found = mail_rates(history(tmp_path, EVENTS.replace("EMAIL_SENT", "form")))
    assert found is not None and found.base == "leads"
    assert told(found) == [
        ("2025-01", 4, {"opened": (2, 4), "clicked": (1, 4)}), ("2025-02", 2, {"opened": (0, 2), "clicked": (0, 2)}),
    ]  # fmt: skip


def test_columns_of_the_leads_by_pencil(tmp_path: Path) -> None:
    found = mail_rates(history(tmp_path))
    assert found is not None and found.days is None
    assert dict(found.columns) == {"opened": ("Emails opened",), "clicked": ("Email clicked",)}
    assert told(found) == [
        ("2025-01", 4, {"opened": (2, 4), "clicked": (1, 4)}), ("2025-02", 2, {"opened": (1, 2), "clicked": (1, 2)}),
    ]  # fmt: skip


def test_delivered_is_a_share_of_sent(tmp_path: Path) -> None:
    more = EVENTS + "1,2025-01-02,delivered e-mail\n5,2025-02-02,delivered e-mail\n"
    found = mail_rates(history(tmp_path, more))
    assert told(found)[0][2] == {"delivered": (2, 3), "opened": (2, 3), "clicked": (1, 3)}  # 3 opened, so it arrived


@pytest.mark.parametrize(
    ("names", "kinds"),
    [
        (("hs_email_open", "hs_email_click", "hs_email_optout", "Email"), {"opened", "clicked"}),
        (
            ("Mails ouverts", "Clics e-mail", "E-mails envoyés", "Email délivré"),
            {"sent", "delivered", "opened", "clicked"},
        ),
        (("open_deals", "clicks", "Email open rate", "opened_at"), set()),
        (("email_clicks",), set()),
    ],
)
def test_names_that_tell_of_e_mails(names: tuple[str, ...], kinds: set[str]) -> None:
    assert set(mail_columns([Column(name, "number") for name in names])) == kinds


def test_nothing_told_nothing_shown(tmp_path: Path) -> None:
    leads = LEADS.replace("Emails opened", "score a").replace("Email clicked", "score b")
    (tmp_path / "leads.csv").write_text(leads, encoding="utf-8")
    table = Session().open(tmp_path / "leads.csv")
    assert mail_rates(observe(table, propose(table, include=("sector",)).criteria, TERMS)) is None

"""Which column holds the day of creation and which the day of closing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from columns_case import ROWS, Make, some

from calibrate.leads.columns.date_columns import date_columns_of, find_dates

DAYS = [date(2024, 1, 1) + timedelta(days=i) for i in range(60)]


@pytest.mark.parametrize(
    "name",
    ["createdtime", "Lead - Lead erstellt", "Lead acquisition date", "deal_created_date", "session_start_ts", "Data",
     "data", "Datum", "fecha", "DATA CREAZIONE OPPORTUNITA", "Fecha de creación", "Data de criação", "Aanmaakdatum",
     "Erstellt am", "Date d'inscription", "Eingangsdatum", "Data inserimento"],
)  # fmt: skip
def test_the_day_of_creation_is_known_in_seven_languages(make: Make, name: str) -> None:
    later = [None, *DAYS[1:]]
    found = date_columns_of(make({name: DAYS, "Last modified": DAYS, "Other": later}))
    assert (found.created, found.guessed) == (name, False)


@pytest.mark.parametrize(
    "name", ["Fecha de cierre", "Abschlussdatum", "Data chiusura", "Data de fechamento", "Date de clôture", "close_at"]
)
def test_the_day_of_closing_is_known_in_seven_languages(make: Make, name: str) -> None:
    found = date_columns_of(make({"created": DAYS, name: DAYS}))
    assert (found.created, found.closed) == ("created", name)


@pytest.mark.parametrize(
    "name",
    ["Expected close date", "Date de clôture prévue", "Voraussichtliches Abschlussdatum", "Fecha prevista de cierre"],
)
def test_an_expected_close_date_is_no_closing_date(make: Make, name: str) -> None:
    assert date_columns_of(make({"created": DAYS, name: DAYS})).closed is None


def test_the_only_date_that_every_row_has_is_taken_and_others_are_named(make: Make) -> None:
    gaps = [None if i % 3 else each for i, each in enumerate(DAYS)]
    found = date_columns_of(make({"Dt_Customer": DAYS, "Besuch": gaps}))
    assert (found.created, found.guessed) == ("Dt_Customer", True)
    future = [each + timedelta(days=20000) for each in DAYS]
    two = date_columns_of(make({"A": DAYS, "B": DAYS, "Geburtsdatum": DAYS, "C": gaps, "D": future}))
    assert two.created is None
    assert dict(two.refused) == {
        "A": "date_several", "B": "date_several", "Geburtsdatum": "date_name", "C": "date_gaps", "D": "date_future",
    }  # fmt: skip


def test_dates_are_found(make: Make) -> None:
    days = [f"2025-{i % 12 + 1:02d}-01" for i in range(ROWS)]
    mixed = [f"{i % 28 + 1:02d}/{i % 9 + 1:02d}/2025" for i in range(ROWS)]
    assert find_dates(make({"Created At": days, "customer_at": some("", "2025-12-31")})) == (
        "Created At",
        "customer_at",
    )
    assert find_dates(make({"Date de création": days, "Date de signature": mixed})) == (
        "Date de création",
        "Date de signature",
    )
    assert find_dates(make({"created": some("web", "fair"), "close_date": days})) == (None, "close_date")
    assert find_dates(make({"a": days})) == ("a", None)  # the only date, and every row has it
    assert find_dates(make({"a": days, "b": days})) == (None, None)


def test_dates_in_which_day_and_month_cannot_be_told_apart_are_asked_about(make: Make) -> None:
    """Another readable column takes the part; without one there is none, and the text that shows it is named."""
    days = [f"2025-{i % 12 + 1:02d}-01" for i in range(ROWS)]
    either = [f"{i % 12 + 1:02d}/{i % 9 + 1:02d}/2025" for i in range(ROWS)]
    both = [f"{i % 28 + 1:02d}/01/2025" if i % 2 else f"01/{i % 28 + 1:02d}/2025" for i in range(ROWS)]
    marks = [f"{i % 28 + 1:02d}.01.2025" if i % 2 else either[i] for i in range(ROWS)]
    for texts in (either, both, marks):
        roles = date_columns_of(make({"Created": texts, "Source": some("web", "fair")}))
        assert roles.created is None and [name for name, _ in roles.undecided] == ["Created"]
    assert len(date_columns_of(make({"Created": both})).undecided[0][1].split(", ")) == 2
    roles = date_columns_of(make({"Created": either, "Creation date": days, "Closed": either}))
    assert (roles.created, roles.closed) == ("Creation date", None)
    assert [name for name, _ in roles.undecided] == ["Created", "Closed"] or len(roles.undecided) == 2

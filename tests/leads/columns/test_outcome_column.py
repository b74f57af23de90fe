"""Which column tells won from lost, and which columns say when: by names in seven languages and by their values."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from calibrate import open_table
from calibrate.engine.table import Table
from calibrate.errors import HistoryError
from calibrate.leads.columns.date_columns import date_columns
from calibrate.leads.columns.outcome_column import find_outcome, find_value

DAYS = [date(2024, 1, 1) + timedelta(days=i) for i in range(60)]


Columns = Mapping[str, Iterable[object]]


Maker = Callable[[Columns], Table]


@pytest.fixture
def made(tmp_path: Path) -> Maker:
    """Makes a table of columns."""

    def table(columns: Columns) -> Table:
        with (tmp_path / "leads.csv").open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(columns)
            rows.writerows(zip(*columns.values(), strict=True))
        return open_table(tmp_path / "leads.csv")

    return table


@pytest.mark.parametrize(
    ("won", "lost", "other"),
    [("Gagné", "Perdu", "En cours"), ("GEWONNEN", "verloren", "Angebot"), ("Vinta", "Persa", "Trattativa"),
     ("Ganado", "Perdido", "Pendiente"), ("Closed Won", "Closed Lost", "Xyz")],
)  # fmt: skip
def test_words_for_won_and_lost_make_a_status_whatever_it_is_called(
    made: Maker, won: str, lost: str, other: str
) -> None:
    found = find_outcome(made({"Affaire": [won, lost, lost, other] * 15, "Sector": ["a", "b", "c", "d"] * 15}))
    assert found == "Affaire"


def test_a_yes_or_no_is_taken_by_its_name_only(made: Maker) -> None:
    flags = ["Yes", "No", "No"] * 20
    assert find_outcome(made({"Newsletter": flags, "Converted": flags})) == "Converted"
    assert find_outcome(made({"Newsletter": flags, "Webinar": flags})) is None
    assert find_outcome(made({"Gewonnen": [1, 0, 0] * 20, "Newsletter": flags})) == "Gewonnen"


def test_columns_that_disagree_are_asked_about(made: Maker) -> None:
    stage, status = ["Closed Won", "Closed Lost", "Closed Lost"] * 20, ["Lost", "Won", "Lost"] * 20
    with pytest.raises(HistoryError, match="disagree in 40 rows: 'Stage' and 'Status'"):
        find_outcome(made({"Stage": stage, "Status": status}))
    same = ["Won" if each == "Closed Won" else "Lost" for each in stage]
    assert find_outcome(made({"Deal": stage, "Status": same})) == "Status"


def test_an_earlier_outcome_is_none(made: Maker) -> None:
    assert find_outcome(made({"Last deal outcome": ["won", "lost", "lost"] * 20})) is None


def test_a_value_finds_its_column_however_it_is_written(made: Maker) -> None:
    table = made({"Etat": ["signé", "attente", "SIGNE "] * 20, "Canal": ["web", "salon", "web"] * 20})
    assert find_value(table, ["Signé"]) == ["Etat"]
    assert find_value(table, ["Signé", "web"]) == []


@pytest.mark.parametrize(
    "name",
    ["createdtime", "Lead - Lead erstellt", "Lead acquisition date", "deal_created_date", "session_start_ts", "Data",
     "data", "Datum", "fecha", "DATA CREAZIONE OPPORTUNITA", "Fecha de creación", "Data de criação", "Aanmaakdatum",
     "Erstellt am", "Date d'inscription", "Eingangsdatum", "Data inserimento"],
)  # fmt: skip
def test_the_day_of_creation_is_known_in_seven_languages(made: Maker, name: str) -> None:
    later = [None, *DAYS[1:]]
    found = date_columns(made({name: DAYS, "Last modified": DAYS, "Other": later}))
    assert (found.created, found.guessed) == (name, False)


@pytest.mark.parametrize(
    "name", ["Fecha de cierre", "Abschlussdatum", "Data chiusura", "Data de fechamento", "Date de clôture", "close_at"]
)
def test_the_day_of_closing_is_known_in_seven_languages(made: Maker, name: str) -> None:
    found = date_columns(made({"created": DAYS, name: DAYS}))
    assert (found.created, found.closed) == ("created", name)


@pytest.mark.parametrize(
    "name",
    ["Expected close date", "Date de clôture prévue", "Voraussichtliches Abschlussdatum", "Fecha prevista de cierre"],
)
def test_an_expected_close_date_is_no_closing_date(made: Maker, name: str) -> None:
    assert date_columns(made({"created": DAYS, name: DAYS})).closed is None


def test_the_only_date_that_every_row_has_is_taken_and_others_are_named(made: Maker) -> None:
    gaps = [None if i % 3 else each for i, each in enumerate(DAYS)]
    found = date_columns(made({"Dt_Customer": DAYS, "Besuch": gaps}))
    assert (found.created, found.guessed) == ("Dt_Customer", True)
    future = [each + timedelta(days=20000) for each in DAYS]
    two = date_columns(made({"A": DAYS, "B": DAYS, "Geburtsdatum": DAYS, "C": gaps, "D": future}))
    assert two.created is None
    assert dict(two.refused) == {
        "A": "date_several", "B": "date_several", "Geburtsdatum": "date_name", "C": "date_gaps", "D": "date_future",
    }  # fmt: skip

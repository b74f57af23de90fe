"""Which column tells won from lost, and which columns say when: by names in seven languages and by their values."""

from __future__ import annotations

import pytest
from columns_case import Make

from calibrate.errors import HistoryError
from calibrate.leads.columns.outcome_column import find_outcome, find_value, possible_outcomes


@pytest.mark.parametrize(
    ("won", "lost", "other"),
    [("Gagné", "Perdu", "En cours"), ("GEWONNEN", "verloren", "Angebot"), ("Vinta", "Persa", "Trattativa"),
     ("Ganado", "Perdido", "Pendiente"), ("Closed Won", "Closed Lost", "Xyz")],
)  # fmt: skip
def test_words_for_won_and_lost_make_a_status_whatever_it_is_called(
    make: Make, won: str, lost: str, other: str
) -> None:
    found = find_outcome(make({"Affaire": [won, lost, lost, other] * 15, "Sector": ["a", "b", "c", "d"] * 15}))
    assert found == "Affaire"


def test_a_yes_or_no_is_taken_by_its_name_only(make: Make) -> None:
    flags = ["Yes", "No", "No"] * 20
    assert find_outcome(make({"Newsletter": flags, "Converted": flags})) == "Converted"
    assert find_outcome(make({"Newsletter": flags, "Webinar": flags})) is None
    assert find_outcome(make({"Gewonnen": [1, 0, 0] * 20, "Newsletter": flags})) == "Gewonnen"


def test_columns_that_disagree_are_asked_about(make: Make) -> None:
    stage, status = ["Closed Won", "Closed Lost", "Closed Lost"] * 20, ["Lost", "Won", "Lost"] * 20
    with pytest.raises(HistoryError, match="disagree in 40 rows: 'Stage' and 'Status'"):
        find_outcome(make({"Stage": stage, "Status": status}))
    same = ["Won" if each == "Closed Won" else "Lost" for each in stage]
    assert find_outcome(make({"Deal": stage, "Status": same})) == "Status"


def test_an_earlier_outcome_is_none(make: Make) -> None:
    assert find_outcome(make({"Last deal outcome": ["won", "lost", "lost"] * 20})) is None


def test_a_value_finds_its_column_however_it_is_written(make: Make) -> None:
    table = make({"Etat": ["signé", "attente", "SIGNE "] * 20, "Canal": ["web", "salon", "web"] * 20})
    assert find_value(table, ["Signé"]) == ["Etat"]
    assert find_value(table, ["Signé", "web"]) == []


def test_a_yes_or_no_that_can_be_an_outcome_is_proposed_a_status_first(make: Make) -> None:
    """What a lead did (newsletter, webinar) and what was true before (last purchase) is no outcome."""
    flags = ["Yes", "No", "No"] * 20
    columns = {"Newsletter": flags, "Flag": [1, 0, 0] * 20, "Last purchase": flags, "Status": [1, 0, 1] * 20}
    assert possible_outcomes(make({**columns, "Sector": ["a", "b", "c"] * 20})) == ["Status", "Flag"]
    assert possible_outcomes(make(columns), ignore=["Status"]) == ["Flag"]

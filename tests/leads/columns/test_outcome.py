"""Which values mean customer: understood only where it is plain, else asked back."""

import pytest

from calibrate.errors import HistoryError
from calibrate.leads.columns.outcome import answers


@pytest.mark.parametrize(
    ("counts", "customer"),
    [
        ({"1": 3, "0": 9}, ("1",)),
        ({"1.0": 3, "0.0": 9}, ("1.0",)),
        ({"Yes": 3, "No": 9}, ("Yes",)),
        ({"oui": 3, "non": 9}, ("oui",)),
        ({"Won": 3, "Loss": 9}, ("Won",)),
        ({"true": 3, "false": 9}, ("true",)),
        ({"Yes": 3, None: 9}, ("Yes",)),
        ({"Yes": 3, "yes": 1, "No": 9}, ("Yes", "yes")),
        ({"Gagné": 2, "Perdu": 5}, ("Gagné",)),
    ],
)
def test_plain_answers_are_understood(counts: dict[str | None, int], customer: tuple[str, ...]) -> None:
    assert answers(counts, "c").customer == customer


def test_open_is_neither_won_nor_lost() -> None:
    found = answers({"Won": 5, "Lost": 50, "Open": 20}, "stage")
    assert (found.customer, found.still_open) == (("Won",), ("Open",))


@pytest.mark.parametrize(
    ("counts", "says"),
    [
        ({"A": 3, "B": 9}, "2 values and it is not clear which mean customer: 'B' (9), 'A' (3)"),
        ({"gold": 1, "silver": 2, "bronze": 3}, "--customer-value"),
        ({"Yes": 12}, "says customer for every lead"),
        ({"No": 12}, "has only the value 'No' (12)"),
        ({None: 12}, "is empty"),
        ({"Won": 5, "Open": 20}, "lists only won and open leads"),
    ],
)
def test_what_is_not_plain_is_asked_back(counts: dict[str | None, int], says: str) -> None:
    with pytest.raises(HistoryError) as fault:
        answers(counts, "stage")
    assert says in str(fault.value)


def test_named_values_are_found_loosely_but_never_invented() -> None:
    counts: dict[str | None, int] = {"Closed Won": 4, "Closed Lost": 9, "1.0": 2}
    assert answers(counts, "stage", ["closed won"]).customer == ("Closed Won",)
    assert answers(counts, "stage", ["1"]).customer == ("1.0",)
    with pytest.raises(HistoryError, match=r"no value named 'Closed Wom'. Did you mean 'Closed Won'"):
        answers(counts, "stage", ["Closed Wom"])
    with pytest.raises(HistoryError, match="every value"):
        answers({"a": 1, "b": 2}, "stage", ["a", "b"])


@pytest.mark.parametrize(
    ("won", "lost", "open_"),
    [
        ("Closed-Won", "Closed-Lost", "Negotiation/Review"),
        ("closed won ", "CLOSED LOST", "Contract Sent"),
        ("GAGNÉ", "Perdue", "Devis envoyé"),
        ("Gewonnen", "Verloren", "In Verhandlung"),
        ("Ganado", "Perdido", "En negociación"),
        ("VINTA", "Persa", "Trattativa"),
        ("Ganha", "Perdida", "Em andamento"),
        ("Gewonnen!", "verloren", "Offerte verstuurd"),
        ("6 - Gagné", "7 - Perdu", "2 - Rendez-vous"),
        ("Won (100%)", "Lost: price", "Proposal (50%)"),
        ("Closed - Converted", "Closed - Not Converted", "Working - Contacted"),
    ],
)
def test_words_of_seven_languages_are_understood_however_they_are_written(won: str, lost: str, open_: str) -> None:
    found = answers({lost: 90, won: 10, open_: 30}, "stage")
    assert (found.customer, found.lost, found.still_open) == ((won,), (lost,), (open_,))
    assert [(v.rows, v.taken_for) for v in found.values] == [(90, "lost"), (30, "open"), (10, "customer")]


def test_spellings_of_the_named_value_are_one_value_and_said() -> None:
    counts: dict[str | None, int] = {"Lost": 12, "Closed Won": 3, "closed won": 3, "CLOSED WON": 3, "Closed Won ": 3}
    found = answers({**counts, "Closed-Won": 3, "Closed Won 2": 1}, "Stage", ["Closed Won"])
    assert sum(v.rows for v in found.values if v.taken_for == "customer") == 15
    assert set(found.variants) == {"closed won", "CLOSED WON", "Closed Won ", "Closed-Won"}
    assert found.unnamed == ("Closed Won 2",)  # speaks of a sale, but is no spelling of the named value: told


def test_the_example_is_a_winning_value_never_the_commonest() -> None:
    with pytest.raises(HistoryError) as fault:
        answers({"Closed Lost": 15, "Closed Won": 5, "Zwischenstand": 5, "Bronze": 4}, "deal_stage")
    assert str(fault.value).endswith("--customer-value 'Closed Won'")
    assert "Not understood: 'Zwischenstand' (5), 'Bronze' (4)." in str(fault.value)
    with pytest.raises(HistoryError) as fault:
        answers({"Verloren": 15, "Bronze": 5, "Silber": 5}, "Stand")
    assert "e.g." not in str(fault.value)


def test_values_that_say_the_opposite_are_not_won() -> None:
    with pytest.raises(HistoryError):
        answers({"Not won": 20, "Almost won": 3, "Won?": 2}, "stage")
    assert answers({"Not won": 20, "Won": 3}, "stage").lost == ("Not won",)


def test_what_is_not_understood_beside_named_and_lost_values_is_not_lost() -> None:
    found = answers({"Closed Lost": 15, "Closed Won": 5, "Scoping B": 400}, "stage", ["Closed Won"])
    assert found.unknown == ("Scoping B",)
    assert found.still_open == ("Scoping B",)
    assert answers({"3": 5, "2": 8, "1": 40}, "rating", ["3"]).still_open == ()


def test_a_file_of_deals_may_list_customers_alone() -> None:
    assert answers({"Closed Won": 40}, "stage", of_deals=True).customer == ("Closed Won",)
    assert answers({"a": 1, "b": 2}, "stage", ["a", "b"], of_deals=True).customer == ("a", "b")


def test_empty_cells_are_spelt_too() -> None:
    found = answers({"Yes": 3, None: 9}, "c")
    assert [(v.value, v.rows, v.taken_for) for v in found.values] == [("Yes", 3, "customer"), ("", 9, "lost")]
    found = answers({"Won": 3, "Lost": 20, "": 9}, "c")
    assert (found.blank, found.values[-1].taken_for) == (9, "unknown")
    assert answers({"Won": 3, "Lost": 20, "": 9}, "c", undecided=[""]).values[-1].taken_for == "open"


def test_stages_of_a_life_cycle_are_customers_or_not() -> None:
    found = answers({"Lead": 80, "MQL": 50, "Opportunity": 20, "Customer": 10}, "lifecycle")
    assert {v.value: v.taken_for for v in found.values} == {
        "Lead": "lost", "MQL": "lost", "Opportunity": "open", "Customer": "customer",
    }  # fmt: skip
    assert answers({"Prospect": 80, "Client": 20}, "type").customer == ("Client",)

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

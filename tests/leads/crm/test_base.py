"""Systems as they are written down: every name can match, no value is won and lost, the nearest column is found."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from calibrate.leads.columns.naming import words_of
from calibrate.leads.crm import SYSTEMS
from calibrate.leads.crm.base import EMPTY, NO, YES, Outcome, System

PLAIN = System("own", "Own", signs=(("Id", "State"), ("Id",)), prefixes=("Deal - ",), lead_id=("deal id", "id"))


def names_in(system: System) -> Iterator[str]:
    """Every name of a column or a value that the system is known by."""
    for outcome in system.outcomes:
        yield from (*outcome.column, *outcome.won, *outcome.lost, *outcome.open, *outcome.at)
        for columns, values in outcome.open_in:
            yield from (*columns, *values)
    for pair in (*system.deal_keys, *system.lost_signs):
        yield from (*pair[0], *pair[1])
    yield from (*system.lead_id, *system.created_at, *system.stages, *system.amount)
    for words in system.aside.values():
        yield from words


@pytest.mark.parametrize("system", SYSTEMS.values(), ids=list(SYSTEMS))
def test_names_are_written_as_they_are_compared(system: System) -> None:
    """A name with a capital, an accent or a hyphen would never match anything."""
    written = {name.removesuffix("*") for name in names_in(system)} - {EMPTY}
    assert {name for name in written if name != words_of(name)} == set()


@pytest.mark.parametrize("system", SYSTEMS.values(), ids=list(SYSTEMS))
def test_no_value_is_won_and_lost(system: System) -> None:
    for outcome in system.outcomes:
        sides = [set(outcome.won), set(outcome.lost), set(outcome.open)]
        assert sum(map(len, sides)) == len(set().union(*sides)) and outcome.won


def test_the_first_name_that_is_there_is_taken_in_any_spelling() -> None:
    assert PLAIN.find(["ID", "DealId"], PLAIN.lead_id) == "DealId"
    assert PLAIN.find(["Deal - ID", "owner"], PLAIN.lead_id) == "Deal - ID"  # the prefix of its object aside
    assert PLAIN.find(["deal - dealID"], PLAIN.lead_id) == "deal - dealID"
    assert PLAIN.find(["identity"], PLAIN.lead_id) is None


def test_a_star_stands_for_the_rest_of_a_name() -> None:
    columns = ["Date entered Lead", "Date", "date_entered", "Undated entered"]
    assert PLAIN.all(columns, ("date entered*",)) == ["Date entered Lead", "date_entered"]
    assert PLAIN.all(columns, ("date", "date entered*")) == ["Date", "Date entered Lead", "date_entered"]


def test_a_sign_counts_when_it_is_complete_and_spelt_as_exported() -> None:
    assert [PLAIN.recognised(header) for header in (["Id", "State", "x"], ["Id"], ["id", "state"], [])] == [2, 1, 0, 0]


def test_words_for_yes_and_no_are_apart_and_outcomes_are_sales_unless_said() -> None:
    assert not set(YES) & set(NO) and Outcome(("won",), YES).sale

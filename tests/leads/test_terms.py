"""Terms: reasons with one number each, names that no source may have, and defaults of the method."""

from calibrate import language
from calibrate.engine.table import RESERVED
from calibrate.leads.terms import BUYER, CUSTOMER, IDENTITY, KEPT, MOMENT, REASONS, STATUS, Terms


def test_every_reason_has_one_number_and_words_in_every_language() -> None:
    assert len(set(REASONS)) == len(REASONS) and REASONS[KEPT] == "kept"
    for name in language.known():
        assert {f"excluded.{reason}" for reason in REASONS[1:]} <= set(language.load(name).texts)


def test_columns_of_the_statement_are_apart_and_no_source_may_have_them() -> None:
    assert len({STATUS, CUSTOMER, MOMENT, IDENTITY, BUYER}) == 5
    assert {STATUS, CUSTOMER, MOMENT, IDENTITY, BUYER} <= RESERVED


def test_defaults_are_those_of_the_method() -> None:
    """No observation without events, 90 days to close, leads and months."""
    terms = Terms()
    assert (terms.observe_days, terms.close_within_days, terms.unit, terms.by) == (0, 90, "lead", "month")

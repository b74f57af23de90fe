"""What a value of an outcome column says, in seven languages and any spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.leads.columns.outcome_words import meaning, spelling

WORDS = {
    "won": ("Closed Won", "CLOSED-WON", "closedWon", "5 - Closed won", "Won (100 %)", "Gagnée", "Contrat signé",
            "Geschlossen gewonnen", "Chiuso vinto", "Fechado e ganho", "Ondertekend", "Cerrado ganado",
            "Deal won in March"),
    "lost": ("Closed Lost", "Fermé - Perdu", "Lost - price", "Kein Interesse", "No interesado", "Não interessado",
             "Afgewezen", "Not won"),
    "open": ("Negotiation/Review", "Devis envoyé", "In Bearbeitung", "3 - Proposal sent", "Offerte verstuurd",
             "Trattativa", "Contract sent", "À rappeler ?"),
    "converted": ("Converted", "Konvertiert"),
    "yes": ("Oui", "TRUE", "1.0", "Ja"),
    "no": ("Non", "0", "Prospect"),
}  # fmt: skip


@pytest.mark.parametrize(("value", "said"), [(value, said) for said, values in WORDS.items() for value in values])
def test_words_for_every_end(value: str, said: str) -> None:
    assert meaning(value) == said


@pytest.mark.parametrize(
    "value",
    ["Bronze", "", "  ", "?", "2", "won or lost", "Won?", "Perdu ?", "almost won", "to be won soon",
     "customer lost interest in us", "we have won many of these leads before this year", "42 %", "日本"],
)  # fmt: skip
def test_what_is_not_plain_says_nothing(value: str) -> None:
    assert meaning(value) is None


def test_spellings_of_one_answer_are_one_and_signs_that_matter_stay() -> None:
    assert {spelling(v) for v in ("Closed Won", "closed_won", "CLOSED-WON!", " closed  won")} == {"closedwon"}
    assert len({spelling(v) for v in ("A", "A+", "1-10", "110", "Won?", "Won")}) == 6
    assert spelling("01.50") == spelling("1.5") == "1.5" and spelling("--") == "--"


@given(st.text(max_size=30))
def test_capitals_and_blanks_around_a_value_change_nothing(text: str) -> None:
    if text == text.lower() and text.isascii():
        assert spelling(text.upper()) == spelling(text)
        assert spelling(f"  {text}\t") == spelling(text)


DENIALS = """NOT SOLD, Nicht verkauft, no vendido, non venduta, niet verkocht, Pas signé, não comprado, nie gekauft,
Not converted, kein Auftrag"""


@pytest.mark.parametrize("value", DENIALS.replace("\n", " ").split(", "))
def test_a_word_for_no_ahead_of_a_sale_is_no_sale(value: str) -> None:
    assert meaning(value) == "lost"


@pytest.mark.parametrize("value", ["not yet signed", "pas encore signé", "Noch nicht gekauft", "ainda não comprado",
                                   "non ancora venduto", "nog niet getekend", "todavía no firmado"])  # fmt: skip
def test_not_yet_is_open(value: str) -> None:
    assert meaning(value) == "open"


@pytest.mark.parametrize("value", ["nothing sold", "no customer", "Notsold GmbH", "not a word"])
def test_other_denials_say_what_they_said(value: str) -> None:
    assert meaning(value) not in ("won", "open")


@pytest.mark.parametrize(
    "value",
    ["Marketing-qualifizierter Lead", "Vertriebsqualifizierter Lead", "Lead marketing qualifié (MQL)", "Abonnent",
     "Lead calificado para marketing", "Lead qualificato per il marketing", "Lead qualificado pelo marketing",
     "Marketing gekwalificeerde lead", "Abonnee"],
)  # fmt: skip
def test_stages_in_the_life_of_a_contact_are_no_customers_yet(value: str) -> None:
    assert meaning(value) == "no"


def test_a_lead_that_is_not_qualified_is_lost_or_not_understood() -> None:
    assert [meaning(v) for v in ("Unqualified lead", "Disqualified lead", "Not a qualified lead")] == [
        "lost",
        "lost",
        None,
    ]
    assert meaning("Fürsprecher") == "won"

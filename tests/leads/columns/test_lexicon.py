"""Lists of names and words: looked up as they are folded, doubtful names are both."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.leads.columns.lexicon import ADDED, CHIEFLY, PEOPLE, bare, listed, names_of, read_lexicon, spoken_of


@given(st.text())
def test_folding_twice_changes_nothing_and_leaves_plain_letters(text: str) -> None:
    once = bare(text)
    assert once.isascii() and bare(once) == once and once == once.casefold()


@pytest.mark.parametrize(
    ("text", "folded"), [("Élodie", "elodie"), ("Groß", "gross"), ("Ñandú", "nandu"), ("Łukasz", "ukasz")]
)
def test_accents_go_and_letters_stay(text: str, folded: str) -> None:
    assert bare(text) == folded


def test_lists_written_here_are_folded_and_apart() -> None:
    assert {word for word in ADDED | CHIEFLY if word != bare(word)} == set()
    assert listed(" b a  b ") == {"a", "b"} and len(set(PEOPLE)) == len(PEOPLE)


def test_doubtful_first_names_are_words_or_places_too_and_chiefly_names_are_not() -> None:
    known = read_lexicon()
    assert known.doubtful <= known.given and known.doubtful <= known.words | known.places
    assert {"april", "paris"} <= known.doubtful and not known.doubtful & CHIEFLY and known.given >= ADDED
    assert not known.words & CHIEFLY and "director" in known.words


@pytest.mark.parametrize("country", PEOPLE)
def test_names_of_every_country_are_known(country: str) -> None:
    given_names, family = names_of(country)
    known = read_lexicon()
    assert len(given_names) > 100 and len(family) > 100
    assert {bare(name) for name in given_names} <= known.given and {bare(name) for name in family} <= known.family


def test_nationalities_and_languages_are_told() -> None:
    nationalities, languages = spoken_of()
    assert {"French", "Français"} & set(nationalities)
    assert "German" in languages

"""Columns whose texts tell of people: which texts leave, and which stay."""

from __future__ import annotations

import pytest

from calibrate.engine.table import Column
from calibrate.leads.columns.personal import Looked, looked_at
from calibrate.leads.columns.profile import Profile

# --- what becomes of them --------------------------------------------------------------------------------


def profiled(*texts: str, name: str = "Conseiller") -> Profile:
    return Profile(Column(name, "text"), 1000, 1000, len(texts), tuple((text, 50) for text in texts))


def shown(look: Looked) -> list[str]:
    return [text for text, _ in look.profile.texts]


def test_names_leave_a_column_of_other_texts_and_are_counted() -> None:
    look = looked_at(profiled("Google", "Salon", "Marie Dupont", "ana@acme.fr", "M. Martin", "Bing", "Blog", "Foire"))
    assert (look.personal, look.names, shown(look)) == ("", 2, ["Google", "Salon", "Bing", "Blog", "Foire"])


def test_among_names_a_text_that_may_be_one_goes_too() -> None:
    texts = ("Google", "Salon", "Bing", "Blog", "Foire", "Radio", "Referral", "Hilmar Quenneville")
    assert shown(looked_at(profiled(*texts))) == [*texts]
    assert shown(looked_at(profiled(*texts, "Marie Dupont", "M. Martin"))) == [*texts[:-1]]


def test_a_column_of_names_shows_none_of_its_texts() -> None:
    look = looked_at(profiled("Marie Dupont", "Zélindre Quenneville", "Direct", "Paul Martin"))
    assert (look.personal, look.names, shown(look)) == ("people", 0, [])


def test_texts_that_the_user_has_written_stay() -> None:
    look = looked_at(profiled("Marie Dupont", "Paul Martin", "Anna Schmidt"), demanded=["Paul Martin"])
    assert shown(look) == ["Paul Martin"]
    look = looked_at(profiled("Marie Dupont", "Paul Martin", name="Owner"), demanded=["Paul Martin"])
    assert (look.personal, shown(look)) == ("personal", ["Paul Martin"])


def test_keep_says_that_they_are_no_names_but_an_address_stays_away() -> None:
    look = looked_at(profiled("Hugo Boss", "Ralph Lauren", "Thomas Cook", "ana@acme.fr"), keep=True)
    assert (look.personal, look.names, shown(look)) == ("", 0, ["Hugo Boss", "Ralph Lauren", "Thomas Cook"])


def test_what_means_no_answer_stays_to_be_read_as_missing() -> None:
    nil = "{00000000-0000-0000-0000-000000000000}"
    look = looked_at(
        profiled("Google", "Bing", nil, nil.strip("{}"), "6f9619ff-8b86-d011-b42d-00c04fc964ff", name="Type")
    )
    assert shown(look) == ["Google", "Bing", nil, nil.strip("{}")] and look.unanswered == 1


@pytest.mark.parametrize(
    "name, texts",
    [
        ("Email", "Gmail, Outlook, Yahoo, company"),
        ("E-Mail", "GMX, Web.de, geschäftlich"),
        ("Mobile phone", "iOS, Android"),
        ("Téléphone", "iPhone, Samsung, autre"),
        ("LinkedIn", "premium, basic, pending"),
        ("Ansprechpartner", "Einkauf, Technik"),
        ("Interlocuteur", "Achats, Direction générale, Informatique"),
        ("Persona de contacto", "Compras, Marketing"),
    ],
)
def test_a_few_kinds_of_answers_are_a_criterion_whatever_the_name(name: str, texts: str) -> None:
    assert looked_at(profiled(*texts.split(", "), name=name)).personal == ""


@pytest.mark.parametrize(
    "name, texts",
    [
        ("Email", "ana@acme.fr, paul@acme.fr"),
        ("Téléphone", "06 11 22 33 44, 06 55 66 77 88"),
        ("Mobile phone", "anna, paul"),
        ("Ansprechpartner", "Schmidt, Müller"),
        ("Interlocuteur", "Achats, Marie Dupont"),
        ("Owner", "Quenneville, Zorn"),
        ("LinkedIn", "marie-dupont-4a1b, paul-martin"),
        ("Skype", "live:marie.dupont, paulm"),
    ],
)
def test_a_few_persons_are_none(name: str, texts: str) -> None:
    assert looked_at(profiled(*texts.split(", "), name=name)).personal != ""

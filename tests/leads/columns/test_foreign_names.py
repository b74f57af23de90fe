"""Names in a sentence."""

from __future__ import annotations

import pytest

from calibrate.leads.columns.foreign_names import foreign_reading
from calibrate.leads.columns.person_names import SURE, reading


def test_a_name_stands_in_a_sentence_with_its_commas() -> None:
    for text in ("Hello, this is Clara Novak, please call me", "Marie Dupont, DAF, à rappeler lundi",
                 "Ask for Clara Novak!", "«Clara Novak», said the form",
                 "Звонил Иван Петров, просил цену"):  # fmt: skip
        assert reading(text) == SURE, text
    assert foreign_reading("Новый клиент") == 0
    assert reading("Wants a quote, a demo, and a call") < SURE


@pytest.mark.parametrize(
    "name", ["Παπαδόπουλος", "ΠΑΠΑΔΟΠΟΥΛΟΣ", "Παπαδοπούλου", "Αναγνωστάκης", "Καραμανλίδης", "Остапенко"]
)
def test_a_family_name_alone_is_known_by_its_end(name: str) -> None:
    assert foreign_reading(name) >= 1


@pytest.mark.parametrize("word", ["Διαφήμιση", "Έκθεση", "Ιστοσελίδα", "Реклама", "Выставка", "Магазин"])
def test_sources_of_leads_are_no_names(word: str) -> None:
    assert foreign_reading(word) == 0

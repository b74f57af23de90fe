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


NAMES = """
Siobhán O'Shaughnessy|Seán Ó Súilleabháin|Aoife Ní Bhriain|Tadhg Mac Giolla Phádraig|Ruairí Mac an Bhaird
Ludwig van der Meer|Jean d'Ormesson|Pieter 't Hooft|Anna dell'Acqua|Willem van ’t Hoff|Charles de Gaulle|João dos Santos
Иван Петров|Кузнецов Алексей|Мария Сидорова
Γιώργος Παπαδόπουλος|Ελένη Γεωργίου
محمد علي|فاطمة الزهراء|أحمد حسن
דוד כהן|שרה לוי|רחל מזרחי
王小明|田中太郎|佐藤花子|김민수|최수진
राजेश कुमार|प्रिया शर्मा
გიორგი ბერიძე|ნინო კაპანაძე|Արամ Պետրոսյան
Björk Guðmundsdóttir|Ayşe Yılmaz|Łukasz Wiśniewski|Trần Thị Hương
"""
NO_NAMES = """
Côte d'Azur|Val d'Oise|Chambre d'Agriculture|Valle d'Aosta|Banque d'Alsace|Demande d'information|Mac OS
Chef d'équipe|Place d'Italie|Banca d'Italia|Villa d'Este|Mac Studio|Apple Mac|Projet d'Extension|'s-Hertogenbosch
Продажа|Запрос цены|Реклама Яндекс|ვებგვერდი რეკლამა|Հայկական գովազդ|Новый клиент
"""


def test_names_of_many_scripts_and_with_particles_are_names() -> None:
    texts = [text for line in NAMES.strip().splitlines() for text in line.split("|")]
    assert [text for text in texts if reading(text) < SURE] == []


def test_places_offers_and_makes_with_an_apostrophe_are_none() -> None:
    texts = [text for line in NO_NAMES.strip().splitlines() for text in line.split("|")]
    assert [(text, reading(text)) for text in texts if reading(text) == SURE] == []

"""Columns known as personal by their names in seven languages, and by their values where the name says nothing."""

from __future__ import annotations

import pytest

from calibrate.engine.table import Column
from calibrate.leads.columns.no_answers import mostly_once
from calibrate.leads.columns.person_names import holds_people, reading
from calibrate.leads.columns.personal import personal_reason
from calibrate.leads.columns.personal_roles import role_of
from calibrate.leads.columns.profile import Profile

ROLES = {
    "given": "First Name|Prénom|Vorname|Nombre de pila|Nome proprio|Primeiro nome|Voornaam|contact_first_name",
    "family": "LastName|Nom de famille|Person - Nachname|Familienname|Apellidos|Cognome|Sobrenome|Achternaam|Efternamn|"
              "Nazwisko|Nachname des Kontakts",
    "mail": "E-mail|Adresse e-mail|E-Mail-Adresse|Correo electrónico|Indirizzo email|Endereço de e-mail|E-mailadres",
    "phone": "Phone Number|Téléphone portable|Handynummer|Teléfono móvil|Numero di cellulare|Telemóvel|Telefoonnummer",
    "place": "Mailing Street|Adresse postale|Straße und Hausnummer|Domicilio|Indirizzo|Morada|Straatnaam",
    "owner": "Contact owner|Propriétaire du contact|Kundenbetreuer|Asignado a|Assegnato a|Responsável|Eigenaar",
    "notes": "Internal notes|Commentaires|Bemerkungen|Observaciones|Osservazioni|Observações|Opmerkingen",
    "company": "Company name|Raison sociale|Firmenname|Razón social|Ragione sociale|Razão social|Bedrijfsnaam",
    "number": "Passport number|Numéro de sécurité sociale|Steuer-ID|DNI|Codice fiscale|CPF|BSN|IBAN|Kennzeichen|Targa",
}  # fmt: skip


@pytest.mark.parametrize(("role", "names"), ROLES.items())
def test_roles_are_known_by_name(role: str, names: str) -> None:
    assert [name for name in names.split("|") if role_of(name)[0] != role] == []


@pytest.mark.parametrize("name", ["Sector", "Company size", "Lead Source", "Country", "Funding stage", "Email opens",
                                  "Branche",
                                  "Herkunft", "Origen", "Settore", "Origem", "Bron", "Number of employees",
                                  "Newsletter", "Product name interest", "Phone calls",
                                  "Mobile app visits"])  # fmt: skip
def test_other_names_have_no_role(name: str) -> None:
    assert role_of(name)[0] is None


def profiled(name: str, *texts: str, each: int = 40) -> Profile:
    rows = each * len(texts)
    return Profile(Column(name, "text"), rows, rows, len(texts), tuple((text, each) for text in texts))


def test_a_name_is_a_hint_and_the_values_decide() -> None:
    """`contact` of the bank's history says how somebody was reached."""
    assert personal_reason(profiled("contact", "cellular", "telephone", "unknown")) == ""
    assert personal_reason(profiled("Phone", "home", "work", "mobile")) == ""
    assert personal_reason(profiled("mobile", "yes", "no")) == ""
    assert personal_reason(profiled("contact", "Marie Dupont", "Quenneville")) == "personal"
    assert personal_reason(profiled("Nachname", "Huber", "Quennepat", "Zbinden")) == "personal"
    assert personal_reason(profiled("Comment", "web", "fair", each=100)) == ""
    assert personal_reason(profiled("Comment", "web", "fair", each=5)) == "notes"
    assert personal_reason(profiled("Firma", "Acme", "Brume", each=5)) == "company"
    firms = [f"{word} {form}" for word in ("Brume", "Nord", "Sel", "Pin") for form in ("SARL", "GmbH", "S.p.A.")]
    assert personal_reason(profiled("field_9", *firms)) == "company"


def test_families_and_foreign_people_are_known_by_their_values() -> None:
    for texts in (
        ("Huber", "Bachmann", "Steiner", "Gerber", "Egger", "Brunner", "Hofer"),
        ("Rossi", "Ferrari", "Esposito", "Bianchi", "Ricci"),
        ("Иван Петров", "Анна Сергеева", "Олег Смирнов"), ("Мария", "Иван", "Ольга", "Дмитрий"),
        ("Γιώργος Παπαδόπουλος", "Μαρία Ιωάννου", "Νίκος Δημητρίου"), ("王小明", "李娜", "张伟", "刘德华", "陈大文"),
        ("山田太郎", "佐藤花子", "鈴木一郎"),
        ("김민수", "이영희", "박지훈"), ("محمد العلي", "أحمد حسن", "فاطمة الزهراء"),
        ("דוד כהן", "שרה לוי", "משה פרץ"),
    ):  # fmt: skip
        assert holds_people({text: reading(text) for text in texts}), texts
    for texts in (
        ("Реклама", "Выставка", "Сайт", "Звонок"), ("广告", "展会", "网站", "推荐"),
        ("北京", "上海", "成都", "石家庄"),
        ("広告", "展示会", "紹介", "ウェブサイト"), ("광고", "전시회", "추천", "웹사이트"), ("إعلان", "معرض", "موقع"),
        ("Διαφήμιση", "Έκθεση", "Σύσταση"), ("Zürich", "Bern", "Basel", "Genf"), ("Google", "Salon", "Blog", "Bing"),
    ):  # fmt: skip
        assert not holds_people({text: reading(text) for text in texts}), texts


def test_answers_that_stand_once_tell_single_leads() -> None:
    once = tuple((f"Atelier {i}", 1) for i in range(40))
    column = Column("maker", "text")
    assert mostly_once(Profile(column, 50, 50, 41, (("Big", 10), *once), rare=40))
    assert not mostly_once(Profile(column, 200, 200, 41, (("Big", 160), *once), rare=40))
    assert not mostly_once(Profile(column, 50, 50, 2, (("A", 25), ("B", 25))))

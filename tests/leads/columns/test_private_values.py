"""Texts that are private by how they look, and those that only resemble them; no pattern takes long."""

from __future__ import annotations

import random

import pytest

from calibrate.leads.columns.private_values import is_private

PRIVATE = """
DE89 3704 0044 0532 0130 00
fr7630006000011234567890189
ES91-2100-0418-4502-0005-1332
NL91ABNA0417164300
4111 1111 1111 1111
4111-1111-1111-1111
378282246310005
12AB34567
C01X00T47
AB1234567
AAA123456
NX1B2C345
078-05-1120
QQ 12 34 56 C
AB123456C
1 85 05 78 006 084 36
2850578006084
86 095 742 719
65 170839 J 003
12345678Z
X1234567L
RSSMRA85T10A562S
123.456.789-09
756.1234.5678.97
FR 83 404833048
DE123456789
NL123456789B01
IT12345678901
ESB12345678
123 456 789 00012
1980-02-03
03/02/1980
3.2.1975
born 3 Feb 1980
né le 3 février 1980
geb. 03.02.1980
nacida el 3 de febrero
nato il 3/2/80
nascido em 3 de maio de 1980
geboren op 3 mei 1980
AB-123-CD
B-AB 1234
M AB 123
AB12 CDE
1234 BCD
AB 123 CD
12-AB-34
12-ABC-3
X-123-YZ
48.8566, 2.3522
48°51'24"N 2°21'03"E
-33.86880,151.20930
00:1A:2B:3C:4D:5E
00-1a-2b-3c-4d-5e
001a.2b3c.4d5e
Flat 3, 221B Baker Street
10 Downing Street
4 bis rue Foch
12, rue des Lilas
Hauptstraße 12
Musterstr. 5a
Am Markt 3
Calle Mayor 5
C/ Alcalá, 42
Avda. de América 12
Via Roma 12
Piazza del Duomo 1
Via Giuseppe Verdi, 8
Rua Augusta 120
Avenida da Liberdade, 10
Kerkstraat 12
Keizersgracht 174
Postfach 1234
PO Box 42
jean (at) acme (dot) fr
jean[at]acme.fr
jean AT acme DOT com
jean arobase acme point fr
info(at)firma.de
juan arroba empresa punto es
+44 20 7946 0958
+1 (415) 555-2671
0049 30 901820
Passport no 123456789
IBAN: 12 3456 7890
SIRET 40483304800022
"""
OPEN = """
Google
2025-11-22
10-49
Spring 2024
Monitoring 2025
PROMO2024
WEB-2024
2024 CRM
FB-Q4 2024
EN-Q4
US-FY24
Q4 2025
10,000 - 50,000
1.000.000
1,000-5,000
50-200 M€
3 cours par semaine
via Google 2024
Via Facebook Ads
via partner 12
nie 100 Mitarbeiter
Newsletter 12/2024
Campaign 2024-05
Webinar 03.05.2024
meet @ noon
TVA 20 %
largo plazo 12 meses
2 places
Suite CRM 2024
PRD-1234
Tier 1
A/B
ISO 27001
10:30:00
Version 4.2.1.0
NAF 6201Z
6201Z
75001
WC2N 5DU
1,000 to 5,000 employees
EUR 10 000
Windows 10
Office 365
24/7
GPT-4
B2B
Z-100
XK-12
C-1042
SKU 12345
KW 12
Woche 12
Arbeitsweg
Corso online
Cours du soir
B 52
MQL 30
12 months
France Métropolitaine
Head of Data, EMEA
"""


@pytest.mark.parametrize("text", PRIVATE.strip().splitlines())
def test_numbers_addresses_and_days_of_birth_are_private(text: str) -> None:
    assert is_private(text)
    assert is_private(f" {text} ")


@pytest.mark.parametrize("text", OPEN.strip().splitlines())
def test_ordinary_answers_are_not(text: str) -> None:
    assert not is_private(text)


def test_random_account_and_card_numbers_are_private() -> None:
    """Numbers made by the rule of their check digits (ISO 13616, ISO/IEC 7812), in the ways people write them."""
    pick = random.Random(11)
    for _ in range(200):
        account = "".join(str(pick.randrange(10)) for _ in range(18))
        check = 98 - int(account + "131400") % 97  # DE00 behind the account: D is 13, E is 14
        number = f"DE{check:02d}{account}"
        assert is_private(number) and is_private(" ".join(number[i : i + 4] for i in range(0, len(number), 4)))
        card = [4, *(pick.randrange(10) for _ in range(14))]
        total = sum(d if i % 2 else (2 * d - 9 if d > 4 else 2 * d) for i, d in enumerate(card))
        assert is_private("".join(map(str, [*card, -total % 10])))


@pytest.mark.parametrize(
    "text",
    ["C4VKW3MN2", "b. 22/02/1988", "nac. 22/02/1988", "8FW4V75V+8Q", "fe80::1ff:fe23:4567:890a", "2a02:8109::1",
     "Am Markt 3, 50667 Köln", "3, place du Marché", "Av. da Liberdade 7", "Largo do Rato 9", "Laan van der Veen 99",
     "7 Rose Cottage, Mill Lane", "The Old Rectory, Church Rd", "12, 1100-053 Lisboa"],
)  # fmt: skip
def test_more_forms_of_houses_people_and_places_are_private(text: str) -> None:
    assert is_private(text)


@pytest.mark.parametrize(
    "text",
    ["10:30:00", "std::vector", "C++", "3 places offertes", "Laan van 2025 plannen", "Open House", "Mill Lane Software",
     "2024+25", "n. 5", "version b. 2", "CRM, Sales Road map", "12, 50"],
)  # fmt: skip
def test_answers_that_look_a_little_like_them_are_not(text: str) -> None:
    assert not is_private(text)

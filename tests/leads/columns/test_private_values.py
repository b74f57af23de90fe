"""Texts that are private by how they look, and those that only resemble them; no pattern takes long."""

from __future__ import annotations

import random

import pytest

from calibrate.leads.columns.private_values import is_private, private_among

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


MORE_PRIVATE = r"""
Zeil 106
Zeil 106, Frankfurt
One Infinite Loop 1
1 Infinite Loop
One Microsoft Way
350 5th Avenue
45 W 25th St
12 The Green
5 Church Walk
18 Broadway
Kohlmarkt 4
Jungfernstieg 30
Neuer Wall 72
Alter Markt 9
Im Wiesengrund 7
Schloßberg 2
Damrak 70
Dam 1
Grote Markt 8
Oude Kerkhof 3
8 cité Véron
1 parvis de Notre-Dame
16 montée Saint-Barthélemy
33 mail François Mitterrand
Gran Vía 28
Rambla de Catalunya 10
Camino Viejo 3
Lungotevere Marzio 9
Borgo Pinti 55
Beco do Carneiro 3
Rossio 23
GB29 NWBK 6016 1331 9268 19
ES91 2100 0418 4502 0005 1332
IT60X0542811101000000123456
PT50 0002 0123 1234 5678 9015 4
NL91 ABNA 0417 1643 00
BE68 5390 0754 7034
CH93 0076 2011 6238 5295 7
LU28 0019 4006 4475 0000
AT61 1904 3002 3457 3201
pl61109010140000071219812874
IBAN: DE89 3704 0044 0532 0130 00
compte FR76-3000-6000-0112-3456-7890-189
SE45 5000 0000 0583 9825 7466
NO93 8601 1117 947
TR33 0006 1005 1978 6457 8413 26
IE29AIBK93115212345678
5500 0000 0000 0004
4012888888881881
3782 822463 10005
378282246310005
6011-1111-1111-1117
3530111333300000
Visa 4111-1111-1111-1111 exp 12/27
30569309025904
2223003122003222
card ending 4242 4242 4242 4242
C01X00T47
12AB34567
Passport No. 533380006
passeport 09PK12345
YA1234567
AAB123456
Reisepass C4J1A2B3D
N° passeport: 11FV12345
AB1234567
pasaporte PAB123456
paspoort SPECI2014
078-05-1120
AB 12 34 56 C
JG123456C
1 85 05 78 006 084 36
2 69 05 49 588 157 80
65 180675 M 003
12345678Z
X1234567L
RSSMRA85T10A562S
123.456.789-09
BSN 123456782
756.9217.0769.85
85.07.30-033.28
NIF 245 678 901
Steuer-ID 12 345 678 901
86 095 742 719
sozialversicherungsnummer 12 190367 K 006
niss 12345678901
NISS: 11 122 233 344
numéro de sécurité sociale 185057800608436
codice fiscale: vrdgpp90a01f205x
281 28/28282
900101-1234
19900101-1234
PESEL 44051401359
12/3456789
123-456-789 (TFN)
046 454 286
FR 40 303265045
DE 123 456 789
GB 999 9999 73
IT12345678901
ESX1234567X
NL123456789B01
PT 501964843
732 829 320 00074
73282932000074
B12345678
BE 0123.456.789
ATU12345678
CHE-123.456.789 MWST
12-3456789 EIN
EIN 12-3456789
12.345.678/0001-95
Partita IVA 01234567890
St.-Nr. 93815/08152
Steuernummer 181/815/08155
12/03/1984
1984-03-12
12.03.1984
born 12 March 1984
né le 3 mai 1975
née le 03/05/75
geb. 4.5.1969
geboren am 4. Mai 1969
nacido el 7 de julio de 1980
nata a Roma il 2 febbraio 1971
nascido em 1 de abril de 1990
geboren op 12 mei 1982
DOB 1984/03/12
date of birth: 12 Mar 84
12 mars 1984
March 12, 1984
12 March 1984
3. Mai 1971
nata il 12/3/84
data de nascimento 12-03-1984
* 12.03.1984
3 février 1980
14 août 1979
5. März 1980
1 de março de 1990
2 dicembre 1966
4 augustus 1981
AB-123-CD
1234 BCD
KA51 ABC
B-MW 1234
M AB 123
HH-XY 12E
AB 123 CD
12-AB-34
AA-12-BB
16-GHD-3
GZ-459-K
AB-123-CD
plate KA51 ABC
Kennzeichen B-MW 1234
immatriculation AB-123-CD
matrícula 1234 BCD
targa AB123CD
kenteken 16-GHD-3
AB123CD
KA51ABC
48.8566, 2.3522
48.85661N 2.35222E
48°51'24"N 2°21'08"E
-33.86785,151.20732
lat 48.8566 lon 2.3522
8FW4V75V+8Q
52,52001 / 13,40495
N 48° 51.396' E 2° 21.132'
48.8566;2.3522
POINT(2.3522 48.8566)
https://maps.google.com/?q=48.8566,2.3522
geo:48.8566,2.3522
40.7128° N, 74.0060° W
00:1A:2B:3C:4D:5E
00-1a-2b-3c-4d-5e
001a.2b3c.4d5e
2001:db8::8a2e:370:7334
192.168.1.254
10.0.0.7/24
fe80::1ff:fe23:4567:890a
::ffff:192.168.0.1
IP 81.57.1.9
001A2B3C4D5E
AA:BB:CC:DD:EE:FF:00:11
IMEI 490154203237518
12 Acacia Avenue
221B Baker Street
Flat 4, 17 High St
12 rue de la Paix
3 bis, avenue Foch
45, boulevard Saint-Michel
Hauptstraße 12
Am Markt 3
Lindenallee 7a
Berliner Str. 12
Calle Mayor 5, 3º B
C/ Alcalá 45
Avda. de América 12
Via Garibaldi 12
Piazza del Duomo 1
Corso Vittorio Emanuele II 22
Rua Augusta 100
Av. da Liberdade, 110
Praça do Comércio 5
Keizersgracht 123
Prins Hendrikkade 33
Kerkstraat 12-2
Nieuwezijds Voorburgwal 147
P.O. Box 123
Postfach 1234
BP 45
B.P. 123
1600 Pennsylvania Avenue NW
75008 Paris, 12 rue Royale
lieu-dit Le Moulin, 24200 Sarlat
Apt 5B, 200 Park Ave S
10 Downing St.
House 5, Road 12, Dhanmondi
Schlossplatz 1
Unter den Linden 77
place de la Mairie 3
12 place Bellecour
chemin des Vignes 4
Strada Statale 16 km 2
"""
MORE_OPEN = """
11.0.0.2
1.0.0.0
build 10.4.2.1
Firefox 11.0.0.2
1735689600000
event 1735689600123 opened
Markt 12
Supermarkt 5
Firewall 12
Einstieg 2
Aufstieg 3
Im Gespräch 2
Neumarkt 2025
Loop 1
Infinite Loop
One Way
3 mail Newsletter
Camino 3
Largo 4
Windows Server 2019
Studio 54
Via mail 3
ORD-2025-00123
SO-10045
PO 4500012345
INV-2024-118
#10045
AB-12345
WEB-000123
Q-2025-17
REF 2025/118
LOT-55012
SKU-88213
TICKET-48213
JIRA-1234
CASE 00012345
Lead 12345
Batch 7
C-101
EX-1000-B
A4-2025
v2.3.1
Version 10.0.19045
3.11.7
2025.3
Windows 10
iOS 17.4
1.0.0-rc1
Build 19045.3803
Release 24.04 LTS
HTTP/1.1
Python 3.12
Excel 2016
ISO 27001
ISO 9001:2015
RFC 2616
PCI DSS 4.0
5G
802.11ac
USB 3.2
A320-200
1-10
11-50
51-200
201-500
501-1000
1001-5000
10,000+
1 000 - 5 000
250 to 499
< 50
> 10 000
10k-50k
€1m - €5m
1.000-4.999
50 à 99 salariés
100-249 Mitarbeiter
de 10 a 49
da 50 a 249
20 m2
1920x1080
XL
2XL
12.5 kW
100 GB
3/4 inch
DN 50
1,000,000 - 5,000,000
A-100
XR-500
T1000
MX-5
BMW X5
Audi A4
ThinkPad X1
iPhone 15 Pro
EOS 5D
PRO-2000
Plan B
Tier 2
Level 3
Gold-12
SAP S/4HANA
Office 365
M365 E5
NACE 62.01
SIC 7372
NAICS 541511
APE 6201Z
SIC 7372 software
HS 8471.30
CPV 72000000
EAN 13
UK-North
DE-BY
FR-75
US-CA
CH-ZH
75008
SW1A 1AA
10115 Berlin
20121 Milano
1012 AB
28013
1000-205 Lisboa
Q3 2025
FY24
H1-2025
W42
KW 12
Week 7
2025-11-22
22/11/2025
11/22/2025
22.11.2025
2025-Q4
Nov 2025
November 2025
2025-11
15 January 2026
next week
2024-02-29
31.12.2024
closed 2025-10-01
2025-06-30 10:00
20251122
1735689600
1700000000
1609459200
1.7e9
1735689600.123
45658
20250131
1735689600000000
Webinar 12 March 2025
Trade fair Hannover 2025
SaaStr 2024
Campaign 2025-03 DE
Google Ads 300x250
utm 12345
Rue 89
Route 66
Studio 54
Forever 21
7-Eleven
3M
Century 21
Motel 6
Channel 4
20 Minutes
24h Le Mans
Boulevard magazine
Street View
Main Street Partners
Wall Street Journal
Via
Corso
Strada 2025
Piazza Italia 2024
Calle 13
Platz 1
Allee 2025
24/7 support
1:1 demo
2 Factor
50/50
9 to 5
100 % remote
1st touch
4x4
3D printing
B2B
A/B test 12
+15 %
-20 %
1e5
10^6
Rs. 5,000
$1,000
€ 1.500,00
12 months
36 Monate
24 mois
3 a 6 mesi
5 jaar
mehr als 5 Jahre
0-30 days
30/60/90
net 30
10:30
08:00-17:00
24:00
UTC+2
GMT-5
"""


def test_every_kind_of_private_number_in_seven_languages() -> None:
    assert [text for text in MORE_PRIVATE.strip().splitlines() if not is_private(text)] == []


def test_orders_versions_sizes_codes_closing_days_and_instants_are_no_private_numbers() -> None:
    assert [text for text in MORE_OPEN.strip().splitlines() if is_private(text)] == []


def test_a_lone_instant_is_no_number_of_a_person() -> None:
    chance = random.Random(1)
    instants = [str(chance.randrange(1_400_000_000_000, 1_800_000_000_000)) for _ in range(2_000)]
    assert [text for text in instants if is_private(text)] == []
    assert private_among(instants) == set()


def test_beside_numbers_of_women_an_instant_is_that_of_a_man() -> None:
    assert private_among(["1710123456789", "1791378006084", "2850578006084"]) == {"1710123456789", "2850578006084"}
    assert is_private("1 71 01 23 456 789") and is_private("171012345678942")

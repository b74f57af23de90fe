"""Names of people told from everything else that stands in columns, on lists other than those that the rule reads.

People, occupations and countries come from Faker; cities, firms, sectors, sources and products are written by hand.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from calibrate.engine import open_table
from calibrate.engine.table import Column, Table
from calibrate.leads.columns.fine_classing import named_levels
from calibrate.leads.columns.person_names import (
    MAYBE,
    NO,
    SURE,
    holds_people,
    may_be_shown,
    reading,
)
from calibrate.leads.columns.personal import is_personal
from calibrate.leads.columns.private_values import is_private
from calibrate.leads.columns.profile import Profile
from calibrate.leads.columns.proposal import Proposal, propose
from calibrate.monthly import run as monthly
from calibrate.monthly.settings import settings_from

# --- single texts, by hand -----------------------------------------------------------------------------

PEOPLE = """
Marie Dupont|DUPONT Marie|Dupont, Marie|Dupont Marie|marie dupont|MARIE DUPONT|M. Dupont|Mme Martin|Mlle Élodie Petit|
J. Dupont|J.-P. Martin|Marie D.|Jean-Pierre Lefèbvre|Zoé Müller|Müller Hans|Frau Schmidt|Dr. Anna Schmidt|
Ludwig van Beethoven|von Trapp, Georg|José García López|Sra. Hernández|Maria da Silva|Jan de Vries|Mohamed Ben Ali|
John F. Kennedy|Patrick O'Brien|Mr Whitlock|Mrs Jane Smith|Ann Miller|Sven Lindqvist|Wei Chen|Mark Baker|
Marie Quenneville|Salon 2024 - Marie Dupont|Webinaire Marie Dupont|Recommandé par Marie Dupont|Marie Dupont (Lyon)|
Referred by Ann Miller|call of Ann Miller|LinkedIn: Paul Martin|Marie Dupont et Paul Martin|Patrick O’Brien|
marie.dupont|paul_martin|DE LA TOUR Jean-Pierre
"""
OTHERS = """
Google|Google Ads|Trade show|Salon de Paris|Bouche à oreille|Marketing Manager|Chef de projet|Dean of Students|Paris|
Florence|San Jose|Saint-Étienne|Aix-en-Provence|New York|Virginia Beach|Fort Wayne|Martin Dupont SARL|Garage Martin|
Dupont et Fils|Morgan Stanley|Johnson & Johnson|Thomas Cook Group|Lycée Victor Hugo|Rue Jean Jaurès|Grace Period|
Bill Payment|Will Call|Page View|Rich Media|Major Account|April 2025|Black Friday|Saint Valentin|10-49|France|
Georgia|Real Estate|Grande distribution|Plan B|Series A|Vitamin C|E-commerce|Non renseigné|Closed won|Marie|
Max Weight|Le Bon Coin|martin.fr|google.com|press_release|utm_source|spring.sale
"""


def tell(*figures: object) -> None:
    """Figures that pytest shows with -rP."""
    sys.stdout.write(" ".join(map(str, figures)) + "\n")


def listed(text: str) -> list[str]:
    return [each.strip() for each in text.replace("\n", "").split("|")]


@pytest.mark.parametrize("text", listed(PEOPLE))
def test_a_name_is_a_name(text: str) -> None:
    assert reading(text) == SURE


@pytest.mark.parametrize("text", listed(OTHERS))
def test_other_texts_are_none(text: str) -> None:
    assert reading(text) < SURE


@pytest.mark.parametrize(
    "text", ["", "-", "42", "x", "ΑΒΓ", "\x00\x00\x00\x00", "'''' ----", "a" * 5000, "' - '", ",,,,", "Mr"]
)
def test_strange_texts_are_none(text: str) -> None:
    assert reading(text) == NO


# --- columns: hits -------------------------------------------------------------------------------------

FORMS: dict[str, Callable[[str, str], str]] = {
    "First Last": lambda first, last: f"{first} {last}",
    "LAST First": lambda first, last: f"{last.upper()} {first}",
    "Last, First": lambda first, last: f"{last}, {first}",
    "FIRST LAST": lambda first, last: f"{first} {last}".upper(),
    "Last First": lambda first, last: f"{last} {first}",
    "F. Last": lambda first, last: f"{first[0]}. {last}",
    "First L.": lambda first, last: f"{first} {last[0]}.",
    "Mme Last": lambda first, last: f"Mme {last}",
    "M. First Last": lambda first, last: f"M. {first} {last}",
    "First": lambda first, last: first,
}
COUNTRIES = ("fr_FR", "fr_BE", "en_US", "en_GB", "de_DE", "de_AT", "es_ES", "es_MX", "it_IT", "nl_NL", "pt_PT", "sv_SE")


def lists_of(country: str) -> tuple[list[str], list[str]]:
    """First names and family names of a country."""
    provider = import_module(f"faker.providers.person.{country}").Provider

    def told(part: str) -> list[str]:
        lists = [getattr(provider, name) for name in dir(provider) if name.startswith(part)]
        return sorted({text for each in lists if hasattr(each, "__iter__") for text in each if isinstance(text, str)})

    return told("first_name"), told("last_name")


def hits(form: str, *, columns: int = 25, seed: int = 3) -> dict[str, float]:
    """Share of columns of people that are known as such, by country: 4 to 16 people in each."""
    pick, write = random.Random(seed), FORMS[form]
    found = {}
    for country in COUNTRIES:
        first, last = lists_of(country)
        drawn = [
            {write(pick.choice(first), pick.choice(last)) for _ in range(pick.randint(4, 16))} for _ in range(columns)
        ]
        found[country] = sum(holds_people({t: reading(t) for t in sorted(each)}) for each in drawn) / columns
    return found


@pytest.mark.parametrize(("form", "at_least"), [
    ("First Last", 0.98), ("LAST First", 0.98), ("Last, First", 0.97), ("FIRST LAST", 0.98), ("Last First", 0.97),
    ("M. First Last", 1.0), ("Mme Last", 0.98), ("First L.", 0.93), ("F. Last", 0.80), ("First", 0.80),
])  # fmt: skip
def test_columns_of_people_are_known(form: str, at_least: float) -> None:
    """Of 300 columns a form, names of twelve countries."""
    found = hits(form)
    share = sum(found.values()) / len(found)
    tell(f"{form}: {share:.1%} of columns", {country: f"{each:.0%}" for country, each in found.items()})
    assert share >= at_least


def test_single_names_among_other_levels_are_known() -> None:
    """One by one, first name and family name as most files write them: 89 % of 1,200 at this seed."""
    pick = random.Random(8)
    people = [(lists_of(country), write) for country in COUNTRIES for write in list(FORMS.values())[:4]]
    texts = [write(pick.choice(names[0]), pick.choice(names[1])) for names, write in people for _ in range(25)]
    share = sum(reading(text) == SURE for text in texts) / len(texts)
    tell(f"single names: {share:.1%} of {len(texts)}")
    assert share >= 0.86


# --- columns: false alarms -----------------------------------------------------------------------------

CITIES = """
Paris|Lyon|Marseille|Toulouse|Nice|Nantes|Strasbourg|Montpellier|Bordeaux|Lille|Rennes|Reims|Saint-Étienne|Le Havre|
Toulon|Grenoble|Dijon|Angers|Nîmes|Clermont-Ferrand|Aix-en-Provence|Brest|Tours|Amiens|Limoges|Annecy|Metz|Besançon|
Orléans|Rouen|Mulhouse|Caen|Nancy|Saint-Denis|Florence|Charlotte|Austin|Houston|Jackson|Madison|Phoenix|San Jose|
San Diego|Dallas|Denver|Seattle|Orlando|Lincoln|Arlington|Henderson|Chandler|Irving|Raleigh|Fort Wayne|St. Louis|
Saint Paul|Baton Rouge|Salt Lake City|Los Angeles|New York|Santa Ana|Anchorage|Aurora|Garland|Virginia Beach|
Colorado Springs|Long Beach|Victoria|Sydney|Adelaide|London|Chester|Lancaster|Carlisle|Washington|Mumbai|Other|
Thane & Outskirts|Tier II Cities|Boulogne-Billancourt|Villeneuve d'Ascq|La Rochelle|Le Mans|Port Louis
"""
COMPANIES = """
Morgan Stanley|Goldman Sachs|JPMorgan Chase|Thomas Cook|Hugo Boss|Ralph Lauren|Leroy Merlin|Auchan|Carrefour|
Boulanger|Darty|Renault|Peugeot|Citroën|Michelin|Danone|L'Oréal|LVMH|Hermès|Christian Dior|Yves Rocher|Air France|
SNCF|EDF|Engie|Veolia|Vinci|Bouygues|Eiffage|Saint-Gobain|Schneider Electric|Legrand|Thales|Dassault Systèmes|Airbus|
Safran|Alstom|Capgemini|Atos|Sopra Steria|Orange|Criteo|BlaBlaCar|Doctolib|Société Générale|BNP Paribas|AXA|
Crédit Agricole|La Banque Postale|Groupama|Sanofi|Pierre Fabre|Servier|Decathlon|Petit Bateau|Martin Dupont SARL|
Garage Martin|Dupont et Fils|Maison Durand|Cabinet Lefebvre|SAS Bernard|Transports Giraud|Menuiserie Petit|Apple|
Microsoft|Amazon|Alphabet|Tesla|Netflix|Salesforce|Oracle|IBM|Intel|Cisco|Adobe|Dell Technologies|Johnson & Johnson|
Procter & Gamble|Eli Lilly|General Electric|General Motors|Ford|Philip Morris|John Deere|Charles Schwab|Wells Fargo|
Bank of America|American Express|Walt Disney|Warner Bros|Kraft Heinz|Campbell Soup|Nestlé|Unilever|Siemens|Bosch|BASF|
Bayer|Allianz|Deutsche Bank|Volkswagen|Porsche|Ernst & Young|Deloitte|McKinsey|Boston Consulting Group|Baker McKenzie
"""
SECTORS = """
Agriculture|Banking|Construction|Education|Energy|Financial Services|Government|Healthcare|Hospitality|Insurance|
Information Technology|Legal Services|Logistics|Manufacturing|Marketing and Advertising|Media|Mining|Non-profit|
Oil & Gas|Pharma|Real Estate|Retail|Software|Telecom|Transport|Travel|Utilities|Steel|Glass|Paper|Food & Beverage|
Aerospace|Automotive|Chemicals|Agroalimentaire|Banque|Assurance|Bâtiment|Commerce|Conseil|Distribution|Énergie|
Hôtellerie|Immobilier|Industrie|Informatique|Juridique|Logistique|Médical|Métallurgie|Restauration|Santé|
Secteur public|Télécommunications|Textile|Tourisme|Artisanat|Luxe|Pharmacie|Grande distribution|Collectivités|BTP|
Génie civil|Marine marchande|Sport et loisirs|Arts graphiques|Travaux publics|Aéronautique|Ingénierie|Sécurité
"""
SOURCES = """
Google|Google Ads|Organic Search|Direct Traffic|Olark Chat|Referral Sites|Facebook|LinkedIn|Twitter|Email campaign|
Newsletter|Webinar|Webinaire|Salon|Salon de Paris|Foire de Lyon|Trade show|Cold call|Partner|Partenaire|Parrainage|
Word of mouth|Bouche à oreille|Recommandation client|Site web|Blog|Livre blanc|Appel entrant|Achat de fichier|Bing|
Capterra|Appvizer|Welingak Website|Quick Add Form|Live Chat|Press_Release|Pay per Click Ads|Pages Jaunes|Black Friday|
Vivatech Paris|Hannover Messe|Rose Festival|Saint Valentin|Noël|Summer Sale|Spring Campaign|April Promo|May Day|
Rentrée|Soldes d'été|Campagne Juin|Back to School|Fête des Mères|Opération Printemps|Early Bird|Will Call|
Art Gallery|Rich Media|Page View|Major Account|Max Conversion|Sage Intacct|Oracle Fusion|Adobe Marketo|Ruby on Rails
"""
PRODUCTS = """
Basic|Pro|Premium|Enterprise|Starter|Business Plan|Team|Max|Plus|Model S|Clio|Mégane|Twingo|Captur|Zoe|Kangoo|iPhone|
Surface Pro|ThinkPad|Office 365|Photoshop|Acrobat|Exterior Accessories|Car Electronics|Batteries & Accessories|
Garage & Car Care|Replacement Parts|Tires & Wheels|Performance Parts|Towing & Hitches|Gold|Silver|Platinum|Diamond|
Ruby|Sapphire|Emerald|Forfait Mobile|Assurance Vie|Livret A|Prêt Immobilier|Plan Épargne|Pack Sérénité|Rose|Violet|
January|February|March|April|May|June|July|August|Janvier|Février|Mars|Avril|Mai|Juin|Juillet|Août|Monday|Lundi
"""


def occupations() -> list[str]:
    return [job for country in ("en_US", "fr_FR", "es_ES", "de_DE") for job in _provider("job", country).jobs]


def countries() -> list[str]:
    return [name for country in ("en", "fr_FR") for name in _provider("address", country).countries]


def _provider(part: str, country: str) -> type:
    found: type = import_module(f"faker.providers.{part}.{country}").Provider
    return found


KINDS: dict[str, tuple[Callable[[], Sequence[str]], float, float]] = {
    "cities": (lambda: listed(CITIES), 0.0, 0.0),
    "companies": (lambda: listed(COMPANIES), 0.02, 0.12),
    "sectors": (lambda: listed(SECTORS), 0.0, 0.0),
    "sources and campaigns": (lambda: listed(SOURCES), 0.0, 0.0),
    "products, months, days": (lambda: listed(PRODUCTS), 0.005, 0.0),
    "occupations": (occupations, 0.0, 0.001),
    "countries": (countries, 0.0, 0.005),
}
"""What is not people, with the share of columns and of single texts that may be taken for them: firms bear names."""


@pytest.mark.parametrize("kind", KINDS)
def test_other_columns_are_not_taken_for_people(kind: str) -> None:
    """Of 400 columns a kind, 4 to 40 texts in each."""
    pick, (texts, columns, single) = random.Random(11), KINDS[kind]
    known = list(dict.fromkeys(texts()))
    drawn = [pick.sample(known, min(len(known), pick.randint(4, 40))) for _ in range(400)]
    alarms = sum(holds_people({text: reading(text) for text in each}) for each in drawn) / len(drawn)
    pooled = [text for text in known if reading(text) == SURE]
    tell(f"{kind}: {alarms:.2%} of columns, {len(pooled) / len(known):.1%} of {len(known)} texts", pooled[:20])
    assert alarms <= columns
    assert len(pooled) <= single * len(known)


def test_firms_named_after_their_form_are_no_people() -> None:
    assert not [t for t in listed(COMPANIES) if reading(t) >= MAYBE and t.split()[-1] in ("SARL", "Fils", "Group")]


def test_lists_that_are_shown_leave_people_out() -> None:
    assert may_be_shown(["won", "lost", "Marie Dupont", "+33 6 12 34 56 78"]) == ["won", "lost"]
    assert may_be_shown(["Marie", "Paul", "Julien", "Sophie"]) == []


FIRMS = ("Hugo Boss", "Ralph Lauren", "Thomas Cook")
STAFF = ("Marie Dupont", "LEFEBVRE Paul", "Mme Schneider", "José Hernández", "Direct")


@pytest.fixture
def table(tmp_path: Path) -> Table:
    """500 leads: who looked after them (a fifth by nobody), a source with one name among others, a firm."""
    lines = ["Conseiller,Toujours,Source,Firm"]
    for i in range(500):
        staff = (*STAFF, "")[i % 6]
        source = ("Google", "Salon", "Blog", "Bing", "Foire", "Marie Dupont")[i % 6]
        lines.append(f"{staff},{STAFF[i % 4]},{source},{FIRMS[i % 3]}")
    (tmp_path / "leads.csv").write_text("\n".join(lines), encoding="utf-8")
    return open_table(tmp_path / "leads.csv")


def levels(proposal: Proposal, column: str) -> list[str]:
    return [level.name for c in proposal.criteria if c.column == column for level in c.levels]


def test_columns_of_people_are_filled_or_missing_at_most_and_said(table: Table) -> None:
    found = propose(table)
    assert levels(found, "Conseiller") == ["filled", "missing", "other"]
    assert found.ignored == {"Toujours": "people", "Firm": "company"}
    assert sorted(levels(found, "Source")) == ["Bing", "Blog", "Foire", "Google", "Salon", "missing", "other"]
    told = {fact.key: fact.facts for fact in found.facts if fact.key.startswith("people")}
    assert told == {"people": {"column": "Conseiller"}, "people_pooled": {"column": "Source", "values": 1}}


def test_the_user_may_overrule_it(table: Table) -> None:
    assert set(levels(propose(table, keep=("Firm",)), "Firm")) >= {*FIRMS}
    decided = named_levels("Conseiller", groups={"Marie": ["Marie Dupont"]})
    assert levels(propose(table, needed=[decided]), "Conseiller") == ["Marie", "missing", "other"]
    forced = propose(table, include=("Firm", "Source"))
    assert set(levels(forced, "Firm")) >= {*FIRMS}
    assert ("overruled", {"column": "Firm", "reason": "company"}) in [(f.key, dict(f.facts)) for f in forced.facts]


def test_a_grid_that_lists_one_person_does_not_bring_the_others(table: Table) -> None:
    listing = named_levels("Conseiller", groups={"Marie": ["Marie Dupont"]})
    asked = propose(table, needed=[type(listing)(**{**vars(listing), "fixed": False})])
    assert not {"LEFEBVRE Paul", "Mme Schneider", "José Hernández"} & set(levels(asked, "Conseiller"))
    assert "Marie Dupont" in levels(asked, "Conseiller")


def test_keep_in_the_settings_overrules_it(tmp_path: Path) -> None:
    lines = ["Firm,Source,Converted"]
    lines += [f"{FIRMS[i % 3]},{('Google', 'Blog', 'Ann Miller')[i % 3]},{int(i % 7 == 0)}" for i in range(300)]
    (tmp_path / "leads.csv").write_text("\n".join(lines), encoding="utf-8")
    for keep, firms in (((), set[str]()), (("Firm",), {*FIRMS})):
        asked = settings_from({"data": {"file": str(tmp_path / "leads.csv")}, "outcome": {"customer": "Converted"},
                          "columns": {"keep": keep}})  # fmt: skip
        found = monthly.read_rows(asked).proposal
        assert set(levels(found, "Firm")) - {"missing", "other"} == firms
        assert set(levels(found, "Source")) == {"Google", "Blog", "missing", "other"}


def test_traces_of_a_person_are_private_and_what_resembles_them_is_not() -> None:
    traces = ("@ana_k", "seen from 81.57.112.99", "2a01:e34:ec12::1", "https://www.linkedin.com/in/ana-k-12",
              "https://x.com/anak", "12 rue des Lilas", "4 bis avenue Foch, 75016 Paris", "Oak House, 5 High Street",
              "1 80 02 75 116 001 23")  # fmt: skip
    others = ("Version 4.2.1.0", "v1.0.0.1", "1.2.3", "10 rue", "3 places", "16:9", "10:30:00", "x.com", "a:b:c:d",
              "Street marketing", "2025-11-22", "C&A", "meet @ noon")  # fmt: skip
    assert [text for text in traces if not is_private(text)] == []
    assert [text for text in others if is_private(text)] == []


def test_numbers_that_look_like_phones_are_personal_and_amounts_are_not() -> None:
    pick = np.random.default_rng(4)
    for low, high, step, personal in ((33600000000, 33799999999, 1, True), (612000000, 798999999, 1, True),
                                      (100_000_000, 990_000_000, 1_000_000, False), (1, 90_000, 1, False),
                                      (19800101, 20251231, 1, False)):  # fmt: skip
        numbers = (pick.integers(low, high, 500) // step * step).astype(float)
        found = Profile(Column("ref2", "number", True), 500, 500, len(np.unique(numbers)), numbers=numbers)
        assert is_personal(found) is personal, (low, step)


@pytest.mark.parametrize("text", ["sent to Mr Zorbec", "called by A. Zorbec", "M. Quennepat rappelle",
                                  "Ana Miller ✔", "Martin|Sophie", "Laurent / Nicolas Durand"])  # fmt: skip
def test_names_told_by_a_title_an_initial_or_a_mark(text: str) -> None:
    assert reading(text) == SURE


@pytest.mark.parametrize("text", ["CDI / CDD", "SaaS|B2B", "Paris;Lyon", "Tier 1 / Tier 2", "Salon / Foire", "A/B",
                                  "to B. or not", "Rated M. for mature", "Best ✔"])  # fmt: skip
def test_marks_and_titles_alone_are_no_names(text: str) -> None:
    assert reading(text) < SURE

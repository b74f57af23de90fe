"""What is in each column, looked at without its outcome: counts, commonest texts, a sample of numbers.

Tables up to `LOOKED_AT` rows are read whole; of larger ones, stretches of rows spread evenly over the file, so that
the same file always gives the same answer. Here too is what a column's name says: an id, a person, an axis.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...engine import sql
from ...engine.dates import writing_of
from ...engine.table import Column, Table, column_of
from ...grid.criteria import Axis, as_number, is_placeholder
from ...vocabulary import NO, YES

LOOKED_AT = 200_000
"""Rows of a table that are looked at to propose criteria."""
BLOCKS = 16
"""So many stretches of rows, evenly spread over a larger table."""
FEW_TEXTS = 40
"""Up to so many different texts are levels of their own, be they numbers or not."""
MOSTLY = 0.95
"""A text column with numbers in at least this share of its texts is a column of numbers."""
TOGETHER = 30
"""Text columns counted in one statement."""
COMMON = 1000
"""Different texts of a column that are kept, the commonest first."""


@dataclass(frozen=True)
class Profile:
    """One column: how many cells are filled, how many values differ, and which are common.

    `texts` are the commonest texts with their counts (text and boolean columns), `numbers` all the values
    looked at (number columns, and text columns in which numbers stand).
    """

    column: Column
    rows: int
    filled: int
    distinct: int
    texts: tuple[tuple[str, int], ...] = ()
    numbers: NDArray[np.float64] | None = None

    @property
    def gaps(self) -> int:
        """Cells that are empty."""
        return self.rows - self.filled


def profile(table: Table, names: tuple[str, ...] | None = None) -> dict[str, Profile]:
    """What is in each of the named columns (all of them, if none is named)."""
    columns = [column_of(table, name) for name in names] if names is not None else list(table.columns)
    source, rows = _looked_at(table)
    texts = [c for c in columns if c.type == "text"]
    found = _numbers(table, [c for c in columns if c.type in ("number", "boolean")], source, rows)
    found |= _days(table, [c for c in columns if c.type in ("date", "timestamp")], source, rows)
    for start in range(0, len(texts), TOGETHER):
        found |= _texts(table, texts[start : start + TOGETHER], source, rows)
    found |= {name: _with_numbers(table, each, source) for name, each in found.items() if written_numbers(each)}
    return {column.name: found[column.name] for column in columns}


def _looked_at(table: Table) -> tuple[str, int]:
    """The rows to look at as text for FROM, and how many they are."""
    if table.rows <= LOOKED_AT or table.position is None:
        return table.relation, table.rows
    place, size = sql.identifier(table.position).sql("duckdb"), LOOKED_AT // BLOCKS
    starts = [(table.rows - size) * i // (BLOCKS - 1) for i in range(BLOCKS)]
    inside = " OR ".join(f"{place} BETWEEN {start} AND {start + size - 1}" for start in starts)
    source = f"(SELECT * FROM {table.relation} WHERE {inside}) AS looked_at"
    rows = int(table.fetch(f"SELECT COUNT(*) AS n FROM {source}")["n"][0])
    return (source, rows) if rows else (table.relation, table.rows)


def _numbers(table: Table, columns: list[Column], source: str, rows: int) -> dict[str, Profile]:
    """All values of the number columns that are not missing, in their order; of yes/no columns the two counts."""
    if not columns:
        return {}
    names = [sql.identifier(c.name).sql("duckdb") for c in columns]
    cells = [
        f"CASE WHEN {name} THEN 1 WHEN NOT {name} THEN 0 END" if column.type == "boolean" else name
        for name, column in zip(names, columns, strict=True)
    ]
    found = table.fetch(f"SELECT {', '.join(f'{cell} AS n{i}' for i, cell in enumerate(cells))} FROM {source}")
    profiles = {}
    for i, column in enumerate(columns):
        values = found[f"n{i}"].astype(np.float64)
        values = values[~np.isnan(values)]
        if column.type == "boolean":
            counts = {"true": int(values.sum()), "false": len(values) - int(values.sum())}
            texts = tuple(sorted(((v, n) for v, n in counts.items() if n), key=lambda each: (-each[1], each[0])))
            profiles[column.name] = Profile(column, rows, len(values), len(texts), texts)
            continue
        profiles[column.name] = Profile(column, rows, len(values), len(np.unique(values)), numbers=values)
    return profiles


def _days(table: Table, columns: list[Column], source: str, rows: int) -> dict[str, Profile]:
    if not columns:
        return {}
    names = [sql.identifier(c.name).sql("duckdb") for c in columns]
    listed = ", ".join(f"COUNT({n}) AS n{i}, COUNT(DISTINCT {n}) AS d{i}" for i, n in enumerate(names))
    found = table.fetch(f"SELECT {listed} FROM {source}")
    return {c.name: Profile(c, rows, int(found[f"n{i}"][0]), int(found[f"d{i}"][0])) for i, c in enumerate(columns)}


def _texts(table: Table, columns: list[Column], source: str, rows: int) -> dict[str, Profile]:
    """The commonest texts of several columns in one reading, blanks left out."""
    cells = ", ".join(f"CAST({sql.identifier(c.name).sql('duckdb')} AS VARCHAR) AS t{i}" for i, c in enumerate(columns))
    names = [f"t{i}" for i in range(len(columns))]
    value = f"COALESCE({', '.join(names)})" if len(names) > 1 else names[0]
    blank = sql.is_blank(sql.identifier("v")).sql("duckdb")
    place = " ".join(f"WHEN GROUPING({name}) = 0 THEN {i}" for i, name in enumerate(names))
    found = table.fetch(
        f"SELECT place, v, n, differ, filled FROM (SELECT place, v, n, COUNT(*) OVER (PARTITION BY place) AS differ, "
        f"CAST(SUM(n) OVER (PARTITION BY place) AS BIGINT) AS filled, "
        f"ROW_NUMBER() OVER (PARTITION BY place ORDER BY n DESC, v) AS standing FROM ("
        f"SELECT CASE {place} END AS place, {value} AS v, COUNT(*) AS n "
        f"FROM (SELECT {cells} FROM {source}) AS cells "
        f"GROUP BY GROUPING SETS ({', '.join(f'({name})' for name in names)})) AS counted "
        f"WHERE v IS NOT NULL AND NOT {blank}) AS ranked WHERE standing <= {COMMON} ORDER BY place, standing"
    )
    profiles = {}
    for i, column in enumerate(columns):
        mine = found["place"] == i
        texts = tuple((str(v), int(n)) for v, n in zip(found["v"][mine], found["n"][mine], strict=True))
        differ, filled = (int(found[each][mine][0]) if texts else 0 for each in ("differ", "filled"))
        profiles[column.name] = Profile(column, rows, filled, differ, texts)
    return profiles


def written_numbers(found: Profile) -> bool:
    """Whether a text column holds numbers that stand as text, beside some words; codes such as 01234 are none."""
    if not found.texts or found.distinct <= FEW_TEXTS:
        return False
    numbers = [text for text, _ in found.texts if as_number(text) is not None]
    codes = any(re.match(r"\s*([+]|0[0-9])", text) or len(text.strip()) > 15 for text in numbers)
    return not codes and len(numbers) >= MOSTLY * sum(1 for text, _ in found.texts if not is_placeholder(text))


def _with_numbers(table: Table, found: Profile, source: str) -> Profile:
    """The profile of a text column with the numbers that stand in it."""
    column = sql.identifier(found.column.name)
    test, number = sql.is_number(column).sql("duckdb"), sql.as_double(column).sql("duckdb")
    values = table.fetch(f"SELECT CASE WHEN {test} THEN {number} END AS v FROM {source}")["v"].astype(np.float64)
    return replace(found, numbers=values[~np.isnan(values)])


def folded(text: str) -> str:
    """A text without capitals, accents and doubled spaces: what makes two names the same.

    >>> folded("  Téléphone  PRO ")
    'telephone pro'
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())


def words_of(name: str) -> str:
    """A column name as words: camelCase, snake_case and prefixes taken apart.

    >>> words_of("firstName"), words_of("Deal - Won_time"), words_of("TotalVisits")
    ('first name', 'deal won time', 'total visits')
    """
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return " ".join(re.sub(r"[^a-z0-9]+", " ", folded(apart)).split())


_ENGAGEMENT = re.compile(
    r"\b("
    r"visit\w*|visite\w*|open(s|ed|ing)?|ouvert\w*|ouverture\w*|clic\w*|click\w*|activity|activities|"
    r"activite\w*|active|actif|actifs|page\w*|webinar\w*|webinaire\w*|demo\w*|newsletter\w*|infolettre|"
    r"download\w*|telecharg\w*|session\w*|time spent|temps|touch\w*|event\w*|evenement\w*|trial\w*|essai\w*|"
    r"form(s|ulaire\w*)?|submi\w*|repl(y|ied|ies)|repon\w*|respon(se|ses|ded)|attend\w*|particip\w*|inscri\w*|"
    r"subscri\w*|unsubscri\w*|desabonn\w*|abonn\w*|optin|opt (in|out)|view\w*|vues?|interaction\w*|engage\w*|"
    r"chat|call\w*|appel\w*|meeting\w*|rendez vous|rdv|bounce\w*|e?mails? (sent|received|ouvert\w*|clic\w*)|"
    r"emails|pricing|tarif\w*|login\w*|connexion\w*|last seen|since|depuis|recen\w*|frequen\w*|logged|no show|"
    r"case stud\w*|ebook\w*|livre blanc|whitepaper\w*|videos?|watch\w*"
    r")\b"
)
_FIT_FIRST = re.compile(
    r"\b("
    r"free mail|mailbox|e?mail (kind|type|domain)|free e?mail|professional e?mail|mail pro|"
    r"do not (e?mail|call)|form (of|juridique)|forme juridique|pages jaunes"
    r")\b"
)


def axis_of(name: str) -> Axis:
    """Whether a column's name speaks of what the lead did (engagement) or of who it is (fit).

    >>> axis_of("Total Time Spent on Website"), axis_of("pages_vues_30j"), axis_of("Sector")
    ('engagement', 'engagement', 'fit')
    """
    words = words_of(name)
    return "engagement" if _ENGAGEMENT.search(words) and not _FIT_FIRST.search(words) else "fit"


_PERSON = re.compile(
    r"^(contact |lead |customer |client |owner |prospect |your |votre |person |personne |deal |affaire |work |"
    r"primary )*("
    r"name|nom|(full|first|last|middle|given|family|maiden|user) ?name|surname|prenoms?|nom complet|"
    r"nom de famille|nom prenom|prenom nom|e ?mails?|"
    r"(e ?mail|mail) (address|adresse|pro|perso\w*|professionnel\w*)|adresse (e ?)?mail|courriel|mail|"
    r"(mobile |home |work |office |business |direct |cell |tele)?phone( (number|no|nr|pro|home|mobile|office))?|"
    r"mobile( (number|no))?|cell|fax|tel|telephone( \w+)?|portable|numero de telephone|num tel|"
    r"(street |home |postal |mailing |billing )?address( \d)?|street|adresse( postale| \d)?|rue|"
    r"linked ?in( \w+)*|twitter( \w+)*|skype( \w+)*|facebook( \w+)*|ip( address)?|adresse ip|birth ?(day|date)|"
    r"date of birth|date de naissance|ssn|iban|signature|contact|contact person|personne a contacter|"
    r"(opportunity |account |record )?owner( name)?|sales ?(person|man|woman|rep|representative)|"
    r"account (executive|manager)|assigned to|proprietaire( \w+)*|vendeur|vendeuse|commercial|charge d affaires|"
    r"interlocut(eur|rice)|gestionnaire|parrain|marraine|bdr|sdr|"
    r"(created|modified|cree|modifie|updated|handled|traite|suivi|referred|recommande) (by|par)"
    r")$"
)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
_CALL = re.compile(r"(?<![\d+])(?:\+\d{1,3}|0\d)(?:[\s.\-]?\d{2}){4}(?!\d)")
_PHONE = re.compile(r"^\+?[\d\s().\-/]{8,24}$")
_TRACE = re.compile(
    r"(?<![\w.@])@[A-Za-z]\w{2,}|"
    r"(?<![\w.])(?<![Vv]ersion )(?:\d{1,3}\.){3}\d{1,3}(?![\w.])|"
    r"\b(?:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|(?:[0-9a-f]{1,4}:){2,6}:[0-9a-f]{1,4})\b|"
    r"\b(?i:linkedin\.com/(?:in|pub)|(?:twitter|x|facebook|instagram|github|tiktok)\.com)/@?[\w.-]{2}|"
    r"\b\d{1,4}(?i: ?(?:bis|ter|quater|[a-d]))?,? (?i:rue|avenue|boulevard|bd|chemin|impasse|all[eé]e) [^\W\d_]|"
    r"\b\d{1,5} (?:[A-ZÀ-Þ][\w'’.-]* ){1,3}(?:Street|St|Road|Rd|Avenue|Lane|Drive)\b"
)
"""A handle, an IP address, somebody's page, a house in a street."""
LONG_NUMBERS, ALIKE = (9, 15), 0.9
"""Whole numbers of so many digits, nearly all different, not round and of one length, are phones or the like."""


def is_personal(found: Profile) -> bool:
    """Whether a column holds names, e-mails, phones or addresses, by its name or by how its values look."""
    words = words_of(found.column.name)
    if _PERSON.match(words) and found.column.type in ("text", "number") and not _answers(found):
        return True
    if found.numbers is not None and not since_1970(found) and _called(found):
        return True
    seen = [text for text, _ in found.texts[:200]]
    return found.distinct >= 10 and bool(seen) and sum(is_private(text) for text in seen) >= 0.5 * len(seen)


def _called(found: Profile) -> bool:
    """Whether nearly all numbers of a column look like phone numbers or other long numbers of a person."""
    values = found.numbers if found.numbers is not None else np.empty(0)
    if len(values) < 10 or found.distinct < ALIKE * len(values) or (values != np.floor(values)).any():
        return False
    digits = np.floor(np.log10(np.maximum(np.abs(values), 1))).astype(np.int64) + 1
    length = int(np.bincount(digits).argmax())
    odd = (digits == length) & (values % 100 != 0)
    return LONG_NUMBERS[0] <= length <= LONG_NUMBERS[1] and bool(odd.mean() >= ALIKE)


def _answers(found: Profile) -> bool:
    """Whether a column only says yes or no (an e-mail: yes), whatever it is called."""
    if found.numbers is not None:
        return found.distinct <= 2 and bool(np.isin(found.numbers, (0, 1)).all())
    return found.distinct <= 2 and all(text.strip().casefold() in YES | NO for text, _ in found.texts)


def is_private(text: str) -> bool:
    """Whether a text holds an e-mail or other address, or a phone number, which never become levels.

    >>> [is_private(text) for text in ("Ana <ana@acme.fr>", "+33 6 12 34 56 78", "Google", "2025-11-22", "10-49")]
    [True, True, False, False, False]
    >>> [is_private(text) for text in ("@ana_k", "81.57.1.9", "linkedin.com/in/ana", "4 bis rue Foch", "Version 4.2.1")]
    [True, True, True, True, False]
    """
    if _MAIL.search(text) or _CALL.search(text) or _TRACE.search(text):
        return True
    phone = _PHONE.match(text.strip()) and 9 <= sum(c.isdigit() for c in text) <= 15
    return bool(phone) and not writing_of([text]).known


_ID_NAME = re.compile(
    r"(^| )("
    r"ids?|uid|uuid|guid|identifiant|identifier|gid|hash|token|numero|number|matricule|unnamed 0|index|"
    r"(lead|prospect|contact|customer|client|opportunity|deal|account|order|record|case|ticket|row|serial|reference) "
    r"(no|nr|num|key|ref|code)"
    r")$"
)
_CODE_NAME = re.compile(
    r"\b("
    r"zip|zip ?code|postal|postcode|code postal|cp|departement|naf|ape|siret|siren|naics|sic|area code|code|id|"
    r"numero"
    r")\b"
)


def names_id(name: str) -> bool:
    """Whether a column's name says that its values tell rows apart.

    >>> [names_id(name) for name in ("Prospect ID", "leadNumber", "Number of visits", "candidat")]
    [True, True, False, False]
    """
    return bool(_ID_NAME.search(words_of(name)))


def names_code(name: str) -> bool:
    """Whether a column's name says that its numbers are codes that cannot be added, such as postal codes."""
    return bool(_CODE_NAME.search(words_of(name)))


def looks_dated(found: Profile) -> bool:
    """Whether the texts of a column are dates in nearly all cells, in whatever way of writing."""
    if found.column.type in ("date", "timestamp"):
        return True
    if not found.texts:
        return False
    seen = [text for text, _ in found.texts[:200]]
    return writing_of(seen).known >= 0.9 * len(seen)


def one_way(values: NDArray[np.float64]) -> bool:
    """Whether numbers strictly rise or strictly fall."""
    steps = np.diff(values)
    return bool((steps > 0).all() or (steps < 0).all())


def since_1970(found: Profile) -> bool:
    """Numbers that are seconds or milliseconds since 1970, in a column whose name speaks of time."""
    if found.numbers is None or not len(found.numbers):
        return False
    if not set(words_of(found.column.name).split()) & {
        "at",
        "date",
        "time",
        "timestamp",
        "created",
        "closed",
        "on",
        "ts",
    }:
        return False
    low, high = float(found.numbers.min()), float(found.numbers.max())
    return any(631152000 * unit <= low and high < 4102444800 * unit for unit in (1, 1000, 1_000_000))

"""Which columns say when a lead came and when it became a customer: by name in seven languages, and by their days."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from ...days import day_number
from ...engine import sql
from ...engine.dates import moment, text_writing
from ...engine.query import call, count, select
from ...engine.table import Column, Table
from .naming import in_order, words_of
from .profile import looks_dated, profiles_of, since_1970

_CREATED = in_order("""
    created at, created, created on, create date, creation date, date created, created date,
    created time, lead created at, lead created, lead create date, lead creation date, lead date,
    date lead, createdate, date de creation, date creation, cree le, creee le, date d entree,
    date entree, date d inscription, signup date, signed up at, sign up date, registered at,
    registration date, entered at, entry date, inquiry date, first seen, first contact date,
    date premier contact, date, added on, add time, lead add time,
    createdtime, erstellt am, erstellt, erstellungsdatum, angelegt am, anlagedatum, eingangsdatum,
    fecha de creacion, fecha creacion, creado el, fecha de alta, fecha de registro, fecha de entrada,
    data di creazione, data creazione, creato il, data inserimento, data di inserimento,
    data de criacao, data criacao, criado em, data de cadastro, data de entrada,
    aangemaakt op, aanmaakdatum, datum aangemaakt, data, datum, fecha
""")
_CLOSED = in_order("""
    customer at, became customer at, became a customer date, customer date, customer since, client le,
    date client, devenu client le, closed at, closed on, close date, closed date, closed won date,
    closedate, won at, won time, won date, date won, deal won time, converted at, conversion date,
    converted date, signed at, signed on, signature date, date de signature, date signature, signe le,
    date de cloture, date cloture, date gagne, purchase date, purchased at, date d achat, order date,
    contract date, date contrat, date de vente,
    close at, closing date, date closed, kunde seit, gewonnen am, abschlussdatum, geschlossen am,
    fecha de cierre, fecha cierre, ganado el, cliente desde, fecha de firma, fecha de compra,
    data di chiusura, data chiusura, data firma, cliente dal, data acquisto, data di firma,
    data de fechamento, data fechamento, data de fecho, ganho em, data da venda, data de assinatura,
    afsluitdatum, sluitingsdatum, gewonnen op, klant sinds, datum gesloten
""")
_COMING = re.compile(
    r"\b(creat\w*|creation|crea(zione|cion)|cread[oa]|criad[oa]|criacao|creee?|erstell\w*|angelegt\w*|anlage\w*|"
    r"erfass\w*|eingang\w*|eingegangen|aangemaakt|aanmaak\w*|alta|ingreso|registr(o|ado|azione|ation|ed)|inserimento|"
    r"inserito|cadastro|entrada|entree|entry|inscription|inscrit|sign ?up|acqui(red|sition|sizione)|received|submitted|"
    r"submission|inquiry|enquiry|first (seen|contact|touch)|premier contact|primer contacto|primo contatto|erstkontakt|"
    r"session start|added|ajout\w*|lead date|date lead|arriv\w*)\b"
)
_SALE = re.compile(
    r"\b(won|signed|signature|customer|client|purchase\w*|gagnee?|signee?|vente|achat|kunde|gewonnen|verkauf\w*|"
    r"ganad[oa]|venta|compra|firma|vint[oa]|vendita|acquisto|ganh[oa]|venda|assinatura|klant|getekend|verkoop\w*)\b"
)
_CLOSING = re.compile(
    r"\b(clos(e|ed|ing)\w*|cloture\w*|abschluss\w*|geschlossen|cierre|cerrad[oa]|chius\w*|fecham\w*|fecho|fechad[oa]|"
    r"gesloten|sluit\w*|afsluit\w*|convert\w*|conversion)\b"
)
_OTHER = re.compile(
    r"\b(expected|estimated|forecast\w*|plan+ed|scheduled|target|due|next|prev\w*|last|latest|modif\w*|updat\w*|chang\w*|"
    r"birth\w*|naissance|geburt\w*|nacimiento|nascita|nascimento|geboorte\w*|expir\w*|renew\w*|end|until|prevue?|"
    r"previst[oa]|estimad[oa]|voraussichtlich\w*|erwartet\w*|geplant\w*|verwacht\w*|gepland\w*|derniere?|ultim[oa]|"
    r"letzte\w*|laatste|prochaine?|proxim[oa]|prossim[oa]|nachste\w*|volgende|lost|perdue?|perdid[oa]|pers[oa]|"
    r"verloren|activity|activite|aktivitat|actividad|attivita|atividade|contacted|sync\w*|deleted|mql|sql|"
    r"qualif\w*|unsubscribed|fondation|founded|founding|opt (in|out)|stage)\b"
)
_TIME = re.compile(
    r"\b(ts|time ?stamp|epoch|unix|(unix|event|create|session) ?time|date ?time|moment|horodatage|zeitstempel|"
    r"zeitpunkt|marca de tiempo|fecha hora|data ora|data hora|tijdstip|tijdstempel)\b"
)
FILLED = 0.98
"""A column that says when leads came is filled in at least this share of the rows."""
MOST_YEARS = 20
"""Days of birth and of founding are spread over more years than the leads of a company."""

Refused = Literal["date_gaps", "date_future", "date_name", "date_years", "date_several", "date_unread", "date_order"]
"""Why a column of dates was not taken for the day of creation."""


@dataclass(frozen=True)
class DateColumns:
    """The columns of creation and of closing, and other columns of dates with why they are not the day of creation.

    `guessed`: the column of creation is known by its days alone; its name may say that it is the day of closing, as it
    is in a file of customers. `sale`: the closing date is called after a sale. `undecided`: columns that would have
    been taken, but nothing says which part is the day, each with a text that can be read in two ways, or two that
    contradict.
    """

    created: str | None
    closed: str | None
    guessed: bool = False
    sale: bool = False
    refused: tuple[tuple[str, Refused], ...] = ()
    undecided: tuple[tuple[str, str], ...] = ()


def find_dates(table: Table) -> tuple[str | None, str | None]:
    """The columns that say when a lead entered and when it became a customer."""
    roles = date_columns_of(table)
    return roles.created, roles.closed if roles.closed != roles.created else None


def date_columns_of(table: Table) -> DateColumns:
    """Which columns of dates play which part.

    A column is known by its exact name, then by a word of its name, and because it holds dates. Without one, the only
    column of dates that is filled for (nearly) all rows, never in the future and not called otherwise is taken. One in
    which day and month cannot be told apart is not.
    """
    skipped: dict[str, str] = {}
    while True:
        roles = _roles(table, [column for column in table.columns if column.name not in skipped])
        types = {column.name: column.type for column in table.columns}
        chosen = [name for name in (roles.created, roles.closed) if name is not None and types[name] == "text"]
        unclear = {name: example for name in chosen if (example := _two_readings(table, name))}
        if not unclear:
            return replace(roles, undecided=tuple(skipped.items()))
        skipped |= unclear


def _two_readings(table: Table, column: str) -> str:
    """A text of a column of dates that can be read in two ways, or two texts that contradict; empty where none is."""
    writing = text_writing(table, column)
    if not writing.ambiguous:
        return ""
    both_orders = writing.day_example and writing.month_example
    return f"{writing.day_example}, {writing.month_example}" if both_orders else writing.either_example


def _roles(table: Table, columns: Sequence[Column]) -> DateColumns:
    """Which of these columns play which part, whether or not they can be read."""
    closed = _first(table, columns, _CLOSED) or _called(table, columns, (_SALE, _CLOSING), (_OTHER, _COMING))
    created = _first(table, columns, _CREATED) or _called(table, columns, (_COMING,), (_OTHER, _CLOSING))
    sale = closed is not None and bool(_SALE.search(words_of(closed)))
    if created is not None:
        return DateColumns(created, closed if closed != created else None, sale=sale)
    dated = [column for column in columns if _typed(column) or _counted(table, column)]
    refused: dict[str, Refused] = {c.name: _refusal(table, c) or "date_several" for c in dated}
    fit = [name for name, why in refused.items() if why == "date_several"]
    if len(fit) != 1:
        return DateColumns(None, closed, sale=sale, refused=tuple(refused.items()))
    return DateColumns(fit[0], closed, guessed=True, sale=sale)


def is_sale(column: str) -> bool:
    """Whether a date is called after a sale (won, signed, customer since), and not after any closing.

    >>> is_sale("Signed on"), is_sale("Close date")
    (True, False)
    """
    return bool(_SALE.search(words_of(column))) and not _OTHER.search(words_of(column))


def _first(table: Table, columns: Sequence[Column], names: Sequence[str]) -> str | None:
    """The column that is called by the first of the names and holds dates."""
    candidates = [c for c in columns if words_of(c.name) in names and c.type != "boolean"]
    ordered = sorted(candidates, key=lambda c: names.index(words_of(c.name)))
    return next((c.name for c in ordered if _holds_dates(table, c)), None)


def _called(
    table: Table, columns: Sequence[Column], patterns: Sequence[re.Pattern[str]], never: Sequence[re.Pattern[str]]
) -> str | None:
    """The best filled column of dates with a word of the first pattern that has one."""
    for pattern in patterns:
        candidates = [
            c
            for c in columns
            if c.type != "boolean"
            and pattern.search(words_of(c.name))
            and not any(foreign.search(words_of(c.name)) for foreign in never)
        ]
        dated = [c.name for c in candidates if _holds_dates(table, c)]
        if dated:
            filled = {name: column_profile.filled for name, column_profile in profiles_of(table, tuple(dated)).items()}
            return max(dated, key=lambda name: filled[name])
    return None


def _holds_dates(table: Table, column: Column) -> bool:
    column_profile = profiles_of(table, (column.name,))[column.name]
    return bool(column_profile.filled) and (looks_dated(column_profile) or since_1970(column_profile))


def _typed(column: Column) -> bool:
    return column.type in ("date", "timestamp")


def _counted(table: Table, column: Column) -> bool:
    """Whether numbers of a column that is called after time count days or seconds."""
    return column.type == "number" and bool(_TIME.search(words_of(column.name))) and _holds_dates(table, column)


def _refusal(table: Table, column: Column) -> Refused | None:
    """Why a column of dates cannot say when leads came."""
    words = words_of(column.name)
    if _OTHER.search(words) or _CLOSING.search(words):
        return "date_name"
    day = sql.day(moment(table, column.name).expression).sql("duckdb")
    counts = table.fetch(
        select({"n": count(), "filled": count(day), "low": call.min(day), "high": call.max(day)}, table.relation)
    )
    rows, filled = int(counts["n"][0]), int(counts["filled"][0])
    if not filled or filled < FILLED * rows:
        return "date_gaps"
    low, high = int(counts["low"][0]), int(counts["high"][0])
    if high > day_number(date.today()) + 1:
        return "date_future"
    return "date_years" if high - low > MOST_YEARS * 366 else None

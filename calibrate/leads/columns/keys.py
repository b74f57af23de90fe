"""Columns that point elsewhere or tell when: keys of other tables (account, campaign, owner) and the calendar.

Both have many answers that look telling by chance. `counts.replication` decides from counts whether they are.
"""

from __future__ import annotations

import re
from typing import Literal

from ...days import MONTHS, WEEKDAYS
from ...grid.criteria import Criterion
from .naming import folded, names_code, names_id, words_of

Pointer = Literal["key", "calendar"]
MANY = 30
"""A code with more answers than that may point to another table."""
MANY_NUMBERS = 100
"""A whole number with so many different values under a key's name is a key, and no quantity."""
_KEY = re.compile(
    r"^(?:\w+ ){0,2}(?:campaign|campagne|kampagne|campana|campanha|campagna|owner|account|compte|konto|cuenta|"
    r"conta|organi[sz]ation|"
    r"organisme|org|company|entreprise|societe|firma|empresa|azienda|bedrijf|agent|agency|agence|partner|"
    r"partenaire|affiliate|"
    r"publisher|advertiser|store|branch|filiale|rep|user|utilisateur|benutzer|usuario|utente|invited by|"
    r"invited by user|"
    r"referred by|referrer|referrer user|parrain|created by|assigned to|modified by|team|list|form|keyword|ad|"
    r"ad set|ad group|"
    r"adset|creative|placement|utm \w+|gclid|batch|sku|project|vendeur|commercial|charge d affaires|verkaufer|"
    r"vertreter|betreuer|vermittler|vendedor|comercial|venditore|agente|responsable|responsabile|responsavel|verkoper|filiaal)"
    r"(?: (?:id|ids|no|nr|num|number|key|code|ref|name|uid|guid|nummer|numero))?$"
)
_NUMBERED = re.compile(r"^(?!anzahl |aantal |gesamt )(?:\w+ ){1,3}(?:nr|nummer)$")
"""In German and Dutch a number in a name is one that tells apart, as in "Filiale Nr."; counts are called otherwise."""
_SHAPED = re.compile(r"^(?=\D*\d)[A-Za-z]{0,4}[-_/#]?\d[\dA-Za-z_-]*$")
_NOT_WHEN = re.compile(
    r"\b(?:per|par|pro|por|al|last|next|birth|naissance|each|visits?|number|nombre|count|days since|found\w*|"
    r"buil\w+|model|contract)\b"
)
_WHEN = re.compile(
    r"^(?:\w+ ){0,3}(?:month|months|weekday|day of week|day of the week|day of month|dow|quarter|week|week number|"
    r"isoweek|day|day name|"
    r"month name|year|hour|hour of day|mois|jour|jour de la semaine|jour semaine|trimestre|semaine|annee|heure|"
    r"monat|wochentag|"
    r"kalenderwoche|kw|quartal|jahr|tag|stunde|uhrzeit|mes|dia|dia de la semana|dia semana|semana|ano|hora|mese|"
    r"giorno|"
    r"giorno della settimana|settimana|anno|ora|dia da semana|trimestre|maand|weekdag|dag|kwartaal|jaar|uur|"
    r"season|saison)"
    r"(?: (?:of|de|d|der|des|del|di|da|do|van) .{2,30})?$"
)
_CALENDAR = WEEKDAYS | MONTHS.keys()
_PERIOD = re.compile(
    r"^(?:\d{4}[-/. ]?(?:0[1-9]|1[0-2])|\d{4}[- ]?[QqTtWwSs]\d{1,2}|[QqTt][1-4](?:[- ]?\d{4})?|"
    r"(?:0?[1-9]|1[0-2])/\d{4})$"
)


def names_key(name: str) -> bool:
    """Whether a column's name says that its values point to another table.

    >>> [names_key(name) for name in ("Account ID", "campaign", "invited_by_user", "Number of users", "Sector")]
    [True, True, True, False, False]
    >>> [names_key(name) for name in ("Verkäufer-Nr.", "Filial Nummer", "Anzahl Filialen")]
    [True, True, False]
    """
    words = words_of(name)
    if names_id(name) or _NUMBERED.match(words):
        return True
    return bool(_KEY.match(words)) and not re.match(r"^(?:number|nombre|num|nb|count|total)\b", words)


def pointer(criterion: Criterion) -> Pointer | None:
    """Whether a criterion on fine levels is a key of another table, or tells when a lead came.

    >>> from .fine_classing import named_levels
    >>> pointer(named_levels("Account ID", groups={"1": ["1"], "2": ["2"], "3": ["3"]}))
    'key'
    >>> pointer(named_levels("entered", groups={"a": ["May"], "b": ["June"]}))
    'calendar'
    """
    words = words_of(criterion.column)
    if _WHEN.match(words) and not _NOT_WHEN.search(words):
        return "calendar"
    if criterion.kind != "text":
        return None
    texts = [
        value for level in criterion.levels if level.role == "value" for value in level.values if isinstance(value, str)
    ]
    if len(texts) >= 2 and all(folded(text).strip(".") in _CALENDAR or _PERIOD.match(text.strip()) for text in texts):
        return "calendar"
    if names_id(criterion.column) and len(texts) >= 2:
        return "key"
    if len(texts) <= MANY:
        return None
    coded = sum(bool(_SHAPED.match(text.strip())) for text in texts) >= 0.8 * len(texts)
    return "key" if coded or names_key(criterion.column) or names_code(criterion.column) else None

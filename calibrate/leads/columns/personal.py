"""Whether a column holds personal data, by its name and by its values, and what of it may be shown.

A name is a hint, not a verdict: a column named *contact* that says cellular or telephone is a criterion. What the user
keeps, or names as a criterion, is one whatever it looks like; single texts that are private stay out all the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from ...grid.derived import Derived
from ...vocabulary import NO as NO_WORDS
from ...vocabulary import YES as YES_WORDS
from ...vocabulary import is_placeholder
from .lexicon import bare, listed, read_lexicon
from .no_answers import is_answer, is_machine_made, mostly_told
from .person_names import FEW, MAYBE, NO, SURE, holds_people, reading
from .personal_roles import Role, role_of
from .private_values import LONGEST, is_private, private_among
from .profile import Profile, since_1970
from .titles import DEPARTMENT, title_rules

LONG_NUMBERS, ALIKE = (9, 15), 0.9
"""Whole numbers of so many digits, nearly all different, not round and of one length, are phones or the like."""
FEW_ANSWERS, LEADS_EACH = 12, 5
"""A column of so few answers, each given by so many leads on average, asks a question."""
OFTEN = 20
"""In columns of notes or of firms, each must stand in so many cells on average."""
SHORT_NUMBERS = 1e6
"""Smaller numbers count something; they are no phones."""
_ANSWER_WORDS = listed(
    "landline cell mobile mobil mobiel movil celular cellulare fisso fijo fixe portable festnetz handy vast telemovel "
    "telefon telefono telefone telefoon telephone phone fax gsm sms whatsapp email e mail web chat online visit visite "
    "besuch visita bezoek letter brief courrier carta lettera post poste call appel anruf llamada chiamata chamada "
    "both "
    "beide ambos entrambi none unknown unbekannt inconnu desconocido sconosciuto desconhecido onbekend yes no oui "
    "non ja "
    "nein si sim nao nee home work private prive privat privado privato zakelijk geschaftlich pro perso direct "
    "internal "
    "external interne externe intern extern team partner inside field north south east west new existing other autre "
    "andere otro altro outro overig"
)
_FIRM = re.compile(
    r"(?:\b(?:sarl|sasu?|eurl|snc|scop|gmbh|ag|ug|kg|ohg|ltd|limited|llc|llp|inc|corp|plc|s\.?l\.?u?|s\.?a\.?|"
    r"s\.?r\.?l\.?s?|"
    r"s\.?p\.?a|b\.?v|n\.?v|lda|ltda|oy|ab|pty ltd|ei)\.?|[&+] (?:co|cie|fils|sons|söhne|figli|hijos|filhos|"
    r"zonen)\.?|e\.k\.)$",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")
FIRMS = 0.3
"""A column with a legal form at the end of so many of its texts names firms."""
PEOPLE, PERSONAL = "people", "personal"
"""Reasons why a column is no criterion: its values look like names of people; it is personal by name or values."""


def is_personal(profile: Profile) -> bool:
    """Whether a column holds names, e-mails, phones or addresses, by its name or by how its values look."""
    return bool(personal_reason(profile))


def personal_reason(profile: Profile) -> str:
    """Why a column is personal: `personal`, `notes`, `company`; nothing if it is not."""
    role, loose = role_of(profile.column.name)
    if role is not None and profile.column.type in ("text", "number") and not _answers(profile, role, loose):
        return role if role in ("notes", "company") else PERSONAL
    if profile.numbers is not None and not since_1970(profile) and _called(profile):
        return PERSONAL
    texts = [text for text, _ in profile.texts[:200] if len(text) <= LONGEST]
    private = sum(not is_machine_made(text) for text in private_among(texts))
    if profile.distinct >= 10 and texts and private >= 0.5 * len(texts):
        return PERSONAL
    firms = sum(bool(_FIRM.search(text.strip())) for text in texts)
    return "company" if profile.distinct >= 10 and texts and firms >= FIRMS * len(texts) else ""


def _called(profile: Profile) -> bool:
    """Whether nearly all numbers of a column look like phone numbers or other long numbers of a person."""
    values = profile.numbers if profile.numbers is not None else np.empty(0)
    if len(values) < 10 or profile.distinct < ALIKE * len(values) or (values != np.floor(values)).any():
        return False
    digits = np.floor(np.log10(np.maximum(np.abs(values), 1))).astype(np.int64) + 1
    length = int(np.bincount(digits).argmax())
    odd = (digits == length) & (values % 100 != 0)
    return LONG_NUMBERS[0] <= length <= LONG_NUMBERS[1] and bool(odd.mean() >= ALIKE)


def _answers(profile: Profile, role: Role, loose: bool) -> bool:
    """Whether the values speak against what the name says: yes and no, small numbers, a few ordinary words."""
    if profile.numbers is not None:
        if profile.distinct <= 2 and bool(np.isin(profile.numbers, (0, 1)).all()):
            return True
        counts = loose or role in ("phone", "mail", "notes", "company", "trace")
        return counts and bool(len(profile.numbers)) and float(np.abs(profile.numbers).max()) < SHORT_NUMBERS
    if profile.distinct <= 2 and all(text.strip().casefold() in YES_WORDS | NO_WORDS for text, _ in profile.texts):
        return True
    if role in ("notes", "company") and profile.filled < OFTEN * profile.distinct:
        return False
    if profile.distinct > FEW_ANSWERS or profile.filled < LEADS_EACH * profile.distinct:
        return False
    return all(_ordinary(text, loose) or _of_its_kind(text, role) for text, _ in profile.texts)


def _of_its_kind(text: str, role: Role) -> bool:
    """Whether a text tells a kind of mailbox, phone or profile (Outlook, Android), or a department to speak to."""
    words = [bare(word) for word in _WORD.findall(text)]
    if is_private(text) or reading(text) > NO or re.search(r"[\d@]", text) or any(map(_names_someone, words)):
        return False
    return role in ("mail", "phone", "trace") or (role == "person" and _departments().answer(text) != "other")


@cache
def _departments() -> Derived:
    return title_rules("")[DEPARTMENT]


def _ordinary(text: str, loose: bool) -> bool:
    """Whether a text is made of ordinary words, none of which names a person; small letters will do if `loose`."""
    if is_private(text) or reading(text) > NO:
        return False
    known = read_lexicon().words
    words = _WORD.findall(text)
    for word in words:
        folded = bare(word)
        if folded in known or folded in _ANSWER_WORDS:
            continue
        if _names_someone(folded) or not loose or not word.islower() or not folded:
            return False
    return bool(words)


def _names_someone(word: str) -> bool:
    """Whether a word is a family name, or a given one that is no other word."""
    lexicon = read_lexicon()
    return word in lexicon.family or (word in lexicon.given and word not in lexicon.doubtful)


@dataclass(frozen=True)
class Looked:
    """A column with only the texts that may be shown.

    `personal` is why it is personal, if it is; `names` are left out as names of people, `unanswered` as private or as
    no answers; `told` says that most are none. `overruled` is the reason that the user set aside.
    """

    profile: Profile
    personal: str = ""
    names: int = 0
    unanswered: int = 0
    told: bool = False
    overruled: str = ""


def looked_at(profile: Profile, *, demanded: Collection[str] = (), keep: bool = False) -> Looked:
    """The column without its personal texts, which then count as `other`; `demanded` ones stay, the user wrote them.

    `keep`: the user says that the column is a criterion, and that texts which look like names are none. A text that is
    private by itself stays out even then.
    """
    reason = personal_reason(profile)
    text = profile.column.type == "text"
    readings = {text: reading(text) for text, _ in profile.texts} if text else {}
    people = text and holds_people(readings)
    if reason and not keep:
        loose = people and role_of(profile.column.name)[1]
        return Looked(_only(profile, demanded), PEOPLE if loose else reason)
    if not text:
        return Looked(profile, overruled=reason)
    if people and not keep:
        return Looked(_only(profile, demanded), PEOPLE)
    least = MAYBE if sum(surely == SURE for surely in readings.values()) >= FEW else SURE
    names = {text for text, surely in readings.items() if surely >= least and text not in demanded and not keep}
    private = private_among(readings)
    dropped = {
        cell
        for cell, cells in profile.texts
        if cell not in demanded
        and cell not in names
        and not is_placeholder(cell)
        and (cell in private or not is_answer(cell, cells))
    }
    visible = [text for text, _ in profile.texts if text not in names and text not in dropped]
    overruled = (reason or (PEOPLE if people else "")) if keep else ""
    return Looked(
        _only(profile, visible),
        names=len(names),
        unanswered=len(dropped),
        told=mostly_told(profile),
        overruled=overruled,
    )


def _only(profile: Profile, visible: Collection[str]) -> Profile:
    allowed = frozenset(visible)
    return replace(profile, texts=tuple(pair for pair in profile.texts if pair[0] in allowed))

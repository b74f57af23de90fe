"""Whether a column holds personal data, by its name and by its values."""

from __future__ import annotations

import re

import numpy as np

from ...engine.dates import writing_of
from ...vocabulary import NO, YES
from .naming import words_of
from .profile import Profile, since_1970

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

"""Texts that are private by how they look, in whatever column they stand: they never become levels.

Addresses of mail, phones, houses and machines; numbers of accounts, cards, passports, plates and people; places on the
map and days of birth. Forms of seven countries' languages (EN FR DE ES IT PT NL). Every pattern is tried on a text of
bounded length; a longer text is no answer in the first place.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from ...days import MONTHS
from ...engine.dates import writing_of
from .french_houses import HOUSE
from .naming import folded

LONGEST = 300
"""A text of more characters is no answer: it is never looked into, and never shown."""

_MAIL = re.compile(r"[^@\s]@[^@\s.]+(?:\.[^@\s.]+)*\.[A-Za-z]{2,}")
_AT, _DOT = "at|arobase|chiocciola|arroba|apenstaartje|ät", "dot|point|punkt|punto|ponto|punt"
_HIDDEN_MAIL = re.compile(
    rf"[\w.+-]\s?[\[({{<]\s?(?:{_AT}|@)\s?[\])}}>]\s?[\w-]{{2,40}}\s?"
    rf"(?:[\[({{<]\s?(?:{_DOT}|\.)\s?[\])}}>]|\s(?:{_DOT})\s|\.)\s?[a-z]{{2,}}|"
    rf"[\w.+-]\s(?:{_AT})\s[\w-]{{2,40}}\s(?:{_DOT})\s[a-z]{{2,}}",
    re.IGNORECASE,
)
"""An address of mail whose signs are written out, so that no machine reads them."""
_CALL = re.compile(r"(?<![\d+])(?:\+\d{1,3}|0\d)(?:[\s.\-]?\d{2}){4}(?!\d)")
_CALL_ANY = re.compile(
    r"(?<![\w.,+])(?:\+|00)(?=(?:[\s./()-]{0,2}\d){9})\d{1,3}(?:[\s./()-]{0,2}\d{1,4}){3,6}(?!\w)|"
    r"\(\d{3}\) ?\d{3}-\d{4}\b"
)
_PHONE = re.compile(r"^\+?[\d\s().\-/]{8,24}$")
_EPOCH = re.compile(r"^1[0-9]{9}(?:[0-9]{3}|[0-9]{6})?(?:\.[0-9]{1,6})?$")
"""An instant since 1970 in seconds, milliseconds or microseconds: no phone and no card begins so."""
_MAYBE_NIR = re.compile(r"^1[4-7][0-9]{11}$")
"""Milliseconds since 1970, from 2014 to 2026: a lone one is no number of a person."""
_BARE_NIR = re.compile(r"^[12][0-9]{12}$")
_TRACE = re.compile(
    r"(?<![\w.@])@[A-Za-z]\w{2,}|"
    r"(?<![\w.])(?<![Vv]ersion )(?<![Bb]uild )(?<![Rr]elease )(?<!Firefox )(?<!Chrome )(?<!Safari )(?<!Android )"
    r"(?!(?!10\.|127\.)\d{1,3}\.0\.0\.)(?:\d{1,3}\.){3}\d{1,3}(?![\w.])|"  # 11.0.0.2 is a version
    r"\b(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}\b|"
    r"(?<![\w:])(?:[0-9a-fA-F]{1,4}:){1,6}(?::[0-9a-fA-F]{1,4}){1,6}(?![\w:])|"
    r"\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b|\b(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}\b|"
    r"^(?=[0-9A-F]{12}$)(?=\d{0,11}[A-F])(?=[A-F]{0,11}\d)[0-9A-F]{12}$|"
    r"\b(?i:linkedin\.com/(?:in|pub)|xing\.com/profile|(?:twitter|x|facebook|instagram|github|tiktok)\.com|t\.me)/@?"
    r"[\w.-]{2}"
)
"""A handle, an IP or MAC address, somebody's page."""
_HOUSE = re.compile(
    r"\b(?:House|Villa|Plot)(?: [Nn]o\.?)? \d{1,4}, |"
    r"\b\d{1,4} ?[a-zA-Z]?, ?(?:[A-Z]{1,2}-)?\d{4,5}(?: [A-Z]{2}|-\d{3})? [A-ZÀ-Þ]|"  # number, postal code and town
    r"\b\d{1,4} (?:[A-ZÀ-Þ][\w'’-]* ){1,3}(?:Cottages?|House|Villas?|Mansions?|Lodge|Farm|Barn|Hall), |"
    r"(?<!\w)(?:Laan|Plein|Singel|Kade|Weg|Dijk|Hof) (?:van|de|den|der|het)(?: [\w'’-]{1,20}){1,3} \d{1,4}\b|"
    r"\b\d{1,5}[A-Za-z]? (?:[A-ZÀ-Þ][\w'’.-]* ){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Court|Ct|Close|"
    r"Crescent|"
    r"Terrace|Boulevard|Blvd|Way|Gardens|Grove|Parkway|Pkwy|Highway|Mews)\b|"
    r"\b(?i:p\.? ?o\.? box|postfach|bo[iî]te postale|apartado|casella postale|caixa postal|postbus) \d{1,6}\b|"
    r"\b(?i:flat|apt\.?|apartment|wohnung|appartement) \d{1,4}[A-Za-z]?, |"
    r"\b[^\W\d_]{2,25}(?i:stra(?:ß|ss)e|str\.|weg|gasse|platz|allee|damm|ufer|straat|laan|gracht|plein|kade|dijk|steeg|burgwal|"
    r"singel|dreef|steenweg)"
    r",? ?(?!(?:19|20)\d\d\b)\d{1,4} ?[a-zA-Z]?\b|"
    r"(?:\b[A-ZÄÖÜ][\w-]{2,25} (?:Stra(?:ß|ss)e|Str\.|Platz|Allee|Ring|Damm|Ufer|Chaussee)|"
    r"\b(?:Am|An der|Auf dem|Auf der|Zum|Zur|Unter den|Hinter dem|Vor dem) [^\W\d_]{3,20}) "
    r"(?!(?:19|20)\d\d\b)\d{1,4} ?[a-z]?(?=$|,)|"
    r"(?<!\w)(?i:calle|c/|avda\.?|av\.|avenida|largo d[aeo]s?|plaza|pza\.?|paseo|carrer|traves[ií]a|rua|pra[cç]a|"
    r"travessa|alameda|estrada|rodovia) ?"
    r"(?:[\w'’.ºª-]{1,20} ){0,4}[\w'’.ºª-]{2,20},? ?(?:n[.ºo°]{0,2} ?)?(?!(?:19|20)\d\d\b)\d{1,5}\b|"
    r"(?<!\w)(?:Via|Viale|Piazza|Piazzale|Corso|Vicolo|Strada) (?:[a-z'’.]{1,6} ?)?(?:[A-ZÀ-Þ][\w'’.]{1,20} ){0,3}"
    r"[A-ZÀ-Þ][\w'’.]{1,20},? ?(?:n\. ?)?(?!(?:19|20)\d\d\b)\d{1,4}\b"
)
"""A house in a street, a flat, a post box."""
_LANE = re.compile(
    r", (?:[A-ZÀ-Þ][\w'’-]{1,20} ){1,3}(?:Street|St|Road|Rd|Lane|Ln|Avenue|Ave|Close|Crescent|Drive|Terrace)\.?(?:,|$)"
)
"""A house with a name, in its street."""
_STREET = re.compile(
    r"(?<!\w)(?:Zeil|Graben|Neuer Wall|Alter Wall|Hohe Bleichen|Rokin|Damrak|Dam|Rossio|Piccadilly|Pall Mall|"
    r"Gran V[ií]a|(?!(?:Ein|Aus|Auf|Um|Ab|An)st)[A-ZÄÖÜ][a-zäöüß]{2,20}(?:stieg|steig|graben|kloster)|"
    r"(?:Neu|Alt|Kohl|Fisch|Heu|Korn|Vieh|Holz|Haupt)markt|"
    r"(?:Schlo(?:ss|ß)|Burg|Kirch|Mühl|Wein)berg|(?:Alter|Alte|Neuer|Neue|Gro(?:ß|ss)er|Kleiner|Oude|Nieuwe|Grote) "
    r"(?:Markt|Hof|Kirchhof|Kerkhof|Weg|Graben|Kirche|Kerk|Delft|Gracht)|"
    r"(?:Im|In der|In den|Bei der|Beim|Op de|Aan de|Aan het) "
    r"(?:\w{0,12}(?:[Gg]rund|[Tt]al|[Ff]eld|[Hh]of|[Dd]orf|[Gg]arten|[Ww]inkel|[Ww]eiher|[Bb]rühl)|Aue|Eck|Loh|Kerk|Dijk)|"
    r"(?:Rambla|Ronda|Camino|Glorieta|Cuesta|Costanilla|Contrada|Salita|Borgo|Largo|Beco|Cal[cç]ada|Lung[ao]\w{3,10})"
    r" (?:d[aeio]l{0,2}[ao]?s? )?(?:[A-ZÀ-Þ][\w'’]{1,20} ?){1,3}),? (?!(?:19|20)\d\d\b)\d{1,4} ?[a-z]?(?=$|,)|"
    r"\b(?:\d{1,5}[A-Za-z]?|One|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten) (?:[A-ZÀ-Þ][\w'’.-]* ){1,2}"
    r"(?:Loop|Row|Walk|Circle|Quay|Square|Alley|Trail)\b|"
    r"\b(?:One|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten) (?:[A-ZÀ-Þ][\w'’.-]* ){1,2}"
    r"(?:Way|Plaza|Place|Street|Drive)$|"
    r"\b\d{1,5} (?:[NSEW]\.? )?\d{1,3}(?:st|nd|rd|th) (?:St|Street|Ave|Avenue|Rd|Road|Pl|Place)\b|"
    r"^\d{1,4} (?:Broadway|Piccadilly|Strand|Pall Mall|Whitehall)(?=$|,)|"
    r"^\d{1,4} The (?:Green|Mall|Strand|Crescent|Square|Avenue|Street|Drive|Close|Lane|Grove|Parade|Quay)(?=$|,)|"
    r"^Unit \d{1,4}[A-Z]?, \d"
)
"""A house in a street that no ending tells: streets with a name of their own, numbers that are written out."""
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]{4}){2,7}(?:[ -]?[A-Za-z0-9]{1,4})?(?![A-Za-z0-9])"
)
_CARD = re.compile(r"(?<![\w.])\d(?:[ -]?\d){12,18}(?![\w.])")
_SAID = re.compile(
    r"\b(?:(?i:iban|passport|passeport|reisepass|pasaporte|passaporto|passaporte|paspoort|personalausweis|ausweis|"
    r"codice fiscale|"
    r"siret|siren|steuer-?id|tax id|partita iva|p\. ?iva|licen[cs]e|s[eé]curit[eé] sociale|seguridad social|"
    r"kennzeichen|imei|"
    r"immatriculation|national insurance|social security|sozialversicherung\w*|steuer-?(?:nummer|nr)|st\.-?nr|pesel|"
    r"personnummer|burgerservicenummer|rijksregister\w*)|SSN|NINO|DNI|NIE|NIF|NSS|BSN|CPF|CNPJ|NIR|TIN|VAT|TVA|"
    r"USt-?Id|CNI|NISS|[Nn]iss|EIN|TFN|CURP|AHV|MWST|MwSt)"
    r"(?=(?:\D{0,12}\d){6})"
)
"""A number that is said to be one of a person or a firm."""
_SAID_BEHIND = re.compile(r"\b(?:\d[ .-]?){7,12} ?\(?(?:EIN|TFN|SSN|BSN|NIF|DNI|PESEL|MWST|MwSt|VAT|TVA|IVA)\b")
_SAID_SHORT = re.compile(
    r"\b(?i:passport|passeport|reisepass|pasaporte|passaporto|passaporte|paspoort|ausweis)"
    r"(?i:[\s:#.-]{1,3}(?:no|nr|n[°º]|number|num[ée]ro|nummer)?)[\s:#.]{0,3}(?=[A-Z]*\d)[A-Z0-9]{7,10}\b|"
    r"\b(?i:number plate|licen[cs]e plate|plate|kennzeichen|immatriculation|plaque|matr[ií]cula|targa|kenteken)"
    r"(?i:[\s:#.-]{1,3}(?:no|nr|n[°º])?)[\s:#.]{0,3}"
    r"(?:[A-Z]{1,3}[ -]?(?:[A-Z]{1,2} ?)?\d{1,4}(?:[ -]?[A-Z]{1,3})?|\d{1,4}[ -][A-Z]{2,3}(?:[ -]\d{1,2})?)(?!\w)"
)
"""A passport or a plate that is said to be one."""
_NUMBERS = re.compile(
    r"^(?:"
    r"\d{3}[ -]\d{2}[ -]\d{4}|"  # SSN (US)
    r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]|"  # national insurance (UK)
    r"(?!1[1-9]\d(?:\d{7}000|(?:1[3-9]|[2-9]\d|00)\d{8}|\d{2}(?:00|96)\d{6}|\d{4}(?:000|99[1-9])\d{3})$)"  # an instant
    r"[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3}(?: ?\d{2})?|"  # sécurité sociale (FR)
    r"\d{2} ?\d{6} ?[A-Z] ?\d{3}|\d{2} \d{3} \d{3} \d{3}|\d{2,3}/\d{3}/\d{5}|"  # Sozialversicherung, Steuer-ID (DE)
    r"756[. ]\d{4}[. ]\d{4}[. ]\d{2}|"  # AHV (CH)
    r"\d{8}[- ]?[A-Z]|[XYZ][- ]?\d{7}[- ]?[A-Z]|[A-HJNP-SUVW][- ]?\d{7}[- ]?[0-9A-J]|"  # DNI, NIE, CIF (ES)
    r"[A-Z]{6}[ ]?\d{2}[A-Z]\d{2}[ ]?[A-Z]\d{3}[A-Z]|"  # codice fiscale (IT)
    r"\d{3}\.\d{3}\.\d{3}-\d{2}|\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}|\d{8} \d [A-Z]{2}\d|"  # CPF, CNPJ (BR), cartão (PT)
    r"\d{2}\.\d{2}\.\d{2}[-.]\d{3}[.-]\d{2}|"  # rijksregister (BE)
    r"(?:AT|BE|BG|CH|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK)[ -]?"
    r"(?=(?:[A-Z0-9 .]*\d){7})[A-Z0-9]{1,2}[ .]?[\dA-Z]{2,3}[ .]?\d{3}[ .]?\d{2,3}[A-Z0-9 .]{0,4}|"  # VAT
    r"GB ?\d{3} ?\d{4} ?\d{2}|CHE-?\d{3}\.\d{3}\.\d{3}(?: (?:MWST|TVA|IVA))?|"  # VAT in other groups
    r"\d{3} \d{3} \d{3} \d{5}|"  # SIRET
    r"\d{2}[A-Z]{2}\d{5}|[A-Z]{1,2}\d{7,8}|[A-Z]{3}\d{6}[A-Z]?|"  # passports (FR; UK, IT, PT; ES)
    r"(?=(?:\D*\d){5})(?:[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}\d?|[A-Z]{2}[A-Z0-9]{6}\d)|"  # passports (DE, NL)
    r"(?=(?:\D*\d){3})(?=\D*\d\D+\d)[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}"  # passports (DE)
    r")$"
)
"""Numbers of passports, social security and tax, as a text of their own."""
_PLATE = re.compile(
    r"^(?:[A-Z]{2}-\d{3}-[A-Z]{2}|[A-Z]{2} \d{3} [A-Z]{2}|\d{2,4} [A-Z]{2,3} \d{2}|"  # FR, IT
    r"(?!\w+[- ](?:Q|H|T|FY|CY|KW) ?\d)[A-ZÄÖÜ]{1,3}[- ][A-Z]{1,2} ?\d{2,4} ?[EH]?|"  # DE
    r"(?!FY|CY|KW)[A-Z]{2}\d{2} [A-Z]{3}|(?!(?:19|20)\d\d)\d{4}[ -][B-DF-HJ-NP-TV-Z]{3}|"  # UK, ES
    r"(?=.*[A-Z])(?=.*\d)(?:[A-Z]{2}|\d{2})-(?:[A-Z]{2}|\d{2})-(?:[A-Z]{2}|\d{2})|"  # PT, NL
    r"[A-HJ-NP-TV-Z]{2}\d{3}[A-HJ-NP-TV-Z]{2}|[A-Z]{2}[0-7]\d[A-HJ-PR-Z]{3}|"  # FR, IT; UK, without blanks
    r"\d{1,2}-[A-Z]{3}-\d{1,2}|[A-Z]{1,2}-\d{3}-[A-Z]{1,2}|[A-Z]{3}\d[A-Z]\d{2})$"  # NL, BR
)
"""A plate of a car, as a text of its own."""
_MAP = re.compile(
    r"(?<![\d.])[+-]?\d{1,3}[.,]\d{4,}°?\s?[NS]?\s?[,;/ ]\s?[+-]?\d{1,3}[.,]\d{4,}(?![\d.])|"
    r"\b(?i:lat(?:itude)?|lon(?:gitude)?|lng)\W{1,3}[+-]?\d{1,3}[.,]\d{3,}|\d{1,3}° ?\d{1,2}[.,]\d{2,}['′’]|"
    r"\d{1,3}° ?\d{1,2}['′’] ?(?:\d{1,2}(?:[.,]\d+)?[\"″”]?)? ?[NSEWO]\b|"
    r"(?<![\w+])(?:[2-9CFGHJMPQRVWX]{4}){1,2}\+[2-9CFGHJMPQRVWX]{2,3}(?![\w+])"  # plus code
)
_BORN = re.compile(
    r"(?i)\b(?:born|n[ée]e? le|geb(?:oren|\.)|nacid[oa]|nat[oa] (?:il|a)|nascid[oa]|date of birth|dob|d\.o\.b|"
    r"date de naissance|"
    r"geburtsdatum|fecha de nacimiento|data di nascita|data de nascimento|geboortedatum|geboren op)(?!\w).{0,20}?\d|"
    r"(?:\b(?:b|n|geb|nac|nasc|n[ée]e?)\.?|\*) ?\d{1,2}[./ -]\d{1,2}[./ -](?:19|20)\d\d\b"
)
_DAY = re.compile(
    r"^(?:(?:[0-3]?\d[./ -][01]?\d|[01]?\d[./ -][0-3]?\d)[./ -](?P<last>\d{4}|[3-9]\d)|"
    r"(?P<first>\d{4})[./-]\d{1,2}[./-]\d{1,2}|"
    r"\d{1,2}(?:\.|er|st|nd|rd|th|º)?(?: de| di)? (?P<month>[^\W\d_]{3,10})\.?,?(?: de| del)? (?P<year>\d{4})|"
    r"(?P<month_first>[^\W\d_]{3,10})\.? \d{1,2}(?:st|nd|rd|th)?,? (?P<year_last>\d{4}))$"
)
BORN_UNTIL = 2012
"""A day before the end of this year, as a text among others, may be somebody's birthday."""


_WITHOUT_DIGITS = (_MAIL, _HIDDEN_MAIL, _TRACE, _LANE, _STREET)
_WITH_DIGITS = (*_WITHOUT_DIGITS, _CALL, _CALL_ANY, _HOUSE, HOUSE, _SAID, _SAID_BEHIND, _SAID_SHORT, _MAP, _BORN)


@lru_cache(2**14)
def is_private(text: str) -> bool:
    """Whether a text holds an address, a phone or another number of somebody, which never become levels.

    >>> [is_private(text) for text in ("Ana <ana@acme.fr>", "+33 6 12 34 56 78", "Google", "2025-11-22", "10-49")]
    [True, True, False, False, False]
    >>> [is_private(text) for text in ("@ana_k", "81.57.1.9", "linkedin.com/in/ana", "4 bis rue Foch", "Version 4.2.1")]
    [True, True, True, True, False]
    >>> [is_private(text) for text in ("ana (at) acme (dot) fr", "DE89370400440532013000", "Kerkstraat 12", "Q3 25")]
    [True, True, True, False]
    """
    if len(text) > LONGEST:
        return True
    digits = sum(c.isdigit() for c in text)
    if any(pattern.search(text) for pattern in (_WITH_DIGITS if digits else _WITHOUT_DIGITS)):
        return True
    if not digits:
        return False
    bare = " ".join(text.split())
    person = _NUMBERS.match(bare.upper()) and not _MAYBE_NIR.match(bare)
    if person or _PLATE.match(bare) or _account(text) or _card(text) or _birthday(bare):
        return True
    phone = _PHONE.match(bare) and 9 <= digits <= 15 and not _EPOCH.match(bare)
    return bool(phone) and not writing_of([text]).known


def private_among(texts: Collection[str]) -> set[str]:
    """The texts of a column that are private; an instant is one of a person where others can be nothing else.

    Milliseconds since 1970 of the years 2014 to 2026 may also be French social security numbers without their key.

    >>> private_among(["1710123456789", "yes", "ana@acme.fr"])
    {'ana@acme.fr'}
    >>> len(private_among(["1710123456789", "2850578006084"]))
    2
    """
    private = {text for text in texts if is_private(text)}
    if any(_BARE_NIR.match(text) for text in private):
        private |= {text for text in texts if _MAYBE_NIR.match(text) and _NUMBERS.match(text)}
    return private


def _account(text: str) -> bool:
    """Whether an account number stands in a text: its country, its check digits or at least ten digits.

    >>> _account("FR7630006000011234567890189"), _account("WEB2025 SPRING SALE ABCD")
    (True, False)
    """
    for match in _IBAN.finditer(text):
        number = re.sub(r"[ -]", "", match[0]).upper()
        value = int("".join(str(int(c, 36)) for c in number[4:] + number[:4]))
        if value % 97 == 1 or (len(number) >= 15 and sum(c.isdigit() for c in number) >= 12 and number[:2].isalpha()):
            return True
    return False


def _card(text: str) -> bool:
    """Whether a number of 13 to 19 digits stands in a text that passes the check of payment cards (Luhn 1960).

    >>> _card("4111 1111 1111 1111"), _card("4111111111111112")
    (True, False)
    """
    for match in _CARD.finditer(text):
        digits = [int(c) for c in reversed(match[0]) if c.isdigit()]
        if _EPOCH.match(match[0]):
            continue
        total = sum(d if i % 2 == 0 else (2 * d - 9 if d > 4 else 2 * d) for i, d in enumerate(digits))
        if total % 10 == 0 or re.fullmatch(r"\d{4}([ -]\d{4}){3}", match[0]):
            return True
    return False


def _birthday(text: str) -> bool:
    """Whether a text is a day on which a person of today may have been born."""
    match = _DAY.match(text)
    if match is None:
        return False
    month = match["month"] or match["month_first"]
    if month is not None and not folded(month).startswith(tuple(MONTHS)):
        return False
    year = int(match["last"] or match["first"] or match["year"] or match["year_last"])
    return 1900 <= (year if year > 99 else year + 1900) <= BORN_UNTIL

"""What the name of a column says: its words, its axis, whether it names an id or a code."""

from __future__ import annotations

import re
import unicodedata

from ...grid.criteria import Axis


def folded(text: str) -> str:
    """A text without capitals, accents and doubled spaces: what makes two names the same.

    >>> folded("  Téléphone  PRO ")
    'telephone pro'
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())


def in_order(text: str) -> tuple[str, ...]:
    """Phrases written one after another, with commas between.

    >>> in_order("first name, prenom")
    ('first name', 'prenom')
    """
    return tuple(phrase for part in text.split(",") if (phrase := " ".join(part.split())))


def words_of(name: str) -> str:
    """A column name as words: camelCase, snake_case and prefixes taken apart; IDs and URLs are one word.

    >>> words_of("firstName"), words_of("Deal - Won_time"), words_of("Associated Company IDs")
    ('first name', 'deal won time', 'associated company ids')
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])(?![A-Z]s(?![a-z]))", " ", name)
    return " ".join(re.sub(r"[^a-z0-9]+", " ", folded(spaced)).split())


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
    r"do not (e?mail|call)|form (of|juridique)|forme juridique|pages jaunes|"
    r"(secteur|branche|domaine|code|type|nature|zone|champ)s? (d |des )?activites?|activites? (principale|de l )\w*|"
    r"(business|main|principal|primary|company|economic) activit(y|ies)|(sector|rama|tipo) de actividad|"
    r"(sector|field|area|line) of (activity|business)"
    r")\b"
)


def axis_of(name: str) -> Axis:
    """Whether a column's name speaks of what the lead did (engagement) or of who it is (fit).

    >>> axis_of("Total Time Spent on Website"), axis_of("pages_vues_30j"), axis_of("Sector")
    ('engagement', 'engagement', 'fit')
    >>> axis_of("Secteur d'activité"), axis_of("Dernière activité")
    ('fit', 'engagement')
    """
    words = words_of(name)
    return "engagement" if _ENGAGEMENT.search(words) and not _FIT_FIRST.search(words) else "fit"


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

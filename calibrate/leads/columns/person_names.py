"""Names of people, recognised by how texts look, where nothing else marks them as personal.

A text *is* a name if a first name of `lexicon` stands beside a family name, or beside a word that is no ordinary one
(Marie Dupont, DUPONT Marie, Dupont, Marie, Marie D.), or a civil title before a name (Mme Martin, M. Dupont). It
*may be* one on weaker signs (April Jones, J. Quenneville). Legal forms and words such as school, street or group make
it something else; so does a list of places and firms. A column holds people if enough of its texts say so together,
also first names alone; elsewhere single texts that are names are left out one by one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from ...grid.criteria import is_placeholder
from .foreign_names import foreign_given, foreign_reading, is_foreign
from .lexicon import Lexicon, bare, listed, read_lexicon
from .private_values import LONGEST, is_private

NO, MAYBE, SURE = 0, 1, 2
LOOKED_AT = 300
"""Texts of a column, the commonest first, that decide whether it holds people."""
MOST_WORDS = 4
"""A name has at most so many words besides titles, particles and initials."""
HALF, SURELY = 0.5, 0.2
"""A column holds people if at least this share of its texts may be names, and this share surely is."""
ALIKE, KNOWN = 0.8, 0.2
"""Or if so many have the shape of a name and so many may be one: names of countries that the lists know little of."""
ALONE, FEWEST = 0.7, 3
"""Or if so many are first names alone, half of them no other word, and at least so many texts differ."""
FEW = 2
"""Where so many texts surely are names, those that may be are left out with them."""

_CIVIL = listed("mr mrs ms miss mister mme mlle mademoiselle madame monsieur herr frau senor senora sra sig mevr dhr")
_LEARNED = listed("dr prof pr me sr don dona sir dott ing avv maitre")
_AFTER = listed("jr sr ii iii iv phd md mba esq")
_PARTICLES = listed(
    "de du des le la les d l da do dos das di del della von van der den ten ter zu zum bin ben ibn al el y e af st "
    "saint"
)
_SHORT_ARTICLES = ("'t", "’t", "'s", "’s")
"""What is left of an article in Dutch family names: van 't Hoff, 's Jacob."""
_PLACE_HEADS = listed(
    "san santa santo sao sankt saint sainte st ste port porto fort mont mount lake new nouvelle north south east "
    "west los las puerto villa ville rio cap cape ile isle bad les des"
)
_ORGANISATION = listed(
    "sarl sas sasu eurl sa snc scop sci ltd limited llc llp inc corp plc gmbh ag kg ohg bv nv srl spa sl ab oy aps "
    "sprl group groupe gruppe grupo gruppo co company compagnie cie fils sons brothers freres associates associes "
    "partners conseil consulting avocats notaires holding holdings international services "
    "solutions systems technologies labs studio studios agency agence university universite college lycee ecole "
    "school institute institut hospital hopital clinic clinique fondation foundation bank banque hotel restaurant "
    "cafe garage maison rue street avenue boulevard road place square quai festival club airport aeroport stadium "
    "park parc city county town beach heights springs island"
)
_TOPICS = listed(
    "campaign campagne newsletter webinar webinaire event demo plan edition collection salon pro premium plus "
    "online direct media digital marketing ads web"
)
_PIECES = re.compile(r"[;:|/()\[\]•·→>+]|\s[-–—]\s|\b(?:par|by|from|via|with|avec|mit|durch|chez|contact|cc)\b", re.I)
_MARKS = re.compile(r"\w\s*[;|/]\s*\w")
_SYMBOLS = re.compile(r"[^\w\s!-~¡-ɏ‐-’]+")
_TOLD = re.compile(
    r"(?<![\w.])(?:Mr\.?|Mrs\.?|Ms\.?|Mme|Mlle|Mademoiselle|Madame|Monsieur|Herr|Frau|M\.)\s+[A-ZÀ-Þ][\w'’-]{2,}|"
    r"\b(?:by|par|von|with|avec|chez|to|contact)\s+[A-ZÀ-Þ]\.\s*[A-ZÀ-Þ][\w'’-]{2,}"
)
"""A title before a name, or an initial after by, wherever they stand."""
_GAELIC = re.compile(
    r"([A-ZÀ-Þ][^\W\d_]+(?:-[^\W\d_]+)?) (?:[OD]['’]|Ó |Ní |Ni |Nic |Mac |Mag |Uí |Ua |Mc|Mac|Fitz|(?:Mac|Nic) "
    r"(?:an |na |a['’]|Giolla ))[A-ZÀ-Þ][^\W\d_]{2,}|"
    r"([A-ZÀ-Þ][^\W\d_]+)(?: [A-ZÀ-Þ][^\W\d_]+)? [A-ZÀ-Þ][^\W\d_]+(?:dóttir|dottir)"
)
"""A first name before the family names of Ireland, Scotland and Iceland, which no list holds."""
_ELIDED = re.compile(r"^(?:d|l|dell|dall|degl|nell|sant|de l)['’](?=[A-ZÀ-Þ])")
"""A particle that has lost its vowel before a family name: d'Ormesson, dell'Acqua."""
_TOKEN = re.compile(r"[^\W\d_]+(?:['’`-][^\W\d_]+)*")
_INITIAL = re.compile(r"[^\W\d_]\.?|(?:[^\W\d_][.-]+){1,3}[^\W\d_]?\.?")
_JOINED = re.compile(r"(?<=[^\W\d_]{2})[._](?=[^\W\d_]{3})")
_STOPS = '.,;:!?"“”„«»()'
"""What may stand right before or after a word of a sentence."""
_LETTERS = re.compile(r"[^\W\d_]{3}")
_CAPITALS = re.compile(r"[A-ZÀ-Þ][\w'’.-]{0,60},?\s+[A-ZÀ-Þ]")
LONG = 40
"""A text of more letters can hold a name only where two words in a row have capitals."""


def reading(text: str) -> int:
    """How surely a text is, or holds, the name of a person: SURE, MAYBE or NO.

    >>> [reading(each) for each in ("Marie Dupont", "DUPONT Marie", "Mme Martin", "Referred by Ann Miller")]
    [2, 2, 2, 2]
    >>> [reading(each) for each in ("Google", "Marketing Manager", "Martin Dupont SARL", "San Jose", "April 2025")]
    [0, 0, 0, 0, 0]
    """
    if len(text) > LONGEST:
        return NO
    if is_foreign(text) and (surely := foreign_reading(text)):
        return surely
    text = _SYMBOLS.sub(" ", text).strip()
    if _TOLD.search(text) or ((gaelic := _GAELIC.fullmatch(text)) and not _word(gaelic[1] or gaelic[2]).ordinary):
        return SURE
    if len(text) < 4 or not _LETTERS.search(text) or (len(text) > LONG and not _CAPITALS.search(text)):
        return NO
    text = _JOINED.sub(" ", text)
    undivided = _reading(text)
    if undivided == SURE or not _PIECES.search(text):
        return undivided
    pieces = [piece for piece in _PIECES.split(text) if piece.strip()]
    rejoined = _reading(" ".join(pieces)) if len(pieces) == 2 and _MARKS.search(text) else NO
    return SURE if any(_reading(piece) == SURE for piece in pieces) else max(undivided, rejoined)


def may_be_shown(texts: Sequence[str]) -> list[str]:
    """Those of a column's texts, the commonest first, that are not personal; none if together they look like people.

    >>> may_be_shown(["visit", "call of Ann Miller", "demo"]), may_be_shown(["Ann Miller", "Bo Quist", "P. Marsh"])
    (['visit', 'demo'], [])
    """
    readings = {text: reading(text) for text in texts}
    return [] if holds_people(readings) else [t for t in texts if readings[t] < SURE and not is_private(t)]


@dataclass(frozen=True)
class _Word:
    """One word of a text: as first name, as family name (each NO, MAYBE, SURE), and whether it is an ordinary one."""

    text: str
    given: int
    family: int
    ordinary: bool

    @property
    def upper(self) -> bool:
        return len(self.text) > 1 and self.text.isupper()

    @property
    def fits(self) -> bool:
        """Whether it can be a part of a name at all."""
        return bool(self.given or self.family) or (not self.ordinary and (len(self.text) > 3 or not self.upper))


@lru_cache(maxsize=20_000)
def _word(text: str) -> _Word:
    lists = read_lexicon()
    folded = bare(text.replace("’", "'").replace("`", "'"))
    parts = [part for part in re.split(r"['-]", folded) if part]
    first_name = _given(lists, [folded]) or _given(lists, parts)
    names = [folded, *(part for part in parts if len(part) > 2)]
    family = max((MAYBE if name in lists.words else SURE) if name in lists.family else NO for name in names)
    ordinary = bool(parts) and all(part in lists.words or part in _TOPICS for part in parts)
    return _Word(text, first_name, family, ordinary)


def _given(lists: Lexicon, parts: Sequence[str]) -> int:
    """First names joined by hyphens count as their least sure one."""
    if not parts or any(part not in lists.given for part in parts):
        return NO
    return min(MAYBE if part in lists.doubtful or len(part) < 3 else SURE for part in parts)


def _reading(text: str) -> int:
    """A text without separators, read as title, first names, particles, family names; or the other way round."""
    lists = read_lexicon()
    if bare(" ".join(text.split())) in lists.places:
        return NO
    before, comma, right = text.partition(",")
    if comma and (not before.strip() or "," in right):
        return _inside(text.split())
    titled, initials, dotted = NO, 0, False
    words: list[_Word] = []
    tokens = (f"{right} {before}" if comma and right.strip() else before).split()
    if any(bare(token).strip(".") in _ORGANISATION for token in tokens):
        return NO
    for i, token in enumerate(tokens):
        token = _ELIDED.sub("", token) if words else token
        plain = bare(token).strip(".")
        if not words and (plain in _CIVIL or token == "M."):
            titled = SURE
        elif not words and plain in _LEARNED and len(tokens) > 1:
            titled = titled or MAYBE
        elif plain in _PLACE_HEADS and not words and not titled:
            return NO
        elif words and i == len(tokens) - 1 and plain in _AFTER:
            pass
        elif _INITIAL.fullmatch(token) and token[0].isupper():
            initials += 1
            dotted = dotted or "." in token
        elif (plain in _PARTICLES or token in _SHORT_ARTICLES) and len(tokens) > 1:
            pass
        elif _TOKEN.fullmatch(token.rstrip(".")):
            word = _word(token.rstrip("."))
            noble = i and not word.fits and bare(tokens[i - 1]) in _PARTICLES
            words.append(replace(word, family=MAYBE) if noble else word)
        else:
            return _inside(tokens)
    if not words or len(words) > MOST_WORDS:
        return _inside(tokens)
    if titled:
        return _after_title(words, titled)
    if len(words) == 1:
        return _with_initial(words[0], initials, dotted)
    return max(_ordered(words, text, turned=bool(comma)), _inside(tokens))


def _after_title(words: Sequence[_Word], titled: int) -> int:
    """Mme Martin; Dr. Martens only where the name is known."""
    if not any(word.fits for word in words) or not all(word.text[0].isupper() for word in words):
        return NO
    if titled == SURE:
        return SURE
    return SURE if words[-1].family == SURE or (words[-1].family and len(words) > 1) else MAYBE


def _with_initial(word: _Word, initials: int, dotted: bool) -> int:
    """J. Dupont, Marie D."""
    if not initials or not word.text[0].isupper():
        return NO
    if word.given == SURE or (word.family == SURE and dotted):
        return SURE
    return MAYBE if word.family or (dotted and word.fits) else NO


def _ordered(words: Sequence[_Word], text: str, *, turned: bool) -> int:
    """First name first, or last: the latter where capitals, a comma or a known family name say so."""
    if not all(word.fits for word in words):
        return NO
    small = text.islower()
    in_order = _pair(words[0], words[1:], small)
    if turned or in_order == SURE:
        return in_order
    first, following = words[-1], words[:-1]
    reversed_order = _pair(first, following, small)
    shouted = all(word.upper for word in following) and not first.upper
    both_sure = len(words) == 2 and following[0].family == SURE and first.given == SURE
    return max(in_order, reversed_order if shouted or both_sure else min(reversed_order, MAYBE))


def _pair(first: _Word, following: Sequence[_Word], small: bool) -> int:
    """A first name and what stands beside it."""
    last = following[-1]
    if not small and not all(word.text[0].isupper() for word in (first, *following)):
        return NO
    if first.given == SURE:
        return SURE
    if first.given == MAYBE:
        return SURE if last.family == SURE and not last.ordinary else MAYBE
    return MAYBE if last.family == SURE and not first.ordinary else NO


def _inside(tokens: Sequence[str]) -> int:
    """A sure first name beside a sure family name within more words; at their end beside any word that fits."""
    if len(tokens) < 3:
        return NO
    bared = [token.strip(_STOPS) for token in tokens]
    words = [_word(token) if _TOKEN.fullmatch(token) else None for token in bared]
    pairs = [(a, b) for a, b in pairwise(words) if a and b and a.text[0].isupper() and b.text[0].isupper()]
    plain = [a.given == SURE and b.family == SURE and not b.ordinary for a, b in pairs]
    ends = bool(pairs) and words[-2:] == [*pairs[-1]] and pairs[-1][0].given == SURE and pairs[-1][1].fits
    return SURE if any(plain) or ends else NO


# --- columns -----------------------------------------------------------------------------------------


def holds_people(readings: Mapping[str, int]) -> bool:
    """Whether enough texts of a column, the commonest first, are names of people.

    >>> holds_people({text: reading(text) for text in ("Ann Miller", "Bo Quist", "P. Marsh")})
    True
    """
    texts = [text for text in readings if not is_placeholder(text)][:LOOKED_AT]
    sure = sum(readings[text] == SURE for text in texts)
    may = sum(readings[text] >= MAYBE for text in texts)
    if may >= HALF * len(texts) and sure >= max(SURELY * len(texts), min(FEW, len(texts)), 1):
        return True
    if len(texts) < FEWEST:
        return False
    alike = sum(readings[text] >= MAYBE or _shaped(text) for text in texts)
    if alike >= ALIKE * len(texts) and may >= KNOWN * len(texts):
        return True
    if sum(_family_alone(text) for text in texts) >= ALONE * len(texts):
        return True
    alone = [_alone(text) for text in texts]
    return sum(map(bool, alone)) >= ALONE * len(texts) and alone.count(SURE) >= ALONE / 2 * len(texts)


def _shaped(text: str) -> bool:
    """Two or three words with capitals, none of them an ordinary one."""
    tokens = [token for token in text.replace(",", " ").split() if bare(token) not in _PARTICLES]
    if not 2 <= len(tokens) <= 3 or not all(_TOKEN.fullmatch(token) and token[0].isupper() for token in tokens):
        return False
    return not any(bare(token) in _ORGANISATION or not _word(token).fits for token in tokens)


def _family_alone(text: str) -> bool:
    """Whether a text is a family name, not an ordinary word or a place, and nothing else."""
    token = text.strip()
    if not _TOKEN.fullmatch(token) or not token[0].isupper() or bare(token) in read_lexicon().places:
        return False
    word = _word(token)
    return word.family == SURE and not word.ordinary


def _alone(text: str) -> int:
    """How surely a text is a first name and nothing else."""
    token = text.strip()
    if is_foreign(token):
        return SURE if foreign_given(token) else NO
    return _word(token).given if _TOKEN.fullmatch(token) else NO

"""How one column is made from the texts of another: words that a text contains give an answer.

A job title becomes a seniority, a list of answers becomes a yes or no, the address of a page a path. The rule is part
of the grid's language: `Derived.answer` says it, and the engine's SQL and every exported scorer are translations of it.

The rule, for a value as it stands in the source column:

1. no value is no answer (the derived column is empty, its level `missing`);
2. the text is folded: letters lose capitals and accents (ä is a, ß is ss), the signs of `blanks` become blanks, those
   of `breaks` become bars; several blanks are one, a bar has none beside it; a blank, or a bar where there are breaks,
   is put before and behind. Of an address only the path is folded, where `path` says so (see `path_of`);
3. the first answer with a pattern in the folded text is given, else the `rest`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from .missing import is_missing

LETTERS = {
    "a": "àáâãäåāăąǎ", "c": "çćčĉ", "d": "ďđð", "e": "èéêëēėęěĕ", "g": "ğģĝ", "h": "ĥħ", "i": "ìíîïīįıĩ", "j": "ĵ",
    "k": "ķ", "l": "łļľĺ", "n": "ñńņň", "o": "òóôõöøōőŏ", "r": "řŕ", "s": "śšşșŝ", "t": "ťţțŧ", "u": "ùúûüūůűųŭũ",
    "w": "ŵ", "y": "ýÿŷ", "z": "źžż",
}  # fmt: skip
"""Letters with marks, by the plain letter that they are read as; capitals are read alike."""
DOUBLED = {"ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe"}
DROPPED = "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0327\u0328\u00ad\u200b"
"""Marks that stand behind their letter, soft hyphens and letters of no width: they are left out."""
SPACES = "\t\r\n\v\f\u00a0\u2007\u2009\u202f<>"
"""Read as blanks by every rule."""
SIGNS = "-_/\\.,;:|()[]{}&+'\"’‘`´“”„«»*#@!?=%°·•–—~^$€"
"""What parts words."""
OTHER_ANSWER = "other"


@dataclass(frozen=True)
class Derived:
    """The rule by which a column is made from `source`: answers with the patterns that give them, the first one first.

    A pattern is what stands in a folded text between two breaks: ``cto`` is this word alone, ``assist*`` begins with
    it, ``*leiter`` ends with it, ``*data*`` has it somewhere.

    >>> rule = Derived("Title", (("assistant", ("assist*",)), ("director", ("director", "directeur"))))
    >>> [rule.answer(text) for text in ("Assistante du Directeur", "DIRECTEUR  général", "Co-Director", "n/a", " ")]
    ['assistant', 'director', 'director', 'other', None]
    >>> topics = Derived("Topics", (("yes", ("price list",)),), "no", blanks="[]", breaks=";")
    >>> [topics.answer(text) for text in ("Demo; Price  List", "Price", "price list 2")]
    ['yes', 'no', 'no']
    >>> page = Derived("Page", (("yes", ("/pricing*",)),), "no", blanks="", breaks="|", path=True)
    >>> [page.answer(text) for text in ("https://acme.com/Pricing/pro?x=1", "/blog/pricing", "/pricing")]
    ['yes', 'no', 'yes']
    """

    source: str
    answers: tuple[tuple[str, tuple[str, ...]], ...]
    rest: str = OTHER_ANSWER
    blanks: str = SIGNS
    breaks: str = ""
    path: bool = False

    @property
    def edge(self) -> str:
        """What stands before and behind each part of a folded text."""
        return "|" if self.breaks else " "

    @property
    def needles(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Answers with the texts that give them where a folded text contains one."""
        for answer, patterns in self.answers:
            yield answer, tuple(needle(pattern, self.edge) for pattern in patterns)

    def folded(self, text: str) -> str:
        """The text as patterns are looked for in it: step 2 of the rule."""
        text = path_of(text) if self.path else text
        plain = f"{self.edge}{text}{self.edge}".translate(_translation(self.blanks, self.breaks)).lower()
        plain = plain.replace(" ", "<>").replace("><", "").replace("<>", " ")
        return plain.replace(" |", "|").replace("| ", "|") if self.breaks else plain

    def answer(self, value: object) -> str | None:
        """What the derived column holds for a value of the source column."""
        if is_missing(value):
            return None
        folded = self.folded(_text_of(value))
        return next((answer for answer, texts in self._listed if any(text in folded for text in texts)), self.rest)

    def example(self, answer: str) -> str | None:
        """A text that has an answer, as plain as there is one; None where no text was thought of.

        >>> rule = Derived("Title", (("boss", ("ceo",)), ("staff", ("co ceo", "clerk*"))))
        >>> [rule.example(answer) for answer in ("boss", "staff", "other", "else")]
        ['ceo', 'clerk', '-', None]
        """
        texts = [pattern.strip("*") for known, patterns in self.answers if known == answer for pattern in patterns]
        return next((text for text in (*texts, "-") if self.answer(text) == answer), None)

    @cached_property
    def _listed(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return tuple(self.needles)


def _text_of(value: object) -> str:
    """A value as a text: 5.0 is '5'."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value)


@lru_cache
def letter_table(blanks: str, breaks: str) -> dict[str, str]:
    """What each letter becomes that does not stay as it is.

    >>> table = letter_table("-", ";")
    >>> [table[letter] for letter in "É-;ßİ"]
    ['e', ' ', '|', 'ss', 'i']
    """
    table = {mark: plain for plain, marks in LETTERS.items() for mark in marks}
    table |= {mark.upper(): plain for mark, plain in table.items() if len(mark.upper()) == 1 and mark.upper() != "I"}
    table |= {"İ": "i", "\u212a": "k", "\u212b": "a"} | DOUBLED | dict.fromkeys(DROPPED, "")
    table |= dict.fromkeys(SPACES + blanks, " ") | dict.fromkeys(breaks, "|")
    return table


@lru_cache
def _translation(blanks: str, breaks: str) -> dict[int, str]:
    return str.maketrans(letter_table(blanks, breaks))


def needle(pattern: str, edge: str) -> str:
    """The text that a folded text contains where a pattern holds.

    >>> needle("cto", " "), needle("assist*", " "), needle("*leiter", " "), needle("/pricing*", "|")
    (' cto ', ' assist', 'leiter ', '|/pricing')
    """
    start = "" if pattern.startswith("*") else edge
    end = "" if pattern.endswith("*") else edge
    return start + pattern.removeprefix("*").removesuffix("*") + end


def path_of(address: str) -> str:
    """The path of an address: without what stands behind ? or #, without the host; at least "/".

    >>> [path_of(a) for a in ("https://a.fr/Demo?x=/y", "a.fr/demo#x", "/demo/", "demo", "https://a.fr", "a.fr?x=1")]
    ['/Demo', '/demo', '/demo/', '/demo', '/', '/']
    """
    plain = address.strip(" ").partition("?")[0].partition("#")[0]
    if "://" in plain:
        plain = plain.partition("://")[2]
    elif plain.startswith("/"):
        return plain
    elif "." not in plain.partition("/")[0]:
        return f"/{plain}"
    return f"/{plain.partition('/')[2]}"

"""The words of a report, one TOML file per language, with that language's way of writing numbers.

A text may hold places to fill: ``{leads:count}``, ``{rate:percent}``, ``{auc:decimal3}``, ``{gain:signed}``,
``{day:date}``, ``{name:word}`` (a word of the table `value`), and ``{leads:lead|leads}``, which picks the singular
or the plural. Texts are ours; what fills them comes from users and is never read as a text with places.
"""

from __future__ import annotations

import datetime
import math
import re
import string
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from .errors import SettingsError, unknown

FOLDER = Path(__file__).parent / "report" / "languages"
NOTHING = "–"
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Words:
    """Texts by key, and numbers as the language writes them.

    >>> english, french = load("en"), load("fr")
    >>> english.percent(0.385), french.percent(0.385).replace(chr(0x202F), "_")
    ('38.5%', '38,5_%')
    >>> english.count(1234), french.count(1234).replace(chr(0x202F), "_")
    ('1,234', '1_234')
    """

    language: str
    texts: Mapping[str, str]
    months: Sequence[str]

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of a key, its places filled."""
        return _Filler(self).vformat(self.texts[key], (), values)

    def say(self, section: str, key: str, facts: Mapping[str, object], otherwise: str = "") -> str:
        """A finding that arrives as a key with facts; `otherwise`, or key and facts as they are, if it is new to us."""
        text = self.texts.get(f"{section}.{key}")
        if text is not None and set(facts) >= {name for _, name, _, _ in string.Formatter().parse(text) if name}:
            return _Filler(self).vformat(text, (), facts)
        if otherwise:
            return otherwise
        plain = key.replace("_", " ")
        values = ", ".join(f"{name.replace('_', ' ')}: {self.plain(value)}" for name, value in facts.items())
        return f"{plain} ({values})" if values else plain

    def name(self, section: str, key: str) -> str:
        """The word for a key, or the key itself where the language has none."""
        return self.texts.get(f"{section}.{key}", key)

    def plain(self, value: object) -> str:
        """Any value, written without a wish for its format."""
        if isinstance(value, bool):
            return self("format.yes" if value else "format.no")
        if isinstance(value, int):
            return self.count(value)
        if isinstance(value, float):
            return self._marked(f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}", value)
        return str(value)

    def count(self, value: float | None) -> str:
        """A whole number with its thousands apart."""
        return self.decimal(value, 0)

    def decimal(self, value: float | None, digits: int = 2) -> str:
        """A number with so many decimals."""
        if value is None or not math.isfinite(value):
            return NOTHING
        return self._marked(f"{value:,.{digits}f}", value)

    def signed(self, value: float | None, digits: int = 0) -> str:
        """A number with its sign, 0 without; one that rounds to 0.000 gets two decimals more and so shows its side.

        >>> load("en").signed(5), load("en").signed(-0.0391, 3), load("en").signed(0), load("en").signed(0.00045, 3)
        ('+5', '−0.039', '0', '+0.00045')
        """
        hidden = digits >= 3 and value is not None and math.isfinite(value) and round(value, digits) == 0
        if hidden and value is not None and round(value, digits + 2):
            digits += 2
        text = self.decimal(value, digits)
        positive = value is not None and math.isfinite(value) and round(value, digits) > 0
        return f"+{text}" if positive else text

    def percent(self, value: float | None, digits: int | None = None) -> str:
        """A share as a percentage: one decimal, two below 1 %, none in 0 and 100 %.

        >>> [load("en").percent(share) for share in (0, 0.0042, 0.2, 1, float("nan"))]
        ['0%', '0.42%', '20.0%', '100%', '–']
        """
        if value is None or not math.isfinite(value):
            return NOTHING
        places = (0 if value in (0, 1) else 2 if abs(value) < 0.01 else 1) if digits is None else digits
        return self.decimal(100 * value, places) + self.texts["format.percent"]

    def percent_tick(self, value: float) -> str:
        """A share at the tick of an axis: no more decimals than it takes.

        >>> load("en").percent_tick(0.2), load("en").percent_tick(0.025)
        ('20%', '2.5%')
        """
        digits = next((places for places in (0, 1) if round(100 * value, places) == round(100 * value, 6)), 2)
        return self.percent(value, digits)

    def gap(self, value: float | None, digits: int = 1) -> str:
        r"""A difference of two shares, in percentage points.

        >>> load("en").gap(0.031), load("fr").gap(-0.004)
        ('+3.1 pts', '−0,4\xa0pt')
        """
        if value is None or not math.isfinite(value):
            return NOTHING
        return self("format.points", value=100 * value, written=self.signed(100 * value, digits))

    def between(self, low: float | None, high: float | None, kind: str = "percent") -> str:
        """An interval in one of the formats that texts know.

        >>> load("en").between(0.071, 0.291)
        '7.1% to 29.1%'
        """
        if low is None or high is None:
            return NOTHING
        if kind == "gap":
            return self("format.between", low=self.signed(100 * low, 1), high=self.gap(high))
        return self("format.between", low=self.written(low, kind), high=self.written(high, kind))

    def pair(self, name: str, value: object) -> str:
        r"""A name with what is told of it, such as a criterion and an answer.

        >>> load("en").pair("sector", "retail"), load("fr").pair("sector", "retail")
        ('sector: retail', 'sector\xa0: retail')
        """
        return f"{name}{self.texts['format.colon']}{value}"

    def date(self, day: str | None) -> str:
        """A day (2025-09-30) or a month (2025-09) in words; anything else as it is.

        >>> load("en").date("2025-09-30"), load("fr").date("2025-09-01"), load("en").date("2025-09")
        ('30 September 2025', '1er septembre 2025', 'September 2025')
        """
        if day is None:
            return NOTHING
        match = re.fullmatch(r"(\d{4})-(\d\d)(?:-(\d\d))?", day)
        try:
            year, month, number = (int(part or 1) for part in match.groups()) if match else (0, 0, 0)
            datetime.date(year, month, number)
        except ValueError:
            return day
        month_name = f"{self.months[month - 1]} {year}"
        if not match or match[3] is None:
            return month_name
        first = self.texts["format.first"] if number == 1 else str(number)
        return f"{first} {month_name}"

    def measured(self, estimate: object, kind: str) -> str:
        """An estimate with its interval, both in one format."""
        value, low, high = (getattr(estimate, name) for name in ("value", "low", "high"))
        return self("format.measured", value=self.written(value, kind), between=self.between(low, high, kind))

    def written(self, value: object, kind: str) -> str:
        """A value in the format that a text asks for."""
        if "|" in kind:
            one, many = kind.split("|", 1)
            return one if isinstance(value, (int, float)) and self._is_one(value) else many
        if kind == "word":
            return self.name("value", str(value))
        if kind == "" or not isinstance(value, (int, float)):
            return self.date(str(value)) if kind == "date" else self.plain(value)
        name, digits = re.fullmatch(r"([a-z]+)(\d?)", kind).groups()  # type: ignore[union-attr]
        write = {
            "count": self.count,
            "percent": self.percent,
            "decimal": self.decimal,
            "signed": self.signed,
            "gap": self.gap,
        }[name]
        return write(value, *([int(digits)] if digits else []))

    def _is_one(self, value: float) -> bool:
        return abs(value) < 2 if self.texts["format.zero_is"] == "singular" else abs(value) == 1

    def _marked(self, text: str, value: float) -> str:
        """Python's way of writing a number turned into the language's."""
        if not math.isfinite(value):
            return NOTHING
        sign = MINUS if text.startswith("-") and text.strip("-0.,") else ""
        marks = {",": self.texts["format.thousands"], ".": self.texts["format.decimal"]}
        return sign + "".join(marks.get(letter, letter) for letter in text.lstrip("-"))


class _Filler(string.Formatter):
    def __init__(self, words: Words) -> None:
        self.words = words

    def format_field(self, value: Any, format_spec: str) -> str:
        return self.words.written(value, format_spec)


def known() -> tuple[str, ...]:
    """Languages there is a file for.

    >>> known()
    ('en', 'fr')
    """
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def spoken(environment: Mapping[str, str]) -> str:
    """The language of a terminal by its environment, as programs of the system tell it; English where it is not ours.

    >>> spoken({"LANG": "fr_FR.UTF-8"}), spoken({"LC_ALL": "C", "LANG": "fr_FR.UTF-8"}), spoken({"LANG": "de_DE"})
    ('fr', 'en', 'en')
    """
    return tongue(environment) or "en"


def tongue(environment: Mapping[str, str]) -> str | None:
    """The language that an environment names, where it is one of ours.

    >>> tongue({"LANG": "fr_FR.UTF-8"}), tongue({"LANG": "C.UTF-8"})
    ('fr', None)
    """
    name = next((environment[key] for key in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(key)), "")
    language = re.split(r"[_.@-]", name.casefold())[0]
    return language if language in known() else None


@lru_cache
def load(language: str) -> Words:
    """The words of a language."""
    if language not in known():
        raise SettingsError(unknown("report language", language, known()))
    with (FOLDER / f"{language}.toml").open("rb") as file:
        tables = tomllib.load(file)
    months = tables["format"].pop("months")
    tighten = tables["format"].pop("tighten")
    texts = {
        f"{table}.{key}": _tightened(text, tighten) for table, keys in tables.items() for key, text in keys.items()
    }
    return Words(language, texts, tuple(months))


def breakable(text: str) -> str:
    r"""A text for a terminal, a log or another program: its spaces may break.

    >>> breakable("1\N{NO-BREAK SPACE}cohort")
    '1 cohort'
    """
    return text.replace("\N{NO-BREAK SPACE}", " ")


def _tightened(text: str, pairs: Mapping[str, str]) -> str:
    """A text with the spaces that may not break put in, so that the language file can be read and typed."""
    text = re.sub(r"\{(\w+)(:\w+)?\} (?=\{\1:)", "{\\1\\2}\N{NO-BREAK SPACE}", text)  # a number and what it counts
    for loose, tight in pairs.items():
        text = text.replace(loose, tight)
    return text

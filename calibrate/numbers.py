"""Numbers as people write them: the signs of a column, and what a plain number has in their place.

This is the one place that knows: leads, events, outcomes and scored files are read by it, and a criterion carries its
`Signs` into every file that scores. 1.200 beside 85 in a European file is 1,200; 1.234,56, $40,000, 12,5 % and 12k are
numbers. What can be read in two ways is decided by the other values of the column, else by the other columns, and said.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .vocabulary import THOUSANDS

Decimal = Literal[".", ","]
Thousands = Literal["", " ", ",", "."]
Pairs = tuple[tuple[str, str], ...]
MOST_UNITS = 12
"""A column with more ways of writing its units is text."""
ROUND = 0.3
"""Share of groups of three digits that end in 0 from which they are thousands: decimals seldom end so."""
MARKS = THOUSANDS + "\u2019"
"""What may stand between thousands, the typographic apostrophe among it."""
_CODES = (
    "AED AUD BGN BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS INR JPY KRW MAD MXN NOK NZD PLN RON RUB SAR SEK SGD THB "
    "TRY TND UAH USD XOF ZAR"
)
_SYMBOLS = "US$ CA$ A$ C$ R$ S$ NZ$ HK$ $ € £ ¥ ₹ ₽ ₺ ₩ ₪ ₴ zł kr. kr Kč Ft Fr. lei"
_WORDS = sorted(f"{_CODES} {_SYMBOLS}".split(), key=len, reverse=True)
_CURRENCY = "|".join(re.escape(word) for word in _WORDS)
_SIZES = {
    "e3": ("k", "K", "tsd", "Tsd", "tsd.", "Tsd.", "T"),
    "e6": ("M", "mn", "Mn", "mio", "Mio", "mio.", "Mio.", "million", "millions", "Million", "Millionen"),
    "e9": ("bn", "Bn", "B", "Md", "Mds", "Mrd", "Mrd.", "mrd", "milliard", "milliards", "billion", "billions"),
}
_POWER = {word: power for power, words in _SIZES.items() for word in words}
_SIZE = "|".join(re.escape(word) for word in sorted(_POWER, key=len, reverse=True))
_MINUS = "\u2212"
_GAP = f"[{THOUSANDS[:-1]}]"
_WRITTEN = re.compile(
    rf"(?P<open>\()?(?P<minus>[-{_MINUS}])?(?P<before>(?:{_CURRENCY}){_GAP}?)?(?P<inner>[-{_MINUS}])?"
    rf"(?P<body>\d(?:[\d.,{MARKS}]*[\d.,])?|[.,]\d+)(?P<power>[eE][+-]?\d{{1,3}})?"
    rf"(?P<after>{_GAP}?(?P<size>{_SIZE})?{_GAP}?(?P<unit>{_CURRENCY}|%)?)?(?P<close>\))?"
)
_DOTS = r"[1-9]\d{0,2}(\.\d{3})+"
_COMMAS = r"[1-9]\d{0,2}(,\d{3})+"
_STYLES: dict[tuple[Decimal, Thousands], str] = {
    (".", ""): r"\d*(\.\d*)?",
    (",", ""): r"\d*(,\d+)?",
    (".", ","): rf"{_COMMAS}(\.\d+)?|\d*(\.\d*)?",
    (",", "."): rf"{_DOTS}(,\d+)?|\d*(,\d+)?",
}


@dataclass(frozen=True)
class Signs:
    """How a source writes numbers: its decimal sign, what stands between thousands, and its units.

    `units` are texts beside or inside the digits, each with what a plain number has instead ("$": "", "k": "e3",
    "(": "-"). A thousands sign of " " stands for all blanks and the apostrophe.

    >>> Signs(",", ".", ((" €", ""),)).plain("1.234,50 €")
    '1234.50'
    """

    decimal: Decimal = "."
    thousands: Thousands = ""
    units: Pairs = ()

    @property
    def replaced(self) -> Pairs:
        """What is to be replaced in a text, in this order, so that a plain number is left."""
        between = MARKS if self.thousands == " " else self.thousands
        return (*self.units, *((sign, "") for sign in between), *(((",", "."),) if self.decimal == "," else ()))

    def plain(self, text: str) -> str:
        """The text without these signs."""
        for sign, plain in self.replaced:
            text = text.replace(sign, plain)
        return text

    @property
    def pattern(self) -> str:
        """Regular expression of the whole texts that are numbers in these signs, where thousands or units are used."""
        body = _STYLES[self.decimal, "" if self.thousands == " " else self.thousands]
        if self.thousands == " ":
            body = rf"\d{{1,3}}([{MARKS}]\d{{3}})*([{self.decimal}]\d+)?|{body}"
        before = [sign for sign, plain in self.units if not plain or plain == "-"]
        after = [sign for sign, plain in self.units if plain != "-"]
        lead = "|".join(re.escape(sign) for sign in before)
        tail = "|".join(re.escape(sign) for sign in after)
        ahead = rf"(-|{lead})*" if lead else "-?"
        return rf"{ahead}({body})([eE][+-]?\d{{1,3}})?{f'({tail})*' if tail else ''}"


@dataclass(frozen=True)
class Written:
    """What texts say of their signs: every reading that fits them all, and the one to be taken.

    `sure` says that no other reading fits; `example` is a text that has two.
    """

    signs: Signs
    sure: bool
    example: str = ""

    @property
    def comma(self) -> bool:
        """Whether the column shows a decimal comma beyond doubt."""
        return self.sure and self.signs.decimal == ","

    @property
    def point(self) -> bool:
        """Whether the column shows a decimal point, or commas between thousands, beyond doubt."""
        return self.sure and (self.signs.thousands == "," or bool(self.example == "."))


def written(
    texts: Sequence[str], *, european: bool | None = None, commas_apart: bool = False, earlier: Signs | None = None
) -> Written | None:
    """How these texts (blanks around them cut) write numbers, or None where they are not all numbers.

    `european` says that the rest of the file writes decimal commas, `commas_apart` that a comma parts its columns, so
    that numbers with one were put in quotes; `known` are the signs that a grid found in this column before.

    >>> written(["1.200", "85", "12.000"]).signs, written(["$40,000", "$900"]).signs.units
    (Signs(decimal=',', thousands='.', units=()), (('$', ''),))
    >>> written(["1.235", "85.119"]).signs, written(["1.235", "85.119"], european=True).signs.thousands
    (Signs(decimal='.', thousands='', units=()), '.')
    """
    parts = [_WRITTEN.fullmatch(text) for text in texts]
    if not parts or not all(parts):
        return None
    units = _units([part for part in parts if part])
    if units is None:
        return None
    bodies = [part["body"] for part in parts if part]
    separator = re.compile(f"[{MARKS}]")
    spaced = [body for body in bodies if separator.search(body)]
    if any(not re.fullmatch(rf"\d{{1,3}}([{MARKS}]\d{{3}})+([.,]\d+)?", body) for body in spaced):
        return None
    bare = [separator.sub("", body) for body in bodies]
    fitting = [style for style, form in _STYLES.items() if all(re.fullmatch(form, body) for body in bare)]
    if spaced:
        fitting = [style for style in fitting if not style[1]]
    return _chosen(bare, fitting, bool(spaced), units, european, commas_apart, earlier)


def _chosen(
    bare: Sequence[str],
    fitting: Sequence[tuple[Decimal, Thousands]],
    spaced: bool,
    units: Pairs,
    european: bool | None,
    commas_apart: bool,
    earlier: Signs | None,
) -> Written | None:
    """The reading to take of those that fit all texts."""
    dotted, with_comma = [b for b in bare if "." in b], [b for b in bare if "," in b]
    if not fitting:
        return None
    if not dotted and not with_comma:
        return Written(Signs(thousands=" " if spaced else "", units=units), True)
    if not with_comma:
        fitting = [style for style in fitting if style in ((".", ""), (",", "."))]
    elif not dotted:
        fitting = [style for style in fitting if style in ((",", ""), (".", ","))]
    style, sure = fitting[0], len(fitting) == 1
    if not sure:
        if earlier is not None and (earlier.decimal, earlier.thousands.strip()) in fitting:
            style = earlier.decimal, earlier.thousands
        else:
            money = any(sign.strip(f"{MARKS}%({_MINUS}") and sign.strip() not in _POWER for sign, _ in units)
            style = (",", ".") if dotted else (".", ",")
            if not money or (dotted and with_comma):
                style = _likelier(bare, dotted, with_comma, european, commas_apart)
    example = "" if sure else (dotted or with_comma)[0]
    if sure and style == (".", "") and dotted:
        example = "."
    return Written(Signs(style[0], " " if spaced else style[1], units), sure, example)


def _likelier(
    bare: Sequence[str], dotted: Sequence[str], with_comma: Sequence[str], european: bool | None, commas_apart: bool
) -> tuple[Decimal, Thousands]:
    """Decimals or thousands, where every text with a sign has three digits behind it."""
    if dotted and with_comma:
        return (",", ".") if european else (".", ",")
    signed = list(dict.fromkeys(dotted or with_comma))
    integers = [float(body) for body in bare if body.isdigit()]
    ends = sum(body.endswith("0") for body in signed) / len(signed)
    ungrouped = any(number >= 1000 for number in integers)
    grouped = ends >= ROUND and not ungrouped and (bool(integers) or (len(signed) > 4 and ends >= 2 * ROUND))
    if dotted:
        return (",", ".") if (european and not ungrouped) or grouped else (".", "")
    return (".", ",") if (european is not True and commas_apart) or grouped else (",", "")


def currencies(texts: Sequence[str]) -> tuple[str, ...]:
    """The signs of money beside texts that are all numbers, the commonest first; none where a text is no number.

    >>> currencies(["$1,200", "€900", "$40", "12"]), currencies(["$1,200", "soon"])
    (('$', '€'), ())
    """
    parts = [_WRITTEN.fullmatch(text) for text in texts]
    if not all(parts):
        return ()
    signs = ((part["before"] or "").strip() or part["unit"] for part in parts if part)
    counts = Counter(sign for sign in signs if sign and sign != "%")
    return tuple(sign for sign, _ in counts.most_common())


def _units(parts: Sequence[re.Match[str]]) -> Pairs | None:
    """Units of all texts with what stands for them in a plain number; None where they contradict each other."""
    units: dict[str, str] = {}
    money: set[str] = set()
    shares = 0
    for part in parts:
        if bool(part["open"]) != bool(part["close"]) or (part["minus"] and part["inner"]):
            return None
        if part["open"]:
            units |= {"(": "-", ")": ""}
        for minus in (part["minus"], part["inner"]):
            if minus and minus != "-":
                units[minus] = "-"
        before, after = part["before"] or "", part["after"] or ""
        if after.strip():
            if (part["power"] and part["size"]) or (part["size"] in ("T", "B") and not part["unit"]):
                return None
            units[after] = _POWER.get(part["size"] or "", "")
        if before:
            units[before] = ""
        money |= {text for text in (before.strip(), part["unit"] or "") if text and text != "%"}
        shares += part["unit"] == "%"
    if len(units) > MOST_UNITS or len(money) > 1 or (money and shares):
        return None
    if shares and any(part["unit"] != "%" and part["body"].strip("0.,") for part in parts):
        return None
    return tuple(sorted(units.items(), key=lambda pair: (-len(pair[0]), pair[0])))

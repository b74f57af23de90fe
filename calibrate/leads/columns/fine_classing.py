"""Fine criteria from what a column holds: a level per text, an interval per stretch of numbers.

The special levels step aside where a value has their name; spellings of one text share a level; cut points are
round numbers. Nothing here looks at the outcome.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ... import vocabulary
from ...days import MONTHS
from ...free_names import free_name, numbered, unique_names, wrapped
from ...grid.criteria import (
    MISSING,
    MOST_LEVELS,
    OTHER,
    Axis,
    Criterion,
    Kind,
    Level,
    as_number,
    interval_name,
    is_placeholder,
    plain_number,
)
from ...vocabulary import YES
from .naming import axis_of, folded
from .profile import RARE, Profile
from .ranges import order, span

MOST_TEXTS = 200
"""Texts of one column that get levels of their own; the rest is `other`."""
MOST_NUMBERS = 40
"""Up to so many different numbers each get a level; more are cut at about as many readable points."""


def with_specials(
    column: str,
    kind: Kind,
    levels: Sequence[Level],
    *,
    missing: tuple[str, ...] = (),
    reference: str | None = None,
    ordered: bool = False,
) -> Criterion:
    """Value levels with the two special ones, which step aside where a value has their name."""
    names = [level.name for level in levels]
    nothing, remainder = free_name(MISSING, names, wrapped), free_name(OTHER, names, wrapped)
    return Criterion(
        column,
        column,
        kind,
        axis_of(column),
        (*levels, Level(nothing, "missing", missing), Level(remainder, "other")),
        reference=nothing if reference == MISSING else reference,
        ordered=ordered,
    )


def filled_levels(column: str) -> Criterion:
    """Filled or missing, missing being the reference."""
    return with_specials(column, "presence", [Level("filled")], reference=MISSING)


def yes_no_levels(profile: Profile, required: Sequence[Criterion]) -> Criterion:
    """Two levels, the absent one first and the reference; placeholders are missing."""
    if profile.column.type == "boolean":
        levels = [Level("no", values=(False,)), Level("yes", values=(True,))]
        return with_specials(profile.column.name, "boolean", levels, reference="no")
    sides: dict[bool, list[str]] = {False: [], True: []}
    nothing: list[str] = []
    for text, _ in profile.texts:
        (nothing if is_placeholder(text) else sides[text.strip().casefold() in YES]).append(text)
    present = {*nothing, *sides[False], *sides[True]}
    if any(_mixed(texts, required) for texts in (*sides.values(), nothing)) or set(demanded_texts(required)) - present:
        return text_levels(profile, required, "boolean")
    levels = [Level(shown(texts[0]), values=tuple(texts)) for texts in sides.values()]
    return with_specials(profile.column.name, "boolean", levels, missing=tuple(nothing), reference=levels[0].name)


def demanded_texts(required: Sequence[Criterion]) -> list[str]:
    """Every text that given criteria list."""
    values = (value for criterion in required for level in criterion.levels for value in level.values)
    return list(dict.fromkeys(value for value in values if isinstance(value, str)))


def _mixed(texts: Sequence[str], required: Sequence[Criterion]) -> bool:
    """Whether a given grid tells some of these texts apart."""
    return any(len({c.index_of(text) for text in texts}) > 1 for c in required if c.kind != "number")


Key = tuple[object, ...]


def text_levels(profile: Profile, required: Sequence[Criterion], kind: Kind) -> Criterion:
    """A level per text, the commonest first; spellings of one text share it, unless a grid tells them apart."""
    grids = [c for c in required if c.kind != "number"]
    demanded = demanded_texts(grids)
    flags = {v for c in grids for level in c.levels for v in level.values if not isinstance(v, str)}
    groups = _groups(profile, grids, demanded, together=False)
    if sum(1 for texts, _ in groups.values() if set(texts) & set(demanded)) > MOST_TEXTS:
        groups = _groups(profile, grids, demanded, together=True)
    needed_texts = set(demanded)
    ranked = sorted(groups.values(), key=lambda group: (not set(group[0]) & needed_texts, -group[1], group[0][0]))
    most = max(MOST_TEXTS, sum(1 for texts, _ in ranked if set(texts) & needed_texts))
    chosen_groups = sorted(
        ranked[: min(most, MOST_LEVELS - 2 - len(flags))], key=lambda group: (-group[1], group[0][0])
    )
    spoilt = spoilt_ranges([text for text, _ in profile.texts])
    listed_values: list[tuple[str | bool, ...]] = [*(tuple(texts) for texts, _ in chosen_groups)]
    names = [shown(spoilt.get(texts[0], texts[0])) for texts, _ in chosen_groups]
    for flag in sorted(flags):
        listed_values.append((flag,))
        names.append("yes" if flag else "no")
    levels = [Level(name, values=v) for name, v in zip(unique_names(names, numbered), listed_values, strict=True)]
    places = order([spoilt.get(str(level.values[0]), str(level.values[0])) for level in levels])
    if places is not None:
        levels = [levels[place] for place in places]
    return with_specials(profile.column.name, kind, levels, ordered=places is not None)


def _groups(
    profile: Profile, grids: Sequence[Criterion], demanded: Sequence[str], *, together: bool
) -> dict[Key, tuple[list[str], int]]:
    """Texts that share a level, with their count: spellings of one text that all grids treat alike.

    `together`: texts that grids list share a level whenever all grids treat them alike, for grids that list many.
    """
    groups: dict[Key, tuple[list[str], int]] = {}
    needed_texts = set(demanded)
    spoilt = spoilt_ranges([text for text, _ in profile.texts])
    for text, count in (*((text, 0) for text in demanded), *profile.texts):
        if not text.strip(vocabulary.BLANKS):
            continue
        value = as_number(text) if profile.column.type == "number" else text
        word: object = value if isinstance(value, float) else _spelling(spoilt.get(text, text))
        key = ("" if together and text in needed_texts else word, *(c.index_of(value) for c in grids))
        texts, so_far = groups.get(key, ([], 0))
        if text not in texts:
            groups[key] = ([*texts, text], so_far + count)
    if spoilt:  # a range is named as a range
        return {key: (sorted(texts, key=lambda text: text in spoilt), count) for key, (texts, count) in groups.items()}
    return groups


def _spelling(text: str) -> str:
    """What makes two texts one answer: capitals, accents and blanks make no difference, nor does the order of a list.

    In words without digits hyphens and blanks are the same as nothing, and an s of the plural; 1-10 and 110 stay two.

    >>> _spelling("ERP; CRM ") == _spelling("crm;erp"), _spelling("Île-de-France") == _spelling("ile de  france")
    (True, True)
    >>> [_spelling(text) for text in ("E-mail", "e mail", "1-10", "1 10", "C++", "C")]
    ['email', 'email', '1-10', '1 10', 'c++', 'c']
    >>> [_spelling(text) for text in ("Trade fairs", "Trade-fair", "Salons professionnels", "News", "Business", "Bus")]
    ['tradefair', 'tradefair', 'salonprofessionnel', 'news', 'business', 'bus']
    """
    return ";".join(sorted(_spelt_alike(part) for part in folded(text).split(";")))


def _spelt_alike(part: str) -> str:
    part = " ".join(part.split())
    if not any(letter.isdigit() for letter in part):
        part = re.sub(r"[^\W\d_]+", lambda word: stem(word[0]), part)
    joined = re.sub(r"(?<=[^\W\d_])[ _-]+(?=[^\W\d_])", "", part)
    return part if any(letter.isdigit() for letter in part) else joined


_ENDINGS = (
    ("iones", "ion"), ("dades", "dad"), ("ctores", "ctor"), ("coes", "cao"), ("ungen", "ung"), ("ingen", "ing"),
    ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"), ("ies", "y"), ("ie", "y"),
)  # fmt: skip
_ALONE = frozenset(("news", "customs", "means", "arms", "goods", "glass"))
SHORTEST = 4
"""Letters of a word whose plural is known by an s: of shorter ones it may be part of the word."""


def stem(word: str) -> str:
    """What a folded word and its plural have in common, where that is certain; of other words the word itself.

    >>> [stem(word) for word in ("fairs", "salons", "recomendaciones", "empfehlungen", "branches", "industries")]
    ['fair', 'salon', 'recomendacion', 'empfehlung', 'branch', 'industry']
    >>> [stem(word) for word in ("gas", "news", "business", "new", "industrie")]
    ['gas', 'news', 'business', 'new', 'industry']
    """
    if word in _ALONE:
        return word
    for ending, plain in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word.removesuffix(ending) + plain
    return word[:-1] if len(word) > SHORTEST and word.endswith("s") and not word.endswith("ss") else word


_RANGE = re.compile(r"\d{1,2}\s*-\s*\d+")


def spoilt_ranges(texts: Sequence[str]) -> dict[str, str]:
    """Ranges that a spreadsheet made a date of, each with the range that it was.

    It was one of the same column; or, where the whole file went through a spreadsheet and all other answers are ranges,
    the one that rises.

    >>> spoilt_ranges(["10-Jan", "1-10", "Nov-50", "11-50", "2025-01-10", "12-Mar"])
    {'10-Jan': '1-10', 'Nov-50': '11-50', '2025-01-10': '1-10'}
    >>> spoilt_ranges(["Oct-01", "nov-50", "51-200", "201-500", "501+"]), spoilt_ranges(["10-Jan", "12-Mar", "fair"])
    ({'Oct-01': '1-10', 'nov-50': '11-50'}, {})
    """
    behind = {text: guesses for text in texts if (guesses := _ranges_behind(text.strip()))}
    if not behind:
        return {}
    ranges = {re.sub(r"\s", "", text): text for text in texts if _RANGE.fullmatch(text.strip())}
    others = [span(text) for text in texts if text not in behind and re.search(r"\d", text)]
    only_ranges = len(others) >= 2 and all(bounds is not None and bounds[0] < bounds[1] for bounds in others)
    spoilt: dict[str, str] = {}
    for text, guesses in behind.items():
        known = next((ranges[guess] for guess in guesses if guess in ranges and text != ranges[guess]), None)
        free = (guess for guess in guesses if only_ranges and _fits_between(guess, others))
        range_text = known or next(free, None)
        if range_text is not None:
            spoilt[text] = range_text
    return spoilt


def _fits_between(guess: str, others: Sequence[tuple[float, float] | None]) -> bool:
    """Whether a range rises and shares no number with the others."""
    low, high = (int(part) for part in guess.split("-"))
    return low < high and all(bounds is None or high < bounds[0] or bounds[1] < low for bounds in others)


def _ranges_behind(text: str) -> list[str]:
    """Ranges that may have become this date: its month and day, either first, or its month and year."""
    if parts := re.fullmatch(r"(\d{1,2})(?:[- .]|\. )([^\W\d_]{3,5})\.?", text):
        month, day = MONTHS.get(folded(parts[2])), int(parts[1])
        return [f"{month}-{day}", f"{day}-{month}"] if month else []
    if parts := re.fullmatch(r"([^\W\d_]{3,5})\.?[- ](\d{2})", text):
        month, behind = MONTHS.get(folded(parts[1])), int(parts[2])
        return [f"{month}-{behind}", *([f"{behind}-{month}"] if 0 < behind <= 31 else [])] if month else []
    if parts := re.fullmatch(r"\d{2}(\d{2})-(\d{2})-(\d{2})", text):
        month, day = int(parts[2]), int(parts[3])
        return [f"{month}-{day}", f"{day}-{month}", *([f"{month}-{parts[1]}"] if day == 1 else [])]
    return []


def shown(text: str) -> str:
    """A text as the name of a level: one line, not too long."""
    name = " ".join(text.split())
    return name if len(name) <= 80 else name[:79] + "…"


def as_texts(profile: Profile) -> Profile:
    """A number column as texts: 3 and 3.0 are '3'."""
    if profile.numbers is None:
        return profile
    counted = profile.number_counts
    if not counted.exact:
        counted = replace(profile, counts=None).number_counts
    values, counts = counted.values, counted.leads
    order = np.lexsort((values, -counts))[: 5 * MOST_TEXTS]
    texts = tuple((_digits(float(values[i])), int(counts[i])) for i in order if np.isfinite(values[i]))
    return replace(profile, texts=texts, rare=int((counts <= RARE).sum()))


def _digits(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)


# --- numbers ---------------------------------------------------------------------------------------


def number_levels(profile: Profile, required: Sequence[Criterion], words: tuple[str, ...] = ()) -> Criterion:
    """Fine intervals of a number: each value its own if they are few, else some forty at readable cuts."""
    different, leads, _ = profile.number_counts
    integral = profile.column.whole or (bool(len(different)) and bool((different == np.floor(different)).all()))
    few = len(different) <= MOST_NUMBERS
    natural_cuts = different[1:].tolist() if few else readable_cuts(different, leads, integral=integral)
    demanded = {cut for c in required if c.kind == "number" for cut in c.cuts}
    for criterion in required:
        alone = [as_number(text) for text in criterion.levels[criterion.missing].values if isinstance(text, str)]
        demanded |= {x for n in alone if n is not None for x in (n, math.nextafter(n, math.inf))}
    room = max(0, MOST_LEVELS - 3 - len(demanded))
    if len(natural_cuts) > room:
        natural_cuts = natural_cuts[:: -(-len(natural_cuts) // max(room, 1))] if room else []
    cuts = sorted({*natural_cuts, *demanded})
    two = len(different) == 2 and [float(v) for v in different] == [0, 1] and cuts == [1.0]
    levels = _intervals(cuts, integral, zero=bool(len(different)) and different[0] == 0)
    if two:
        levels = [replace(levels[0], name="0"), replace(levels[1], name="1")]
    words_for_missing = tuple(word for word in words if word)
    return with_specials(
        profile.column.name,
        "number",
        levels,
        missing=words_for_missing,
        reference="0" if two else None,
        ordered=not two,
    )


def _intervals(cuts: Sequence[float], integral: bool, *, zero: bool = False) -> list[Level]:
    """The levels between cuts; the first is called 0 where it can hold no other whole number."""
    levels: list[Level] = []
    bounds: list[float | None] = [None, *cuts, None]
    integral = integral and all(float(cut).is_integer() for cut in cuts)
    for low, high in pairwise(bounds):
        name = interval_name(low, high, integers=integral)
        if low is None and high == 1 and integral and zero:
            name = "0"
        if any(name == level.name for level in levels):
            name = f"{low!r} to <{high!r}"
        levels.append(Level(name, low=low, high=high))
    return levels


def readable_cuts(
    values: NDArray[np.float64],
    leads: NDArray[np.int64] | None = None,
    *,
    integral: bool,
    bins: int = MOST_NUMBERS,
) -> list[float]:
    """Cut points between the quantiles of sorted values, each the roundest number there; `leads` stand at each value.

    >>> readable_cuts(np.arange(1, 1001.0), integral=True, bins=4)
    [5.0, 10.0, 250.0, 500.0, 750.0, 800.0, 995.0]
    """
    up_to = np.arange(1, len(values) + 1) if leads is None else np.cumsum(leads)
    shares = np.concatenate([np.arange(1, bins) / bins, [0.005, 0.01, 0.99, 0.995]])
    place = np.minimum((np.sort(shares) * up_to[-1]).astype(np.int64), up_to[-1] - 1)
    marks = np.unique(np.concatenate([values[:1], values[np.searchsorted(up_to, place, side="right")]]))
    return sorted({_roundest(float(a), float(b), integral) for a, b in pairwise(marks)})


def _roundest(low: float, high: float, integral: bool) -> float:
    """The number in (low, high] that is quickest to say: 1, 5, 2.5 or 2 of the greatest power of ten that fits."""
    if low < 0 <= high:
        return 0.0
    power = math.floor(math.log10(max(abs(low), abs(high), 1e-300)))
    for exponent in range(power, power - 17, -1):
        if integral and exponent < 0:
            break
        for factor in (10, 5, 2.5, 2, 1):
            step = factor * 10.0**exponent
            if integral and (step < 1 or (factor == 2.5 and exponent < 1)):
                continue
            candidate = float(plain_number(round(math.floor(high / step) * step, 12 - min(exponent, 0))))
            if low < candidate <= high:
                return candidate
    return math.floor(high) if integral and math.floor(high) > low else high


def named_levels(
    column: str,
    *,
    name: str | None = None,
    axis: Axis = "fit",
    cuts: Sequence[float] | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
) -> Criterion:
    """A fixed criterion from cut points, or from named groups of texts.

    >>> [level.name for level in named_levels("visits", cuts=[1, 5]).levels]
    ['<1', '1-4', '5+', 'missing', 'other']
    >>> named_levels("sector", groups={"industry": ["Steel", "Glass"]}).levels[0].values
    ('Steel', 'Glass')
    """
    if cuts is not None:
        ordered = sorted({float(cut) for cut in cuts})
        levels = _intervals(ordered, all(cut.is_integer() for cut in ordered))
        criterion = with_specials(column, "number", levels, ordered=True)
    else:
        levels = [Level(label, values=tuple(texts)) for label, texts in (groups or {}).items()]
        criterion = with_specials(column, "text", levels)
    return replace(criterion, name=name or column, axis=axis, fixed=True)

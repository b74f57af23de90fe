"""Criteria proposed from the data alone, without a look at who became a customer.

Levels are fine: every common text its own, every number cut at some forty readable points. Which of them are
kept apart is decided later from counts (`binning`). Columns that cannot be criteria (ids, constants, dates, free
text, what is personal) are ignored, each with its reason; a personal or wordy column with many empty cells
becomes filled/missing.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .columns import (
    Profile,
    axis_of,
    is_personal,
    looks_dated,
    names_code,
    names_id,
    profile,
    words_of,
)  # fmt: skip
from .criteria import (
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
)  # fmt: skip
from .engine import sql
from .engine.table import Fact, Table, column_of
from .engine.words import NO, YES
from .errors import InputError

MOST_TEXTS = 200
"""Texts of one column that get levels of their own; the rest is `other`."""
MOST_NUMBERS = 40
"""Up to so many different numbers each get a level; more are cut at about as many readable points."""
FEW_GAPS = 0.01
"""A column filled, or empty, in fewer cells than this share says nothing by being filled."""


@dataclass(frozen=True)
class Proposal:
    """Proposed criteria and the account of columns that are none.

    `only_needed` names criteria that are there only so that given grids can be recounted: they are none that was
    proposed.
    """

    criteria: tuple[Criterion, ...]
    facts: tuple[Fact, ...]
    only_needed: tuple[str, ...] = ()

    @property
    def ignored(self) -> dict[str, str]:
        """Reason why each ignored column is no criterion."""
        return {str(f.facts["column"]): str(f.facts["reason"]) for f in self.facts if f.key == "ignored"}


def propose(
    table: Table,
    *,
    leave_out: Collection[str] = (),
    include: Sequence[str] | None = None,
    exclude: Collection[str] = (),
    needed: Sequence[Criterion] = (),
) -> Proposal:
    """Fine criteria for the columns of a table.

    Parameters
    ----------
    table
        The leads.
    leave_out
        Columns with a part of their own (outcome, dates, id); never proposed.
    include
        Only these columns, whatever they hold.
    exclude
        Not these.
    needed
        Criteria of given grids or settings: what they tell apart, the fine levels tell apart too. One that is
        `fixed` is taken as it is.
    """
    for name in (*(include or ()), *exclude, *leave_out):
        column_of(table, name)
    wanted = [
        c.name for c in table.columns
        if c.name not in leave_out and c.name not in exclude and (include is None or c.name in include)
    ]  # fmt: skip
    demanded: dict[str, list[Criterion]] = {}
    for criterion in needed:
        demanded.setdefault(criterion.column, []).append(criterion)
    known = {c.name for c in table.columns}
    seen = profile(table, tuple(c.name for c in table.columns if c.name in {*wanted, *demanded}))
    if not seen:
        raise InputError(f"{table.name}: no column is left that could be a criterion")
    words = _placeholder_words(table.facts)
    made: list[Criterion] = []
    extra: list[str] = []
    facts: list[Fact] = []
    for name, found in seen.items():
        asked = demanded.get(name, [])
        proposed, reason = None, ""
        if name in wanted:
            proposed, reason = _proposed(found, asked, words.get(name, ()), forced=include is not None)
            if reason:
                facts.append(Fact("ignored", {"column": name, "reason": reason}))
        more = _for_grids(found, asked, proposed, words.get(name, ()))
        for criterion in (*more, *([proposed] if proposed else [])):
            made.append(replace(criterion, name=_free(criterion.name, [c.name for c in made])))
        extra += [c.name for c in made[len(made) - len(more) - bool(proposed) : len(made) - bool(proposed)]]
        if proposed is not None and proposed.kind == "text" and found.distinct > MOST_TEXTS:
            facts.append(Fact("many_values", {"column": name, "values": found.distinct, "kept": MOST_TEXTS}))
    rows = next(iter(seen.values())).rows
    if rows < table.rows:
        facts.append(Fact("looked_at", {"rows": rows, "of": table.rows}))
    missing = [c.name for c in needed if c.column not in known]
    if missing:
        raise InputError(f"{table.name}: no column for the criteria {', '.join(missing)}")
    return Proposal(tuple(made), tuple(facts), tuple(extra))


def _placeholder_words(facts: Iterable[Fact]) -> dict[str, tuple[str, ...]]:
    """Words that were read as "no number", by column."""
    return {str(f.facts["column"]): tuple(str(f.facts["words"]).split("|")) for f in facts if f.key == "placeholders"}


# --- which kind a column is ------------------------------------------------------------------------


def _proposed(
    found: Profile, asked: Sequence[Criterion], words: tuple[str, ...], *, forced: bool
) -> tuple[Criterion | None, str]:
    """The criterion for a column, or the reason why there is none."""
    fixed = next((c for c in asked if c.fixed), None)
    if fixed is not None:
        return fixed, ""
    if found.filled == 0:
        return None, "empty"
    name = found.column.name
    if is_personal(found):
        return _presence_or(found, "personal")
    if looks_dated(found) or _epoch(found):
        return (_presence(name), "") if forced else (None, "date")
    if found.distinct == 1:
        return _single(found)
    if found.column.type == "number":
        return _number_or(found, asked, words, forced)
    return _text_or(found, asked, forced)


def _presence_or(found: Profile, reason: str) -> tuple[Criterion | None, str]:
    """Filled or missing, where both are common enough to tell leads apart."""
    if min(found.gaps, found.filled) >= max(FEW_GAPS * found.rows, 2):
        return _presence(found.column.name), ""
    return None, reason


def _single(found: Profile) -> tuple[Criterion | None, str]:
    """One value beside empty cells: having it is the question."""
    if min(found.gaps, found.filled) < max(FEW_GAPS * found.rows, 2):
        return None, "constant"
    if found.texts and not is_placeholder(found.texts[0][0]):
        text = found.texts[0][0]
        level = Level(_shown(text), values=(text,))
        return _criterion(found.column.name, "text", [level], reference=MISSING), ""
    return _presence(found.column.name), ""


def _number_or(
    found: Profile, asked: Sequence[Criterion], words: tuple[str, ...], forced: bool
) -> tuple[Criterion | None, str]:
    name = found.column.name
    if names_code(name) or any(c.kind == "text" for c in asked):
        if found.distinct <= MOST_TEXTS or forced:
            return _text_criterion(_as_texts(found), asked, "text"), ""
        if _tells_apart(found):
            return None, "id"
        return _wordy(_as_texts(found), asked)
    if not forced and _tells_apart(found):
        return None, "id"
    return _number_criterion(found, asked, words), ""


def _text_or(found: Profile, asked: Sequence[Criterion], forced: bool) -> tuple[Criterion | None, str]:
    if found.column.type == "boolean" or _is_yes_no(found):
        return _boolean_criterion(found, asked), ""
    if not forced:
        if _tells_apart(found):
            return _presence_or(found, "id")
        if found.distinct > MOST_TEXTS:
            return _wordy(found, asked)
    return _text_criterion(found, asked, "text"), ""


def _tells_apart(found: Profile) -> bool:
    """Whether a column tells (nearly) every row apart, as ids do."""
    apart = found.distinct / max(found.filled, 1)
    if found.column.type == "number":
        values = found.numbers if found.numbers is not None else np.zeros(0)
        if not len(values) or not bool((values == np.floor(values)).all()):
            return False
        spread = float(values.max() - values.min())
        dense = found.filled >= 100 and (spread < 20 * found.filled or _one_way(values))
        return (apart >= 0.5 and names_id(found.column.name)) or (apart >= 0.99 and dense)
    if names_id(found.column.name) and apart >= 0.5:
        return True
    return found.filled >= 20 and apart >= 0.95


def _one_way(values: NDArray[np.float64]) -> bool:
    steps = np.diff(values)
    return bool((steps > 0).all() or (steps < 0).all())


def _epoch(found: Profile) -> bool:
    """Numbers that are seconds or milliseconds since 1970, in a column whose name speaks of time."""
    if found.numbers is None or not len(found.numbers):
        return False
    if not set(words_of(found.column.name).split()) & {
        "at",
        "date",
        "time",
        "timestamp",
        "created",
        "closed",
        "on",
        "ts",
    }:
        return False
    low, high = float(found.numbers.min()), float(found.numbers.max())
    return any(631152000 * unit <= low and high < 4102444800 * unit for unit in (1, 1000, 1_000_000))


def _wordy(found: Profile, asked: Sequence[Criterion]) -> tuple[Criterion | None, str]:
    """More texts than levels: the common ones, if they cover something, else filled or missing."""
    covered = sum(count for _, count in found.texts[:MOST_TEXTS])
    if covered >= 0.2 * found.filled:
        return _text_criterion(found, asked, "text"), ""
    return _presence_or(found, "free_text")


def _is_yes_no(found: Profile) -> bool:
    words = {text.strip().casefold() for text, _ in found.texts if not is_placeholder(text)}
    return found.distinct <= 12 and len(words) >= 2 and words <= YES | NO and bool(words & YES) and bool(words & NO)


# --- criteria --------------------------------------------------------------------------------------


def _criterion(
    column: str,
    kind: Kind,
    levels: Sequence[Level],
    *,
    missing: tuple[str, ...] = (),
    reference: str | None = None,
    ordered: bool = False,
) -> Criterion:
    """Value levels with the two special ones, which step aside where a value has their name."""
    taken = [level.name for level in levels]
    nothing, rest = _special(MISSING, taken), _special(OTHER, taken)
    return Criterion(
        column, column, kind, axis_of(column),
        (*levels, Level(nothing, "missing", missing), Level(rest, "other")),
        reference=nothing if reference == MISSING else reference, ordered=ordered,
    )  # fmt: skip


def _special(name: str, taken: Collection[str]) -> str:
    folds = {each.casefold() for each in taken}
    while name.casefold() in folds:
        name = f"({name})"
    return name


def _presence(column: str) -> Criterion:
    return _criterion(column, "presence", [Level("filled")], reference=MISSING)


def _boolean_criterion(found: Profile, asked: Sequence[Criterion]) -> Criterion:
    """Two levels, the absent one first and the reference; placeholders are missing."""
    if found.column.type == "boolean":
        levels = [Level("no", values=(False,)), Level("yes", values=(True,))]
        return _criterion(found.column.name, "boolean", levels, reference="no")
    sides = {False: [], True: []}  # type: dict[bool, list[str]]
    nothing = []
    for text, _ in found.texts:
        word = text.strip().casefold()
        if is_placeholder(text):
            nothing.append(text)
        else:
            sides[word in YES].append(text)
    if any(_mixed(texts, asked) for texts in (*sides.values(), nothing)):
        return _text_criterion(found, asked, "boolean")
    levels = [Level(_shown(texts[0]), values=tuple(texts)) for texts in sides.values()]
    return _criterion(found.column.name, "boolean", levels, missing=tuple(nothing), reference=levels[0].name)


def _mixed(texts: Sequence[str], asked: Sequence[Criterion]) -> bool:
    """Whether a given grid tells some of these texts apart."""
    return any(len({c.index_of(text) for text in texts}) > 1 for c in asked if c.kind != "presence")


def _text_criterion(found: Profile, asked: Sequence[Criterion], kind: Kind) -> Criterion:
    """A level per text, the commonest first; spellings of one text share it, unless a grid tells them apart."""
    grids = [c for c in asked if c.kind in ("text", "boolean")]
    groups: dict[tuple[object, ...], list[str]] = {}
    counts: dict[tuple[object, ...], int] = {}
    demanded = dict.fromkeys(t for c in grids for level in c.levels for t in level.values if isinstance(t, str))
    for text, count in (*found.texts, *((text, 0) for text in demanded)):
        key = (" ".join(text.casefold().split()), *(c.index_of(text) for c in grids))
        if text.strip(sql.BLANKS) and text not in groups.setdefault(key, []):
            groups[key].append(text)
            counts[key] = counts.get(key, 0) + count
    asked_for = {key for key, texts in groups.items() if any(text in demanded for text in texts)}
    ranked = sorted(groups, key=lambda key: (key not in asked_for, -counts[key], groups[key][0]))
    kept = [key for key in ranked[: max(MOST_TEXTS, len(asked_for))] if groups[key]][: MOST_LEVELS - 2]
    kept.sort(key=lambda key: (-counts[key], groups[key][0]))
    levels: list[Level] = []
    for key in kept:
        name = _free(_shown(groups[key][0]), [level.name for level in levels])
        levels.append(Level(name, values=tuple(groups[key])))
    flags = {v for c in grids for level in c.levels for v in level.values if not isinstance(v, str)}
    levels += [Level(_free("yes" if v else "no", [x.name for x in levels]), values=(v,)) for v in sorted(flags)]
    return _criterion(found.column.name, kind, levels)


def _shown(text: str) -> str:
    """A text as the name of a level: one line, not too long."""
    name = " ".join(text.split())
    return name if len(name) <= 80 else name[:79] + "…"


def _free(name: str, taken: Collection[str]) -> str:
    """The name, numbered if it is taken."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free


def _as_texts(found: Profile) -> Profile:
    """A number column as texts: 3 and 3.0 are '3'."""
    if found.numbers is None:
        return found
    values, counts = np.unique(found.numbers, return_counts=True)
    order = np.lexsort((values, -counts))[: 5 * MOST_TEXTS]
    texts = tuple((_digits(float(values[i])), int(counts[i])) for i in order if np.isfinite(values[i]))
    return replace(found, texts=texts)


def _digits(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)


# --- numbers ---------------------------------------------------------------------------------------


def _number_criterion(found: Profile, asked: Sequence[Criterion], words: tuple[str, ...] = ()) -> Criterion:
    """Fine intervals of a number: each value its own if they are few, else some forty at readable cuts."""
    values = found.numbers if found.numbers is not None else np.zeros(0)
    finite = np.sort(values[np.isfinite(values)])
    whole = found.column.whole or (bool(len(finite)) and bool((finite == np.floor(finite)).all()))
    different = np.unique(finite)
    own = different[1:].tolist() if len(different) <= MOST_NUMBERS else readable_cuts(finite, whole=whole)
    demanded = {cut for c in asked if c.kind == "number" for cut in c.cuts}
    for criterion in asked:
        alone = [as_number(text) for text in criterion.levels[criterion.missing].values if isinstance(text, str)]
        demanded |= {x for n in alone if n is not None for x in (n, math.nextafter(n, math.inf))}
    room = max(0, MOST_LEVELS - 3 - len(demanded))
    if len(own) > room:
        own = own[:: -(-len(own) // max(room, 1))] if room else []
    cuts = sorted({*own, *demanded})
    two = len(different) == 2 and [float(v) for v in different] == [0, 1] and cuts == [1.0]
    levels = _intervals(cuts, whole, zero=bool(len(different)) and different[0] == 0)
    if two:
        levels = [replace(levels[0], name="0"), replace(levels[1], name="1")]
    spoken = tuple(word for word in words if word)
    return _criterion(
        found.column.name, "number", levels, missing=spoken, reference="0" if two else None, ordered=not two
    )


def _intervals(cuts: Sequence[float], whole: bool, *, zero: bool = False) -> list[Level]:
    """The levels between cuts; the first is called 0 where it can hold no other whole number."""
    levels: list[Level] = []
    bounds: list[float | None] = [None, *cuts, None]
    whole = whole and all(float(cut).is_integer() for cut in cuts)
    for low, high in pairwise(bounds):
        name = interval_name(low, high, whole=whole)
        if low is None and high == 1 and whole and zero:
            name = "0"
        if any(name == level.name for level in levels):
            name = f"{low!r} to <{high!r}"
        levels.append(Level(name, low=low, high=high))
    return levels


def readable_cuts(values: NDArray[np.float64], *, whole: bool, bins: int = MOST_NUMBERS) -> list[float]:
    """Cut points between the quantiles of sorted values, each the roundest number there.

    >>> readable_cuts(np.arange(1, 1001.0), whole=True, bins=4)
    [5.0, 10.0, 250.0, 500.0, 750.0, 800.0, 995.0]
    """
    shares = np.concatenate([np.arange(1, bins) / bins, [0.005, 0.01, 0.99, 0.995]])
    place = np.minimum((np.sort(shares) * len(values)).astype(np.intp), len(values) - 1)
    marks = np.unique(np.concatenate([values[:1], values[place]]))
    return sorted({_roundest(float(a), float(b), whole) for a, b in pairwise(marks)})


def _roundest(low: float, high: float, whole: bool) -> float:
    """The number in (low, high] that is quickest to say: 1, 5, 2.5 or 2 of the greatest power of ten that fits."""
    if low < 0 <= high:
        return 0.0
    power = math.floor(math.log10(max(abs(low), abs(high), 1e-300)))
    for exponent in range(power, power - 17, -1):
        if whole and exponent < 0:
            break
        for factor in (10, 5, 2.5, 2, 1):
            step = factor * 10.0**exponent
            if whole and (step < 1 or (factor == 2.5 and exponent < 1)):
                continue
            candidate = float(plain_number(round(math.floor(high / step) * step, 12 - min(exponent, 0))))
            if low < candidate <= high:
                return candidate
    return math.floor(high) if whole and math.floor(high) > low else high


# --- what given grids need -------------------------------------------------------------------------


def _for_grids(
    found: Profile, asked: Sequence[Criterion], proposed: Criterion | None, words: tuple[str, ...]
) -> list[Criterion]:
    """Fine criteria that given grids need beside the proposed one: of another kind, or of an ignored column."""
    made: list[Criterion] = []
    have = {proposed.kind} if proposed is not None and not proposed.fixed else set()
    grids = [c for c in asked if not c.fixed]
    for kind in dict.fromkeys(c.kind for c in grids):
        if kind in have or (kind == "presence" and (have or made)):
            continue
        same = [c for c in grids if c.kind == kind]
        if kind == "number":
            fine = _number_criterion(found, same, words)
        elif kind == "presence":
            fine = _presence(found.column.name)
        else:
            fine = _text_criterion(_as_texts(found), same, kind)
        made.append(replace(fine, name=f"{found.column.name} ({kind})" if proposed else found.column.name))
    return made


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
        made = _criterion(column, "number", levels, ordered=True)
    else:
        levels = [Level(each, values=tuple(texts)) for each, texts in (groups or {}).items()]
        made = _criterion(column, "text", levels)
    return replace(made, name=name or column, axis=axis, fixed=True)


# --- id, dates, order ------------------------------------------------------------------------------


_IDS = (
    "lead id", "id", "leadid", "prospect id", "contact id", "record id", "lead number", "lead no", "customer id", "client id",
    "opportunity id", "deal id", "opportunity number", "uuid", "guid", "identifiant", "id lead", "id prospect", "id contact",
    "id client", "numero", "external id", "hubspot id", "row id", "unnamed 0",
)  # fmt: skip
_CREATED = (
    "created at", "created", "created on", "create date", "creation date", "date created", "created date", "created time",
    "lead created at", "lead created", "lead create date", "lead creation date", "lead date", "date lead", "createdate",
    "date de creation", "date creation", "cree le", "creee le", "date d entree", "date entree", "date d inscription",
    "signup date", "signed up at", "sign up date", "registered at", "registration date", "entered at", "entry date",
    "inquiry date", "first seen", "first contact date", "date premier contact", "date", "added on", "add time", "lead add time",
)  # fmt: skip
_CLOSED = (
    "customer at", "became customer at", "became a customer date", "customer date", "customer since", "client le",
    "date client", "devenu client le", "closed at", "close date", "closed date", "closed won date", "closedate", "won at",
    "won time", "won date", "date won", "deal won time", "converted at", "conversion date", "converted date", "signed at",
    "signature date", "date de signature", "date signature", "signe le", "date de cloture", "date cloture", "date gagne",
    "purchase date", "purchased at", "date d achat", "order date", "contract date", "date contrat", "date de vente",
)  # fmt: skip


def find_id(table: Table) -> str | None:
    """The column that names each lead: by its name, and because (nearly) every row has its own value.

    Of several, one that only rises or only falls is taken first: it also tells the order.
    """
    named = [c.name for c in table.columns if words_of(c.name) in _IDS or names_id(c.name)]
    named.sort(key=lambda name: _IDS.index(words_of(name)) if words_of(name) in _IDS else len(_IDS))
    seen = profile(table, tuple(named)) if named else {}
    apart = [n for n in named if seen[n].filled >= 0.98 * seen[n].rows and seen[n].distinct >= 0.95 * seen[n].filled]
    known = [n for n in apart if words_of(n) in _IDS]
    rising = [n for n in known if (values := seen[n].numbers) is not None and len(values) > 1 and _one_way(values)]
    return next(iter([*rising, *known]), None)


def find_dates(table: Table) -> tuple[str | None, str | None]:
    """The columns that say when a lead entered and when it became a customer, by name and because they hold dates."""
    return _dated(table, _CREATED), _dated(table, _CLOSED)


def _dated(table: Table, names: Sequence[str]) -> str | None:
    named = [c for c in table.columns if words_of(c.name) in names and c.type != "boolean"]
    for column in sorted(named, key=lambda c: names.index(words_of(c.name))):
        found = profile(table, (column.name,))[column.name]
        if found.filled and (looks_dated(found) or _epoch(found)):
            return column.name
    return None


def monotone(table: Table, column: str) -> int:
    """1 if a column strictly rises from row to row in the order of the source, -1 if it strictly falls, else 0.

    A gap, an equal neighbour or a source without order gives 0.
    """
    kind = column_of(table, column).type
    if table.position is None or kind == "boolean":
        return 0
    name = sql.identifier(column).sql("duckdb")
    direction, last = 0, None
    for piece in table.stream(f"SELECT {name} AS v FROM {table.relation}"):  # a table with positions keeps its order
        values = piece["v"]
        if any(value is None for value in values) if values.dtype == object else bool((values != values).any()):
            return 0
        if last is not None:
            values = np.concatenate([last, values])
        rises, falls = bool((values[1:] > values[:-1]).all()), bool((values[1:] < values[:-1]).all())
        if len(values) > 1:
            step = 1 if rises else -1 if falls else 0
            if not step or (direction and step != direction):
                return 0
            direction = step
        last = values[-1:]
    return direction

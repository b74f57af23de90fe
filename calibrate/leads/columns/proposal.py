"""Criteria proposed from the data alone, without a look at who became a customer.

Levels are fine: every common text its own, every number cut at some forty readable points. Which of them are
kept apart is decided later from counts (`binning`). Columns that cannot be criteria (ids, constants, dates, free
text, what is personal) are ignored, each with its reason; a personal or wordy column with many empty cells
becomes filled/missing. Single texts that are personal (an address, a name) are no levels: they count as `other`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from ...engine.table import Fact, Table, column_of
from ...errors import InputError
from ...free_names import free_name
from ...grid.criteria import MISSING, Criterion, Level, is_placeholder
from ...shown import Shown
from ...vocabulary import NO, NUMBER_PLACEHOLDERS, YES
from .fine_classing import (
    MOST_TEXTS,
    as_texts,
    demanded_texts,
    filled_levels,
    number_levels,
    shown,
    spoilt_ranges,
    text_levels,
    with_specials,
    yes_no_levels,
)
from .fine_classing import named_levels as named_levels
from .keys import MANY_NUMBERS, names_key
from .naming import names_code, names_id
from .no_answers import COMMON, mostly_once, none_as_missing
from .personal import PEOPLE, Looked, looked_at
from .profile import Profile, looks_dated, one_way, profiles_of, since_1970, unread_date
from .roles import find_id as find_id
from .roles import monotone as monotone
from .sensitive import Sensitive, sensitivity

FEW_GAPS = 0.01
"""A column filled, or empty, in fewer cells than this share says nothing by being filled."""


@dataclass(frozen=True, repr=False)
class Proposal(Shown):
    """Proposed criteria and the account of columns that are none.

    `only_needed` names criteria that are there only so that given grids can be recounted: they are none that was
    proposed. `sensitive` columns are to be set aside, be they among the criteria or not. `clear` are columns that the
    user answers for, `back` those that were put back: neither is a suspect.
    """

    criteria: tuple[Criterion, ...]
    facts: tuple[Fact, ...]
    only_needed: tuple[str, ...] = ()
    sensitive: tuple[Sensitive, ...] = ()
    clear: tuple[str, ...] = ()
    back: tuple[str, ...] = ()

    def frame(self) -> pd.DataFrame:
        """One line per column that is a criterion or none, and why."""
        rows: list[tuple[str, str, str, str, int]] = [
            (c.column, "criterion", c.axis, c.kind, len(c.levels)) for c in self.criteria
        ]
        rows += [(column, "ignored", "", reason, 0) for column, reason in self.ignored.items()]
        return pd.DataFrame(rows, columns=["column", "use", "axis", "why", "levels"])

    @property
    def headline(self) -> str:
        """How many columns are criteria."""
        return f"{len(self.criteria)} criteria proposed, {len(self.ignored)} columns ignored"

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
    keep: Collection[str] = (),
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
    keep
        Columns that are criteria, whatever they are called and however personal they look; so are those of `include`.
        Single texts that are private by themselves (an address, a phone) stay out even then.
    """
    for name in (*(include or ()), *exclude, *leave_out):
        column_of(table, name)
    allowed = {c.name for c in table.columns if include is None or c.name in include}
    candidates = [c.name for c in table.columns if c.name in allowed.difference(leave_out, exclude)]
    demanded: dict[str, list[Criterion]] = {}
    for criterion in needed:
        demanded.setdefault(criterion.column, []).append(criterion)
    names = {c.name for c in table.columns}
    profiles = profiles_of(table, tuple(c.name for c in table.columns if c.name in {*candidates, *demanded}))
    if not profiles:
        raise InputError(f"{table.name}: no column is left that could be a criterion")
    words = _placeholder_words(table.facts)
    criteria: list[Criterion] = []
    extra: list[str] = []
    wished = (*keep, *(include or ()))
    protected, facts = _protected([profiles[name] for name in candidates if name in profiles], wished)
    for name, column_profile in profiles.items():
        required = demanded.get(name, [])
        proposed, reason = None, ""
        forced = include is not None and name in include
        look = looked_at(column_profile, demanded=demanded_texts(required), keep=name in keep or forced)
        column_profile = look.profile
        if name in candidates:
            proposed, reason = _proposed(look, required, words.get(name, ()), forced=forced or name in keep)
            if reason and name not in [delicate.column for delicate in protected]:
                facts.append(Fact("ignored", {"column": name, "reason": reason}))
        more = _for_grids(column_profile, required, proposed, words.get(name, ()))
        for criterion in (*more, *([proposed] if proposed else [])):
            spelt = _with_signs(criterion, column_profile, table.facts)
            criteria.append(replace(spelt, name=free_name(criterion.name, [c.name for c in criteria])))
            extra += [criteria[-1].name] if criterion is not proposed else []
        if proposed is not None and not proposed.fixed:
            facts += _findings(look, proposed)
    partly = [c.column for c in criteria if c.kind == "text" and profiles[c.column].rows < table.rows]
    if partly:
        rows, columns = profiles[partly[0]].rows, ", ".join(dict.fromkeys(partly))
        facts.append(Fact("looked_at", {"columns": columns, "rows": rows, "of": table.rows}))
    missing = [c.name for c in needed if c.column not in names]
    if missing:
        raise InputError(f"{table.name}: no column for the criteria {', '.join(missing)}")
    return Proposal(
        tuple(none_as_missing(criteria, profiles, table.facts)), tuple(facts), tuple(extra), tuple(protected)
    )


def _protected(profiles: Sequence[Profile], free: Collection[str]) -> tuple[list[Sensitive], list[Fact]]:
    """Sensitive columns to be set aside, and what is said of those that the user wants as criteria (`free`)."""
    delicate = [finding for profile in profiles if profile.filled and (finding := sensitivity(profile)) is not None]
    facts = [
        Fact("sensitive_kept", {"column": finding.column, "kind": finding.kind})
        for finding in delicate
        if finding.column in free
    ]
    return [finding for finding in delicate if finding.column not in free], facts


def _findings(look: Looked, proposed: Criterion) -> list[Fact]:
    """What is worth saying about the texts of a column."""
    column_profile, name = look.profile, proposed.column
    if look.personal == PEOPLE:
        return [Fact("people", {"column": name})]
    facts = [Fact("overruled", {"column": name, "reason": look.overruled})] if look.overruled else []
    if proposed.kind not in ("text", "boolean"):
        return facts
    facts += [Fact("people_pooled", {"column": name, "values": look.names})] if look.names else []
    facts += [Fact("private_pooled", {"column": name, "values": look.unanswered})] if look.unanswered else []
    if column_profile.distinct > MOST_TEXTS:
        facts.append(Fact("many_values", {"column": name, "values": column_profile.distinct, "kept": MOST_TEXTS}))
    nothing = {text: count for text, count in column_profile.texts if is_placeholder(text)}
    if nothing:
        facts.append(
            Fact("placeholders", {"column": name, "words": ", ".join(nothing), "cells": sum(nothing.values())})
        )
    cells = dict(column_profile.texts)
    spoilt = spoilt_ranges(list(cells))
    for level in proposed.levels:
        if level.role == "value" and len(level.values) == 1 and str(level.values[0]) in spoilt:
            facts.append(Fact("spoilt_range", {"column": name, "text": str(level.values[0]), "range": level.name}))
        often = sum(cells.get(str(value), 0) for value in level.values) >= COMMON
        if level.role == "value" and len(level.values) > 1 and often:
            facts.append(Fact("spellings", {"column": name, "texts": ", ".join(str(v) for v in level.values)}))
    return facts


def _placeholder_words(facts: Iterable[Fact]) -> dict[str, tuple[str, ...]]:
    """Words that were read as "no number", by column."""
    return {str(f.facts["column"]): tuple(str(f.facts["words"]).split(", ")) for f in facts if f.key == "placeholders"}


def signs(criterion: Criterion, facts: Iterable[Fact]) -> Criterion:
    """A number criterion with the signs that its source writes in numbers, as reading it found them.

    >>> found = signs(named_levels("Taux", cuts=[3.5]), [Fact("decimal_comma", {"column": "Taux"})])
    >>> found.levels[found.index_of("3,5")].name
    '3.5+'
    """
    if criterion.kind != "number":
        return criterion
    mine = {fact.key: fact.facts for fact in facts if fact.facts.get("column") == criterion.column}
    between = str(mine["thousands"]["character"]) if "thousands" in mine else criterion.thousands
    comma: Literal[".", ","] = "," if "decimal_comma" in mine or between == "." else criterion.decimal
    pairs = tuple((sign, plain) for sign, plain in json.loads(str(mine["units"]["pairs"]))) if "units" in mine else ()
    return replace(criterion, decimal=comma, thousands=between, units=pairs or criterion.units)  # type: ignore[arg-type]


def _with_signs(criterion: Criterion, column_profile: Profile, facts: Iterable[Fact]) -> Criterion:
    """A criterion with the signs of its numbers, be they in a column of numbers or of texts."""
    of_texts = column_profile.signs
    if criterion.kind == "number" and of_texts is not None:
        criterion = replace(criterion, decimal=of_texts.decimal, thousands=of_texts.thousands, units=of_texts.units)
    return signs(criterion, facts)


# --- which kind a column is ------------------------------------------------------------------------


def _proposed(
    look: Looked, required: Sequence[Criterion], words: tuple[str, ...], *, forced: bool
) -> tuple[Criterion | None, str]:
    """The criterion for a column, or the reason why there is none."""
    column_profile = look.profile
    fixed = next((c for c in required if c.fixed), None)
    if fixed is not None:
        return fixed, ""
    if column_profile.filled == 0:
        return None, "empty"
    name = column_profile.column.name
    if look.personal:
        return _presence_or(column_profile, look.personal)
    if (
        not forced
        and unread_date(column_profile)
        and not looks_dated(column_profile)
        and not since_1970(column_profile)
    ):
        return None, "unread_date"
    if looks_dated(column_profile) or since_1970(column_profile):
        return (filled_levels(name), "") if forced else (None, "date")
    if column_profile.distinct == 1:
        return _single(column_profile)
    if column_profile.column.type == "number":
        return _number_or(column_profile, required, words, forced)
    return _text_or(look, required, forced)


def _presence_or(column_profile: Profile, reason: str) -> tuple[Criterion | None, str]:
    """Filled or missing, where both are common enough to tell leads apart."""
    if min(column_profile.gaps, column_profile.filled) >= max(FEW_GAPS * column_profile.rows, 2):
        return filled_levels(column_profile.column.name), ""
    return None, reason


def _single(column_profile: Profile) -> tuple[Criterion | None, str]:
    """One value beside empty cells: having it is the question."""
    if min(column_profile.gaps, column_profile.filled) < max(FEW_GAPS * column_profile.rows, 2):
        return None, "constant"
    if column_profile.texts and not is_placeholder(column_profile.texts[0][0]):
        text = column_profile.texts[0][0]
        level = Level(shown(text), values=(text,))
        return with_specials(column_profile.column.name, "text", [level], reference=MISSING), ""
    return filled_levels(column_profile.column.name), ""


def _number_or(
    column_profile: Profile, required: Sequence[Criterion], words: tuple[str, ...], forced: bool
) -> tuple[Criterion | None, str]:
    name = column_profile.column.name
    key = column_profile.column.whole and column_profile.distinct >= MANY_NUMBERS and names_key(name)
    if key or names_code(name) or any(c.kind == "text" for c in required):
        if not forced and mostly_once(as_texts(column_profile)):
            return _presence_or(column_profile, "id" if _tells_apart(column_profile) else "once")
        if column_profile.distinct <= MOST_TEXTS or forced:
            return text_levels(as_texts(column_profile), required, "text"), ""
        if _tells_apart(column_profile):
            return None, "id"
        return _wordy(as_texts(column_profile), required)
    if not forced and _tells_apart(column_profile):
        return None, "id"
    return number_levels(column_profile, required, words), ""


def _text_or(look: Looked, required: Sequence[Criterion], forced: bool) -> tuple[Criterion | None, str]:
    column_profile = look.profile
    if column_profile.column.type == "boolean" or _is_yes_no(column_profile):
        return yes_no_levels(column_profile, required), ""
    if (
        column_profile.numbers is not None
        and not names_code(column_profile.column.name)
        and not any(c.kind == "text" for c in required)
    ):
        nothing = tuple(text for text, _ in column_profile.texts if text.strip().casefold() in NUMBER_PLACEHOLDERS)
        if forced or not _tells_apart(column_profile):
            return number_levels(column_profile, required, nothing), ""
    if not forced:
        if _tells_apart(column_profile):
            return _presence_or(column_profile, "id")
        if look.told or mostly_once(column_profile):
            return _presence_or(column_profile, "told" if look.told else "once")
        if column_profile.distinct > MOST_TEXTS:
            return _wordy(column_profile, required)
    return text_levels(column_profile, required, "text"), ""


def _tells_apart(column_profile: Profile) -> bool:
    """Whether a column tells (nearly) every row apart, as ids do."""
    share = column_profile.distinct / max(column_profile.filled, 1)
    if column_profile.column.type == "number" or column_profile.numbers is not None:
        values = column_profile.numbers if column_profile.numbers is not None else np.zeros(0)
        if not len(values) or not bool((values == np.floor(values)).all()):
            return False
        spread = float(values.max() - values.min())
        dense = column_profile.filled >= 100 and (spread < 20 * column_profile.filled or one_way(values))
        return (share >= 0.5 and names_id(column_profile.column.name)) or (share >= 0.99 and dense)
    if names_id(column_profile.column.name) and share >= 0.5:
        return True
    return column_profile.filled >= 20 and share >= 0.95


def _wordy(column_profile: Profile, required: Sequence[Criterion]) -> tuple[Criterion | None, str]:
    """More texts than levels: the common ones, if they cover something, else filled or missing."""
    covered = sum(count for _, count in column_profile.texts[:MOST_TEXTS])
    if covered >= 0.2 * column_profile.filled:
        return text_levels(column_profile, required, "text"), ""
    return _presence_or(column_profile, "free_text")


def _is_yes_no(column_profile: Profile) -> bool:
    words = {text.strip().casefold() for text, _ in column_profile.texts if not is_placeholder(text)}
    return (
        column_profile.distinct <= 12
        and len(words) >= 2
        and words <= YES | NO
        and bool(words & YES)
        and bool(words & NO)
    )


# --- what given grids need -------------------------------------------------------------------------


def _for_grids(
    column_profile: Profile, required: Sequence[Criterion], proposed: Criterion | None, words: tuple[str, ...]
) -> list[Criterion]:
    """Fine criteria that given grids need beside the proposed one: of another kind, or of an ignored column."""
    criteria: list[Criterion] = []
    have = {proposed.kind} if proposed is not None and not proposed.fixed else set()
    grids = [c for c in required if not c.fixed]
    for kind in dict.fromkeys(c.kind for c in grids):
        if kind in have or (kind == "presence" and (have or criteria)):
            continue
        same = [c for c in grids if c.kind == kind]
        if kind == "number":
            fine = number_levels(column_profile, same, words)
        elif kind == "presence":
            fine = filled_levels(column_profile.column.name)
        else:
            fine = text_levels(as_texts(column_profile), same, kind)
        criteria.append(
            replace(fine, name=f"{column_profile.column.name} ({kind})" if proposed else column_profile.column.name)
        )
    return criteria

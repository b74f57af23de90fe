"""Counts per cohort and level, kept from month to month: the same leads must not have other values later.

A ledger is plain values (it stands in `run.json`) and holds no person: levels of fewer than `FEWEST` leads are pooled.
Next month the same cohorts are counted again. Leads that have moved to another level since were given their value after
they came: a column that is filled later cannot be what was known when the lead was scored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..days import day_at
from ..grid.criteria import Criterion
from .tally import Tally

FEWEST = 30
CUTS = 4
"""Cut points at which a number is compared."""
MISSING, OTHER = "missing", "other"
SHARE, LEAST = 0.01, 5
"""Leads that must have moved, as a share and as a number."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Moved:
    """A column whose values have moved: at least so many of the leads compared, since that day."""

    column: str
    leads: int
    compared: int
    since: str
    filled: bool


def ledger_of(tally: Tally) -> dict[str, Any] | None:
    """The ledger of a tally on fine levels, of mature and young leads; None where leads have no months.

    Shape of each list of counts: (cohorts,).
    """
    if not _has_months(tally):
        return None
    months, counts = _by_month(tally)
    columns: dict[str, Any] = {}
    for criterion, leads in zip(tally.criteria, counts, strict=True):
        if criterion.column not in columns:
            columns[criterion.column] = _parts(criterion, leads, _own(criterion, leads))
    return {"cohorts": list(months), "leads": _totals(counts, len(months)), "columns": columns}


def moved(before: Mapping[str, Any], as_of: str, tally: Tally, observe_days: int = 0) -> tuple[Moved, ...]:
    """Columns whose counts are others than in an earlier ledger, for cohorts that were fully observed on its day."""
    if not _has_months(tally):
        return ()
    months, counts = _by_month(tally)
    day = date.fromisoformat(as_of)
    old_months: list[str] = before["cohorts"]
    pairs = [
        (old_months.index(month), i)
        for i, month in enumerate(months)
        if month in old_months and (day - _month_end(month)).days >= observe_days
    ]
    if not pairs:
        return ()
    then, now = (np.array(part) for part in zip(*pairs, strict=True))
    old_leads = np.array(before["leads"])[then]
    changed: list[Moved] = []
    for criterion, leads in zip(tally.criteria, counts, strict=True):
        former = before["columns"].get(criterion.column)
        if former is None or criterion.column in {change.column for change in changed}:
            continue
        again = _parts(criterion, leads, list(former))
        changes = {key: np.array(again[key])[now] - np.array(former[key])[then] for key in former if key in again}
        total = leads.sum(axis=1)[now] - old_leads
        count = _moved(changes, total, criterion.kind == "number")
        compared = int(old_leads.sum())
        if count >= max(LEAST, SHARE * compared):
            gone = -int(changes.get(MISSING, np.zeros(1)).sum())
            changed.append(Moved(criterion.column, count, compared, as_of, gone >= count / 2))
    return tuple(changed)


def _moved(changes: Mapping[str, Ints], total: Ints, ordered: bool) -> int:
    """Leads that have at least changed their level, beyond those that came or went."""
    if not changes:
        return 0
    table = np.stack(list(changes.values()))
    if ordered:  # counts below a cut: those that crossed it
        return int(np.maximum(np.abs(table) - np.abs(total), 0).sum(axis=1).max())
    return int(np.maximum(np.abs(table).sum(axis=0) - np.abs(total), 0).sum()) // 2


def _parts(criterion: Criterion, leads: Ints, keys: Sequence[str]) -> dict[str, list[int]]:
    """Leads per month of each of these levels, all others together; for numbers, of what lies below a cut."""
    parts: dict[str, list[int]] = {MISSING: leads[:, criterion.missing].tolist()}
    if criterion.kind == "number":
        highs = [level.high for level in criterion.levels]
        for key in keys:
            if key.startswith("<") and float(key[1:]) in highs:
                below = [i for i, high in enumerate(highs) if high is not None and high <= float(key[1:])]
                parts[key] = leads[:, below].sum(axis=1).tolist()
        return parts
    names = [level.name for level in criterion.levels]
    common = [names.index(key) for key in keys if key in names and key not in (MISSING, OTHER)]
    parts |= {names[i]: leads[:, i].tolist() for i in common}
    parts |= {key: [0] * len(leads) for key in keys if key not in parts and key != OTHER}
    remainder = leads.sum(axis=1) - np.sum([parts[key] for key in parts], axis=0)
    return {**parts, OTHER: remainder.astype(int).tolist()}


def _own(criterion: Criterion, leads: Ints) -> list[str]:
    """The levels that a new ledger holds: common ones; of a number, cut points near its quarters."""
    total = leads.sum(axis=0)
    if criterion.kind != "number":
        return [level.name for level, n in zip(criterion.levels, total, strict=True) if n >= FEWEST]
    cuts = criterion.cuts
    share = np.cumsum(total[: len(cuts)]) / max(1, total.sum())
    near = {int(np.argmin(np.abs(share - at))) for at in np.linspace(0, 1, CUTS + 2)[1:-1]} if len(cuts) else set()
    return [f"<{cuts[i]:g}" for i in sorted(near)]


def _has_months(tally: Tally) -> bool:
    """Whether the cohorts are months, such as 2025-03."""
    return tally.ends is not None and all(len(name) == 7 for name in tally.cohorts)


def _by_month(tally: Tally) -> tuple[list[str], list[Ints]]:
    """Months from the first to the last, and leads per month and level of each criterion, young ones among them."""
    months = list(tally.cohorts)
    counts = [margin[:, :, 0] for margin in tally.marginals]
    young = tally.young
    if young is None or young.width != 1:
        return months, counts
    days = np.datetime64(young.last, "D") - np.arange(len(young.margins[0]) if young.margins else 0)
    names = [str(day) for day in days.astype("datetime64[M]")]
    months += sorted(set(names) - set(months))
    place = np.array([months.index(name) for name in names], np.int64)
    complete = []
    for old, new in zip(counts, young.margins, strict=True):
        table = np.zeros((len(months), old.shape[1]), np.int64)
        table[: len(old)] = old
        for age, month in enumerate(place):
            table[month] += new[age, :, 0]
        complete.append(table)
    return months, complete


def _totals(counts: list[Ints], months: int) -> list[int]:
    return counts[0].sum(axis=1).tolist() if counts else [0] * months


def _month_end(month: str) -> date:
    """Last day of a month."""
    days = int((np.datetime64(month, "M") + 1).astype("datetime64[D]").astype(np.int64)) - 1
    return day_at(days)

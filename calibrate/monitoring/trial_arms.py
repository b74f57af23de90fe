"""Arms: leads and customers of the two grids of a live trial, week by week, from a file with one row per lead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..counts.design_effect import contrast_effect, group_codes
from ..counts.tally import tally_of
from ..days import day_at, day_number
from ..engine.query import NOTHING, as_text, call, count, flag, one_of, quoted, select
from ..engine.table import Table, column_of
from ..errors import HistoryError, InputError, SettingsError, unknown
from ..grid.criteria import Criterion, Level
from ..leads.columns.buyers import find_group, group_sql
from ..leads.columns.outcome import answers
from ..leads.columns.person_names import may_be_shown
from ..leads.day_span import DaySpan, believed_span, day_of
from ..leads.terms import Group

NEW_WORDS = ("new", "nouveau", "nouvelle", "candidate", "test", "treatment", "b")
"""What the arm of the new grid is often called."""


@dataclass(frozen=True)
class ArmNames:
    """Columns of a trial file: arm, outcome (with its values that mean customer), first day, and days of outcome, id.

    `new` is the value of the arm column that means the new grid; a known word is found by itself. `group` is the
    column whose leads share their fate; a company's id, mailbox or name is found by itself ("none": leads stand alone).
    """

    arm: str
    customer: str | None
    created_at: str
    customer_at: str | None = None
    lead_id: str | None = None
    new: str | None = None
    customer_values: tuple[str, ...] = ()
    group: str | None = None


@dataclass(frozen=True)
class Arms:
    """Counts since the start at the end of each whole week: (new leads, new customers, old leads, old customers).

    `first` is the day of the first lead; `left_out` counts leads without an arm or a first day, or with a day that is
    not believed (after today, far from all others: `day_span`).
    `effect` is the design effect of the difference of both close rates: above 1 where contacts of one company decide
    together.
    """

    new: str
    old: str
    first: date
    as_of: date
    weeks: tuple[tuple[int, int, int, int], ...]
    left_out: int
    effect: float = 1.0


def arms(table: Table, names: ArmNames, *, as_of: date | None = None) -> Arms:
    """Count both arms at the end of every whole week until `as_of` (default: the last day in the file).

    A customer counts from the week of its outcome's day, else from that of its first day.
    """
    rows = _rows(table, names)
    has_arm = np.array([v is not None and str(v) != "" for v in rows["arm"]], np.bool_)
    created = rows["created"].astype(float)
    dated = np.isfinite(created)
    if as_of is not None and as_of > date.today():
        raise SettingsError(f"--as-of {as_of} lies in the future; a trial is read on a day that has come")
    entered = _believed(created, as_of)
    dated[dated] = (created[dated] >= entered.first) & (created[dated] <= entered.last)
    usable = has_arm & dated
    if not usable.any():
        raise HistoryError(f"{table.name}: no row has both an arm ('{names.arm}') and a day ('{names.created_at}')")
    in_arm = np.array([str(v) for v in rows["arm"][usable]], object)
    new, old = _which(sorted(set(in_arm)), names)
    _check_ids(rows, usable, in_arm, names)
    created = rows["created"][usable].astype(float)
    closed, won = rows["closed"][usable].astype(float), rows["won"][usable].astype(float) == 1
    sold = np.isfinite(closed) & (won if names.customer else True)
    span = _believed(np.concatenate([created, closed[sold]]), as_of)
    closed = np.where((closed >= span.first) & (closed <= span.last), closed, np.nan)
    counts_from = np.where(won, np.fmax(closed, created) if names.customer_at else created, np.inf)
    if names.customer_at and names.customer is None:
        counts_from = np.where(np.isfinite(closed), np.fmax(closed, created), np.inf)
    first = int(created.min())
    days = np.concatenate([created, counts_from[np.isfinite(counts_from)]])
    last = int(days.max()) if as_of is None else day_number(as_of)
    whole_weeks = (last - first + 1) // 7
    if whole_weeks < 1:
        raise HistoryError(
            f"{table.name}: the first lead came on {day_at(first)} and the last day is {day_at(last)}; a trial is read "
            "at the end of a whole week, so come back then"
        )
    weeks = []
    for week in range(1, whole_weeks + 1):
        until = first + 7 * week
        row: list[int] = []
        for name in (new, old):
            there = (in_arm == name) & (created < until)
            row += [int(there.sum()), int((there & (counts_from < until)).sum())]
        weeks.append((row[0], row[1], row[2], row[3]))
    buyers = group_codes(pd.factorize(rows["buyer"][usable])[0])
    effect = _effect(buyers, in_arm == new, np.isfinite(counts_from)) if buyers is not None else 1.0
    return Arms(new, old, day_at(first), day_at(last), tuple(weeks), int((~usable).sum()), effect)


def _effect(buyers: NDArray[np.int32], new: NDArray[np.bool_], bought: NDArray[np.bool_]) -> float:
    """Design effect of the difference of the arms' close rates; a company in both arms takes from it."""
    levels = (Level("old", values=("old",)), Level("new", values=("new",)))
    arm = Criterion("arm", "arm", "text", "fit", (*levels, Level("missing", "missing"), Level("other", "other")))
    tally = tally_of([arm], new[None].astype(np.uint8), bought, group=buyers)
    leads = tally.by_level[:, 0].astype(float)
    return 1.0 if tally.pairs is None else float(contrast_effect(leads, len(new), tally.pairs)[1])


def _believed(days: NDArray[np.float64], as_of: date | None) -> DaySpan:
    """The span of the days that are believed, up to today or to a later day that is given."""
    distinct_days, rows = np.unique(days[np.isfinite(days)].astype(np.int64), return_counts=True)
    return believed_span(distinct_days, rows, max(date.today(), as_of) if as_of else None)


def _rows(table: Table, names: ArmNames) -> dict[str, NDArray[Any]]:
    """Arm, first day, day of the outcome, whether a customer, and id of every row."""
    for column in (names.arm, names.customer, names.lead_id):
        if column is not None:
            column_of(table, column)
    if names.customer is None and names.customer_at is None:
        raise SettingsError("name the column that tells customers with --customer, or their day with --customer-at")
    if names.group is not None and names.group != "none":
        column_of(table, names.group)
    group = find_group(table) if names.group is None else None if names.group == "none" else Group(names.group)
    cells = {
        "arm": as_text(quoted(names.arm)),
        "created": day_of(table, names.created_at),
        "closed": day_of(table, names.customer_at) if names.customer_at else NOTHING,
        "won": _won(table, names),
        "lead": as_text(quoted(names.lead_id)) if names.lead_id else NOTHING,
        "buyer": call.md5(group_sql(table, group)) if group else NOTHING,
    }
    return table.fetch(select(cells, table.relation))


def _won(table: Table, names: ArmNames) -> str:
    """0/1: the outcome column holds a value that means customer."""
    if names.customer is None:
        return "0"
    column = as_text(quoted(names.customer))
    rows = table.fetch(select({"answer": column, "leads": count()}, table.relation, group=(1,), limit=1000))
    counts = {None if v is None else str(v): int(n) for v, n in zip(rows["answer"], rows["leads"], strict=True)}
    meant = answers(counts, names.customer, names.customer_values).customer
    return flag(one_of(column, meant))


def _which(arms_present: list[str], names: ArmNames) -> tuple[str, str]:
    """Names of the new and of the old arm."""
    if len(arms_present) != 2:
        raise InputError(
            f"the column '{names.arm}' of a trial has two values, one per grid; it has {len(arms_present)}: "
            f"{', '.join(may_be_shown(arms_present)[:8])}"
        )
    new = names.new
    if new is None:
        new_like = [value for value in arms_present if value.strip().lower() in NEW_WORDS]
        if len(new_like) != 1:
            raise SettingsError(
                f"which of '{arms_present[0]}' and '{arms_present[1]}' is the new grid? Say so with --new"
            )
        new = new_like[0]
    if new not in arms_present:
        raise SettingsError(unknown(f"value of '{names.arm}'", new, arms_present))
    return new, arms_present[1 - arms_present.index(new)]


def _check_ids(rows: dict[str, NDArray[Any]], usable: NDArray[np.bool_], in_arm: NDArray[Any], names: ArmNames) -> None:
    """A lead is in one arm, and in it once."""
    if names.lead_id is None:
        return
    leads = [str(v) for v in rows["lead"][usable]]
    if len(set(leads)) == len(leads):
        return
    both = len(set(zip(leads, in_arm.tolist(), strict=True))) - len(set(leads))
    if both:
        raise InputError(f"{both} leads are in both arms; a lead must be worked by one grid from its first day on")
    raise InputError(f"{len(leads) - len(set(leads))} lead ids stand there twice; keep one row per lead")

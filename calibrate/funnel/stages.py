"""From contact to customer: how many leads reach each stage, and how long it takes, per cohort month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..counts.rates import Rate, rate
from ..engine.query import both, call, case, count, filled, flag, rows, select
from ..engine.table import Table
from ..leads.columns.naming import words_of
from ..leads.columns.profile import looks_dated, profiles_of, since_1970
from ..leads.day_span import day_of
from ..leads.history import History
from ..leads.terms import BUYER, status_in
from .shared_fate import SharedFate, fates

STAGES = ("marketing_qualified", "sales_qualified", "opportunity", "customer")
_NAMES = {
    "marketing_qualified": (
        "mql at",
        "mql date",
        "date mql",
        "became mql",
        "became mql at",
        "marketing qualified at",
        "mql le",
        "mql on",
        "became a marketing qualified lead date",
        "date became marketing qualified lead",
        "lifecyclestage marketingqualifiedlead date",
        "hs lifecyclestage marketingqualifiedlead date",
    ),
    "sales_qualified": (
        "sql at",
        "sql date",
        "date sql",
        "became sql",
        "became sql at",
        "sales qualified at",
        "sql le",
        "sql on",
        "became a sales qualified lead date",
        "hs lifecyclestage salesqualifiedlead date",
    ),
    "opportunity": (
        "opportunity at",
        "opportunity date",
        "became opportunity",
        "opportunity created at",
        "opp at",
        "opp date",
        "became an opportunity date",
        "date opportunite",
        "opportunite le",
        "hs lifecyclestage opportunity date",
    ),
}
JUDGED = ("kept", "already_closed")
Effects = tuple[tuple[float, ...], tuple[float, ...]]
"""Design effects of each stage's share of the stage before, and of all leads."""


@dataclass(frozen=True)
class Step:
    """One stage in one cohort (or in all): how many of its leads reach it, and after how many days.

    `rate` counts them among those that reached the stage before; `of_leads` among all. `days` is the median from
    creation, `from_before` from the stage before; None where nobody reaches it.
    """

    stage: str
    rate: Rate
    of_leads: Rate
    days: float | None
    from_before: float | None = None


@dataclass(frozen=True)
class Stages:
    """Conversion and cycle time of leads old enough to be judged, within `days` days of their creation.

    A lead that skips a stage counts as having reached it when it reaches the next. `cohorts` has one row per month.
    `outcome` is the stage whose date is the outcome of this history: the last one, unless an earlier one was named.
    """

    days: int
    steps: tuple[Step, ...]
    cohorts: tuple[tuple[str, int, tuple[Step, ...]], ...]
    outcome: str = STAGES[-1]


def find_stages(table: Table) -> dict[str, str]:
    """Columns with the day on which a lead reached a stage, by their names and because they hold dates."""
    column_of_stage = {}
    for stage, names in _NAMES.items():
        candidates = sorted(
            (c for c in table.columns if words_of(c.name) in names), key=lambda c: names.index(words_of(c.name))
        )
        for column in candidates:
            content = profiles_of(table, (column.name,))[column.name]
            if content.filled and (looks_dated(content) or since_1970(content)):
                column_of_stage[stage] = column.name
                break
    return column_of_stage


def follow(history: History, columns: Mapping[str, str]) -> Stages | None:
    """Count how far leads come within their observation and closing window; None without dates.

    `columns` names the column of each stage, of the last one only where the outcome's date is that of an earlier one.
    """
    terms = history.terms
    if terms.created_at is None or terms.customer_at is None:
        return None
    outcome = next((stage for stage in STAGES if columns.get(stage) == terms.customer_at), STAGES[-1])
    names = [stage for stage in STAGES if stage in columns or stage == outcome]
    horizon = terms.observe_days + terms.close_within_days
    reached = _reached(history, [None if stage == outcome else columns[stage] for stage in names], horizon)
    judged = status_in(*JUDGED)
    buyer = {} if terms.group is None else {BUYER: BUYER}
    steps = select({"__created": "__created"} | buyer | reached, rows(history.leads, "judged"), where=judged)
    columns_read = {"moment": "__created"} | {name: name for name in reached} | {"leads": count()}
    counts = history.table.fetch(select(columns_read, rows(steps, "steps"), group=("__created", *reached)))
    leads = counts["leads"].astype(np.int64)
    days = np.stack([counts[f"r{i}"].astype(np.float64) for i in range(len(names))])
    cohort = history.cohort_of(counts["moment"].astype(np.int64))
    reach = np.concatenate([np.ones((1, len(leads))), ~np.isnan(days)]) * leads
    in_cohort = np.stack([reach[:, cohort == i].sum(axis=1) for i in range(len(history.cohorts))], axis=1)
    in_all, within = _shared(history, steps, len(names)) or (None, None)
    of_all, of_cohort = _effects(in_all, reach.sum(axis=1)[:, None]), _effects(within, in_cohort)
    months = []
    for i, name in enumerate(history.cohorts):
        mine = cohort == i
        if mine.any():
            months.append((name, int(leads[mine].sum()), _steps(names, days[:, mine], leads[mine], of_cohort[i])))
    return Stages(horizon, _steps(names, days, leads, of_all[0]), tuple(months), outcome)


def _shared(history: History, steps: str, stages: int) -> tuple[SharedFate, SharedFate] | None:
    """What leads of one buyer share of the stages that they reach: in all, and within each cohort."""
    flags = {f"f{i}": flag(filled(f"r{i}")) for i in range(stages)}
    kinds = select({"__created": "__created", BUYER: BUYER} | flags, rows(steps, "steps"))
    return None if history.terms.group is None else fates(history, kinds, list(flags))


def _effects(fate: SharedFate | None, counts: NDArray[np.float64]) -> list[Effects]:
    """Per cohort, the design effects of each stage's share of the stage before, and of all leads.

    `counts` has all leads and those of each stage per cohort: (stages + 1, cohorts). What leads of one buyer share is
    that of all cohorts.
    """
    stages, total = len(counts) - 1, counts.sum(axis=1)
    if fate is None:
        return [((1.0,) * stages, (1.0,) * stages)] * counts.shape[1]
    kinds = fate.names
    of_before, of_leads = (
        [
            fate.effects(kinds[i], kinds[base], counts[base].tolist(), float(total[i]), float(total[base]))
            for i, base in zip(range(1, stages + 1), bases, strict=True)
        ]
        for bases in (range(stages), [0] * stages)
    )
    return [
        (tuple(before), tuple(every))
        for before, every in zip(zip(*of_before, strict=True), zip(*of_leads, strict=True), strict=True)
    ]


def _reached(history: History, columns: list[str | None], horizon: int) -> dict[str, str]:
    """Cells for the days from creation to each stage (NULL: not within the horizon); a later stage implies it.

    No column stands for the outcome.
    """
    parts: list[str] = []
    for column in reversed(columns):
        day = "__closed" if column is None else day_of(history.table, column)
        after = f"{day} >= __created"
        stage_day = case((both("__bought = 1", after) if column is None else after, f"{day} - __created"))
        parts.append(call.coalesce(stage_day, parts[-1]) if parts else stage_day)
    return {f"r{i}": case((f"{part} <= {horizon}", part)) for i, part in enumerate(reversed(parts))}


def _steps(names: list[str], days: NDArray[np.float64], leads: NDArray[np.int64], effects: Effects) -> tuple[Step, ...]:
    """Each stage with its counts and medians, from counted combinations of days; intervals carry the design effects."""
    total = int(leads.sum())
    before, earlier = total, np.zeros(len(leads))
    steps = []
    for i, name in enumerate(names):
        there = ~np.isnan(days[i])
        count = int(leads[there].sum())
        took = days[i] - earlier
        timed = there & ~np.isnan(took)
        steps.append(
            Step(
                name,
                rate(min(count, before), before, effects[0][i]),
                rate(count, total, effects[1][i]),
                _median(days[i][there], leads[there]),
                _median(np.maximum(took[timed], 0), leads[timed]),
            )
        )
        before, earlier = count, days[i]
    return tuple(steps)


def _median(days: NDArray[np.float64], leads: NDArray[np.int64]) -> float | None:
    """The day by which half of counted leads have come."""
    if not len(days):
        return None
    order = np.argsort(days)
    total = np.cumsum(leads[order])
    return float(days[order][int(np.searchsorted(total, total[-1] / 2))])

"""How long leads take to close, open leads being censored, and what the closing window captures of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..days import day_number
from ..engine.query import both, case, count, flag, rows, select
from ..leads.history import History
from ..leads.terms import status_in

Floats = NDArray[np.float64]
Q90, WEEK = 0.9, 7
JUDGED = ("kept", "already_closed", "immature")
"""What the curve is made from: also leads that are too young to be judged, as far as they are known."""


@dataclass(frozen=True)
class Window:
    """What another closing window would give: its days, leads old enough, their customers, the best grid, its AUC."""

    days: int
    leads: int
    customers: int
    rate: float
    low: float
    high: float
    auc: Mapping[str, float] | None = None
    used: bool = False
    grid: str | None = None


@dataclass(frozen=True)
class Closing:
    """The closing curve: `share[i]` of all leads have become customers within `days[i]` days of their creation.

    Kaplan-Meier, leads that are still open censored on the as-of day; `low` and `high` are 95 % intervals.
    `captured` is the share of all closings on the curve that fall into the window, `before` the share that came
    during the observation; `observed_days` is the 90th percentile of the closing times seen, `proposed` the window
    that reaches there, rounded up to a week.
    """

    days: NDArray[np.int64]
    share: Floats
    low: Floats
    high: Floats
    leads: int
    closings: int
    median: float | None
    captured: float
    before: float
    observed_days: int
    proposed: int
    windows: tuple[Window, ...] = ()


def closing_times(history: History) -> Closing | None:
    """The time to close of a history with both dates, else None."""
    durations = _durations(history)
    if durations is None:
        return None
    days, closed, leads = durations
    return curve(
        days,
        closed,
        leads,
        observe_days=history.terms.observe_days,
        close_within_days=history.terms.close_within_days,
    )


def curve(
    days: NDArray[np.int64],
    closed: NDArray[np.bool_],
    leads: NDArray[np.int64],
    *,
    observe_days: int,
    close_within_days: int,
) -> Closing | None:
    """The closing curve from counted leads: days until closing or until they were last seen open.

    ``share(t) = 1 - prod over closing days d <= t of (1 - closings on d / leads at risk on d)`` (Kaplan and Meier
    1958); intervals on the scale of log(-log(1 - share)) with Greenwood's variance.

    >>> found = curve(np.array([1, 2, 3]), np.array([True, False, True]), np.array([1, 1, 2]),
    ...               observe_days=0, close_within_days=90)
    >>> found.days.tolist(), found.share.round(3).tolist()     # 1/4 on day 1; then both of the 2 that are left
    ([1, 3], [0.25, 1.0])
    """
    if not closed.any():
        return None
    at, events, risk = _at_risk(days, closed, leads)
    with np.errstate(divide="ignore", invalid="ignore"):
        survival = np.asarray(np.cumprod(1 - events / risk), np.float64)
        greenwood = np.sqrt(np.cumsum(events / (risk * (risk - events))))
        share = np.asarray(1 - survival, np.float64)
        wide = np.exp(1.959964 * greenwood / np.abs(np.log(survival)))
        low, high = 1 - survival ** (1 / wide), 1 - survival**wide
    low, high = np.nan_to_num(low, nan=0.0), np.nan_to_num(high, nan=1.0)
    end = observe_days + close_within_days
    total = float(share[-1])

    def by(day: int) -> float:
        place = int(np.searchsorted(at, day, side="right"))
        return float(share[place - 1]) if place else 0.0

    first = by(observe_days) if observe_days else 0.0
    observed = _quantile(days[closed], leads[closed], Q90)
    return Closing(
        days=at,
        share=share,
        low=low,
        high=high,
        leads=int(leads.sum()),
        closings=int(leads[closed].sum()),
        median=float(_quantile(days[closed], leads[closed], 0.5)),
        captured=(by(end) - first) / total,
        before=first / total,
        observed_days=observed,
        proposed=max(WEEK, math.ceil((observed - observe_days) / WEEK) * WEEK),
    )


def _at_risk(
    days: NDArray[np.int64], closed: NDArray[np.bool_], leads: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Days with closings, ascending, the closings on each, and the leads seen until that day at least."""
    order = np.argsort(days, kind="stable")
    days, closings, counts = days[order], np.where(closed, leads, 0)[order].astype(float), leads[order].astype(float)
    every, first = np.unique(days, return_index=True)
    events, remaining = np.add.reduceat(closings, first), np.cumsum(counts[::-1])[::-1][first]
    with_closings = events > 0
    return every[with_closings], events[with_closings], remaining[with_closings]


def _durations(history: History) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.int64]] | None:
    """Days, whether they end in a closing, and how many leads, one entry per distinct pair."""
    terms = history.terms
    if terms.created_at is None or terms.customer_at is None or history.as_of is None:
        return None
    last = day_number(history.as_of)
    judged = status_in(*JUDGED)
    done = both("__bought = 1", f"__closed <= {last}")
    ends = case((done, "__closed"), otherwise=last)
    columns = {"days": f"{ends} - __created", "closed": flag(done), "leads": count()}
    here = both(judged, f"__created <= {last}")
    durations = history.table.fetch(
        select(columns, rows(history.leads, "judged"), where=here, group=(1, 2), order=(1, 2))
    )
    days, leads = durations["days"].astype(np.int64), durations["leads"].astype(np.int64)
    return days, durations["closed"].astype(np.int64) == 1, leads


def _quantile(days: NDArray[np.int64], leads: NDArray[np.int64], share: float) -> int:
    """The day by which a share of counted closings has come."""
    order = np.argsort(days)
    total = np.cumsum(leads[order])
    return int(days[order][int(np.searchsorted(total, share * total[-1]))])

"""Drift: what has moved since a grid was calibrated, cohort after cohort, and whether that asks for a new one.

Three things are looked at: the close rate of every line beside its calibration counts, the customers that the score
promised beside those that came, and the mix of answers (population stability index, Siddiqi 2006). Each cohort is a
look, and so is the next: at each the chance of any verdict but keep, where nothing moved, is at most 5 % over all lines
and spans of time together, so that of twelve looks in a year one is wrong in about one history of three
(`benchmarks/drift.py` counts, and holds the power against the best that any test could have):

- A line is read over three spans that end now: the newest cohort, the shortest run of cohorts with enough leads, and
  all since the calibration. Its two-by-two table, with both counts uncertain, is tested exactly (Fisher, mid-p:
  Lancaster 1961), nine tenths of the attention on rates that fall.
- The chance is shared out by what each line's number of leads can tell, and taken once where lines or spans are nearly
  the same leads (`attention`).
- Leads whose closing window is still open count as far as they tell, in the months in which they entered: customers so
  far, beside those to be expected by the closing curve (`counts.so_far`); unless leads take longer, or less long, to
  close than they did, which is then said.
- What is beyond chance is named. It asks for a new grid when it is also large enough to matter (a fifth up or down) and
  not over; else it is watched. Leads of one group count as many as they tell (`drift_effects`). When it began and ended
  is where a rate of its own makes the counts most likely (Levin and Kline 1985).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..counts.so_far import OpenLeads, inflation, still_closing, with_so_far
from ..counts.tally import Tally
from ..days import day_number
from ..errors import GridError, HistoryError
from ..grid.criteria import offsets
from ..grid.grid import Grid
from ..points.curve import fit_curve
from ..points.score_table import score
from .drift_effects import effects, fewer
from .drift_looks import Drift, Look
from .multiplicity import SMALLEST, able, correlation, in_common, saved, seen, shares, whole
from .shift_tests import (
    ALL,
    ENOUGH,
    NEWEST,
    Change,
    Status,
    changed,
    lasted,
    over,
    promise_kept,
    ratio_of,
    spans,
    stability,
    status_of,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ALARMS = 0.05
"""Chance of a false alarm that is shared out at each look."""
MIX_WATCHED, MIX_CHANGED = 0.10, 0.25
"""A population stability index from which the mix is watched, and from which it counts as another population."""
SHARES = {"line": (0.11, 0.76, 0.07), "score": (0.03, 0.0, 0.03)}
"""Share of the alarm chance per span (newest cohort, enough leads, all since the calibration) before spans that are the
same are taken together; what is looked at in vain gives its share to the rest."""
BEGUN = 2 / 3
"""A newest cohort with a smaller share of the usual number of leads has begun: its mix is read with those before it."""
MIX, CHOSEN = 0.01, 0.15
"""Share of the mix: where its index is large enough to matter, leads are many enough to be sure of it. And what is kept
back because levels and points were chosen on the very leads that they are counted on."""
TESTED = 1 - MIX - CHOSEN
TARONE_ROUNDS = 3
WITHOUT_POINTS = 0.25
"""A level without points is watched with a quarter of the attention of one with points."""


def find_drift(grid: Grid, tally: Tally, *, since: date | str | None = None) -> Drift:
    """Look at every cohort that began on or after `since` (a day, or a cohort's label; None: all of them).

    The grid's own evidence says what was counted in calibration; where it carries none, the cohorts before `since` do.

    >>> from calibrate.grid.criteria import Criterion, Level
    >>> from calibrate.grid.grid import Evidence
    >>> from calibrate.counts.tally import tally_of
    >>> demo = Criterion("demo", "demo", "boolean", "engagement", (Level("yes", values=(True,)),
    ...     Level("no", values=(False,)), Level("missing", "missing"), Level("other", "other")), reference="no")
    >>> then = (Evidence(1000, 300), Evidence(9000, 180), Evidence(0, 0), Evidence(0, 0))
    >>> grid = Grid("seed", "lift", (demo,), ((6, 0, 0, 0),), evidence=(then,))
    >>> month = np.repeat([0, 1], 2200)
    >>> codes = np.tile(np.repeat([0, 1], [200, 2000]), 2)[None].astype(np.uint8)
    >>> bought = np.zeros(4400, np.int64)
    >>> bought[:60], bought[2200:2230], bought[[*range(200, 240), *range(2400, 2440)]] = 1, 1, 1
    >>> print(find_drift(grid, tally_of([demo], codes, bought, month, ("2026-01", "2026-02"))).why)
    Recalibrate “seed”: it was made from leads that closed differently. “demo: yes” closes at 15.0% (30 of 200)
    instead of 30.0% (300 of 1,000), since February 2026.
    """
    tally, surprise = still_closing(tally)
    regrouped = tally.regroup(grid.criteria)
    effect = effects(regrouped, offsets(grid.criteria))
    open_leads = OpenLeads.of(regrouped)
    tally, regrouped = with_so_far(tally), with_so_far(regrouped)
    later = _later(tally, since) & (tally.totals[:, 0] > 0)
    if not later.any():
        raise HistoryError(
            f"no lead of this history came after the calibration of '{grid.name}' (looked at: from {since}); "
            "wait until the next leads are old enough to be judged, or name an earlier day with --since"
        )
    grid, then = _calibrated(grid, regrouped, ~_later(tally, since))
    drift = _Case(grid, then, (regrouped, open_leads), later, _expected(grid, tally, later), effect).drift()
    return replace(drift, closing_times=surprise)


def _later(tally: Tally, since: date | str | None) -> NDArray[np.bool_]:
    """The cohorts to look at."""
    if since is None:
        return np.ones(len(tally.cohorts), np.bool_)
    if isinstance(since, str):
        if since not in tally.cohorts:
            raise HistoryError(f"there is no cohort '{since}'; there are {tally.cohorts[0]} to {tally.cohorts[-1]}")
        return np.arange(len(tally.cohorts)) >= tally.cohorts.index(since)
    if tally.ends is None:
        raise HistoryError("these leads have no dates, so a day cannot part them; name the creation date's column")
    day = day_number(since)
    starts = np.concatenate([[np.iinfo(np.int64).min], tally.ends[:-1] + 1])
    later: NDArray[np.bool_] = starts >= day
    return later


def _calibrated(grid: Grid, regrouped: Tally, earlier: NDArray[np.bool_]) -> tuple[Grid, Ints]:
    """The grid with a curve, and leads and customers per level in calibration: (levels, 2)."""
    if grid.evidence:
        return grid, np.array(
            [(evidence.leads, evidence.customers) for line in grid.evidence for evidence in line], np.int64
        )
    before = regrouped.only(earlier)
    if not before.overall[0]:
        raise GridError(
            f"grid '{grid.name}' does not carry the counts that it was calibrated on; name with --since the first day "
            "to look at, and the leads before it take their place"
        )
    table = score(before, grid)
    return replace(grid, curve=grid.curve or fit_curve(table.scores, *table.total)), before.by_level


def _expected(grid: Grid, tally: Tally, later: NDArray[np.bool_]) -> Floats | None:
    """Customers that the grid's curve promises in each cohort looked at."""
    if grid.curve is None:
        return None
    table = score(tally.only(later), grid)
    promised: Floats = (table.leads @ grid.curve.at(table.scores))[later]
    return promised


class _Case:
    """One grid against T later cohorts; arrays over cohorts, levels (L) and the three spans.

    What the score promised stands behind the levels as one more line, which holds all leads.
    """

    def __init__(
        self,
        grid: Grid,
        then: Ints,
        leads: tuple[Tally, OpenLeads],
        later: NDArray[np.bool_],
        expected: Floats | None,
        effect: tuple[Floats, list[float]],
    ):
        regrouped, open_leads = leads
        self.grid, self.then, self.expected = grid, then, expected
        self.now = np.concatenate(regrouped.marginals, axis=1)[later]
        self.totals, self.cohorts = regrouped.totals[later], np.array(regrouped.cohorts)[later].tolist()
        self.open = open_leads.later(later)
        self.entered = self._entered()
        self.bounds = offsets(grid.criteria)
        self.overall = then[: self.bounds[1]].sum(axis=0)
        self.names = [(c.name, level.name) for c in grid.criteria for level in c.levels]
        self.first = spans(self.now[:, :, 0], then, self.open.leads[:, :-1] > 0)
        self.counts = over(self.now, self.first)
        self.effect, self.mix_effect = effect
        self.chance = self._chances(in_common(regrouped, later))

    def _entered(self) -> Ints:
        """Leads per cohort and level, and of all levels, however far they tell: (T, L + 1)."""
        counted = np.concatenate([self.now[:, :, 0], self.totals[:, :1]], axis=1)
        return np.maximum(np.rint(counted + self.open.leads - self.open.share), 0).astype(np.int64)

    def _chances(self, common: Floats) -> Floats:
        """Chance of every line, and of the promise behind them, over all that is looked at: (T, L + 1, 3)."""
        looks = np.arange(len(self.cohorts))
        span_of_all = np.stack([looks, looks, 0 * looks], axis=1)[:, None, :]
        first = np.concatenate([self.first, span_of_all], axis=1)
        counts = np.concatenate([self.counts, over(self.totals[:, None], span_of_all)], axis=1)
        then = np.concatenate([self.then, self.overall[None]])
        rate = then[:, 1] / np.maximum(then[:, 0], 1)
        still = self.open
        so_far = over(still.leads, first), over(still.share, first), over(still.square, first)
        wider = self.effect[:, None] * inflation(counts[..., 0].astype(float), so_far, rate[:, None], still.sales)
        self.wider = wider[-1, :-1, ENOUGH]
        counts, then = fewer(counts, wider), fewer(then, self.effect)
        p, share = self._tested(counts, then, wider[:, -1]), self._shares(first, counts, then)
        chance = np.ones(p.shape)
        for t in range(len(looks)):
            line, span = np.nonzero(share[t])
            correlated = self._correlation(t, line, first[t, line, span], common, then)
            level = share[t, line, span]
            factor = saved(correlated, level, ALARMS * TESTED)
            chance[t, line, span] = np.minimum(1.0, p[t, line, span] / (level * factor * TESTED))
        return chance

    def _tested(self, counts: Ints, then: Ints, effect: Floats) -> Floats:
        """Chance of each two-by-two table by itself; the promise is divided by an effect per look and span."""
        p = np.ones(counts.shape[:3])
        testable = (counts[..., 0] > 0) & (then[:, 0] > 0)[None, :, None]
        before, now = np.broadcast_to(then[None, :, None, :], counts.shape)[testable], counts[testable]
        p[testable] = changed(now[:, 1], now[:, 0], before[:, 1], before[:, 0])
        p[:, -1] = 1.0
        for t in range(len(p)) if self._promising else ():
            for s, start in ((NEWEST, t), (ALL, 0)):
                customers, promised = (value / effect[t, s] for value in self._promise(start, t))
                p[t, -1, s] = promise_kept(round(customers), promised, *(int(v) for v in then[-1, ::-1]))
        return p

    @property
    def _promising(self) -> bool:
        """Whether the score promised anything that can be tested."""
        return self.expected is not None and 0 < self.overall[1] < self.overall[0]

    def _promise(self, start: int, t: int) -> tuple[int, float]:
        """Customers come and promised in some cohorts."""
        assert self.expected is not None
        return int(self.totals[start : t + 1, 1].sum()), float(self.expected[start : t + 1].sum())

    def _shares(self, first: NDArray[np.intp], counts: Ints, then: Ints) -> Floats:
        """Share of the alarm chance for every line and span, (T, L + 1, 3); spans that are the same have one."""
        attention = np.append(np.where(self.grid.flat != 0, 1.0, WITHOUT_POINTS), float(self._promising))
        is_score = np.arange(len(then)) == len(self.then)
        share = np.zeros(counts.shape[:3])
        for kind, mine in (("line", ~is_score), ("score", is_score)):
            for s, part in enumerate(SHARES[kind]):
                visible = seen(counts[:, :, s, 0], then) * (mine & (attention > 0))
                share[:, :, s] += part * whole(shares(visible, part * ALARMS) * attention)
        for wide, narrow in ((ALL, NEWEST), (ALL, ENOUGH), (ENOUGH, NEWEST)):
            same = first[:, :, wide] == first[:, :, narrow]
            share[:, :, narrow] += np.where(same, share[:, :, wide], 0)
            share[:, :, wide] = np.where(same, 0, share[:, :, wide])
        flat, leads = share.reshape(len(share), -1), counts[..., 0].reshape(len(share), -1)
        for _ in range(TARONE_ROUNDS):
            flat = whole(flat)
            active = able(leads, np.repeat(then, 3, axis=0), flat * ALARMS) & (flat >= SMALLEST)
            flat = np.where(active, flat, 0)
        result: Floats = whole(flat).reshape(share.shape)
        return result

    def _correlation(
        self, t: int, line: NDArray[np.intp], start: NDArray[np.intp], common: Floats, then: Ints
    ) -> Floats:
        """Correlation of the tests of one look, from the leads that they have in common now, and as a share then."""
        at = (line[:, None], line[None, :])
        now = common[t + 1][at] - common[np.maximum(start[:, None], start[None, :]), *at]
        alike = common[-1] / np.sqrt(np.maximum(np.outer(np.diag(common[-1]), np.diag(common[-1])), 1e-9))
        np.fill_diagonal(alike, 1.0)
        leads_then = then[line, 0].astype(float)
        return correlation(now, alike[at] * np.sqrt(np.outer(leads_then, leads_then)), np.diag(now), leads_then)

    def drift(self) -> Drift:
        """All looks, and the tables of the newest."""
        looks = tuple(self.look(t) for t in range(len(self.cohorts)))
        newest = looks[-1]
        leading = newest.changes[0].since if newest.status != "keep" else None
        lines, mix = self._lines(), self._mix_frame()
        leads, customers = (int(v) for v in self.overall)
        return Drift(self.grid.name, newest.status, leading, leads, customers, looks, lines, mix)

    def look(self, t: int) -> Look:
        """The cohort t as it looked when it was the newest."""
        changes = [*self._line_changes(t), *self._score_changes(t), *self._mix_changes(t)]
        order: list[Status] = ["recalibrate", "watch"]
        changes.sort(key=lambda change: (order.index(change.status), change.chance, change.kind != "line"))
        leads, customers = int(self.entered[t, -1]), int(self.totals[t, 1])
        promised = None if self.expected is None else float(self.expected[t])
        largest = max((size for size, _ in self._mix(t)), default=0.0)
        return Look(
            self.cohorts[t],
            leads,
            customers,
            promised,
            largest,
            changes[0].status if changes else "keep",
            tuple(changes),
            round(float(self.open.leads[t, -1])),
        )

    def _line_changes(self, t: int) -> list[Change]:
        chance = self.chance[t, :-1]
        changes = []
        for j in np.flatnonzero(chance.min(axis=1) <= ALARMS):
            s = int(np.argmin(chance[j]))
            (leads, customers), then = (int(v) for v in self.counts[t, j, s]), self.then[j]
            size = ratio_of(customers, leads, int(then[1]), int(then[0]))
            counts = self.now[: t + 1, j]
            since, until = lasted(counts[:, 1], counts[:, 0], int(then[1]), int(then[0]), fell=size < 1)
            what = Change(
                "line",
                status_of(size, until == t),
                *self.names[j],
                size,
                float(chance[j, s]),
                self.cohorts[self.first[t, j, s]],
                self.cohorts[since],
                self._over(until, t),
                leads,
                customers,
                int(then[0]),
                float(then[1]),
                *self._open_from(int(self.first[t, j, s]), t, int(j)),
            )
            changes.append(what)
        return changes

    def _open_from(self, first: int, t: int, j: int) -> tuple[int, int]:
        """Leads of a line in some cohorts, and those of them that may still close."""
        part = slice(first, t + 1)
        return int(self.entered[part, j].sum()), round(float(self.open.leads[part, j].sum()))

    def _over(self, until: int, t: int) -> str | None:
        """The cohort in which a change ended, if that was before the look."""
        return None if until == t else self.cohorts[until]

    def _score_changes(self, t: int) -> list[Change]:
        """Customers promised and come: as a line whose leads are counted in average leads of the calibration."""
        s = NEWEST if self.chance[t, -1, NEWEST] <= self.chance[t, -1, ALL] else ALL
        chance = float(self.chance[t, -1, s])
        if not self._promising or chance > ALARMS:
            return []
        assert self.expected is not None
        leads_then, customers_then = (int(v) for v in self.overall)
        first = t if s == NEWEST else 0
        customers, promised = self._promise(first, t)
        size = customers / max(promised, 1e-9)
        came = self.totals[: t + 1, 1]
        leads = np.maximum(np.rint(self.expected[: t + 1] * leads_then / customers_then), came).astype(np.int64)
        since, until = lasted(came, leads, customers_then, leads_then, fell=size < 1)
        return [
            Change(
                "score",
                status_of(size, until == t),
                "",
                "",
                size,
                chance,
                self.cohorts[first],
                self.cohorts[since],
                self._over(until, t),
                int(self.totals[first : t + 1, 0].sum()),
                customers,
                leads_then,
                promised,
                *self._open_from(first, t, -1),
            )
        ]

    def _mix(self, t: int) -> list[tuple[float, float]]:
        """Stability index and corrected chance of every criterion in cohort t, with those before it if it has begun."""
        leads = self.entered[self._recent(t) : t + 1, :-1].sum(axis=0)
        mixes = []
        for (a, b), effect in zip(pairwise(self.bounds), self.mix_effect, strict=True):
            size, p = stability(leads[a:b], self.then[a:b, 0], effect)
            mixes.append((size, min(1.0, p * len(self.grid.criteria) / MIX)))
        return mixes

    def _recent(self, t: int) -> int:
        """First cohort of the shortest run up to t with about as many leads as a cohort usually has.

        A month that has begun says little alone, and the answer may not depend on the day on which one asks.
        """
        leads = self.entered[: t + 1, -1]
        enough = np.cumsum(leads[::-1]) >= BEGUN * float(np.median(leads))
        return t - int(np.argmax(enough))

    def _mix_changes(self, t: int) -> list[Change]:
        changes = []
        for i, (size, chance) in enumerate(self._mix(t)):
            if size < MIX_WATCHED or chance > ALARMS:
                continue
            since = t
            while since > 0 and self._mix(since - 1)[i][0] >= MIX_WATCHED:
                since -= 1
            status: Status = "recalibrate" if size >= MIX_CHANGED else "watch"
            first = self._recent(t)
            name, (leads, customers) = (
                self.grid.criteria[i].name,
                (int(v[first : t + 1].sum()) for v in (self.entered[:, -1], self.totals[:, 1])),
            )
            what = Change(
                "mix",
                status,
                name,
                "",
                size,
                chance,
                self.cohorts[first],
                self.cohorts[since],
                None,
                leads,
                customers,
                int(self.overall[0]),
                float(self.overall[1]),
            )
            changes.append(what)
        return changes

    def _lines(self) -> pd.DataFrame:
        table = pd.DataFrame(self.names, columns=["criterion", "level"])
        table["points"] = self.grid.flat
        table["leads_then"], table["customers_then"] = self.then[:, 0], self.then[:, 1]
        newest = len(self.cohorts) - 1
        table["from"] = [self.cohorts[i] for i in self.first[newest, :, ENOUGH]]
        table["leads"], table["customers"] = self.counts[newest, :, ENOUGH, 0], self.counts[newest, :, ENOUGH, 1]
        pairs = np.concatenate([self.counts[newest, :, ENOUGH, ::-1], self.then[:, ::-1]], axis=1).tolist()
        table["entered"] = [self._open_from(int(f), newest, j)[0] for j, f in enumerate(self.first[newest, :, ENOUGH])]
        table["effect_then"], table["effect"] = self.effect[:-1], self.wider
        table["ratio"] = [ratio_of(*counts) for counts in pairs]
        table["chance"] = self.chance[newest, :-1].min(axis=1)
        status_of_line = {(c.criterion, c.level): c.status for c in self._line_changes(newest)}
        table["status"] = [status_of_line.get(name, "keep") for name in self.names]
        return table

    def _mix_frame(self) -> pd.DataFrame:
        mixes = self._mix(len(self.cohorts) - 1)
        rows = [(c.name, size, chance) for c, (size, chance) in zip(self.grid.criteria, mixes, strict=True)]
        return pd.DataFrame(rows, columns=["criterion", "stability", "chance"])

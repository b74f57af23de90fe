"""How a signal fades: its lift by its age, and a whole-number rule for taking its points back.

Every `STEP` days after its creation a lead that is still open is looked at: how long ago did it last do a thing, and
does it sign within the next `STEP` days? No closing is counted twice and nothing after the look is known, so the
counts are those of a Cox model in discrete time with one stratum per look (Cox 1972; Breslow's likelihood):

    rate of signing = rate of those who never did it, times exp(strength * left(age))

where `left` is the share of the points that a rule leaves: ``max(0, 1 - age / days)`` (percent per interval, linear
to nothing) or ``1 while age < days, then 0`` (all points after so many days).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..days import DAY_ZERO, day_number
from ..engine import dates, sql
from ..engine.query import (
    as_text,
    both,
    call,
    case,
    constants,
    count,
    count_where,
    crossed,
    either,
    empty,
    flag,
    join,
    one_after_another,
    one_of,
    quoted,
    rows,
    select,
)
from ..engine.table import Table, column_of
from ..grid.event_columns import LAST_SUFFIX, SUFFIX
from ..grid.grid import Expiry, Grid
from ..leads.events import EventNames
from ..leads.history import History
from ..leads.terms import IDENTITY, status_in

Floats = NDArray[np.float64]
STEP, LOOKS = 14, 13
"""Days between two looks at a lead, and how many looks: half a year."""
AGES = (0, 7, 14, 30, 60, 120)
"""Bounds of the ages shown."""
TRIED: Mapping[Literal["percent", "days"], tuple[int, ...]] = {
    "percent": tuple(int(d) for d in np.unique(np.round(np.geomspace(7, 730, 40)))),
    "days": tuple(range(7, STEP * LOOKS, 7)),
}
"""Days tried for each kind of rule."""
SAMPLED = 60_000
"""More leads than this are thinned by a hash of the id: the fade of a signal needs no more."""
FEWEST = 20
"""Closings after a signal, and without it, below which nothing is said of its fading."""
NEAR, FADES, LIFTS = 3.841459, 6.634897, 15.201805
"""Twice the log-likelihood by which days leave the interval (chi-square, 95 %), and by which a signal fades (1 in 100
by chance) or lifts at all (two unknowns, 1 in 2000: many signals and days are tried)."""
Z95 = 1.959963984540054
Kind = Literal["percent", "days"]


@dataclass(frozen=True)
class Age:
    """Looks at leads whose last such event is `low` to `high` days old (None: older than all), and their signings.

    `ratio` compares with leads that never did it, look by look (Mantel-Haenszel), with its 95 % interval.
    """

    low: int
    high: int | None
    looks: int
    customers: int
    ratio: float
    ratio_low: float
    ratio_high: float


@dataclass(frozen=True)
class Fading:
    """What is known of one signal's fading, and the rule that follows, if it surely fades.

    `lift` is its lift when fresh. The rule leaves nothing after `days` (95 % interval `low` to `high`, None: no end in
    sight). `percent` is taken back per `every_days` where the fading is gradual; its bounds follow from those of
    `days`. `why` is "fades", "lasts" (no fading beyond chance), "weak" (no lift beyond chance) or "few".
    """

    signal: str
    looks: int
    customers: int
    ages: tuple[Age, ...]
    why: Literal["fades", "lasts", "weak", "few"]
    lift: float = 1.0
    lift_low: float = 1.0
    lift_high: float = 1.0
    kind: Kind | None = None
    days: int | None = None
    low: int | None = None
    high: int | None = None
    percent: int | None = None
    percent_low: int | None = None
    percent_high: int | None = None
    every_days: int | None = None

    @property
    def step(self) -> int:
        """Days between two looks."""
        return STEP

    @property
    def column(self) -> str:
        """The column of the leads that counts this signal."""
        return f"{self.signal}{SUFFIX}"


EARLIER = 0.6
"""Share of the leads, the earlier ones, that a rule is fitted to before it is judged on the others."""


@dataclass(frozen=True)
class Looks:
    """Counts of looks: in all per look (`total`, `won`), and by age in days for one signal (arrays of one length)."""

    total: Floats
    won: Floats
    look: NDArray[np.intp]
    age: NDArray[np.int64]
    leads: Floats
    customers: Floats


def fade(history: History, events: Table, names: EventNames, types: Sequence[str]) -> tuple[Fading, ...]:
    """The fading of each event type, counted in the engine; empty without closing dates."""
    if history.terms.customer_at is None or history.as_of is None or not types:
        return ()
    return tuple(fading_of(signal, *looks) for signal, looks in _counted(history, events, names, types).items())


def fading_of(signal: str, looks: Looks, earlier: Looks | None = None, later: Looks | None = None) -> Fading:
    """Fit both kinds of rule to the counts of one signal and keep the likelier.

    A rule is judged by later closings: fitted to the looks at the earlier leads alone, it must say no less of when the
    later ones close than that the signal lasts. Where either has too few customers, it is not judged.

    >>> looks = Looks(np.array([1000.0]), np.array([60.0]), np.array([0]), np.array([3]), np.array([300.0]),
    ...               np.array([15.0]))
    >>> fading_of("demo", looks).why
    'few'
    """
    signal_counts = Fading(signal, int(looks.leads.sum()), int(looks.customers.sum()), _ages(looks), "few")
    without = looks.won.sum() - looks.customers.sum()
    if signal_counts.customers < FEWEST or without < FEWEST:
        return signal_counts
    nothing, constant = _likelihood(looks, np.zeros(len(looks.age)), 0.0), _strength(looks, np.ones(len(looks.age)))
    kinds: tuple[Kind, Kind] = ("percent", "days")
    tried = {kind: [_strength(looks, _left_of(kind, looks, days)) for days in TRIED[kind]] for kind in kinds}
    kind: Kind = max(tried, key=lambda candidate: max(fit[0] for fit in tried[candidate]))
    fits = np.array([fit[0] for fit in tried[kind]])
    best = int(fits.argmax())
    if 2 * (max(fits[best], constant[0]) - nothing) < LIFTS:
        return replace(signal_counts, why="weak")
    if 2 * (fits[best] - constant[0]) < FADES:
        return replace(signal_counts, why="lasts", **_lifts(constant))
    if earlier is not None and later is not None and not _confirmed(kind, earlier, later):
        return replace(signal_counts, why="lasts", **_lifts(constant))
    near = np.flatnonzero(2 * (fits[best] - fits) <= NEAR)
    between = (0, *TRIED[kind], None)  # the truth may lie up to the neighbours of what was tried
    low, high = (between[int(near[0])] or 0) + 1, between[int(near[-1]) + 2]
    days = TRIED[kind][best]
    fit = replace(signal_counts, why="fades", kind=kind, days=days, low=low, high=high, **_lifts(tried[kind][best]))
    return _as_percent(fit) if kind == "percent" else fit


def _left_of(kind: Kind, looks: Looks, days: int) -> Floats:
    """What is left of a signal at each look, by a rule that ends after so many days."""
    if kind == "percent":
        share: Floats = np.maximum(0.0, 1 - looks.age / days)
        return share
    return (looks.age < days).astype(float)


def _confirmed(kind: Kind, earlier: Looks, later: Looks) -> bool:
    """Whether the rule that earlier leads show says no less of the later closings than no rule."""
    if min(earlier.customers.sum(), later.customers.sum()) < FEWEST:
        return True
    fits = [(_strength(earlier, _left_of(kind, earlier, days)), days) for days in TRIED[kind]]
    (_, strength, _), days = max(fits, key=lambda fit: fit[0][0])
    _, lasting, _ = _strength(earlier, np.ones(len(earlier.age)))
    ruled = _likelihood(later, _left_of(kind, later, days), strength)
    return ruled >= _likelihood(later, np.ones(len(later.age)), lasting)


def _as_percent(fitted: Fading) -> Fading:
    """The rule in whole percents of five per week or per 30 days."""
    days = fitted.days or 1
    every = 7 if days < 60 else 30
    percent = max(5, min(100, 5 * round(20 * every / days)))
    least = 0 if fitted.high is None else round(100 * every / fitted.high)
    most = min(100, round(100 * every / (fitted.low or 1)))
    return replace(fitted, percent=percent, percent_low=least, percent_high=most, every_days=every)


def rule_of(fitted: Fading, criterion: str, level: str) -> Expiry | None:
    """The rule for one line of a grid; None where the signal is not known to fade."""
    if fitted.why != "fades":
        return None
    dated = fitted.signal + LAST_SUFFIX
    if fitted.kind == "days":
        return Expiry(criterion, level, days=fitted.days, dated=dated)
    return Expiry(criterion, level, percent=fitted.percent, every_days=fitted.every_days, dated=dated)


def with_rules(grid: Grid, fadings: Sequence[Fading]) -> Grid:
    """The grid with an expiry rule on every line with points that counts a fading signal, but for its absence."""
    by_column = {fitted.column: fitted for fitted in fadings if fitted.why == "fades"}
    rules = list(grid.expiry)
    with_rule = {(rule.criterion, rule.level) for rule in rules}
    for criterion, points in zip(grid.criteria, grid.points, strict=True):
        if criterion.column not in by_column or criterion.kind != "number":
            continue
        for level, worth in zip(criterion.levels, points, strict=True):
            present = level.role == "value" and level.low is not None and level.low > 0
            rule = rule_of(by_column[criterion.column], criterion.name, level.name)
            if worth and present and rule is not None and (criterion.name, level.name) not in with_rule:
                rules.append(rule)
    return replace(grid, expiry=tuple(rules))


# --- fitting ---------------------------------------------------------------------------------------


def _lifts(fit: tuple[float, float, float]) -> dict[str, Any]:
    _, strength, error = fit
    return {
        "lift": float(np.exp(strength)),
        "lift_low": float(np.exp(strength - Z95 * error)),
        "lift_high": float(np.exp(min(strength + Z95 * error, 50.0))),
    }


def _sums(looks: Looks, worth: Floats) -> Floats:
    sums: Floats = np.bincount(looks.look, worth, len(looks.total)).astype(float)
    return sums


def _likelihood(looks: Looks, remaining: Floats, strength: float) -> float:
    """Breslow's log-likelihood; the rates of those who never did it are profiled out."""
    never = looks.total - _sums(looks, looks.leads)
    risk = never + _sums(looks, looks.leads * np.exp(strength * remaining))
    used = looks.won > 0
    return float(strength * (looks.customers * remaining).sum() - (looks.won[used] * np.log(risk[used])).sum())


def _strength(looks: Looks, remaining: Floats) -> tuple[float, float, float]:
    """Log-likelihood, strength and its standard error for given shares left (Newton in one unknown)."""
    never = looks.total - _sums(looks, looks.leads)
    strength, information = 0.0, 0.0
    for _ in range(25):
        worth = looks.leads * np.exp(strength * remaining)
        risk = np.maximum(never + _sums(looks, worth), 1e-9)
        first, second = _sums(looks, worth * remaining) / risk, _sums(looks, worth * remaining**2) / risk
        slope = float((looks.customers * remaining).sum() - (looks.won * first).sum())
        information = float((looks.won * (second - first**2)).sum())
        if information <= 1e-9:
            break
        move = float(np.clip(slope / information, -1.0, 1.0))
        strength = float(np.clip(strength + move, -12.0, 12.0))
        if abs(move) < 1e-8:
            break
    error = float(1 / np.sqrt(information)) if information > 1e-9 else float("inf")
    return _likelihood(looks, remaining, strength), strength, error


def _ages(looks: Looks) -> tuple[Age, ...]:
    """The ratio to those who never did it, per range of ages (Mantel-Haenszel over the looks)."""
    never = looks.total - _sums(looks, looks.leads)
    won = looks.won - _sums(looks, looks.customers)
    rows = []
    for low, high in pairwise((*AGES, None)):
        inside = (looks.age >= (low or 0)) & (looks.age < (high if high is not None else np.inf))
        leads = np.bincount(looks.look[inside], looks.leads[inside], len(looks.total))
        customers = np.bincount(looks.look[inside], looks.customers[inside], len(looks.total))
        every = np.maximum(leads + never, 1)
        ours, theirs = float((customers * never / every).sum()), float((won * leads / every).sum())
        if not leads.sum() or not ours or not theirs:
            ratio, spread = (0.0 if theirs else float("nan")), float("inf")
        else:
            parts = ((customers + won) * leads * never / every**2 - customers * won / every).sum()
            ratio, spread = ours / theirs, float(np.sqrt(max(parts, 0) / (ours * theirs)))
        bound = float(np.exp(min(Z95 * spread, 50)))
        rows.append(
            Age(
                low or 0,
                None if high is None else high - 1,
                int(leads.sum()),
                int(customers.sum()),
                ratio,
                ratio / bound,
                ratio * bound,
            )
        )
    return tuple(rows)


# --- counting --------------------------------------------------------------------------------------


def _counted(
    history: History, events: Table, names: EventNames, types: Sequence[str]
) -> Mapping[str, tuple[Looks, Looks, Looks]]:
    """Looks at every lead, at the earlier and at the later ones, and how old each signal was.

    One statement for all looks, one for all signals.
    """
    looks = tuple(STEP * i for i in range(1, LOOKS + 1))
    steps = _steps(history, looks)
    table = history.table
    measures = {"leads": count(), "customers": count_where("signs = 1")}
    by_look = ("look", "late")
    cells = {name: name for name in by_look}
    totals = table.fetch(select(cells | measures, rows(steps, "steps"), group=by_look, order=by_look))
    total, won = np.zeros((2, len(looks))), np.zeros((2, len(looks)))
    place = totals["late"].astype(np.int64), totals["look"].astype(np.int64) // STEP - 1
    total[place], won[place] = totals["leads"], totals["customers"]
    day = sql.day(dates.moment(events, names.at or "").expression).sql("duckdb")
    cells = {
        "lead": as_text(quoted(names.lead_id or "")),
        "kind": as_text(quoted(names.type or "")),
        "day": day,
    }
    all_events = rows(select(cells, events.relation), "told")
    of_leads = join(all_events, rows(_leads(history), "known"), "told.lead = known.lead")
    in_time = both(one_of("kind", types), "day >= entered", f"day <= entered + {looks[-1]}")
    happened = select({"lead": "told.lead", "kind": "kind", "day": "day"}, of_leads, where=in_time, different=True)
    ages = {
        "lead": "steps.lead",
        "look": "look",
        "kind": "kind",
        "late": call.max("late"),
        "signs": call.max("signs"),
        "age": f"look - {call.max('day - entered')}",
    }
    seen = join(rows(steps, "steps"), rows(happened, "happened"), "steps.lead = happened.lead")
    before_look = both("day >= entered", "day <= entered + look")
    last = rows(select(ages, seen, where=before_look, group=("steps.lead", "look", "kind")), "last_seen")
    by = ("kind", "look", "age", "late")
    signals = table.fetch(select({name: name for name in by} | measures, last, group=by, order=by))
    looks_of = {}
    for signal in types:
        mine = np.array([str(event) == signal for event in signals["kind"]], bool)
        late = signals["late"].astype(np.int64)
        parts = [
            Looks(
                total[sides].sum(axis=0),
                won[sides].sum(axis=0),
                signals["look"][chosen].astype(np.intp) // STEP - 1,
                signals["age"][chosen].astype(np.int64),
                signals["leads"][chosen].astype(float),
                signals["customers"][chosen].astype(float),
            )
            for sides, chosen in (([0, 1], mine), ([0], mine & (late == 0)), ([1], mine & (late == 1)))
        ]
        looks_of[signal] = parts[0], parts[1], parts[2]
    return looks_of


def _halfway(history: History) -> int:
    """Day up to which the earlier part of the leads came."""
    came = history.table.fetch(
        select({"day": "entered", "n": count()}, rows(_leads(history), "leads"), group=("entered",), order=("entered",))
    )
    together = np.cumsum(came["n"].astype(float))
    return int(came["day"][int(np.searchsorted(together, EARLIER * together[-1]))])


def _steps(history: History, looks: Sequence[int]) -> str:
    """One row per lead and look at which it is open and its next `STEP` days are known: whether it signs in them."""
    last = day_number(history.as_of or DAY_ZERO)
    marks = rows(one_after_another(constants({"look": str(look)}) for look in looks), "marks")
    cells = {"lead": "lead", "entered": "entered", "look": "look"}
    cells["late"] = flag(f"entered > {_halfway(history)}")
    cells["signs"] = flag(f"closed <= entered + look + {STEP}")
    is_open = either(empty("closed"), "closed > entered + look")
    pairs = crossed(rows(_leads(history), "leads"), marks)
    return select(cells, pairs, where=both(f"entered + look + {STEP} <= {last}", is_open))


def _leads(history: History) -> str:
    """The leads that are looked at: id, day of creation, day of closing."""
    looked_at = [status_in("kept", "already_closed", "immature")]
    column_of(history.table, history.terms.lead_id or "")
    if history.read > SAMPLED:
        looked_at.append(history.stays(SAMPLED / history.read))
    cells = {"lead": IDENTITY, "entered": "__created", "closed": case(("__bought = 1", "__closed"))}
    return select(cells, rows(history.leads, "judged"), where=both(*looked_at))

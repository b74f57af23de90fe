"""What the dates of a history tell beside its rates: time to close, other windows, stages, value, worked leads."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from ..counts.counting import count
from ..counts.rates import rate
from ..engine.table import Table
from ..errors import CalibrateError, by_machine
from ..evaluation.backtest import folds, replay
from ..evaluation.comparison import compare
from ..evaluation.metrics import Estimate
from ..funnel.currency import currencies
from ..funnel.emails import mail_rates
from ..funnel.fading import Fading, fade, with_rules
from ..funnel.stages import STAGES, find_stages, follow
from ..funnel.time_to_close import Closing, Window, closing_times
from ..funnel.value import home_of, weigh_by_value
from ..funnel.worked import select_worked
from ..grid.event_columns import types_in
from ..leads.columns.date_columns import find_dates
from ..leads.events import EventNames
from ..leads.history import History, observe
from ..points.plan import Plan
from ..report.review import Candidate, Funnel, Review, Warning_
from .counted import Counted
from .settings import Settings

OTHER_WINDOWS = (30, 60, 90, 180)
JUDGED_UP_TO = 200_000
"""With more leads, other windows get their close rate but no grid of their own: the replay would take too long."""
DRAWS = 200
"""Resamples behind the interval of an AUC in the table of windows."""


def funnel_of(
    review: Review, reading: Counted, plans: Mapping[str, Plan], allowed: Collection[str], min_leads: int
) -> Funnel:
    """What dates, amounts, events and the worked column tell, as far as the source has them.

    `plans` are the candidates by name, made anew for other closing windows from the criteria that are `allowed`.
    """
    settings, history, tally = reading.settings, reading.history, reading.tally
    closing = closing_times(history)
    if closing is not None:
        windows = other_windows(review, history, plans, allowed=allowed, min_leads=min_leads)
        closing = replace(closing, windows=windows)
    outcome = settings.outcome
    amounts = next((str(facts["column"]) for key, facts in history.facts if key == "found_value"), None)
    mixed = None if amounts is None or outcome.value else _mixed(history, amounts)
    value = outcome.value or (amounts if mixed is None else None)
    worked = next((c.name for c in tally.criteria if outcome.worked and c.column == outcome.worked), None)
    return Funnel(
        closing=closing,
        stages=follow(history, _stages(settings, history)),
        worth=weigh_by_value(history, review.rates, tally.criteria, value) if value else None,
        selection=select_worked(tally, review.rates, worked) if worked else None,
        fadings=_fadings(history, reading.events),
        mails=mail_rates(history) if review.months and review.candidates else None,
        mixed=mixed,
    )


def _mixed(history: History, column: str) -> tuple[str, str] | None:
    """The column of amounts that nobody named, and that of their currencies, where they are several."""
    name, counts = currencies(home_of(history.terms, history.table, column), column)
    return (column, name) if len(counts) > 1 else None


def warnings_of(funnel: Funnel) -> Iterator[Warning_]:
    """What a reader should know of the funnel: sales worked other leads; the window is too short."""
    selection, closing = funnel.selection, funnel.closing
    if funnel.mixed is not None:
        yield "currencies_mixed", {"column": funnel.mixed[0], "currency": funnel.mixed[1]}
    if selection is not None and selection.differs:
        worked, unworked = selection.worked, selection.others
        yield (
            "selection",
            {"worked": worked.value, "others": unworked.value, "leads": worked.leads, "rest": unworked.leads},
        )
    if closing is not None and _too_short(closing):
        yield "window_short", {"share": closing.captured, "days": closing.proposed}


def with_expiry(candidates: Sequence[Candidate], plans: Mapping[str, Plan], funnel: Funnel) -> tuple[Candidate, ...]:
    """The candidates with the expiry rules that follow from how their signals fade; grids of a file as they stand."""
    return tuple(
        c if c.name in plans and plans[c.name].grid else replace(c, grid=with_rules(c.grid, funnel.fadings))
        for c in candidates
    )


def _stages(settings: Settings, history: History) -> dict[str, str]:
    """The column of each stage, as named or found; of the customer too where an earlier stage is the outcome."""
    wishes = {name: column for name, column in settings.stages.model_dump().items() if column is not None}
    columns = {**find_stages(history.table), **wishes}
    signed = find_dates(history.table)[1]
    if history.terms.customer_at in columns.values() and signed is not None and signed not in columns.values():
        columns[STAGES[-1]] = signed
    return columns


def _fadings(history: History, events: Table | None) -> tuple[Fading, ...]:
    """How the event types that have a column fade."""
    event_facts = next((facts for key, facts in history.facts if key == "events"), None)
    if events is None or event_facts is None:
        return ()
    names = EventNames(str(event_facts["lead_id"]), str(event_facts["at"]), str(event_facts["type"]))
    return fade(history, events, names, types_in([column.name for column in history.table.columns]))


def _too_short(closing: Closing) -> bool:
    """Whether the window misses more than a quarter of the closings that come after the observation."""
    return closing.captured < 0.75 * (1 - closing.before)


def other_windows(
    review: Review, history: History, plans: Mapping[str, Plan], *, allowed: Collection[str], min_leads: int
) -> tuple[Window, ...]:
    """The close rate, and the best grid with its AUC on later leads, had customers been counted within other windows.

    Grids that stand in a file are all judged by each window. Of those that are made, the one that ranks best with the
    window in use is made anew: the best of many would owe some of its AUC to having been picked by it.
    """
    used = history.terms.close_within_days
    ranked = [entry for entry in review.comparison.judged if "auc" in entry.metrics]
    best = max(ranked, key=lambda entry: entry.metrics["auc"].value, default=None)
    windows, effect = [], review.tally.effect()
    for days in sorted({*OTHER_WINDOWS, used}):
        try:
            within = history if days == used else _within(history, days)
        except CalibrateError as fault:
            if by_machine(fault):
                raise
            continue  # nobody old enough, or nobody closed so early: no such line
        leads, customers = (int(n) for n in within.totals.sum(axis=0))
        close_rate = rate(customers, leads, effect)
        name, metric = (None, None) if best is None else (best.name, best.metrics["auc"])
        if best is not None and days != used:
            tried = [plans[entry.name] for entry in ranked if entry is best or plans[entry.name].grid is not None]
            name, metric = _best(within, tried, allowed, min_leads) if leads <= JUDGED_UP_TO else (None, None)
        auc = None if metric is None else {"value": metric.value, "low": metric.low, "high": metric.high}
        windows.append(
            Window(days, leads, customers, close_rate.value, close_rate.low, close_rate.high, auc, days == used, name)
        )
    return tuple(windows)


def _within(history: History, days: int) -> History:
    terms = replace(history.terms, close_within_days=days, as_of=history.as_of)
    return observe(history.table, history.criteria, terms)


def _best(
    history: History, plans: Sequence[Plan], allowed: Collection[str], min_leads: int
) -> tuple[str | None, Estimate | None]:
    """The plan with the highest AUC on later leads, and that AUC; nothing where there are too few."""
    tally = count(history)
    try:
        rolling = folds(tally, close_days=history.terms.observe_days + history.terms.close_within_days)
        backtests = replay(tally, plans, rolling, allowed=allowed, min_leads=min_leads)
        ranking = compare(backtests, baseline=plans[0].name, draws=DRAWS).judged
    except CalibrateError as fault:
        if by_machine(fault):
            raise
        return None, None
    aucs = [(candidate.metrics["auc"], candidate.name) for candidate in ranking if "auc" in candidate.metrics]
    metric, name = max(aucs, key=lambda pair: pair[0].value, default=(None, None))
    return name, metric

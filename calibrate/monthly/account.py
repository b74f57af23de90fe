"""What became of the rows, and the risks that a reader should know of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from ..counts.rates import RateTable
from ..counts.so_far import MOVED, moved
from ..counts.tally import Tally
from ..engine.table import Fact
from ..funnel.windows import windows_of
from ..leads.columns.roles import newest_first
from ..leads.history import History
from ..leads.retention import thinned
from ..leads.terms import Group
from ..points.recency import ALIKE, NEWEST, Recency, sorted_by_outcome
from ..report.review import Account, Warning_
from .counted import SLOWEST, Counted, quick


def account_of(reading: Counted, rates: RateTable) -> Account:
    """What became of the rows that were read, and which placeholders stayed answers of their own among the rates."""
    history = reading.history
    terms = history.terms
    return Account(
        source=Path(reading.table.name).name,
        read=history.read,
        kept=history.kept,
        excluded=history.excluded,
        order=history.order,
        order_column=terms.created_at or terms.order,
        as_of=history.as_of.isoformat() if history.as_of else None,
        observe_days=terms.observe_days,
        close_within_days=terms.close_within_days if history.ends is not None else None,
        customer=terms.customer or terms.customer_at or "outcomes",
        facts=(
            *(finding for fact in history.facts for finding in (fact, *_kept_apart(fact, rates))),
            *_shared_fate(history.terms.group, reading.tally),
        ),
        outcome=history.outcome,
        as_of_reason=history.as_of_reason,
        as_of_column=_told_by(history),
        windows=windows_of(history),
        groups=_groups(history.terms.group, reading.tally),
    )


TOGETHER, SOME = 0.8, 1.1
"""Covariance from which leads of a buyer decide alike, and design effect from which it is worth a word."""


def _groups(group: Group | None, tally: Tally) -> dict[str, str | int | float] | None:
    """By what column leads belong to one buyer, how many buyers there are, and what that does to the close rate."""
    if group is None:
        return None
    code = np.full(tally.rows, -1) if tally.group is None else tally.group
    buyers = int(code.max(initial=-1)) + 1 + round(float(tally.leads[code < 0].sum()))
    return {"by": group.column, "groups": buyers, "leads": tally.overall[0], "design_effect": tally.effect()}


def _shared_fate(group: Group | None, tally: Tally) -> Iterator[Fact]:
    """How many buyers the leads are, and how much wider that makes intervals."""
    facts = _groups(group, tally)
    if group is None or facts is None or facts["groups"] == facts["leads"]:
        return
    grouped = tally.grouped
    alike = 0.0 if grouped is None else float(np.average(grouped.covariance[grouped.of_row], weights=grouped.weight))
    effect = float(facts["design_effect"])
    degree = "apart" if effect < SOME else "together" if alike >= TOGETHER else "partly"
    noun = {"column": "groups", "deal": "deals", "domain": "domains"}.get(group.kind, "companies")
    yield Fact(f"{noun}_{degree}", {**facts, "factor": effect**0.5})


def _told_by(history: History) -> str | None:
    """The column in which the as-of day stands."""
    columns = {"created": history.terms.created_at, "closed": history.terms.customer_at}
    columns |= {"outcomes": history.terms.customer_at}
    return columns.get(history.as_of_reason)


def _kept_apart(fact: tuple[str, Mapping[str, str | int | float]], rates: RateTable) -> Iterator[Fact]:
    """The words for "no answer" in a column that are a level of their own, because they close unlike empty cells."""
    key, placeholders = fact
    if key != "placeholders":
        return
    words = str(placeholders["words"]).split(", ")
    for criterion in rates.criteria:
        values = {value for level in criterion.levels if level.role == "value" for value in level.values}
        answers = [word for word in words if word in values]
        if criterion.column == placeholders["column"] and answers and criterion.kind == "text":
            yield Fact("placeholders_apart", {"column": criterion.column, "words": ", ".join(answers)})


LATE = 0.25
"""With a greater share of the sales after the closing window, a reader is warned."""
ENOUGH = 0.9
"""A window is proposed that holds so many of the sales that any window in the list holds."""


def _after_window(history: History) -> Iterator[Warning_]:
    """Sales that the closing window misses, and what a longer one would give."""
    windows = windows_of(history)
    if windows is None or windows.late <= LATE * (windows.late + windows.customers):
        return
    facts = {"late": windows.late, "all": windows.late + windows.customers, "days": windows.used}
    longer = [
        window for window in windows.counts if window.days > windows.used and window.customers > windows.customers
    ]
    if not longer:
        yield "sales_after_window", facts
        return
    most = max(window.customers for window in longer)
    best = next(window for window in longer if window.customers >= ENOUGH * most)
    yield (
        "sales_after_longer",
        {**facts, "longer": best.days, "customers": best.customers, "leads": best.leads},
    )


def _deleted(reading: Counted) -> Iterator[Warning_]:
    """Early months from which the leads that did not buy seem to be deleted."""
    history = reading.history
    thin = thinned(history.totals) if history.ends is not None else None
    if thin is not None:
        yield (
            "early_thin",
            {
                "until": history.cohorts[thin.cohorts - 1],
                "early": thin.early_leads,
                "later": thin.later_leads,
                "early_rate": thin.early_customers / thin.early_leads,
                "later_rate": thin.later_customers / thin.later_leads,
            },
        )


def _forgetting(recency: Recency) -> Iterator[Warning_]:
    """What was done because the history has moved: earlier leads count less, promises follow the newest cohorts."""
    if recency.half_life is not None:
        yield "earlier_forgotten", {"cohorts": int(recency.half_life), "gain": recency.gain}
    if recency.undecided:
        yield "undecided_count", {"gain": recency.gain}
    if recency.newest:
        yield "newest_level", {"cohorts": NEWEST, "gain": recency.gain}


def warnings(reading: Counted, recency: Recency = ALIKE) -> tuple[Warning_, ...]:
    """Risks that the reader should know of, as keys of the language files with their numbers."""
    risks: list[Warning_] = list(reading.warnings)
    history = reading.history
    leads, customers = reading.tally.overall
    closed = history.excluded.get("already_closed", 0)
    if closed > 0.2 * (closed + customers):
        risks.append(("already_closed", {"count": closed, "share": closed / (closed + customers)}))
    risks += _after_window(history)
    if moved(reading.tally) <= MOVED:
        risks.append(("closing_times_moved", {}))
    risks += _deleted(reading)
    if customers < 50:
        risks.append(("few_customers", {"customers": customers, "leads": leads}))
    if history.order == "file" and "all_too_young" not in dict(risks):
        falling = newest_first(reading.table)
        if sorted_by_outcome(reading.tally.totals):
            risks.append(("outcome_order", {}))
        elif falling is None:
            risks.append(("file_order", {}))
        else:
            risks.append(("newest_first", {"column": falling[0], "share": falling[1]}))
    if history.ends is not None and history.terms.customer_at is None:
        file = history.terms.outcomes
        undated = ("no_customer_date", {"column": history.terms.customer or ""})
        risks.append(undated if file is None else ("no_outcomes_date", {"file": file.name}))
    if quick(reading.settings, reading.tally) is not reading.settings:
        risks.append(("left_out", {"method": SLOWEST, "rows": reading.tally.rows}))
    if not reading.tally.exact:
        really = int(reading.tally.counted.sum())
        risks.append(("sampled", {"rows": reading.tally.rows, "counted": really, "leads": leads}))
    risks += _forgetting(recency)
    share = float(np.mean(reading.rates.thin)) if len(reading.rates.leads) else 0.0
    if share > 0.5:
        risks.append(("thin_levels", {"share": share}))
    return tuple(risks)

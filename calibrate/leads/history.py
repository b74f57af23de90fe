"""The history: which rows are leads that can be judged, and as what was known at the time.

For a lead created on day c, observed until t = c + `observe_days`, with outcome window t + `close_within_days`:
a closing in (t, t + window] makes it a customer (with `observe_days` 0 a closing on day c counts too); a closing
up to t is `already_closed`; a window that ends after `as_of` is `immature`. Excluded rows are counted by
reason, so that read = kept + every exclusion. See `Terms` for what can be told about a source.

`observe` reads only the outcome, the dates and the id. The attributes are read once, by `tally.count`.
Events have become columns before that (`events.join_events`): a criterion over events is a column like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..engine.query import as_text, both, call, count, falling, flag, quoted, rows, select, whole
from ..engine.sampling import stays
from ..engine.table import Fact, Table, column_of
from ..errors import HistoryError, InputError, unknown
from ..grid.criteria import Criterion
from ..shown import Shown
from .cohorts import blocks, cohorts_of
from .columns.id_numbers import letters_of_all, number_in
from .columns.outcome import Answers, Outcome, answers
from .columns.proposal import Proposal
from .left_truncation import logged_from, month_of
from .statement import Source
from .statement_facts import findings, late_customers, outcome_of
from .terms import CUSTOMER, IDENTITY, KEPT, MOMENT, REASONS, STATUS, Terms

IMPOSSIBLE_RATE = 0.95


class TooYoungError(HistoryError):
    """No lead is old enough to be judged; `as_of` is the day on which the history is read, `days` the age it takes."""

    def __init__(self, message: str, as_of: date, days: int) -> None:
        super().__init__(message)
        self.as_of, self.days = as_of, days


@dataclass(frozen=True, repr=False)
class History(Shown):
    """Leads that can be judged, still in the engine, with the account of those that cannot.

    `leads` is a statement giving one row per row read, with the columns of the source and `STATUS` (position in
    `REASONS`), `CUSTOMER` (0/1), `MOMENT` (day of creation, or position in time) and `IDENTITY` (text).
    `totals` are leads and customers per cohort (T, 2). `place` is the column with the order of rows, where joins and
    windows may hand them out in any other. `outcome` spells what told customers, `customer_values` are the values of
    the customer column that mean one; `as_of_reason` says what told the day: given, created, closed, outcomes, events.
    """

    table: Table
    terms: Terms
    leads: str
    criteria: tuple[Criterion, ...]
    cohorts: tuple[str, ...]
    ends: NDArray[np.int64] | None
    totals: NDArray[np.int64]
    read: int
    excluded: Mapping[str, int]
    order: str
    as_of: date | None
    place: str | None = None
    outcome: Outcome = field(default_factory=lambda: Outcome(None, "leads"))
    customer_values: tuple[str, ...] = ()
    as_of_reason: str = ""
    facts: tuple[tuple[str, Mapping[str, str | int | float]], ...] = field(default=())
    proposal: Proposal | None = None
    letters: str | None = field(default=None, repr=False)
    """What stands before the number in every id, where that is known."""

    def stays(self, share: float) -> str:
        """Condition: the lead is in the sample of about so large a share, chosen by its id alike on every engine."""
        cell, integral = self._sampled_by
        return stays(cell, share, integral=integral)

    @cached_property
    def _sampled_by(self) -> tuple[str, bool]:
        """The cell that samples are chosen by, and whether it is a whole number."""
        name = self.terms.lead_id
        if name is None:
            return IDENTITY, True
        if column_of(self.table, name).whole:
            return quoted(name), True
        letters = letters_of_all(self.table, name) if self.letters is None else self.letters
        return (IDENTITY, False) if letters is None else (number_in(quoted(name), letters), True)

    def frame(self) -> pd.DataFrame:
        """What became of the rows: kept, and left out by reason."""
        rows = [("kept", self.kept), *self.excluded.items()]
        return pd.DataFrame(rows, columns=["rows", "count"])

    @property
    def headline(self) -> str:
        """Rows read and kept, and the customers among them."""
        leads, customers = (int(n) for n in self.totals.sum(axis=0))
        return f"{self.table.name}: read {self.read:,}, kept {leads:,} leads with {customers:,} customers"

    @property
    def kept(self) -> int:
        """Leads that can be judged."""
        return int(self.totals[:, 0].sum())

    @property
    def window(self) -> int | None:
        """Days that a lead takes until it can be judged; None without dates."""
        return None if self.ends is None else self.terms.observe_days + self.terms.close_within_days

    def cohort_of(self, moment: NDArray[np.int64]) -> NDArray[np.int32]:
        """Position of the cohort of each moment."""
        if self.ends is not None:
            first, last = (int(moment.min()), int(moment.max())) if len(moment) else (0, 0)
            days = np.arange(first, last + 1)
            return np.searchsorted(self.ends, days).astype(np.int32)[moment - first]
        return (moment * len(self.cohorts) // max(self.read, 1)).astype(np.int32)


def observe(table: Table, criteria: tuple[Criterion, ...], terms: Terms) -> History:
    """Decide for every row whether it can be judged, and count the leads per cohort.

    Raises
    ------
    HistoryError
        No outcome, one class only, dates that do not work, or no lead left to judge.
    """
    _check_names(table, terms)
    meant = _meant(table, terms)
    source = Source(table, terms, meant)
    read_on = source.last_day()
    as_of = read_on[0] if read_on else terms.as_of
    counts_by_status = _judged(source, as_of)
    source.logged_from = _logged_from(source, as_of, counts_by_status)
    if source.logged_from is not None:
        counts_by_status = _judged(source, as_of)
    leads = source.statement(as_of)
    status, customer, moment = (counts_by_status[name].astype(np.int64) for name in ("status", "customer", "moment"))
    counts = counts_by_status["leads"].astype(np.int64)
    read = int(counts.sum())
    judgeable = status == KEPT
    excluded = {name: int(counts[status == i].sum()) for i, name in enumerate(REASONS) if i and (status == i).any()}
    if not judgeable.any():
        message = _nothing_left(read, excluded, as_of, terms)
        if "immature" in excluded and as_of is not None:
            raise TooYoungError(message, as_of, terms.observe_days + terms.close_within_days)
        raise HistoryError(message)
    cohorts, ends = cohorts_of(moment[judgeable], source.dated, read, by=terms.by, split=terms.split)
    position = np.searchsorted(ends, moment[judgeable]) if ends is not None else moment[judgeable]
    totals = np.zeros((len(cohorts), 2), np.int64)
    np.add.at(totals[:, 0], position, counts[judgeable])
    np.add.at(totals[:, 1], position, counts[judgeable] * customer[judgeable])
    _check_outcome(source, leads, totals, excluded)
    return History(
        table=table,
        terms=terms,
        leads=leads,
        criteria=criteria,
        cohorts=cohorts,
        ends=ends,
        totals=totals,
        read=read,
        excluded=excluded,
        order=source.order,
        as_of=as_of if source.dated else terms.as_of,
        place=table.position if source.scattered else None,
        outcome=outcome_of(source),
        customer_values=meant.customer if meant else (),
        as_of_reason=read_on[1] if read_on else "",
        letters=source.letters,
        facts=(
            *_same_persons(source),
            *(() if source.dated else _undecided(meant, terms)),
            *findings(source, as_of),
        ),
    )


def _judged(source: Source, as_of: date | None) -> Mapping[str, NDArray[Any]]:
    """Leads per status, outcome and moment."""
    alike, weight = (source.alike(), "__leads") if source.few else (None, "1")
    counts = {
        "status": STATUS,
        "customer": CUSTOMER,
        "moment": _cohort_key(source),
        "leads": whole(call.sum(weight)),
    }
    judged = rows(source.statement(as_of, alike), "judged")
    return source.table.fetch(select(counts, judged, group=(1, 2, 3), order=(1, 2, 3)))


def _logged_from(source: Source, as_of: date | None, counts_by_status: Mapping[str, NDArray[Any]]) -> int | None:
    """First day of the leads whose closings were logged, where the history begins long before those do."""
    terms = source.terms
    if not source.dated or terms.customer_at is None:
        return None
    judgeable = counts_by_status["status"].astype(np.int64) == KEPT
    moment, leads = (
        counts_by_status["moment"].astype(np.int64)[judgeable],
        counts_by_status["leads"].astype(np.int64)[judgeable],
    )
    customers = leads * counts_by_status["customer"].astype(np.int64)[judgeable]
    window = terms.observe_days + terms.close_within_days
    if not customers.any() or moment[customers > 0].min() <= moment.min() + window:
        return None  # whoever bought soon after the first lead was logged
    judged = rows(source.statement(as_of), "judged")
    sold = both("__bought = 1", "__closed >= __created")
    row = source.table.fetch(select({"first": call.min("__closed")}, judged, where=sold))
    first = int(row["first"][0])
    silent, logged = moment + window < first, moment >= month_of(first)
    return logged_from(
        first,
        (int(leads[silent].sum()), int(customers[silent].sum())),
        (int(leads[logged].sum()), int(customers[logged].sum())),
    )


def _same_persons(source: Source) -> Iterator[Fact]:
    """Rows that repeat a person, by what makes them one, and persons who stand with both outcomes.

    Ids with both outcomes are told as leads that were opened again.
    """
    for name, (again, conflicts) in source.repeats.items():
        yield Fact(f"repeated_{name}", {"rows": again, "column": source.terms.lead_id or ""})
        if conflicts and name != "id":
            yield Fact("repeated_conflicts", {"persons": conflicts, "by": name})


def _undecided(meant: Answers | None, terms: Terms) -> tuple[Fact, ...]:
    """Leads without an outcome, where others say no in words; with dates, the closing window decides about them."""
    if meant is None or not meant.blank:
        return ()
    return (Fact("blank_outcomes", {"column": terms.customer or "", "cells": meant.blank}),)


def last_day(table: Table, terms: Terms) -> date | None:
    """Day on which the history is read: as given, else the last date seen in the data; None without dates."""
    if terms.as_of is not None:
        return terms.as_of
    read_on = Source(table, terms, _meant(table, terms)).last_day()
    return read_on[0] if read_on else None


def _check_names(table: Table, terms: Terms) -> None:
    """Every column named must exist, in the leads or in the outcomes."""
    lead_columns = [c.name for c in table.columns]
    deal_columns = [c.name for c in terms.outcomes.columns] if terms.outcomes is not None else []
    for name, where in (
        (terms.created_at, lead_columns),
        (terms.lead_id, lead_columns),
        (terms.outcomes_by, lead_columns),
        (terms.open_in, lead_columns + deal_columns),
        (terms.order, lead_columns),
        (terms.group.column if terms.group is not None and terms.group.kind != "deal" else None, lead_columns),
        (terms.customer, lead_columns + deal_columns),
        (terms.customer_at, lead_columns + deal_columns),
    ):
        if name is not None and name not in where:
            raise InputError(f"{table.name}: {unknown('column', name, where)}")
    if terms.outcomes is not None:
        if (terms.outcomes_by or terms.lead_id) is None:
            raise HistoryError("outcomes in a second file are joined by lead id; name its column with --lead-id")
        key = terms.outcomes_id or terms.lead_id or ""
        if key not in deal_columns:
            way_out = "" if terms.outcomes_id else ". Name the column with the lead's id there with --outcomes-id"
            raise InputError(f"{terms.outcomes.name}: {unknown('column', key, deal_columns)}{way_out}")
    elif terms.customer is None and terms.customer_at is None:
        raise HistoryError(
            "nothing says which leads became customers: name the outcome column with --customer, its date with "
            f"--customer-at, or a second file with --outcomes. Columns: {', '.join(lead_columns[:40])}"
        )


def _meant(table: Table, terms: Terms) -> Answers | None:
    """What the values of the customer column mean."""
    if terms.customer is None:
        return None
    deal_columns = [] if terms.outcomes is None else [c.name for c in terms.outcomes.columns]
    home = terms.outcomes if terms.outcomes is not None and terms.customer in deal_columns else table
    counts = _answered(home, terms.customer)
    still_open = terms.open_values if terms.open_in in (None, terms.customer) else ()
    return answers(counts, terms.customer, terms.customer_values, still_open, of_deals=home is terms.outcomes)


def _answered(table: Table, name: str) -> dict[str | None, int]:
    """Rows per value of a column (at most a thousand)."""
    column = quoted(name)
    if column_of(table, name).type == "boolean":
        measures = {"leads": count(), "given": count(column), "yes": whole(call.sum(flag(column)))}
        answer = table.fetch(select(measures, table.relation))
        leads, cells, true = (int(np.nan_to_num(answer[key][0])) for key in measures)
        answered = {"false": cells - true, "true": true, None: leads - cells}
        return {value: number for value, number in answered.items() if number}
    counts = rows(select({"answer": column, "leads": count()}, table.relation, group=(1,)), "counted")
    texts = {"answer": as_text("answer"), "leads": whole(call.sum("leads"))}
    answer = table.fetch(select(texts, counts, group=(1,), order=(falling("2"), 1), limit=1000))
    return {
        None if v is None or _nan(v) else str(v): int(n) for v, n in zip(answer["answer"], answer["leads"], strict=True)
    }


def _cohort_key(source: Source) -> str:
    """SQL that groups moments: the day itself, or the block of a position."""
    if source.dated:
        return call.coalesce(MOMENT, 0)
    return call.coalesce(f"{MOMENT} * {blocks(source.table.rows)} // {max(source.table.rows, 1)}", 0)


def _check_outcome(source: Source, statement: str, totals: NDArray[np.int64], excluded: Mapping[str, int]) -> None:
    leads, customers = (int(v) for v in totals.sum(axis=0))
    terms = source.terms
    if customers == 0 and source.dated and terms.customer_at is not None:
        window = terms.observe_days + terms.close_within_days
        late = late_customers(statement, source.table, window)
        if late:
            raise HistoryError(
                f"none of the {leads:,} leads that can be judged became a customer within the closing window of "
                f"{terms.close_within_days} days; {late:,} did later. Say how long a sale may take: --close-within-days"
            )
    left_out = "; ".join(f"{name} {count:,}" for name, count in excluded.items()) or "none"
    if customers == 0:
        raise HistoryError(
            f"none of the {leads:,} leads that can be judged became a customer (excluded: {left_out}). Check the "
            "outcome column, its values and the closing window"
        )
    if customers >= IMPOSSIBLE_RATE * leads:
        raise HistoryError(
            f"{customers:,} of {leads:,} leads became customers ({customers / leads:.1%}): no sales team closes at "
            "such a rate, so lost leads must be missing from this source (some CRMs hide or archive them). Export "
            "all leads, also lost ones"
        )


def _nothing_left(read: int, excluded: Mapping[str, int], as_of: date | None, terms: Terms) -> str:
    reasons = "; ".join(f"{name} {count:,}" for name, count in excluded.items())
    window = terms.observe_days + terms.close_within_days
    way_out = ""
    if "immature" in excluded:
        way_out = f" As of {as_of}, a lead must be at least {window} days old; lower --close-within-days"
    elif "no_creation_date" in excluded:
        way_out = f" The column '{terms.created_at}' gives no row a date; write dates as YYYY-MM-DD or name another"
    return f"none of the {read:,} rows is a lead that can be judged ({reasons or 'there are no rows'}).{way_out}"


def _nan(value: object) -> bool:
    return isinstance(value, float) and value != value

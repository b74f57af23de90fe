"""Which columns tell id, dates and outcome where the settings do not name them, and what was found."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..engine import dates
from ..engine.query import between, count_where, select
from ..engine.table import Fact, Table
from ..errors import HistoryError, SettingsError
from ..leads.columns.date_columns import DateColumns, date_columns_of, is_sale
from ..leads.columns.naming import words_of
from ..leads.columns.outcome import MOST_LISTED
from ..leads.columns.outcome_column import find_outcome, find_value, possible_outcomes, statuses
from ..leads.columns.person_names import may_be_shown
from ..leads.columns.profile import profiles_of
from ..leads.columns.proposal import find_id
from ..leads.day_span import day_of, span_of
from ..report.review import Warning_
from .settings import Settings

MOSTLY_FILLED, MOSTLY_OWN = 0.9, 0.95
"""Share of the leads that have a value, and of different ones among them, where it joins a second file."""
FEW_SALES, FEW_CLOSED = 0.5, 0.25
"""A date alone tells the sale if at most this share of the rows has one: called after a sale, or after any closing."""


@dataclass(frozen=True)
class Resolved:
    """The settings with id, dates and outcome looked for where they are not named; what was found; the risks of it."""

    settings: Settings
    facts: tuple[Fact, ...] = ()
    warnings: tuple[Warning_, ...] = field(default=())


def resolved(settings: Settings, table: Table, outcomes: Table | None = None) -> Resolved:
    """Look for id, dates and outcome where they are not named.

    Where a second file lists the customers, it is that file which knows when they closed. A status beats a date; a
    date alone is taken for the sale only if few rows have one.

    Raises
    ------
    HistoryError
        It is not clear what tells the sale.
    """
    time_, outcome = settings.time, settings.outcome
    facts: list[Fact] = []
    warnings: list[Warning_] = []
    created, closed = time_.created_at, time_.customer_at
    day_columns = date_columns_of(table) if None in (created, closed) else DateColumns(None, None)
    if created is None and time_.order is None:
        created = day_columns.created
        if created is not None:
            facts.append(Fact("guessed_created_at" if day_columns.guessed else "found_created_at", {"column": created}))
        elif day_columns.refused:
            facts += [Fact("date_refused", {"column": name, "reason": why}) for name, why in day_columns.refused]
            names = ", ".join(f"“{name}”" for name, _ in day_columns.refused[:MOST_LISTED])
            warnings.append(("dates_unused", {"columns": names}))
    warnings += _unclear(day_columns, outcomes, created, closed)
    customer = outcome.customer
    if customer is None:
        ignore = [name for name in (created, time_.order, outcome.lead_id, outcome.worked, outcome.value) if name]
        ignore += settings.columns.exclude
        customer, findings = _outcome_column(settings, table, outcomes, ignore)
        facts += findings
    if closed is None and outcomes is not None:
        closed = _noted(facts, _closing_of(outcomes)) if created is not None else None
    elif closed is None and (created is not None or customer is None):
        closed = day_columns.closed if day_columns.closed != created else None
        if closed is not None and customer is None and time_.customer_at is None:
            warnings += _date_alone(table, closed)
        closed = _noted(facts, closed)
    elif closed is not None and customer is None and outcomes is None:
        warnings += _date_named(table, closed)
    if customer is None and closed is None and outcomes is None:
        customer = _alone(table, ignore)
        warnings.append(("outcome_alone", {"column": customer}))
    signed = outcomes is not None and any(fact.key == "signatures" for fact in outcomes.facts)
    if outcomes is not None and customer is None and not signed:
        warnings += _every_row(outcomes, closed)
    lead_id = outcome.lead_id
    if lead_id is None:
        lead_id = find_id(table)
        lead_id = lead_id if lead_id != customer else None
        facts += [Fact("found_lead_id", {"column": lead_id})] if lead_id is not None else []
    pair: tuple[str, str] | None = None
    if lead_id is None and outcomes is not None and not outcome.outcomes_by:
        pair = common_id(table, outcomes)
        facts += [Fact("joined_by", {"column": pair[0], "name": outcomes.name})] if pair else []
    numbers = [c.name for c in table.columns if c.type == "number"]
    facts += [dates.moment(table, name).fact for name in (created, closed) if name is not None and name in numbers]
    return Resolved(
        settings.model_copy(
            update={
                "outcome": outcome.model_copy(
                    update={"lead_id": lead_id, "customer": customer}
                    | ({"outcomes_by": pair[0], "outcomes_id": pair[1]} if pair else {})
                ),
                "time": time_.model_copy(update={"created_at": created, "customer_at": closed}),
            }
        ),
        tuple(facts),
        tuple(warnings),
    )


def _unclear(roles: DateColumns, outcomes: Table | None, created: str | None, closed: str | None) -> list[Warning_]:
    """Questions about dates that were not taken because day and month cannot be told apart in them."""
    undecided = (*roles.undecided, *(date_columns_of(outcomes).undecided if outcomes is not None else ()))
    unnamed = [(name, example) for name, example in undecided if name not in (created, closed)]
    return [("date_order", {"column": name, "example": example}) for name, example in unnamed]


def _closing_of(outcomes: Table) -> str | None:
    """The closing date of a file of deals: as found, else its only date that is called a date and nothing more."""
    roles = date_columns_of(outcomes)
    plain = roles.created is not None and words_of(roles.created) in ("date", "datum", "data", "fecha")
    return roles.closed or (roles.created if plain else None)


def common_id(table: Table, outcomes: Table) -> tuple[str, str] | None:
    """The columns by which a second file belongs to the leads, where no id is known.

    They are called alike, and (nearly) each lead has a value of its own. None where none is so, or several are.
    """
    theirs = {words_of(column.name): column.name for column in outcomes.columns if words_of(column.name)}
    shared = [
        column for column in table.columns if words_of(column.name) in theirs and column.type in ("text", "number")
    ]
    profiles = profiles_of(table, tuple(column.name for column in shared)) if shared else {}
    own = [
        name
        for name, profile in profiles.items()
        if profile.filled >= MOSTLY_FILLED * profile.rows and profile.distinct >= MOSTLY_OWN * profile.filled
    ]
    return (own[0], theirs[words_of(own[0])]) if len(own) == 1 else None


def _noted(facts: list[Fact], closed: str | None) -> str | None:
    if closed is not None:
        facts.append(Fact("found_customer_at", {"column": closed}))
    return closed


def _outcome_column(
    settings: Settings, table: Table, outcomes: Table | None, ignore: list[str]
) -> tuple[str | None, list[Fact]]:
    """The column that tells the outcome, of the second file where there is one, and the finding."""
    values = settings.outcome.customer_values
    homes = [file for file in (outcomes, table) if file is not None]
    if not values:
        column = find_outcome(homes[0], ignore)
        return column, [] if column is None else [Fact("outcome_found", {"column": column, "name": homes[0].name})]
    for home in homes:
        holding = find_value(home, values)
        if len(holding) > 1:
            raise SettingsError(
                f"the value given with --customer-value stands in several columns of {home.name}: "
                f"{', '.join(holding)}. Name the one that tells customers with --customer, e.g. "
                f"--customer '{holding[0]}'"
            )
        if holding:
            return holding[0], [Fact("outcome_value_found", {"column": holding[0], "name": home.name})]
    spelt = " and ".join(f"'{value}'" for value in values)
    raise SettingsError(
        f"--customer-value {spelt}: no column holds it; name the column that tells customers with --customer"
    )


def _alone(table: Table, ignore: list[str]) -> str:
    """The one column that says yes and no and can be the outcome; an error that names the candidates elsewhere."""
    candidates = possible_outcomes(table, ignore)
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        listed = ", ".join(f"'{name}'" for name in candidates[:MOST_LISTED])
        more = f" and {len(candidates) - MOST_LISTED} more" if len(candidates) > MOST_LISTED else ""
        raise HistoryError(
            f"nothing says which leads became customers. These columns say yes and no and can be the outcome: {listed}"
            f"{more}. Name the one that is, e.g. --customer '{candidates[0]}'; or its date with --customer-at, or a "
            "second file with --outcomes"
        )
    raise HistoryError(
        "nothing says which leads became customers: no column says yes and no. Name the outcome with --customer, its "
        "date with --customer-at, or a second file with --outcomes. Columns: "
        f"{', '.join(column.name for column in table.columns[:40])}"
    )


def _date_alone(table: Table, column: str) -> list[Warning_]:
    """What to say of a date that alone tells the sale; refused where too many rows have one."""
    rows = _rows_dated(table, column)
    if rows > (FEW_SALES if is_sale(column) else FEW_CLOSED) * table.rows:
        columns = [c.name for c in table.columns if c.name != column][:40]
        raise HistoryError(
            f"only the date in '{column}' could tell which leads became customers, and {rows:,} of {table.rows:,} rows "
            "have one: a closing date is no sale, lost deals have it too. Name the column that tells customers with "
            f"--customer; if each of these rows is a customer, say --customer-at '{column}'. "
            f"Columns: {', '.join(columns)}"
        )
    return _date_named(table, column)


def _date_named(table: Table, column: str) -> list[Warning_]:
    return [("outcome_date_only", {"column": column, "rows": _rows_dated(table, column), "of": table.rows})]


def _rows_dated(table: Table, column: str) -> int:
    """Rows with a day that is believed."""
    day = day_of(table, column)
    span = span_of(table, day)
    believed = count_where(between(day, span.first, span.last))
    return int(table.fetch(select({"n": believed}, table.relation))["n"][0])


def _every_row(outcomes: Table, closed: str | None) -> list[Warning_]:
    """What to say of a second file in which no column tells won from lost; refused where one may."""
    for name, status in statuses(outcomes):
        texts = may_be_shown([text for text, _ in status.texts])[:MOST_LISTED]
        counts = dict(status.texts)
        examples = ", ".join(f"'{text}' ({counts[text]:,})" for text in texts)
        raise HistoryError(
            f"not every row of {outcomes.name} may be a customer: its column '{name}' says {examples}. Name those that "
            f"mean customer: --customer '{name}' --customer-value VALUE (all of them, if all are customers)"
        )
    if closed is not None and is_sale(closed):
        return []
    dated = outcomes.rows if closed is None else _rows_dated(outcomes, closed)
    if dated < outcomes.rows:
        return [
            ("outcomes_dated_row", {"file": outcomes.name, "rows": dated, "of": outcomes.rows, "column": closed or ""})
        ]
    return [("outcomes_every_row", {"file": outcomes.name, "rows": outcomes.rows})]

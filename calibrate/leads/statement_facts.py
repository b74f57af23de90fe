"""What is worth telling about a source: what its outcome was taken for, days not believed, plans, repeated ids."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ..days import day_number
from ..engine.query import as_text, both, call, count, count_where, either, empty, quoted, rows, select
from ..engine.table import Fact, Table
from .columns.outcome import Outcome, Value
from .columns.person_names import may_be_shown
from .day_span import FIRST, LAST
from .imports import imported
from .statement import Source
from .terms import REASONS, STATUS

MOST_NAMED = 12


def outcome_of(source: Source) -> Outcome:
    """Every value of what tells customers, with its rows and what it is taken for."""
    terms, meant = source.terms, source.meant
    deal_columns = [] if terms.outcomes is None else [c.name for c in terms.outcomes.columns]
    if meant is not None and (terms.outcomes is None or terms.customer in deal_columns):
        values = tuple(_told_open(source, meant.values))
        return Outcome(terms.customer, "leads" if terms.outcomes is None else "outcomes", values)
    if terms.outcomes is not None:
        return Outcome(source.listed_at, "outcomes", _rows_listed(source, terms.outcomes))
    return Outcome(terms.customer_at, "dates", _dated(source))


def _told_open(source: Source, values: tuple[Value, ...]) -> Iterator[Value]:
    """The values; rows without a sale that another column calls open stand apart as not decided."""
    test = source.told_open
    if test is None:
        yield from values
        return
    home = source.terms.outcomes if source.terms.outcomes is not None else source.table
    answer_text = call.coalesce(as_text(quoted(source.terms.customer or "")), "''")
    open_counts = home.fetch(select({"value": answer_text, "n": count()}, home.relation, where=test, group=(1,)))
    open_rows = {str(value): int(n) for value, n in zip(open_counts["value"], open_counts["n"], strict=True)}
    for answer in values:
        rows = 0 if answer.taken_for == "customer" else min(open_rows.get(answer.value, 0), answer.rows)
        if answer.rows > rows:
            yield Value(answer.value, answer.rows - rows, answer.taken_for)
        if rows:
            yield Value(answer.value, rows, "open")


def _rows_listed(source: Source, outcomes: Table) -> tuple[Value, ...]:
    """Rows of a second file without a status: customers, and those whose date is only planned."""
    if source.planned_rows:
        return (
            Value("row", outcomes.rows - source.planned_rows, "customer"),
            Value("planned", source.planned_rows, "open"),
        )
    return (Value("row", outcomes.rows, "customer"),)


def _dated(source: Source) -> tuple[Value, ...]:
    """Rows with a date that alone tells the sale, without one, and with one that is not believed."""
    name = source.terms.customer_at or ""
    column = quoted(name)
    no_text = either(empty(column), f"{call.trim(as_text(column))} = ''")
    measures = {"n": count(), "blank": count_where(no_text), "none": count_where(source.no_date(name))}
    counts = source.table.fetch(select(measures, source.table.relation))
    read, blank, none = (int(counts[key][0]) for key in measures)
    values = [Value("date", read - none, "customer"), Value("", blank, "lost")]
    values += [Value("planned", none - blank, "open")] if none > blank else []
    return tuple(value for value in values if value.rows)


def findings(source: Source, as_of: date | None) -> tuple[Fact, ...]:
    """What a reader should know about outcome and days of a source."""
    return (
        *_joined(source),
        *_spelt(source),
        *_repeated(source),
        *_doubted(source),
        *_plans(source, as_of),
        *_imported(source),
    )


def _imported(source: Source) -> Iterator[Fact]:
    """Leads that were created together, in one minute."""
    if source.terms.created_at is not None and (fact := imported(source.table, source.terms.created_at)) is not None:
        yield fact


def _joined(source: Source) -> Iterator[Fact]:
    """How ids of the second file were matched, where not as they are written."""
    if source.terms.outcomes is not None and (fact := source.keys.fact(source.terms.outcomes.name)) is not None:
        yield fact


def _spelt(source: Source) -> Iterator[Fact]:
    """Values of the outcome that were counted by a likeness, or against what they say."""
    meant, column = source.meant, source.terms.customer or ""
    if meant is None:
        return
    for key, values in (
        ("outcome_variants", meant.variants),
        ("outcome_unnamed", meant.unnamed),
        ("outcome_unknown", meant.unknown),
    ):
        if values:
            examples = may_be_shown(list(values))[:MOST_NAMED]
            rows = sum(answer.rows for answer in meant.values if answer.value in values)
            yield Fact(key, {"column": column, "values": ", ".join(f"“{value}”" for value in examples), "rows": rows})


def _repeated(source: Source) -> Iterator[Fact]:
    """Leads that stand in several rows, one of them a customer and another not."""
    leads = source.repeats.get("id", (0, 0))[1]
    if leads:
        yield Fact("reopened", {"column": source.terms.lead_id or "", "leads": leads})


def _doubted(source: Source) -> Iterator[Fact]:
    """Days that are not believed, by column."""
    columns = {
        "created": source.terms.created_at,
        "closed": source.terms.customer_at,
        "outcomes": source.terms.customer_at,
    }
    for kind, column in columns.items():
        span = source.spans.get(kind)
        if span is None:
            continue
        for key, outside in (
            ("dates_placeholder", span.placeholders),
            ("dates_future", span.future),
            ("dates_far", span.far),
        ):
            if outside:
                yield Fact(key, {"column": column or "", "rows": outside})


def _plans(source: Source, as_of: date | None) -> Iterator[Fact]:
    """Closing days of rows that are no customers, after the day on which the history is read."""
    own_at = source.own_at
    if as_of is None or own_at is None or source.meant is None or source.terms.outcomes is not None:
        return
    day, last = source.day(source.table, own_at), day_number(as_of)
    no_customer = f"{source.is_customer} = 0"
    measures = {
        "plans": count_where(both(f"{day} > {last}", f"{day} <= {LAST}")),
        "never": count_where(either(f"{day} < {FIRST}", f"{day} > {LAST}")),
    }
    counts = source.table.fetch(select(measures, source.table.relation, where=no_customer))
    plans, never = int(counts["plans"][0]), int(counts["never"][0])
    if plans:
        yield Fact("plans", {"column": own_at, "rows": plans})
    if never:
        yield Fact("dates_never", {"column": own_at, "rows": never})


def late_customers(source_leads: str, table: Table, window: int) -> int:
    """Leads old enough to be judged that became customers only after the window of so many days."""
    late = both(f"{STATUS} = {REASONS.index('kept')}", "__bought = 1", f"__closed > __created + {window}")
    answer = table.fetch(select({"n": count()}, rows(source_leads, "judged"), where=late))
    return int(answer["n"][0])

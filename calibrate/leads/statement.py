"""A source of leads: what it calls things, and the statement that judges each of its rows.

See `history` for what is judged and how.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property

from ..days import day_at, day_number
from ..engine import sql
from ..engine.table import Table, column_of
from ..errors import HistoryError
from .columns.buyers import group_sql, recurring
from .columns.outcome import Answers
from .columns.roles import repeated
from .day_span import DaySpan, day_of, day_span, days_of, span_of
from .keys import Keys, keys, refuse_empty, same_id
from .terms import BUYER, CUSTOMER, IDENTITY, KEPT, MOMENT, REASONS, STATUS, Terms

LATE_LOSSES = 31
"""Days up to which losses are believed to come after all else that happened; later ones were never updated plans."""
FEW_UNDATED = 0.1
"""With a greater share of rows without a closing date, these rows of a second file are deals that are still open."""


class Source:
    """The statement that lays out one row per lead; built once. Leads from before `logged_from` are left out."""

    def __init__(self, table: Table, terms: Terms, meant: Answers | None) -> None:
        self.table, self.terms, self.meant = table, terms, meant
        self.dated = terms.created_at is not None
        self.order = "created_at" if self.dated else "column" if terms.order else "file"
        self._days: dict[tuple[str, str], str] = {}
        self.logged_from: int | None = None

    @cached_property
    def same(self) -> tuple[tuple[str, str], ...]:
        """What makes some rows one person, as (name, SQL): the id, the address, name and company; only what recurs."""
        key = self.terms.lead_id
        read = same_id(self.table, key) if key is not None else ""
        again = key is not None and (read != _quoted(key) or repeated(self.table, key))
        by_id = [("id", read)] if again else []
        return (*by_id, *recurring(self.table, self.terms.persons))

    @cached_property
    def keys(self) -> Keys:
        """How the ids of the leads and of the second file are compared."""
        terms = self.terms
        assert terms.outcomes is not None
        lead_column, deal_column = terms.outcomes_by or terms.lead_id or "", terms.outcomes_id or terms.lead_id or ""
        compared = keys(self.table, lead_column, terms.outcomes, deal_column, alias="leads.")
        refuse_empty(compared, self.table, lead_column, terms.outcomes, deal_column)
        return compared

    @property
    def by_company(self) -> bool:
        """Whether one lead stands for all of its company."""
        return self.terms.unit == "company" and self.terms.group is not None

    def last_day(self) -> tuple[date, str] | None:
        """Day on which the history is read, and what tells it: given, created, closed, outcomes or events.

        Without a given day it is the last day on which something happened: a lead came, an outcome was decided, an
        event was seen. What is expected (closing dates of open rows) and days that are not believed do not count.
        """
        if not self.dated:
            return None
        if self.terms.as_of is not None:
            return self.terms.as_of, "given"
        newest = {kind: span.newest for kind, span in self.spans.items() if span.newest is not None}
        if "created" not in newest:
            raise HistoryError(
                f"the column '{self.terms.created_at}' holds no date that is believed (all are empty, not readable, or "
                "placeholders as 1900-01-01); write dates as YYYY-MM-DD, or name another column with --created-at"
            )
        if self.terms.seen_until is not None:
            newest["events"] = day_number(self.terms.seen_until)
        lost = newest.pop("lost", None)
        last, kind = max(newest.values()), max(newest, key=lambda kind: newest[kind])
        if lost is not None and last < lost <= last + LATE_LOSSES:
            last, kind = lost, "closed"
        return day_at(last), kind

    @cached_property
    def spans(self) -> dict[str, DaySpan]:
        """The days that are believed: of creation, and of closing of the rows whose outcome is decided."""
        terms = self.terms
        today = max(date.today(), terms.as_of) if terms.as_of else None
        spans: dict[str, DaySpan] = {}
        if terms.created_at is None:
            return spans
        created = self.day(self.table, terms.created_at)
        creation = days_of(self.table, created)
        spans["created"] = day_span(*creation, today)
        own_at, listed_at = self._own(terms.customer_at), self.listed_at
        home, at, kind = (terms.outcomes, listed_at, "outcomes") if terms.outcomes else (self.table, own_at, "closed")
        if at is None:
            return spans
        day, by_status = self.day(home, at), self.meant is not None and terms.customer in [c.name for c in home.columns]

        def of(values: tuple[str, ...]) -> DaySpan:
            where = f" WHERE {self._is(values)} = 1" if by_status else ""
            return span_of(home, day, f"(SELECT * FROM {home.relation}{where}) AS decided", today, creation=creation)

        spans[kind] = of(self.meant.customer if self.meant else ())
        if by_status and self.meant is not None and self.meant.lost:
            spans["lost"] = of(self.meant.lost)
        return spans

    def _believed(self, kind: str, day: str) -> str:
        """A day as far as it is believed; as it stands where nothing in the column is doubted."""
        span = self.spans.get(kind)
        return day if span is None or not span.outside else span.sql(day)

    def day(self, table: Table, column: str) -> str:
        """Day of a date column; how its dates are written is found out once."""
        if (table.name, column) not in self._days:
            self._days[table.name, column] = day_of(table, column)
        return self._days[table.name, column]

    def _own(self, column: str | None) -> str | None:
        """The column if the leads themselves have it."""
        return column if column in [c.name for c in self.table.columns] else None

    @property
    def own_at(self) -> str | None:
        """The closing date's column if the leads themselves have it."""
        return self._own(self.terms.customer_at)

    @property
    def listed_at(self) -> str | None:
        """The date column of the outcomes table."""
        outcomes, at = self.terms.outcomes, self.terms.customer_at
        return at if outcomes is not None and at in [c.name for c in outcomes.columns] else None

    def statement(self, as_of: date | None, rows: str | None = None) -> str:
        """One row per row read (or of `rows`): status, customer, moment, identity and the source's columns."""
        terms = self.terms
        created = self.day(self.table, terms.created_at) if terms.created_at else "NULL"
        join, closed, bought = self._outcome()
        row = "CAST(__row AS VARCHAR)" if self.numbered else "''"
        identity = f"CAST({_quoted(terms.lead_id)} AS VARCHAR)" if terms.lead_id else row
        inner = (
            f"SELECT leads.*, {created} AS __created, {closed} AS __closed, {bought} AS __bought, "
            f"{self._still_open()} AS __open, {self._moment()} AS __at, {identity} AS {IDENTITY}, "
            f"{self._twice()} AS __twice{self._buyer() if rows is None else ''} "
            f"FROM {rows or self._keyed(self._rows())} AS leads{join}"
        )
        if self.same:
            inner = self._persons(inner, grouped=terms.group is not None and rows is None)
        if self.by_company:
            inner = self._companies(inner)
        status, customer = self._judgement(as_of)
        moment = "__created" if self.dated else "__at"
        return (
            f"SELECT judged.*, {status} AS {STATUS}, {customer} AS {CUSTOMER}, {moment} AS {MOMENT} "
            f"FROM ({inner}) AS judged"
        )

    def same_keys(self) -> tuple[str, ...]:
        """Columns of the statement that hold the keys of `same`, each worked out once per row."""
        return tuple(f"__same{i}" for i in range(len(self.same)))

    def _keyed(self, rows: str) -> str:
        """The rows with what makes some of them one person as columns."""
        keys = "".join(f", {key} AS {name}" for name, (_, key) in zip(self.same_keys(), self.same, strict=True))
        return f"(SELECT keyed.*{keys} FROM {rows} AS keyed)" if keys else rows

    def contradicting(self) -> int:
        """Ids with one row that is a customer and another that is none."""
        if "id" not in dict(self.same):
            return 0
        join, _, bought = self._outcome()
        key = _quoted(self.terms.lead_id or "")
        answer = self.table.fetch(
            f"SELECT COUNT(*) AS n FROM (SELECT {key} AS lead FROM (SELECT leads.{key} AS {key}, {bought} AS bought "
            f"FROM {self._rows()} AS leads{join}) AS seen WHERE {key} IS NOT NULL GROUP BY 1 "
            "HAVING MIN(bought) < MAX(bought)) AS leads"
        )
        return int(answer["n"][0])

    @property
    def scattered(self) -> bool:
        """Whether the statement joins or sorts, so that rows come in no order of their own."""
        sorts = self.terms.order is not None or bool(self.same) or self.by_company
        return self.table.joined or self.terms.outcomes is not None or sorts

    @property
    def numbered(self) -> bool:
        """Whether the place of a row in the source is needed."""
        return not self.dated or self.terms.lead_id is None or bool(self.same) or self.by_company

    @property
    def few(self) -> bool:
        """Whether rows are judged by days and truth values alone, which many of them have in common."""
        if not self.dated or self.numbered or self.scattered or self.terms.not_leads or self.table.dialect != "duckdb":
            return False
        decisive = (self.terms.created_at, self.terms.customer_at, self.terms.customer)
        types = {c.name: c.type for c in self.table.columns}
        return all(types.get(c) in ("date", "timestamp", "boolean") for c in decisive if c is not None)

    def alike(self) -> str:
        """Rows that are judged alike as one, with their number `__leads`; an id stands for itself no more."""
        types = {c.name: c.type for c in self.table.columns}
        parts = [f"NULL AS {_quoted(self.terms.lead_id or '')}"]
        for name in dict.fromkeys((self.terms.created_at, self.terms.customer_at, self.terms.customer)):
            if name is not None:
                column = _quoted(name)
                parts.append(column if types[name] == "boolean" else f"CAST({column} AS DATE) AS {column}")
        return f"(SELECT {', '.join(parts)}, COUNT(*) AS __leads FROM {self.table.relation} GROUP BY ALL)"

    def _rows(self) -> str:
        """The source, with the place of each row from 0 where it is needed."""
        if not self.numbered:
            return f"(SELECT * FROM {self.table.relation})"
        position = self.table.position
        if position is not None and (self.dated or self._from_zero(position)):  # dated: only their order matters
            return f"(SELECT *, {_quoted(position)} AS __row FROM {self.table.relation})"
        by = (
            f"ORDER BY {_quoted(position or self.terms.lead_id or self.terms.created_at or self.table.columns[0].name)}"
        )
        window = "" if self.table.dialect == "duckdb" else by  # DuckDB numbers rows in their order without sorting
        return f"(SELECT *, ROW_NUMBER() OVER ({window}) - 1 AS __row FROM {self.table.relation})"

    def _from_zero(self, position: str) -> bool:
        """Whether the hidden column numbers the rows 0, 1, 2 ... without a gap."""
        place = _quoted(position)
        answer = self.table.fetch(f"SELECT MIN({place}) AS low, MAX({place}) AS high FROM {self.table.relation}")
        return self.table.rows > 0 and (int(answer["low"][0]), int(answer["high"][0])) == (0, self.table.rows - 1)

    def _outcome(self) -> tuple[str, str, str]:
        """Join, closing day and 0/1 for the outcome of a lead."""
        terms = self.terms
        own_at = self._own(terms.customer_at)
        closed = self._believed("closed", self.day(self.table, own_at)) if own_at else "NULL"
        if terms.outcomes is not None:
            listed_at = self.listed_at
            day = "NULL"
            if listed_at:
                day = f"MIN({self._believed('outcomes', self.day(terms.outcomes, listed_at))})"
            if terms.group is not None and terms.group.kind == "deal":
                day += f" AS __day, MIN({group_sql(terms.outcomes, terms.group)}) AS __deal"
            else:
                day += " AS __day"
            where = self._wins(terms.outcomes)
            join = (
                f" LEFT JOIN (SELECT {self.keys.other} AS __lead, {day} FROM {terms.outcomes.relation}"
                f"{where} GROUP BY 1) AS __won ON {self.keys.own} = __won.__lead"
            )
            return join, "__won.__day" if listed_at else closed, "CASE WHEN __won.__lead IS NULL THEN 0 ELSE 1 END"
        if self.meant is not None and terms.customer:
            return "", closed, self._is(self.meant.customer)
        return "", closed, f"CASE WHEN {self.no_date(own_at)} THEN 0 ELSE 1 END"

    def no_date(self, own_at: str | None) -> str:
        """Whether a date that alone tells the sale is empty, a placeholder or only planned."""
        cell = _quoted(own_at) if own_at else "NULL"
        tests = [f"{cell} IS NULL"]
        if own_at and column_of(self.table, own_at).type == "text":  # what is no date is not "no customer"
            tests.append(sql.is_blank(sql.identifier(own_at)).sql("duckdb"))
        span = self.spans.get("closed")
        if own_at and span is not None and span.outside:
            tests.append(f"NOT {self.day(self.table, own_at)} BETWEEN {span.first} AND {span.last}")
        return " OR ".join(tests)

    @property
    def is_customer(self) -> str:
        """SQL for 0/1: the customer column of the leads says customer."""
        return self._is(self.meant.customer if self.meant else ())

    @cached_property
    def planned_rows(self) -> int:
        """Rows of a second file without a status whose date is only planned, or says never."""
        outcomes, span = self.terms.outcomes, self.spans.get("outcomes")
        if outcomes is None or span is None or self.meant is not None:
            return 0
        return span.outside + (self.undated_rows if self.undated_rows > FEW_UNDATED * outcomes.rows else 0)

    @cached_property
    def undated_rows(self) -> int:
        """Rows of the second file without a closing date."""
        outcomes, at = self.terms.outcomes, self.listed_at
        if outcomes is None or at is None:
            return 0
        answer = outcomes.fetch(f"SELECT COUNT({self.day(outcomes, at)}) AS dated FROM {outcomes.relation}")
        return outcomes.rows - int(answer["dated"][0])

    def _wins(self, outcomes: Table) -> str:
        """Filter of the outcomes table: the customer column where it stands there, else a date that is believed."""
        if self.meant is not None and self.terms.customer in [c.name for c in outcomes.columns]:
            return f" WHERE {self._is(self.meant.customer)} = 1"
        if not self.planned_rows or self.listed_at is None:
            return ""
        day, span = self.day(outcomes, self.listed_at), self.spans["outcomes"]
        believed = f"{day} BETWEEN {span.first} AND {span.last}"
        few = self.undated_rows <= FEW_UNDATED * outcomes.rows
        return f" WHERE {day} IS NULL OR {believed}" if few else f" WHERE {believed}"

    def _is(self, values: tuple[str, ...]) -> str:
        """0/1: the customer column holds one of the values."""
        name = self.terms.customer or ""
        column = _quoted(name)
        mine = self._own(name)
        if mine and column_of(self.table, mine).type == "boolean" and set(values) <= {"true", "false"}:
            tests = [column if value == "true" else f"NOT {column}" for value in values]
            return f"CASE WHEN {' OR '.join(tests) or 'FALSE'} THEN 1 ELSE 0 END"
        literals = ", ".join(sql.literal(v).sql("duckdb") for v in values)
        return f"CASE WHEN CAST({column} AS VARCHAR) IN ({literals}) THEN 1 ELSE 0 END"

    def _still_open(self) -> str:
        """0/1: no customer yet and still open; with dates, the closing window decides instead."""
        if self.dated or self.meant is None or self.terms.outcomes is not None:
            return "0"
        if self.terms.open_in in (None, self.terms.customer):
            by_value = self._is(self.meant.still_open) if self.meant.still_open else "0"
            if "" not in self.terms.open_values or self.terms.customer is None:
                return by_value
            answer = _quoted(self.terms.customer)
            return f"CASE WHEN {answer} IS NULL OR CAST({answer} AS VARCHAR) = '' THEN 1 ELSE {by_value} END"
        return f"CASE WHEN {self.told_open or 'FALSE'} THEN 1 - {self._is(self.meant.customer)} ELSE 0 END"

    @property
    def told_open(self) -> str | None:
        """Test of the rows that another column than the customer's calls open."""
        terms = self.terms
        if terms.open_in in (None, terms.customer) or not terms.open_values:
            return None
        home = terms.outcomes if terms.outcomes is not None else self.table
        if terms.open_in not in [c.name for c in home.columns]:
            return None
        column = _quoted(terms.open_in or "")
        text = f"CAST({column} AS VARCHAR)"
        tests = [f"{text} = {sql.literal(value).sql('duckdb')}" for value in terms.open_values if value]
        if len(tests) < len(terms.open_values):
            tests.append(f"({column} IS NULL OR {text} = '')")
        return " OR ".join(tests)

    def _moment(self) -> str:
        """Position in time, from 0, where there is no date."""
        if self.dated:
            return "0"
        if self.terms.order:
            column = _quoted(self.terms.order)
            return f"CASE WHEN {column} IS NULL THEN NULL ELSE ROW_NUMBER() OVER (ORDER BY {column}, __row) - 1 END"
        return "__row"

    def _twice(self) -> str:
        """Place of a row among those of one person, from 1, the earliest first; of several ways to be one, the last."""
        places = [
            f"CASE WHEN {key} IS NULL THEN 1 ELSE ROW_NUMBER() OVER (PARTITION BY {key} ORDER BY {self._earliest}) END"
            for key in self.same_keys()
        ]
        return places[0] if len(places) == 1 else f"GREATEST({', '.join(places)})" if places else "1"

    @property
    def _earliest(self) -> str:
        """Order of rows in time; those without a moment stand last."""
        moment = self.day(self.table, self.terms.created_at) if self.terms.created_at else None
        moment = _quoted(self.terms.order) if self.terms.order and not self.dated else moment
        return "__row" if moment is None else f"CASE WHEN {moment} IS NULL THEN 1 ELSE 0 END, {moment}, __row"

    def _buyer(self) -> str:
        """The key of the group, as one more column."""
        group = self.terms.group
        if group is None:
            return ""
        return f", {'__won.__deal' if group.kind == 'deal' else group_sql(self.table, group)} AS {BUYER}"

    def _persons(self, inner: str, *, grouped: bool) -> str:
        """The rows with the outcome of their person: a customer if any row of it is one, whatever their order."""
        hidden = "__row", self.table.position, *self.same_keys(), BUYER if grouped else None
        names = dict.fromkeys((*(c.name for c in self.table.columns), *hidden))
        columns = [_quoted(name) for name in names if name is not None]
        bought, closed, opened = ["__bought"], ["CASE WHEN __bought = 1 THEN __closed END"], ["__open"]
        for key in self.same_keys():
            window = f"OVER (PARTITION BY {key})"
            bought.append(f"CASE WHEN {key} IS NULL THEN 0 ELSE MAX(__bought) {window} END")
            opened.append(f"CASE WHEN {key} IS NULL THEN 0 ELSE MAX(__open) {window} END")
            first = f"MIN(CASE WHEN __bought = 1 THEN __closed END) {window}"
            closed.append(f"CASE WHEN {key} IS NULL THEN NULL ELSE {first} END")
        of_person = f"GREATEST({', '.join(bought)})"
        return (
            f"SELECT {', '.join(columns)}, __created, __at, {IDENTITY}, __twice, __bought AS __row_bought, "
            f"{of_person} AS __bought, "
            f"COALESCE(LEAST({', '.join(closed)}), __closed) AS __closed, "
            f"CASE WHEN {of_person} = 1 THEN 0 ELSE GREATEST({', '.join(opened)}) END AS __open "
            f"FROM ({inner}) AS seen"
        )

    def _companies(self, inner: str) -> str:
        """The rows with the outcome of their company, its first closing, and their place in it, the earliest first."""
        order = "CASE WHEN __created IS NULL THEN 1 ELSE 0 END, __created, __row" if self.dated else "__at, __row"
        columns = "__closed", "__bought", "__open"
        source_columns = ", ".join(_quoted(c.name) for c in self.table.columns)
        hidden = [c for c in dict.fromkeys(("__row", self.table.position)) if c is not None]
        hidden += ["__row_bought", *self.same_keys()] if self.same else []
        window = f"OVER (PARTITION BY {BUYER})"
        of_all = (
            f"MIN(CASE WHEN __bought = 1 THEN __closed ELSE NULL END) {window}",
            f"MAX(__bought) {window}",
            f"CASE WHEN MAX(__bought) {window} = 1 THEN 0 ELSE MAX(__open) {window} END",
        )
        shared = ", ".join(
            f"CASE WHEN {BUYER} IS NULL THEN {name} ELSE {every} END AS {name}"
            for name, every in zip(columns, of_all, strict=True)
        )
        hidden_listed = ", ".join(_quoted(c) for c in hidden)
        return (
            f"SELECT {source_columns}, {hidden_listed}, __created, __at, {IDENTITY}, __twice, {BUYER}, {shared}, "
            f"CASE WHEN {BUYER} IS NULL THEN 1 ELSE ROW_NUMBER() OVER (PARTITION BY {BUYER} ORDER BY {order}) END "
            f"AS __mate FROM ({inner}) AS mates"
        )

    def _judgement(self, as_of: date | None) -> tuple[str, str]:
        """SQL for status and customer, the reasons tried in the order of `REASONS`."""
        number = {name: i for i, name in enumerate(REASONS)}
        observed, window = self.terms.observe_days, self.terms.close_within_days
        tests = [(condition, reason) for reason, condition in self.terms.not_leads]
        if self.dated:
            tests.append(("__created IS NULL", "no_creation_date"))
            doubted = self.spans["created"]
            if doubted.outside:
                tests.append((f"NOT __created BETWEEN {doubted.first} AND {doubted.last}", "implausible_date"))
        elif self.terms.order:
            tests.append(("__at IS NULL", "no_order_value"))
        tests.append(("__twice > 1", "repeated"))
        if self.by_company:
            tests.append(("__mate > 1", "same_company"))
        closes = self.dated and (self.terms.customer_at is not None)
        if closes:
            tests.append(("__bought = 1 AND __closed < __created", "outcome_before_creation"))
            tests.append(("__bought = 1 AND __closed IS NULL", "customer_without_date"))
            if observed:
                tests.append((f"__bought = 1 AND __closed <= __created + {observed}", "already_closed"))
        tests.append(("__open = 1", "still_open"))
        if self.dated and as_of is not None:
            last = day_number(as_of)
            tests.append((f"__created + {observed + window} > {last}", "immature"))
        if self.logged_from is not None:
            tests.append((f"__created < {self.logged_from}", "before_closings"))
        status = " ".join(f"WHEN {test} THEN {number[name]}" for test, name in tests)
        within = f" AND __closed <= __created + {observed + window}" if closes else ""
        return f"CASE {status} ELSE {KEPT} END", f"CASE WHEN __bought = 1{within} THEN 1 ELSE 0 END"


def _quoted(name: str) -> str:
    return sql.identifier(name).sql("duckdb")

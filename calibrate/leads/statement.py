"""A source of leads: what it calls things, and the statement that judges each of its rows.

See `history` for what is judged and how.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property

from ..days import day_at, day_number
from ..engine.query import (
    EACH,
    EVERYTHING,
    NEVER,
    NOTHING,
    as_text,
    between,
    blank,
    both,
    call,
    case,
    cast,
    count,
    either,
    empty,
    flag,
    join,
    named,
    negated,
    one_of,
    over,
    quoted,
    rows,
    select,
)
from ..engine.table import Table, column_of
from ..errors import HistoryError
from .alike import OUTCOME, Persons, companies, hashed, persons, repeats_by_key
from .columns.buyers import group_sql
from .columns.outcome import Answers
from .columns.roles import ids_of
from .day_span import DaySpan, believed_span, day_of, days_of, span_of
from .keys import Keys, keys_of, refuse_empty, same_id
from .terms import BUYER, CUSTOMER, IDENTITY, KEPT, MOMENT, REASONS, STATUS, Terms

LATE_LOSSES = 31
"""Days up to which losses are believed to come after all else that happened; later ones were never updated plans."""
FEW_UNDATED = 0.1
"""With a greater share of rows without a closing date, these rows of a second file are deals that are still open."""


class Source:
    """The statement that lays out one row per lead; built once. Leads from before `logged_from` are left out.

    `letters` are what stands before the number in every id, where that is known.
    """

    def __init__(self, table: Table, terms: Terms, meant: Answers | None) -> None:
        self.table, self.terms, self.meant = table, terms, meant
        self.dated = terms.created_at is not None
        self.order = "created_at" if self.dated else "column" if terms.order else "file"
        self._days: dict[tuple[str, str], str] = {}
        self.logged_from: int | None = None
        self.letters: str | None = None

    @cached_property
    def persons(self) -> Persons | None:
        """The rows that stand for one person together with others: by the id, the address, or name and company."""
        key = self.terms.lead_id
        read = same_id(self.table, key) if key is not None else ""
        again = key is not None and (read != quoted(key) or self._repeated(key))
        same = (*([("id", read)] if again else []), *self.terms.persons)
        if not same:
            return None
        cells = {f"__same{i}": hashed(self.table, cell) for i, (_, cell) in enumerate(same)}
        return persons(self.table, self._narrow(cells, self._cells(None)), [name for name, _ in same])

    def _repeated(self, key: str) -> bool:
        ids = ids_of(self.table, key)
        self.letters = ids.letters
        return ids.repeated

    @cached_property
    def repeats(self) -> Mapping[str, tuple[int, int]]:
        """By what tells persons: rows beyond the first of each, and persons who stand with both outcomes."""
        return {} if self.persons is None else repeats_by_key(self.table, self.persons)

    @cached_property
    def companies(self) -> str | None:
        """Relation of the rows that stand for one company together with others, where one lead stands for all."""
        if not self.by_company:
            return None
        buyer = self._buyer()[BUYER]
        return companies(self.table, self._narrow({BUYER: hashed(self.table, buyer)}, self._cells(self.persons)))

    def _narrow(self, keys: dict[str, str], cells: dict[str, str]) -> str:
        """Statement for place, keys, moment and outcome of the rows that are leads: neither tests nor deleted."""
        moment = self.day(self.table, self.terms.created_at) if self.terms.created_at else None
        moment = quoted(self.terms.order) if self.terms.order and not self.dated else moment
        late = flag(empty(moment)) if moment else "0"
        outcome = {name: cells[name] for name in OUTCOME}
        order = {"__row": "leads.__row", "__late": late, "__moment": moment or "leads.__row"}
        aside = [f"{flag(condition)} = 0" for _, condition in self.terms.not_leads]
        source = self._source(cells, self._rows(numbered=True))
        return select(order | keys | outcome, source, where=both(*aside) if aside else "")

    @cached_property
    def keys(self) -> Keys:
        """How the ids of the leads and of the second file are compared."""
        terms = self.terms
        assert terms.outcomes is not None
        lead_column, deal_column = terms.outcomes_by or terms.lead_id or "", terms.outcomes_id or terms.lead_id or ""
        compared = keys_of(self.table, lead_column, terms.outcomes, deal_column, alias="leads.")
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
        spans["created"] = believed_span(*creation, today)
        own_at, listed_at = self._own(terms.customer_at), self.listed_at
        home, at, kind = (terms.outcomes, listed_at, "outcomes") if terms.outcomes else (self.table, own_at, "closed")
        if at is None:
            return spans
        day, by_status = self.day(home, at), self.meant is not None and terms.customer in [c.name for c in home.columns]

        def of(values: tuple[str, ...]) -> DaySpan:
            decided = select(EVERYTHING, home.relation, where=f"{self._is(values)} = 1" if by_status else "")
            return span_of(home, day, rows(decided, "decided"), today, creation=creation)

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

    def statement(self, as_of: date | None, alike: str | None = None) -> str:
        """One row per row read (or of `alike` rows): status, customer, moment, identity and the source's columns."""
        cells = self._cells(self.persons)
        row = as_text("leads.__row") if self.numbered else "''"
        created = self.day(self.table, self.terms.created_at) if self.terms.created_at else NOTHING
        cells |= {"__created": created, "__at": self._moment()}
        cells[IDENTITY] = as_text(quoted(self.terms.lead_id, "leads")) if self.terms.lead_id else row
        if self.companies is not None:
            alone = empty("__mates.__partner")
            cells |= {name: case((alone, cells[name]), otherwise=f"__mates.{name}") for name in OUTCOME}
            cells["__mate"] = call.coalesce("__mates.__mate", 1)
        cells |= self._buyer() if alike is None else {}
        source = self._source(cells, alike or self._rows(numbered=self.numbered))
        if self.companies is not None:
            source = join(source, named(self.companies, "__mates"), "leads.__row = __mates.__partner", left=True)
        inner = rows(select({"leads.*": "leads.*", **cells}, source), "judged")
        status, customer = self._judgement(as_of)
        moment = "__created" if self.dated else "__at"
        return select({"judged.*": "judged.*", STATUS: status, CUSTOMER: customer, MOMENT: moment}, inner)

    def _cells(self, of_person: Persons | None) -> dict[str, str]:
        """Outcome of a row, as that of its person where other rows stand for it, and its place among them."""
        _, closed, bought = self._outcome()
        cells = {"__bought": bought, "__closed": closed, "__open": self._still_open(), "__twice": "1"}
        if of_person is None:
            return cells
        alone = empty("__twins.__twin")
        return {name: case((alone, cell), otherwise=f"__twins.{name}") for name, cell in cells.items()}

    def _source(self, cells: dict[str, str], leads: str) -> str:
        """The leads beside their outcome in a second file, and beside what their person's other rows say."""
        source = named(leads, "leads")
        won, _, _ = self._outcome()
        if won:
            source = join(source, won, f"{self.keys.own} = __won.__lead", left=True)
        if "__twins" in cells["__twice"] and self.persons is not None:
            source = join(source, named(self.persons.relation, "__twins"), "leads.__row = __twins.__twin", left=True)
        return source

    @property
    def scattered(self) -> bool:
        """Whether the statement joins or sorts, so that rows come in no order of their own."""
        sorts = self.terms.order is not None or self.persons is not None or self.by_company
        return self.table.joined or self.terms.outcomes is not None or sorts

    @property
    def numbered(self) -> bool:
        """Whether the place of a row in the source is needed."""
        return not self.dated or self.terms.lead_id is None or self.persons is not None or self.by_company

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
        cells = {quoted(self.terms.lead_id or ""): NOTHING}
        for name in dict.fromkeys((self.terms.created_at, self.terms.customer_at, self.terms.customer)):
            if name is not None:
                cells[quoted(name)] = quoted(name) if types[name] == "boolean" else cast(quoted(name), "date")
        return f"({select(cells | {'__leads': count()}, self.table.relation, group=EACH)})"

    def _rows(self, *, numbered: bool) -> str:
        """The source, with the place of each row from 0 where it is needed."""
        if not numbered:
            return f"({select(EVERYTHING, self.table.relation)})"
        position = self.table.position
        if position is not None and (self.dated or self._from_zero(position)):  # dated: only their order matters
            row = quoted(position)
        else:
            by = quoted(position or self.terms.lead_id or self.terms.created_at or self.table.columns[0].name)
            order = "" if self.table.dialect == "duckdb" else by  # DuckDB numbers rows in their order without sorting
            row = f"{over(call.row_number(), order=order)} - 1"
        return f"({select({EVERYTHING: EVERYTHING, '__row': row}, self.table.relation)})"

    def _from_zero(self, position: str) -> bool:
        """Whether the hidden column numbers the rows 0, 1, 2 ... without a gap."""
        place = quoted(position)
        answer = self.table.fetch(select({"low": call.min(place), "high": call.max(place)}, self.table.relation))
        return self.table.rows > 0 and (int(answer["low"][0]), int(answer["high"][0])) == (0, self.table.rows - 1)

    def _outcome(self) -> tuple[str, str, str]:
        """Outcomes of a second file by lead, closing day, and 0/1 for the outcome of a lead."""
        terms = self.terms
        own_at = self._own(terms.customer_at)
        closed = self._believed("closed", self.day(self.table, own_at)) if own_at else NOTHING
        if terms.outcomes is not None:
            listed_at = self.listed_at
            cells = {"__lead": self.keys.other, "__day": NOTHING}
            if listed_at:
                cells["__day"] = call.min(self._believed("outcomes", self.day(terms.outcomes, listed_at)))
            if terms.group is not None and terms.group.kind == "deal":
                cells["__deal"] = call.min(group_sql(terms.outcomes, terms.group))
            won = select(cells, terms.outcomes.relation, where=self._wins(terms.outcomes), group=(1,))
            sold = case((empty("__won.__lead"), 0), otherwise=1)
            return rows(won, "__won"), "__won.__day" if listed_at else closed, sold
        if self.meant is not None and terms.customer:
            return "", closed, self._is(self.meant.customer)
        return "", closed, case((self.no_date(own_at), 0), otherwise=1)

    def no_date(self, own_at: str | None) -> str:
        """Whether a date that alone tells the sale is empty, a placeholder or only planned."""
        cell = quoted(own_at) if own_at else NOTHING
        tests = [empty(cell)]
        if own_at and column_of(self.table, own_at).type == "text":  # what is no date is not "no customer"
            tests.append(blank(cell))
        span = self.spans.get("closed")
        if own_at and span is not None and span.outside:
            tests.append(negated(between(self.day(self.table, own_at), span.first, span.last)))
        return either(*tests)

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
        answer = outcomes.fetch(select({"dated": count(self.day(outcomes, at))}, outcomes.relation))
        return outcomes.rows - int(answer["dated"][0])

    def _wins(self, outcomes: Table) -> str:
        """Filter of the outcomes table: the customer column where it stands there, else a date that is believed."""
        if self.meant is not None and self.terms.customer in [c.name for c in outcomes.columns]:
            return f"{self._is(self.meant.customer)} = 1"
        if not self.planned_rows or self.listed_at is None:
            return ""
        day, span = self.day(outcomes, self.listed_at), self.spans["outcomes"]
        believed = between(day, span.first, span.last)
        few = self.undated_rows <= FEW_UNDATED * outcomes.rows
        return either(empty(day), believed) if few else believed

    def _is(self, values: tuple[str, ...]) -> str:
        """0/1: the customer column holds one of the values."""
        name = self.terms.customer or ""
        column = quoted(name)
        mine = self._own(name)
        if mine and column_of(self.table, mine).type == "boolean" and set(values) <= {"true", "false"}:
            return flag(either(*(column if answer == "true" else negated(column) for answer in values)))
        return flag(one_of(as_text(column), values))

    def _still_open(self) -> str:
        """0/1: no customer yet and still open; with dates, the closing window decides instead."""
        if self.dated or self.meant is None or self.terms.outcomes is not None:
            return "0"
        if self.terms.open_in in (None, self.terms.customer):
            by_value = self._is(self.meant.still_open) if self.meant.still_open else "0"
            if "" not in self.terms.open_values or self.terms.customer is None:
                return by_value
            return case((_no_answer(quoted(self.terms.customer)), 1), otherwise=by_value)
        return case((self.told_open or NEVER, f"1 - {self._is(self.meant.customer)}"), otherwise=0)

    @property
    def told_open(self) -> str | None:
        """Test of the rows that another column than the customer's calls open."""
        terms = self.terms
        if terms.open_in in (None, terms.customer) or not terms.open_values:
            return None
        home = terms.outcomes if terms.outcomes is not None else self.table
        if terms.open_in not in [c.name for c in home.columns]:
            return None
        column = quoted(terms.open_in or "")
        tests = [one_of(as_text(column), [answer]) for answer in terms.open_values if answer]
        return either(*tests, *([_no_answer(column)] if "" in terms.open_values else []))

    def _moment(self) -> str:
        """Position in time, from 0, where there is no date."""
        if self.dated:
            return "0"
        if not self.terms.order:
            return "leads.__row"
        column = quoted(self.terms.order)
        place = over(call.row_number(), order=f"{column}, leads.__row")
        return case((empty(column), NOTHING), otherwise=f"{place} - 1")

    def _buyer(self) -> dict[str, str]:
        """The key of the group, as one more column."""
        group = self.terms.group
        if group is None:
            return {}
        return {BUYER: "__won.__deal" if group.kind == "deal" else group_sql(self.table, group)}

    def _judgement(self, as_of: date | None) -> tuple[str, str]:
        """SQL for status and customer, the reasons tried in the order of `REASONS`."""
        number = {name: i for i, name in enumerate(REASONS)}
        observed, window = self.terms.observe_days, self.terms.close_within_days
        tests = [(condition, reason) for reason, condition in self.terms.not_leads]
        if self.dated:
            tests.append((empty("__created"), "no_creation_date"))
            doubted = self.spans["created"]
            if doubted.outside:
                tests.append((negated(between("__created", doubted.first, doubted.last)), "implausible_date"))
        elif self.terms.order:
            tests.append((empty("__at"), "no_order_value"))
        tests.append(("__twice > 1", "repeated"))
        if self.by_company:
            tests.append(("__mate > 1", "same_company"))
        closes = self.dated and (self.terms.customer_at is not None)
        if closes:
            tests.append((both("__bought = 1", "__closed < __created"), "outcome_before_creation"))
            tests.append((both("__bought = 1", empty("__closed")), "customer_without_date"))
            if observed:
                tests.append((both("__bought = 1", f"__closed <= __created + {observed}"), "already_closed"))
        tests.append(("__open = 1", "still_open"))
        if self.dated and as_of is not None:
            last = day_number(as_of)
            tests.append((f"__created + {observed + window} > {last}", "immature"))
        if self.logged_from is not None:
            tests.append((f"__created < {self.logged_from}", "before_closings"))
        status = case(*((test, number[name]) for test, name in tests), otherwise=KEPT)
        within = [f"__closed <= __created + {observed + window}"] if closes else []
        return status, flag(both("__bought = 1", *within))


def _no_answer(column: str) -> str:
    """Condition: the cell is empty."""
    return either(empty(column), f"{as_text(column)} = ''")

"""The review as a workbook, to be sorted, filtered and reckoned with.

Texts are written as texts (`write_string`), so that a level named ``=HYPERLINK(...)`` stays what it is. The file
carries a fixed date: the same review gives the same bytes.
"""

from __future__ import annotations

import datetime
import io
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..counts.rates import LevelsSoFar
from ..free_names import free_name
from ..grid.grid import STAGES
from ..language import Words
from . import audit_text as checks
from . import drift_text as moving
from . import finding_text, sections, tables
from . import impact as meeting
from .band_text import stage_lines
from .level_text import criterion_name, level_name
from .review import Candidate, Review
from .sheet import Cell, heads
from .sheets import sheets_of

CREATED = datetime.datetime(2000, 1, 1)
LONGEST = 32_000
"""Letters in one cell; Excel takes 32,767."""
WIDTHS = {"text": 26, "wide": 60, "count": 12, "points": 9, "percent": 11, "decimal": 11}
FORMATS = {"count": "#,##0", "points": "+0;-0;0", "percent": "0.0%", "decimal": "0.000", "text": "@", "wide": "@"}


def workbook_of(review: Review, words: Words) -> bytes:
    """The workbook: verdict, candidates, points of each, rates, thresholds, account."""
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as file:
        file.set_properties({"created": CREATED, "title": _clean(review.title), "comments": "calibrate"})
        book = _Book(file, words)
        _verdict(book, review)
        _candidates(book, review)
        for candidate in review.in_order:
            _points(book, review, candidate)
        _near(book, review)
        _constraints(book, review)
        _audit(book, review)
        _rates(book, review)
        _thresholds(book, review)
        _drift(book, review)
        for sheet in sheets_of(review, words):
            book.sheet(sheet.name, sheet.columns, sheet.rows, sheet.title)
        _account(book, review)
    return buffer.getvalue()


@dataclass
class _Book:
    """A workbook being written, with its formats and the sheet names already taken."""

    file: Any
    words: Words
    taken: set[str] = field(default_factory=lambda: {"history"})

    def __post_init__(self) -> None:
        self.head = self.file.add_format({"bold": True, "bottom": 2, "text_wrap": True, "valign": "top"})
        self.title = self.file.add_format({"bold": True, "font_size": 16})
        self.wrap = self.file.add_format({"text_wrap": True, "valign": "top"})
        self.cells = {kind: self.file.add_format({"num_format": code}) for kind, code in FORMATS.items()}

    def sheet(
        self, name: str, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[Cell]], title: str = ""
    ) -> None:
        """A table with a head that stays in sight: columns are heading and kind."""
        page = self.file.add_worksheet(self._free(name))
        top = 0
        if title:
            page.write_string(0, 0, _clean(title), self.title)
            top = 2
        for place, (heading, kind) in enumerate(columns):
            page.set_column(place, place, WIDTHS[kind])
            page.write_string(top, place, _clean(heading), self.head)
        last = top
        for last, row in enumerate(rows, top + 1):
            for place, (value, (_, kind)) in enumerate(zip(row, columns, strict=True)):
                self._cell(page, last, place, value, kind)
        page.freeze_panes(top + 1, 0)
        if last > top:
            page.autofilter(top, 0, last, len(columns) - 1)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(top)

    def _cell(self, page: Any, row: int, place: int, value: Cell, kind: str) -> None:
        if value is None or value == "":
            return
        if isinstance(value, str):
            page.write_string(row, place, _clean(value), self.wrap if kind == "wide" else self.cells["text"])
        elif math.isfinite(value):
            number = float(value)
            page.write_number(row, place, number, self.cells["decimal" if kind in ("text", "wide") else kind])

    def _free(self, name: str) -> str:
        """A sheet name that Excel takes, its own even where case does not count."""
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", _clean(name)).strip(" '") or "-"
        free = free_name(plain[:31].strip(" '"), self.taken, lambda _, turn: _shortened(plain, f" {turn}"))
        self.taken.add(free.casefold())
        return free


def _verdict(book: _Book, review: Review) -> None:
    say, compared, overall = book.words, review.comparison, review.rates.overall
    judged_on = say("tile.judged_note", customers=compared.customers, folds=len(compared.folds))
    rows: list[Sequence[Cell]] = [
        (say("workbook.decision"), sections.headline(review, say)),
        ("", sections.sentence(review, say)),
        (
            say("column.rate"),
            say("tile.rate_note", customers=overall.customers, leads=overall.leads, low=overall.low, high=overall.high),
        ),
        (say("tile.judged"), f"{say.count(compared.leads)} {judged_on}"),
    ]
    candidate = review.chosen_candidate
    if candidate is not None:
        limits = candidate.grid.thresholds
        if limits is not None:
            thresholds = say("summary.thresholds", name=candidate.name, **stage_lines(limits, say))
            rows.append((say("workbook.thresholds"), thresholds))
        size = say("tile.grid_note", name=candidate.name, low=candidate.grid.minimum, high=candidate.grid.maximum)
        rows.append((say("tile.grid"), say("note.and").join((say("tile.lines", lines=candidate.grid.lines), size))))
        if candidate.grid.start:
            rows.append(("", say("grid_page.start", start=candidate.grid.start)))
    rows += [("", say.say("warning", key, facts)) for key, facts in review.warnings]
    if review.suspects:
        rows.append((say("suspects.title"), say("note.and").join(suspect.column for suspect in review.suspects)))
    rows += [(question.question, question.evidence) for question in sections.asked(review.asked, say)]
    columns = heads(say, "workbook.figure:text workbook.value:wide")
    book.sheet(say("workbook.verdict"), columns, rows, say.pair(say("page.name"), review.title))


def _candidates(book: _Book, review: Review) -> None:
    """One row per candidate and metric."""
    say = book.words
    columns = heads(
        say,
        "workbook.candidate:text workbook.method:text candidates.lines:count workbook.metric:text "
        "workbook.value:decimal column.low:decimal column.high:decimal workbook.rank:count workbook.against:text "
        "workbook.difference:decimal column.low:decimal column.high:decimal",
    )
    rows: list[Sequence[Cell]] = []
    ranks = review.comparison.ranks()
    for candidate in review.in_order:
        judgement = review.judged(candidate.name)
        head = (candidate.name, say.name("method", candidate.method), candidate.grid.lines)
        for name, estimate in (judgement.metrics if judgement else {}).items():
            gap = judgement.difference.get(name) if judgement else None
            difference = (judgement.against, gap.value, gap.low, gap.high) if judgement and gap else (None,) * 4
            rows.append(
                (
                    *head,
                    say.name("metric", name),
                    estimate.value,
                    estimate.low,
                    estimate.high,
                    ranks[name][candidate.name],
                    *difference,
                )
            )
        if judgement is None:
            rows.append((*head, *(None,) * 9))
    book.sheet(say("workbook.candidates"), columns, rows)


def _points(book: _Book, review: Review, candidate: Candidate) -> None:
    say = book.words
    columns = heads(
        say,
        "column.axis:text column.criterion:text column.level:text column.points:points column.low:decimal "
        "column.high:decimal column.leads:count column.customers:count column.rate:percent column.low:percent "
        "column.high:percent column.lift:decimal column.low:decimal column.high:decimal column.sign_kept:percent "
        "workbook.points_kept:percent column.remarks:wide",
    )
    rows: list[Sequence[Cell]] = []
    for line in sorted(tables.lines(review, candidate), key=lambda line: tables.AXES.index(line.criterion.axis)):
        rate = line.rate
        remarks = [say(f"mark.{mark}") for mark in line.marks]
        remarks += [" ".join((line.pin.who, line.pin.why)).strip()] if line.pin else []
        remarks += [checks.noted(line.note, say)] if line.note else []
        rows.append(
            (
                say(f"axis.{line.criterion.axis}"),
                criterion_name(line.criterion.name, say),
                level_name(line.level, say, line.criterion.name),
                line.points,
                line.low,
                line.high,
                *((rate.leads, rate.customers, rate.value, rate.low, rate.high) if rate else (None,) * 5),
                line.lift,
                line.lift_low,
                line.lift_high,
                line.sign_kept,
                line.points_kept,
                say("note.and").join(remarks),
            )
        )
    name = f"{say('workbook.points')} {candidate.name}"
    title = say.pair(candidate.name, say("points.from_to", low=candidate.grid.minimum, high=candidate.grid.maximum))
    if candidate.grid.start:
        title = f"{title}. {say('grid_page.start', start=candidate.grid.start)}"
    book.sheet(name, columns, rows, title)


def _near(book: _Book, review: Review) -> None:
    """Lines on which the grids nearly as good differ from the candidate."""
    say = book.words
    columns = heads(
        say,
        "workbook.candidate:text summary.lines:count metric.log_loss:percent column.criterion:text "
        "column.level:text workbook.before:points column.points:points",
    )
    rows = [
        (
            near.candidate.name,
            near.candidate.grid.lines,
            near.more,
            criterion_name(line.criterion, say),
            level_name(line.level, say, line.criterion),
            line.points[0],
            line.points[-1],
        )
        for candidate in review.candidates
        for near in checks.near_of(review, candidate)
        for line in near.changes
    ]
    if rows:
        book.sheet(say("workbook.near"), columns, rows)


def _constraints(book: _Book, review: Review) -> None:
    """What each constraint costs, metric by metric."""
    say, costs = book.words, review.robustness.costs
    if costs is None:
        return
    columns = heads(
        say,
        "costs.constraint:wide workbook.metric:text costs.without:decimal workbook.difference:decimal "
        "column.low:decimal column.high:decimal",
    )
    rows = [
        (
            checks.constraint(cost, say, review.rates.criteria),
            say.name("metric", name),
            cost.without[name].value,
            gap.value,
            gap.low,
            gap.high,
        )
        for cost in costs.each
        for name, gap in cost.difference.items()
    ]
    book.sheet(say("workbook.constraints"), columns, rows, say.pair(costs.candidate, say("toc.constraints")))


def _audit(book: _Book, review: Review) -> None:
    """The usual mistakes that each grid makes."""
    say = book.words
    columns = heads(say, "workbook.candidate:text audit.what:wide audit.evidence:wide audit.remedy:wide")
    rows: list[Sequence[Cell]] = []
    for candidate in review.in_order:
        findings = [finding_text.told(finding, say, candidate.grid.criteria) for finding in candidate.findings]
        rows += [(candidate.name, finding.what, finding.evidence, finding.remedy) for finding in findings]
        if not findings:
            rows.append((candidate.name, say("audit.nothing"), None, None))
    book.sheet(say("workbook.audit"), columns, rows)


def _so_far_heads(say: Words) -> list[tuple[str, str]]:
    """Headings of the figures with leads that may still close."""
    figures = "leads:decimal column.customers:count column.rate:percent column.low:percent column.high:percent"
    return [(f"{say('column.so_far')} · {name}", kind) for name, kind in heads(say, f"column.{figures}")]


def _so_far(rates: LevelsSoFar, i: int) -> tuple[Cell, ...]:
    """The figures of one level with leads that may still close; nothing where it has none."""
    if not rates.undecided[i]:
        return (None,) * 5
    figures = (rates.rate, rates.low, rates.high)
    return (float(rates.leads[i]), int(rates.customers[i]), *(float(figure[i]) for figure in figures))


def _rates(book: _Book, review: Review) -> None:
    say, rates = book.words, review.rates
    columns = [
        *heads(
            say,
            "column.axis:text column.criterion:text column.level:text column.leads:count column.customers:count "
            "column.rate:percent column.low:percent column.high:percent column.shrunk:percent column.lift:decimal "
            "column.low:decimal column.high:decimal column.evidence:text",
        ),
        *(_so_far_heads(say) if rates.so_far else []),
        *([(say("column.truth"), "percent")] if review.truth else []),
    ]
    rows: list[Sequence[Cell]] = []
    for criterion, at in tables.spans(rates):
        for i in (place for place in at if not rates.few[place]):
            level = criterion.levels[i - at[0]]
            against = "mark.thin" if rates.thin[i] else "rates.same"
            if rates.distinct[i]:
                against = "rates.above" if rates.lift[i] > 1 else "rates.below"
            figures = (rates.rate, rates.low, rates.high, rates.shrunk, rates.lift, rates.lift_low, rates.lift_high)
            true = (review.truth or {}).get(criterion.name, {}).get(level.name)
            rows.append(
                (
                    say(f"axis.{criterion.axis}"),
                    criterion_name(criterion.name, say),
                    level_name(level, say, criterion.name),
                    int(rates.leads[i]),
                    int(rates.customers[i]),
                    *(float(figure[i]) if rates.leads[i] else None for figure in figures),
                    say(against),
                    *(_so_far(rates.so_far, i) if rates.so_far else ()),
                    *([true] if review.truth else []),
                )
            )
    book.sheet(say("workbook.rates"), columns, rows)


def _thresholds(book: _Book, review: Review) -> None:
    say = book.words
    columns = [
        *heads(
            say,
            "workbook.candidate:text threshold.axis:points column.leads:count column.customers:count "
            "workbook.leads_month:decimal threshold.rate:percent column.low:percent column.high:percent "
            "threshold.caught:percent column.low:percent column.high:percent threshold.missed:count "
            "workbook.hours:decimal column.low:decimal column.high:decimal",
        ),
        ("", "text"),
    ]
    rows: list[Sequence[Cell]] = []
    for candidate in review.in_order:
        table = tables.steps(review, candidate)
        marks = dict(sections.marks_at(table, candidate.grid.thresholds))
        sales, steps = sections.sales_step(review, candidate), table.to_dict("records")
        if sales is not None:
            marks[len(steps)] = (STAGES[1],)
            steps.append(sales.to_dict())
        for i, step in enumerate(steps):
            hours = meeting.hours_saved(review, candidate, step) or (None,) * 3
            rows.append(
                (
                    candidate.name,
                    int(step["threshold"]),
                    step["leads"],
                    step["customers"],
                    step["leads_per_month"],
                    step["close_rate"],
                    step["low"],
                    step["high"],
                    step["caught"],
                    *meeting.spread(review, candidate, step)["caught"],
                    step["missed"],
                    *hours,
                    ", ".join(say(f"threshold.{mark}") for mark in marks.get(i, ())),
                )
            )
    proposed = review.chosen_candidate
    limits = proposed.grid.thresholds if proposed and proposed.enough else None
    note = say("threshold.demands", **stage_lines(limits, say)) if limits else ""
    book.sheet(say("workbook.thresholds"), columns, rows, note)


def _drift(book: _Book, review: Review) -> None:
    """Lines of the grid in use then and now, all of them, and the cohorts since."""
    say, drift = book.words, review.past.drift
    if drift is None:
        return
    columns = heads(
        say,
        "column.criterion:text column.level:text column.points:points drift.then:percent column.leads:count "
        "column.customers:count drift.now:percent column.leads:count column.customers:count drift.from:text "
        "drift.ratio:decimal drift.chance:decimal drift.verdict:text",
    )
    rows: list[Sequence[Cell]] = [
        (
            line.criterion,
            moving.level_said(line.level, say),
            line.points,
            line.then.value,
            line.then.leads,
            line.then.customers,
            line.now.value,
            line.now.leads,
            line.now.customers,
            line.first,
            line.ratio,
            line.chance,
            say(f"drift.word_{line.status}"),
        )
        for line in moving.moved(drift, len(drift.lines))
    ]
    book.sheet(say("nav.drift"), columns, rows, drift.said(say))
    columns = heads(
        say,
        "drift.cohort:text column.leads:count column.customers:count drift.promised:decimal drift.index:decimal "
        "drift.verdict:text drift.reason:wide",
    )
    rows = [
        (
            moving.month(look, say),
            look.leads,
            look.customers,
            look.expected,
            look.stability,
            say(f"drift.word_{look.status}"),
            look.changes[0].said(say) if look.changes else "",
        )
        for look in drift.looks
    ]
    book.sheet(say("drift.cohorts"), columns, rows, moving.open_leads(drift, say))


def _account(book: _Book, review: Review) -> None:
    say, account = book.words, review.account
    rows: list[Sequence[Cell]] = [(say("account.read"), account.read, "")]
    rows += [(reason, -count, "") for reason, count in sections.excluded(review, say)]
    rows.append((say("account.kept"), account.kept, ""))
    rows += [(column, None, say.pair(why, evidence)) for column, why, evidence in sections.suspects(review, say)]
    rows += [(say("workbook.findings"), None, say.say("fact", key, facts)) for key, facts in account.facts]
    columns = heads(say, "workbook.figure:wide workbook.rows:count workbook.value:wide")
    book.sheet(say("workbook.account"), columns, rows)


def _clean(text: str) -> str:
    """A text that a cell can hold: not too long, no half characters."""
    return text[:LONGEST].encode("utf-8", "replace").decode()


def _shortened(name: str, end: str) -> str:
    return name[: 31 - len(end)].strip(" '") + end

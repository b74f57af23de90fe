"""What the workbook shows of decisions, changes, segments, bands, months, feedback and times: one table per sheet.

Each table is plain values under headings, the same figures as on the page, with their counts and intervals apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..counts.rates import Rate, rate
from ..evaluation.comparison import PRIMARY
from ..evaluation.segments import SHOWN
from ..grid.grid import STAGES
from ..points.grade import DIGITS, LETTERS
from . import impact as meeting
from . import sections, tables
from .band_text import from_points, said, stage_lines
from .language import Words
from .review import Review

Cell = str | int | float | None
Columns = Sequence[tuple[str, str]]
RATE = (("column.leads", "count"), ("column.customers", "count"), ("column.rate", "percent"),
        ("column.low", "percent"), ("column.high", "percent"))  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """A table to write: its name, headings with the kind of their cells, rows, and a line above them."""

    name: str
    columns: Columns
    rows: tuple[Sequence[Cell], ...]
    title: str = ""


def sheets(review: Review, say: Words) -> Iterator[Sheet]:
    """The tables that this review has something to say in."""
    parts = (_frontier, _decisions, _past, _swap, _lines, _segments, _bands, _expiry, _grades, _months, _mails,
             _feedback, _stages, _windows, _fadings, _worth, _worked)  # fmt: skip
    for part in parts:
        found = part(review, say)
        if found is not None and found.rows:
            yield found


def _heads(say: Words, *columns: tuple[str, str]) -> Columns:
    return [(say(key), kind) for key, kind in columns]


def _figures(rate: Rate | None) -> tuple[Cell, ...]:
    if rate is None or not rate.leads:
        return (0 if rate is not None else None, None, None, None, None)
    return rate.leads, rate.customers, rate.value, rate.low, rate.high


def _frontier(review: Review, say: Words) -> Sheet:
    """The best grid of every number of lines by each method, on later leads."""
    interval = [("column.low", "decimal"), ("column.high", "decimal")]
    columns = _heads(say, ("workbook.candidate", "text"), ("summary.lines", "count"), ("metric.auc", "decimal"),
                     *interval, ("lines.behind", "decimal"), *interval, ("metric.log_loss", "decimal"),
                     ("column.remarks", "text"))  # fmt: skip
    rows = []
    for point in review.frontier.points:
        figures = [None if each is None else (each.value, each.low, each.high)
                   for each in (point.metrics.get("auc"), point.behind)]  # fmt: skip
        log_loss = point.metrics.get("log_loss")
        rows.append((
            point.name, point.lines, *(figures[0] or (None,) * 3), *(figures[1] or (None,) * 3),
            None if log_loss is None else log_loss.value, say("lines.chosen") if point.proposed else "",
        ))  # fmt: skip
    return Sheet(say("lines.sheet"), columns, tuple(rows))


def _decisions(review: Review, say: Words) -> Sheet:
    columns = _heads(
        say, ("history.month", "text"), ("workbook.candidate", "text"), ("workbook.who", "text"),
        ("workbook.why", "wide"), ("workbook.thresholds", "wide"), ("workbook.stage", "text"),
        ("history.promised", "percent"), ("column.low", "percent"), ("column.high", "percent"),
        ("history.promised_month", "decimal"), *RATE, ("history.came_month", "decimal"), ("column.remarks", "text"),
    )  # fmt: skip
    made = {each.decision.month: each.decision for each in review.past.story}
    rows: list[Sequence[Cell]] = []
    for o in review.past.outcomes:
        d = made[o.month]
        rows.append((
            say.date(o.month), o.candidate, d.who, d.why, say("history.thresholds", **stage_lines(d.thresholds, say)),
            say(f"stage.{o.stage}"), o.promise.close_rate, *o.promise.interval, o.promise.leads_per_month,
            *_figures(o.came), o.leads_per_month, say(f"history.{o.side}") if o.side else say("history.nothing_yet"),
        ))  # fmt: skip
    for d in made.values():
        rows += [
            (say.date(d.month), d.candidate, e.who, e.why, say(
                "history.override", criterion=e.criterion, level=e.level, was=e.was, points=e.points, who=e.who),
             *(None,) * 12)
            for e in d.overrides
        ]  # fmt: skip
    return Sheet(say("nav.history"), columns, tuple(rows))


def _past(review: Review, say: Words) -> Sheet | None:
    chosen = review.chosen_candidate
    if chosen is None:
        return None
    months = [say.date(each.decision.month) for each in review.past.story]
    columns = [*_heads(say, ("column.criterion", "text"), ("column.level", "text")),
               *((name, "points") for name in (*months, chosen.name))]  # fmt: skip
    rows = tuple((x.criterion, sections.level_name(x.level, say), *x.points) for x in meeting.past_lines(review))
    return Sheet(say("workbook.past"), columns, rows)


def _swap(review: Review, say: Words) -> Sheet | None:
    if review.changes.swap is None:
        return None
    columns = _heads(say, ("workbook.stage", "text"), ("changes.who", "text"), ("workbook.leads_month", "decimal"),
                     *RATE, ("changes.common", "wide"))  # fmt: skip
    rows = []
    for moved in review.changes.swap.moved:
        shared = "; ".join(
            f"{say.pair(c.criterion, sections.level_name(c.level, say))} "
            f"({say('changes.share', share=c.share, all=c.share_all)})"
            for c in moved.common
        )
        rows.append((say(f"stage.{moved.stage}"), say(f"changes.{moved.direction}"), moved.leads_per_month,
                     *_figures(moved.rate), shared))  # fmt: skip
    told = "changes.lead_later" if review.changes.swap.later else "changes.lead_all"
    title = say(told, new=review.changes.swap.new, old=review.changes.swap.old, leads=review.changes.swap.leads)
    return Sheet(say("nav.changes"), columns, tuple(rows), title)


def _lines(review: Review, say: Words) -> Sheet | None:
    pair = meeting.pair(review)
    if pair is None:
        return None
    columns = [*_heads(say, ("column.criterion", "text"), ("column.level", "text")),
               *((each.name, "points") for each in pair), (say("changes.change"), "points")]  # fmt: skip
    rows = tuple(
        (line.criterion, sections.level_name(line.level, say), line.points[0], line.points[-1], line.change)
        for line in meeting.changed(review)
    )
    return Sheet(say("workbook.lines"), columns, rows)


def _segments(review: Review, say: Words) -> Sheet | None:
    if not review.changes.sides:
        return None
    old = review.changes.sides[0].baseline
    auc, called, caught = say("metric.auc"), say("segments.called"), say("segments.caught")
    month = say("segments.month" if review.months else "segments.block")
    columns = [
        *_heads(say, ("workbook.candidate", "text"), ("column.criterion", "text"), ("column.level", "text"),
                ("column.leads", "count"), ("column.customers", "count")),
        (f"{auc} · {old}", "decimal"), (auc, "decimal"), (say("workbook.difference"), "decimal"),
        (say("column.low"), "decimal"), (say("column.high"), "decimal"), (f"{called} · {old}", "count"),
        (called, "count"), (f"{caught} · {old}", "count"), (caught, "count"), (say("column.remarks"), "text"),
    ]  # fmt: skip
    more = [name for name in SHOWN if name != PRIMARY]
    for name in more:
        columns += [(f"{say('workbook.difference')} · {say(f'metric.{name}')}", "decimal"),
                    (say("column.low"), "decimal"), (say("column.high"), "decimal")]  # fmt: skip
    rows: list[Sequence[Cell]] = []
    for side in review.changes.sides:
        for table in side.tables:
            for s in table.segments:
                gap = s.difference
                name = sections.level_name(s.level, say) if table.by else sections.cohort_name(s.level.name, say)
                rows.append((
                    side.candidate, table.by or month, name, s.leads, s.customers, s.old, s.new,
                    *((gap.value, gap.low, gap.high) if gap else (None,) * 3), *(s.called or (None, None)),
                    *(s.caught or (None, None)), say(f"segments.harm_{s.harm}") if s.harm else "",
                    *(figure for one in map(s.differences.get, more)
                      for figure in ((one.value, one.low, one.high) if one else (None,) * 3)),
                ))  # fmt: skip
    return Sheet(say("nav.segments"), columns, tuple(rows))


def _bands(review: Review, say: Words) -> Sheet:
    columns = _heads(say, ("workbook.candidate", "text"), ("threshold.axis", "count"), ("axis.fit", "count"),
                     ("axis.engagement", "count"), ("workbook.band", "text"), ("explained.action", "text"),
                     *RATE)  # fmt: skip
    rows = []
    for candidate in review.in_order:
        for band in candidate.grid.ladder:
            counted = None if band.leads is None or band.customers is None else rate(band.customers, band.leads)
            rows.append((candidate.name, band.at_least, band.fit_minimum, band.engagement_minimum,
                         said(band.name, say), said(band.action, say), *_figures(counted)))  # fmt: skip
    return Sheet(say("points.bands"), columns, tuple(rows))


def _expiry(review: Review, say: Words) -> Sheet:
    columns = _heads(say, ("workbook.candidate", "text"), ("column.criterion", "text"), ("column.level", "text"),
                     ("fading.rule", "wide"))  # fmt: skip
    rows = tuple(
        (candidate.name, e.criterion, e.level,
         say("points.expiry_days", days=e.days) if e.days is not None
         else say("points.expiry_percent", percent=e.percent, days=e.every_days))
        for candidate in review.in_order for e in candidate.grid.expiry
    )  # fmt: skip
    return Sheet(say("workbook.expiry"), columns, rows)


def _grades(review: Review, say: Words) -> Sheet:
    columns = _heads(say, ("workbook.grade", "wide"), *RATE)
    rows: list[Sequence[Cell]] = []
    if review.handover.grades is not None:
        g = review.handover.grades
        for i, letter in enumerate(LETTERS):
            for j, digit in enumerate(DIGITS):
                sides = [
                    say("grades.from" if at < 3 else "grades.below", points=limits[min(at, 2)])
                    for at, limits in ((i, g.fit_from), (j, g.engagement_from))
                ]
                told = f"{letter}{digit} ({say('axis.fit')} {sides[0]}, {say('axis.engagement')} {sides[1]})"
                rows.append((told, *_figures(g.rates[i][j])))
    for d in review.handover.demands:
        told = say("bands.stage", stage=say(f"stage.{d.stage}"), points=from_points(d.demands, say))
        rows.append((told, *_figures(d.met)))
    return Sheet(say("nav.grades"), columns, tuple(rows))


def _months(review: Review, say: Words) -> Sheet:
    stages = [say(f"stage.{stage}") for stage in STAGES]
    rate = (("column.leads", "count"), ("column.customers", "count"), ("column.rate", "percent"))
    columns = [*_heads(say, ("segments.month", "text"), *rate)]
    columns += [(f"{stage} · {say(key)}", kind) for stage in stages for key, kind in rate]
    columns += [(say("workbook.share_mql"), "percent"), (say("workbook.mql_to_sql"), "percent")]
    columns += _heads(say, ("workbook.alerts_day", "decimal"), ("months.mean", "decimal"),
                      ("months.mean_customers", "decimal"))  # fmt: skip
    rows = []
    for m in review.handover.kpis:
        onward = m.sales_qualified.leads / m.marketing_qualified.leads if m.marketing_qualified.leads else None
        rows.append((
            say.date(m.cohort), *_figures(m.overall)[:3], *_figures(m.marketing_qualified)[:3],
            *_figures(m.sales_qualified)[:3], m.share_marketing_qualified, onward, m.alerts_per_day, m.mean_score,
            m.mean_score_customers,
        ))  # fmt: skip
    return Sheet(say("nav.months"), columns, tuple(rows))


def _mails(review: Review, say: Words) -> Sheet | None:
    found = review.funnel.mails
    if found is None:
        return None
    columns = [*_heads(say, ("segments.month", "text"), ("column.leads", "count"))]
    told = found.base != "leads"
    columns += [(say(f"mails.{found.base}"), "count")] if told else []
    for kind in found.kinds:
        name = say(f"mails.{kind}")
        columns += [
            (name, "count"),
            (name, "percent"),
            *_heads(say, ("column.low", "percent"), ("column.high", "percent")),
        ]
    rows = []
    for month, leads, rates in found.cohorts:
        cells: list[Cell] = [say.date(month), leads, *([rates[found.kinds[0]].leads] if told else [])]
        for kind in found.kinds:
            cells += [rates[kind].customers, *_figures(rates[kind])[2:]]
        rows.append(cells)
    return Sheet(say("workbook.mails"), columns, tuple(rows), say(f"mails.note_{found.base}"))


def _feedback(review: Review, say: Words) -> Sheet | None:
    found = review.handover.feedback
    if found is None:
        return None
    columns = _heads(
        say, ("column.criterion", "text"), ("column.level", "text"), ("column.points", "points"),
        ("feedback.rejected", "count"), ("feedback.share", "percent"), ("column.low", "percent"),
        ("column.high", "percent"), ("feedback.share_handed", "percent"), ("feedback.reasons", "wide"),
        ("column.remarks", "text"),
    )  # fmt: skip
    rows = tuple(
        (x.criterion, sections.level_name(x.level, say), x.points, x.rejected, x.share, x.low, x.high,
         x.share_handed_over, "; ".join(f"{why or say('feedback.no_reason')} ({n})" for why, n in x.reasons),
         say("feedback.more") if x.more else "")
        for x in found.lines
    )  # fmt: skip
    return Sheet(say("nav.feedback"), columns, rows, say("feedback.lead", read=found.read, found=found.found))


def _stages(review: Review, say: Words) -> Sheet | None:
    found = review.funnel.stages
    if found is None:
        return None
    columns = [*_heads(say, ("time.cohort", "text"), ("column.leads", "count"))]
    for step in found.steps:
        name = say(f"stage.{step.stage}")
        columns += [(name, "count"), (name, "percent"), (f"{name} · {say('workbook.days')}", "decimal")]
    rows: list[Sequence[Cell]] = []
    for name, leads, steps in ((say("time.all"), found.steps[0].rate.leads, found.steps), *found.cohorts):
        cells: list[Cell] = [say.date(name), leads]
        for step in steps:
            cells += [step.rate.customers, step.rate.value if step.rate.leads else None, step.days]
        rows.append(cells)
    return Sheet(say("time.stages"), columns, tuple(rows), say("time.stages_lead", days=found.days))


def _windows(review: Review, say: Words) -> Sheet | None:
    if review.funnel.closing is None:
        return None
    columns = _heads(say, ("time.window_days", "count"), *RATE, ("metric.auc", "decimal"), ("column.low", "decimal"),
                     ("column.high", "decimal"), ("time.best_grid", "text"), ("column.remarks", "text"))  # fmt: skip
    rows = tuple(
        (x.days, x.leads, x.customers, x.rate, x.low, x.high,
         *((x.auc["value"], x.auc["low"], x.auc["high"]) if x.auc else (None,) * 3), x.grid or "",
         say("time.used") if x.used else "")
        for x in review.funnel.closing.windows
    )  # fmt: skip
    return Sheet(say("workbook.windows"), columns, rows)


def _fadings(review: Review, say: Words) -> Sheet:
    columns = _heads(say, ("fading.signal", "text"), ("workbook.age", "text"), ("workbook.looks", "count"),
                     ("column.customers", "count"), ("column.lift", "decimal"), ("column.low", "decimal"),
                     ("column.high", "decimal"))  # fmt: skip
    rows = tuple(
        (f.signal, say("fading.age", low=a.low, high=a.high) if a.high is not None else say("fading.older", low=a.low),
         a.looks, a.customers, *((a.ratio, a.ratio_low, a.ratio_high) if a.customers else (None,) * 3))
        for f in review.funnel.fadings for a in f.ages
    )  # fmt: skip
    return Sheet(say("fading.title"), columns, rows)


def _worth(review: Review, say: Words) -> Sheet | None:
    found, rates = review.funnel.worth, review.rates
    if found is None:
        return None
    columns = _heads(say, ("column.criterion", "text"), ("column.level", "text"), ("column.leads", "count"),
                     ("workbook.value", "decimal"), ("time.per_lead", "decimal"), ("column.low", "decimal"),
                     ("column.high", "decimal"), ("time.value_lift", "decimal"))  # fmt: skip
    rows = tuple(
        (c.name, sections.level_name(level, say), int(rates.leads[i]), float(found.value[i]), float(found.per_lead[i]),
         float(found.low[i]), float(found.high[i]), float(found.lift[i]))
        for i, (c, level) in enumerate(tables.criterion_at(rates)) if rates.leads[i]
    )  # fmt: skip
    return Sheet(say("time.value"), columns, rows)


def _worked(review: Review, say: Words) -> Sheet | None:
    found, rates = review.funnel.selection, review.rates
    if found is None:
        return None
    columns = _heads(say, ("column.criterion", "text"), ("column.level", "text"), ("time.worked_leads", "count"),
                     ("column.customers", "count"), ("time.worked_rate", "percent"), ("time.all_rate", "percent"),
                     ("column.remarks", "text"))  # fmt: skip
    rows = tuple(
        (c.name, sections.level_name(level, say), int(found.leads[i]), int(found.customers[i]),
         float(found.customers[i] / found.leads[i]), float(rates.rate[i]),
         say("time.moved") if found.moved[i] else "")
        for i, (c, level) in enumerate(tables.criterion_at(rates)) if found.leads[i]
    )  # fmt: skip
    return Sheet(say("workbook.worked"), columns, rows)

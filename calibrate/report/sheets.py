"""What the workbook shows of decisions, changes, segments, bands and feedback: one table per sheet.

Each table is plain values under headings, the same figures as on the page, with their counts and intervals apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..evaluation.comparison import PRIMARY
from ..evaluation.segments import SHOWN
from ..language import Words
from ..points.grade import DIGITS, LETTERS
from . import impact as meeting
from . import sections, sheets_funnel
from .band_text import from_points, said, stage_lines
from .level_text import criterion_name, level_name, line_name
from .rate_text import band_rate
from .review import Review
from .sheet import RATE, Cell, Sheet, figures, heads


def sheets_of(review: Review, say: Words) -> Iterator[Sheet]:
    """The tables that this review has something to say in."""
    parts = (
        _frontier,
        _decisions,
        _past,
        _swap,
        _lines,
        _segments,
        _bands,
        _expiry,
        _grades,
        sheets_funnel.months,
        sheets_funnel.mails,
        _feedback,
        sheets_funnel.stages,
        sheets_funnel.windows,
        sheets_funnel.fadings,
        sheets_funnel.worth,
        sheets_funnel.worked,
    )
    for part in parts:
        sheet = part(review, say)
        if sheet is not None and sheet.rows:
            yield sheet


def _frontier(review: Review, say: Words) -> Sheet:
    """The best grid of every number of lines by each method, on later leads."""
    interval = "column.low:decimal column.high:decimal"
    columns = heads(
        say,
        f"workbook.candidate:text summary.lines:count metric.auc:decimal {interval} lines.behind:decimal "
        f"{interval} metric.log_loss:decimal column.remarks:text",
    )
    rows = []
    for point in review.frontier.points:
        figures = [
            None if estimate is None else (estimate.value, estimate.low, estimate.high)
            for estimate in (point.metrics.get("auc"), point.behind)
        ]
        log_loss = point.metrics.get("log_loss")
        rows.append(
            (
                point.name,
                point.lines,
                *(figures[0] or (None,) * 3),
                *(figures[1] or (None,) * 3),
                None if log_loss is None else log_loss.value,
                say("lines.chosen") if point.proposed else "",
            )
        )
    return Sheet(say("lines.sheet"), columns, tuple(rows))


def _decisions(review: Review, say: Words) -> Sheet:
    columns = heads(
        say,
        "history.month:text workbook.candidate:text workbook.who:text workbook.why:wide workbook.thresholds:wide "
        "workbook.stage:text history.promised:percent column.low:percent column.high:percent "
        f"history.promised_month:decimal {RATE} history.came_month:decimal column.remarks:text",
    )
    decisions = {adopted.decision.month: adopted.decision for adopted in review.past.story}
    rows: list[Sequence[Cell]] = []
    for o in review.past.outcomes:
        d = decisions[o.month]
        rows.append(
            (
                say.date(o.month),
                o.candidate,
                d.who,
                d.why,
                say("history.thresholds", **stage_lines(d.thresholds, say)),
                say(f"stage.{o.stage}"),
                o.promise.close_rate,
                *o.promise.interval,
                o.promise.leads_per_month,
                *figures(o.came),
                o.leads_per_month,
                say(f"history.{o.side}") if o.side else say("history.nothing_yet"),
            )
        )
    for d in decisions.values():
        rows += [
            (
                say.date(d.month),
                d.candidate,
                e.who,
                e.why,
                say("history.override", criterion=e.criterion, level=e.level, was=e.was, points=e.points, who=e.who),
                *(None,) * 12,
            )
            for e in d.overrides
        ]
    return Sheet(say("nav.history"), columns, tuple(rows))


def _past(review: Review, say: Words) -> Sheet | None:
    candidate = review.chosen_candidate
    if candidate is None:
        return None
    months = [say.date(adopted.decision.month) for adopted in review.past.story]
    columns = [
        *heads(say, "column.criterion:text column.level:text"),
        *((name, "points") for name in (*months, candidate.name)),
    ]
    rows = tuple(
        (criterion_name(x.criterion, say), level_name(x.level, say, x.criterion), *x.points)
        for x in meeting.past_lines(review)
    )
    return Sheet(say("workbook.past"), columns, rows)


def _swap(review: Review, say: Words) -> Sheet | None:
    if review.changes.swap is None:
        return None
    columns = heads(
        say,
        f"workbook.stage:text changes.who:text workbook.leads_month:decimal {RATE} changes.common:wide",
    )
    rows = []
    for group in review.changes.swap.moved:
        shared = say("note.and").join(
            f"{line_name(c.criterion, c.level, say)} ({say('changes.share', share=c.share, all=c.share_all)})"
            for c in group.common
        )
        rows.append(
            (
                say(f"stage.{group.stage}"),
                say(f"changes.{group.direction}"),
                group.leads_per_month,
                *figures(group.rate),
                shared,
            )
        )
    lead_key = "changes.lead_later" if review.changes.swap.later else "changes.lead_all"
    title = say(lead_key, new=review.changes.swap.new, old=review.changes.swap.old, leads=review.changes.swap.leads)
    return Sheet(say("nav.changes"), columns, tuple(rows), title)


def _lines(review: Review, say: Words) -> Sheet | None:
    pair = meeting.pair(review)
    if pair is None:
        return None
    columns = [
        *heads(say, "column.criterion:text column.level:text"),
        *((candidate.name, "points") for candidate in pair),
        (say("changes.change"), "points"),
    ]
    rows = tuple(
        (
            criterion_name(line.criterion, say),
            level_name(line.level, say, line.criterion),
            line.points[0],
            line.points[-1],
            line.change,
        )
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
        *heads(
            say,
            "workbook.candidate:text column.criterion:text column.level:text column.leads:count column.customers:count",
        ),
        (f"{auc} · {old}", "decimal"),
        (auc, "decimal"),
        (say("workbook.difference"), "decimal"),
        (say("column.low"), "decimal"),
        (say("column.high"), "decimal"),
        (f"{called} · {old}", "count"),
        (called, "count"),
        (f"{caught} · {old}", "count"),
        (caught, "count"),
        (say("column.remarks"), "text"),
    ]
    more = [name for name in SHOWN if name != PRIMARY]
    for name in more:
        columns += [
            (f"{say('workbook.difference')} · {say(f'metric.{name}')}", "decimal"),
            (say("column.low"), "decimal"),
            (say("column.high"), "decimal"),
        ]
    rows: list[Sequence[Cell]] = []
    for side in review.changes.sides:
        for table in side.tables:
            for s in table.segments:
                gap = s.difference
                name = sections.level_name(s.level, say) if table.by else sections.cohort_name(s.level.name, say)
                rows.append(
                    (
                        side.candidate,
                        table.by or month,
                        name,
                        s.leads,
                        s.customers,
                        s.old,
                        s.new,
                        *((gap.value, gap.low, gap.high) if gap else (None,) * 3),
                        *(s.called or (None, None)),
                        *(s.caught or (None, None)),
                        say(f"segments.harm_{s.harm}") if s.harm else "",
                        *(
                            figure
                            for one in map(s.differences.get, more)
                            for figure in ((one.value, one.low, one.high) if one else (None,) * 3)
                        ),
                    )
                )
    return Sheet(say("nav.segments"), columns, tuple(rows))


def _bands(review: Review, say: Words) -> Sheet:
    columns = heads(
        say,
        "workbook.candidate:text threshold.axis:count axis.fit:count axis.engagement:count workbook.band:text "
        f"explained.action:text {RATE}",
    )
    rows = []
    for candidate in review.in_order:
        for band in candidate.grid.ladder:
            close_rate = band_rate(band)
            rows.append(
                (
                    candidate.name,
                    band.at_least,
                    band.fit_minimum,
                    band.engagement_minimum,
                    said(band.name, say),
                    said(band.action, say),
                    *figures(close_rate),
                )
            )
    return Sheet(say("points.bands"), columns, tuple(rows))


def _expiry(review: Review, say: Words) -> Sheet:
    columns = heads(say, "workbook.candidate:text column.criterion:text column.level:text fading.rule:wide")
    rows = tuple(
        (
            candidate.name,
            e.criterion,
            e.level,
            say("points.expiry_days", days=e.days)
            if e.days is not None
            else say("points.expiry_percent", percent=e.percent, days=e.every_days),
        )
        for candidate in review.in_order
        for e in candidate.grid.expiry
    )
    return Sheet(say("workbook.expiry"), columns, rows)


def _grades(review: Review, say: Words) -> Sheet:
    columns = heads(say, f"workbook.grade:wide {RATE}")
    rows: list[Sequence[Cell]] = []
    if review.handover.grades is not None:
        g = review.handover.grades
        for i, letter in enumerate(LETTERS):
            for j, digit in enumerate(DIGITS):
                sides = [
                    say("grades.from" if at < 3 else "grades.below", points=limits[min(at, 2)])
                    for at, limits in ((i, g.fit_from), (j, g.engagement_from))
                ]
                name = f"{letter}{digit} ({say('axis.fit')} {sides[0]}, {say('axis.engagement')} {sides[1]})"
                rows.append((name, *figures(g.rates[i][j])))
    for d in review.handover.demands:
        name = say("bands.stage", stage=say(f"stage.{d.stage}"), points=from_points(d.demands, say))
        rows.append((name, *figures(d.met)))
    return Sheet(say("nav.grades"), columns, tuple(rows))


def _feedback(review: Review, say: Words) -> Sheet | None:
    feedback = review.handover.feedback
    if feedback is None:
        return None
    columns = heads(
        say,
        "column.criterion:text column.level:text column.points:points feedback.rejected:count "
        "feedback.share:percent column.low:percent column.high:percent feedback.share_handed:percent "
        "feedback.reasons:wide column.remarks:text",
    )
    rows = tuple(
        (
            criterion_name(x.criterion, say),
            level_name(x.level, say, x.criterion),
            x.points,
            x.rejected,
            x.share,
            x.low,
            x.high,
            x.share_handed_over,
            say("note.and").join(f"{why or say('feedback.no_reason')} ({n})" for why, n in x.reasons),
            say("feedback.more") if x.more else "",
        )
        for x in feedback.lines
    )
    return Sheet(say("nav.feedback"), columns, rows, say("feedback.lead", read=feedback.read, found=feedback.found))

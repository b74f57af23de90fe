"""What the workbook shows of months, times, stages and value: one table per sheet."""

from __future__ import annotations

from collections.abc import Sequence

from ..grid.grid import STAGES
from ..language import Words
from . import tables
from .level_text import criterion_name, level_name
from .review import Review
from .sheet import RATE, Cell, Sheet, figures, heads


def months(review: Review, say: Words) -> Sheet:
    """Leads, stages and close rates of each month under the grid in use."""
    stages = [say(f"stage.{stage}") for stage in STAGES]
    rate = "column.leads:count column.customers:count column.rate:percent"
    columns = heads(say, f"segments.month:text {rate}")
    columns += [(f"{stage} · {name}", kind) for stage in stages for name, kind in heads(say, rate)]
    columns += heads(say, "workbook.share_mql:percent workbook.mql_to_sql:percent")
    columns += heads(say, "workbook.alerts_day:decimal months.mean:decimal months.mean_customers:decimal")
    rows = []
    for m in review.handover.kpis:
        onward = m.sales_qualified.leads / m.marketing_qualified.leads if m.marketing_qualified.leads else None
        rows.append(
            (
                say.date(m.cohort),
                *figures(m.overall)[:3],
                *figures(m.marketing_qualified)[:3],
                *figures(m.sales_qualified)[:3],
                m.share_marketing_qualified,
                onward,
                m.alerts_per_day,
                m.mean_score,
                m.mean_score_customers,
            )
        )
    return Sheet(say("nav.months"), columns, tuple(rows))


def mails(review: Review, say: Words) -> Sheet | None:
    """Who opened, clicked and answered, month by month."""
    mails = review.funnel.mails
    if mails is None:
        return None
    columns = heads(say, "segments.month:text column.leads:count")
    has_base = mails.base != "leads"
    columns += [(say(f"mails.{mails.base}"), "count")] if has_base else []
    for kind in mails.kinds:
        name = say(f"mails.{kind}")
        columns += [
            (name, "count"),
            (name, "percent"),
            *heads(say, "column.low:percent column.high:percent"),
        ]
    rows = []
    for month, leads, rates in mails.cohorts:
        cells: list[Cell] = [say.date(month), leads, *([rates[mails.kinds[0]].leads] if has_base else [])]
        for kind in mails.kinds:
            cells += [rates[kind].customers, *figures(rates[kind])[2:]]
        rows.append(cells)
    return Sheet(say("workbook.mails"), columns, tuple(rows), say(f"mails.note_{mails.base}"))


def stages(review: Review, say: Words) -> Sheet | None:
    """How many of each month reach each stage, and after how many days."""
    stages = review.funnel.stages
    if stages is None:
        return None
    columns = heads(say, "time.cohort:text column.leads:count")
    for step in stages.steps:
        name = say(f"stage.{step.stage}")
        columns += [(name, "count"), (name, "percent"), (f"{name} · {say('workbook.days')}", "decimal")]
    rows: list[Sequence[Cell]] = []
    for name, leads, steps in ((say("time.all"), stages.steps[0].rate.leads, stages.steps), *stages.cohorts):
        cells: list[Cell] = [say.date(name), leads]
        for step in steps:
            cells += [step.rate.customers, step.rate.value if step.rate.leads else None, step.days]
        rows.append(cells)
    return Sheet(say("time.stages"), columns, tuple(rows), say("time.stages_lead", days=stages.days))


def windows(review: Review, say: Words) -> Sheet | None:
    """Close rates and grids at other closing windows."""
    if review.funnel.closing is None:
        return None
    columns = heads(
        say,
        f"time.window_days:count {RATE} metric.auc:decimal column.low:decimal column.high:decimal "
        "time.best_grid:text column.remarks:text",
    )
    rows = tuple(
        (
            x.days,
            x.leads,
            x.customers,
            x.rate,
            x.low,
            x.high,
            *((x.auc["value"], x.auc["low"], x.auc["high"]) if x.auc else (None,) * 3),
            x.grid or "",
            say("time.used") if x.used else "",
        )
        for x in review.funnel.closing.windows
    )
    return Sheet(say("workbook.windows"), columns, rows)


def fadings(review: Review, say: Words) -> Sheet:
    """How the lift of a signal falls with its age."""
    columns = heads(
        say,
        "fading.signal:text workbook.age:text workbook.looks:count column.customers:count column.lift:decimal "
        "column.low:decimal column.high:decimal",
    )
    rows = tuple(
        (
            f.signal,
            say("fading.age", low=a.low, high=a.high) if a.high is not None else say("fading.older", low=a.low),
            a.looks,
            a.customers,
            *((a.ratio, a.ratio_low, a.ratio_high) if a.customers else (None,) * 3),
        )
        for f in review.funnel.fadings
        for a in f.ages
    )
    return Sheet(say("fading.title"), columns, rows)


def worth(review: Review, say: Words) -> Sheet | None:
    """Value per lead of each level."""
    worth, rates = review.funnel.worth, review.rates
    if worth is None:
        return None
    columns = heads(
        say,
        "column.criterion:text column.level:text column.leads:count workbook.value:decimal time.per_lead:decimal "
        "column.low:decimal column.high:decimal time.value_lift:decimal",
    )
    rows = tuple(
        (
            criterion_name(c.name, say),
            level_name(level, say, c.name),
            int(rates.leads[i]),
            float(worth.value[i]),
            float(worth.per_lead[i]),
            float(worth.low[i]),
            float(worth.high[i]),
            float(worth.lift[i]),
        )
        for i, (c, level) in enumerate(tables.criterion_at(rates))
        if rates.leads[i] and not rates.few[i]
    )
    return Sheet(say("time.value"), columns, rows)


def worked(review: Review, say: Words) -> Sheet | None:
    """Close rates of the leads that sales worked."""
    selection, rates = review.funnel.selection, review.rates
    if selection is None:
        return None
    columns = heads(
        say,
        "column.criterion:text column.level:text time.worked_leads:count column.customers:count "
        "time.worked_rate:percent time.all_rate:percent column.remarks:text",
    )
    rows = tuple(
        (
            criterion_name(c.name, say),
            level_name(level, say, c.name),
            int(selection.leads[i]),
            int(selection.customers[i]),
            float(selection.customers[i] / selection.leads[i]),
            float(rates.rate[i]),
            say("time.moved") if selection.moved[i] else "",
        )
        for i, (c, level) in enumerate(tables.criterion_at(rates))
        if selection.leads[i]
    )
    return Sheet(say("workbook.worked"), columns, rows)

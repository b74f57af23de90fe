"""The pictures of the page: values of a review, words of a language, handed to `drawing`."""

from __future__ import annotations

from functools import partial

from markupsafe import Markup

from ..evaluation.comparison import Judged
from ..language import Words
from . import svg as drawing
from . import tables
from .level_text import criterion_name, level_name
from .review import Candidate, Review


def telling(review: Review, words: Words) -> Markup | None:
    """Lift of the levels that surely differ from the average, or nothing where none does."""
    rates = review.rates
    at = tables.criterion_at(rates)
    rows = []
    for i in tables.telling(rates):
        criterion, one = at[i]
        level = drawing.clipped(level_name(one, words, criterion.name), 22)
        label = words.pair(drawing.clipped(criterion_name(criterion.name, words), 36 - len(level)), level)
        note = words(
            "lift.note", rate=float(rates.rate[i]), customers=int(rates.customers[i]), leads=int(rates.leads[i])
        )
        rows.append((label, note, float(rates.lift[i]), float(rates.lift_low[i]), float(rates.lift_high[i])))
    if not rows:
        return None
    ticks, times = partial(_doubling, words=words), partial(_times, words=words)
    return drawing.lift_picture(rows, ticks, times, words("lift.title"))


def _times(value: float, words: Words) -> str:
    return "×" + words.decimal(value, 2 if value < 1 else 1)


def _doubling(value: float, words: Words) -> str:
    """A tick of the doubling scale: ÷4, ÷2, ×1, ×2."""
    return ("×" if value >= 1 else "÷") + words.count(max(value, 1 / value))


def groups(review: Review, candidate: Judged, words: Words) -> Markup | None:
    """Close rate of each group of later leads by score, the lowest scores first."""
    table = candidate.reliability
    if table.empty:
        return None
    rows = []
    for i, row in enumerate(table.to_dict("records"), 1):
        tip = words(
            "groups.tip",
            rate=row["observed"],
            low=row["low"],
            high=row["high"],
            customers=row["customers"],
            leads=row["leads"],
        )
        below = (str(i), short_count(row["customers"], words), short_count(row["leads"], words))
        rows.append(drawing.Group(below, tip, row["observed"], row["low"], row["high"]))
    leads, customers = float(table["leads"].sum()), float(table["customers"].sum())
    names = (words("groups.axis"), words("groups.group"), words("word.customers"), words("word.leads"))
    mean = customers / leads if leads else 0.0
    title = words("groups.alt", candidate=candidate.name)
    return drawing.group_picture(rows, mean, words.percent_tick, title, names)


def reliability(candidate: Judged, words: Words) -> Markup | None:
    """Close rate promised by the score against the one that came, on later leads."""
    if candidate.reliability.empty:
        return None
    points = [
        (
            words(
                "groups.promised",
                predicted=row["predicted"],
                rate=row["observed"],
                customers=row["customers"],
                leads=row["leads"],
            ),
            row["predicted"],
            row["observed"],
            row["low"],
            row["high"],
        )
        for row in candidate.reliability.to_dict("records")
    ]
    title = words("reliability.alt", candidate=candidate.name)
    return drawing.diagonal_picture(points, words.percent_tick, title, words("reliability.x"), words("reliability.y"))


def gains(review: Review, words: Words) -> Markup | None:
    """Share of customers caught by the best-scored share of later leads, every candidate."""
    series = []
    for candidate in review.in_order:
        judgement = review.judged(candidate.name)
        if judgement is not None and not judgement.gains.empty:
            pairs = zip(judgement.gains["share_leads"], judgement.gains["share_customers"], strict=True)
            series.append((candidate.name, _thinned([(float(a), float(b)) for a, b in pairs])))
    if not series:
        return None
    return drawing.curves_picture(
        series, words.percent_tick, words("gains.alt"), words("gains.x"), words("gains.y"), words("gains.chance")
    )


def _thinned(pairs: list[drawing.Pair], least: float = 0.004) -> list[drawing.Pair]:
    """The points that the eye can tell apart, with both ends."""
    points = pairs[:1]
    for pair in pairs[1:-1]:
        if abs(pair[0] - points[-1][0]) + abs(pair[1] - points[-1][1]) >= least:
            points.append(pair)
    return [*points, *pairs[-1:]] if len(pairs) > 1 else points


def thresholds(review: Review, candidate: Candidate, words: Words) -> Markup | None:
    """Customers caught and leads handed over, by threshold."""
    table = tables.steps(review, candidate)
    if table.empty:
        return None
    total = float(candidate.scores.leads.sum()) or 1.0
    steps = [
        (float(t), float(c), float(n) / total)
        for t, c, n in zip(table["threshold"], table["caught"], table["leads"], strict=True)
    ]
    limits = candidate.grid.thresholds
    marks = (
        []
        if limits is None
        else [
            (words("threshold.mql_short"), float(limits.marketing_qualified)),
            (words("threshold.sql_short"), float(limits.sales_qualified)),
        ]
    )
    names = (words("threshold.axis"), words("threshold.caught_line"), words("threshold.leads_line"))
    title = words("threshold.alt", candidate=candidate.name)
    return drawing.threshold_picture(steps, marks, words.percent_tick, title, names)


def truth(review: Review, words: Words) -> Markup | None:
    """True close rates against estimated ones, where the leads were simulated."""
    points = [
        (words.pair(criterion, level), true, estimate, low, high)
        for criterion, level, true, estimate, low, high in truth_rows(review)
    ]
    if not points:
        return None
    return drawing.diagonal_picture(points, words.percent_tick, words("truth.alt"), words("truth.x"), words("truth.y"))


def truth_rows(review: Review) -> list[tuple[str, str, float, float, float, float]]:
    """Criterion, level, true rate, counted rate and its interval, of every level whose truth is known."""
    rates = review.rates
    rows = []
    for i, (criterion, level) in enumerate(tables.criterion_at(rates)):
        true = (review.truth or {}).get(criterion.name, {}).get(level.name)
        if true is not None and rates.leads[i] and not rates.few[i]:
            rows.append(
                (
                    criterion.name,
                    level.name,
                    float(true),
                    float(rates.rate[i]),
                    float(rates.low[i]),
                    float(rates.high[i]),
                )
            )
    return rows


def short_count(value: float, words: Words) -> str:
    """A count that fits under a column."""
    return words.count(value) if value < 100_000 else words("format.thousand", value=value / 1000)


def closing_curve(review: Review, words: Words) -> Markup | None:
    """Share of all leads that have become customers, by the days since they entered, with its interval."""
    closing = review.funnel.closing
    if closing is None or not len(closing.days):
        return None
    end = review.account.observe_days + (review.account.close_within_days or 0)
    series = []
    for values in (closing.share, closing.low, closing.high):
        steps = [(0.0, 0.0)]
        for day, value in zip(closing.days, values, strict=True):
            steps += [(float(day), steps[-1][1]), (float(day), float(value))]
        series.append(steps)
    marks = [(words("time.curve_window"), float(end))]
    return drawing.steps_picture(series, marks, words.percent_tick, words("time.curve_alt"), words("time.curve_x"))

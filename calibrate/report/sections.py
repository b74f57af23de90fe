"""What each section of the page shows, looked up and put in order; the templates only place it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

import pandas as pd
from markupsafe import Markup

from ..counts.leakage import Question
from ..evaluation.metrics import METRICS, Estimate
from ..grid.criteria import Axis, Criterion, Level
from ..grid.grid import STAGES, Grid, Stage, Thresholds
from ..language import Words
from . import svg as drawing
from . import tables
from .level_text import criterion_name
from .level_text import level_name as level_name
from .review import Candidate, Review

FORMATS = {
    "auc": ("decimal3", "signed3"),
    "log_loss": ("decimal4", "signed4"),
    "brier": ("decimal4", "signed4"),
    "calibration_slope": ("decimal2", "signed2"),
    "calibration_intercept": ("decimal2", "signed2"),
    "capture_at_capacity": ("percent", "gap"),
    "close_rate_at_capacity": ("percent", "gap"),
    "top_decile_lift": ("decimal2", "signed2"),
}
"""How a metric is written, and a difference of it."""
TOP_SHARES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5)


@dataclass(frozen=True)
class Cell:
    """A candidate's figure in one metric: value, difference to the baseline, and which side it falls on."""

    value: Estimate | None
    difference: Estimate | None
    side: str
    rank: int | None = None


def is_twin(difference: Estimate | None) -> bool:
    """Whether a grid is held against itself: in each fold the same grid stood for it and for the baseline.

    >>> is_twin(Estimate(0, 0, 0)), is_twin(Estimate(0, -0.1, 0.1)), is_twin(None)
    (True, False, False)
    """
    return difference is not None and not any((difference.value, difference.low, difference.high))


def side_of(metric: str, difference: Estimate | None) -> str:
    """Whether a difference is surely better or worse, the same as far as one can tell, or not to be ranked.

    >>> side_of("auc", Estimate(0.03, 0.01, 0.05)), side_of("brier", Estimate(0.03, 0.01, 0.05))
    ('better', 'worse')
    >>> side_of("auc", Estimate(0.03, -0.01, 0.05))
    'same'
    """
    better = METRICS[metric].better if metric in METRICS else "nearer"
    if difference is None or better == "nearer":
        return ""
    if difference.low <= 0 <= difference.high:
        return "same"
    return "better" if (difference.low > 0) == (better == "higher") else "worse"


def metric_rows(review: Review) -> list[tuple[str, list[Cell]]]:
    """Each metric with every candidate's figure, the deciding metric first."""
    judgements = [review.judged(candidate.name) for candidate in review.in_order]
    metrics = [name for name in METRICS if any(j and name in j.metrics for j in judgements)]
    metrics.sort(key=lambda name: name != review.comparison.primary)
    rows, ranks = [], review.comparison.ranks()
    for name in metrics:
        cells = []
        for one in judgements:
            difference = one.difference.get(name) if one else None
            rank = ranks[name].get(one.name) if one else None
            cells.append(Cell(one.metrics.get(name) if one else None, difference, side_of(name, difference), rank))
        rows.append((name, cells))
    return rows


def kept(review: Review, name: str) -> float | None:
    """Share of what the best model gains over a coin toss that a grid keeps, on the same later leads."""
    judgement = review.judged(name)
    top = (review.ceiling or {}).get("auc", 0.5)
    if judgement is None or "auc" not in judgement.metrics or top <= 0.5:
        return None
    return (judgement.metrics["auc"].value - 0.5) / (top - 0.5)


def ceiling(review: Review, words: Words) -> str:
    """What any model reaches, and how much of it the chosen grid keeps; empty where nobody asked for it."""
    if not review.ceiling:
        return ""
    text, share = words("candidates.ceiling", value=review.ceiling["auc"]), kept(review, review.chosen)
    if share is None:
        return text
    key = "candidates.kept_all" if share >= 1 else "candidates.kept" if share > 0 else "candidates.kept_none"
    return f"{text} {words(key, name=review.chosen, kept=share)}"


def headline(review: Review, words: Words) -> str:
    """The verdict in three words: what to do with which grid."""
    return review.comparison.verdict.headline(words)


def sentence(review: Review, words: Words) -> str:
    """The verdict in one sentence with its numbers."""
    return " ".join((review.comparison.verdict.sentence(words), *window_note(review, words)))


def window_note(review: Review, words: Words) -> Iterator[str]:
    """What the verdict must say of the closing window, where it misses many sales."""
    for key, facts in review.warnings:
        if key in ("sales_after_window", "sales_after_longer"):
            yield words.say("warning", key, facts)


@dataclass(frozen=True)
class Block:
    """The lines of one criterion in a grid, with the most and the fewest points it can give."""

    criterion: Criterion
    low: int
    high: int
    lines: tuple[tables.Line, ...]


@dataclass(frozen=True)
class Side:
    """One axis of a grid: fit or engagement, kept apart, with the points it can give."""

    axis: Axis
    low: int
    high: int
    blocks: tuple[Block, ...]


def sides(review: Review, candidate: Candidate) -> list[Side]:
    """A candidate's lines by axis and criterion."""
    lines = tables.lines(review, candidate)
    axes = []
    for axis in tables.AXES:
        mine = [line for line in lines if line.criterion.axis == axis]
        blocks = []
        for _, group in groupby(mine, key=lambda line: id(line.criterion)):
            criterion_lines = tuple(group)
            points = candidate.grid.points[_place(candidate.grid, criterion_lines[0].criterion)]
            blocks.append(Block(criterion_lines[0].criterion, min(points), max(points), criterion_lines))
        if blocks:
            axes.append(Side(axis, *tables.reach(candidate.grid, axis), tuple(blocks)))
    return axes


def _place(grid: Grid, criterion: Criterion) -> int:
    return next(i for i, mine in enumerate(grid.criteria) if mine is criterion)


def side_by_side(review: Review) -> list[tuple[Axis, str, list[tuple[Level, list[int | None]]]]]:
    """Points of every level in every grid that has it: axis, criterion, levels with one entry per candidate."""
    candidates = review.in_order
    points: dict[tuple[Axis, str], dict[str, tuple[Level, list[int | None]]]] = {}
    for i, candidate in enumerate(candidates):
        for line in tables.lines(review, candidate):
            rows = points.setdefault((line.criterion.axis, line.criterion.name), {})
            blank: list[int | None] = [None] * len(candidates)
            rows.setdefault(line.level.name, (line.level, blank))[1][i] = line.points
    ordered = sorted(points.items(), key=lambda item: tables.AXES.index(item[0][0]))
    return [(axis, name, list(rows.values())) for (axis, name), rows in ordered]


def marks_at(table: pd.DataFrame, limits: Thresholds | None) -> dict[int, tuple[str, ...]]:
    """Rows of a trade-off table where the chosen thresholds lie, with their names.

    A sales-qualified threshold that asks for engagement too counts other leads than the table does.
    """
    if limits is None or table.empty:
        return {}
    marks: dict[int, tuple[str, ...]] = {}
    for name in STAGES if limits.engagement_minimum is None else STAGES[:1]:
        at = tables.place_of(table, getattr(limits, name))
        marks[at] = (*marks.get(at, ()), name)
    return marks


def step_rows(review: Review, candidate: Candidate) -> list[tuple[Any, tuple[str, ...]]]:
    """A few telling thresholds with their marks: those chosen, and those that hand over round shares of leads."""
    table, limits = tables.steps(review, candidate), candidate.grid.thresholds
    if table.empty:
        return []
    telling = marks_at(table, limits)
    total = float(candidate.scores.leads.sum())
    for share in TOP_SHARES:
        telling.setdefault(int((table["leads"] - share * total).abs().to_numpy().argmin()), ())
    rows = [(table.iloc[i], marks) for i, marks in sorted(telling.items())]
    sales = sales_step(review, candidate)
    rows += [] if sales is None else [(sales, (STAGES[1],))]
    return sorted(rows, key=lambda row: float(row[0]["threshold"]))


def sales_step(review: Review, candidate: Candidate) -> pd.Series | None:
    """The trade-off at the sales-qualified threshold, where it asks for engagement and so counts other leads."""
    limits = candidate.grid.thresholds
    if limits is None or limits.engagement_minimum is None:
        return None
    return step_at(review, candidate, limits.sales_qualified, STAGES[1])


def step_at(
    review: Review, candidate: Candidate, threshold: int, stage: Stage = "marketing_qualified"
) -> pd.Series | None:
    """The trade-off at one threshold of a stage."""
    table = tables.steps(review, candidate, stage)
    return None if table.empty else table.iloc[tables.place_of(table, threshold)]


def slider_data(review: Review) -> list[dict[str, Any]]:
    """Each candidate's trade-off as columns of plain numbers, for the slider."""
    data = []
    for candidate in review.in_order:
        limits = candidate.grid.thresholds
        sales = None
        if limits is not None and limits.engagement_minimum is not None:
            sales = _columns(review, tables.steps(review, candidate, "sales_qualified"))
        data.append(
            {
                "name": candidate.name,
                **_columns(review, tables.steps(review, candidate)),
                "sales": sales,
                "total": round(float(candidate.scores.customers.sum())),
                "mql": limits.marketing_qualified if limits else None,
                "sql": limits.sales_qualified if limits else None,
            }
        )
    return data


def _columns(review: Review, table: pd.DataFrame) -> dict[str, list[Any]]:
    per_month = table["leads_per_month"] if review.months else table["leads"]
    return {
        "t": table["threshold"].astype(int).tolist(),
        "n": _plain(table["leads"], 0),
        "m": _plain(per_month, 1),
        "k": _plain(table["customers"], 0),
        "c": _plain(table["caught"], 4),
        "r": _plain(table["close_rate"], 5),
        "lo": _plain(table["low"], 5),
        "hi": _plain(table["high"], 5),
    }


def _plain(column: Iterable[float], digits: int) -> list[float | None]:
    return [round(float(value), digits) if value == value else None for value in column]


def excluded(review: Review, words: Words) -> list[tuple[str, int]]:
    """Each exclusion in words with its rows, the largest first."""
    reasons = sorted(review.account.excluded.items(), key=lambda item: (-item[1], item[0]))
    return [(words.name("excluded", reason), rows) for reason, rows in reasons if rows]


def suspects(review: Review, words: Words) -> list[tuple[str, str, str]]:
    """Column, reason in words, evidence."""
    return [(s.column, words.name("suspect", s.reason), s.said(words)) for s in review.suspects]


class Asked(NamedTuple):
    """A column that is asked about: the question, why it is asked with the counts, the AUC with and without it."""

    column: str
    question: str
    evidence: str
    with_it: float
    without: float


def asked(questions: Sequence[Question], words: Words) -> list[Asked]:
    """The questions in words."""
    rows = []
    for q in questions:
        why, evidence = words.name("suspect", q.reason), q.said(words)
        reasons = words("asked.evidence_line", reason=why, evidence=evidence)
        rows.append(Asked(q.column, words("asked.sentence", column=q.column), reasons, q.auc_with, q.auc_without))
    return rows


def rests_on(review: Review, words: Words) -> str:
    """The columns that the verdict rests on and nobody has answered for; empty where there are none."""
    columns = review.rests_on
    return words("verdict.rests_on", columns=", ".join(columns), count=len(columns)) if columns else ""


def folds_drawn(review: Review, words: Words) -> Markup:
    """The steps of the comparison over the cohorts."""
    cohorts = review.tally.cohorts
    place = {cohort: i for i, cohort in enumerate(cohorts)}
    rows = []
    for fold in review.comparison.folds:
        train, later = (_span(place, part) for part in (fold.cohorts_train, fold.cohorts_judged))
        rows.append((train, later, words("folds.note", leads=fold.leads, customers=fold.customers)))
    ends = ((0.0, cohorts[0]), (float(len(cohorts)), cohorts[-1])) if cohorts else ()
    names = [(at, cohort_name(label, words)) for at, label in ends]
    return drawing.folds_picture(len(cohorts), rows, names, words("folds.title"))


def has_gaps(review: Review) -> bool:
    """Whether leads between those learnt from and those judged were left out, their outcome not being known yet."""
    place = {cohort: i for i, cohort in enumerate(review.tally.cohorts)}
    spans = [(_span(place, fold.cohorts_train), _span(place, fold.cohorts_judged)) for fold in review.comparison.folds]
    return any(later.start > train.stop for train, later in spans if len(train) and len(later))


def cohort_name(label: str, words: Words) -> str:
    """A month in words; undated cohorts are numbered blocks of leads."""
    block = re.fullmatch(r"block 0*(\d+)", label)
    return words("folds.block", number=int(block[1])) if block else words.date(label)


def _span(place: dict[str, int], cohorts: Sequence[str]) -> range:
    at = [place[cohort] for cohort in cohorts if cohort in place]
    return range(min(at), max(at) + 1) if at else range(0)


def worth_rows(review: Review, words: Words, most: int = 12) -> list[tuple[str, str, int, float, float, float, float]]:
    """Levels whose value per lead differs most from the average: criterion, level, leads, per lead, bounds, lift."""
    worth, rates = review.funnel.worth, review.rates
    if worth is None:
        return []
    names = [
        (criterion_name(c.name, words), level_name(level, words, c.name)) for c in rates.criteria for level in c.levels
    ]
    sure = [i for i in range(len(names)) if not rates.thin[i] and not worth.low[i] <= worth.overall <= worth.high[i]]
    sure.sort(key=lambda i: (-abs(float(worth.per_lead[i]) - worth.overall), i))
    return [
        (
            *names[i],
            int(rates.leads[i]),
            float(worth.per_lead[i]),
            float(worth.low[i]),
            float(worth.high[i]),
            float(worth.lift[i]),
        )
        for i in sure[:most]
    ]


def moved_rows(review: Review, words: Words, most: int = 12) -> list[tuple[str, str, int, int, float]]:
    """Levels whose lift among worked leads differs from the rest: criterion, level, worked leads, customers, rate."""
    selection, rates = review.funnel.selection, review.rates
    if selection is None:
        return []
    names = [
        (criterion_name(c.name, words), level_name(level, words, c.name)) for c in rates.criteria for level in c.levels
    ]
    return [
        (*names[i], int(selection.leads[i]), int(selection.customers[i]), float(rates.rate[i]))
        for i in range(len(names))
        if selection.moved[i]
    ][:most]

"""A grid explained on one page, from the grid alone, for people who were not in the meeting."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ..counts.rates import SHOWN_LEADS, Rate, rate
from ..errors import SettingsError
from ..export.markdown import escape, table
from ..grid.criteria import Criterion, Level
from ..grid.grid import Band, Grid, band_of
from ..language import Words
from . import svg as drawing
from . import tables
from .band_text import band_line, said, stage_lines
from .level_text import criterion_name, level_name, line_name
from .page import environment, text_of
from .rate_text import band_rate, rate_said

FORMS = ("html", "md")
MOST_EXAMPLE = 4


@dataclass(frozen=True)
class Row:
    """One answer with its points, the leads they rest on (None where the grid does not say), and remarks in words."""

    level: Level
    points: int
    counted: Rate | None
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Example:
    """A lead made up from a few answers: its lines, what the `others` are worth, its score and band.

    The score has what every lead has too.
    """

    lines: tuple[tuple[Criterion, Level, int], ...]
    others: int
    score: int
    band: str


def explained(grid: Grid, words: Words, form: str) -> str:
    """The page as HTML (one file, nothing fetched) or as Markdown."""
    if form not in FORMS:
        raise SettingsError(f"a grid is explained as .html or .md, not as '.{form}'")
    values = _values(grid, words)
    if form == "md":
        return _markdown(grid, words, values)
    return environment().get_template("grid.html.j2").render(**values, **text_of("page.css"))


def _values(grid: Grid, words: Words) -> dict[str, Any]:
    provenance = {
        key: grid.provenance.get(key)
        for key in ("leads", "customers", "as_of", "source", "adopted_by", "adopted_why", "adopted_in")
    }
    return {
        "grid": grid,
        "w": words,
        "made": provenance,
        "bands": [(band, _close_rate(band, words)) for band in grid.ladder],
        "axes": [(axis, *tables.reach(grid, axis), _blocks(grid, axis, words)) for axis in tables.AXES],
        "level": lambda level, criterion="": level_name(level, words, criterion),
        "crit": partial(criterion_name, words=words),
        "example": _example(grid),
        "most": max((abs(int(points)) for points in grid.flat), default=1) or 1,
        "bar": drawing.points_bar,
        "said": partial(said, words=words),
        "band_line": partial(band_line, words=words),
        "narrowed": _narrowed(grid, words),
        "axis_title": partial(_axis, words=words),
    }


def _narrowed(grid: Grid, words: Words) -> str:
    """What stages ask for beside the score; empty where they do not."""
    limits = grid.thresholds
    if limits is None or len(limits.demands("sales_qualified")) == 1:
        return ""
    return words("explained.minimums", **stage_lines(limits, words))


def _axis(axis: str, words: Words) -> str:
    return words("explained.axis", axis=words(f"axis.{axis}"), meaning=words(f"axis.{axis}_meaning"))


def _close_rate(band: Band, words: Words) -> str:
    """What later leads in a band came to: the close rate with its interval and counts; empty where nobody counted."""
    close_rate = band_rate(band)
    if close_rate is None:
        return ""
    return words(
        "explained.counted",
        rate=close_rate.value,
        low=close_rate.low,
        high=close_rate.high,
        customers=close_rate.customers,
        leads=close_rate.leads,
    )


def _blocks(grid: Grid, axis: str, words: Words) -> list[tuple[Criterion, list[Row]]]:
    """Criteria of one axis with their answers, most points first; those without points and meaning left out."""
    blocks = []
    for at, criterion in enumerate(grid.criteria):
        if criterion.axis == axis:
            rows = [_row(grid, at, place, words) for place in range(len(criterion.levels))]
            answers = [row for row in rows if row.points or row.level.role == "value"]
            if any(row.points for row in answers):
                blocks.append(
                    (criterion, answers if criterion.ordered else sorted(answers, key=lambda row: -row.points))
                )
    return blocks


def _row(grid: Grid, at: int, place: int, words: Words) -> Row:
    criterion, level, points = grid.criteria[at], grid.criteria[at].levels[place], grid.points[at][place]
    evidence = grid.evidence[at][place] if grid.evidence else None
    remarks = []
    for pin in grid.pins:
        if (pin.criterion, pin.level) == (criterion.name, level.name):
            remarks.append(words("mark.pinned_by", who=pin.who) if pin.who else words("mark.pinned"))
            remarks += [pin.why] if pin.why else []
    for rule in grid.expiry:
        if (rule.criterion, rule.level) == (criterion.name, level.name):
            remarks.append(
                words("points.expiry_days", days=rule.days)
                if rule.days is not None
                else words("points.expiry_percent", percent=rule.percent, days=rule.every_days)
            )
    if level.name == criterion.reference:
        remarks.append(words("mark.reference"))
    enough = evidence is not None and evidence.leads >= SHOWN_LEADS
    close_rate = None
    if evidence is not None and enough:
        close_rate = rate(evidence.customers, evidence.leads, evidence.design_effect or 1.0)
    return Row(level, points, close_rate, tuple(remarks))


def _example(grid: Grid) -> Example | None:
    """A lead with a few good answers, one bad one where there is one, and the usual answer to everything else."""
    best = []
    for at, criterion in enumerate(grid.criteria):
        places = [i for i, level in enumerate(criterion.levels) if level.role == "value"]
        if places:
            best.append((max(places, key=lambda i, at=at: abs(grid.points[at][i])), at))  # type: ignore[misc]
    good = sorted(
        (place for place in best if grid.points[place[1]][place[0]] > 0), key=lambda e: -grid.points[e[1]][e[0]]
    )
    bad = [place for place in best if grid.points[place[1]][place[0]] < 0]
    picked = [*good[1:MOST_EXAMPLE], *bad[:1]] if len(good) > MOST_EXAMPLE else [*good[:MOST_EXAMPLE], *bad[:1]]
    if not picked:
        return None
    lines = tuple((grid.criteria[at], grid.criteria[at].levels[i], grid.points[at][i]) for i, at in picked)
    criteria = {at for _, at in picked}
    remainder = sum(_usual(grid, at) for at in range(len(grid.criteria)) if at not in criteria)
    sides = {"fit": 0, "engagement": 0}
    for criterion, _, points in lines:
        sides[criterion.axis] += points
    for at, criterion in enumerate(grid.criteria):
        sides[criterion.axis] += 0 if at in criteria else _usual(grid, at)
    band = band_of(grid.ladder, sides["fit"], sides["engagement"], grid.start)
    return Example(lines, remainder, grid.start + sum(sides.values()), band)


def _usual(grid: Grid, at: int) -> int:
    """Points of the answer that most leads give: the one with most leads, else the reference, else not given."""
    criterion, points = grid.criteria[at], grid.points[at]
    if grid.evidence:
        return points[int(np.argmax([evidence.leads for evidence in grid.evidence[at]]))]
    names = [level.name for level in criterion.levels]
    return points[names.index(criterion.reference)] if criterion.reference else points[criterion.missing]


def _markdown(grid: Grid, words: Words, values: dict[str, Any]) -> str:
    lines = [f"# {escape(words('explained.title', name=grid.name))}", ""]
    lines += [*_opening(grid, words, values["made"]), ""]
    lines += [f"## {words('explained.how')}", "", words("explained.add", low=grid.minimum, high=grid.maximum), ""]
    lines += [words("grid_page.start", start=grid.start), ""] if grid.start else []
    if grid.bands:
        rows = [
            (
                band_line(band, words),
                said(band.action, words),
                expected,
            )
            for band, expected in values["bands"]
        ]
        heads = [words(f"explained.{key}") for key in ("band", "action", "expected")]
        lines += [f"## {words('explained.bands')}", "", *table(heads, rows), ""]
    if values["example"]:
        example: Example = values["example"]
        lines += [f"## {words('explained.example')}", ""]
        lines += [
            f"- {escape(line_name(criterion.name, level, words))} · {words.signed(points)}"
            for criterion, level, points in example.lines
        ]
        lines += [f"- {words('explained.others', points=example.others)}"]
        lines += [f"- {words('answer.start')} · {words.signed(grid.start)}"] if grid.start else []
        total = words(
            "explained.sum" if example.band else "explained.sum_alone",
            score=example.score,
            band=said(example.band, words),
        )
        lines += ["", escape(total), ""]
    for axis, low, high, blocks in values["axes"]:
        if not blocks:
            continue
        lines += [f"## {_axis(axis, words)}", ""]
        lines += [words("points.from_to", low=low, high=high) + ".", ""]
        for criterion, rows in blocks:
            heads = [words(f"column.{key}") for key in ("level", "points", "rate", "remarks")]
            cells = [
                (
                    values["level"](row.level, criterion.name),
                    words.signed(row.points),
                    "–" if row.counted is None else rate_said(row.counted, words),
                    words("note.and").join(row.remarks),
                )
                for row in rows
            ]
            lines += [f"### {escape(criterion_name(criterion.name, words))}", "", *table(heads, cells), ""]
    lines += [words("explained.note"), ""]
    return "\n".join(lines)


def _opening(grid: Grid, words: Words, provenance: dict[str, Any]) -> list[str]:
    sentences = []
    if provenance["leads"] is not None and provenance["customers"] is not None:
        sentences.append(words("explained.made", leads=provenance["leads"], customers=provenance["customers"]))
    if provenance["as_of"]:
        sentences.append(words("explained.as_of", day=provenance["as_of"]))
    if provenance["adopted_by"]:
        sentences.append(
            escape(
                words(
                    "explained.adopted",
                    who=provenance["adopted_by"],
                    why=provenance["adopted_why"] or "–",
                    month=provenance["adopted_in"],
                )
            )
        )
    if grid.thresholds:
        sentences.append(
            words(
                "explained.thresholds",
                marketing=grid.thresholds.marketing_qualified,
                sales=grid.thresholds.sales_qualified,
            )
        )
        sentences += [text] if (text := _narrowed(grid, words)) else []
    return sentences

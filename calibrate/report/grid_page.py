"""A grid explained on one page, from the grid alone, for people who were not in the meeting."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ..counts.rates import Rate, rate
from ..errors import SettingsError
from ..export.markdown import escape, table
from ..grid.criteria import Criterion, Level
from ..grid.grid import Band, Grid, band_of
from . import sections, tables
from . import svg as drawing
from .band_text import band_line, said, stage_lines
from .language import Words
from .page import environment, text_of

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
    """A lead made up from a few answers: its lines, score and band."""

    lines: tuple[tuple[Criterion, Level, int], ...]
    others: int
    score: int
    band: str


def explained(grid: Grid, words: Words, form: str) -> str:
    """The page as HTML (one file, nothing fetched) or as Markdown."""
    if form not in FORMS:
        raise SettingsError(f"a grid is explained as .html or .md, not as '.{form}'")
    found = _values(grid, words)
    if form == "md":
        return _markdown(grid, words, found)
    return environment().get_template("grid.html.j2").render(**found, **text_of("page.css"))


def _values(grid: Grid, words: Words) -> dict[str, Any]:
    made = {key: grid.provenance.get(key) for key in
            ("leads", "customers", "as_of", "source", "adopted_by", "adopted_why", "adopted_in")}  # fmt: skip
    return {
        "grid": grid, "w": words, "made": made, "bands": [(band, _close_rate(band, words)) for band in grid.ladder],
        "axes": [(axis, *tables.reach(grid, axis), _blocks(grid, axis, words)) for axis in tables.AXES],
        "level": partial(sections.level_name, words=words), "example": _example(grid),
        "most": max((abs(int(points)) for points in grid.flat), default=1) or 1, "bar": drawing.points_bar,
        "said": partial(said, words=words), "band_line": partial(band_line, words=words),
        "narrowed": _narrowed(grid, words), "axis_title": partial(_axis, words=words),
    }  # fmt: skip


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
    if not band.leads or band.customers is None:
        return ""
    counted = rate(band.customers, band.leads)
    return words("explained.counted", rate=counted.value, low=counted.low, high=counted.high,
                 customers=counted.customers, leads=counted.leads)  # fmt: skip


def _blocks(grid: Grid, axis: str, words: Words) -> list[tuple[Criterion, list[Row]]]:
    """Criteria of one axis with their answers, most points first; those without points and meaning left out."""
    found = []
    for at, criterion in enumerate(grid.criteria):
        if criterion.axis == axis:
            rows = [_row(grid, at, place, words) for place in range(len(criterion.levels))]
            told = [row for row in rows if row.points or row.level.role == "value"]
            if any(row.points for row in told):
                found.append((criterion, told if criterion.ordered else sorted(told, key=lambda row: -row.points)))
    return found


def _row(grid: Grid, at: int, place: int, words: Words) -> Row:
    criterion, level, points = grid.criteria[at], grid.criteria[at].levels[place], grid.points[at][place]
    evidence = grid.evidence[at][place] if grid.evidence else None
    remarks = []
    for pin in grid.pins:
        if (pin.criterion, pin.level) == (criterion.name, level.name):
            remarks.append(words("mark.pinned_by", who=pin.who) if pin.who else words("mark.pinned"))
            remarks += [pin.why] if pin.why else []
    for each in grid.expiry:
        if (each.criterion, each.level) == (criterion.name, level.name):
            remarks.append(
                words("points.expiry_days", days=each.days)
                if each.days is not None
                else words("points.expiry_percent", percent=each.percent, days=each.every_days)
            )
    if level.name == criterion.reference:
        remarks.append(words("mark.reference"))
    counted = rate(evidence.customers, evidence.leads) if evidence is not None and evidence.leads else None
    return Row(level, points, counted, tuple(remarks))


def _example(grid: Grid) -> Example | None:
    """A lead with a few good answers, one bad one where there is one, and the usual answer to everything else."""
    best = []
    for at, criterion in enumerate(grid.criteria):
        places = [i for i, level in enumerate(criterion.levels) if level.role == "value"]
        if places:
            best.append((max(places, key=lambda i, at=at: abs(grid.points[at][i])), at))  # type: ignore[misc]
    good = sorted((each for each in best if grid.points[each[1]][each[0]] > 0), key=lambda e: -grid.points[e[1]][e[0]])
    bad = [each for each in best if grid.points[each[1]][each[0]] < 0]
    picked = [*good[1:MOST_EXAMPLE], *bad[:1]] if len(good) > MOST_EXAMPLE else [*good[:MOST_EXAMPLE], *bad[:1]]
    if not picked:
        return None
    lines = tuple((grid.criteria[at], grid.criteria[at].levels[i], grid.points[at][i]) for i, at in picked)
    asked = {at for _, at in picked}
    others = sum(_usual(grid, at) for at in range(len(grid.criteria)) if at not in asked)
    sides = {"fit": 0, "engagement": 0}
    for criterion, _, points in lines:
        sides[criterion.axis] += points
    for at, criterion in enumerate(grid.criteria):
        sides[criterion.axis] += 0 if at in asked else _usual(grid, at)
    return Example(lines, others, sum(sides.values()), band_of(grid.ladder, sides["fit"], sides["engagement"]))


def _usual(grid: Grid, at: int) -> int:
    """Points of the answer that most leads give: the one with most leads, else the reference, else not given."""
    criterion, points = grid.criteria[at], grid.points[at]
    if grid.evidence:
        return points[int(np.argmax([each.leads for each in grid.evidence[at]]))]
    names = [level.name for level in criterion.levels]
    return points[names.index(criterion.reference)] if criterion.reference else points[criterion.missing]


def _markdown(grid: Grid, words: Words, found: dict[str, Any]) -> str:
    lines = [f"# {escape(words('explained.title', name=grid.name))}", ""]
    lines += [*_opening(grid, words, found["made"]), ""]
    lines += [f"## {words('explained.how')}", "", words("explained.add", low=grid.minimum, high=grid.maximum), ""]
    if grid.bands:
        rows = [
            (
                band_line(band, words),
                said(band.action, words),
                expected,
            )
            for band, expected in found["bands"]
        ]
        heads = [words(f"explained.{key}") for key in ("band", "action", "expected")]
        lines += [f"## {words('explained.bands')}", "", *table(heads, rows), ""]
    if found["example"]:
        example: Example = found["example"]
        lines += [f"## {words('explained.example')}", ""]
        lines += [
            f"- {words.pair(escape(criterion.name), escape(found['level'](level)))} · {words.signed(points)}"
            for criterion, level, points in example.lines
        ]
        lines += [f"- {words('explained.others', points=example.others)}"]
        told = words(
            "explained.sum" if example.band else "explained.sum_alone",
            score=example.score,
            band=said(example.band, words),
        )
        lines += ["", escape(told), ""]
    for axis, low, high, blocks in found["axes"]:
        if not blocks:
            continue
        lines += [f"## {_axis(axis, words)}", ""]
        lines += [words("points.from_to", low=low, high=high) + ".", ""]
        for criterion, rows in blocks:
            heads = [words(f"column.{key}") for key in ("level", "points", "rate", "remarks")]
            cells = [
                (found["level"](row.level), words.signed(row.points), _counted(row, words), "; ".join(row.remarks))
                for row in rows
            ]
            lines += [f"### {escape(criterion.name)}", "", *table(heads, cells), ""]
    lines += [words("explained.note"), ""]
    return "\n".join(lines)


def _opening(grid: Grid, words: Words, made: dict[str, Any]) -> list[str]:
    told = []
    if made["leads"] is not None and made["customers"] is not None:
        told.append(words("explained.made", leads=made["leads"], customers=made["customers"]))
    if made["as_of"]:
        told.append(words("explained.as_of", day=made["as_of"]))
    if made["adopted_by"]:
        told.append(escape(words("explained.adopted", who=made["adopted_by"], why=made["adopted_why"] or "–",
                                 month=made["adopted_in"])))  # fmt: skip
    if grid.thresholds:
        told.append(words("explained.thresholds", marketing=grid.thresholds.marketing_qualified,
                          sales=grid.thresholds.sales_qualified))  # fmt: skip
        told += [text] if (text := _narrowed(grid, words)) else []
    return told


def _counted(row: Row, words: Words) -> str:
    if row.counted is None:
        return "–"
    counts = words("summary.counts", customers=row.counted.customers, leads=row.counted.leads)
    return f"{words.percent(row.counted.value)} ({counts})"

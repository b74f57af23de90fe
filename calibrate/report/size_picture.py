"""The first picture of the meeting: how well grids rank later leads against the number of their lines."""

from __future__ import annotations

import math
from dataclasses import dataclass

from markupsafe import Markup

from ..language import Words
from . import svg as drawing
from .review import Review
from .what_if import best_by_size, people_name

WIDTH, HEIGHT = 900.0, 300.0


@dataclass(frozen=True)
class Mark:
    """A grid in the picture: its lines, its figure on later leads with a 95 % interval, and its part in the meeting."""

    name: str
    title: str
    lines: int
    value: float
    low: float
    high: float
    role: str


def marks(review: Review, words: Words) -> list[Mark]:
    """The best judged grid of each number of lines, today's grid and the proposed one, the shortest first."""
    proposed, primary = review.chosen_candidate, review.comparison.primary
    figures = {point.name: (point.lines, point.metrics.get(primary)) for point in best_by_size(review)}
    for candidate in review.candidates:
        judgement = review.judged(candidate.name)
        if judgement is not None and (
            candidate is proposed or candidate.name == "current" or not review.frontier.points
        ):
            figures[candidate.name] = (candidate.grid.lines, judgement.metrics.get(primary))
    grids = []
    for name, (lines, estimate) in figures.items():
        if estimate is None or not lines:
            continue
        role = "proposed" if proposed is not None and name == proposed.name else "now" if name == "current" else "rival"
        grids.append(
            Mark(name, people_name(name, words, lines), lines, estimate.value, estimate.low, estimate.high, role)
        )
    return sorted(grids, key=lambda mark: (mark.lines, mark.name))


def sizes(review: Review, words: Words) -> Markup | None:
    """Quality against number of lines, with intervals, the ceiling, today's grid and the proposed one marked."""
    grids = marks(review, words)
    if len(grids) < 2:
        return None
    ceiling = (review.ceiling or {}).get(review.comparison.primary)
    values = [bound for mark in grids for bound in (mark.low, mark.high)] + ([ceiling] if ceiling else [])
    low, high = min(values), max(values)
    room = 0.12 * (high - low or 0.01)
    canvas = drawing.Canvas(WIDTH, HEIGHT, words("meeting.sizes"))
    first, last = math.log(grids[0].lines), math.log(max(grids[-1].lines, grids[0].lines + 1))
    pad = 0.08 * (last - first)
    frame = drawing.Frame(canvas, (first - pad, last + pad), (low - room, high + room), left=64, top=34)
    across = [n for n in (1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200) if grids[0].lines <= n <= grids[-1].lines]
    digits = 2 if high - low > 0.05 else 3
    frame.axes(
        [math.log(n) for n in across],
        drawing.ticks(low - room, high + room),
        lambda place: words.count(round(math.exp(place))),
        lambda value: words.decimal(value, digits),
    )
    frame.names(words("meeting.sizes_x"), words("meeting.sizes_y"))
    if ceiling:
        up = frame.up(ceiling)
        canvas.line(frame.left, up, WIDTH - frame.right, up, "mean", words("meeting.ceiling"))
    for mark in sorted(grids, key=lambda mark: mark.role != "rival"):  # what is named lies over the rest
        x, up = frame.across(math.log(mark.lines)), frame.up(mark.value)
        tip = words(
            "meeting.size_tip", name=mark.title, lines=mark.lines, value=mark.value, low=mark.low, high=mark.high
        )
        canvas.line(x, frame.up(mark.low), x, frame.up(mark.high), f"whisker {mark.role}")
        canvas.add(
            "circle",
            f"dot {mark.role}",
            tip=tip,
            cx=x,
            cy=up,
            r=9 if mark.role == "proposed" else 7,
            tabindex="0",
            role="button",
            data_grid=mark.name,
            aria_label=tip,
        )
    _label(canvas, frame, grids, (words("meeting.ceiling"), ceiling) if ceiling else None)
    return Markup(str(canvas.svg()).replace('role="img"', 'role="group"', 1))


def _label(canvas: drawing.Canvas, frame: drawing.Frame, grids: list[Mark], ceiling: tuple[str, float] | None) -> None:
    """Names over everything else: the proposed grid above its interval, today's one below, the ceiling at the left."""
    if ceiling:
        canvas.text(frame.left + 6, frame.up(ceiling[1]) - 6, ceiling[0], "tick")
    for mark in grids:
        x = frame.across(math.log(mark.lines))
        anchor = "start" if x < 0.15 * WIDTH else "end" if x > 0.85 * WIDTH else "middle"
        if mark.role == "proposed":
            canvas.text(x, frame.up(mark.high) - 8, mark.title, "strong tick", anchor)
        elif mark.role == "now":
            canvas.text(x, frame.up(mark.low) + 16, mark.title, "strong tick", anchor)

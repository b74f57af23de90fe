"""Pictures of the page as inline SVG: drawn here, so that they print, need no library and carry no script.

Colours and fonts are classes of `templates/page.css`. Every picture has a title that a screen reader says.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from markupsafe import Markup, escape

Pair = tuple[float, float]
Format = Callable[[float], str]


@dataclass
class Canvas:
    """SVG elements being collected on a sheet of so many units."""

    width: float
    height: float
    title: str
    parts: list[str] = field(default_factory=list)

    def add(self, tag: str, css: str = "", text: str | None = None, tip: str = "", **places: float | str) -> None:
        """One element; numbers are rounded to a tenth so that equal pictures have equal bytes."""
        attributes = "".join(f' {name.replace("_", "-")}="{_short(value)}"' for name, value in places.items())
        inside = (f"<title>{escape(tip)}</title>" if tip else "") + ("" if text is None else str(escape(text)))
        css = f' class="{css}"' if css else ""
        self.parts.append(f"<{tag}{css}{attributes}>{inside}</{tag}>" if inside else f"<{tag}{css}{attributes}/>")

    def text(self, x: float, y: float, text: str, css: str = "", anchor: str = "start") -> None:
        """A line of text, its baseline at y."""
        self.add("text", css, text, x=x, y=y, text_anchor=anchor)

    def line(self, x1: float, y1: float, x2: float, y2: float, css: str, tip: str = "") -> None:
        """A straight line."""
        self.add("line", css, tip=tip, x1=x1, y1=y1, x2=x2, y2=y2)

    def curve(self, points: Iterable[Pair], css: str) -> None:
        """A line through points."""
        self.add("polyline", css, points=" ".join(f"{_short(x)},{_short(y)}" for x, y in points))

    def svg(self, css: str = "picture") -> Markup:
        """The finished picture."""
        return Markup(
            f'<svg class="{css}" viewBox="0 0 {_short(self.width)} {_short(self.height)}" role="img" '
            f'aria-label="{escape(self.title)}">{"".join(self.parts)}</svg>'
        )


@dataclass(frozen=True)
class Frame:
    """A plotting area on a canvas: values from `x` and `y` land between the margins."""

    canvas: Canvas
    x: Pair
    y: Pair
    left: float = 58
    right: float = 14
    top: float = 14
    bottom: float = 46

    def across(self, value: float) -> float:
        """Place of a value of x."""
        width = self.canvas.width - self.left - self.right
        return self.left + width * (value - self.x[0]) / (self.x[1] - self.x[0])

    def up(self, value: float) -> float:
        """Place of a value of y."""
        height = self.canvas.height - self.top - self.bottom
        return self.canvas.height - self.bottom - height * (value - self.y[0]) / (self.y[1] - self.y[0])

    def axes(self, x_ticks: Sequence[float], y_ticks: Sequence[float], x_text: Format, y_text: Format) -> None:
        """Thin lines across, a number at each tick."""
        for tick in y_ticks:
            self.canvas.line(self.left, self.up(tick), self.canvas.width - self.right, self.up(tick), "rule")
            self.canvas.text(self.left - 8, self.up(tick) + 5, y_text(tick), "tick", "end")
        base = self.canvas.height - self.bottom
        for tick in x_ticks:
            self.canvas.text(self.across(tick), base + 19, x_text(tick), "tick", "middle")
        self.canvas.line(self.left, base, self.canvas.width - self.right, base, "base")

    def names(self, x: str, y: str) -> None:
        """What the axes stand for: below, and above the left edge."""
        middle = (self.left + self.canvas.width - self.right) / 2
        self.canvas.text(middle, self.canvas.height - 6, x, "axis", "middle")
        self.canvas.text(4, self.top - 16, y, "axis")


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers from low to high.

    >>> ticks(0, 0.27), ticks(-7, 33)
    ([0.0, 0.1, 0.2], [0.0, 10.0, 20.0, 30.0])
    """
    if not high > low:
        return [low]
    raw = (high - low) / about
    unit = 10.0 ** math.floor(math.log10(raw))
    step = next(unit * times for times in (1, 2, 2.5, 5, 10) if unit * times >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round(i * step, 12) for i in range(first, math.floor(high / step + 1e-9) + 1)]


def lift_picture(
    rows: Sequence[tuple[str, str, float, float, float]], tick: Format, text: Format, title: str
) -> Markup:
    """Dots with intervals on a doubling scale around 1: label, note at the right, lift, low, high."""
    rows = [row for row in rows if math.isfinite(row[4])]
    low = max(min([0.5, *(max(lift_low, 0.1) for _, _, _, lift_low, _ in rows)]), 0.1)
    high = min(max([2.0, *(row[4] for row in rows)]), 64.0)
    canvas = Canvas(1160, 40 + 34 * len(rows), title)
    frame = Frame(canvas, (math.log2(low), math.log2(high)), (0, 1), left=350, right=370, bottom=32)
    base = canvas.height - 30
    for power in range(math.ceil(math.log2(low)), math.floor(math.log2(high)) + 1):
        x = frame.across(power)
        canvas.line(x, 4, x, base, "mean" if power == 0 else "rule")
        canvas.text(x, base + 20, tick(2.0**power), "tick", "middle")
    for i, (label, note, lift, lift_low, lift_high) in enumerate(rows):
        y = 22 + 34 * i
        ends = [frame.across(math.log2(min(max(v, low), high))) for v in (lift_low, lift, lift_high)]
        side = "more" if lift > 1 else "less"
        canvas.text(336, y + 6, clipped(label, 38), "label", "end")
        canvas.line(ends[0], y, ends[2], y, f"whisker {side}", f"{label}: {text(lift)} · {note}")
        canvas.add("circle", f"dot {side}", cx=ends[1], cy=y, r=7)
        canvas.text(canvas.width - 352, y + 6, text(lift), "label strong")
        canvas.text(canvas.width - 278, y + 6, note, "label quiet")
    return canvas.svg()


@dataclass(frozen=True)
class Group:
    """One column: what stands below it (line by line), what a pointer resting on it is told, and the rate."""

    below: tuple[str, ...]
    tip: str
    rate: float
    low: float
    high: float


def group_picture(groups: Sequence[Group], mean: float, text: Format, title: str, names: Sequence[str]) -> Markup:
    """Columns with intervals and a line at the mean; `names` are the axis and then a name per line below."""
    canvas = Canvas(620, 390, title)
    top = max([mean * 1.3, *(min(g.high, 1.6 * g.rate + mean) for g in groups)], default=1.0) or 1.0
    frame = Frame(canvas, (0, max(len(groups), 1)), (0, top), left=96, top=34, bottom=88)
    frame.axes([], ticks(0, top, 4), str, text)
    base = frame.up(0)
    for i, name in enumerate(names[1:]):
        canvas.text(frame.left - 8, base + 22 + 21 * i, name, "tick", "end")
    for i, group in enumerate(groups):
        start, right, middle = frame.across(i + 0.14), frame.across(i + 0.86), frame.across(i + 0.5)
        height = base - frame.up(min(group.rate, top))
        canvas.add("rect", "column", tip=group.tip, x=start, y=base - height, width=right - start, height=height)
        canvas.line(middle, frame.up(group.low), middle, frame.up(min(group.high, top)), "whisker dark")
        for j, line in enumerate(group.below):
            canvas.text(middle, base + 22 + 21 * j, line, "tick strong" if j == 0 else "tick", "middle")
    canvas.line(frame.left, frame.up(mean), canvas.width - frame.right, frame.up(mean), "mean")
    canvas.text(4, frame.top - 16, names[0], "axis")
    return canvas.svg()


def diagonal_picture(
    points: Sequence[tuple[str, float, float, float, float]], text: Format, title: str, x: str, y: str
) -> Markup:
    """Dots with intervals against the line where both axes agree: tip, x, y, low, high."""
    canvas = Canvas(620, 390, title)
    top = max([0.01, *(max(px, min(high, 1.5 * py)) for _, px, py, _, high in points)]) * 1.06
    frame = Frame(canvas, (0, top), (0, top), left=70, top=34, bottom=56)
    frame.axes(ticks(0, top, 4), ticks(0, top, 4), text, text)
    canvas.line(frame.across(0), frame.up(0), frame.across(top), frame.up(top), "mean")
    for tip, px, py, low, high in points:
        canvas.line(frame.across(px), frame.up(low), frame.across(px), frame.up(min(high, top)), "whisker dark")
        canvas.add("circle", "dot more", tip=tip, cx=frame.across(px), cy=frame.up(py), r=6)
    frame.names(x, y)
    return canvas.svg()


def curves_picture(
    series: Sequence[tuple[str, Sequence[Pair]]], text: Format, title: str, x: str, y: str, chance: str
) -> Markup:
    """Lines from 0 to 1 with a legend, and the line of pure chance."""
    canvas = Canvas(1160, 400, title)
    frame = Frame(canvas, (0, 1), (0, 1), top=30, right=400)
    frame.axes(ticks(0, 1, 5), ticks(0, 1, 5), text, text)
    canvas.line(frame.across(0), frame.up(0), frame.across(1), frame.up(1), "mean")
    legend = [*((name, f"curve c{i % 6}") for i, (name, _) in enumerate(series)), (chance, "mean")]
    for i, (_, points) in reversed(list(enumerate(series))):
        canvas.curve([(frame.across(a), frame.up(b)) for a, b in points], f"curve c{i % 6}")
    for i, (name, css) in enumerate(legend[:11]):
        place = 44 + 30 * i
        canvas.line(790, place - 5, 832, place - 5, css)
        canvas.text(844, place, clipped(name, 34), "label")
    frame.names(x, y)
    return canvas.svg()


def steps_picture(
    series: Sequence[Sequence[Pair]], marks: Sequence[tuple[str, float]], text: Format, title: str, x: str
) -> Markup:
    """A rising line of steps between its two bounds, with upright marks."""
    right = max([point[0] for line in series for point in line] + [at for _, at in marks])
    top = max(point[1] for line in series for point in line) * 1.05
    canvas = Canvas(760, 330, title)
    frame = Frame(canvas, (0, right), (0, top), top=30)
    frame.axes(ticks(0, right, 6), ticks(0, top, 4), lambda value: f"{value:g}", text)
    for name, at in marks:
        canvas.line(frame.across(at), frame.up(0), frame.across(at), frame.up(top), "mean")
        canvas.text(frame.across(at) - 6, frame.up(top) + 14, name, "label", "end")
    for line, css in zip(series, ("curve c0", "mean", "mean"), strict=True):
        canvas.curve([(frame.across(a), frame.up(b)) for a, b in line], css)
    frame.names(x, "")
    return canvas.svg()


def threshold_picture(
    steps: Sequence[tuple[float, float, float]],
    marks: Sequence[tuple[str, float]],
    text: Format,
    title: str,
    names: tuple[str, str, str],
) -> Markup:
    """Share of customers caught and share of leads handed over by threshold, with the thresholds marked.

    `names` are the axis and the two lines. The element of class `hand` is what the slider moves.
    """
    canvas = Canvas(1160, 380, title)
    first, last = steps[0][0], steps[-1][0]
    frame = Frame(canvas, (first - 0.5, last + 0.5), (0, 1), top=34, right=250)
    frame.axes(ticks(first, last, 10), ticks(0, 1, 5), lambda v: f"{v:.0f}".replace("-", "−"), text)
    turns = [(a[0] + b[0]) / 2 for a, b in pairwise(steps)]
    for column, css in ((1, "curve c0"), (2, "curve c1")):
        stairs = []
        for step, turn, next_turn in zip(steps, [first, *turns], [*turns, last], strict=True):
            height = frame.up(step[column])
            stairs += [(frame.across(turn), height), (frame.across(next_turn), height)]
        canvas.curve(stairs, css)
    for i, (name, css) in enumerate(((names[1], "curve c0"), (names[2], "curve c1"))):
        canvas.line(930, 60 + 30 * i, 966, 60 + 30 * i, css)
        canvas.text(976, 65 + 30 * i, name, "label")
    for name, at in marks:
        if not first <= at <= last:
            continue
        canvas.line(frame.across(at), frame.up(1), frame.across(at), frame.up(0), "limit")
        canvas.text(frame.across(at), frame.top - 8, name, "tick strong", "middle")
    canvas.line(frame.across(first), frame.up(1), frame.across(first), frame.up(0), "hand")
    canvas.text((frame.left + canvas.width - frame.right) / 2, canvas.height - 6, names[0], "axis", "middle")
    picture = canvas.svg()
    edges = f' data-left="{_short(frame.across(first))}" data-right="{_short(frame.across(last))}"'
    return Markup(str(picture).replace("<svg", f'<svg{edges} data-first="{first:g}" data-last="{last:g}"', 1))


def folds_picture(
    size: int, folds: Sequence[tuple[range, range, str]], names: Sequence[tuple[float, str]], title: str
) -> Markup:
    """One row a step: the cohorts learnt from and the later ones judged, with a note."""
    canvas = Canvas(1160, 44 + 32 * len(folds), title)
    frame = Frame(canvas, (0, max(size, 1)), (0, 1), left=8, right=350)
    for i, (train, later, note) in enumerate(folds):
        y = 10 + 32 * i
        for part, css in ((train, "learnt"), (later, "judged")):
            if len(part):
                start, right = frame.across(part.start), frame.across(part.stop)
                canvas.add("rect", css, x=start + 1, y=y, width=right - start - 2, height=20, rx=3)
        canvas.text(canvas.width - 338, y + 16, note, "label")
    for at, name in names:
        anchor = "start" if at < size / 3 else "end" if at > 2 * size / 3 else "middle"
        canvas.text(frame.across(at), canvas.height - 10, name, "tick", anchor)
    return canvas.svg()


def rate_bar(rate: float, low: float, high: float, mean: float, top: float) -> Markup:
    """A small bar for a table row: the rate, its interval, and a tick at the global rate."""
    end, start, right, tick = (_short(152 * min(max(value, 0.0), top) / top + 2) for value in (rate, low, high, mean))
    return _bar(
        160, f"track M2 3H154V15H2z;fill M2 3H{end}V15H2z;whisker dark thin M{start} 9H{right};mean M{tick} 0V18"
    )


def points_bar(points: int, most: int) -> Markup:
    """A small bar to the right of the middle for points given, to the left for points taken."""
    end = _short(60 + 58 * points / max(most, 1))
    block = f";{'more' if points > 0 else 'less'} M60 3H{end}V15H60z" if points else ""
    return _bar(120, f"base M60 0V18{block}")


def _bar(width: int, paths: str) -> Markup:
    """Paths, each after its classes. Such a bar only repeats the numbers beside it: screen readers skip it."""
    shapes = "".join(
        f'<path class="{css}" d="M{path}"/>' for css, path in (shape.split(" M", 1) for shape in paths.split(";"))
    )
    return Markup(f'<svg class="bar" viewBox="0 0 {width} 18" aria-hidden="true">{shapes}</svg>')


def clipped(text: str, most: int) -> str:
    """A text cut to so many letters.

    >>> clipped("a level with a long name", 12)
    'a level wit…'
    """
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _short(value: float | str) -> str:
    if isinstance(value, str):
        return str(escape(value))
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text

"""Charts: values in, a matplotlib `Figure` out, for notebooks and for files of their own.

Nothing is computed here. Figures are made without pyplot, so no global state is touched, and texts of users are
drawn as they are (a ``$`` starts no formula). Equal values give files of equal bytes.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..counts.rates import Floats, RateTable
from ..errors import GridError, unknown
from ..evaluation.comparison import Comparison
from ..grid.criteria import Level
from ..language import Words, load

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#0b6fa4", "#c2551a", "#0b7261", "#7d3f8c", "#8a6500", "#51616e")
DASHES = ("-", "--", ":", "-.", (0, (6, 2, 1, 2, 1, 2)), (0, (2, 3)))
MORE, LESS, INK, QUIET = "#0b7261", "#b2401f", "#14222e", "#51616e"
STYLE: dict[Any, Any] = {
    "axes.edgecolor": QUIET,
    "axes.labelcolor": QUIET,
    "axes.titlelocation": "left",
    "axes.titlesize": 14,
    "axes.titleweight": "bold",
    "axes.titlepad": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e2e8ec",
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "text.color": INK,
    "text.parse_math": False,
    "text.usetex": False,
    "xtick.color": QUIET,
    "ytick.color": INK,
    "legend.frameon": False,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}


@dataclass(frozen=True)
class Labels:
    """The words on a chart, and how its language writes a share and a count."""

    texts: Mapping[str, str]
    percent: Callable[[float], str]
    count: Callable[[float], str]


def labels_in(words: Words) -> Labels:
    """The words on charts in a language."""
    texts = {key.removeprefix("chart."): text for key, text in words.texts.items() if key.startswith("chart.")}
    return Labels(texts, words.percent_tick, words.count)


PLAIN = labels_in(load("en"))


def lift_bars(rates: RateTable, criterion: str | None = None, most: int = 20, labels: Labels = PLAIN) -> Figure:
    """Lift with its interval, of one criterion's levels or of the levels that differ most surely from the average."""
    at = _positions(rates, criterion) if criterion is not None else _distinct(rates, most)
    with _figure(len(at)) as (figure, axes):
        lift, low = rates.lift[at], rates.lift_low[at]
        high = np.minimum(rates.lift_high[at], max(4.0, 1.5 * float(lift.max(initial=1))))
        _bars(axes, lift, low, np.maximum(high, lift), [LESS if value < 1 else MORE for value in lift])
        axes.axvline(1, color=INK, linewidth=1.2, linestyle="--")
        axes.set_xlabel(labels.texts["lift"])
        axes.set_title(labels.texts["lift_title"] if criterion is None else _clean(criterion))
        _name_rows(axes, rates, at, labels, with_criterion=criterion is None)
    return figure


def close_rates(rates: RateTable, criterion: str, labels: Labels = PLAIN) -> Figure:
    """Close rates of one criterion's levels with their Wilson intervals; the dashed line is the global rate."""
    at = _positions(rates, criterion)
    with _figure(len(at)) as (figure, axes):
        _bars(axes, rates.rate[at], rates.low[at], rates.high[at], [COLOURS[0]] * len(at))
        axes.axvline(rates.overall.value, color=INK, linewidth=1.2, linestyle="--", label=labels.texts["average"])
        axes.set_xlim(0, _room(rates, at))
        axes.xaxis.set_major_formatter(_percent(labels))
        axes.set_xlabel(labels.texts["rate"])
        axes.set_title(f"{_clean(criterion)}: {labels.texts['rates_title']}")
        axes.legend(loc="lower right")
        _name_rows(axes, rates, at, labels, with_criterion=False)
    return figure


def calibration_curves(comparison: Comparison, labels: Labels = PLAIN) -> Figure:
    """Close rate promised by each candidate's score against the one that came, on later leads, with intervals."""
    with _figure(9) as (figure, axes):
        top = 0.01
        for i, candidate in enumerate(comparison.judged):
            table = candidate.reliability
            if table.empty:
                continue
            top = max(top, float(table["predicted"].max()), float(table["observed"].max()))
            spread = np.abs(table[["low", "high"]].to_numpy().T - table["observed"].to_numpy())
            axes.errorbar(
                table["predicted"],
                table["observed"],
                spread,
                color=COLOURS[i % 6],
                linestyle=DASHES[i % 6],
                marker="o",
                markersize=5,
                elinewidth=1,
                label=_clean(candidate.name),
            )
        axes.plot([0, 1], [0, 1], color=QUIET, linewidth=1, linestyle="--", label=labels.texts["agree"])
        axes.set(
            xlim=(0, 1.08 * top),
            ylim=(0, 1.25 * top),
            xlabel=labels.texts["predicted"],
            ylabel=labels.texts["observed"],
            title=labels.texts["calibration_title"],
        )
        axes.xaxis.set_major_formatter(_percent(labels))
        axes.yaxis.set_major_formatter(_percent(labels))
        axes.legend(loc="upper left")
    return figure


def gains(comparison: Comparison, labels: Labels = PLAIN) -> Figure:
    """Share of customers caught by calling the best-scored share of later leads, every candidate."""
    with _figure(9) as (figure, axes):
        for i, candidate in enumerate(comparison.judged):
            axes.plot(
                candidate.gains["share_leads"],
                candidate.gains["share_customers"],
                color=COLOURS[i % 6],
                linestyle=DASHES[i % 6],
                linewidth=2,
                label=_clean(candidate.name),
            )
        axes.plot([0, 1], [0, 1], color=QUIET, linewidth=1, linestyle="--", label=labels.texts["chance"])
        axes.set(
            xlim=(0, 1),
            ylim=(0, 1.01),
            xlabel=labels.texts["share_leads"],
            ylabel=labels.texts["share_customers"],
            title=labels.texts["gains_title"],
        )
        axes.xaxis.set_major_formatter(_percent(labels))
        axes.yaxis.set_major_formatter(_percent(labels))
        axes.legend(loc="lower right")
    return figure


def threshold_trade_off(
    table: pd.DataFrame, marks: Mapping[str, float] | None = None, labels: Labels = PLAIN
) -> Figure:
    """Customers caught, leads handed over and close rate above each threshold of `thresholds.trade_off`."""
    with _figure(8) as (figure, axes):
        at, leads = table["threshold"].to_numpy(), table["leads"].to_numpy()
        axes.step(at, table["caught"], where="mid", color=COLOURS[0], linewidth=2, label=labels.texts["caught"])
        axes.step(
            at,
            leads / max(leads.max(initial=0), 1),
            where="mid",
            color=COLOURS[1],
            linewidth=2,
            linestyle="--",
            label=labels.texts["handed"],
        )
        axes.fill_between(at, table["low"], table["high"], step="mid", color=COLOURS[2], alpha=0.2, linewidth=0)
        axes.step(
            at,
            table["close_rate"],
            where="mid",
            color=COLOURS[2],
            linewidth=2,
            linestyle=":",
            label=labels.texts["rate"],
        )
        for name, place in (marks or {}).items():
            axes.axvline(place, color=INK, linewidth=1, linestyle="--")
            axes.annotate(_clean(name), (place, 1.02), ha="center", xycoords=("data", "axes fraction"))
        axes.set(ylim=(0, 1.01), xlabel=labels.texts["threshold"], ylabel=labels.texts["share"])
        axes.set_title(labels.texts["trade_off_title"], pad=26)
        axes.yaxis.set_major_formatter(_percent(labels))
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def save(figure: Figure, path: Path | str) -> Path:
    """Write a figure as PNG or SVG, by suffix: no date, fixed ids, so that equal figures give equal bytes."""
    target = Path(path)
    target.write_bytes(_drawn(figure, target.suffix.removeprefix(".")))
    return target


def _drawn(figure: Figure, kind: str) -> bytes:
    """The figure as the bytes of a file."""
    import matplotlib

    metadata: dict[str, Any] = {"Date": None} if kind == "svg" else {"Software": None}
    buffer = io.BytesIO()
    with matplotlib.rc_context({**STYLE, "svg.hashsalt": "calibrate"}), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a letter that the font lacks is drawn as a box
        figure.savefig(buffer, format=kind, dpi=120, metadata=metadata)
    return buffer.getvalue()


@cache
def _shown_by_notebooks() -> type[Figure]:
    """A figure that a notebook shows by itself, without pyplot."""
    from matplotlib.figure import Figure

    class Chart(Figure):
        def _repr_png_(self) -> bytes:
            return _drawn(self, "png")

    return Chart


@contextmanager
def _figure(rows: int) -> Iterator[tuple[Figure, Axes]]:
    """A figure high enough for so many rows; every text on it is taken literally."""
    import matplotlib
    from matplotlib.text import Text

    with matplotlib.rc_context(STYLE):
        figure = _shown_by_notebooks()(figsize=(10, max(2.4, 1.5 + 0.42 * rows)), layout="constrained")
        yield figure, figure.subplots()
        texts: list[Any] = figure.findobj(Text)
        for text in texts:
            text.set_parse_math(False)


def _bars(axes: Axes, value: Floats, low: Floats, high: Floats, colours: list[str]) -> None:
    """Horizontal bars with intervals, the first on top."""
    at = np.arange(len(value))
    spread = np.abs(np.stack([low, high]) - value)
    axes.barh(at, value, color=colours, height=0.62, alpha=0.75)
    axes.errorbar(value, at, xerr=spread, fmt="none", ecolor=INK, elinewidth=1.6, capsize=0)
    axes.set_ylim(len(at) - 0.4, -0.6)
    axes.grid(axis="y", visible=False)


def _name_rows(axes: Axes, rates: RateTable, at: Sequence[int], labels: Labels, *, with_criterion: bool) -> None:
    """What each bar stands for, and the counts it rests on."""
    flat = [(criterion.name, level) for criterion in rates.criteria for level in criterion.levels]
    names = []
    for i in at:
        criterion, level = flat[i]
        name = f"{criterion}: {_level(level, labels)}" if with_criterion else _level(level, labels)
        counts = labels.texts["counts"].format(
            customers=labels.count(rates.customers[i]), leads=labels.count(rates.leads[i])
        )
        names.append(f"{_clean(name)}\n{counts}")
    axes.set_yticks(range(len(names)), names, fontsize=9.5)


def _level(level: Level, labels: Labels) -> str:
    own_name = level.role == "value" or level.name != level.role
    return level.name if own_name else labels.texts[level.role]


def _positions(rates: RateTable, criterion: str) -> list[int]:
    """Where a criterion's levels stand, those with leads."""
    names = [c.name for c in rates.criteria]
    if criterion not in names:
        raise GridError(unknown("criterion", criterion, names))
    owner = [c.name for c in rates.criteria for _ in c.levels]
    return [i for i, name in enumerate(owner) if name == criterion and rates.leads[i] and not rates.few[i]]


def _distinct(rates: RateTable, most: int) -> list[int]:
    """The levels that differ from the rest, those surest of it, the highest lift first."""
    sure = sorted((int(i) for i in np.flatnonzero(rates.distinct)), key=lambda i: (float(rates.p_value[i]), i))[:most]
    return sorted(sure, key=lambda i: (-float(rates.lift[i]), i))


def _room(rates: RateTable, at: Sequence[int]) -> float:
    """Right end of an axis of rates: intervals of thin levels may run out of it."""
    wide = [float(rates.high[i]) for i in at if not rates.thin[i]] + [float(rates.rate[i]) for i in at]
    return min(1.0, 1.08 * max([*wide, rates.overall.high, 0.01]))


def _percent(labels: Labels) -> Callable[[float, float], str]:
    return lambda share, _: labels.percent(round(share, 6))


def _clean(text: str, most: int = 46) -> str:
    """A text of the user's on one line, of bounded length, without what no font can draw."""
    plain = text[: 4 * most].encode("utf-8", "replace").decode()
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in plain).split())
    return plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"

"""The usual mistakes of a points grid, looked for: each finding says what, on which evidence, and what to do.

A grid file alone answers most questions, since it carries the counts its points rest on; with the tally of a
history, two more: lines that say the same, and lines that fire for nobody or everybody.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from .criteria import Criterion
from .grid import Evidence, Grid
from .rates import MIN_LEADS
from .tally import Tally

LARGEST_SHARE = 0.4
MOST_LINES = 40
SAME_STORY = 0.6
STALE_DAYS = 183
EVERYBODY = 0.98


@dataclass(frozen=True)
class Finding:
    """One mistake found. `key` names its kind for machines and translations."""

    key: str
    what: str
    evidence: str
    remedy: str

    def as_dict(self) -> dict[str, str]:
        """The finding as plain texts."""
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.what}: {self.evidence}. {self.remedy}"


def findings(grid: Grid, tally: Tally | None = None, today: date | None = None) -> tuple[Finding, ...]:
    """Look for the usual mistakes; the most serious first."""
    found = [
        *_unreachable(grid),
        *_against_own_rate(grid),
        *_dominant(grid),
        *_no_negative(grid),
        *_one_axis(grid),
        *_too_many(grid),
        *_thin(grid),
        *_stale(grid, today),
    ]
    if tally is not None:
        counted = tally.regroup(grid.criteria)
        found += [*_idle(grid, counted), *_same_story(grid, counted)]
    return tuple(found)


def _unreachable(grid: Grid) -> list[Finding]:
    """Find thresholds that no lead can reach or none can miss."""
    if grid.thresholds is None:
        return [
            Finding("no_threshold", "No threshold", "the grid does not say at which score sales takes over",
                    "Run a calibration, or choose a pivot")
        ]  # fmt: skip
    found = []
    for name, value in (
        ("marketing-qualified", grid.thresholds.marketing_qualified),
        ("sales-qualified", grid.thresholds.sales_qualified),
    ):
        if value > grid.maximum:
            found.append(
                Finding("threshold_out_of_reach", f"The {name} threshold is out of reach",
                        f"it is {value} points, the best possible lead has {grid.maximum}", "Lower the threshold")
            )  # fmt: skip
        elif value <= grid.minimum:
            found.append(
                Finding("threshold_passes_all", f"Every lead passes the {name} threshold",
                        f"it is {value} points, the worst possible lead has {grid.minimum}", "Raise the threshold")
            )  # fmt: skip
    return found


def _against_own_rate(grid: Grid) -> list[Finding]:
    """Points that turn against the close rate of their own level, unless the grid explains them."""
    leads, customers = grid.provenance.get("leads"), grid.provenance.get("customers")
    if not isinstance(leads, int) or not isinstance(customers, int) or not leads:
        return []
    overall, found = customers / leads, []
    for criterion, points, evidence in _with_evidence(grid):
        for level, point, each in zip(criterion.levels, points, evidence, strict=True):
            if each.leads < MIN_LEADS or each.note:
                continue
            own = each.customers / each.leads
            if (point > 0 and own < overall) or (point < 0 and own > overall):
                found.append(
                    Finding("against_own_rate",
                            f"{criterion.name} = {level.name} has {point:+d} points against its rate",
                            f"{each.customers:,} of {each.leads:,} leads closed ({own:.1%}); all leads close at "
                            f"{overall:.1%}", "Check whether another criterion explains it, or set the points to 0")
                )  # fmt: skip
    return found


def _dominant(grid: Grid) -> list[Finding]:
    """One line that holds most of the maximum."""
    best = [max(points) for points in grid.points]
    if grid.maximum <= 0 or len(best) < 2:
        return []
    at = int(np.argmax(best))
    share = best[at] / grid.maximum
    if share <= LARGEST_SHARE:
        return []
    level = grid.criteria[at].levels[int(np.argmax(grid.points[at]))]
    return [
        Finding("dominant_line", "One line dominates",
                f"{grid.criteria[at].name} = {level.name} gives {best[at]} of at most {grid.maximum} points "
                f"({share:.0%})",
                "Cap it (--cap), or ask sales whether this signal alone should decide")
    ]  # fmt: skip


def _no_negative(grid: Grid) -> list[Finding]:
    if (grid.flat < 0).any():
        return []
    return [
        Finding("no_negative_line", "No negative points", "no answer takes points away",
                "Look for competitors, students, free mailboxes, unsubscribed or silent leads in the rates")
    ]  # fmt: skip


def _one_axis(grid: Grid) -> list[Finding]:
    """Fit and engagement not both present, so that they cannot be told apart."""
    axes = {c.axis for c, points in zip(grid.criteria, grid.points, strict=True) if any(points)}
    if len(axes) != 1:
        return []
    only = next(iter(axes))
    other = "engagement" if only == "fit" else "fit"
    return [
        Finding("one_axis", f"Only {only} is scored", f"no line speaks of {other}",
                f"Add criteria of {other}, or set the axis of mixed-up ones in calibration.toml")
    ]  # fmt: skip


def _too_many(grid: Grid) -> list[Finding]:
    if grid.lines <= MOST_LINES:
        return []
    return [
        Finding("too_many_lines", "More lines than anybody can hold in mind", f"{grid.lines} lines have points",
                "Bound them with --max-lines and see what it costs")
    ]  # fmt: skip


def _thin(grid: Grid) -> list[Finding]:
    """Points that rest on few leads and were not insisted on."""
    pinned = {(pin.criterion, pin.level) for pin in grid.pins}
    thin = [
        f"{criterion.name} = {level.name} ({each.leads} leads)"
        for criterion, points, evidence in _with_evidence(grid)
        for level, point, each in zip(criterion.levels, points, evidence, strict=True)
        if point and each.leads < MIN_LEADS and (criterion.name, level.name) not in pinned
    ]
    if not thin:
        return []
    return [
        Finding("thin_lines", "Points rest on few leads", "; ".join(thin[:8]) + (" …" if len(thin) > 8 else ""),
                f"Set them to 0 until there are {MIN_LEADS} leads, or pin them with who and why")
    ]  # fmt: skip


def _stale(grid: Grid, today: date | None) -> list[Finding]:
    as_of = grid.provenance.get("as_of")
    if today is None or not isinstance(as_of, str):
        return []
    age = (today - date.fromisoformat(as_of)).days
    if age <= STALE_DAYS:
        return []
    return [Finding("stale", "The grid is old", f"it was calibrated as of {as_of}, {age} days ago", "Calibrate again")]


def _idle(grid: Grid, counted: Tally) -> list[Finding]:
    """Lines that fire for nobody or for (almost) everybody."""
    leads, _ = counted.overall
    found, start = [], 0
    for criterion, points in zip(grid.criteria, grid.points, strict=True):
        for level, point, (n, _) in zip(criterion.levels, points, counted.by_level[start:], strict=False):
            if point and (n == 0 or n >= EVERYBODY * leads):
                who = "nobody" if n == 0 else "everybody"
                found.append(
                    Finding(f"fires_for_{who}", f"{criterion.name} = {level.name} fires for {who}",
                            f"{n:,} of {leads:,} leads", "It separates no lead from another: remove it")
                )  # fmt: skip
        start += len(criterion.levels)
    return found


def _same_story(grid: Grid, counted: Tally) -> list[Finding]:
    """Pairs of criteria with points that overlap so much that adding both counts one fact twice."""
    used = [i for i, points in enumerate(grid.points) if any(points)]
    found = []
    for n, i in enumerate(used):
        for j in used[n + 1 :]:
            overlap = _association(counted, i, j)
            if overlap >= SAME_STORY:
                a, b = grid.criteria[i].name, grid.criteria[j].name
                found.append(
                    Finding("double_counting", f"{a} and {b} say the same",
                            f"their answers go together (Cramér's V {overlap:.2f} of at most 1)",
                            "Keep one of them, or weigh them jointly with the method logistic")
                )  # fmt: skip
    return found


def _association(counted: Tally, i: int, j: int) -> float:
    """Cramér's V of two criteria (Cramér 1946): 0 independent, 1 one says the other."""
    rows, columns = len(counted.criteria[i].levels), len(counted.criteria[j].levels)
    cell = counted.codes[i].astype(np.intp) * columns + counted.codes[j]
    table: NDArray[np.float64] = np.bincount(cell, counted.leads, rows * columns).reshape(rows, columns).astype(float)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(table.shape) < 2:
        return 0.0
    total = table.sum()
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / total
    chi2 = float(((table - expected) ** 2 / expected).sum())
    return float(np.sqrt(chi2 / (total * (min(table.shape) - 1))))


def _with_evidence(grid: Grid) -> list[tuple[Criterion, tuple[int, ...], tuple[Evidence, ...]]]:
    """Criteria with points and evidence, where the grid carries evidence."""
    return list(zip(grid.criteria, grid.points, grid.evidence, strict=True)) if grid.evidence else []

"""The usual mistakes of a points grid, looked for: each finding is a key with the facts that are its evidence.

A grid file alone answers most questions, since it carries the counts its points rest on. The tally of a history answers
two more (lines that say the same, lines that fire for nobody or everybody), and counts the lines of grids that carry no
counts. What a finding means and what to do about it is said in the language files, under `finding`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..counts.design_effect import rate_effect
from ..counts.intervals import MIN_LEADS, wilson
from ..grid.criteria import Criterion
from ..grid.grid import Evidence, Grid

if TYPE_CHECKING:
    from ..counts.tally import Tally

LARGEST_SHARE = 0.4
MOST_LINES = 40
SAME_STORY = 0.6
STALE_DAYS = 183
EVERYBODY = 0.98
MOST_NAMED = 8
"""Thin lines that are named; the others are counted."""
ENOUGH_ROWS = 2**16
"""So many rows, taken at even steps, tell how much two criteria overlap."""

Fact = str | int | float


@dataclass(frozen=True)
class Finding:
    """One mistake found: what kind, and its evidence. A fact `level` stands beside the `criterion` it belongs to."""

    key: str
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def __str__(self) -> str:
        """The finding without the words of a language.

        >>> print(Finding("too_many_lines", {"lines": 52}))
        too many lines (lines: 52)
        """
        facts = ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in self.facts.items())
        return self.key.replace("_", " ") + (f" ({facts})" if facts else "")


def findings(grid: Grid, tally: Tally | None = None, today: date | None = None) -> tuple[Finding, ...]:
    """Look for the usual mistakes; the most serious first. Without a day, nothing is too old."""
    history = None if tally is None else tally.regroup(grid.criteria)
    return (
        *_unreachable(grid),
        *_against_own_rate(grid, history),
        *_dominant(grid),
        *_no_negative(grid),
        *_one_axis(grid),
        *_too_many(grid),
        *_thin(grid, history),
        *_stale(grid, today),
        *(() if history is None else (*_idle(grid, history), *_same_story(grid, history))),
    )


def _unreachable(grid: Grid) -> list[Finding]:
    """Find thresholds that no lead can reach or none can miss."""
    if grid.thresholds is None:
        return [Finding("no_threshold")]
    problems = []
    for stage in ("marketing_qualified", "sales_qualified"):
        value = getattr(grid.thresholds, stage)
        facts = {"stage": stage, "threshold": value, "lowest": grid.minimum, "highest": grid.maximum}
        if value > grid.maximum:
            problems.append(Finding("threshold_out_of_reach", facts))
        elif value <= grid.minimum:
            problems.append(Finding("threshold_passes_all", facts))
    return problems


def _against_own_rate(grid: Grid, history: Tally | None) -> list[Finding]:
    """Points that turn against the close rate of their own level, unless the grid explains them.

    Where the grid carries no counts, those of the history speak, if they speak clearly: by the interval of the rate.
    """
    leads, customers = _overall(grid) if grid.evidence or history is None else history.overall
    if not leads:
        return []
    problems = []
    neutrals = {
        criterion.name: evidence.customers / evidence.leads
        for criterion, level, _, evidence in _lines(grid, history)
        if level == criterion.reference and evidence.leads
    }
    wider = np.ones(len(grid.flat))
    if history is not None and history.pairs is not None and not grid.evidence:
        wider = rate_effect(history.by_level[:, 0].astype(float), history.pairs.own)
    for (criterion, level, point, evidence), effect in zip(_lines(grid, history), wider, strict=False):
        if evidence.leads < MIN_LEADS or evidence.note:
            continue
        low = high = evidence.customers / evidence.leads
        if not grid.evidence:
            counts = np.array([evidence.customers, evidence.leads]) / effect
            low, high = (float(bound) for bound in wilson(counts[0], counts[1]))
        neutral = neutrals.get(criterion.name, customers / leads)  # points count from the neutral answer
        lowest, highest = sorted((neutral, customers / leads))
        if (point > 0 and high < lowest) or (point < 0 and low > highest):
            facts: dict[str, Fact] = {
                "criterion": criterion.name,
                "level": level,
                "points": point,
                "customers": evidence.customers,
                "leads": evidence.leads,
                "rate": evidence.customers / evidence.leads,
                "overall": customers / leads,
            }
            problems.append(Finding("against_own_rate", facts))
    return problems


def _overall(grid: Grid) -> tuple[int, int]:
    """Leads and customers that the grid was made from, as it says; (0, 0) where it does not."""
    leads, customers = grid.provenance.get("leads"), grid.provenance.get("customers")
    return (leads, customers) if isinstance(leads, int) and isinstance(customers, int) else (0, 0)


def _dominant(grid: Grid) -> list[Finding]:
    """One line that holds most of the maximum."""
    best = [max(points) for points in grid.points]
    if grid.maximum <= grid.start or len(best) < 2:
        return []
    at = int(np.argmax(best))
    share = best[at] / (grid.maximum - grid.start)
    if share <= LARGEST_SHARE:
        return []
    level = grid.criteria[at].levels[int(np.argmax(grid.points[at]))]
    facts: dict[str, Fact] = {
        "criterion": grid.criteria[at].name,
        "level": level.name,
        "points": best[at],
        "highest": grid.maximum - grid.start,
        "share": share,
    }
    return [Finding("dominant_line", facts)]


def _no_negative(grid: Grid) -> list[Finding]:
    return [] if (grid.flat < 0).any() else [Finding("no_negative_line")]


def _one_axis(grid: Grid) -> list[Finding]:
    """Fit and engagement not both present, so that they cannot be told apart."""
    axes = {c.axis for c, points in zip(grid.criteria, grid.points, strict=True) if any(points)}
    if len(axes) != 1:
        return []
    only = next(iter(axes))
    return [Finding("one_axis", {"only": only, "other": "engagement" if only == "fit" else "fit"})]


def _too_many(grid: Grid) -> list[Finding]:
    return [Finding("too_many_lines", {"lines": grid.lines})] if grid.lines > MOST_LINES else []


def _thin(grid: Grid, history: Tally | None) -> list[Finding]:
    """Points that rest on few leads and were not insisted on."""
    pinned = {(pin.criterion, pin.level) for pin in grid.pins}
    thin = [
        f"{criterion.name} = {level} ({evidence.leads})"
        for criterion, level, point, evidence in _lines(grid, history)
        if point
        and evidence.leads < MIN_LEADS
        and (evidence.leads or grid.evidence)
        and (criterion.name, level) not in pinned
    ]
    if not thin:
        return []
    examples = "; ".join(thin[:MOST_NAMED]) + (" …" if len(thin) > MOST_NAMED else "")
    return [Finding("thin_lines", {"count": len(thin), "lines": examples, "least": MIN_LEADS})]


def _stale(grid: Grid, today: date | None) -> list[Finding]:
    as_of = grid.provenance.get("as_of")
    if today is None or not isinstance(as_of, str):
        return []
    age = (today - date.fromisoformat(as_of)).days
    return [Finding("stale", {"day": as_of, "age": age})] if age > STALE_DAYS else []


def _idle(grid: Grid, history: Tally) -> list[Finding]:
    """Lines that fire for nobody or for (almost) everybody."""
    leads, _ = history.overall
    problems = []
    for criterion, level, point, evidence in _lines(replace(grid, evidence=()), history):
        facts: dict[str, Fact] = {"criterion": criterion.name, "level": level, "leads": evidence.leads, "all": leads}
        if point and evidence.leads == 0:
            problems.append(Finding("fires_for_nobody", facts))
        elif point and evidence.leads >= EVERYBODY * leads:
            problems.append(Finding("fires_for_everybody", facts))
    return problems


def _same_story(grid: Grid, history: Tally) -> list[Finding]:
    """Pairs of criteria with points that overlap so much that adding both counts one fact twice.

    A method that weighs them together has shared the fact's points out among them.
    """
    from ..weights import JOINT

    if grid.method in JOINT:
        return []
    used = [i for i, points in enumerate(grid.points) if any(points)]
    every = -(-history.rows // ENOUGH_ROWS) or 1
    codes, leads = history.codes[:, ::every].astype(np.int32), history.leads[::every]
    pairs = []
    for n, i in enumerate(used):
        for j in used[n + 1 :]:
            sizes = len(history.criteria[i].levels), len(history.criteria[j].levels)
            overlap = _association(codes[i], codes[j], leads, sizes)
            if overlap >= SAME_STORY:
                facts: dict[str, Fact] = {
                    "one": grid.criteria[i].name,
                    "other": grid.criteria[j].name,
                    "overlap": overlap,
                }
                pairs.append(Finding("double_counting", facts))
    return pairs


def _association(
    one: NDArray[np.int32], second: NDArray[np.int32], leads: NDArray[np.float64], sizes: tuple[int, int]
) -> float:
    """Cramér's V of two criteria (Cramér 1946): 0 independent, 1 one says the other."""
    cells = np.bincount(one * sizes[1] + second, leads, sizes[0] * sizes[1])
    table: NDArray[np.float64] = cells.astype(np.float64).reshape(sizes)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(table.shape) < 2:
        return 0.0
    total = table.sum()
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / total
    chi2 = float(((table - expected) ** 2 / expected).sum())
    return float(np.sqrt(chi2 / (total * (min(table.shape) - 1))))


def _lines(grid: Grid, history: Tally | None) -> list[tuple[Criterion, str, int, Evidence]]:
    """Criterion, level, points and counts of every line: the counts that the grid carries, else those of a history."""
    evidence: Sequence[Sequence[Evidence]] = grid.evidence
    if not evidence and history is not None:
        counts = iter(history.by_level.tolist())
        evidence = [[Evidence(*next(counts)) for _ in criterion.levels] for criterion in grid.criteria]
    return [
        (criterion, level.name, point, proof)
        for criterion, points, row in zip(grid.criteria, grid.points, evidence, strict=bool(evidence))
        for level, point, proof in zip(criterion.levels, points, row, strict=True)
    ]

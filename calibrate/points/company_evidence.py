"""Design effects beside the counts of a grid's lines: how far counts of companies' leads tell less than they seem."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..counts.design_effect import Grouped, pairs_of, rate_effect
from ..counts.tally import Tally
from ..errors import GridError
from ..grid.criteria import Criterion
from ..grid.grid import Grid


class CompanyEvidence:
    """The design effects of answers' close rates in one tally; grids that ask the same question share one count."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._known: dict[Criterion, tuple[float | None, ...]] = {}

    def on(self, grid: Grid) -> Grid:
        """The grid, the design effect beside every count; as it is where leads stand alone, or nothing was counted.

        >>> from calibrate.counts.tally import tally_of
        >>> from calibrate.grid.criteria import Level
        >>> from calibrate.grid.grid import Evidence
        >>> levels = Level("boss", values=("boss",)), Level("missing", "missing"), Level("other", "other")
        >>> role = Criterion("role", "role", "text", "fit", levels)
        >>> tally = tally_of([role], np.zeros((1, 40), np.uint8), np.arange(40) < 20, group=np.arange(40) // 2)
        >>> counted = Grid("g", "lift", (role,), ((1, 0, 0),), evidence=((Evidence(40, 20), *[Evidence(0, 0)] * 2),))
        >>> [line.design_effect for line in CompanyEvidence(tally).on(counted).evidence[0]]
        [2.0, None, None]
        """
        grouping = self._tally.grouped
        if grouping is None or not grid.evidence:
            return grid
        evidence = []
        for criterion, lines in zip(grid.criteria, grid.evidence, strict=True):
            if criterion not in self._known:
                self._known[criterion] = self._counted(criterion, grouping)
            effects = self._known[criterion]
            evidence.append(tuple(replace(line, design_effect=e) for line, e in zip(lines, effects, strict=True)))
        return replace(grid, evidence=tuple(evidence))

    def _counted(self, criterion: Criterion, grouping: Grouped) -> tuple[float | None, ...]:
        """The effect of each level where it is above 1; of none where the leads do not tell its answers."""
        tally, size = self._tally, len(criterion.levels)
        try:
            position = tally.finer(criterion)
        except GridError:
            return (None,) * size
        codes = criterion.placed(tally.criteria[position])[tally.codes[position]].astype(np.uint8)
        leads = np.bincount(codes, tally.leads, size).astype(np.float64)
        effects = rate_effect(leads, pairs_of(grouping, codes, size)[0])
        return tuple(float(effect) if effect > 1 else None for effect in effects)

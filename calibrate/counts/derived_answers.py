"""Which answers of many-valued texts, and which pages, close differently beyond chance.

A column of lists or of addresses gives a yes/no per common answer. Each is tried: customers among leads with it against
those with other answers, leads without any left aside; the level of the test is shared among all that are tried (Holm
1979), so that where nothing tells, nothing is taken in 95 of 100 histories.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from ..grid.criteria import Criterion, offsets
from .design_effect import contrast_effect
from .rates import p_values
from .tally import Tally

LEVEL = 0.05
YES, NO = "yes", "no"


@dataclass(frozen=True)
class TriedAnswers:
    """The yes/no columns derived from one column: how many were tried, which tell, and which are left out."""

    source: str
    tried: int
    telling: tuple[str, ...]
    idle: tuple[str, ...]

    @property
    def facts(self) -> dict[str, str | int | float]:
        """For the sentence that reports say."""
        return {"column": self.source, "tried": self.tried, "kept": ", ".join(self.telling), "n": len(self.telling)}


def tried_answers(tally: Tally, *, free: Collection[str] = ()) -> tuple[TriedAnswers, ...]:
    """The many-valued columns of a tally; those of `free`, or derived from them, are not tried."""
    tried = [
        (at, criterion)
        for at, criterion in enumerate(tally.criteria)
        if is_answer(criterion) and not {criterion.column, criterion.source} & {*free} and not criterion.fixed
    ]
    chances = np.array([_chance(tally, at, criterion) for at, criterion in tried])
    order = np.argsort(chances, kind="stable")
    steps = np.maximum.accumulate(chances[order] * (len(chances) - np.arange(len(chances))))
    telling = {tried[place][1].column for place, adjusted in zip(order, steps, strict=True) if adjusted <= LEVEL}
    sources = dict.fromkeys(criterion.source for _, criterion in tried)
    parts = []
    for source in sources:
        columns = [criterion.column for _, criterion in tried if criterion.source == source]
        kept = tuple(column for column in columns if column in telling)
        parts.append(TriedAnswers(source, len(columns), kept, tuple(c for c in columns if c not in telling)))
    return tuple(parts)


def is_answer(criterion: Criterion) -> bool:
    """Whether a criterion is the yes/no of one answer of a many-valued text."""
    rule = criterion.derived
    return rule is not None and rule.rest == NO and [answer for answer, _ in rule.answers] == [YES]


def _chance(tally: Tally, at: int, criterion: Criterion) -> float:
    """How likely chance alone parts leads with an answer so far from those with others."""
    places = {level.name: place for place, level in enumerate(criterion.levels) if level.role == "value"}
    if not {YES, NO} <= places.keys():
        return 1.0
    counts = np.asarray(tally.marginals[at]).sum(axis=0)
    both = counts[[places[YES], places[NO]]]
    wider = None
    if tally.pairs is not None:
        leads = tally.by_level[:, 0].astype(float)
        place = int(offsets(tally.criteria)[at]) + places[YES]
        wider = contrast_effect(leads, float(tally.overall[0]), tally.pairs)[place : place + 1]
    leads_of_both, customers = (int(total) for total in both.sum(axis=0))
    return float(p_values(both[:1, 1], both[:1, 0], customers, leads_of_both, wider)[0])

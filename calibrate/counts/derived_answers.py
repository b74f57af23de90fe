"""Which answers of many-valued texts, and which pages, close differently beyond chance.

A column of lists or of addresses gives a yes/no per common answer. Each is tried: customers among leads with it against
those with other answers, leads without any left aside; the level of the test is shared among all that are tried (Holm
1979), so that where nothing tells, nothing is taken in 95 of 100 histories. Where one answer tells, those of other
leads close unlike the rest by that alone: so each further one is tried again among the leads that have none of the kept
ones. All other answers stay together, in the `no` of those that are kept.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
        places = [place for place, (_, criterion) in enumerate(tried) if criterion.source == source]
        columns = [tried[place][1].column for place in places]
        strongest = sorted((p for p in places if tried[p][1].column in telling), key=lambda place: chances[place])
        by_themselves = _by_themselves(tally, [tried[place] for place in strongest], len(places))
        kept = tuple(column for column in columns if column in by_themselves)
        parts.append(TriedAnswers(source, len(columns), kept, tuple(c for c in columns if c not in kept)))
    return tuple(parts)


def _by_themselves(tally: Tally, answers: Sequence[tuple[int, Criterion]], tried: int) -> set[str]:
    """Of answers that tell, the strongest first, those that tell among leads with none of the stronger ones too."""
    without = np.ones(tally.codes.shape[1], np.bool_)
    kept: set[str] = set()
    for at, criterion in answers:
        if not kept or tried * _chance(tally, at, criterion, without) <= LEVEL:
            kept.add(criterion.column)
            without &= tally.codes[at] != _place(criterion, YES)
    return kept


def is_answer(criterion: Criterion) -> bool:
    """Whether a criterion is the yes/no of one answer of a many-valued text."""
    rule = criterion.derived
    return rule is not None and rule.rest == NO and [answer for answer, _ in rule.answers] == [YES]


def _place(criterion: Criterion, name: str) -> int:
    """Place of a level of a criterion, -1 where it has none of that name."""
    return next((i for i, level in enumerate(criterion.levels) if level.role == "value" and level.name == name), -1)


def _chance(tally: Tally, at: int, criterion: Criterion, rows: NDArray[np.bool_] | None = None) -> float:
    """How likely chance alone parts leads with an answer so far from those with others; of some profiles, or of all."""
    places = {name: _place(criterion, name) for name in (YES, NO)}
    if min(places.values()) < 0:
        return 1.0
    if rows is None:
        both = np.asarray(tally.marginals[at]).sum(axis=0)[[places[YES], places[NO]]]
    else:
        sides = [rows & (tally.codes[at] == places[name]) for name in (YES, NO)]
        both = np.array([[tally.leads[side].sum(), tally.customers[side].sum()] for side in sides])
    wider = None
    if tally.pairs is not None:
        leads = tally.by_level[:, 0].astype(float)
        place = int(offsets(tally.criteria)[at]) + places[YES]
        wider = contrast_effect(leads, float(tally.overall[0]), tally.pairs)[place : place + 1]
    leads_of_both, customers = (round(float(total)) for total in both.sum(axis=0))
    return float(p_values(both[:1, 1], both[:1, 0], customers, leads_of_both, wider)[0])

"""Neutral answers: the level of each criterion that gets 0 points, so that a grid lists only what speaks.

For a presence or yes/no criterion it is the absence, else the commonest answer (`missing` and `other` only where no
ordinary answer is as common). Moving every point of a criterion by one number changes no ranking: the constant goes
into the thresholds.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..grid.criteria import Criterion
from ..vocabulary import NO, YES
from .tally import Tally


def with_neutral(tally: Tally) -> Tally:
    """The same leads, each criterion with a reference level: its own, or the neutral answer of these leads."""
    criteria = tuple(
        criterion
        if criterion.reference is not None
        else replace(criterion, reference=neutral_level(criterion, margin[:, :, 0].sum(axis=0)))
        for criterion, margin in zip(tally.criteria, tally.marginals, strict=True)
    )
    return replace(tally, criteria=criteria)


def neutral_level(criterion: Criterion, leads: NDArray[np.integer]) -> str:
    """Name of the neutral answer of a criterion, whose levels have so many leads: (levels,).

    >>> from calibrate.grid.criteria import Level
    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> spam = Criterion("spam", "spam", "text", "fit", (Level("Yes", values=("Yes",)), Level("No", values=("No",)),
    ...     *ends))
    >>> neutral_level(spam, np.array([90, 10, 0, 0]))
    'No'
    >>> size = Criterion("size", "size", "number", "fit", (Level("<10", high=10), Level("10+", low=10), *ends))
    >>> neutral_level(size, np.array([40, 60, 0, 0]))
    '10+'
    """
    no = next((level.name for level in criterion.levels if level.name.casefold().strip() in NO), None)
    if no is not None and _yes_or_no(criterion):
        return no
    ordinary = np.array([level.role == "value" for level in criterion.levels])
    return criterion.levels[int(np.lexsort((~ordinary, -leads))[0])].name


def several_answers(criterion: Criterion) -> bool:
    """Whether every lead answers a criterion in its own way; else its neutral answer is silence: absent, or no.

    >>> from calibrate.grid.criteria import Level
    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> demo = Criterion("demo", "demo", "presence", "engagement", (Level("filled"), *ends), reference="missing")
    >>> levels = (Level("Bank", values=("Bank",)), *ends)
    >>> sector = Criterion("sector", "sector", "text", "fit", levels, reference="Bank")
    >>> several_answers(demo), several_answers(sector)
    (False, True)
    """
    return criterion.kind not in ("boolean", "presence") and not _yes_or_no(criterion)


def _yes_or_no(criterion: Criterion) -> bool:
    answers = {level.name.casefold().strip() for level in criterion.levels if level.role == "value"}
    return criterion.kind != "number" and answers <= YES | NO

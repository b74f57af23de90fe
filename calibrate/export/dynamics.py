"""Dynamics 365 Sales: scores of an outside model, as rows of ``msdyn_predictivescores``.

Its scores run from 0 to 100: points are placed evenly between the worst and the best possible lead.
Source: learn.microsoft.com, dynamics365/sales/populate-predictive-scores.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from ..grid.grid import Grid
from . import sheet
from .base import Coverage, Options, Scored, account, ordered_bands
from .remarks import Fate, remark

PATH = "/api/data/v9.0/msdyn_predictivescores"
BEST = 100
NO_TREND = 3
"""Their word for "not enough information"."""
GRADES = 4


def write(grid: Grid, options: Options) -> str:
    """The settings sheet, in the language of the options."""
    return sheet.write(grid, options, "dynamics")


def scores(grid: Grid, scored: Iterable[Scored], options: Options) -> str:
    """Requests that upsert the score of each lead, one a line; the key of a lead is its GUID."""
    names = [name for _, name in ordered_bands(grid)]
    lines = []
    for lead in scored:
        grade = min(names.index(lead.band) if lead.band in names else GRADES - 1, GRADES - 1)
        body = {
            "msdyn_score": placed(lead.score, grid),
            "msdyn_grade": grade,
            "msdyn_scoretrend": NO_TREND,
            "msdyn_entityid": lead.lead,
            "msdyn_entitytype": "lead",
        }
        lines.append(json.dumps({"method": "POST", "path": PATH, "body": body}, ensure_ascii=True) + "\n")
    return "".join(lines)


def placed(score: int, grid: Grid) -> int:
    """A score on 0 to 100: 0 for the worst possible lead, 100 for the best.

    >>> from calibrate.grid.criteria import Criterion, Level
    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> demo = Criterion("demo", "Demo", "presence", "engagement", (Level("yes"), *ends))
    >>> [placed(score, Grid("g", "m", (demo,), ((30, -10, 0),))) for score in (-10, 0, 30)]
    [0, 25, 100]
    """
    span = grid.maximum - grid.minimum
    return 0 if span <= 0 else max(0, min(BEST, round(BEST * (score - grid.minimum) / span)))


def coverage(grid: Grid, options: Options) -> Coverage:
    """The score travels as a value on 0 to 100; no rule does."""

    def judge(at: int, place: int) -> Fate:
        return "approximated", remark("value_0_100")

    bands: Fate = ("carried", None) if len(grid.bands) <= GRADES else ("approximated", remark("four_grades"))
    notes = (remark("grade_numbers"),)
    return account("dynamics", grid, judge, bands=bands, minimums=True, notes=notes)

"""Pipedrive: it has no score of its own, so scores are loaded into fields; a settings sheet says how.

Leads inherit the custom fields of deals (developers.pipedrive.com/docs/api/v1/Leads).
"""

from __future__ import annotations

from collections.abc import Iterable

from ..grid.grid import Grid
from . import sheet
from .base import Coverage, Options, Scored, Status, account
from .hubspot import scores_csv


def write(grid: Grid, options: Options) -> str:
    """The sheet, in the language of the options."""
    return sheet.write(grid, options, "pipedrive")


def scores(grid: Grid, scored: Iterable[Scored], options: Options) -> str:
    """Scores for the spreadsheet import."""
    head = ("Deal - ID", "Deal - Lead score", "Deal - Lead band", "Deal - Lead reasons")
    rates = ("Deal - Lead close rate", "Deal - Lead close rate low", "Deal - Lead close rate high")
    return scores_csv(grid, scored, head, rates)


def coverage(grid: Grid, options: Options) -> Coverage:
    """The whole score travels as a value; no rule does."""

    def judge(at: int, place: int) -> tuple[Status, str]:
        return "approximated", "no rules: the score is loaded as a value and does not move by itself"

    notes = ("headings of exports and imports are in the language of the user",)
    return account("pipedrive", grid, judge, minimums=True, notes=notes)

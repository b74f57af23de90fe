"""Plezi: a printed settings sheet; it scores engagement with content only, and has no interface for rules.

Source: Plezi help pages on scoring (happy-academy.plezi.co 1441810; intercom.help/plezi-star 7056338, 10540732).
"""

from __future__ import annotations

from ..grid.grid import Grid
from . import sheet
from .base import Coverage, Options, Status, account


def write(grid: Grid, options: Options) -> str:
    """The sheet, in the language of the options."""
    return sheet.write(grid, options, "plezi")


def coverage(grid: Grid, options: Options) -> Coverage:
    """Positive engagement lines can be typed in; fit lines cannot."""

    def judge(at: int, place: int) -> tuple[Status, str]:
        criterion, points = grid.criteria[at], grid.points[at][place]
        if criterion.axis == "fit":
            return "impossible", "Plezi scores content only; keep fit in a CRM field that Plezi reads"
        if criterion.levels[place].role != "value":
            return "impossible", "Plezi scores what happened, not what is missing"
        if points < 0:
            return "impossible", "negative points are not documented (unconfirmed)"
        return "approximated", "typed in by hand per content, with a buying phase"

    thresholds: tuple[Status, str] = ("approximated", "one MQL score and three phases")
    fades: tuple[Status, str] = ("impossible", "no decay is documented (unconfirmed)")
    notes = ("change thresholds away from the 9 a.m. run of smart campaigns",)
    return account("plezi", grid, judge, bands=thresholds, expiry=fades, notes=notes)

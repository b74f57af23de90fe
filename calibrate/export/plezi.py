"""Plezi: a printed settings sheet; it scores engagement with content only, and has no interface for rules.

Source: Plezi help pages on scoring (happy-academy.plezi.co 1441810; intercom.help/plezi-star 7056338, 10540732).
"""

from __future__ import annotations

from ..grid.grid import Grid
from . import sheet
from .base import Coverage, Options, account
from .lines import lowered
from .remarks import Fate, remark


def write(grid: Grid, options: Options) -> str:
    """The sheet, in the language of the options."""
    return sheet.write(lowered(grid), options, "plezi")


def coverage(grid: Grid, options: Options) -> Coverage:
    """Positive engagement lines can be typed in; fit lines cannot."""

    def judge(at: int, place: int) -> Fate:
        criterion, points = grid.criteria[at], grid.points[at][place]
        if criterion.axis == "fit":
            return "impossible", remark("content_only")
        if criterion.levels[place].role != "value":
            return "impossible", remark("happened_only")
        if points < 0:
            return "impossible", remark("no_negative")
        return "approximated", remark("by_hand_content")

    thresholds: Fate = ("approximated", remark("mql_phases"))
    fades: Fate = ("impossible", remark("no_decay_unconfirmed"))
    notes = (remark("nine_am"),)
    return account("plezi", grid, judge, bands=thresholds, expiry=fades, notes=notes)

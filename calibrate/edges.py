"""Doors that open upwards: what a value offers a user although a higher floor does it.

A grid knows no engine and no file, yet a user asks it to score a frame, to save and to export itself. The work is done
where it belongs; this table, written by hand, is the only place where a lower floor names a higher one, and the room is
loaded when it is first asked. Nothing in the house calls these methods.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

DOORS = {
    "score_frame": "scoring.frame",
    "save": "export.json",
    "export": "export",
    "shown_rates": "counts.binning",
}


def door(name: str) -> Any:
    """The function behind a door."""
    return getattr(import_module(f".{DOORS[name]}", __package__), name)

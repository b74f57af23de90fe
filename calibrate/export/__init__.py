"""Weight files: one file per format here, one line per format in `formats.FORMATS`.

The names below are loaded when first used: reading a grid asks for no writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .base import Coverage as Coverage
    from .base import Format as Format
    from .base import Item as Item
    from .base import Options as Options
    from .base import Scored as Scored
    from .base import day_asked as day_asked
    from .fields import read_map as read_map
    from .formats import FORMATS as FORMATS
    from .formats import coverage as coverage
    from .formats import described as described
    from .formats import export as export
    from .formats import format_named as format_named
    from .formats import write as write
    from .formats import write_file as write_file
    from .formats import write_scores as write_scores
    from .scored import read_scored as read_scored

__all__ = [
    "FORMATS",
    "Coverage",
    "Format",
    "Item",
    "Options",
    "Scored",
    "coverage",
    "day_asked",
    "described",
    "export",
    "format_named",
    "read_map",
    "read_scored",
    "write",
    "write_file",
    "write_scores",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import base, fields, formats, scored

    return next(getattr(room, name) for room in (formats, base, fields, scored) if hasattr(room, name))

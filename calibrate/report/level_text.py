"""A level as a reader sees it."""

from __future__ import annotations

from ..grid.criteria import Level
from ..language import Words


def level_name(level: Level, words: Words) -> str:
    """A level as a reader sees it."""
    plain = level.name.casefold()
    ours = plain == level.role or (level.role == "value" and plain in ("true", "false"))
    ours = ours or (plain in ("any", "filled") and not level.values and level.low is None and level.high is None)
    return words(f"level.{plain}") if ours and f"level.{plain}" in words.texts else level.name

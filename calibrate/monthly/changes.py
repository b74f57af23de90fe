"""What a meeting changed on the review page, as the file that the page hands out: `changes.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from ..files import text_within

MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class Changes:
    """A candidate with changed points, `overrides` as CRITERION=LEVEL=POINTS, and thresholds; who decided, and why."""

    candidate: str = ""
    by: str = ""
    why: str = ""
    overrides: tuple[str, ...] = ()
    thresholds: tuple[int, int] | None = None


def read_changes(path: Path) -> Changes:
    """The changes in a file of the review page.

    Raises InputError where the file cannot be read or was not written by the page.
    """
    try:
        content = json.loads(text_within(path, MOST_BYTES))
        overrides = tuple(
            f"{line['criterion']}={line['level']}={_whole(line['points'])}" for line in content.get("points", ())
        )
        limits = content.get("thresholds")
        marketing_and_sales = None if limits is None else (_whole(limits[0]), _whole(limits[1]))
        candidate, by, why = (content.get(key, "") for key in ("candidate", "by", "why"))
        if content.get("schema") != 1 or not all(isinstance(text, str) for text in (candidate, by, why)):
            raise ValueError
    except OSError as fault:
        raise InputError(f"'{path}' cannot be read: {fault.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        raise InputError(
            f"'{path}' is no changes.json of a review page. Download it there anew, or name the points with --points"
        ) from None
    return Changes(candidate, by, why, overrides, marketing_and_sales)


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > 10**6:
        raise ValueError
    return value

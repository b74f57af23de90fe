"""A month's `run.json` read back: one message where somebody's hand has left it unreadable."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from ..errors import SettingsError
from ..report.run_schema import FILE, RunFile

MOST_BYTES = 256 * 1024 * 1024


def read_run(folder: Path) -> RunFile:
    """What the month's `run.json` says.

    Raises
    ------
    SettingsError
        There is none, or it is not as calibrate writes it; the message names the first place that is wrong.
    """
    path = folder / FILE
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SettingsError(f"'{path}' is too large to be a report of calibrate; run the month again")
        return RunFile.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except OSError:
        raise SettingsError(f"'{folder}' holds no report of calibrate (no {FILE}); run the month first") from None
    except ValidationError as fault:
        raise SettingsError(
            f"'{path}' is not as calibrate writes it: {first_fault(fault)}; run the month again"
        ) from None
    except (ValueError, RecursionError):
        raise SettingsError(f"'{path}' is no JSON file (any more); run the month again") from None


def first_fault(fault: ValidationError) -> str:
    """The first place that is wrong, and how: ``candidates 2, lines: input should be a valid integer``."""
    error = fault.errors(include_url=False, include_input=False)[0]
    place = ", ".join(
        " ".join(str(step) for step in pair)
        for pair in _pairs([step + 1 if isinstance(step, int) else step for step in error["loc"]])
    )
    text = str(error["msg"])
    more = fault.error_count() - 1
    others = f" (and {more} more)" if more else ""
    return f"{place or 'the file'}: {text[:1].lower()}{text[1:]}{others}"


def _pairs(steps: list[int | str]) -> list[list[int | str]]:
    """Names, each with the number that follows it."""
    pairs: list[list[int | str]] = []
    for step in steps:
        if isinstance(step, int) and pairs:
            pairs[-1].append(step)
        else:
            pairs.append([step])
    return pairs

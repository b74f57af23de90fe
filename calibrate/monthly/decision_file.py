"""`decision.json`: its model, its published JSON Schema, and a reader with one message for whatever is wrong."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from ..errors import GridError, SettingsError
from ..evaluation.decision import FILE, GRID, MONTH, Decision, Override, Promise
from ..files import text_within
from ..grid.grid import Thresholds
from ..report.run_schema import Day
from .run_file import first_fault

SCHEMA = "calibrate-decision/1"

Points = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]
Count = Annotated[float, Field(ge=0, le=1e12)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, allow_inf_nan=False)


class ThresholdsPart(_Part):
    """Points from which a lead is qualified; the minimums are of the points of one axis."""

    marketing_qualified: Points
    sales_qualified: Points
    fit_minimum: Points | None = None
    engagement_minimum: Points | None = None


class OverridePart(_Part):
    """Points of one line changed by hand."""

    criterion: str
    level: str
    points: Points
    was: Points
    who: str
    why: str


class PromisePart(_Part):
    """What a threshold should bring: leads in so many months, customers expected among them."""

    leads: Count
    expected: Count
    months: Count | None
    later: Count | None = None
    design_effect: Annotated[float, Field(ge=1, le=1e9)] | None = None


class PromisesPart(_Part):
    """A promise for each stage."""

    marketing_qualified: PromisePart
    sales_qualified: PromisePart


class DecisionFile(_Part):
    """What a meeting decided."""

    model_config = ConfigDict(extra="ignore", strict=True, allow_inf_nan=False, title=SCHEMA)

    format: Annotated[Literal["calibrate-decision/1"], Field(alias="schema")]
    month: Annotated[str, Field(pattern=rf"^{MONTH.pattern}$")]
    candidate: str
    who: str
    why: str
    thresholds: ThresholdsPart
    thresholds_were: ThresholdsPart | None
    overrides: list[OverridePart]
    as_of: Day | None
    until: str | None
    promises: PromisesPart | None
    grid: str = GRID
    grid_sha256: str | None = None

    @field_validator("grid")
    @classmethod
    def _inside(cls, grid: str) -> str:
        if grid.startswith(("/", "\\")) or ".." in grid or ":" in grid:
            raise ValueError("it does not lie in the month's folder")
        return grid


def schema() -> str:
    """The published JSON Schema, as stored in ``calibrate/schema/decision-1.schema.json``.

    >>> '"title": "calibrate-decision/1"' in schema()
    True
    """
    document = DecisionFile.model_json_schema(by_alias=True)
    document["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def text(decision: Decision) -> str:
    """The decision as `decision.json` holds it: equal decisions, equal text."""
    body: dict[str, Any] = {"schema": SCHEMA, **asdict(decision)}
    for promise in (body["promises"] or {}).values():
        if promise["design_effect"] is None:  # leads stand alone
            del promise["design_effect"]
    return json.dumps(body, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def read(folder: Path) -> Decision:
    """The decision that closed a month's folder.

    Raises SettingsError where it cannot be read or is not as calibrate writes it.
    """
    path = folder / FILE
    try:
        return parsed(text_within(path))
    except OSError as fault:
        raise SettingsError(f"'{path}' cannot be read: {fault.strerror}") from None
    except (ValueError, RecursionError, GridError) as fault:
        reason = first_fault(fault) if isinstance(fault, ValidationError) else str(fault)
        raise SettingsError(
            f"'{path}' is not a decision as calibrate writes it ({reason}); decide again with: "
            f"calibrate adopt {folder} CANDIDATE --force"
        ) from None


def parsed(content: str) -> Decision:
    """The decision that a text of `decision.json` tells."""
    part = DecisionFile.model_validate(json.loads(content))
    promises = part.promises
    return Decision(
        month=part.month,
        candidate=part.candidate,
        who=part.who,
        why=part.why,
        thresholds=Thresholds(**part.thresholds.model_dump()),
        thresholds_were=None if part.thresholds_were is None else Thresholds(**part.thresholds_were.model_dump()),
        overrides=tuple(Override(**override.model_dump()) for override in part.overrides),
        as_of=part.as_of,
        until=part.until,
        promises=None
        if promises is None
        else {stage: Promise(**promise) for stage, promise in promises.model_dump().items()},
        grid=part.grid,
        grid_sha256=part.grid_sha256,
    )

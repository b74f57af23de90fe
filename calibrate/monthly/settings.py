"""`calibration.toml`, checked: what one calibration is asked to do.

The command line's flags and the file are two spellings of one `Settings`. `written` spells it as a commented
file from which the same run can be repeated and edited; paths in a file are relative to that file.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import SettingsError, unknown

SCHEMES = ("postgresql://", "postgres://", "spark://")
DEFAULT_METHODS = ("lift", "cautious", "evidence", "logistic", "sparse")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Data(_Part):
    """Where the leads are. `file` is a path or a database address, `table` a table in it, `crm` whose export it is."""

    file: str
    table: str | None = None
    crm: str | None = None


class OutcomeSettings(_Part):
    """What makes a lead a customer."""

    customer: str | None = None
    customer_values: tuple[str, ...] = ()
    lead_id: str | None = None
    open_values: tuple[str, ...] = ()
    open_in: str | None = None
    outcomes: str | None = None
    outcomes_id: str | None = None
    outcomes_by: str | None = None
    value: str | None = None
    worked: str | None = None


class Time(_Part):
    """Dates, order and windows (days)."""

    created_at: str | None = None
    customer_at: str | None = None
    order: str | None = None
    as_of: date | None = None
    observe_days: int | None = Field(default=None, ge=0, le=3650)
    close_within_days: int = Field(default=90, ge=1, le=3650)


class StageSettings(_Part):
    """Columns with the day a lead reached a stage; those not given are looked for by name."""

    marketing_qualified: str | None = None
    sales_qualified: str | None = None
    opportunity: str | None = None


class EventSettings(_Part):
    """What the leads did: a second source and its columns, which are found by name where they are not given."""

    file: str | None = None
    table: str | None = None
    lead_id: str | None = None
    at: str | None = None
    type: str | None = None
    value: str | None = None


class Columns(_Part):
    """Which columns may become criteria. `only` names them; naming one puts it back from the suspects."""

    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    min_leads: int = Field(default=30, ge=1)


class CriterionSettings(_Part):
    """What the user decides about one column: its name, axis, cut points or named groups of values."""

    column: str
    name: str | None = None
    axis: Literal["fit", "engagement"] | None = None
    cuts: tuple[float, ...] | None = None
    groups: Mapping[str, tuple[str, ...]] | None = None
    reference: str | None = None


class PinSettings(_Part):
    """Points that somebody insists on, with who and why."""

    criterion: str
    level: str
    points: int
    who: str = ""
    why: str = ""


class Candidates(_Part):
    """Which grids are compared and what bounds them."""

    methods: tuple[str, ...] = DEFAULT_METHODS
    current: str | None = None
    current_since: str | None = Field(default=None, pattern=r"^(\d{4}-\d{2}|now)$")
    grids: Mapping[str, str] = Field(default_factory=dict)
    max_lines: int | None = Field(default=None, ge=1)
    max_criteria: int | None = Field(default=None, ge=1)
    cap: int | None = Field(default=None, ge=1)
    cap_criterion: Mapping[str, int] = Field(default_factory=dict)
    cap_axis: Mapping[str, int] = Field(default_factory=dict)
    largest_share: float | None = Field(default=None, gt=0, le=1)
    pivot: int | None = Field(default=None, ge=1)
    best: int | None = Field(default=None, ge=1)
    expiry: bool = False
    ceiling: bool | None = None
    never_negative: tuple[str, ...] = ()
    never_positive: tuple[str, ...] = ()
    monotone: tuple[str, ...] = ()
    need_negative: bool = False


class ThresholdSettings(_Part):
    """How the thresholds are chosen; nothing given: top 20 % and top 5 % of the leads."""

    capacity: float | None = Field(default=None, gt=0)
    close_rate: float | None = Field(default=None, gt=0, lt=1)
    share_of_customers: float | None = Field(default=None, gt=0, le=1)
    cost_of_call: float | None = Field(default=None, gt=0)
    value_of_customer: float | None = Field(default=None, gt=0)
    fit_minimum: int | None = None
    engagement_minimum: int | None = None
    minutes_per_call: float = Field(default=15.0, gt=0, le=1440)


class FeedbackSettings(_Part):
    """What sales said: a file of rejected leads with reasons; its columns are found by name where not given."""

    file: str | None = None
    lead_id: str | None = None
    reason: str | None = None


class Report(_Part):
    """Where the report goes, in which languages, and by which criteria candidates are compared segment by segment."""

    out: str = "reports"
    languages: tuple[str, ...] = ("en",)
    segments: tuple[str, ...] = ()


class Settings(_Part):
    """Everything one calibration is asked to do."""

    schema_version: Literal[1] = Field(default=1, alias="schema")
    data: Data
    outcome: OutcomeSettings = Field(default_factory=OutcomeSettings)
    time: Time = Field(default_factory=Time)
    stages: StageSettings = Field(default_factory=StageSettings)
    events: EventSettings = Field(default_factory=EventSettings)
    columns: Columns = Field(default_factory=Columns)
    criterion: tuple[CriterionSettings, ...] = ()
    candidates: Candidates = Field(default_factory=Candidates)
    thresholds: ThresholdSettings = Field(default_factory=ThresholdSettings)
    pin: tuple[PinSettings, ...] = ()
    feedback: FeedbackSettings = Field(default_factory=FeedbackSettings)
    report: Report = Field(default_factory=Report)


def settings(values: Mapping[str, Any], *, where: str = "the settings", flags: bool = False) -> Settings:
    """Settings from plain values; every fault is listed with its place (as a flag, if they come from flags)."""
    try:
        return Settings.model_validate(values)
    except ValidationError as fault:
        raise SettingsError(f"{where} cannot be used:\n" + "\n".join(_faults(fault, flags))) from None


def read(path: Path) -> Settings:
    """Settings from a `calibration.toml`; its paths become relative to the working directory."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"there is no settings file '{path}'; write one with: calibrate init DATA") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise SettingsError(f"'{path}' is not a readable TOML file: {fault}") from None
    except OSError as fault:
        raise SettingsError(f"'{path}' cannot be read: {fault.strerror}") from None
    return _moved(settings(values, where=f"'{path}'"), path.parent, Path())


def written(
    chosen: Settings, folder: Path, notes: Mapping[str, Sequence[str]] | None = None, found: Sequence[str] = ()
) -> str:
    """The commented text of a `calibration.toml` that stands in `folder`.

    `notes` gives comment lines for a column (its levels and cut points, why it was set aside), `found` says what was
    found without being named.
    """
    there = _moved(chosen, Path(), folder)
    lines = [
        "# Settings of this calibration. Edit them and run: calibrate run calibration.toml",
        "# Paths are relative to this file. Lines that begin with # are choices left to calibrate.",
        *(f"# {_one_line(each)}" for each in found),
        "",
        "schema = 1",
    ]
    for name in (
        "data",
        "outcome",
        "time",
        "stages",
        "events",
        "columns",
        "candidates",
        "thresholds",
        "feedback",
        "report",
    ):
        part = getattr(there, name)
        lines += ["", f"[{name}]", *_lines(part.model_dump(mode="python"), _HELP.get(name, {}))]
    for pin in there.pin:
        lines += ["", "[[pin]]", *_lines(pin.model_dump(), {})]
    decided = {each.column: each for each in there.criterion}
    for column in [*decided, *(c for c in notes or {} if c not in decided)]:
        comments = [f"# {_one_line(note)}" for note in (notes or {}).get(column, ())]
        given = {k: v for k, v in decided[column].model_dump().items() if v is not None} if column in decided else {}
        if given:
            lines += ["", *comments, "[[criterion]]", *_lines(given, {})]
        else:
            lines += ["", *comments]
    return "\n".join(lines) + "\n"


def toml(value: object) -> str:
    r"""A TOML value: texts are escaped, so that no column name can break out of its quotes.

    >>> print(toml(("a", 'b"')), toml(True), toml({"x": 1}))
    ["a", "b\""] true {"x" = 1}
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{toml(str(k))} = {toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml(v) for v in value) + "]"
    return '"' + "".join(_escaped(c) for c in str(value)) + '"'


_HELP: dict[str, dict[str, str]] = {
    "data": {
        "table": "table of a database, sheet of a workbook",
        "crm": "whose export it is (hubspot, salesforce, …); default: by its header; none: nobody's",
    },
    "outcome": {
        "customer": "column that tells customers",
        "customer_values": "its values that mean customer",
        "lead_id": "column that identifies a lead",
        "open_values": "values that mean not decided yet",
        "open_in": "column in which open_values stand; default: customer",
        "outcomes": "second file that lists customers, joined by lead_id",
        "outcomes_id": "its column with the lead's id; default: called like lead_id",
        "outcomes_by": "column of the leads that it holds; default: lead_id",
        "value": "column with the amount that a customer signed",
        "worked": "column that tells which leads sales worked",
    },
    "time": {
        "created_at": "column with the day the lead entered",
        "customer_at": "column with the day it became a customer",
        "order": "column that orders leads in time where there is no date",
        "as_of": "day on which the history is read; default: the last date in the data",
        "observe_days": "days after creation during which a lead is observed",
        "close_within_days": "days after the observation within which a customer counts",
    },
    "stages": {
        "marketing_qualified": "column with the day a lead became marketing-qualified",
        "sales_qualified": "column with the day it became sales-qualified",
        "opportunity": "column with the day it became an opportunity",
    },
    "events": {
        "file": "what the leads did: a file with lead, moment and type",
        "table": "table of a database, sheet of a workbook",
        "lead_id": "its column with the lead's id",
        "at": "its column with the moment",
        "type": "its column with the type of event",
        "value": "its column with a value (address, campaign, amount)",
    },
    "columns": {
        "only": "columns to use; empty: all that qualify",
        "exclude": "columns never to use",
        "keep": "suspects put back by name; also columns whose texts look like names of people but are none",
        "min_leads": "levels with fewer leads are pooled into other",
    },
    "candidates": {
        "current": "grid file in use today; a decision that closed an earlier month replaces it",
        "current_since": "month from which it holds: decisions of months before do not replace it",
        "grids": "more grid files to compare: name = file",
        "max_lines": "at most so many lines with points",
        "max_criteria": "at most so many criteria with points",
        "cap": "at most so many points a line, up or down",
        "cap_criterion": "at most so many points on any line of a criterion: criterion = points",
        "cap_axis": "at most so many points from fit, or from engagement, together: fit = points",
        "largest_share": "no line holds more than this share of the maximum (0.4: 40 %)",
        "pivot": "score at which marketing hands a lead to sales",
        "best": "score of the best possible lead",
        "expiry": "give grids the expiry rules that the history supports (needs events)",
        "ceiling": "also say how well any model would rank (needs the extra 'ceiling')",
        "never_negative": "criteria, or criterion=level, that never take points away",
        "never_positive": "criteria, or criterion=level, that never give points",
        "monotone": "criteria whose points follow their order: name, name rising or name falling",
        "need_negative": "at least one line takes points away",
    },
    "thresholds": {
        "capacity": "leads a month that sales can call",
        "close_rate": "close rate wanted above the threshold",
        "share_of_customers": "share of the customers that the threshold should catch",
        "cost_of_call": "cost of a call to a lead; with the value of a customer it gives the break-even close rate",
        "value_of_customer": "what a customer is worth, in the same money",
        "fit_minimum": "points of fit that a marketing-qualified lead must have",
        "engagement_minimum": "points of engagement that a sales-qualified lead must have",
        "minutes_per_call": "minutes that sales spends on a lead",
    },
    "feedback": {
        "file": "leads that sales rejected, with the reason",
        "lead_id": "its column with the lead's id",
        "reason": "its column with the reason",
    },
    "report": {
        "out": "folder of the reports",
        "languages": "en, fr",
        "segments": "criteria by which candidates are compared; empty: sector, country, source and their like",
    },
}


def _lines(values: Mapping[str, Any], helps: Mapping[str, str]) -> list[str]:
    """One `key = value` line per value with its help; a value not given stands as a comment."""
    lines = []
    for key, value in values.items():
        note = f"  # {helps[key]}" if key in helps else ""
        lines.append(f"# {key} ={note}" if value is None else f"{key} = {toml(value)}{note}")
    return lines


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if ord(character) < 0x20 or ord(character) == 0x7F:
        return f"\\u{ord(character):04x}"
    return character


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _moved(chosen: Settings, start: Path, end: Path) -> Settings:
    """The same settings with paths that were relative to `start` made relative to `end`."""

    def moved(path: str | None) -> str | None:
        if path is None or path.startswith(SCHEMES) or os.path.isabs(path):
            return path
        return Path(os.path.relpath(start / path, end)).as_posix()

    grids = {name: moved(path) for name, path in chosen.candidates.grids.items()}
    return chosen.model_copy(
        update={
            "data": chosen.data.model_copy(update={"file": moved(chosen.data.file)}),
            "outcome": chosen.outcome.model_copy(update={"outcomes": moved(chosen.outcome.outcomes)}),
            "events": chosen.events.model_copy(update={"file": moved(chosen.events.file)}),
            "feedback": chosen.feedback.model_copy(update={"file": moved(chosen.feedback.file)}),
            "candidates": chosen.candidates.model_copy(
                update={"current": moved(chosen.candidates.current), "grids": grids}
            ),
            "report": chosen.report.model_copy(update={"out": moved(chosen.report.out)}),
        }
    )


def _faults(fault: ValidationError, flags: bool) -> list[str]:
    lines = []
    for each in fault.errors(include_url=False):
        place = ".".join(str(part) for part in each["loc"])
        if flags:
            place = "--" + str(each["loc"][-1] if len(each["loc"]) < 3 else each["loc"][1]).replace("_", "-")
        if each["type"] == "extra_forbidden":
            *parents, name = [str(part) for part in each["loc"]]
            lines.append(f"- {place}: {unknown('setting', name, _known(parents))}")
        else:
            lines.append(f"- {place}: {each['msg']} (given: {each.get('input')!r:.80})")
    return lines


def _known(parents: Sequence[str]) -> list[str]:
    """Names that may stand in the given section."""
    sections: dict[str, type[BaseModel]] = {
        "data": Data, "outcome": OutcomeSettings, "time": Time, "stages": StageSettings, "events": EventSettings,
        "columns": Columns, "criterion": CriterionSettings,
        "candidates": Candidates, "thresholds": ThresholdSettings, "pin": PinSettings,
        "feedback": FeedbackSettings, "report": Report,
    }  # fmt: skip
    model = sections.get(parents[0], Settings) if parents else Settings
    return [field.alias or name for name, field in model.model_fields.items()]

"""`calibration.toml`, checked: what one calibration is asked to do.

**An option is defined here, once.** Its field says the type, the bounds, the default and, as `description`, what it
means in one line; a `Flag` beside the type makes it an option of the command line too. From that come the flags of
`run`, `init`, `check`, `rates`, `compare` and `drift` (`cli/flags.py`), the comments of a written `calibration.toml`
(`settings_file.py`) and the README's table. So a new option is one field in its section below:

    max_lines: Annotated[int | None, Flag("N")] = Field(default=None, ge=1, description="at most so many lines ...")

then its use (`settings.candidates.max_lines`), then `python -m calibrate.cli.reference`, which writes the table of
flags anew. `--max-lines` is made of the field's name (`Flag("V", name="customer_value")` where it is to differ); a
tuple is given as a comma list (or one value a flag, `repeated=True`), a mapping as NAME=VALUE, a boolean as
`--x/--no-x`. Nothing else is to be registered. `PATH` beside the type: a path, relative to the settings file.

The command line's flags and the file are two spellings of one `Settings`; paths in a file are relative to that file.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, Field, FiniteFloat, ValidationError
from pydantic.fields import FieldInfo

from ..errors import SettingsError, unknown
from ..files import text_within
from ..leads.landmarks import AUTO
from .addresses import is_address
from .report_settings import FeedbackSettings, Report
from .settings_part import PATH as PATH
from .settings_part import Flag as Flag
from .settings_part import SettingsPart
from .text_settings import TextSettings

DEFAULT_METHODS = ("lift", "cautious", "evidence", "logistic", "sparse")


class Data(SettingsPart):
    """Where the leads are."""

    file: Annotated[str, PATH] = Field(description="the leads: a path, or an address of a database or a store")
    table: Annotated[str | None, Flag("NAME")] = Field(
        default=None, description="table of a database, sheet of a workbook"
    )
    header_row: Annotated[int | None, Flag("N")] = Field(
        default=None,
        ge=0,
        le=10_000,
        description="line with the names of the columns, 0: there is none; default: found",
    )
    where: Annotated[str | None, Flag("COND")] = Field(
        default=None, description="only rows for which a condition holds, such as country = 'FR' AND size >= 50"
    )
    crm: Annotated[str | None, Flag("NAME")] = Field(
        default=None, description="whose export it is (hubspot, salesforce, …); default: by its header; none: nobody's"
    )
    memory: Annotated[str | None, Flag("SIZE")] = Field(
        default=None, description="memory that reading may use, such as 4GB; default: by the machine or the container"
    )


class OutcomeSettings(SettingsPart):
    """What makes a lead a customer."""

    customer: Annotated[str | None, Flag("COL")] = Field(
        default=None, description="column that tells which leads became customers"
    )
    customer_values: Annotated[tuple[str, ...], Flag("V", name="customer_value", repeated=True)] = Field(
        default=(), description="its values that mean customer"
    )
    lead_id: Annotated[str | None, Flag("COL")] = Field(default=None, description="column that identifies a lead")
    open_values: Annotated[tuple[str, ...], Flag("V", name="open_value", repeated=True)] = Field(
        default=(), description="values that mean not decided yet"
    )
    open_in: str | None = Field(
        default=None, description="column in which open_values stand; default: the customer column"
    )
    outcomes: Annotated[str | None, Flag("FILE"), PATH] = Field(
        default=None, description="second file that lists customers (deals, signatures), joined by the lead's id"
    )
    outcomes_id: Annotated[str | None, Flag("COL")] = Field(
        default=None, description="column of that file with the lead's id; default: called as in the leads"
    )
    outcomes_by: Annotated[str | None, Flag("COL")] = Field(
        default=None, description="column of the leads that it holds; default: the lead's id"
    )
    value: Annotated[str | None, Flag("COL")] = Field(
        default=None, description="column with the amount that a customer signed: value per lead beside the counts"
    )
    group: Annotated[str | None, Flag("COL")] = Field(
        default=None,
        description="column whose leads share their fate, such as the company; default: a company's id, the domain of "
        "professional mailboxes, its name, or the deal of the second file; none: leads stand alone",
    )
    unit: Annotated[Literal["lead", "company"], Flag("lead|company")] = Field(
        default="lead", description="what is scored; company: the earliest lead stands for all of its company"
    )
    worked: Annotated[str | None, Flag("COL")] = Field(
        default=None, description="column that tells which leads sales worked: their rates beside all"
    )


def ages_read(value: object) -> object:
    """Ages as they are given; `auto`, alone or in a list, stands for those that the history allows, `none` for none.

    >>> ages_read("auto"), ages_read(["none"]), ages_read([14, 30]), ages_read(None)
    ((0,), (), [14, 30], None)
    """
    listed = value if isinstance(value, (list, tuple)) else [value]
    word = [part.casefold() for part in listed if isinstance(part, str)]
    return AUTO if word == ["auto"] else () if word == ["none"] else value


class Time(SettingsPart):
    """Dates, order and windows (days)."""

    created_at: Annotated[str | None, Flag("COL")] = Field(
        default=None, description="column with the day the lead entered"
    )
    customer_at: Annotated[str | None, Flag("COL")] = Field(
        default=None, description="column with the day it became a customer"
    )
    order: Annotated[str | None, Flag("COL")] = Field(
        default=None, description="column that orders leads in time where there are no dates; default: the file's order"
    )
    as_of: Annotated[date | None, Flag("DATE")] = Field(
        default=None,
        description="day on which the history is read (YYYY-MM-DD); default: the last day on which something happened",
    )
    observe_days: Annotated[int | None, Flag("N")] = Field(
        default=None,
        ge=0,
        le=3650,
        description="days after creation during which a lead is observed; default: 0, with events 14",
    )
    ages: Annotated[tuple[int, ...] | None, Flag("N,N|auto|none"), BeforeValidator(ages_read)] = Field(
        default=None,
        description="count all on leads at these ages in days, as 14,30,60,90,180, or auto; default: beside the grid, "
        "one for leads of any age where events and closing dates allow; none: no such grid",
    )
    close_within_days: Annotated[int, Flag("N")] = Field(
        default=90, ge=1, le=3650, description="days after the observation within which a customer counts"
    )


class StageSettings(SettingsPart):
    """Columns with the day a lead reached a stage; those not given are looked for by name."""

    marketing_qualified: str | None = Field(
        default=None, description="column with the day a lead became marketing-qualified"
    )
    sales_qualified: str | None = Field(default=None, description="column with the day it became sales-qualified")
    opportunity: str | None = Field(default=None, description="column with the day it became an opportunity")


class EventSettings(SettingsPart):
    """What the leads did: a second source and its columns, which are found by name where they are not given."""

    file: Annotated[str | None, Flag("FILE", name="events"), PATH] = Field(
        default=None, description="what the leads did: a file with lead, moment, type and perhaps a value"
    )
    table: str | None = Field(default=None, description="table of a database, sheet of a workbook")
    lead_id: str | None = Field(default=None, description="its column with the lead's id")
    at: str | None = Field(default=None, description="its column with the moment")
    type: str | None = Field(default=None, description="its column with the type of event")
    value: str | None = Field(default=None, description="its column with a value (address, campaign, amount)")


class Columns(SettingsPart):
    """Which columns may become criteria."""

    only: Annotated[tuple[str, ...], Flag("COL,COL", name="criteria")] = Field(
        default=(), description="columns to use, suspects among them put back; empty: all that qualify"
    )
    exclude: Annotated[tuple[str, ...], Flag("COL,COL")] = Field(default=(), description="columns never to use")
    keep: tuple[str, ...] = Field(
        default=(),
        description="suspects put back by name; also columns whose texts look like names of people but are none",
    )
    known: Annotated[tuple[str, ...], Flag("COL,COL")] = Field(
        default=(), description="columns known before sales worked the lead: the answer to what check asks"
    )
    min_leads: int = Field(default=30, ge=1, description="levels with fewer leads are pooled into other")


class CriterionSettings(SettingsPart):
    """What the user decides about one column: its name, axis, cut points or named groups of values."""

    column: str
    name: str | None = None
    axis: Literal["fit", "engagement"] | None = None
    cuts: tuple[FiniteFloat, ...] | None = None
    groups: Mapping[str, tuple[str, ...]] | None = None
    reference: str | None = None


class PinSettings(SettingsPart):
    """Points that somebody insists on, with who and why."""

    criterion: str
    level: str
    points: int
    who: str = ""
    why: str = ""


class Candidates(SettingsPart):
    """Which grids are compared and what bounds them."""

    by: Annotated[str | None, Flag("COL")] = Field(default=None, description="a grid per line of business: its column")
    methods: Annotated[tuple[str, ...], Flag("A,B")] = Field(
        default=DEFAULT_METHODS, description="weighting methods to compare"
    )
    current: Annotated[str | None, Flag("GRID.json"), PATH] = Field(
        default=None, description="grid file in use today, the baseline; a decision of an earlier month replaces it"
    )
    current_since: str | None = Field(
        default=None,
        pattern=r"^(\d{4}-\d{2}|now)$",
        description="month from which it holds: decisions of months before do not replace it",
    )
    grids: Annotated[Mapping[str, str], Flag("NAME=GRID.json", name="grid"), PATH] = Field(
        default_factory=dict, description="more grid files to compare: name = file"
    )
    max_lines: Annotated[int | None, Flag("N")] = Field(
        default=None, ge=1, description="at most so many lines with points in any grid"
    )
    max_criteria: Annotated[int | None, Flag("N")] = Field(
        default=None, ge=1, description="at most so many criteria with points in any grid"
    )
    cap: Annotated[int | None, Flag("POINTS")] = Field(
        default=None, ge=1, description="at most so many points a line, up or down"
    )
    target: str | None = Field(
        default=None, description="also make the grid that this system can hold (run --for): pipedrive, hubspot, zoho"
    )
    limits: Annotated[Mapping[str, int], Flag("NAME=N", name="limit")] = Field(
        default_factory=dict,
        description="limits that your plan of that system has otherwise: conditions (of a rule), rules, best (points "
        "of the best lead) or group (of fit alone, of engagement alone) = number",
    )
    cap_criterion: Mapping[str, int] = Field(
        default_factory=dict, description="at most so many points on any line of a criterion: criterion = points"
    )
    cap_axis: Mapping[str, int] = Field(
        default_factory=dict, description="at most so many points from fit, or from engagement, together: fit = points"
    )
    largest_share: float | None = Field(
        default=None, gt=0, le=1, description="no line holds more than this share of the maximum (0.4: 40 %)"
    )
    scale: Annotated[Literal["natural", "pivot", "hundred", "double"], Flag("SCALE")] = Field(
        default="natural",
        description="natural (the smallest whole points, at most 20 a line), pivot (marketing hands over at 15; what "
        "is lacking every lead has from the start), hundred (the best lead has 100) or double (10 points double the "
        "odds)",
    )
    pivot: Annotated[int | None, Flag("POINTS")] = Field(
        default=None, ge=1, description="score at which marketing hands a lead to sales"
    )
    best: int | None = Field(default=None, ge=1, description="score of the best possible lead")
    expiry: bool = Field(
        default=False, description="give grids the expiry rules that the history supports (needs events)"
    )
    ceiling: Annotated[bool | None, Flag("")] = Field(
        default=None, description="also say how well any model would rank"
    )
    never_negative: tuple[str, ...] = Field(
        default=(), description="criteria, or criterion=level, that never take points away"
    )
    never_positive: tuple[str, ...] = Field(
        default=(), description="criteria, or criterion=level, that never give points"
    )
    monotone: tuple[str, ...] = Field(
        default=(), description="criteria whose points follow their order: name, name rising or name falling"
    )
    need_negative: bool = Field(default=False, description="at least one line takes points away")


class ThresholdSettings(SettingsPart):
    """How the thresholds are chosen; nothing given: top 20 % and top 5 % of the leads."""

    capacity: Annotated[float | None, Flag("LEADS")] = Field(
        default=None, gt=0, description="leads a month that sales can call: the threshold follows from it"
    )
    close_rate: Annotated[float | None, Flag("RATE")] = Field(
        default=None, gt=0, lt=1, description="close rate wanted above the threshold"
    )
    share_of_customers: Annotated[float | None, Flag("SHARE")] = Field(
        default=None, gt=0, le=1, description="share of the customers that the threshold should catch"
    )
    cost_of_call: Annotated[float | None, Flag("MONEY")] = Field(
        default=None,
        gt=0,
        description="cost of a call to a lead; with the value of a customer it gives the break-even close rate",
    )
    value_of_customer: Annotated[float | None, Flag("MONEY")] = Field(
        default=None, gt=0, description="what a customer is worth, in the same money"
    )
    fit_minimum: Annotated[int | None, Flag("POINTS")] = Field(
        default=None, description="points of fit that a marketing-qualified lead must have; else it falls a band"
    )
    engagement_minimum: Annotated[int | None, Flag("POINTS")] = Field(
        default=None, description="points of engagement that a sales-qualified lead must have; else it falls a band"
    )
    minutes_per_call: Annotated[float, Flag("N")] = Field(
        default=15.0, gt=0, le=1440, description="minutes that sales spends on a lead: the hours that a threshold saves"
    )


class Settings(SettingsPart):
    """Everything one calibration is asked to do."""

    schema_version: Literal[1] = Field(default=1, alias="schema")
    data: Data
    outcome: OutcomeSettings = Field(default_factory=OutcomeSettings)
    time: Time = Field(default_factory=Time)
    stages: StageSettings = Field(default_factory=StageSettings)
    events: EventSettings = Field(default_factory=EventSettings)
    columns: Columns = Field(default_factory=Columns)
    texts: TextSettings = Field(default_factory=TextSettings)
    candidates: Candidates = Field(default_factory=Candidates)
    thresholds: ThresholdSettings = Field(default_factory=ThresholdSettings)
    feedback: FeedbackSettings = Field(default_factory=FeedbackSettings)
    report: Report = Field(default_factory=Report)
    pin: tuple[PinSettings, ...] = ()
    criterion: tuple[CriterionSettings, ...] = ()


class Option(NamedTuple):
    """One option: its place in the settings, what it is, and its flag if the command line has one."""

    section: str
    key: str
    field: FieldInfo
    flag: Flag | None

    @property
    def name(self) -> str:
        """What the command line calls it, with underscores."""
        return (self.flag.name if self.flag else "") or self.key

    @property
    def type(self) -> Any:
        """The type of a value that is given."""
        parts = [part for part in get_args(self.field.annotation) if part is not type(None)]
        optional = type(None) in get_args(self.field.annotation)
        return parts[0] if optional else self.field.annotation

    @property
    def several(self) -> Literal["", "list", "pairs"]:
        """Whether its value is one, a list or pairs of name and value."""
        origin = get_origin(self.type)
        return "list" if origin is tuple else "pairs" if origin is not None and origin is not Literal else ""

    @property
    def default(self) -> str:
        """Its default as a user would write it; empty where nothing is the default."""
        value = self.field.get_default(call_default_factory=True)
        if value is None or value in ((), {}, False):
            return ""
        return ",".join(value) if isinstance(value, tuple) else f"{value:g}" if isinstance(value, float) else str(value)


def sections() -> dict[str, type[BaseModel]]:
    """The sections of a settings file that stand in it once, in their order."""
    fields = Settings.model_fields.items()
    return {name: f.annotation for name, f in fields if isinstance(f.annotation, type)}


def options() -> Iterator[Option]:
    """Every option of the sections, in their order.

    >>> [option.name for option in options() if option.flag][:4]
    ['table', 'header_row', 'where', 'crm']
    """
    for section, model in sections().items():
        for key, field in model.model_fields.items():
            flags = [part for part in field.metadata if isinstance(part, Flag)]
            yield Option(section, key, field, flags[0] if flags else None)


def settings_from(values: Mapping[str, Any], *, where: str = "the settings", flags: bool = False) -> Settings:
    """Settings from plain values; every fault is listed with its place (as a flag, if they come from flags)."""
    try:
        return Settings.model_validate(values)
    except ValidationError as fault:
        raise SettingsError(f"{where} cannot be used:\n" + "\n".join(_faults(fault, flags))) from None


def read(path: Path) -> Settings:
    """Settings from a `calibration.toml`; its paths become relative to the working directory."""
    try:
        values = tomllib.loads(text_within(path))
    except FileNotFoundError:
        raise SettingsError(f"there is no settings file '{path}'; write one with: calibrate init DATA") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise SettingsError(f"'{path}' is not a readable TOML file: {fault}") from None
    except ValueError as fault:  # a number of thousands of digits
        raise SettingsError(f"'{path}' holds what no setting can be ({str(fault)[:100]})") from None
    except RecursionError:
        raise SettingsError(f"'{path}' is nested too deeply to be a file of settings") from None
    except OSError as fault:
        raise SettingsError(f"'{path}' cannot be read: {fault.strerror}") from None
    return moved(settings_from(values, where=f"'{path}'"), path.parent, Path())


def moved(settings: Settings, start: Path, end: Path) -> Settings:
    """The same settings with paths that were relative to `start` made relative to `end`."""

    def path_from(path: str | None) -> str | None:
        if path is None or is_address(path) or os.path.isabs(path):
            return path
        return Path(os.path.relpath(start / path, end)).as_posix()

    for option in options():
        if PATH in option.field.metadata:
            part = getattr(settings, option.section)
            value = getattr(part, option.key)
            paths = {n: path_from(p) for n, p in value.items()} if isinstance(value, Mapping) else path_from(value)
            settings = settings.model_copy(update={option.section: part.model_copy(update={option.key: paths})})
    return settings


def _faults(fault: ValidationError, flags: bool) -> list[str]:
    names = {(option.section, option.key): option.name for option in options()} if flags else {}
    lines = []
    for error in fault.errors(include_url=False):
        parts = [str(part) for part in error["loc"]]
        place = ".".join(parts)
        if flags:
            place = "--" + names.get((parts[0], parts[1]) if len(parts) > 1 else ("", ""), parts[-1]).replace("_", "-")
        if error["type"] == "extra_forbidden":
            *parents, name = parts
            lines.append(f"- {place}: {unknown('setting', name, _known(parents))}")
        else:
            lines.append(f"- {place}: {error['msg']} (given: {error.get('input')!r:.80})")
    return lines


def _known(parents: Sequence[str]) -> list[str]:
    """Names that may stand in the given section."""
    models: dict[str, type[BaseModel]] = {**sections(), "pin": PinSettings, "criterion": CriterionSettings}
    model = models.get(parents[0], Settings) if parents else Settings
    return [field.alias or name for name, field in model.model_fields.items()]

"""The flags of a calibration, and the settings that they and a settings file spell together."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from ..errors import SettingsError

if TYPE_CHECKING:
    from ..monthly.settings import Settings

Option = typer.Option
EventsFlag = Annotated[str | None, Option(metavar="FILE", help="Events of the leads: id, time, type.")]
AtFlag = Annotated[
    datetime | None,
    Option(
        metavar="DATE",
        formats=["%Y-%m-%d"],
        help="Score as of this day (YYYY-MM-DD): --events count from the lead's creation to that day, not only in the "
        "days that the grid was calibrated on, and lines with an expiry rule keep what their age leaves. Without it: "
        "as calibrated, nothing expires.",
    ),
]
ExportAtFlag = Annotated[
    str, Option(metavar="DATE", help="Day on which SQL scores, as in score --at: YYYY-MM-DD, or today (the server's).")
]
TableFlag = Annotated[str | None, Option(help="Table of a database, sheet of a workbook.")]
JsonFlag = Annotated[bool, Option("--json", help="Print the result as JSON.")]
TextFlag = Annotated[str, Option("--lang", metavar="en|fr", help="Language of the texts.")]
LangFlag = Annotated[list[str] | None, Option(metavar="en,fr", help="Languages of the report.")]
FLAGS: dict[str, Any] = {
    "table": TableFlag,
    "customer": Annotated[str | None, Option(metavar="COL", help="Column that tells which leads became customers.")],
    "customer_value": Annotated[
        list[str] | None, Option(metavar="V", help="Value that means customer; may be repeated.")
    ],
    "created_at": Annotated[str | None, Option(metavar="COL", help="Column with the day the lead entered.")],
    "customer_at": Annotated[str | None, Option(metavar="COL", help="Column with the day it became a customer.")],
    "lead_id": Annotated[str | None, Option(metavar="COL", help="Column that identifies a lead.")],
    "order": Annotated[str | None, Option(metavar="COL", help="Column that orders leads in time, without dates.")],
    "criteria": Annotated[
        list[str] | None, Option(metavar="COL,COL", help="Use these columns only (puts back suspects).")
    ],
    "exclude": Annotated[list[str] | None, Option(metavar="COL,COL", help="Never use these columns.")],
    "events": EventsFlag,
    "outcomes": Annotated[str | None, Option(metavar="FILE", help="Second file that lists customers, by lead id.")],
    "outcomes_id": Annotated[str | None, Option(metavar="COL", help="Column of that file with the lead's id.")],
    "outcomes_by": Annotated[str | None, Option(metavar="COL", help="Column of the leads it holds (default: id).")],
    "crm": Annotated[str | None, Option(metavar="NAME", help="Whose export it is (default: by its header), or none.")],
    "value": Annotated[str | None, Option(metavar="COL", help="Column with the amount that a customer signed.")],
    "worked": Annotated[str | None, Option(metavar="COL", help="Column that tells which leads sales worked.")],
    "as_of": Annotated[str | None, Option(metavar="DATE", help="Day on which the history is read (YYYY-MM-DD).")],
    "observe_days": Annotated[int | None, Option(metavar="N", help="Days a lead is observed after creation.")],
    "close_within_days": Annotated[int | None, Option(metavar="N", help="Days within which a customer counts.")],
    "current": Annotated[str | None, Option(metavar="GRID.json", help="The grid in use today: the baseline.")],
    "grid": Annotated[list[str] | None, Option(metavar="NAME=GRID.json", help="One more grid; may be repeated.")],
    "methods": Annotated[list[str] | None, Option(metavar="A,B", help="Weighting methods to compare.")],
    "max_lines": Annotated[int | None, Option(metavar="N", help="At most N lines with points in any grid.")],
    "max_criteria": Annotated[int | None, Option(metavar="N", help="At most N criteria with points in any grid.")],
    "cap": Annotated[int | None, Option(metavar="POINTS", help="At most so many points a line, up or down.")],
    "ceiling": Annotated[
        bool | None, Option("--ceiling/--no-ceiling", help="How well any model would rank (extra 'ceiling').")
    ],
    "pivot": Annotated[int | None, Option(metavar="POINTS", help="Score at which marketing hands a lead over.")],
    "capacity": Annotated[float | None, Option(metavar="LEADS", help="Leads a month that sales can call.")],
    "close_rate": Annotated[float | None, Option(metavar="RATE", help="Close rate wanted above the threshold.")],
    "share_of_customers": Annotated[
        float | None, Option(metavar="SHARE", help="Share of customers that the threshold should catch.")
    ],
    "cost_of_call": Annotated[float | None, Option(metavar="MONEY", help="Cost of a call to a lead.")],
    "value_of_customer": Annotated[float | None, Option(metavar="MONEY", help="What a customer is worth.")],
    "fit_minimum": Annotated[int | None, Option(metavar="POINTS", help="Fit that an MQL must have.")],
    "engagement_minimum": Annotated[int | None, Option(metavar="POINTS", help="Engagement that an SQL must have.")],
    "minutes_per_call": Annotated[float | None, Option(metavar="N", help="Minutes that sales spends on a lead.")],
    "segments": Annotated[list[str] | None, Option(metavar="A,B", help="Criteria to compare candidates by.")],
    "feedback": Annotated[str | None, Option(metavar="FILE", help="Leads that sales rejected, with the reason.")],
    "out": Annotated[str | None, Option(metavar="DIR", help="Folder of the reports (default: reports).")],
    "lang": LangFlag,
    "json": JsonFlag,
}
RUN_FLAGS: dict[str, Any] = {
    "force": Annotated[bool, Option("--force", help="Write the report of a month anew that a decision has closed.")],
    "notebook": Annotated[bool, Option("--notebook", help="Run notebooks/monthly.ipynb too, saved as notebook.html.")],
}
"""Flags of `run` alone."""
DATA_HELP = (
    "A calibration.toml, or leads: CSV, Parquet, Excel, JSON lines, a DuckDB file, postgresql://… or spark://… "
    "followed by #table."
)
DataArgument = Annotated[str, typer.Argument(metavar="DATA|SETTINGS", help=DATA_HELP)]


def with_flags(
    more: Mapping[str, Any] | None = None, *, ahead: Mapping[str, Any] | None = None, omit: Sequence[str] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command `data`, the flags of a calibration and some more; it receives them as a mapping.

    `ahead` are arguments that stand before `data` (they are among the flags it receives); `omit` names flags that
    mean nothing to it and come as None.
    """
    keyword, place = inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        known = {**(ahead or {}), "data": DataArgument}
        parameters = [inspect.Parameter(name, place, annotation=annotation) for name, annotation in known.items()]
        for name, annotation in {**FLAGS, **(more or {})}.items():
            default = False if get_args(annotation)[0] is bool else None
            if name not in omit:
                parameters.append(inspect.Parameter(name, keyword, default=default, annotation=annotation))

        def called(data: str, **flags: Any) -> None:
            command(data, {**dict.fromkeys(omit), **flags})

        called.__name__, called.__doc__ = command.__name__, command.__doc__
        called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        return called

    return decorated


def settings_of(data: str, flags: dict[str, Any]) -> Settings:
    """Settings from a file or from flags; a flag given wins over the file."""
    from pathlib import Path

    from ..monthly import settings as spelling

    values: dict[str, Any] = {"data": {"file": data}}
    if data.endswith(".toml"):
        values = spelling.read(Path(data)).model_dump(by_alias=True)
    sections = {
        "data": {"table": flags["table"], "crm": flags["crm"]},
        "outcome": {
            "customer": flags["customer"],
            "customer_values": flags["customer_value"],
            "lead_id": flags["lead_id"],
            "outcomes": flags["outcomes"],
            "outcomes_id": flags["outcomes_id"],
            "outcomes_by": flags["outcomes_by"],
            "value": flags["value"],
            "worked": flags["worked"],
        },
        "time": {name: flags[name] for name in
                 ("created_at", "customer_at", "order", "as_of", "observe_days", "close_within_days")},
        "events": {"file": flags["events"]},
        "columns": {"only": split(flags["criteria"]), "exclude": split(flags["exclude"])},
        "candidates": {
            "current": flags["current"],
            "current_since": None if flags["current"] is None else "now",
            "grids": named(flags["grid"]) or None,
            "methods": None if flags["methods"] is None else split(flags["methods"]) or (),
            "max_lines": flags["max_lines"],
            "max_criteria": flags["max_criteria"],
            "cap": flags["cap"],
            "pivot": flags["pivot"],
            "ceiling": flags["ceiling"],
        },
        "thresholds": {name: flags[name] for name in
                       ("capacity", "close_rate", "share_of_customers", "cost_of_call", "value_of_customer",
                        "fit_minimum", "engagement_minimum", "minutes_per_call")},
        "feedback": {"file": flags["feedback"]},
        "report": {"out": flags["out"], "languages": split(flags["lang"]), "segments": split(flags["segments"])},
    }  # fmt: skip
    for name, section in sections.items():
        given = {key: value for key, value in section.items() if value is not None}
        if given:
            values[name] = {**values.get(name, {}), **given}
    return spelling.settings(values, where="what was asked for", flags=not data.endswith(".toml"))


def split(values: Sequence[str] | None) -> tuple[str, ...] | None:
    """Names from comma lists and repeated flags; a name with a comma may be quoted."""
    import csv

    if values is None:
        return None
    return tuple(name.strip() for row in csv.reader(values, skipinitialspace=True) for name in row if name.strip())


def named(values: Sequence[str] | None) -> dict[str, str]:
    """NAME=FILE pairs; a file without a name takes its own."""
    from pathlib import Path

    named: dict[str, str] = {}
    for value in values or ():
        name, equals, path = value.partition("=")
        if not equals:
            name, path = Path(value).stem, value
        if not name or not path:
            raise SettingsError(f"--grid '{value}' is not NAME=GRID.json")
        if name in named:
            raise SettingsError(f"two grids are named '{name}'; give each its own name")
        named[name] = path
    return named

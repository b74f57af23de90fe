"""The flags of a calibration, and the settings that they and a settings file spell together."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from ..errors import SettingsError
from .help import SETTLED, THIS_RUN

if TYPE_CHECKING:
    from ..language import Words
    from ..monthly.settings import Flag, Settings
    from ..monthly.settings import Option as SettingsOption

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
MemoryFlag = Annotated[
    str | None, Option(metavar="SIZE", help="Memory that reading may use, such as 4GB (default: by the machine).")
]
TableFlag = Annotated[str | None, Option(help="Table of a database, sheet of a workbook.")]
JsonFlag = Annotated[bool, Option("--json", help="Print the result as JSON.")]
TextFlag = Annotated[str, Option("--lang", metavar="en|fr", help="Language of the texts (default: that of LANG).")]
LangFlag = Annotated[list[str] | None, Option(metavar="en,fr", help="Languages of the report.")]


NEW_DATA = "new_data"
RUN_FLAGS: dict[str, Any] = {
    NEW_DATA: Annotated[
        str | None,
        Option(
            "--data",
            metavar="FILE",
            help="The leads of this month, in place of the file that the settings name.",
            rich_help_panel=THIS_RUN,
        ),
    ],
    "target": Annotated[
        str | None,
        Option(
            "--for",
            metavar="SYSTEM",
            help="Also make the grid that this system can hold: pipedrive, hubspot, zoho…",
            rich_help_panel="The grids",
        ),
    ],
    "force": Annotated[
        bool,
        Option(
            "--force", help="Write the report of a month anew that a decision has closed.", rich_help_panel=THIS_RUN
        ),
    ],
    "notebook": Annotated[
        bool,
        Option("--notebook", help="Run notebooks/monthly.ipynb too, saved as notebook.html.", rich_help_panel=THIS_RUN),
    ],
}
"""Flags of `run` alone."""
DATA_HELP = (
    "A calibration.toml, or leads: CSV, Parquet, Excel, JSON lines, a DuckDB file, also at s3://… or https://…, or "
    "postgresql://…, spark://…, sc://…, snowflake://… or another warehouse followed by #table."
)
DataArgument = Annotated[str, typer.Argument(metavar="DATA|SETTINGS", help=DATA_HELP)]


def _flag(option: SettingsOption, flag: Flag) -> Any:
    """The option as typer wants it; the first letter of what it means becomes a capital."""
    default = f" (default: {option.default})" if option.default else ""
    text = option.field.description or ""
    names = ["--{0}/--no-{0}".format(option.name.replace("_", "-"))] if option.type is bool else []
    kind: Any = list[str] if option.several else option.type if option.type in (int, float, bool) else str
    spelled = Option(
        *names,
        metavar=flag.metavar or None,
        help=text[:1].upper() + text[1:] + default + ".",
        rich_help_panel=SETTLED[option.section],
    )
    return Annotated[kind | None, spelled]


@cache
def calibration_flags() -> dict[str, Any]:
    """Flags of a calibration, made from the settings (see the top of `monthly/settings.py`)."""
    from ..monthly.settings import options

    return {**{option.name: _flag(option, option.flag) for option in options() if option.flag}, "json": JsonFlag}


class FlagCommand:
    """A command with `data`, the flags of a calibration and some more; its signature is made when it is asked for.

    So the settings model is loaded by the commands that need its flags, and not by `import calibrate.cli`.
    """

    def __init__(
        self, command: Callable[..., None], more: Mapping[str, Any], ahead: Mapping[str, Any], omit: Sequence[str]
    ) -> None:
        self.command, self.more, self.ahead, self.omit = command, more, ahead, omit
        self.__name__, self.__doc__ = command.__name__, command.__doc__
        self.__annotations__: dict[str, Any] = {}

    @property
    def __signature__(self) -> inspect.Signature:
        keyword, place = inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD
        arguments = {**self.ahead, "data": DataArgument}
        parameters = [inspect.Parameter(name, place, annotation=annotation) for name, annotation in arguments.items()]
        for name, annotation in {**calibration_flags(), **self.more}.items():
            default = False if get_args(annotation)[0] is bool else None
            if name not in self.omit:
                parameters.append(inspect.Parameter(name, keyword, default=default, annotation=annotation))
        return inspect.Signature(parameters)

    def __call__(self, data: str, **flags: Any) -> None:
        """Run the command; flags that it omits come as None."""
        self.command(data, {**dict.fromkeys(self.omit), **flags})


def with_flags(
    more: Mapping[str, Any] | None = None, *, ahead: Mapping[str, Any] | None = None, omit: Sequence[str] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command `data`, the flags of a calibration and some more; it receives them as a mapping.

    `ahead` are arguments that stand before `data` (they are among the flags it receives); `omit` names flags that
    mean nothing to it and come as None.
    """
    return lambda command: FlagCommand(command, more or {}, ahead or {}, omit)


def settings_of(data: str, flags: dict[str, Any]) -> Settings:
    """Settings from a file or from flags; a flag given wins over the file."""
    from ..monthly.settings import options, read, settings_from

    values: dict[str, Any] = {"data": {"file": data}}
    if data.endswith(".toml"):
        values = read(Path(data)).model_dump(by_alias=True)
        if flags.get(NEW_DATA):
            values["data"]["file"] = flags[NEW_DATA]
    elif flags.get(NEW_DATA):
        raise SettingsError(f"--data goes with a settings file; '{data}' is the data itself")
    for option in options():
        value = _value(option, flags.get(option.name)) if option.flag else None
        if value is not None:
            values[option.section] = {**values.get(option.section, {}), option.key: value}
    if flags["current"] is not None:
        values["candidates"]["current_since"] = "now"
    return settings_from(values, where="what was asked for", flags=not data.endswith(".toml"))


def _value(option: SettingsOption, value: Any) -> Any:
    """What was given for an option as the settings want it; None where nothing was."""
    if value is None or not option.several:
        return value
    if option.several == "pairs":
        return pairs(value, option) or None
    return tuple(value) if option.flag and option.flag.repeated else split(value)


def day_of(text: str) -> date:
    """A day as a user writes it: YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"'{text}' is not a day; write it as YYYY-MM-DD") from None


def words_of(lang: str | Sequence[str] | None) -> Words:
    """The words of the language that a flag names first, else of the terminal's own."""
    import os

    from ..language import load, spoken

    names = split([lang] if isinstance(lang, str) and lang else None if isinstance(lang, str) else lang)
    return load(names[0] if names else spoken(os.environ))


def split(values: Sequence[str] | None) -> tuple[str, ...] | None:
    """Names from comma lists and repeated flags; a name with a comma may be quoted."""
    import csv

    if values is None:
        return None
    return tuple(name.strip() for row in csv.reader(values, skipinitialspace=True) for name in row if name.strip())


def pairs(values: Sequence[str], option: SettingsOption) -> dict[str, str]:
    """NAME=VALUE pairs; a file without a name takes its own."""
    from ..monthly.settings import PATH

    files: dict[str, str] = {}
    flag = "--" + option.name.replace("_", "-")
    for value in values:
        name, equals, right = value.partition("=")
        if not equals and PATH in option.field.metadata:
            name, right = Path(value).stem, value
        if not name or not right:
            raise SettingsError(f"{flag} '{value}' is not {option.flag.metavar if option.flag else 'NAME=VALUE'}")
        if name in files:
            raise SettingsError(f"{flag} has '{name}' twice; give each its own name")
        files[name] = right
    return files

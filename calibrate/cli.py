"""The command line: each command reads its words, calls the library once and prints.

Heavy libraries are imported inside the commands, so that `calibrate --help` answers at once. Anything in
`errors` becomes one message and exit code 2; any other exception is a fault of ours and exits with 1.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, cast

import typer

from .errors import CalibrateError, SettingsError

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small matrices: threads of BLAS only wait for each other

if TYPE_CHECKING:
    from .monthly import Counted, Progress
    from .settings import Settings

app = typer.Typer(
    name="calibrate",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Turns a lead history into a points grid in which every point traces to counted leads.",
)
grid_app = typer.Typer(no_args_is_help=True, help="Look at a grid file.")
app.add_typer(grid_app, name="grid")

Option = typer.Option
EventsFlag = Annotated[str | None, Option(metavar="FILE", help="Events of the leads: id, time, type.")]
TableFlag = Annotated[str | None, Option(help="Table of a database, sheet of a workbook.")]
JsonFlag = Annotated[bool, Option("--json", help="Print the result as JSON.")]
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
    "as_of": Annotated[str | None, Option(metavar="DATE", help="Day on which the history is read (YYYY-MM-DD).")],
    "observe_days": Annotated[int | None, Option(metavar="N", help="Days a lead is observed after creation.")],
    "close_within_days": Annotated[int | None, Option(metavar="N", help="Days within which a customer counts.")],
    "current": Annotated[str | None, Option(metavar="GRID.json", help="The grid in use today: the baseline.")],
    "grid": Annotated[list[str] | None, Option(metavar="NAME=GRID.json", help="One more grid; may be repeated.")],
    "methods": Annotated[list[str] | None, Option(metavar="A,B", help="Weighting methods to compare.")],
    "max_lines": Annotated[int | None, Option(metavar="N", help="At most N lines with points in any grid.")],
    "cap": Annotated[int | None, Option(metavar="POINTS", help="At most so many points a line, up or down.")],
    "pivot": Annotated[int | None, Option(metavar="POINTS", help="Score at which marketing hands a lead over.")],
    "capacity": Annotated[float | None, Option(metavar="LEADS", help="Leads a month that sales can call.")],
    "out": Annotated[str | None, Option(metavar="DIR", help="Folder of the reports (default: reports).")],
    "lang": LangFlag,
    "json": JsonFlag,
}
DATA_HELP = (
    "A calibration.toml, or leads: CSV, Parquet, Excel, JSON lines, a DuckDB file, postgresql://… or spark://… "
    "followed by #table."
)
DataArgument = Annotated[str, typer.Argument(metavar="DATA|SETTINGS", help=DATA_HELP)]


def _with_flags(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command `data` and all the flags of a calibration; it receives them as a mapping."""
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter("data", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=DataArgument)]
    for name, annotation in FLAGS.items():
        default = False if name == "json" else None
        parameters.append(inspect.Parameter(name, keyword, default=default, annotation=annotation))

    def called(data: str, **flags: Any) -> None:
        command(data, flags)

    called.__name__, called.__doc__ = command.__name__, command.__doc__
    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return called


@app.command()
@_with_flags
def run(data: str, flags: dict[str, Any]) -> None:
    """Calibrate: rates, candidate grids, their comparison on later leads, and the month's report."""
    from . import monthly
    from .report import folder, run_json, summary

    settings = _settings(data, flags)
    monthly.check_out(settings)
    with _Progress(flags["json"]) as progress:
        counted = monthly.read_rows(settings, progress)
        review = monthly.review(counted, progress)
        progress("report")
        where = monthly.publish(review, counted)
    found = run_json.run_json(review)
    if flags["json"]:
        _print_json({**found, "report": where.as_posix(), "timing": counted.timing})
    else:
        _print(summary.summary(review))
        _print(f"\nReport: {folder.first_page(where, settings.report.languages)}")


@app.command()
@_with_flags
def init(data: str, flags: dict[str, Any]) -> None:
    """Write the calibration.toml that a run on this data would use, to be edited."""
    from pathlib import Path

    from . import monthly

    target = Path(flags["out"] or ".") / "calibration.toml"
    if target.exists():
        raise SettingsError(f"'{target}' exists already; move it away or name another folder with --out")
    settings = _settings(data, {**flags, "out": None})
    with _Progress(flags["json"]) as progress:
        counted = monthly.read_rows(settings, progress)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(monthly.settings_text(counted, target.parent), encoding="utf-8")
    if flags["json"]:
        _print_json({"settings": target.as_posix()})
    else:
        _print(f"Wrote {target}. Edit it, then: calibrate run {target}")


@app.command()
@_with_flags
def check(data: str, flags: dict[str, Any]) -> None:
    """Read the data and say what was understood: rows, exclusions, criteria, suspects. Nothing is written."""
    from .report import run_json, summary

    counted = _counted(data, flags)
    if flags["json"]:
        _print_json({**run_json.counted_json(*_parts(counted)), "timing": counted.timing})
    else:
        _print(summary.check(*_parts(counted)))


@app.command()
@_with_flags
def rates(data: str, flags: dict[str, Any]) -> None:
    """Close rates of every level with counts, intervals, shrinkage, lift and evidence. Nothing is written."""
    from .report import run_json

    counted = _counted(data, flags)
    if flags["json"]:
        _print_json({**run_json.counted_json(*_parts(counted)), "timing": counted.timing})
        return
    _rates_table(counted)


@app.command()
@_with_flags
def compare(data: str, flags: dict[str, Any]) -> None:
    """Judge grid files on this history, side by side. Nothing is written."""
    from . import monthly
    from .report import run_json, summary

    if not flags["grid"] and not flags["current"]:
        raise SettingsError("compare needs grids to judge: --grid NAME=GRID.json (may be repeated) or --current GRID")
    settings = _settings(data, {**flags, "methods": flags["methods"] or [""]})
    with _Progress(flags["json"]) as progress:
        counted = monthly.read_rows(settings, progress)
        review = monthly.review(counted, progress)
    if flags["json"]:
        _print_json({**run_json.run_json(review), "timing": counted.timing})
    else:
        _print(summary.summary(review))


@app.command()
def score(
    grid: Annotated[str, typer.Argument(metavar="GRID.json")],
    data: Annotated[str, typer.Argument(metavar="DATA", help=DATA_HELP)],
    out: Annotated[str, Option(metavar="FILE", help="Where to write: CSV or Parquet by suffix.")],
    events: EventsFlag = None,
    table: TableFlag = None,
    json: JsonFlag = False,
) -> None:
    """Add score, band and reasons to every lead of a file or table."""
    from . import monthly, scoring

    with _Progress(json) as progress:
        progress("score")
        written = scoring.score_file(monthly.read_grid(grid), data, out, table=table, events=events)
    if json:
        _print_json({"rows": written, "out": out})
    else:
        _print(f"Scored {written:,} leads into {out}")


@app.command()
def export(
    grid: Annotated[str, typer.Argument(metavar="GRID.json")],
    to: Annotated[str, Option(metavar="FORMAT", help="json, csv, sql-duckdb, …; 'calibrate export --help' lists all.")],
    out: Annotated[str, Option(metavar="FILE", help="Where to write.")],
    table: Annotated[str, Option(help="Table that the SQL export reads.")] = "leads",
    lead_id: Annotated[str | None, Option(metavar="COL", help="Column of the lead id.")] = None,
    edition: Annotated[str | None, Option(help="Edition of the target system, where its limits differ.")] = None,
    lang: Annotated[str, Option(help="Language of printed sheets.")] = "en",
    strict: Annotated[bool, Option("--strict", help="Refuse when the target cannot carry every line.")] = False,
    json: JsonFlag = False,
) -> None:
    """Write the grid as a weight file for another scorer."""
    from . import export as formats
    from . import monthly

    options = formats.Options(table=table, lead_id=lead_id, edition=edition or "", language=lang, strict=strict)
    found = monthly.read_grid(grid)
    monthly.write_whole(out, formats.write(found, to, options))
    covered = formats.coverage(found, to, options)
    if json:
        items = [{"what": item.what, "status": item.status, "reason": item.reason} for item in covered.items]
        _print_json({"out": out, "format": to, "lossless": covered.lossless, "items": items, "notes": covered.notes})
    else:
        _print(f"Wrote {out}\n{covered}")


@grid_app.command("check")
def grid_check(grid: Annotated[str, typer.Argument(metavar="GRID.json")], json: JsonFlag = False) -> None:
    """Check a grid file against its schema and for the usual mistakes."""
    from . import audit, monthly

    found = audit.findings(monthly.read_grid(grid))
    if json:
        _print_json({"grid": grid, "valid": True, "findings": [finding.as_dict() for finding in found]})
    else:
        _print(f"{grid}: valid" + ("" if found else ", no usual mistake found"))
        for finding in found:
            _print(f"- {finding}")


@app.command()
def demo(
    out: Annotated[str, Option(metavar="DIR", help="Folder of the demo's reports.")] = "reports/demo",
    leads: Annotated[int, Option(min=500, help="Leads to simulate.")] = 6000,
    seed: Annotated[int, Option(help="Seed of the simulation.")] = 2026,
    lang: LangFlag = None,
    json: JsonFlag = False,
) -> None:
    """Simulate a B2B history whose truth is known, calibrate it and write the report."""
    from . import demo as example
    from .report import folder, run_json, summary

    with _Progress(json) as progress:
        progress("simulate")
        counted, review, where = example.run(out, leads, seed, _split(lang) or ("en", "fr"), progress)
    if json:
        _print_json({**run_json.run_json(review), "report": where.as_posix(), "timing": counted.timing})
    else:
        _print(summary.summary(review))
        _print(f"\nReport: {folder.first_page(where, counted.settings.report.languages)}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point: run a command and leave with 0 (done), 2 (wrong usage or input) or 1 (a fault of ours)."""
    try:
        app(args=list(arguments) if arguments is not None else None, standalone_mode=True)
    except CalibrateError as fault:
        _complain(str(fault))
        raise SystemExit(2) from None
    except BrokenPipeError:
        raise SystemExit(0) from None
    except KeyboardInterrupt:
        _complain("stopped; nothing was written")
        raise SystemExit(130) from None
    except Exception:
        import traceback

        traceback.print_exc()
        _complain("this is a fault of calibrate, not of your data; please report it with the lines above")
        raise SystemExit(1) from None


def _settings(data: str, flags: dict[str, Any]) -> Settings:
    """Settings from a file or from flags; a flag given wins over the file."""
    from pathlib import Path

    from . import settings as spelling

    values: dict[str, Any] = {"data": {"file": data}}
    if data.endswith(".toml"):
        values = spelling.read(Path(data)).model_dump(by_alias=True)
    sections = {
        "data": {"table": flags["table"]},
        "outcome": {
            "customer": flags["customer"],
            "customer_values": flags["customer_value"],
            "lead_id": flags["lead_id"],
            "outcomes": flags["outcomes"],
        },
        "time": {name: flags[name] for name in
                 ("created_at", "customer_at", "order", "as_of", "observe_days", "close_within_days")},
        "events": {"file": flags["events"]},
        "columns": {"only": _split(flags["criteria"]), "exclude": _split(flags["exclude"])},
        "candidates": {
            "current": flags["current"],
            "grids": _named(flags["grid"]) or None,
            "methods": None if flags["methods"] is None else _split(flags["methods"]) or (),
            "max_lines": flags["max_lines"],
            "cap": flags["cap"],
            "pivot": flags["pivot"],
        },
        "thresholds": {"capacity": flags["capacity"]},
        "report": {"out": flags["out"], "languages": _split(flags["lang"])},
    }  # fmt: skip
    for name, section in sections.items():
        given = {key: value for key, value in section.items() if value is not None}
        if given:
            values[name] = {**values.get(name, {}), **given}
    return spelling.settings(values, where="what was asked for", flags=not data.endswith(".toml"))


def _counted(data: str, flags: dict[str, Any]) -> Counted:
    from . import monthly

    with _Progress(flags["json"]) as progress:
        return monthly.read_rows(_settings(data, flags), progress)


def _parts(counted: Counted) -> tuple[Any, ...]:
    from . import monthly

    return monthly.account(counted), counted.rates, counted.suspects


def _split(values: Sequence[str] | None) -> tuple[str, ...] | None:
    """Names from comma lists and repeated flags; a name with a comma may be quoted."""
    import csv

    if values is None:
        return None
    return tuple(name.strip() for row in csv.reader(values, skipinitialspace=True) for name in row if name.strip())


def _named(values: Sequence[str] | None) -> dict[str, str]:
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


class _Progress:
    """Shows on stderr what is being done, when it is a terminal or takes longer than two seconds."""

    WORDS: ClassVar = {
        "open": "Reading the source", "propose": "Looking at the columns",
        "events": "Counting what leads did", "observe": "Judging which leads count",
        "count": "Counting leads per profile", "suspects": "Looking for leakage", "rates": "Estimating rates",
        "backtest": "Replaying on later leads", "candidates": "Making the grids", "compare": "Comparing",
        "report": "Writing the report", "simulate": "Simulating leads", "score": "Scoring leads",
    }  # fmt: skip

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet

    def __enter__(self) -> Progress:
        import time

        self.start, self.status = time.perf_counter(), None
        if sys.stderr.isatty() and not self.quiet:
            from rich.console import Console

            self.status = Console(stderr=True).status("Starting")
            self.status.start()
        return self.say

    def say(self, stage: str) -> None:
        import time

        words = self.WORDS.get(stage, stage)
        if self.status is not None:
            self.status.update(words + " …")
        elif time.perf_counter() - self.start > 2:
            print(f"[{time.perf_counter() - self.start:5.1f} s] {words} …", file=sys.stderr)  # noqa: T201

    def __exit__(self, *_: object) -> None:
        if self.status is not None:
            self.status.stop()


def _rates_table(counted: Counted) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    found = counted.rates
    table = Table(title=f"Close rates: {found.overall}", title_justify="left")
    for heading in ("criterion", "level", "leads", "customers", "rate", "95 %", "shrunk", "lift", "lift 95 %", ""):
        table.add_column(heading, justify="left" if heading in ("criterion", "level", "") else "right")
    last, rows = "", cast(Any, found.frame().itertuples())
    for row in rows:
        if not row.leads:
            continue
        mark = "thin" if row.thin else "differs" if row.distinct else ""
        table.add_row(
            Text("" if row.criterion == last else row.criterion), Text(row.level), f"{row.leads:,}",
            f"{row.customers:,}", f"{row.rate:.1%}", f"{row.low:.1%}-{row.high:.1%}", f"{row.shrunk:.1%}",
            f"{row.lift:.2f}", f"{row.lift_low:.2f}-{row.lift_high:.2f}", mark,
        )  # fmt: skip
        last = row.criterion
    Console(width=None if sys.stdout.isatty() else 140).print(table)


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")


def _print_json(found: object) -> None:
    import json

    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def _complain(text: str) -> None:
    sys.stderr.write(f"calibrate: {text}\n")


if __name__ == "__main__":
    main()

"""The command line: each command reads its words, calls the library once and prints.

Heavy libraries are imported inside the commands, so that `calibrate --help` answers at once. Anything in
`errors` becomes one message and exit code 2; any other exception is a fault of ours and exits with 1.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from .. import __version__
from ..cores import shared
from ..errors import CalibrateError, SettingsError, unknown
from ..language import tongue
from . import card_command, decide, exports
from . import drift_command as later
from . import trial as trials
from .flags import (
    DATA_HELP,
    NEW_DATA,
    RUN_FLAGS,
    AtFlag,
    EventsFlag,
    JsonFlag,
    LangFlag,
    MemoryFlag,
    Option,
    TableFlag,
    TextFlag,
    settings_of,
    split,
    with_flags,
    words_of,
)
from .help import arrange, name_of
from .output import Progressing, any_encoding, complain, give_up, grid_for_day, rates_table, say, say_json
from .stopping import stoppable

for _threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):  # small matrices: threads only wait for each other
    os.environ.setdefault(_threads, "1")

if TYPE_CHECKING:
    from ..counts.leakage import Suspect
    from ..counts.rates import RateTable
    from ..language import Words
    from ..monthly.counted import Counted
    from ..report.review import Account

__all__ = ["app", "main"]

COMPLETION = "_CALIBRATE_COMPLETE"
"""Set by a shell that asks for completions."""

app = typer.Typer(
    name="calibrate",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    help="Turns a lead history into a points grid in which every point traces to counted leads.",
)


def _version(wish: bool) -> None:
    if wish:
        say(f"calibrate {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, Option("--version", callback=_version, is_eager=True, help="Say the version and leave.")
    ] = False,
) -> None:
    """Turns a lead history into a points grid in which every point traces to counted leads."""
    from ..files import remove_abandoned_copies

    remove_abandoned_copies()


grid_app = typer.Typer(no_args_is_help=True, help="Look at a grid file.")
app.add_typer(grid_app, name="grid")
decide.add_to(app, grid_app)
card_command.add_to(app)
exports.add_to(app)
later.add_to(app)
trials.add_to(app)


@app.command()
@with_flags(RUN_FLAGS)
def run(data: str, flags: dict[str, Any]) -> None:
    """Calibrate: rates, candidate grids, their comparison on later leads, and the month's report."""
    from pathlib import Path

    from ..monthly import notebook, publish
    from ..monthly import run as monthly
    from ..report import folder, run_json, summary

    settings = settings_of(data, flags)
    if flags["target"]:
        candidates = settings.candidates.model_copy(update={"target": flags["target"]})
        settings = settings.model_copy(update={"candidates": candidates})
    book = notebook.find() if flags["notebook"] else None
    publish.check_out(settings)
    timing: dict[str, float] = {}
    with shared(), Progressing(flags["json"], words_of(flags["lang"])) as progress:
        reading = monthly.read_rows(settings, progress, timing=timing)
        publish.check_open(reading, flags["force"])
        review = monthly.review(reading, progress, timing=timing)
        progress("report")
        where = publish.publish_month(review, reading, force=flags["force"])
        if book is not None:
            progress("notebook")
            notebook.execute(book, notebook.again(where, flags["force"]), where / notebook.SAVED)
    if flags["json"]:
        say_json({**run_json.run_object(review), "report": where.as_posix(), "timing": timing})
    else:
        say(summary.summarise(review, _words(reading, flags)))
        if data.endswith(".toml") and not flags[NEW_DATA] and (newer := publish.newer_beside(settings)):
            files = {"name": Path(settings.data.file).name, "newer": newer.name}
            say("\n" + _words(reading, flags)("terminal.newer", **files, settings=data, path=str(newer)))
        say("\n" + _words(reading, flags)("terminal.report", path=folder.first_page(where, settings.report.languages)))


@app.command()
@with_flags()
def init(data: str, flags: dict[str, Any]) -> None:
    """Write the calibration.toml that a run on this data would use, to be edited."""
    from pathlib import Path

    from ..files import write_whole
    from ..monthly import publish
    from ..monthly import run as monthly

    target = Path(flags["out"] or ".") / "calibration.toml"
    if target.exists():
        raise SettingsError(f"'{target}' exists already; move it away or name another folder with --out")
    if target.parent.exists() and not target.parent.is_dir():
        raise SettingsError(f"'{target.parent}' is a file; name a folder with --out")
    settings = settings_of(data, {**flags, "out": None})
    with Progressing(flags["json"], words_of(flags["lang"])) as progress:
        reading = monthly.read_rows(settings, progress, follow=False)
    write_whole(str(target), publish.settings_text(reading, target.parent).encode())
    if flags["json"]:
        say_json({"settings": target.as_posix()})
    else:
        say(_words(reading, flags)("terminal.init", path=str(target)))


@app.command()
@with_flags()
def check(data: str, flags: dict[str, Any]) -> None:
    """Read the data and say what was understood: rows, exclusions, criteria, suspects. Nothing is written."""
    from ..monthly import account
    from ..report import run_json, summary

    timing: dict[str, float] = {}
    reading = _counted(data, flags, timing, bare=True)
    risks = account.warnings(reading)
    if flags["json"]:
        content = {
            **run_json.counted_json(*_parts(reading), reading.asked, reading.power),
            "warnings": run_json.warnings_json(risks),
        }
        say_json({**content, "timing": timing})
    else:
        say(summary.check(*_parts(reading), _words(reading, flags), risks, reading.asked, reading.power))


@app.command()
@with_flags()
def rates(data: str, flags: dict[str, Any]) -> None:
    """Close rates of every level with counts, intervals, shrinkage, lift and evidence. Nothing is written."""
    from ..report import run_json

    timing: dict[str, float] = {}
    reading = _counted(data, flags, timing)
    if flags["json"]:
        say_json({**run_json.counted_json(*_parts(reading), reading.asked, reading.power), "timing": timing})
        return
    rates_table(reading, _words(reading, flags))


@app.command()
@with_flags()
def compare(data: str, flags: dict[str, Any]) -> None:
    """Judge grid files on this history, side by side. Nothing is written."""
    from ..monthly import run as monthly
    from ..report import run_json, summary

    if not flags["grid"] and not flags["current"]:
        raise SettingsError("compare needs grids to judge: --grid NAME=GRID.json (may be repeated) or --current GRID")
    settings = settings_of(data, {**flags, "methods": flags["methods"] or [""]})
    timing: dict[str, float] = {}
    with shared(), Progressing(flags["json"], words_of(flags["lang"])) as progress:
        reading = monthly.read_rows(settings, progress, follow=False, timing=timing)
        review = monthly.review(reading, progress, timing=timing)
    if flags["json"]:
        say_json({**run_json.run_object(review), "timing": timing})
    else:
        say(summary.summarise(review, _words(reading, flags)))


@app.command()
@with_flags()
def frontier(data: str, flags: dict[str, Any]) -> None:
    """The best grid of every number of lines by each method, judged on later leads. Nothing is written."""
    from ..monthly import run as monthly
    from ..report import run_json, summary

    timing: dict[str, float] = {}
    with shared(), Progressing(flags["json"], words_of(flags["lang"])) as progress:
        reading = monthly.read_rows(settings_of(data, flags), progress, follow=False, timing=timing)
        curve = monthly.frontier_of(reading, progress, timing=timing)
    if flags["json"]:
        say_json({"frontier": run_json.frontier_json(curve), "timing": timing})
    else:
        say(summary.frontier(curve, _words(reading, flags)))


@app.command()
def score(
    grid: Annotated[str, typer.Argument(metavar="GRID.json")],
    data: Annotated[str, typer.Argument(metavar="DATA", help=DATA_HELP)],
    out: Annotated[str, Option(metavar="FILE", help="Where to write: CSV or Parquet by suffix.")] = "",
    out_table: Annotated[
        str,
        Option(metavar="NAME", help="A new table beside the leads in their database, instead of a file."),
    ] = "",
    events: EventsFlag = None,
    table: TableFlag = None,
    at: AtFlag = None,
    memory: MemoryFlag = None,
    reasons: Annotated[str, Option(metavar="top|all", help="The three weightiest lines, or all that fired.")] = "top",
    lang: TextFlag = "en",
    json: JsonFlag = False,
) -> None:
    """Add score, band and reasons to every lead of a file or table."""
    if reasons not in ("top", "all"):
        raise SettingsError(unknown("kind of reasons", reasons, ("top", "all")))
    if bool(out) == bool(out_table):
        raise SettingsError("name where the scored leads go: a file with --out, or a table with --out-table")
    from ..scoring import rows as scoring

    day = at.date() if at is not None else None

    with Progressing(json, words_of(lang)) as progress:
        progress("score")
        weights, every_line = grid_for_day(grid, day), reasons == "all"
        writer, target = (scoring.score_file, out) if out else (scoring.score_table, out_table)
        read = {"table": table, "events": events, "memory": memory}
        totals = writer(weights, data, target, at=day, language=lang, every_line=every_line, **read)
    if json:
        say_json({"rows": totals, "out": target})
    else:
        say(words_of(None)("terminal.scored", leads=totals, path=target))


@grid_app.command("check")
def grid_check(
    grid: Annotated[str, typer.Argument(metavar="GRID.json")], lang: TextFlag = "", json: JsonFlag = False
) -> None:
    """Check a grid file against its schema and for the usual mistakes."""
    from ..evaluation import audit
    from ..export.reading import read_grid
    from ..report import finding_text as checks

    weights = read_grid(grid)
    findings = audit.findings(weights)
    if json:
        say_json({"grid": grid, "valid": True, "findings": [checks.finding_json(finding) for finding in findings]})
        return
    words = words_of(lang)
    say(words("terminal.valid" if findings else "terminal.valid_clean", path=grid))
    for finding in findings:
        say(f"- {checks.told(finding, words, weights.criteria)}")


@app.command()
def demo(
    out: Annotated[str, Option(metavar="DIR", help="Folder of the demo's reports.")] = "reports/demo",
    leads: Annotated[int, Option(min=500, help="Leads to simulate.")] = 6000,
    seed: Annotated[int, Option(help="Seed of the simulation.")] = 2026,
    lang: LangFlag = None,
    json: JsonFlag = False,
) -> None:
    """Simulate a B2B history whose truth is known, calibrate it and write the report."""
    from ..monthly import demo as example
    from ..report import folder, run_json, summary

    timing: dict[str, float] = {}
    with shared(), Progressing(json, words_of(lang)) as progress:
        progress("simulate")
        reading, review, where = example.run(out, leads, seed, split(lang) or ("en", "fr"), progress, timing=timing)
    if json:
        say_json({**run_json.run_object(review), "report": where.as_posix(), "timing": timing})
    else:
        say(summary.summarise(review, words_of(lang)))
        page = folder.first_page(where, reading.settings.report.languages)
        say("\n" + words_of(lang)("terminal.report", path=page))


arrange(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point: run a command and leave with 0 (done), 2 (wrong usage or input) or 1 (a fault of ours)."""
    any_encoding()
    try:
        with stoppable():
            words = _readable(sys.argv[1:] if arguments is None else arguments)
            (app if COMPLETION in os.environ else _asked(words))(args=words, standalone_mode=True)
    except CalibrateError as fault:
        complain(str(fault))
        raise SystemExit(2) from None
    except SystemExit as leaving:
        if not isinstance(leaving.__context__, BrokenPipeError):
            raise
        give_up(sys.stdout)  # who reads has read enough
        raise SystemExit(0) from None
    except BrokenPipeError:
        give_up(sys.stdout)
        raise SystemExit(0) from None
    except OSError as fault:
        complain(f"the machine refused: {fault.strerror or fault}{f' ({fault.filename})' if fault.filename else ''}")
        give_up(sys.stdout)
        raise SystemExit(2) from None
    except ValueError as fault:
        if "null byte" not in str(fault) and "null character" not in str(fault):
            _told_as_ours()
        complain("a path holds a NUL byte, which no file can have in its name; name another one")
        raise SystemExit(2) from None
    except MemoryError:
        complain("more memory is needed than there is; leave out columns with --exclude, or free memory")
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        complain("stopped; nothing was written")
        raise SystemExit(130) from None
    except Exception:
        _told_as_ours()


def _readable(arguments: Sequence[str]) -> list[str]:
    """The words of a command line; bytes that are no letters cannot be read as a name, nor written into a report."""
    for word in arguments:
        if "\x00" in word:
            raise SettingsError(f"'{word}' holds a NUL byte, which no name can have; name another one")
        if any("\ud800" <= sign <= "\udfff" for sign in word):
            raise SettingsError(f"'{word}' holds bytes that are no UTF-8; rename the file, or write the text in UTF-8")
    return list(arguments)


def _asked(arguments: Sequence[str]) -> typer.Typer:
    """The command line with the one command that is called, so that the flags of all others need not be made.

    >>> len(_asked(["grid", "check", "g.json"]).registered_commands), _asked(["--help"]) is app
    (0, True)
    """
    name = arguments[0] if arguments else ""
    mine = [command for command in app.registered_commands if name_of(command) == name]
    group = [group for group in app.registered_groups if group.name == name]
    if not mine and not group:
        return app
    narrow = typer.Typer(
        name="calibrate", context_settings={"help_option_names": ["-h", "--help"]}, pretty_exceptions_enable=False
    )
    narrow.registered_callback = app.registered_callback
    narrow.registered_commands, narrow.registered_groups = mine, group
    return narrow


def _told_as_ours() -> NoReturn:
    """Show the fault that is being handled, and leave with 1."""
    import traceback

    traceback.print_exc()
    complain("this is a fault of calibrate, not of your data; please report it with the lines above")
    raise SystemExit(1) from None


def _counted(data: str, flags: dict[str, Any], timing: dict[str, float], *, bare: bool = False) -> Counted:
    from ..monthly import run as monthly

    with Progressing(flags["json"], words_of(flags["lang"])) as progress:
        return monthly.read_rows(settings_of(data, flags), progress, follow=False, timing=timing, bare=bare)


def _words(reading: Counted, flags: Mapping[str, Any]) -> Words:
    """The words of the terminal: of the language asked for, else of LANG, else of the report that settings name."""
    report = reading.settings.report
    settled = report.languages if "languages" in report.model_fields_set and tongue(os.environ) is None else None
    return words_of(flags["lang"] or settled)


def _parts(reading: Counted) -> tuple[Account, RateTable, tuple[Suspect, ...]]:
    from ..monthly import account

    rates = reading.rates
    return account.account_of(reading, rates), rates, reading.suspects


if __name__ == "__main__":
    main()

"""The command that writes a grid for another scorer, or leads already scored as a system imports them."""

from __future__ import annotations

from typing import Annotated

import typer

from ..errors import SettingsError
from .flags import ExportAtFlag, JsonFlag, Option, words_of
from .output import say, say_json


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(export)


def export(
    grid: Annotated[str, typer.Argument(metavar="GRID.json")] = "",
    to: Annotated[
        str, Option(metavar="FORMAT", help="json, csv, sql-duckdb, …; 'calibrate export --list' lists all.")
    ] = "",
    out: Annotated[str, Option(metavar="FILE", help="Where to write; LOADING.md beside it says how to load it.")] = "",
    table: Annotated[str, Option(help="Table that the SQL export reads.")] = "leads",
    events_table: Annotated[str, Option(help="Table of events from which SQL makes the grid's event columns.")] = "",
    at: ExportAtFlag = "",
    lead_id: Annotated[str | None, Option(metavar="COL", help="Column of the lead id.")] = None,
    map_: Annotated[
        str | None,
        Option("--map", metavar="FILE", help="Names that columns have in the target: CSV column,field, TOML or JSON."),
    ] = None,
    edition: Annotated[str | None, Option(help="Edition of the target system, where its limits differ.")] = None,
    lang: Annotated[
        str | None, Option(help="Language of printed sheets and of LOADING.md (default: the terminal's).")
    ] = None,
    scores: Annotated[
        str | None, Option(metavar="FILE", help="Write these scored leads as the target imports them.")
    ] = None,
    strict: Annotated[bool, Option("--strict", help="Refuse when the target cannot carry every line.")] = False,
    list_: Annotated[bool, Option("--list", help="List the formats and stop.")] = False,
    json: JsonFlag = False,
) -> None:
    """Write the grid as a weight file for another scorer, and beside it how to load it."""
    from .. import export as formats

    if list_:
        about = formats.described(words_of("en" if json else lang))
        say_json(about) if json else say("\n".join(f"{name:16} {text}" for name, text in about.items()))
        return
    if not (grid and to and out):
        raise SettingsError("export needs GRID.json, --to FORMAT and --out FILE; --list tells the formats")
    from ..export.reading import read_grid
    from ..files import write_whole

    words, names = words_of(lang), formats.read_map(map_) if map_ else {}
    options = formats.Options(
        table, events_table, lead_id, edition or "", words.language, strict, formats.day_asked(at), names
    )
    weights = read_grid(grid)
    if scores is not None:
        key = lead_id or str(weights.provenance.get("lead_id") or "lead_id")
        write_whole(out, formats.write_scores(weights, formats.read_scored(scores, key), to, options))
        say_json({"out": out, "format": to}) if json else say(words("terminal.wrote", path=out))
        return
    written = formats.write_file(weights, to, out, options)
    covered = formats.coverage(weights, to, options)
    if json:
        english = words_of("en")
        items = [
            {
                "what": item.what if item.kind == "line" else item.name(english),
                "status": item.status,
                "reason": str(item.reason or ""),
            }
            for item in covered.items
        ]
        facts = {"out": out, "files": written, "format": to, "lossless": covered.lossless}
        say_json({**facts, "items": items, "notes": [str(note) for note in covered.notes]})
    else:
        say("\n".join([*(words("terminal.wrote", path=path) for path in written), covered.said(words)]))

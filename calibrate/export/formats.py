"""The formats of weight files: one line per format in `FORMATS`, and what can be done with each."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

from ..errors import ExportError, unknown
from ..files import is_stream, write_whole
from ..grid.grid import Grid
from ..language import Words
from . import (
    activecampaign,
    csv,
    dynamics,
    excel,
    hubspot,
    hubspot_formula,
    javascript,
    json,
    loading,
    markdown,
    marketo,
    mautic,
    odoo,
    pipedrive,
    plezi,
    pmml,
    python,
    salesforce,
    zoho,
)
from .base import EVERYTHING, Coverage, Format, Options, Scored, account, refuse_losses
from .fields import check_map, with_names
from .lines import lines_only, lowered, lowered_remark


def _json(grid: Grid, options: Options) -> str:
    return json.write(grid)


def _whole(grid: Grid, options: Options) -> Coverage:
    return account("json", grid, minimums=True, expiry=("carried", None), makes=EVERYTHING)


def _sql(dialect: str, engine: str) -> Format:
    """A dialect of SQL; what writes statements is loaded when one is asked for."""

    def write(grid: Grid, options: Options) -> str:
        from . import sql

        return sql.write(grid, options, dialect=dialect)

    def covers(grid: Grid, options: Options) -> Coverage:
        from . import sql

        return sql.coverage(grid, options, dialect=dialect)

    return Format(write, ".sql", covers, engine=engine)


def _system(room: ModuleType, suffix: str, *, starts: bool = True) -> Format:
    """The format of one system: what its room has of `write`, `coverage`, `scores` and `field_table`."""
    return Format(
        room.write,
        suffix,
        room.coverage,
        getattr(room, "scores", None),
        getattr(room, "field_table", None),
        starts=starts,
    )


FORMATS: dict[str, Format] = {
    "json": Format(_json, ".json", _whole, rules=False, lines=False),
    "csv": Format(csv.write, ".csv", csv.coverage, rules=False),
    "markdown": Format(markdown.write, ".md", markdown.coverage, rules=False),
    "pmml": Format(pmml.write, ".pmml", pmml.coverage),
    "excel": Format(excel.write, ".xlsx", excel.coverage, lines=False),
    "hubspot": _system(hubspot, ".json", starts=False),
    "hubspot-formula": Format(
        hubspot_formula.write,
        ".json",
        hubspot_formula.coverage,
        hubspot.scores,
        hubspot.field_table,
    ),
    "salesforce": _system(salesforce, ".object"),
    "zoho": _system(zoho, ".json", starts=False),
    "odoo": _system(odoo, ".py"),
    "mautic": _system(mautic, ".json", starts=False),
    "marketo": _system(marketo, ".json", starts=False),
    "dynamics": _system(dynamics, ".md"),
    "activecampaign": _system(activecampaign, ".md", starts=False),
    "pipedrive": _system(pipedrive, ".md"),
    "plezi": _system(plezi, ".md", starts=False),
    "sql-duckdb": _sql("duckdb", "DuckDB"),
    "sql-postgres": _sql("postgres", "PostgreSQL"),
    "sql-snowflake": _sql("snowflake", "Snowflake"),
    "sql-bigquery": _sql("bigquery", "BigQuery"),
    "sql-redshift": _sql("redshift", "Amazon Redshift"),
    "sql-databricks": _sql("databricks", "Databricks"),
    "sql-spark": _sql("spark", "Spark"),
    "sql-tsql": _sql("tsql", "SQL Server and Azure SQL"),
    "sql-mysql": _sql("mysql", "MySQL 8"),
    "sql-sqlite": _sql("sqlite", "SQLite"),
    "python": Format(python.write, ".py", python.coverage),
    "javascript": Format(javascript.write, ".mjs", javascript.coverage),
}


def described(words: Words) -> dict[str, str]:
    """Each format with what it is, in words."""
    return {
        name: words("formats.sql", engine=form.engine) if form.engine else words(f"formats.{name}")
        for name, form in FORMATS.items()
    }


def format_named(name: str) -> Format:
    """The format of that name; an ExportError with the nearest right one if there is none.

    >>> format_named("jsn")
    Traceback (most recent call last):
    ...
    calibrate.errors.ExportError: no format named 'jsn'. Did you mean 'json'? Known: json, ...
    """
    if name not in FORMATS:
        raise ExportError(unknown("format", name, FORMATS))
    return FORMATS[name]


def coverage(grid: Grid, name: str, options: Options | None = None) -> Coverage:
    """What one format carries of a grid: each line carried, approximated or impossible, with the reason."""
    target, options = format_named(name), options or Options()
    return _covered(_fitted(grid, target, options), target, options)


def write(grid: Grid, name: str, options: Options | None = None) -> bytes:
    """Content of a weight file; with `strict`, refused when anything of the grid would be lost."""
    target, options = format_named(name), options or Options()
    grid = _fitted(grid, target, options)
    if options.strict:
        refuse_losses(target.coverage(grid, options))
    content = target.write(lines_only(grid) if target.lines else grid, options)
    return content if isinstance(content, bytes) else content.encode()


def write_file(grid: Grid, name: str, path: str, options: Options | None = None) -> list[str]:
    """Write a weight file, and beside it what LOADING.md says of it where it is loaded somewhere; the paths.

    LOADING.md has the steps for that target, a test lead with its score, and how to go back.
    """
    target, options = format_named(name), options or Options()
    content = write(grid, name, options)
    grid = _fitted(grid, target, options)
    if target.rules and not is_stream(Path(path)):
        names = target.names(lines_only(grid), options) if target.names else None
        section = loading.loading_section(grid, name, Path(path).name, options, _covered(grid, target, options), names)
        return [path, str(loading.write_with_page(path, content, section, options.language))]
    write_whole(path, content)
    return [path]


def _fitted(grid: Grid, target: Format, options: Options) -> Grid:
    """The grid over the mapped columns, where the target has no names of its own that stand beside them.

    Where no lead can start with points there, its thresholds are lowered instead.
    """
    check_map(grid, options.names)
    grid = with_names(grid, options.names) if options.names and target.names is None else grid
    return grid if target.starts else lowered(grid)


def _covered(grid: Grid, target: Format, options: Options) -> Coverage:
    """What a target carries, and by how much its thresholds are lower."""
    account = target.coverage(grid, options)
    moved = lowered_remark(grid)
    return dataclasses.replace(account, notes=(*account.notes, moved)) if moved else account


def export(grid: Grid, format: str, path: str | None = None, **options: Any) -> str | bytes:
    """A weight file: text, or bytes where the format is none; with LOADING.md beside it where a `path` is given.

    `options` are the fields of `Options`; one that does not exist is an error that offers the nearest.
    """
    choices = [field.name for field in dataclasses.fields(Options)]
    for name in options:
        if name not in choices:
            raise ExportError(unknown("option of an export", name, choices))
    content = write(grid, format, Options(**options))
    if path is not None:
        write_file(grid, format, path, Options(**options))
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content


def write_scores(grid: Grid, scored: Iterable[Scored], name: str, options: Options | None = None) -> bytes:
    """Content of a file of leads already scored, as one system imports them."""
    target = format_named(name)
    if target.scores is None:
        takers = [format_name for format_name, format in FORMATS.items() if format.scores]
        raise ExportError(f"format '{name}' takes the grid, not scores; formats that take scores: {', '.join(takers)}")
    content = target.scores(grid, scored, options or Options())
    return content if isinstance(content, bytes) else content.encode()

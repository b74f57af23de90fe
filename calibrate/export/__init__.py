"""Weight files: one file per format here, one line per format in `FORMATS`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from functools import partial
from typing import Any

from ..errors import ExportError, unknown
from ..files import write_whole
from ..grid.grid import Grid
from . import (
    activecampaign,
    csv,
    dynamics,
    excel,
    hubspot,
    hubspot_formula,
    javascript,
    json,
    markdown,
    marketo,
    mautic,
    odoo,
    pipedrive,
    plezi,
    pmml,
    python,
    salesforce,
    sql,
    zoho,
)
from .base import EVERYTHING, Coverage, Format, Item, Options, Scored, account, day_asked, refuse_losses
from .scored import read_scored

__all__ = [
    "FORMATS",
    "Coverage",
    "Format",
    "Item",
    "Options",
    "Scored",
    "coverage",
    "day_asked",
    "format_named",
    "read_scored",
    "write",
    "write_scores",
]


def _json(grid: Grid, options: Options) -> str:
    return json.write(grid)


def _whole(grid: Grid, options: Options) -> Coverage:
    return account("json", grid, minimums=True, expiry=("carried", ""), makes=EVERYTHING)


def _sql(dialect: str, engine: str) -> Format:
    write, covers = partial(sql.write, dialect=dialect), partial(sql.coverage, dialect=dialect)
    return Format(write, ".sql", f"one SELECT for {engine}: lead id, score, band, reasons", covers)


FORMATS: dict[str, Format] = {
    "json": Format(_json, ".json", "the whole grid, with a published JSON Schema", _whole),
    "csv": Format(csv.write, ".csv", "one line per level, for a spreadsheet", csv.coverage),
    "markdown": Format(markdown.write, ".md", "the grid as a page to read and print", markdown.coverage),
    "pmml": Format(pmml.write, ".pmml", "PMML 4.4 Scorecard with reason codes and verification rows", pmml.coverage),
    "excel": Format(excel.write, ".xlsx", "a workbook that scores leads by formulas", excel.coverage),
    "hubspot": Format(hubspot.write, ".json", "HubSpot Lead Scoring API requests", hubspot.coverage, hubspot.scores),
    "hubspot-formula": Format(
        hubspot_formula.write, ".json", "HubSpot calculated property", hubspot_formula.coverage, hubspot.scores
    ),
    "salesforce": Format(
        salesforce.write, ".object", "Salesforce formula fields of Lead", salesforce.coverage, salesforce.scores
    ),
    "zoho": Format(zoho.write, ".json", "Zoho CRM scoring rules, within the limits of --edition", zoho.coverage),
    "odoo": Format(odoo.write, ".py", "Odoo server action that writes the score", odoo.coverage, odoo.scores),
    "mautic": Format(mautic.write, ".json", "Mautic point actions and triggers", mautic.coverage, mautic.scores),
    "marketo": Format(marketo.write, ".json", "Marketo program tokens", marketo.coverage),
    "dynamics": Format(
        dynamics.write, ".md", "Dynamics 365 settings sheet; scores as rows", dynamics.coverage, dynamics.scores
    ),
    "activecampaign": Format(
        activecampaign.write,
        ".md",
        "ActiveCampaign settings sheet; scores in bulk",
        activecampaign.coverage,
        activecampaign.scores,
    ),
    "pipedrive": Format(
        pipedrive.write, ".md", "Pipedrive settings sheet; scores as CSV", pipedrive.coverage, pipedrive.scores
    ),
    "plezi": Format(plezi.write, ".md", "Plezi settings sheet, English or French", plezi.coverage),
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
    "python": Format(python.write, ".py", "one file, standard library only: score(lead), band(lead)", python.coverage),
    "javascript": Format(javascript.write, ".mjs", "one ES module without dependencies", javascript.coverage),
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
    return format_named(name).coverage(grid, options or Options())


def write(grid: Grid, name: str, options: Options | None = None) -> bytes:
    """Content of a weight file; with `strict`, refused when anything of the grid would be lost."""
    target, options = format_named(name), options or Options()
    if options.strict:
        refuse_losses(target.coverage(grid, options))
    content = target.write(grid, options)
    return content if isinstance(content, bytes) else content.encode()


def export(grid: Grid, format: str, path: str | None = None, **options: Any) -> str | bytes:
    """A weight file: text, or bytes where the format is none; written to `path` where one is given.

    `options` are the fields of `Options`; one that does not exist is an error that offers the nearest.
    """
    choices = [field.name for field in fields(Options)]
    for name in options:
        if name not in choices:
            raise ExportError(unknown("option of an export", name, choices))
    content = write(grid, format, Options(**options))
    if path is not None:
        write_whole(path, content)
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

"""Files as tables: CSV and its relatives, Parquet, Excel, JSON lines."""

from __future__ import annotations

import glob
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from ..errors import InputError, unknown
from ..numbers import Signs
from ..vocabulary import BLANKS
from . import textfile
from .bounds import without_totals
from .duckdb import Connection, DuckTable, described, refusal, view_over
from .infer import set_types, table_in_place
from .limits import MOST_AVERAGE, MOST_CELL, MOST_LINE, USUAL_AVERAGE, check_cell
from .sql import identifier, literal, relation
from .table import Fact, refuse_too_wide
from .workbook import written_sheet

LARGE = 300 * 2**20
"""A text file with more bytes than this is kept in a database on disk, in a private folder."""
TEXT = (".csv", ".tsv", ".txt", ".tab", ".dat")
EXCEL = (".xlsx", ".xlsm", ".xltx", ".xltm")
OTHER_BOOKS = {
    ".xls": "an old Excel workbook",
    ".xlsb": "a binary Excel workbook",
    ".ods": "an OpenDocument workbook",
    ".fods": "an OpenDocument workbook",
    ".numbers": "a workbook of Numbers",
    ".sxc": "an OpenOffice workbook",
    ".sav": "a file of SPSS",
    ".dta": "a file of Stata",
    ".mdb": "an Access database",
    ".accdb": "an Access database",
}
"""Workbooks and tables of other programs, by their suffix: they are named and refused."""
CSV_BUFFER = 32 * 2**20
"""Bytes in a piece of a text of which nobody has measured the cells; a long cell over its end is read with patience."""
JSON = (".jsonl", ".ndjson", ".json")
PARQUET = (".parquet", ".pq")


@dataclass(frozen=True)
class Asked:
    """What the user or a grid says of a file: the line with the names (from 1, 0 for none), signs of numbers."""

    header_row: int | None = None
    signs: Mapping[str, Signs] = field(default_factory=dict)


def open_file(
    connection: Connection, source: str, *, table: str | None = None, options: Asked | None = None
) -> DuckTable:
    """A table over a file, a folder of Parquet files, or a pattern such as ``leads/*.parquet``.

    `table` chooses a sheet of a workbook.
    """
    options = options or Asked()
    path = Path(source)
    if not path.exists() and any(mark in source for mark in "*?["):
        return _pattern(connection, source, table, options)
    if path.is_dir():
        return _parquet(connection, source, sorted(str(p) for end in PARQUET for p in path.rglob(f"*{end}")), options)
    if not path.exists():
        raise InputError(_no_file(path))
    if not path.is_file():
        raise InputError(f"{path}: this is a device or a pipe, which has no end; save what it gives as a file first")
    suffixes = [suffix.lower() for suffix in path.suffixes]
    last = suffixes[-2] if len(suffixes) > 1 and suffixes[-1] == ".gz" else suffixes[-1] if suffixes else ""
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise InputError(f"{path}: the file cannot be read ({error.strerror})") from error
    if last in PARQUET or start == b"PAR1":
        return _parquet(connection, source, [str(path)], options)
    if last in EXCEL:
        copy = connection.folder / f"{connection.free_name('sheet')}.csv"
        try:
            text, facts = written_sheet(path, table, copy, options.header_row)
            return loaded(connection, path, text, facts, options.signs)
        finally:
            copy.unlink(missing_ok=True)
    if last in OTHER_BOOKS or start == b"\xd0\xcf\x11\xe0":
        raise InputError(
            f"{path}: this is {OTHER_BOOKS.get(last, 'an old Excel workbook')}; save it as .xlsx or as CSV"
        )
    if last in JSON:
        return _json(connection, path, options)
    return _text(connection, path, options)


def _pattern(connection: Connection, source: str, table: str | None, options: Asked) -> DuckTable:
    """The files that a pattern takes, read together; how many they are is a fact of the table."""
    files = sorted(glob.glob(source, recursive=True))
    facts = (Fact("pattern", {"pattern": Path(source).name, "files": len(files)}),)
    if len(files) == 1:
        single = open_file(connection, files[0], table=table, options=options)
        return replace(single, facts=(*facts, *single.facts))
    if any(not file.lower().endswith(PARQUET) for file in files):
        raise InputError(
            f"{source}: no file of this name, and read as a pattern it takes {len(files)} files; only Parquet files "
            "can be read together: join the others into one file first"
        )
    return _parquet(connection, source, files, options, facts)


def place_of(path: Path | str) -> str:
    """A file's place as an escaped literal: for DuckDB too its name is no pattern and no home of a user.

    >>> place_of("/x/leads[1]?.csv")
    "'/x/leads[[]1][?].csv'"
    """
    text = re.sub(r"([\[*?])", r"[\1]", str(Path(path).absolute()))
    return literal(text).sql("duckdb")


def _no_file(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"no folder '{folder}': check the path of {path.name}"
    names = sorted(p.name for p in folder.iterdir() if not p.name.startswith("."))
    return ("" if folder == Path() else f"{folder}: ") + unknown("file", path.name, names)


def _text(connection: Connection, path: Path, options: Asked) -> DuckTable:
    """A text file with separated columns, typed, in memory or on disk."""
    source = textfile.examined(path, connection.folder, options.header_row)
    if source.plain:
        try:
            return loaded(connection, path, source, (), options.signs, buffer=CSV_BUFFER)
        except duckdb.Error:
            source = textfile.escaped_by_backslash(source) or source
    copy = textfile.rewritten(source, path, connection.folder / f"{source.fingerprint[:16]}-mended.csv")
    try:
        return loaded(connection, path, copy, (), options.signs)
    except duckdb.Error as error:
        raise InputError(f"{path}: the file cannot be read as CSV ({str(error).splitlines()[0]})") from error
    finally:
        copy.path.unlink(missing_ok=True)


def loaded(
    connection: Connection,
    path: Path,
    source: textfile.TextFile,
    extra: tuple[Fact, ...] = (),
    signs: Mapping[str, Signs] | None = None,
    *,
    buffer: int = 16 * MOST_LINE,
) -> DuckTable:
    """Read the text into a table, take off what stands below it, give the columns their types.

    DuckDB reads pieces of `buffer` bytes: a quote that is not closed ends in an error once two of them are full.
    """
    refuse_too_wide(path.name, len(source.header))
    connection.expect(len(source.header))
    quoted = _stored(connection, source.path.stat().st_size)
    reads = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(source.header)))
    text = literal(BLANKS).sql("duckdb")
    cells, empty = [], []
    for i, name in enumerate(source.header):
        blank = f"c{i} < '!' AND TRIM(c{i}, {text}) = ''"
        cells.append(f"CASE WHEN {blank} THEN NULL ELSE c{i} END AS {identifier(name).sql('duckdb')}")
        empty.append(f"{identifier(name).sql('duckdb')} IS NULL")
    reader = (
        f"read_csv({place_of(source.path)}, auto_detect = false, header = false, skip = 1, "
        f"quote = '\"', "
        f"delim = {literal(source.separator).sql('duckdb')}, escape = {literal(source.escape).sql('duckdb')}, "
        f"max_line_size = {MOST_LINE}, buffer_size = {buffer}, columns = {{{reads}}})"
    )
    connection.execute(
        f"CREATE TABLE {quoted} AS SELECT * FROM (SELECT {', '.join(cells)} FROM {reader}) AS cells "
        f"WHERE NOT ({' AND '.join(empty)})"
    )
    facts = [*source.facts, *without_totals(connection, quoted, source.header)]
    names = list(source.header)
    for place in source.unnamed:
        name = source.header[place]
        column = identifier(name).sql("duckdb")
        if not connection.execute(f"SELECT COUNT({column}) FROM {quoted}")[0][0] and len(names) > 1:
            connection.execute(f"ALTER TABLE {quoted} DROP COLUMN {column}")
            facts.append(Fact("extra_column", {"position": place + 1}))
            names.remove(name)
        else:
            facts.append(Fact("unnamed_column", {"position": place + 1, "name": name}))
    rows = int(connection.execute(f"SELECT COUNT(*) FROM {quoted}")[0][0])
    if not rows:
        raise InputError(f"{path}: the file has a header line but no rows; export it again with its leads")
    facts += set_types(connection, quoted, names, separator=source.separator, signs=signs)
    return view_over(
        connection,
        quoted,
        name=path.name,
        position="rowid",
        facts=(*extra, *facts),
        fingerprint=source.fingerprint,
        rows=rows,
    )


def _stored(connection: Connection, size: int) -> str:
    """Escaped name for a new table, in memory or on disk."""
    name = relation(connection.free_name("stored")).sql("duckdb")
    return f"{identifier(connection.on_disk()).sql('duckdb')}.{name}" if size > LARGE else name


def _parquet(
    connection: Connection, source: str, files: list[str], options: Asked, facts: tuple[Fact, ...] = ()
) -> DuckTable:
    """Parquet files of this machine."""
    if not files:
        raise InputError(f"{source}: no Parquet files here; name a CSV or Parquet file, or a folder of Parquet files")
    places = [place_of(file) for file in files]
    _check_cells(connection, source, places)
    return open_parquet(connection, source, places, options, facts=facts, fingerprint=lambda: _digest(files))


def _check_cells(connection: Connection, source: str, places: Sequence[str]) -> None:
    """Refuse Parquet files with a cell that no table of leads has; what a column unpacks to stands at the file's end.

    Cells are measured only where a block of a column is so large that one of them may be.
    """
    reader = f"[{', '.join(places)}]"
    suspects = (
        "SELECT path_in_schema, MAX(total_uncompressed_size / greatest(num_values, 1)), MAX(total_uncompressed_size) "
        f"FROM parquet_metadata({reader}) WHERE type = 'BYTE_ARRAY' AND total_uncompressed_size > {MOST_CELL} "
        "GROUP BY path_in_schema"
    )
    try:
        for column, average, most in connection.execute(suspects):
            where = f"{source}: column '{str(column)[:80]}'"
            if average > MOST_AVERAGE:
                check_cell(where, int(most))
            if average > USUAL_AVERAGE and ", " not in column:
                cell = identifier(column).sql("duckdb")
                longest = (
                    f"SELECT MAX(strlen(CAST({cell} AS VARCHAR))) FROM read_parquet({reader}, union_by_name = true)"
                )
                check_cell(where, int(connection.execute(longest)[0][0] or 0))
    except duckdb.Error:  # said in the reader's own words when the file is opened
        return


def open_parquet(
    connection: Connection,
    source: str,
    places: Sequence[str],
    options: Asked,
    *,
    facts: tuple[Fact, ...],
    fingerprint: Callable[[], str],
) -> DuckTable:
    """Parquet files, read where they lie; their order is the order of names, then of rows.

    `places` are escaped literals that DuckDB opens.
    """
    reader = f"read_parquet([{', '.join(places)}], union_by_name = {'true' if len(places) > 1 else 'false'})"
    position = "file_row_number" if len(places) == 1 else "file_index * 1099511627776 + file_row_number"
    try:
        table = table_in_place(
            connection,
            reader,
            name=Path(source).name,
            position=position,
            facts=facts,
            fingerprint=fingerprint,
            signs=options.signs,
            files=len(places),
        )
    except duckdb.Error as error:
        raise refusal(error) or InputError(
            f"{source}: cannot be read as Parquet ({str(error).splitlines()[0]}); export it again, or as CSV"
        ) from error
    if not table.rows:
        raise InputError(f"{source}: the Parquet file has no rows; export it again, with its leads")
    return table


def _digest(files: list[str]) -> str:
    if len(files) == 1:
        return textfile.fingerprint_of(Path(files[0]))
    digest = hashlib.sha256()
    for file in files:
        digest.update(textfile.fingerprint_of(Path(file)).encode())
    return digest.hexdigest()


def _is_object(kind: str) -> bool:
    return kind.startswith("STRUCT(") and not kind.endswith("]")


def _unfolded(connection: Connection, source: str) -> str:
    """The columns of a table for SELECT, those that are objects replaced by what is in them."""
    columns: list[str] = []
    waiting = [(name, identifier(name).sql("duckdb"), kind) for name, kind in described(connection, source)]
    while waiting:
        name, expression, kind = waiting.pop(0)
        if not _is_object(kind):
            columns.append(f"{expression} AS {identifier(name).sql('duckdb')}")
            continue
        parts = described(connection, f"(SELECT UNNEST({expression}) FROM {source})")
        waiting = [
            (f"{name}.{part}", f"struct_extract({expression}, {literal(part).sql('duckdb')})", inner)
            for part, inner in parts
        ] + waiting
    return ", ".join(columns)


def _json(connection: Connection, path: Path, options: Asked) -> DuckTable:
    """JSON lines (or one list of objects); objects inside become columns (`data.id`), lists their text."""
    quoted = _stored(connection, path.stat().st_size)
    place = place_of(path)
    reader = (
        f"read_json({place}, sample_size = -1, maximum_object_size = {MOST_LINE}, convert_strings_to_integers = false, "
        "map_inference_threshold = -1)"  # an object of 200 keys is a wide row, no map
    )
    try:
        connection.execute(f"CREATE TABLE {quoted} AS SELECT * FROM {reader}")
    except duckdb.Error as error:
        raise InputError(
            f"{path}: cannot be read as JSON lines ({str(error).splitlines()[0]}); write one object a line"
        ) from error
    refuse_too_wide(path.name, len(described(connection, quoted)))
    if any(_is_object(kind) for _, kind in described(connection, quoted)):
        folded, quoted = quoted, _stored(connection, path.stat().st_size)
        connection.execute(f"CREATE TABLE {quoted} AS SELECT {_unfolded(connection, folded)} FROM {folded}")
        connection.execute(f"DROP TABLE {folded}")
    names = [name for name, kind in described(connection, quoted) if kind == "VARCHAR"]
    rows = int(connection.execute(f"SELECT COUNT(*) FROM {quoted}")[0][0])
    if not rows:
        raise InputError(f"{path}: the file has no rows; export it again, with its leads")
    facts = set_types(connection, quoted, names, signs=options.signs) if names else ()
    return view_over(
        connection,
        quoted,
        name=path.name,
        position="rowid",
        facts=facts,
        fingerprint=textfile.fingerprint_of(path),
        rows=rows,
    )

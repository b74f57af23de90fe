"""Frames in memory as tables: pandas, polars, Arrow, or a relation of DuckDB, by the Arrow stream, without copying.

A frame is read as the Parquet file that it would be written to: dates, booleans, categories, nullable numbers,
decimals and moments with a zone mean the same. A named index is a column, behind the others. Without `pyarrow` a pandas
frame is copied into the engine; other frames then cannot be read.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from typing import Any, TypeAlias

import pandas as pd

from ..errors import InputError, MissingExtraError
from ..free_names import free_name, underlined
from ..numbers import Signs
from .duckdb import Connection, DuckTable, described
from .infer import table_in_place
from .sql import identifier, relation

Frame: TypeAlias = Any
"""A pandas or polars frame, an Arrow table, a DuckDB relation, or anything else that hands out an Arrow stream."""

EXTRA = "frames"
LOOKED_AT, MOST_VALUES, MOST_TEXTS = 10_000, 1_000, 20_000
"""Rows that tell whether a text has few values; most values there, and most in the whole column, of a dictionary."""


def is_frame(source: object) -> bool:
    """Whether a source is a frame, and no path or address.

    >>> is_frame(pd.DataFrame({"a": [1]})), is_frame("leads.csv")
    (True, False)
    """
    return isinstance(source, pd.DataFrame) or hasattr(source, "__arrow_c_stream__") or _is_lazy(source)


def is_connection(source: object) -> bool:
    """Whether a source is a connection to a database (DB-API 2 or ADBC).

    >>> import sqlite3
    >>> is_connection(sqlite3.connect(":memory:")), is_connection("leads.csv"), is_connection(pd.DataFrame())
    (True, False, False)
    """
    return callable(getattr(source, "cursor", None)) and callable(getattr(source, "close", None))


def open_frame(connection: Connection, frame: Frame, name: str, signs: Mapping[str, Signs] | None = None) -> DuckTable:
    """A table over a frame; `name` is what people know it by, `signs` those that a grid found in numbers of columns.

    Raises
    ------
    InputError
        The frame has no rows, or two columns of one name.
    MissingExtraError
        `pyarrow` is not installed, and the frame is none of pandas.
    """
    if isinstance(frame, pd.DataFrame):
        frame = _with_index(frame)
        _check_names([str(column) for column in frame.columns], name)
    if _has_arrow():
        source, position = _registered(connection, frame, name)
    elif isinstance(frame, pd.DataFrame):
        source, position = _stored(connection, frame), "rowid"
    else:
        raise MissingExtraError("pyarrow", EXTRA)
    table = table_in_place(
        connection,
        source,
        name=name,
        position=position,
        facts=(),
        fingerprint=lambda: _digest(connection, source),
        signs=signs,
    )
    if not table.rows:
        raise InputError(f"{name}: the frame has no rows")
    return table


def _is_lazy(source: object) -> bool:
    return type(source).__module__.startswith("polars") and hasattr(source, "collect")


def _has_arrow() -> bool:
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        return False
    return True


def _check_names(names: list[str], name: str) -> None:
    repeated = [column for column, times in Counter(column_name.lower() for column_name in names).items() if times > 1]
    if repeated:
        raise InputError(f"{name}: two columns are called '{repeated[0]}'; give each a name of its own")


def _with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with texts for names and a named index as columns behind the others."""
    names = [str(name) for name in frame.index.names if name is not None]
    frame = frame.set_axis([str(column) for column in frame.columns], axis=1)
    if not names:
        return frame.reset_index(drop=True)
    columns = list(frame.columns)
    frame = frame.reset_index(level=[i for i, axis in enumerate(frame.index.names) if axis is not None])
    return frame[[*columns, *(column for column in frame.columns if column not in columns)]].reset_index(drop=True)


def _registered(connection: Connection, frame: Frame, name: str) -> tuple[str, str]:
    """Escaped text that reads the frame where it lies, and the column with the order of its rows."""
    import pyarrow

    if _is_lazy(frame):
        frame = frame.collect()
    arrow = _from_pandas(frame) if isinstance(frame, pd.DataFrame) else pyarrow.table(frame)
    _check_names(arrow.column_names, name)
    arrow = _with_dictionaries(arrow)
    place = free_name("__row", arrow.column_names, underlined)
    numbers = pyarrow.array(pd.RangeIndex(arrow.num_rows).to_numpy(), pyarrow.int64())
    return connection.register(arrow.append_column(place, numbers)), place


def _with_dictionaries(arrow: Any) -> Any:
    """The table with texts of few values as codes with a dictionary, as a Parquet file has them.

    The engine then looks at each value once, not at each row. The first rows tell which texts have few values.
    """
    import pyarrow

    for place, field in enumerate(arrow.schema):
        if not (pyarrow.types.is_string(field.type) or pyarrow.types.is_large_string(field.type)):
            continue
        column = arrow.column(place)
        if len(column) > LOOKED_AT and len(column[:LOOKED_AT].unique()) <= MOST_VALUES:
            encoded = column.dictionary_encode()
            if encoded.num_chunks and len(encoded.chunk(0).dictionary) <= MOST_TEXTS:
                arrow = arrow.set_column(place, field.name, encoded)
    return arrow


def _from_pandas(frame: pd.DataFrame) -> Any:
    """An Arrow table over the frame's memory; a column that mixes kinds becomes text."""
    import pyarrow

    columns = []
    for column in frame.columns:
        values = frame[column]
        try:
            columns.append(pyarrow.Array.from_pandas(values))
        except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError, pyarrow.ArrowNotImplementedError):
            texts = [None if missing else str(value) for value, missing in zip(values, values.isna(), strict=True)]
            columns.append(pyarrow.array(texts, pyarrow.string()))
        if isinstance(columns[-1].type, pyarrow.BaseExtensionType):
            columns[-1] = pyarrow.array([None if v is None else str(v) for v in values], pyarrow.string())
    return pyarrow.table(columns, names=list(frame.columns))


def _stored(connection: Connection, frame: pd.DataFrame) -> str:
    """Escaped name of a copy of a pandas frame in the engine."""
    stored = relation(connection.free_name("frame")).sql("duckdb")
    connection.execute("SELECT 1")  # nothing may be registered while an answer waits to be fetched
    connection.raw.register("piece", frame)
    columns = [
        f"CAST({quoted} AS VARCHAR) AS {quoted}" if kind.startswith("ENUM") else quoted
        for name, kind in described(connection, "piece")
        if (quoted := identifier(name).sql("duckdb"))
    ]
    connection.execute(f"CREATE TABLE {stored} AS SELECT {', '.join(columns)} FROM piece")
    connection.raw.unregister("piece")
    return stored


def _digest(connection: Connection, source: str) -> str:
    """A digest of names, types and values, row by row in their order."""
    described = connection.execute(f"DESCRIBE SELECT * FROM {source}")
    names = ", ".join(identifier(row[0]).sql("duckdb") for row in described)
    values = connection.execute(f"SELECT COUNT(*), SUM(CAST(HASH({names}) AS HUGEINT)) FROM {source}")
    return hashlib.sha256(repr(([row[:2] for row in described], values)).encode()).hexdigest()

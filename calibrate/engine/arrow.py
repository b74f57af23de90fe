"""Answers that hold numbers alone, as arrays over the memory that DuckDB has filled: no copy and no frame between.

DuckDB hands over pieces by the Arrow C stream interface, which `nanoarrow` reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import nanoarrow
import numpy as np
from numpy.typing import NDArray

NUMBERS = frozenset(
    f"{unsigned}{kind}" for unsigned in ("", "U") for kind in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT")
) | {"FLOAT", "DOUBLE"}
"""Types of DuckDB that stand in memory as numpy has them."""


def all_numbers(answer: duckdb.DuckDBPyRelation) -> bool:
    """Whether `pieces` can give this answer."""
    return all(str(kind) in NUMBERS for kind in answer.types)


def pieces(answer: duckdb.DuckDBPyRelation) -> Iterator[dict[str, NDArray[Any]]]:
    """One array per column, piece by piece; whole numbers with gaps become float64 with NaN.

    An array keeps its whole piece in memory: copy what is kept for longer. Raises what DuckDB raises, also where it
    fails on the way.
    """
    with nanoarrow.c_array_stream(answer) as stream:
        try:
            for piece in stream:
                yield dict(zip(answer.columns, map(_values, piece.children), strict=True))
        except nanoarrow._utils.NanoarrowException as error:
            kind = next((error_type for word, error_type in _FAILED.items() if word in str(error)), duckdb.Error)
            raise kind(str(error)) from error


_FAILED = {"Out of Memory": duckdb.OutOfMemoryException, "IO Error": duckdb.IOException}
"""How DuckDB begins what it says of a failure, and the error that it raises elsewhere."""


def _values(column: Any) -> NDArray[Any]:
    """The numbers of a column of a piece; they keep the piece in memory."""
    view = column.view()  # views of a piece's children that its own view hands out do not keep it
    here = slice(column.offset, column.offset + column.length)
    values: NDArray[Any] = np.asarray(view.buffer(1))[here]
    if not column.null_count:
        return values
    filled = np.unpackbits(np.asarray(view.buffer(0)), bitorder="little").astype(np.bool_)
    return np.where(filled[here], values, np.nan)

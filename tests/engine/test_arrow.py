"""Answers of numbers as arrays over DuckDB's own memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from engine_case import parquet

from calibrate.engine import open_table
from calibrate.errors import InputError


def test_a_stream_of_numbers_alone(tmp_path: Path) -> None:
    """It comes without frames: same rows, same order, gaps as NaN, and nothing of a piece is lost with the next."""
    query = "SELECT range AS n, IF(range % 3 = 0, NULL, range) AS gap FROM range(400000)"
    table = open_table(parquet(tmp_path / "x.parquet", query))
    statement = (
        f"SELECT n, (n % 250)::UTINYINT AS small, gap::INTEGER AS gap, n / 2 AS half FROM {table.relation} WHERE n <> 7"
    )
    pieces = list(table.stream(statement))
    types = [str(each.dtype) for each in pieces[0].values()]
    assert len(pieces) > 2 and types == ["int64", "uint8", "float64", "float64"]
    rows = {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}
    wanted = np.delete(np.arange(400_000), 7)
    assert (rows["n"] == wanted).all() and (rows["small"] == wanted % 250).all() and (rows["half"] == wanted / 2).all()
    assert (np.isnan(rows["gap"]) == (wanted % 3 == 0)).all() and np.nansum(rows["gap"]) == wanted[wanted % 3 > 0].sum()
    assert list(table.stream(f"SELECT n FROM {table.relation} WHERE n < 0")) == []


def test_a_stream_of_numbers_that_breaks_off_says_why(tmp_path: Path) -> None:
    table = open_table(parquet(tmp_path / "x.parquet", "SELECT range AS n FROM range(400000)"))
    broken = f"SELECT CASE WHEN n = 300000 THEN error('{{}}')::INTEGER ELSE 1 END AS n FROM {table.relation}"
    with pytest.raises(InputError, match=r"cannot be read any more .*no such luck"):
        list(table.stream(broken.format("no such luck")))
    with pytest.raises(InputError, match="more memory is needed"):
        list(table.stream(broken.format("Out of Memory")))
    with pytest.raises(InputError, match="cannot be read any more"):
        list(table.stream(broken.format("IO Error")))

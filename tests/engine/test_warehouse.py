"""Rows of a driver become arrays as the `Table` protocol says; faults become one message."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from calibrate.engine.warehouse import Warehouse, WarehouseDoor, array, joined
from calibrate.errors import InputError


@pytest.mark.parametrize(
    ("values", "kind", "dtype", "wanted"),
    [
        ((1, 2), None, "int64", [1, 2]),
        ((1, None), None, "float64", [1.0, None]),
        ((Decimal("3"), Decimal("4")), None, "int64", [3, 4]),
        ((Decimal("3.5"), None), None, "float64", [3.5, None]),
        ((True, False), None, "bool", [True, False]),
        ((1, 0), "boolean", "bool", [True, False]),
        ((1, None), "boolean", "object", [True, None]),
        (("a", None), None, "object", ["a", None]),
        ((None, None), "text", "object", [None, None]),
        ((None, None), None, "float64", [None, None]),
        ((b"a", bytearray(b"\xc3\xa9")), None, "object", ["a", "é"]),
        ((2**70, 1), None, "float64", [float(2**70), 1.0]),
        ((2**64 - 1, 1), None, "float64", [float(2**64), 1.0]),
        ((2**64 - 1, 2**63), None, "float64", [float(2**64), float(2**63)]),
        ((Decimal(2**64), Decimal(1)), None, "float64", [float(2**64), 1.0]),
        ((2**63 - 1, 1), None, "int64", [2**63 - 1, 1]),
    ],
)
def test_values_become_arrays(values: tuple[Any, ...], kind: str | None, dtype: str, wanted: list[Any]) -> None:
    made = array(values, kind)
    assert made.dtype == dtype
    assert [None if cell != cell else cell for cell in made.tolist()] == wanted


def test_moments_are_given_in_utc() -> None:
    paris = datetime.timezone(datetime.timedelta(hours=2))
    made = array((datetime.datetime(2024, 6, 1, 1, tzinfo=paris), None, datetime.date(2024, 1, 2)))
    assert made.dtype == "datetime64[us]"
    assert np.datetime_as_string(made, "s").tolist() == ["2024-05-31T23:00:00", "NaT", "2024-01-02T00:00:00"]
    assert array(("2024-01-02 03:04:05", None), "timestamp").dtype == "datetime64[us]"


def test_pieces_join_though_one_has_no_value() -> None:
    assert joined([array(("a",)), array((None,))]).tolist() == ["a", None]
    assert joined([array((None,)), array((datetime.date(2024, 1, 2),))]).dtype == "datetime64[us]"
    assert joined([array((1,)), array((None,))]).dtype == "float64"


class Refusing:
    """A connection that refuses, with a text of several lines."""

    def cursor(self) -> Refusing:
        return self

    def execute(self, statement: str) -> None:
        raise RuntimeError("no right to\n  SELECT")

    def close(self) -> None:
        pass


def test_a_refusal_is_one_line() -> None:
    door = WarehouseDoor(Refusing(), Warehouse("Trino", "trino"), "trino://host")
    with pytest.raises(InputError, match=r"^trino://host: Trino refuses a statement \(no right to SELECT\);"):
        door.rows("SELECT 1")

"""A table of the workbook: headings with the kind of their cells, and rows of plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..counts.rates import Rate
from ..language import Words

Cell = str | int | float | None
Columns = Sequence[tuple[str, str]]
RATE = "column.leads:count column.customers:count column.rate:percent column.low:percent column.high:percent"
"""The columns of a close rate with its counts and its interval."""


@dataclass(frozen=True)
class Sheet:
    """A table to write: its name, headings with the kind of their cells, rows, and a line above them."""

    name: str
    columns: Columns
    rows: tuple[Sequence[Cell], ...]
    title: str = ""


def heads(say: Words, columns: str) -> list[tuple[str, str]]:
    """Headings in words from `text key:kind of cell` for each column.

    >>> from calibrate.language import load
    >>> heads(load("en"), "column.leads:count column.rate:percent")
    [('Leads', 'count'), ('Close rate', 'percent')]
    """
    return [(say(key), kind) for key, kind in (column.split(":") for column in columns.split())]


def figures(rate: Rate | None) -> tuple[Cell, ...]:
    """A close rate as the cells of `RATE`: without leads no rate, without a rate nothing."""
    if rate is None or not rate.leads:
        return (0 if rate is not None else None, None, None, None, None)
    return rate.leads, rate.customers, rate.value, rate.low, rate.high

"""The ground floor: a file, a database or a cluster becomes tables one can query."""

from .opening import Session, open_table
from .table import Column, Fact, Table

__all__ = ["Column", "Fact", "Session", "Table", "open_table"]

"""Tables of a few columns, as a file has them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from columns_case import Columns, Make

from calibrate.engine import Table, open_table


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes a table of columns."""

    def _make(columns: Columns) -> Table:
        path = tmp_path / "leads.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
        return open_table(path)

    return _make

"""A Spark table gives the same levels."""

from __future__ import annotations

import pytest
from coded_case import EXPECTED, coded

from calibrate.engine import open_table
from calibrate.errors import InputError
from calibrate.leads.columns.proposal import propose


@pytest.mark.filterwarnings("ignore")
def test_spark_gives_the_same_levels() -> None:
    """Runs where the extra [spark] is installed."""
    pyspark = pytest.importorskip("pyspark.sql")
    from calibrate.engine.spark import LOCAL, SETTINGS

    builder = pyspark.SparkSession.builder.master("local[2]")
    for key, value in (LOCAL | SETTINGS).items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sql(
        """CREATE OR REPLACE TEMP VIEW leads AS SELECT * FROM VALUES
        (1L, 'Bank', 3, double(0.5), true, timestamp '2025-01-02 08:00:00'),
        (2L, "it's \\\\", NULL, double('NaN'), false, NULL),
        (3L, ' ', 7, double(2.5), NULL, timestamp '2026-01-01 01:30:00'),
        (4L, 'Select', 0, double('Infinity'), true, NULL)
        AS t (id, `Sec"tor`, visits, rate, demo, at)"""
    )
    table = open_table("spark://local[2]#leads")
    assert coded(table).tolist() == EXPECTED
    found = table.fetch(f'SELECT "at" AS v, visits FROM {table.relation} ORDER BY id')
    assert found["v"].astype(str).tolist() == ["2025-01-02T08:00:00.000000", "NaT", "2026-01-01T01:30:00.000000", "NaT"]
    assert [c.name for c in propose(table).criteria] == ["id", 'Sec"tor', "visits", "rate", "demo"]
    with pytest.raises(InputError, match="choose a table by adding #name"):
        open_table("spark://local[2]")

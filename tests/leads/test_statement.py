"""The statement that judges every row."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from calibrate.engine import Session
from calibrate.leads.history import observe
from calibrate.leads.statement import Source
from calibrate.leads.terms import Terms


@pytest.mark.parametrize("closes", [True, False])
@pytest.mark.parametrize("observe_days", [0, 14])
def test_rows_judged_alike_are_judged_as_each_of_them(tmp_path: Path, closes: bool, observe_days: int) -> None:
    """Typed days and truth values are judged once per combination; as texts, with the times of day, row by row."""
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE leads AS SELECT range AS id, IF(range % 97 = 0, NULL, TIMESTAMP '2025-01-01 23:30:00' + "
            "to_minutes(range * 97)) AS created, IF(range % 89 = 0, NULL, range % 7 = 0) AS won, "
            "IF(range % 7 = 0 AND range % 5 > 0, created + to_hours(37 * (range % 100) - 50), NULL) AS signed "
            "FROM range(3000)"
        )
        connection.execute(f"COPY leads TO '{tmp_path}/typed.parquet'")
        texts = (
            "id, CAST(created AS VARCHAR) AS created, CAST(won AS VARCHAR) AS won, CAST(signed AS VARCHAR) AS signed"
        )
        connection.execute(f"COPY (SELECT {texts} FROM leads) TO '{tmp_path}/texts.parquet'")
    terms = Terms(
        customer="won", created_at="created", customer_at="signed" if closes else None, lead_id="id",
        as_of=date(2025, 9, 30), observe_days=observe_days,
    )  # fmt: skip
    found = []
    for name in ("typed", "texts"):
        table = Session().open(tmp_path / f"{name}.parquet")
        assert Source(table, terms, None).few == (name == "typed")
        found.append(observe(table, (), terms))
    typed, texts_ = found
    assert typed.read == 3000 and typed.excluded["no_creation_date"] == 31 and typed.excluded["immature"] > 100
    assert ("outcome_before_creation" in typed.excluded, "customer_without_date" in typed.excluded) == (closes, closes)
    assert typed.excluded == texts_.excluded and typed.cohorts == texts_.cohorts
    assert (typed.totals == texts_.totals).all() and 0 < typed.totals[:, 1].sum() < typed.totals[:, 0].sum()

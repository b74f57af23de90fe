"""A frame scored in memory: each row as the grid scores it alone, whatever library made the frame."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from replay import cases, gates

from calibrate.errors import GridError, InputError
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Curve, Expiry, Grid
from calibrate.grid.reasons import reasons_of
from calibrate.scoring.frame import score_frame
from calibrate.scoring.rows import score_file

ENDS = (Level("missing", "missing"), Level("other", "other"))
DEMO = Criterion("demo", "Demo", "presence", "engagement", (Level("yes"), *ENDS))
VISITS = Criterion("visits", "Visits", "number", "engagement", (Level("<3", high=3), Level("3+", low=3), *ENDS))
GRID = Grid("g", "lift", (DEMO, VISITS), ((20, 0, 0), (-2, 5, 0, 1)), curve=Curve((0, 20), (0.02, 0.3)))
LEADS = pd.DataFrame(
    {"Demo": ["x", None, "", "y"], "Visits": [1.0, 3.0, None, 99.0], "Other": list("abcd")}, index=[9, 7, 5, 3]
)


@pytest.mark.parametrize("seed", range(6))
def test_hostile_grids_score_rows_as_they_score_leads(seed: int) -> None:
    rng = random.Random(seed)
    grid, types = cases.typed(rng, size=5)
    grid = gates.gated(rng, replace(grid, expiry=()))
    kinds = {"text": "string", "number": "float64", "integer": "Int64", "boolean": "boolean"}
    leads = cases.leads(rng, grid, types, 40)
    columns: dict[str, Any] = {
        column: pd.array([lead.get(column) for lead in leads], dtype=kinds[kind]) for column, kind in types.items()
    }
    found = score_frame(grid, pd.DataFrame(columns))
    rows = [
        {c: None if pd.isna(v) else v for c, v in row.items()}
        for row in pd.DataFrame(columns).astype(object).to_dict("records")
    ]
    assert found["score"].tolist() == [grid.score(row) for row in rows]
    assert found["band"].tolist() == [grid.band(row) for row in rows]
    for text, row in zip(found["reasons"], rows, strict=True):
        lines = [reason for reason in reasons_of(grid, row) if reason.criterion]
        assert not lines or str(lines[0]).lstrip("=+-@") in text


def test_any_frame_gives_the_same_and_a_pandas_index_is_kept() -> None:
    found = score_frame(GRID, LEADS)
    assert found.index.tolist() == [9, 7, 5, 3] and found["score"].tolist() == [18, 5, 0, 25]
    assert found["close_rate"].tolist() == [0.02, 0.02, 0.02, 0.3]
    for frame in (pl.from_pandas(LEADS), pa.Table.from_pandas(LEADS, preserve_index=False)):
        pd.testing.assert_frame_equal(score_frame(GRID, frame), found.reset_index(drop=True))


def test_numbers_are_read_with_the_signs_of_the_grid_as_in_a_file(tmp_path: Path) -> None:
    """1.234 is 1234 where the grid was made from numbers with points between thousands, and 1.234 elsewhere."""
    frame = pd.DataFrame({"Visits": ["1.234", "2.000"]})
    frame.to_csv(tmp_path / "leads.csv", index=False)
    for thousands, points in ((".", [5, 5]), ("", [-2, -2])):
        visits = replace(VISITS, decimal="," if thousands else ".", thousands=thousands)
        grid = replace(GRID, criteria=(visits,), points=((-2, 5, 0, 1),))
        score_file(grid, str(tmp_path / "leads.csv"), str(tmp_path / "scored.csv"))
        assert score_frame(grid, frame)["score"].tolist() == points
        assert pd.read_csv(tmp_path / "scored.csv")["score"].tolist() == points


def test_no_rows_have_the_columns_of_some() -> None:
    assert list(score_frame(GRID, LEADS.head(0)).columns) == list(score_frame(GRID, LEADS).columns)


def test_points_expire_by_the_day_asked_for() -> None:
    aging = replace(GRID, expiry=(Expiry("demo", "yes", days=30, dated="At"),))
    frame = pd.DataFrame({"Demo": ["x", "x"], "Visits": [3, 3], "At": pd.to_datetime(["2025-01-01", "2025-02-01"])})
    assert score_frame(aging, frame, at=date(2025, 2, 2))["score"].tolist() == [5, 25]
    assert score_frame(aging, frame)["score"].tolist() == [25, 25]


def test_reasons_are_in_the_language_asked_for() -> None:
    own = replace(GRID, points=((20, -3, 0), (0, 0, 0, 0)))
    assert score_frame(own, LEADS.iloc[1:2], language="fr")["reasons"].tolist() == ["demo: non renseigné (-3)"]


def test_what_is_no_frame_and_what_does_not_fit_is_refused() -> None:
    with pytest.raises(InputError, match="takes a frame, not a dict"):
        score_frame(GRID, {"Demo": "x"})  # type: ignore[arg-type]
    with pytest.raises(GridError, match="Did you mean 'Visits2'"):
        score_frame(GRID, LEADS.rename(columns={"Visits": "Visits2"}))

"""A frame in memory is read as the Parquet file that it would be written to."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from calibrate.engine import Session, open_table
from calibrate.engine import frames as module
from calibrate.errors import InputError, MissingExtraError
from calibrate.monthly.run import read_rows, review
from calibrate.monthly.settings import settings_from
from calibrate.report.run_json import dump, run_object

ROWS = 1200


def leads(rows: int = ROWS) -> pd.DataFrame:
    """Every kind of column that a frame may have, the outcome with a signal in the category."""
    rng = np.random.default_rng(3)
    sector = rng.choice(["software", "retail", "health"], rows)
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.sort(rng.integers(0, 500, rows)), unit="D")
    won = rng.random(rows) < np.where(sector == "software", 0.4, 0.1)
    size = rng.integers(1, 400, rows)
    gaps = rng.random(rows) < 0.1
    return pd.DataFrame(
        {
            "id": np.arange(rows),
            "created_at": day,
            "seen": (day + pd.Timedelta(hours=5)).tz_localize("Europe/Paris"),
            "sector": pd.Categorical(sector),
            "employees": pd.array(np.where(gaps, None, size), dtype="Int64"),
            "newsletter": pd.array(np.where(gaps, None, size % 2 == 0), dtype="boolean"),
            "trial": size % 3 == 0,
            "budget": [Decimal(int(n)) / 4 for n in size],
            "founded": [date(1990 + int(n) % 30, 1, 1) for n in size],
            "country": pd.Series(np.where(gaps, None, rng.choice(["fr", "de"], rows)), dtype="str"),
            "tags": pd.Series(rng.choice(["a", "b"], rows), dtype=object),
            "won": won,
        }
    )


def result(file: str, frames: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    asked = settings_from(
        {
            "data": {"file": file},
            "outcome": {"customer": "won", **more},
            "time": {"created_at": "created_at"},
            "candidates": {"methods": ["lift", "evidence"], "ceiling": False},
        }
    )
    counted = read_rows(asked, frames=frames)
    text = dump(run_object(review(counted)))
    return dict(json.loads(text))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("pyarrow")
    path = tmp_path_factory.mktemp("frames") / "leads.parquet"
    leads().to_parquet(path, index=False)
    return path


@pytest.mark.parametrize("kind", ["pandas", "polars", "lazy", "arrow", "relation", "pandas without pyarrow"])
def test_the_same_run_json_as_from_the_file(written: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOKED_AT", 100)  # texts of few values become codes with a dictionary
    frame: Any = leads()
    if kind in ("polars", "lazy"):
        polars = pytest.importorskip("polars")
        frame = polars.read_parquet(written)
        frame = frame.lazy() if kind == "lazy" else frame
    elif kind == "arrow":
        frame = pytest.importorskip("pyarrow.parquet").read_table(written)
    elif kind == "relation":
        frame = duckdb.connect().sql(f"SELECT * FROM '{written}'")
    elif kind == "pandas without pyarrow":
        monkeypatch.setattr(module, "_has_arrow", lambda: False)
    assert result("leads.parquet", {"leads.parquet": frame}) == result(str(written))


def test_outcomes_and_events_may_be_frames_too(tmp_path: Path) -> None:
    deals = pd.DataFrame({"id": np.arange(0, ROWS, 5), "signed": pd.Timestamp("2025-08-01")})
    frame = leads().drop(columns="won")
    asked = {"data": {"file": "leads"}, "outcome": {"outcomes": "deals", "lead_id": "id"},
             "time": {"customer_at": "signed", "close_within_days": 900, "as_of": "2028-01-01"},
             "events": {"file": "events"}}  # fmt: skip
    events = pd.DataFrame({"id": [1, 1, 2], "at": pd.Timestamp("2024-01-03"), "type": ["demo", "visit", "demo"]})
    counted = read_rows(settings_from(asked), frames={"leads": frame, "deals": deals, "events": events})
    assert counted.tally.overall[1] > 0
    assert "events (count)" in [column.name for column in counted.table.columns]


def test_a_frame_is_read_in_its_order_with_its_named_index() -> None:
    frame = pd.DataFrame({"x": [3, 1, 2]}, index=pd.Index(["c", "a", "b"], name="who"))
    table = open_table(frame)
    assert [c.name for c in table.columns] == ["x", "who"]
    rows = table.fetch(f"SELECT x, who FROM {table.relation} ORDER BY {table.position}")
    assert rows["x"].tolist() == [3, 1, 2] and rows["who"].tolist() == ["c", "a", "b"]
    assert table.fingerprint == open_table(frame).fingerprint != open_table(frame.assign(x=[3, 1, 4])).fingerprint
    assert frame.columns.tolist() == ["x"]  # what the user gave stays as it is


def test_odd_frames_are_refused_or_read_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    mixed = open_table(pd.DataFrame({"m": [1, "a", None], 7: pd.period_range("2024-01", periods=3, freq="M")}))
    assert [(c.name, c.type) for c in mixed.columns] == [("m", "text"), ("7", "date")]  # months, as in a text file
    assert mixed.fetch(f"SELECT m FROM {mixed.relation}")["m"].tolist() == ["1", "a", None]
    with pytest.raises(InputError, match="two columns are called 'a'"):
        open_table(pd.DataFrame([[1, 2]], columns=["a", "A"]))
    with pytest.raises(InputError, match="no rows"):
        open_table(pd.DataFrame({"a": []}))
    with pytest.raises(InputError, match="a list is no source"):
        open_table([1, 2])
    monkeypatch.setattr(module, "_has_arrow", lambda: False)

    class Stream:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            raise AssertionError

    with pytest.raises(MissingExtraError, match="pyarrow"):
        Session().open(Stream())


def test_texts_of_few_values_become_codes_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow

    monkeypatch.setattr(module, "LOOKED_AT", 100)
    monkeypatch.setattr(module, "MOST_VALUES", 20)
    texts = {
        "few": [f"a{i % 7}" for i in range(500)],
        "many": [f"b{i}" for i in range(500)],
        "number": list(range(500)),
    }
    texts["late"] = ["x"] * 100 + [f"c{i}" for i in range(400)]
    monkeypatch.setattr(module, "MOST_TEXTS", 300)
    encoded = module._with_dictionaries(pyarrow.table(texts))
    assert [pyarrow.types.is_dictionary(field.type) for field in encoded.schema] == [True, False, False, False]
    assert encoded.to_pydict() == texts

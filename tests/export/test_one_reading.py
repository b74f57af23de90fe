"""A number is one number, however it is spelt or stored: for the rule, the engine, and every file that scores."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import numpy as np
import pandas as pd
import pytest

from calibrate.counts.encoding import code_sql
from calibrate.export import pmml, python, sql
from calibrate.export.base import Options
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Grid
from calibrate.scoring.rows import score_file

ENDS = (Level("missing", "missing", ("0", "-1", "n/a")), Level("other", "other"))
AGES = Criterion("age", "age", "number", "fit", (Level("<5", high=5), Level("5+", low=5), *ENDS))
FRENCH = Criterion(
    "age", "age", "number", "fit", (Level("<5", high=5), Level("5+", low=5), *ENDS), decimal=",", thousands=" "
)
SPELT = {"0": 2, "0.0": 2, " 0 ": 2, "-0": 2, "-1.0": 2, "n/a": 2, "1": 0, "4.5": 0, "5": 1, "x": 3, "": 2, "1 000": 3}
SPELT_FRENCH = {"0": 2, "0,0": 2, "-1,00": 2, "0,5": 0, "1 000": 1, "5,0": 1, "0.0": 2}


def scorer(grid: Grid) -> Any:
    space: dict[str, Any] = {"__name__": "scorer"}
    exec(python.write(grid, Options()), space)
    return space["score"]


@pytest.mark.parametrize(("criterion", "spelt"), [(AGES, SPELT), (FRENCH, SPELT_FRENCH)], ids=["points", "commas"])
def test_a_number_that_means_no_answer_is_none_however_spelt(criterion: Criterion, spelt: dict[str, int]) -> None:
    grid = Grid("g", "lift", (criterion,), ((1, 2, 4, 8),))
    points = [grid.points[0][place] for place in spelt.values()]
    assert [criterion.index_of(text) for text in spelt] == list(spelt.values())
    assert [grid.score({"age": text}) for text in spelt] == points
    assert [scorer(grid)({"age": text}) for text in spelt] == points
    base = duckdb.connect()
    base.register("leads", pd.DataFrame({"id": range(len(spelt)), "age": list(spelt)}))
    codes = base.sql(f"SELECT {code_sql(criterion, 'text').sql('duckdb')} AS code FROM leads ORDER BY id").fetchall()
    assert [code for (code,) in codes] == list(spelt.values())
    asked = sql.write(grid, Options(table="leads", lead_id="id"), "duckdb").rstrip().rstrip(";")
    scored = base.sql(f"SELECT score FROM ({asked}) ORDER BY id").fetchall()
    assert [score for (score,) in scored] == points


def test_the_documents_own_rows_hold_what_its_conditions_say() -> None:
    """The verification rows of a PMML document, read by hand: number fields by their value, as its conditions ask."""
    grid = Grid("g", "lift", (AGES,), ((1, 2, 4, 8),))
    root = ElementTree.fromstring(pmml.write(grid, Options()))
    rows = [row for row in root.iter() if row.tag.endswith("}row")]
    spelt = [
        ({part.tag.rpartition("}")[2]: part.text for part in row})
        for row in rows
        if any(p.tag.endswith("}score") for p in row)
    ]
    assert len(spelt) > 10
    for row in spelt:
        text = row.get("c1")
        number = None if text in (None, "an unseen answer", "n/a") else float(text)
        by_value = (
            4 if text is None or text == "n/a" or number in (0, -1) else 8 if number is None else 1 if number < 5 else 2
        )
        assert int(row["score"] or "") == by_value


def test_a_column_of_single_precision_is_read_as_it_is_written(tmp_path: Path) -> None:
    rng = random.Random(1)
    ratios = [rng.randrange(10) / 10 for _ in range(500)]
    levels = (Level("<0.5", high=0.5), Level("0.5 to <0.7", low=0.5, high=0.7), Level("0.7+", low=0.7))
    ends = (Level("missing", "missing"), Level("other", "other"))
    grid = Grid("g", "lift", (Criterion("ratio", "ratio", "number", "fit", (*levels, *ends)),), ((-3, 1, 7, 0, 0),))
    scores = {}
    for kind in ("DOUBLE", "FLOAT"):
        path = tmp_path / f"{kind}.parquet"
        base = duckdb.connect()
        base.register("frame", pd.DataFrame({"id": range(500), "ratio": ratios}))
        base.sql(f"SELECT id, ratio::{kind} AS ratio FROM frame").write_parquet(str(path))
        score_file(grid, str(path), str(tmp_path / f"{kind}.csv"))
        scores[kind] = pd.read_csv(tmp_path / f"{kind}.csv")["score"].tolist()
        base.execute(f"CREATE TABLE leads AS FROM '{path}'")
        asked = sql.write(grid, Options(table="leads", lead_id="id"), "duckdb").rstrip().rstrip(";")
        scores[f"sql {kind}"] = base.sql(f"SELECT score FROM ({asked}) ORDER BY id").df()["score"].tolist()
    expected = [-3 if ratio < 0.5 else 1 if ratio < 0.7 else 7 for ratio in ratios]
    assert all(found == expected for found in scores.values())
    assert float(np.float32(0.7)) < 0.7


def test_a_short_float_is_the_decimal_that_it_stands_for() -> None:
    """The rule, the engine, and files that score read 0.7 in a column of 32 bits as 0.7."""
    share = Criterion("share", "share", "number", "fit", (Level("<0.7", high=0.7), Level("0.7+", low=0.7), *ENDS))
    grid = Grid("g", "lift", (share,), ((1, 2, 4, 8),))
    values = np.array([0.7, 0.69, 0.1, 1e30, np.nan], np.float32)
    base = duckdb.connect()
    base.register("leads", pd.DataFrame({"id": range(5), "share": values}))
    asked = sql.write(grid, Options(table="leads", lead_id="id"), "duckdb").rstrip().rstrip(";")
    points = [score for (score,) in base.sql(f"SELECT score FROM ({asked}) ORDER BY id").fetchall()]
    assert points == [2, 1, 1, 2, 4]
    assert [grid.score({"share": value}) for value in values] == points
    assert [scorer(grid)({"share": value}) for value in values] == points
    assert [share.index_of(value) for value in np.array([0.7, 0.25], np.float16)] == [1, 0]

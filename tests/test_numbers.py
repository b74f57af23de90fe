"""Numbers as people write them, by pencil; and what a file of them scores, cell by cell, in every scorer."""

from __future__ import annotations

import csv
import random
import re
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate import Plan, Terms, calibrate, count, observe, open_table, propose
from calibrate.errors import GridError
from calibrate.export import csv as csv_format
from calibrate.export import excel, pmml, python, reading, sql
from calibrate.export import json as canonical
from calibrate.export.base import Options
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Grid
from calibrate.numbers import Signs, written
from calibrate.scoring.rows import score_file


def read(texts: list[str], **around: Any) -> list[float] | None:
    found = written(texts, **around)
    if found is None:
        return None
    assert all(re.fullmatch(found.signs.pattern, text) for text in texts)
    return [float(found.signs.plain(text)) for text in texts]


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["1.200", "85", "12.000"], [1200, 85, 12000]),
        (["1.234,56", "85"], [1234.56, 85]),
        (["1.250.000", "3"], [1250000, 3]),
        (["0.512", "1.234"], [0.512, 1.234]),
        (["48.856", "2.352"], [48.856, 2.352]),
        (["1.5", "2.25"], [1.5, 2.25]),
        (["1.200", "1300", "85"], [1.2, 1300, 85]),
        (["1,200", "850", "90"], [1200, 850, 90]),
        (["1,5", "2"], [1.5, 2]),
        (["1,234.50", "7"], [1234.5, 7]),
        (["$40,000", "$1,250.50"], [40000, 1250.5]),
        (["12,5 %", "3 %", "0"], [12.5, 3, 0]),
        (["12k", "3.5k", "900"], [12000, 3500, 900]),
        (["2,5 Mio. €", "900 Tsd. €"], [2.5e6, 9e5]),
        (["USD 1,200", "USD 3,500"], [1200, 3500]),
        (["1 200 €", "85 €", "1\u202f000\u202f000 €"], [1200, 85, 1e6]),
        (["1'200", "1\u2019300"], [1200, 1300]),
        (["(1,250.00)", "5.50"], [-1250, 5.5]),
        (["\u22125", "-3", "2"], [-5, -3, 2]),
        (["5 TEUR", "12 TEUR"], [5000, 12000]),
        (["kr 100", "kr 1 500"], [100, 1500]),
    ],
    ids=str,
)
def test_numbers_by_pencil(texts: list[str], numbers: list[float]) -> None:
    assert read(texts) == numbers


@pytest.mark.parametrize(
    "texts",
    [["$5", "€6"], ["12%", "0.5"], ["1-10", "11-50"], ["12B", "3"], ["+33 6", "5"], ["1,2,3"], ["1.2.3"], ["10-Jan"],
     ["3D", "4"], ["(5", "4"], ["12.5", "12,5"], ["192.168.1.1"], ["abc"], [""]],
    ids=str,
)  # fmt: skip
def test_what_is_no_number_stays_text(texts: list[str]) -> None:
    assert written(texts) is None


def test_the_rest_of_the_file_decides_what_a_column_leaves_open() -> None:
    assert read(["1.234", "2.351"]) == [1.234, 2.351]
    assert read(["1.234", "2.351"], european=True) == [1234, 2351]
    assert read(["1,234", "2,351"], commas_apart=True) == [1234, 2351]
    assert read(["1,234", "2,351"], european=True) == [1.234, 2.351]
    assert read(["1.234"], earlier=Signs(",", ".")) == [1234]
    assert read(["1,234"], earlier=Signs(",", "")) == [1.234]
    assert (found := written(["1.234", "2.351"])) is not None and not found.sure and found.example == "1.234"


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.lists(st.integers(-10**7, 10**7), min_size=1, max_size=8), st.sampled_from([".", ","]),
    st.sampled_from(["", " €", "%", " k", "USD"]), st.integers(1, 2),
)  # fmt: skip
def test_what_a_formatter_writes_is_read_back(cents: list[int], decimal: str, unit: str, places: int) -> None:
    """Numbers with one or two decimals and thousands set apart leave no doubt."""
    other = "," if decimal == "." else "."
    values = [cent / 10**places for cent in cents]
    texts = [
        f"{value:,.{places}f}".replace(",", "x").replace(".", decimal).replace("x", other) + unit for value in values
    ]
    found = read(texts)
    assert found is not None
    size = 1000 if unit == " k" else 1
    assert found == pytest.approx([value * size for value in values])


# --- through a file, a grid, and all that scores ------------------------------------------------------------------


@pytest.fixture(scope="module")
def german(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, str]], Grid]:
    """A German file whose large firms buy, and its grid."""
    rng, rows = random.Random(3), []
    for at in range(2400):
        staff = rng.choice((5, 12, 85, 240, 1200, 4800, 12_000))
        sales = rng.choice((950.5, 12_345.67, 214_244.37, 1_250_000.0))
        budget, share = rng.choice((900, 12_000, 45_000)), rng.choice((2.5, 12.5, 40.0))
        won = rng.random() < 0.03 + 0.2 * (staff >= 1000) + 0.1 * (budget > 20_000) + 0.1 * (share > 20)
        rows.append({
            "Nr": f"K{at}", "Mitarbeiter": f"{staff:,}".replace(",", "."),
            "Umsatz": f"{sales:,.2f}".replace(",", "x").replace(".", ",").replace("x", "."),
            "Budget": f"{budget // 1000}k €" if budget >= 1000 else f"{budget} €",
            "Anteil": f"{share:g} %".replace(".", ","), "Gekauft": "Ja" if won else "Nein",
        })  # fmt: skip
    path = tmp_path_factory.mktemp("german") / "kunden.csv"
    save(path, rows)
    table = open_table(path)
    proposal = propose(table, leave_out=["Gekauft", "Nr"])
    history = observe(table, proposal.criteria, Terms(customer="Gekauft", lead_id="Nr"))
    grid = calibrate(count(history), Plan("g", "evidence"))
    return path, rows, grid


def save(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


def test_a_german_file_has_no_large_firm_among_the_small(german: tuple[Path, list[dict[str, str]], Grid]) -> None:
    path, rows, grid = german
    table = open_table(path)
    assert {c.name: c.type for c in table.columns} == dict.fromkeys(rows[0], "number") | {
        "Nr": "text",
        "Gekauft": "text",
    }
    found = table.fetch(f'SELECT "Mitarbeiter" AS n, "Umsatz" AS u, "Budget" AS b, "Anteil" AS s FROM {table.relation}')
    assert found["n"].tolist() == [float(row["Mitarbeiter"].replace(".", "")) for row in rows]
    assert sorted(set(found["u"])) == [950.5, 12_345.67, 214_244.37, 1_250_000.0]
    assert sorted(set(found["b"])) == [900, 12_000, 45_000]
    assert sorted(set(found["s"])) == [2.5, 12.5, 40]
    said = {(fact.key, fact.facts.get("column")) for fact in table.facts}
    assert {("thousands", "Mitarbeiter"), ("decimal_comma", "Umsatz"), ("units", "Budget"), ("units", "Anteil")} <= said
    staff = next(c for c in grid.criteria if c.column == "Mitarbeiter")
    assert staff.index_of("4.800") == staff.index_of(4800.0) != staff.index_of("12")


def test_raw_cells_score_as_the_file_does(german: tuple[Path, list[dict[str, str]], Grid], tmp_path: Path) -> None:
    path, rows, grid = german
    score_file(grid, str(path), str(tmp_path / "all.csv"))
    whole = pd.read_csv(tmp_path / "all.csv")["score"].tolist()
    assert len(set(whole)) > 3
    assert [grid.score(row) for row in rows] == whole
    space: dict[str, Any] = {"__name__": "scorer"}
    exec(python.write(grid, Options()), space)
    assert [space["score"](row) for row in rows] == whole
    base = duckdb.connect()
    base.register("leads", pd.DataFrame(rows))
    asked = sql.write(grid, Options(table="leads", lead_id="Nr"), "duckdb").rstrip().rstrip(";")
    scored = dict(base.sql(f'SELECT "Nr", score FROM ({asked})').fetchall())
    assert [scored[row["Nr"]] for row in rows] == whole


def test_a_file_of_one_lead_is_read_as_the_grid_was_made(
    german: tuple[Path, list[dict[str, str]], Grid], tmp_path: Path
) -> None:
    _, rows, grid = german
    for at in range(12):
        save(tmp_path / "one.csv", rows[at : at + 1])
        score_file(grid, str(tmp_path / "one.csv"), str(tmp_path / "scored.csv"))
        assert pd.read_csv(tmp_path / "scored.csv")["score"].tolist() == [grid.score(rows[at])]


def test_signs_come_back_from_every_format_that_is_read_back(german: tuple[Path, list[dict[str, str]], Grid]) -> None:
    *_, grid = german
    signs = {c.column: (c.decimal, c.thousands, c.units) for c in grid.criteria if c.kind == "number"}
    assert signs["Budget"][2] == (("k €", "e3"), (" €", ""))
    contents: list[bytes | str] = [canonical.write(grid), csv_format.write(grid, Options())]
    contents += [pmml.write(grid, Options()), excel.write(grid, Options())]
    for content, name in zip(contents, ("g.json", "g.csv", "g.pmml", "g.xlsx"), strict=True):
        back = reading.read(content, name)
        told = {c.column: (c.decimal, c.thousands, c.units) for c in back.criteria if c.kind == "number"}
        assert told.items() <= signs.items(), name
        assert {"Budget", "Mitarbeiter", "Anteil"} <= told.keys()


def test_a_hostile_sign_is_refused() -> None:
    levels = (Level("<5", high=5), Level("5+", low=5), Level("missing", "missing"), Level("other", "other"))
    grid = Grid("g", "lift", (Criterion("a", "a", "number", "fit", levels, units=(("k", "e3"),)),), ((1, 2, 0, 0),))
    text = canonical.write(grid)
    assert canonical.read(text, "g.json").criteria[0].units == (("k", "e3"),)
    with pytest.raises(GridError, match=r"units|e3"):
        canonical.read(text.replace('"e3"', '"e300"'), "g.json")

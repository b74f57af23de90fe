"""Rows of one person or company, against a program that looks at each pair of rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from calibrate.engine import open_table
from calibrate.engine.query import quoted, select
from calibrate.leads.alike import OUTCOME, Persons, companies, persons, repeats_by_key
from calibrate.leads.columns.not_leads import find_not_leads
from calibrate.leads.history import observe
from calibrate.leads.terms import BUYER, Terms

Row = dict[str, int | None]


def written(folder: Path, rows: list[Row]) -> Path:
    names = list(rows[0])
    lines = [",".join("" if row[name] is None else str(row[name]) for name in names) for row in rows]
    path = folder / "rows.csv"
    path.write_text("\n".join([",".join(names), *lines]) + "\n", encoding="utf-8")
    return path


def drawn(rng: np.random.Generator, count: int) -> list[Row]:
    rows: list[Row] = []
    for i in range(count):
        moment = None if rng.random() < 0.1 else int(rng.integers(0, 30))
        bought = int(rng.random() < 0.3)
        rows.append(
            {
                "place": i,
                "late": int(moment is None),
                "moment": moment,
                "a": None if rng.random() < 0.2 else int(rng.integers(0, count)),
                "b": None if rng.random() < 0.2 else int(rng.integers(0, count)),
                "bought": bought,
                "closed": int(rng.integers(20, 60)) if bought and rng.random() < 0.9 else None,
                "open": int(not bought and rng.random() < 0.2),
            }
        )
    return rows


def by_hand(rows: list[Row], row: Row, keys: tuple[str, ...]) -> tuple[int, int, int | None, int]:
    """Place, outcome, first closing and whether open: of each key, the rows that have it too."""
    place, bought, still_open = 1, int(row["bought"] or 0), int(row["open"] or 0)
    closings = [row["closed"]] if bought and row["closed"] is not None else []
    for key in keys:
        if row[key] is None:
            continue
        mine = [other for other in rows if other[key] == row[key]]
        order = sorted(mine, key=lambda other: (other["late"], other["moment"] or 0, other["place"]))
        place = max(place, order.index(row) + 1)
        bought = max(bought, *(int(other["bought"] or 0) for other in mine))
        still_open = max(still_open, *(int(other["open"] or 0) for other in mine))
        closings += [other["closed"] for other in mine if other["bought"] and other["closed"] is not None]
    closed = min((c for c in closings if c is not None), default=row["closed"])
    return place, bought, closed, 0 if bought else still_open


@pytest.mark.parametrize("seed", range(4))
def test_persons_share_their_outcome_and_the_earliest_row_counts(tmp_path: Path, seed: int) -> None:
    rows = drawn(np.random.default_rng(seed), 120)
    table = open_table(written(tmp_path, rows))
    cells = {"__row": quoted("place"), "__late": quoted("late"), "__moment": quoted("moment")}
    cells |= {"__same0": quoted("a"), "__same1": quoted("b")}
    cells |= {name: quoted(name.strip("_")) for name in OUTCOME}
    alike = persons(table, select(cells, table.relation), ["address", "name_and_company"])
    assert isinstance(alike, Persons) and [name for name, _ in alike.keys] == ["address", "name_and_company"]
    answer = table.fetch(f"SELECT __twin, __twice, __bought, __closed, __open FROM {alike.relation} ORDER BY __twin")
    several = [
        row
        for row in rows
        if any(row[key] is not None and sum(other[key] == row[key] for other in rows) > 1 for key in "ab")
    ]
    assert answer["__twin"].tolist() == [row["place"] for row in several]
    for i, row in enumerate(several):
        closed = answer["__closed"][i]
        mine = (answer["__twice"][i], answer["__bought"][i], None if np.isnan(closed) else closed, answer["__open"][i])
        assert mine == by_hand(rows, row, ("a", "b"))
    groups = {key: [other for other in rows if other["a"] == key] for key in {row["a"] for row in rows} - {None}}
    again = sum(len(group) - 1 for group in groups.values())
    conflicts = sum(len({other["bought"] for other in group}) > 1 for group in groups.values())
    assert repeats_by_key(table, alike)["address"] == (again, conflicts)


def test_no_key_recurs(tmp_path: Path) -> None:
    rows = [{**row, "a": i, "b": None} for i, row in enumerate(drawn(np.random.default_rng(5), 30))]
    table = open_table(written(tmp_path, rows))
    cells = {"__row": quoted("place"), "__late": "0", "__moment": quoted("place"), "__same0": quoted("a")}
    cells |= {name: quoted(name.strip("_")) for name in OUTCOME}
    assert persons(table, select(cells, table.relation), ["address"]) is None


def test_an_address_that_many_leads_share_is_no_person(tmp_path: Path) -> None:
    rows = [{**row, "a": i % 3} for i, row in enumerate(drawn(np.random.default_rng(6), 30))]
    table = open_table(written(tmp_path, rows))
    cells = {"__row": quoted("place"), "__late": "0", "__moment": quoted("place"), "__same0": quoted("a")}
    cells |= {name: quoted(name.strip("_")) for name in OUTCOME}
    assert persons(table, select(cells, table.relation), ["address"]) is None
    assert persons(table, select(cells, table.relation), ["id"]) is not None  # an id tells a lead, however often


def test_companies_share_their_outcome(tmp_path: Path) -> None:
    rows = [{**row, "a": i // 2 % 20} for i, row in enumerate(drawn(np.random.default_rng(7), 60))]
    table = open_table(written(tmp_path, rows))
    cells = {"__row": quoted("place"), "__late": quoted("late"), "__moment": quoted("moment"), BUYER: quoted("a")}
    cells |= {name: quoted(name.strip("_")) for name in OUTCOME}
    relation = companies(table, select(cells, table.relation))
    answer = table.fetch(f"SELECT __partner, __mate, __bought FROM {relation} ORDER BY __partner")
    for i, row in enumerate(rows):
        place, bought, _, _ = by_hand(rows, row, ("a",))
        assert (answer["__mate"][i], answer["__bought"][i]) == (place, bought)


def test_a_deleted_row_that_comes_first_does_not_make_its_twin_a_repetition(tmp_path: Path) -> None:
    """40 leads, each twice: the first row of ten pairs is deleted, so that its second row counts."""
    lines = ["Id,Email,IsDeleted,created,won"]
    for i in range(40):
        for again in range(2):
            deleted = "true" if i < 10 and not again else "false"
            won = "yes" if i % 4 == 0 and again else "no"
            lines.append(f"{2 * i + again},p{i}@firm{i}.com,{deleted},2025-01-{1 + again:02d},{won}")
    path = tmp_path / "leads.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    table = open_table(path)
    terms = Terms(
        customer="won", created_at="created", lead_id="Id", close_within_days=0,
        persons=(("address", quoted("Email")),), not_leads=find_not_leads(table),
    )  # fmt: skip
    history = observe(table, (), terms)
    assert dict(history.excluded) == {"deleted": 10, "repeated": 30}
    assert history.totals.sum(axis=0).tolist() == [40, 10]
    told = {fact.key: fact.facts for fact in history.facts if fact.key.startswith("repeated_")}  # type: ignore[attr-defined]
    assert told["repeated_address"]["rows"] == 30

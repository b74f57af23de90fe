"""Ids that mean one lead, however two files write them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from calibrate import Terms, observe
from calibrate.engine import Session
from calibrate.errors import HistoryError
from calibrate.leads.keys import keys_of, same_id

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def sf(number: int) -> str:
    return f"00Q5g00000{'aB' if number % 2 else 'Ab'}{number:03d}"


def long_sf(short: str) -> str:
    """The 18 characters of a Salesforce id: three letters say which of each five are capitals."""
    parts = (short[i : i + 5] for i in (0, 5, 10))
    return short + "".join(LETTERS[sum(1 << i for i, c in enumerate(part) if c.isupper())] for part in parts)


def files(folder: Path, own: list[str], other: list[str]) -> tuple[Path, Path]:
    leads, deals = folder / "leads.csv", folder / "deals.csv"
    leads.write_text("id,sector\n" + "".join(f"{each},A\n" for each in own), encoding="utf-8")
    deals.write_text("id,amount\n" + "".join(f"{each},5\n" for each in other), encoding="utf-8")
    return leads, deals


NUMBERS = [str(n) for n in range(10001, 10031)]
SHORT = [sf(n) for n in range(30)]
MAILS = [f"Person{n}@Example.org" for n in range(30)]


@pytest.mark.parametrize(
    ("own", "other", "reading", "matched"),
    [
        (NUMBERS, NUMBERS[:9], "written", 9),
        ([f"{n}.0" for n in NUMBERS], NUMBERS[:9], "written", 9),
        ([f"000{n}" for n in NUMBERS], NUMBERS[:9], "numbers", 9),
        (NUMBERS, [f"{n}.0" for n in NUMBERS[:8]] + ["x"], "numbers", 8),
        ([long_sf(each) for each in SHORT], SHORT[:9], "salesforce", 9),
        (SHORT, [long_sf(each) for each in SHORT[3:9]], "salesforce", 6),
        (MAILS, [each.lower() for each in MAILS[:9]], "addresses", 9),
        (["AB-1", "AB-2", "AB-3"], ["ab-1", "zz"], "folded", 1),
        (["AB-1", "ab-1", "AB-3"], ["Ab-1", "AB-3"], "written", 1),
    ],
)
def test_two_files_that_write_one_id_differently(
    tmp_path: Path, own: list[str], other: list[str], reading: str, matched: int
) -> None:
    leads, deals = files(tmp_path, own, other)
    with Session() as session:
        table, outcomes = session.open(leads), session.open(deals)
        found = keys_of(table, "id", outcomes, "id")
        assert (found.reading, found.matched, found.ids) == (reading, matched, len(other))
        history = observe(table, (), Terms(lead_id="id", outcomes=outcomes)) if matched < len(own) else None
        assert history is None or int(history.totals[:, 1].sum()) == matched
        said = [key for key, _ in history.facts if key.startswith("joined_")] if history else []
        assert said == ([] if reading == "written" else [f"joined_{reading}"])


def test_numbers_stored_in_two_types_are_numbers(tmp_path: Path) -> None:
    duckdb.sql("SELECT (10001 + range)::DOUBLE AS id FROM range(30)").write_parquet(str(tmp_path / "a.parquet"))
    duckdb.sql("SELECT (10001 + range)::INTEGER AS id FROM range(9)").write_parquet(str(tmp_path / "b.parquet"))
    with Session() as session:
        table, outcomes = session.open(tmp_path / "a.parquet"), session.open(tmp_path / "b.parquet")
        assert keys_of(table, "id", outcomes, "id").matched == 9
        assert keys_of(outcomes, "id", table, "id").matched == 9


def test_an_empty_join_is_blamed_on_the_join(tmp_path: Path) -> None:
    leads, deals = files(tmp_path, [f"L-{n}" for n in range(20)], [f"D{n}" for n in range(7)])
    with Session() as session:
        terms = Terms(lead_id="id", outcomes=session.open(deals))
        with pytest.raises(HistoryError, match=r"0 of 7 ids in deals.csv match a lead.*'A-9'.*'A9'.*--outcomes-id"):
            observe(session.open(leads), (), terms)


@pytest.mark.parametrize("ids", [SHORT, MAILS], ids=["salesforce", "addresses"])
def test_the_same_id_in_two_ways_of_writing_counts_once(tmp_path: Path, ids: list[str]) -> None:
    again = [long_sf(each) if each in SHORT else each.upper() for each in ids[:10]]
    leads = tmp_path / "leads.csv"
    leads.write_text("id,won\n" + "".join(f"{each},{'yes' if i % 4 else 'no'}\n" for i, each in enumerate(ids + again)))
    with Session() as session:
        table = session.open(leads)
        assert same_id(table, "id") != '"id"'
        history = observe(table, (), Terms(customer="won", lead_id="id"))
        assert (history.read, history.kept, history.excluded["repeated"]) == (40, 30, 10)

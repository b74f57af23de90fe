"""SQL of folded texts: steps that no parser finds too deep, and the same text in two engines."""

from __future__ import annotations

import sqlite3

import duckdb
import pytest

from calibrate.engine import folding
from calibrate.grid.derived import SIGNS, letter_table, path_of

LETTERS = letter_table(SIGNS, "")
TEXTS = ("Été ß - (x)", "e\u0301", "a>b<c", "  ", "x/Y", "İ\u212a")


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def test_a_step_replaces_few_letters_where_there_is_no_translate() -> None:
    steps = folding.folded(LETTERS, " ", quoted, "sqlite")
    assert len(steps) > 10
    assert max(step("t").count("REPLACE(") for step in steps) <= folding.A_STEP
    assert len(folding.folded(LETTERS, " ", quoted, "duckdb")) == 1


@pytest.mark.parametrize("text", TEXTS)
def test_duckdb_and_sqlite_fold_alike(text: str) -> None:
    (step,) = folding.folded(LETTERS, " ", quoted)
    folded = duckdb.connect().execute(f"SELECT {step('t')} FROM (SELECT CAST(? AS TEXT) AS t)", [text]).fetchone()
    value = text
    for step in folding.folded(LETTERS, " ", quoted, "sqlite"):
        (value,) = sqlite3.connect(":memory:").execute(f"SELECT {step('t')} FROM (SELECT ? AS t)", [value]).fetchone()
    assert folded == (value,)


@pytest.mark.parametrize("address", ["https://a.fr/b?c=/d", "a.fr", "/x#y", "x", "", "a.fr/b", "?", " /p "])
def test_paths_in_the_engine(address: str) -> None:
    statement = f"SELECT {folding.path_of('t', quoted)} FROM (SELECT CAST(? AS TEXT) AS t)"
    assert duckdb.connect().execute(statement, [address]).fetchone() == (path_of(address),)


@pytest.mark.parametrize(
    ("text", "level"),
    [(" cto ", "chief"), (" a ceo b ", "chief"), (" sales cto ", "chief"), (" sales ", "sales"), (" b ", "no"),
     ("", "no"), (None, None)],
)  # fmt: skip
def test_the_first_answer_with_any_of_its_words(text: str | None, level: str | None) -> None:
    answers = [("chief", (" cto ", " ceo ")), ("nobody", ()), ("sales", (" sales ",))]
    for dialect, connection in (("duckdb", duckdb.connect()), ("sqlite", sqlite3.connect(":memory:"))):
        statement = f"SELECT {folding.answer('t', answers, 'no', quoted, dialect)} FROM (SELECT CAST(? AS TEXT) AS t)"
        assert connection.execute(statement, [text]).fetchone() == (level,)

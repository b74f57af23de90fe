"""Dates with the month in words."""

from __future__ import annotations

from datetime import date, datetime

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.days import MONTHS
from calibrate.engine import open_table
from calibrate.engine.spoken_dates import is_spoken, spoken_sql

CONNECTION = duckdb.connect()


@pytest.mark.parametrize(
    ("texts", "days"),
    [
        (["1 janv. 2024", "15 févr. 2024", "3 août 2025"], ["2024-01-01", "2024-02-15", "2025-08-03"]),
        (["Mon, 01 Jan 2024", "Tue, 13 Feb 2024"], ["2024-01-01", "2024-02-13"]),
        (["Mon, 01 Jan 2024 23:30:00 -0200", "Tue, 13 Feb 2024 23:30:00 +0000"], ["2024-01-02", "2024-02-13"]),
        (["3. März 2025", "1. Dezember 2024"], ["2025-03-03", "2024-12-01"]),
        (["1 de enero de 2024", "12 de septiembre de 2025"], ["2024-01-01", "2025-09-12"]),
        (["1º de março de 2024", "5 de out. de 2025"], ["2024-03-01", "2025-10-05"]),
        (["lunedì 1 gennaio 2024", "5 mag 2024"], ["2024-01-01", "2024-05-05"]),
        (["3 maart 2025", "12 okt. 2024"], ["2025-03-03", "2024-10-12"]),
        (["January 5th, 2024 3:05 PM", "Dec 31, 2024 12:00 AM"], ["2024-01-05", "2024-12-31"]),
        (["2024-01", "2024-12"], ["2024-01-01", "2024-12-01"]),
        (["01/2024", "12/2025"], ["2024-01-01", "2025-12-01"]),
        (["2024-01-05", "6 janv. 2025"], ["2024-01-05", "2025-01-06"]),
    ],
    ids=lambda value: value[0],
)
def test_months_in_words_and_months_alone(tmp_path, texts, days):
    path = tmp_path / "leads.csv"
    path.write_text("k;v\n" + "".join(f"a;{text}\n" for text in texts), encoding="utf-8")
    table = open_table(path)
    assert table.columns[1].type in ("date", "timestamp")
    found = table.fetch(f"SELECT CAST(CAST(v AS DATE) AS VARCHAR) AS v FROM {table.relation}")["v"]
    assert found.tolist() == days


@pytest.mark.parametrize("texts", [["1 janv. 2024", "32 janv. 2024"], ["May", "Jun"], ["10-Jan", "Nov-50"]])
def test_what_is_no_date_in_words_stays_text(tmp_path, texts):
    path = tmp_path / "leads.csv"
    path.write_text("k;v\n" + "".join(f"a;{text}\n" for text in texts), encoding="utf-8")
    assert open_table(path).columns[1].type == "text"


@given(
    st.dates(date(1990, 1, 1), date(2099, 12, 31)), st.sampled_from(sorted(MONTHS)),
    st.sampled_from(["{d} {m} {y}", "{m} {d}, {y}", "{d}. {m} {y}", "{d} de {m} de {y}", "{d}-{m}-{y}"]),
)  # fmt: skip
def test_every_month_in_words_is_read_as_its_number(day: date, word: str, form: str) -> None:
    text = form.format(d=min(day.day, 28), m=word.upper(), y=day.year)
    assert is_spoken(text)
    read = CONNECTION.execute(f"SELECT {spoken_sql('$text')}", {"text": text}).fetchone()
    assert read is not None and read[0] == datetime(day.year, MONTHS[word], min(day.day, 28))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Mon, 01 Jan 2024 10:00:00 +0200", "2024-01-01 08:00:00"),
        ("1 janv. 2024 à 23h30", "2024-01-01 23:30:00"),
        ("1 janv. 2024 a 23h30", "2024-01-01 23:30:00"),
        ("Jan 1 2024 12:05 am", "2024-01-01 00:05:00"),
        ("Jan 1 2024 12:05 p.m.", "2024-01-01 12:05:00"),
        ("01-Jan-2024", "2024-01-01 00:00:00"),
        ("01-Jan-2024 10:00-0200", "2024-01-01 12:00:00"),
        ("31 Feb 2024", None),
        ("1 Janfeb 2024", None),
    ],
)
def test_clocks_zones_and_days_that_are_none(text: str, moment: str | None) -> None:
    read = CONNECTION.execute(f"SELECT {spoken_sql('$text')}", {"text": text}).fetchone()
    assert read is not None and (None if read[0] is None else str(read[0])) == moment

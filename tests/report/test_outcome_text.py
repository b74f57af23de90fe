"""What the outcome was taken for: every value with its rows, personal ones by their shape alone."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from report_case import account

from calibrate.language import load
from calibrate.leads.columns.outcome import Outcome, Value
from calibrate.report.outcome_text import (
    SHOWN,
    as_of_reason,
    first_lines,
    heading,
    lines,
    outcome_json,
    rows,
    spelt,
    values,
)

EN, FR = load("en"), load("fr")
ACCOUNT = account()


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_every_kind_of_value_stands_with_its_rows() -> None:
    (sentence,) = map(plain, spelt(ACCOUNT, EN))
    assert sentence == (
        "Outcome “became_customer”: customer = yes (1,812); lost = no (23,101); not decided yet = pending (1,397)."
    )
    text = [plain(text) for text in lines(ACCOUNT, EN)]
    assert text[0] == sentence and any("30 November 2025" in one for one in text) and any("210" in one for one in text)
    assert (
        first_lines(ACCOUNT, EN)[-1] == ""
        and first_lines(replace(ACCOUNT, outcome=None, windows=None, as_of=None), EN) == []
    )


def test_many_values_are_cut_and_their_rows_added_up() -> None:
    many = Outcome("stage", "leads", tuple(Value(f"v{i}", 10 + i, "lost") for i in range(SHOWN + 3)))
    (sentence,) = spelt(replace(ACCOUNT, outcome=many), EN)
    assert "v7 (17)" in sentence and "v8" not in sentence and "3" in sentence and "(57)" in sentence  # 18 + 19 + 20


@pytest.mark.parametrize("value", ["Ana Lopez", "ana@acme.fr", "+33 6 12 34 56 78"])
def test_a_value_that_is_a_person_is_not_shown(value: str) -> None:
    told = replace(ACCOUNT, outcome=Outcome("owner", "leads", (Value(value, 5, "customer"), Value("no", 9, "lost"))))
    text = " ".join(
        [*lines(told, EN), json.dumps(outcome_json(told)), str(values(told, FR)), str(rows(told.outcome, EN))]
    )  # type: ignore[arg-type]
    assert value not in text and "no" in text
    assert sum(entry["rows"] for entry in outcome_json(told)["values"]) == 14


def test_dates_and_rows_of_a_second_file_are_said_in_words() -> None:
    dated = Outcome("won on", "dates", (Value("date", 7, "customer"), Value("", 93, "lost")))
    listed = Outcome("won on", "outcomes", (Value("row", 7, "customer"),))
    for outcome in (dated, listed):
        text = " ".join(spelt(replace(ACCOUNT, outcome=outcome), EN))
        assert "“date”" not in text and "“row”" not in text and "(7)" in text
    assert len({heading(outcome, EN) for outcome in (dated, listed, Outcome("won on", "leads"))}) == 3


def test_the_reason_of_the_day_names_its_column() -> None:
    assert as_of_reason(ACCOUNT) == "newest day of creation: column 'created_at'"
    assert as_of_reason(replace(ACCOUNT, as_of_reason="given", as_of_column=None)) == "given with --as-of"
    assert outcome_json(replace(ACCOUNT, outcome=None)) == {
        "column": "became_customer",
        "source": "leads",
        "values": [],
    }

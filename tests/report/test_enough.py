"""How much is enough: sentences by what the history can show, and figures of two digits."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from report_case import review

from calibrate.counts.power import Power, customers_needed
from calibrate.evaluation.comparison import Comparison
from calibrate.language import load
from calibrate.report.enough import GAPS, customers_said, levels_said, power_json, still_needed, verdict_said

EN, FR = load("en"), load("fr")
REVIEW = review(4000)


def shows(months: float | None, leads: float = 5200.0, share: float = 0.12) -> Power:
    return Power(np.zeros(1), np.zeros(1), share, 1.5, leads, months)


@pytest.mark.parametrize(
    ("months", "words"),
    [
        (0, "Enough for levels like most"),
        (3.2, "about 4 months"),
        (120.0, "about 120 months"),
        (121.0, "5,200 leads"),
        (None, "5,200 leads"),
    ],
)
def test_a_level_is_decided_today_in_months_or_after_so_many_leads(months: float | None, words: str) -> None:
    (sentence,) = levels_said(shows(months), EN)
    assert words in sentence.replace("\u00a0", " ") and "12.0%" in sentence
    assert next(levels_said(shows(months), FR)) != sentence


def test_a_history_that_shows_nothing_says_nothing() -> None:
    assert list(levels_said(None, EN)) == list(levels_said(shows(1, share=math.nan), EN)) == []


def test_smaller_gaps_and_more_candidates_take_more_customers() -> None:
    values = power_json(shows(2), 0.7)
    assert values is not None and power_json(None, 0.7) is None
    needed = {
        (row["auc"], row["candidates"]): row["later_customers"] for row in json.loads(json.dumps(values))["customers"]
    }
    small, large = GAPS
    assert needed[small, 1] > needed[large, 1] < needed[large, 5] < needed[small, 5]
    for (gap, count), customers in needed.items():
        exact = customers_needed(gap, count, 0.7)
        assert customers == pytest.approx(exact, rel=0.05) and len(str(customers).rstrip("0")) <= 2
        assert str(customers) in customers_said(0.7, EN)


def test_customers_of_companies_come_together_and_more_of_them_are_needed() -> None:
    alone, together = customers_said(0.05, EN), customers_said(0.05, EN, 2.0)
    assert "220" in alone and "440" in together and "220" not in together
    values = power_json(shows(2), 0.05, 2.0)
    assert values is not None and values["customers"][0]["later_customers"] == 440


def test_customers_still_needed_grow_as_the_square_of_the_gap() -> None:
    """An interval of 0.016 on 554 customers, corrected for three: z = 2.394, so one error is 0.008 / 2.394 = 0.00334.

    For 0.03: 554 * ((2.394 + 0.842) * 0.00334 / 0.03)^2 = 72.
    """
    needed = still_needed(REVIEW)
    assert needed[0.03] == 72 and needed[0.05] == pytest.approx(72 * 9 / 25, abs=0.5)
    sentence = verdict_said(REVIEW, EN)
    assert all(str(count) in sentence for count in (*needed.values(), 554))


def test_nothing_is_said_where_nothing_was_compared() -> None:
    none = replace(REVIEW, comparison=replace(REVIEW.comparison, customers=0))
    assert isinstance(none.comparison, Comparison) and still_needed(none) == {} and verdict_said(none, FR) == ""

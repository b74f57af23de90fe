"""The first screen: sure only as far as the order of the leads is known, and what a wait is waiting for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from report_case import review

from calibrate.counts.power import customers_needed
from calibrate.evaluation.comparison import Verdict
from calibrate.language import load
from calibrate.report import enough
from calibrate.report.answer import answer
from calibrate.report.review import Review

REVIEW = review(4000)


def undated(order: str, column: str | None) -> Review:
    return replace(REVIEW, months=None, account=replace(REVIEW.account, order=order, order_column=column))


def waiting(reason: str = "not_judged", **facts: str | float) -> Review:
    verdict = Verdict("wait", None, reason, {"baseline": "current", **facts})
    comparison = replace(REVIEW.comparison, verdict=verdict, judged=(), customers=12)
    return replace(REVIEW, comparison=comparison, chosen="current")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_undated_leads_are_never_called_clear(language: str) -> None:
    words = load(language)
    clear = words("meeting.sure_clear", leads=1, customers=1).split(".")[0]
    assert answer(REVIEW, words).sure.startswith(clear)
    assert "Lead Number" in answer(undated("column", "Lead Number"), words).sure
    for order in ("column", "file"):
        assert not answer(undated(order, "Lead Number"), words).sure.startswith(clear)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_wait_says_how_many_customers_are_missing_and_when_they_will_be_there(language: str) -> None:
    words, found = load(language), waiting()
    missing, months = enough.missing(found)
    assert missing == pytest.approx(customers_needed(0.05, 1, found.rates.overall.value) - 12, rel=0.06)
    assert months is not None
    pace = found.rates.overall.customers / (found.months or 1)
    assert (months - 1) * pace < missing <= months * pace
    text = answer(found, words).sentences[0]
    assert words.count(missing) in text and words.count(months) in text
    assert enough.missing(replace(found, months=None))[1] is None
    assert words.count(missing) in answer(replace(found, months=None), words).sentences[0]


def test_a_file_that_runs_backwards_is_not_short_of_customers() -> None:
    found = waiting("reversed_time", column="Lead Number", share=0.956)
    told = answer(found, load("en"))
    assert "backwards" in told.headline and "--order “Lead Number”" in told.sentences[0]
    assert "95.6%" in found.comparison.verdict.why


def test_the_answer_stays_short() -> None:
    for found in (REVIEW, undated("file", None), undated("column", "Lead Number"), waiting()):
        for language in ("en", "fr"):
            told = answer(found, load(language))
            assert len(" ".join((told.headline, *told.sentences)).split()) <= 60

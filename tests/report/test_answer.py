"""The first screen: grids at equal calls by pencil, sure only as far as the order is known, in few words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from met_case import MET
from report_case import review

from calibrate.counts.power import customers_needed
from calibrate.evaluation.comparison import Verdict
from calibrate.evaluation.metrics import Estimate
from calibrate.grid.grid import Thresholds
from calibrate.language import load
from calibrate.points.score_table import Scores
from calibrate.report import enough
from calibrate.report.answer import (
    EqualCalls,
    alerts,
    answer_json,
    answer_of,
    caught,
    certainty,
    deciding_calls,
    drift_line,
    equal_calls,
    promises,
    static_lines,
)
from calibrate.report.review import Review

REVIEW, EN, FR = review(4000), load("en"), load("fr")


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
    assert answer_of(REVIEW, words).sure.startswith(clear)
    assert "Lead Number" in answer_of(undated("column", "Lead Number"), words).sure
    for order in ("column", "file"):
        assert not answer_of(undated(order, "Lead Number"), words).sure.startswith(clear)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_wait_says_how_many_customers_are_missing_and_when_they_will_be_there(language: str) -> None:
    words, found = load(language), waiting()
    missing, months = enough.missing(found)
    assert missing == pytest.approx(customers_needed(0.05, 1, found.rates.overall.value) - 12, rel=0.06)
    assert months is not None
    pace = found.rates.overall.customers / (found.months or 1)
    assert (months - 1) * pace < missing <= months * pace
    text = answer_of(found, words).sentences[0]
    assert words.count(missing) in text and words.count(months) in text
    assert enough.missing(replace(found, months=None))[1] is None
    assert words.count(missing) in answer_of(replace(found, months=None), words).sentences[0]


def test_a_file_that_runs_backwards_is_not_short_of_customers() -> None:
    found = waiting("reversed_time", column="Lead Number", share=0.956)
    told = answer_of(found, load("en"))
    assert "backwards" in told.headline and "--order “Lead Number”" in told.sentences[0]
    assert "95.6%" in found.comparison.verdict.why


def test_the_answer_stays_short() -> None:
    for found in (REVIEW, undated("file", None), undated("column", "Lead Number"), waiting()):
        for language in ("en", "fr"):
            told = answer_of(found, load(language))
            assert len(" ".join((told.headline, *told.sentences)).split()) <= 60


def pencil() -> Review:
    """A quarter of the leads score 5 or more. There the new grid catches 60 % of later customers, today's 50 %.

    At capacity it catches 20 %: half widths of .03 there are .03 sqrt(.6 x .4 / (.2 x .8)) = .03 sqrt(1.5) here.
    """
    new, old = REVIEW.candidates[0], REVIEW.candidates[-1]
    scores = Scores(("all",), np.array([0, 5]), np.array([[750.0, 250.0]]), np.array([[40.0, 60.0]]))
    new = replace(new, scores=scores, grid=replace(new.grid, thresholds=Thresholds(5, 9)))
    judged = []
    for name, share in (("logistic", 0.6), ("current", 0.5)):
        gains = pd.DataFrame({"share_leads": [0.0, 0.25, 1.0], "share_customers": [0.0, share, 1.0]})
        gap = {"capture_at_capacity": Estimate(0.1, 0.07, 0.13)} if name == "logistic" else {}
        metrics = {**REVIEW.comparison.judged[0].metrics, "capture_at_capacity": Estimate(0.2, 0.15, 0.25)}
        judged.append(replace(REVIEW.comparison.judged[0], name=name, gains=gains, difference=gap, metrics=metrics))
    return replace(REVIEW, candidates=(new, old), comparison=replace(REVIEW.comparison, judged=tuple(judged)))


def test_grids_are_compared_at_the_calls_of_the_proposed_one() -> None:
    made = pencil()
    found = equal_calls(made, made.candidates[0])
    later = made.tally.only(np.logical_or.reduce([fold.judged for fold in made.comparison.folds])).overall[1]
    assert found is not None and found.current and found.calls == 0.25 * made.comparison.leads
    assert (found.before, found.after) == (pytest.approx(0.5 * later), pytest.approx(0.6 * later))
    assert (found.gain, found.low, found.high) == pytest.approx(
        (0.1 * later, (0.1 - 0.03 * 1.5**0.5) * later, (0.1 + 0.03 * 1.5**0.5) * later)
    )
    assert found.rate == pytest.approx(found.after / found.calls) and EqualCalls(0, 0, 0, 0, 0, True).rate == 0


def test_without_a_grid_in_use_calls_in_the_order_of_arrival_are_held_against_it() -> None:
    made = pencil()
    alone = replace(
        made, candidates=made.candidates[:1], comparison=replace(made.comparison, judged=made.comparison.judged[:1])
    )
    found = equal_calls(alone, alone.candidates[0])
    assert found is not None and not found.current
    assert found.before / found.after == pytest.approx(0.25 / 0.6)  # a quarter of the calls meets a quarter of them
    unjudged = replace(alone, comparison=replace(alone.comparison, judged=()))
    assert equal_calls(unjudged, alone.candidates[0]) is None


def test_shares_between_the_points_of_a_curve() -> None:
    judged = pencil().comparison.judged[0]
    assert [caught(judged, share) for share in (0.0, 0.125, 0.25, 0.625, 1.0)] == pytest.approx([0, 0.3, 0.6, 0.8, 1])
    assert caught(replace(judged, gains=pd.DataFrame()), 0.3) == 0.3


@pytest.mark.parametrize("words", [EN, FR], ids=["en", "fr"])
@pytest.mark.parametrize("decision", ["adopt", "keep", "recalibrate", "wait", "unreliable"])
def test_every_verdict_has_an_answer_of_at_most_sixty_words(decision: str, words: object) -> None:
    verdict = replace(REVIEW.comparison.verdict, decision=decision)
    made = replace(REVIEW, comparison=replace(REVIEW.comparison, verdict=verdict))
    found = answer_of(made, words)  # type: ignore[arg-type]
    assert found.headline and found.sentences and found.sure
    assert len(" ".join([found.headline, *found.sentences]).split()) <= 60
    assert found.kind == ("adopt" if decision == "keep" else decision)  # nobody keeps a grid that nobody uses
    assert ("logistic" in found.headline) == (decision in ("adopt", "keep"))


def test_a_grid_in_use_that_stays_is_not_said_to_gain_on_itself() -> None:
    verdict = replace(REVIEW.comparison.verdict, decision="keep", candidate="current")
    made = replace(REVIEW, chosen="current", comparison=replace(REVIEW.comparison, verdict=verdict))
    found = answer_of(made, EN)
    assert found.kind == "keep" and "the best other grid, the grid “logistic”" in found.sentences[0]
    alone = replace(made, candidates=made.candidates[-1:])
    assert "+" not in answer_of(alone, EN).sentences[0] and certainty(alone) == "open"


def with_gap(made: Review, low: float, high: float, decision: str = "adopt") -> Review:
    """The gain of a tenth of the customers, with another interval and another verdict."""
    gap = {"capture_at_capacity": Estimate(0.1, low, high)}
    judged = (replace(made.comparison.judged[0], difference=gap), *made.comparison.judged[1:])
    verdict = replace(made.comparison.verdict, decision=decision)
    return replace(made, comparison=replace(made.comparison, judged=judged, verdict=verdict))


@pytest.mark.parametrize(
    ("half", "decision", "key"),
    [
        (0.03, "adopt", "clear"),
        (0.17, "adopt", "ranks"),
        (0.17, "keep", "open"),
        (0.17, "no_reliable_weights", "judged"),
    ],
)
def test_how_sure_it_is_follows_from_the_range_that_is_read(half: float, decision: str, key: str) -> None:
    made = with_gap(pencil(), 0.1 - half, 0.1 + half, decision)
    assert certainty(made) == key == answer_json(made)["certainty"]
    for words in (EN, FR):
        assert answer_of(made, words).sure.startswith(words(f"meeting.sure_{key}"))
        assert words.count(made.comparison.leads) in answer_of(made, words).sure


def test_a_range_that_reads_from_zero_is_never_clear() -> None:
    """The demo once said "likely 0 to +15" beside "clear": what is read decides, not what stands behind the point."""
    made = pencil()
    customers = made.tally.only(np.logical_or.reduce([fold.judged for fold in made.comparison.folds])).overall[1]
    for low in (0.4, 0.6, 1.4, -0.4, -3):
        share = low / customers
        found = with_gap(made, share, 0.2 - share)
        text = answer_of(found, EN).sentences[0]
        reads_zero = "likely 0 to" in text or "likely \N{MINUS SIGN}" in text
        assert (certainty(found) == "clear") != reads_zero, text
    worse = equal_calls(with_gap(made, -0.3, -0.1), made.candidates[0])
    assert worse is not None and worse.shown == (round(worse.low), round(worse.high))


def test_a_kept_grid_is_held_against_the_best_other_one_at_its_own_calls() -> None:
    made = pencil()
    new, old = made.candidates
    old = replace(old, scores=new.scores, grid=replace(old.grid, thresholds=Thresholds(5, 9)))
    for low, high, key in ((-0.1, 0.3, "keep_open"), (0.05, 0.15, "keep_more")):
        verdict = replace(made.comparison.verdict, decision="keep", candidate="current")
        kept = with_gap(replace(made, candidates=(new, old), chosen="current"), low, high, "keep")
        kept = replace(kept, comparison=replace(kept.comparison, verdict=verdict))
        decisive = deciding_calls(kept)
        assert decisive is not None and decisive[0] is new and decisive[1].calls == 0.25 * made.comparison.leads
        found = answer_of(kept, EN)
        assert found.kind == "keep" and "logistic" in found.sentences[0] and certainty(kept) == key
        assert len(" ".join([found.headline, *found.sentences]).split()) <= 60


def test_certainty_of_undated_leads_says_when_no_gain_is_possible() -> None:
    made = with_gap(pencil(), -0.07, 0.27)
    made = replace(made, months=None, account=replace(made.account, order="file"))
    for words in (EN, FR):
        assert words("meeting.doubt_ranks") in answer_of(made, words).sure


def test_lines_of_the_grid_the_most_points_first_with_their_counts() -> None:
    lines = static_lines(REVIEW, EN)
    grid = REVIEW.candidates[0].grid
    points = [worth for _, worth, _, _ in lines]
    assert sorted(points) == sorted(grid.flat[grid.flat != 0])
    assert [abs(worth) for worth in points] == sorted(map(abs, points), reverse=True)
    counts = {(leads, customers) for leads, customers in REVIEW.tally.by_level.tolist()}
    assert {(leads, customers) for _, _, customers, leads in lines} <= counts
    assert static_lines(replace(REVIEW, candidates=()), EN) == []


def test_risks_promises_and_drift_are_told() -> None:
    told = list(alerts(REVIEW, EN))
    assert len(told) == len(REVIEW.warnings) + 1 and told[-1][1] == "suspects"
    came = [outcome.came for outcome in MET.past.outcomes if outcome.came is not None and outcome.came.leads]
    sentences = list(promises(MET, EN))
    assert len(sentences) == len(came) > 0
    assert all(str(rate.customers) in sentence for rate, sentence in zip(came, sentences, strict=True))
    assert list(promises(REVIEW, EN)) == [] and drift_line(REVIEW, EN) == "" != drift_line(MET, EN)

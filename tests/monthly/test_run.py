"""A file without dates that stands newest first: put in order where its id says so, else given no verdict."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from calibrate.errors import SettingsError
from calibrate.language import load
from calibrate.monthly import run as monthly
from calibrate.monthly.settings import settings_from
from calibrate.report.answer import answer_of
from calibrate.report.summary import summarise

LEADS = 1500


def newest_first(path: Path, swapped: float) -> Path:
    """Leads with falling numbers, some neighbours swapped; those who asked for a demo close five times as often."""
    rng = random.Random(3)
    numbers = list(range(LEADS, 0, -1))
    for _ in range(int(LEADS * swapped)):
        i = rng.randrange(LEADS - 1)
        numbers[i], numbers[i + 1] = numbers[i + 1], numbers[i]
    rows = ["Lead Number,demo,Converted"]
    for number in numbers:
        demo = rng.random() < 0.3
        rows.append(f"{number},{'yes' if demo else 'no'},{int(rng.random() < (0.4 if demo else 0.08))}")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def read(path: Path) -> monthly.Counted:
    asked = {
        "data": {"file": str(path)},
        "outcome": {"customer": "Converted"},
        "candidates": {"methods": ["lift"]},
        "report": {"out": str(path.parent / "reports")},
    }
    return monthly.read_rows(settings_from(asked))


def test_a_falling_id_gives_the_order_and_that_is_said(tmp_path: Path) -> None:
    counted = read(newest_first(tmp_path / "leads.csv", 0.002))
    assert (counted.history.order, counted.history.terms.order) == ("column", "Lead Number")
    facts = {fact.key: fact.facts for fact in counted.history.facts}
    assert facts["ordered_falling"]["share"] == pytest.approx(0.998, abs=0.001)
    made = monthly.review(counted)
    assert made.comparison.verdict.decision == "adopt"
    assert "rises with time" in answer_of(made, load("en")).sure


def test_reversed_time_gets_no_verdict(tmp_path: Path) -> None:
    counted = read(newest_first(tmp_path / "leads.csv", 0.04))
    assert counted.history.order == "file"
    made = monthly.review(counted)
    verdict = made.comparison.verdict
    assert (verdict.decision, verdict.candidate, verdict.reason) == ("wait", None, "reversed_time")
    assert "--order “Lead Number”" in summarise(made, load("en"))


def test_a_file_sorted_by_its_outcome_has_grids_and_no_verdict(tmp_path: Path) -> None:
    """Customers first, then all others: no cohort is later, and nothing is forgotten for standing above."""
    rng = random.Random(4)
    rows = []
    for _ in range(LEADS):
        demo = rng.random() < 0.3
        rows.append((int(rng.random() < (0.4 if demo else 0.08)), "yes" if demo else "no"))
    lines = [f"{demo},{won}" for won, demo in sorted(rows, reverse=True)]
    (tmp_path / "leads.csv").write_text("\n".join(["demo,Converted", *lines]) + "\n", encoding="utf-8")
    made = monthly.review(read(tmp_path / "leads.csv"))
    verdict = made.comparison.verdict
    assert (verdict.decision, verdict.candidate, verdict.reason) == ("wait", None, "sorted_by_outcome")
    assert dict(made.warnings).keys() >= {"outcome_order"} and made.candidates[0].grid.lines
    for language in ("en", "fr"):
        told = answer_of(made, load(language))
        assert "--order" in told.sentences[0] and "--order" in summarise(made, load(language))


def test_an_order_that_is_named_is_taken_as_it_is(tmp_path: Path) -> None:
    path = newest_first(tmp_path / "leads.csv", 0.04)
    asked = settings_from({
        "data": {"file": str(path)}, "outcome": {"customer": "Converted"}, "time": {"order": "Lead Number"},
        "candidates": {"methods": ["lift"]}, "report": {"out": str(tmp_path)},
    })  # fmt: skip
    counted = monthly.read_rows(asked)
    assert counted.history.order == "column"
    assert "ordered_falling" not in {fact.key for fact in counted.history.facts}


@pytest.mark.parametrize(
    "wish",
    [{"capacity": 40}, {"minutes_per_call": 20}, {"cost_of_call": 30, "value_of_customer": 3000}, {"close_rate": 0.3}],
    ids=lambda wish: next(iter(wish)),
)
def test_a_wish_for_thresholds_never_changes_the_verdict(wish: dict[str, float], tmp_path: Path) -> None:
    path = newest_first(tmp_path / "leads.csv", 0.002)
    asked = {
        "data": {"file": str(path)},
        "outcome": {"customer": "Converted"},
        "candidates": {"methods": ["lift", "logistic"]},
        "report": {"out": str(tmp_path)},
    }
    plain, wished = (
        monthly.review(monthly.read_rows(settings_from(values))) for values in (asked, {**asked, "thresholds": wish})
    )
    verdicts = [run.comparison.verdict for run in (plain, wished)]
    at_thresholds = {"flagged", "flagged_leads", "flagged_customers", "caught", "top_rate", "bottom_rate", "times"}
    facts = [{k: v for k, v in verdict.facts.items() if k not in at_thresholds} for verdict in verdicts]
    assert replace(verdicts[0], facts=facts[0]) == replace(verdicts[1], facts=facts[1])
    assert [(c.name, c.grid.lines) for c in plain.candidates] == [(c.name, c.grid.lines) for c in wished.candidates]


def test_more_criteria_than_can_be_weighed_are_refused_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = read(newest_first(tmp_path / "leads.csv", 0.002))
    monkeypatch.setattr(monthly, "MOST_CRITERIA", 0)
    for make in (monthly.review, monthly.frontier_of):
        with pytest.raises(
            SettingsError, match=r"^1 criteria, and at most 0 are weighed together.*--criteria.*--exclude"
        ):
            make(counted)

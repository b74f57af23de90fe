"""A run with events and closing dates makes a grid for any age by itself; scoring as of a day takes it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from calibrate.cli.app import app
from calibrate.export import json as grid_json
from calibrate.export.reading import read_grid_for
from calibrate.grid.lead_age import AGE, ANY_AGE
from calibrate.language import load
from calibrate.monthly import with_any_age
from calibrate.monthly.counted import Counted
from calibrate.monthly.publish import publish_month
from calibrate.monthly.run import read_rows, review
from calibrate.monthly.settings import settings_from
from calibrate.monthly.with_any_age import any_age_of, at_several_ages
from calibrate.report.page import environment
from calibrate.report.review import Review
from calibrate.simulated_leads import simulate


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("any_age")
    history = simulate(leads=6000, seed=7, observe_days=14)
    history.leads[["lead_id", "created_at", "customer_at", "sector", "employees"]].to_csv(
        folder / "leads.csv", index=False
    )
    history.events[["lead_id", "at", "type"]].to_csv(folder / "events.csv", index=False)
    return folder


def asked(place: Path, **time: object) -> Counted:
    return read_rows(
        settings_from({
            "data": {"file": str(place / "leads.csv")},
            "time": {"created_at": "created_at", "customer_at": "customer_at", **time},
            "events": {"file": str(place / "events.csv")},
            "candidates": {"methods": ["logistic"], "ceiling": False},
            "report": {"out": str(place / "reports")},
        }),
        follow=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def made(place: Path) -> tuple[Counted, Review, Path]:
    counted = asked(place)
    result = review(counted)
    return counted, result, publish_month(result, counted)


def test_leads_at_ages_are_those_that_pandas_counts(made: tuple[Counted, Review, Path], place: Path) -> None:
    counted = made[0]
    seen = at_several_ages(counted)
    assert seen is not None and seen[1] == "14,30,60,90,180"
    tally, leads = seen[0], pd.read_csv(place / "leads.csv", parse_dates=["created_at", "customer_at"])
    took = (leads["customer_at"].dt.normalize() - leads["created_at"].dt.normalize()).dt.days
    as_of = counted.history.as_of
    age_on_day = (pd.Timestamp(as_of) - leads["created_at"].dt.normalize()).dt.days
    counts = tally.marginals[tally.position(AGE)].sum(axis=0)
    for row, age in zip(counts, (14, 30, 60, 90, 180), strict=False):
        still = (age_on_day >= age + 90) & ~(took <= age)
        assert row.tolist() == [still.sum(), (still & (took <= age + 90)).sum()]


def test_the_month_itself_stays_on_leads_of_one_age(made: tuple[Counted, Review, Path]) -> None:
    counted, result, _ = made
    assert AGE not in [criterion.column for criterion in result.rates.criteria]
    assert result.tally.overall == counted.tally.overall


def test_page_file_and_grid_say_so(made: tuple[Counted, Review, Path]) -> None:
    _, result, folder = made
    beside = result.handover.any_age
    assert beside is not None and beside.proposed
    run = json.loads((folder / "run.json").read_text())
    assert run["any_age"]["grid"] == beside.grid.name and run["any_age"]["log_loss_saved"]["low"] > 0
    assert len(run["ages"]) == 5
    assert 'data-fold="ages"' in (folder / "review.html").read_text()
    for language, sentence in (("en", "saves 0.0"), ("fr", "économise 0,0")):
        words = load(language)
        html = environment().get_template("ages.html.j2").render(review=result, w=words)
        assert sentence in html and f"{beside.grid.name}" in html and html.count("<tr>") == 6
    chosen = grid_json.read((folder / "grids" / f"{result.chosen}.json").read_text(), "g")
    assert chosen.provenance[ANY_AGE] == beside.grid.name
    assert (folder / "grids" / f"{beside.grid.name}.json").exists()


def test_scoring_as_of_a_day_takes_the_grid_for_any_age(made: tuple[Counted, Review, Path], place: Path) -> None:
    """Of the leads that are open for more than 180 days, of whom none closes any more, at most 2 % are MQL."""
    counted, result, folder = made
    path = str(folder / "grids" / f"{result.chosen}.json")
    day = counted.history.as_of
    assert day is not None
    out = place / "scored.csv"
    words = ["score", path, str(place / "leads.csv"), "--events", str(place / "events.csv"), "--at", str(day)]
    told = CliRunner().invoke(app, [*words, "--out", str(out)])
    assert told.exit_code == 0 and f"{result.chosen}-any-age" in told.stderr
    scored = pd.read_csv(out, parse_dates=["created_at", "customer_at"])
    old = scored["customer_at"].isna() & ((pd.Timestamp(day) - scored["created_at"]).dt.days > 180)
    assert old.sum() > 500
    assert scored.loc[old, "band"].ne("not yet").mean() <= 0.02
    plain = CliRunner().invoke(app, [*words[:-2], "--out", str(out)])
    assert plain.exit_code == 0 and "any-age" not in plain.stderr


def test_the_file_is_looked_for_beside_the_grid_alone(made: tuple[Counted, Review, Path], tmp_path: Path) -> None:
    _, result, folder = made
    text = (folder / "grids" / f"{result.chosen}.json").read_text()
    alone = tmp_path / "g.json"
    alone.write_text(text)
    grid, name, there = read_grid_for(str(alone), date(2026, 1, 1))
    assert (grid.name, name, there) == (result.chosen, f"{result.chosen}-any-age", False)
    assert read_grid_for(str(alone), None)[1:] == ("", False)
    alone.write_text(text.replace(f'"{name}"', '"../../etc/passwd"'))
    assert read_grid_for(str(alone), date(2026, 1, 1))[1:] == ("", False)


def test_without_events_or_by_wish_there_is_none(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert at_several_ages(asked(place, ages="none")) is None
    counted = asked(place)
    outcome = counted.settings.outcome.model_copy(update={"unit": "company"})
    companies = replace(counted, settings=counted.settings.model_copy(update={"outcome": outcome}))
    assert at_several_ages(companies) is None
    with monkeypatch.context() as patch:
        patch.setattr(with_any_age, "MOST_LEADS", counted.history.kept - 1)
        assert at_several_ages(counted) is None
    counted = read_rows(
        settings_from({
            "data": {"file": str(place / "leads.csv")},
            "time": {"created_at": "created_at", "customer_at": "customer_at"},
            "candidates": {"methods": ["logistic"]},
        }),
        follow=False,
    )  # fmt: skip
    assert at_several_ages(counted) is None
    assert any_age_of(counted, {}, {}, "logistic") is None

"""Closing a month: the loop from a decision to the next month, points changed by hand, wrong decisions."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from calibrate.cli.app import main
from calibrate.errors import SettingsError
from calibrate.evaluation.decision import (
    months_decided,
    overrides,
)
from calibrate.export import json as grid_json
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Grid, Thresholds
from calibrate.monthly import decision_file
from calibrate.monthly.adopt import _shown
from calibrate.monthly.read import read_history
from calibrate.monthly.settings import read as read_settings
from calibrate.monthly.settings import settings_from
from calibrate.simulated_leads import simulate


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Leads of two years, and the report of a month before their end."""
    place = tmp_path_factory.mktemp("loop")
    simulate(leads=2500, months=20, seed=3, events=False).leads.to_csv(place / "leads.csv", index=False)
    words = ["run", "leads.csv", "--created-at", "created_at", "--customer-at", "customer_at",
             "--exclude", "worked_by_sales", "--methods", "cautious,logistic", "--as-of", "2025-05-31",
             "--out", "reports"]  # fmt: skip
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as leaving:
        patch.chdir(place)
        main(words)
    assert not leaving.value.code
    return place


@pytest.fixture
def loop(month: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it to work in."""
    shutil.copytree(month, tmp_path / "loop")
    monkeypatch.chdir(tmp_path / "loop")
    return Path("reports/2025-05")


def later(*more: str) -> list[str]:
    words = ["run", "leads.csv", "--created-at", "created_at", "--customer-at", "customer_at"]
    return [*words, "--exclude", "worked_by_sales", "--methods", "cautious,logistic", "--as-of", "2025-08-31",
            "--out", "reports", "--json", *more]  # fmt: skip


def told_by(out: str) -> dict[str, Any]:
    """Facts of the history that a run printed as JSON."""
    return {fact["key"]: fact["facts"] for fact in json.loads(out)["history"]["facts"]}


def test_the_loop_from_a_decision_to_the_next_month(loop: Path, call: Any) -> None:
    closed = loop
    before = contents(closed)
    code, out, _ = call(
        "adopt", str(closed), "logistic", "--by", "Claire", "--why", "ranks best", "--thresholds", "9,14"
    )
    assert code == 0 and "Claire" not in json.loads((closed / "run.json").read_text())
    assert {name: data for name, data in contents(closed).items() if name in before} == before
    assert "later leads" in out
    made = decision_file.read(closed)
    assert (made.candidate, made.who, made.why, made.month) == ("logistic", "Claire", "ranks best", "2025-05")
    assert made.thresholds == Thresholds(9, 14) and made.promises is not None
    run = json.loads((closed / "run.json").read_text())
    entry = next(one for one in run["candidates"] if one["name"] == "logistic")
    for promise, limit in zip(made.promises.values(), (9, 14), strict=True):  # the best of the later leads, as many
        share = promise.leads / max(entry["steps"]["leads"])
        at = next(i for i, threshold in enumerate(entry["steps"]["threshold"]) if threshold >= limit)
        assert promise.leads == entry["steps"]["leads"][at]
        assert promise.later == pytest.approx(share * run["comparison"]["leads"])
        below, above = entry["caught"][int(100 * share)], entry["caught"][int(100 * share) + 1]
        caught = below + (above - below) * (100 * share % 1)
        assert promise.close_rate == pytest.approx(caught * run["comparison"]["customers"] / promise.later, rel=1e-5)
    adopted = grid_json.read((closed / made.grid).read_text(), "adopted")
    assert adopted.thresholds == made.thresholds and adopted.provenance["adopted_by"] == "Claire"

    held = contents(closed)
    code, _, err = call(*later("--as-of", "2025-05-31"))
    assert code == 2 and "--force" in err and contents(closed) == held
    code, _, err = call("adopt", str(closed), "cautious", "--by", "Marc", "--why", "simpler")
    assert code == 2 and "--force" in err and contents(closed) == held
    code, _, _ = call(*later("--as-of", "2025-05-31", "--force"))
    assert code == 0
    assert [name for name, data in contents(closed).items() if held[name] != data] == []
    assert set(contents(closed)) == set(held)

    code, out, _ = call(*later())
    found = json.loads(out)
    assert code == 0
    assert found["candidates"][0]["name"] == "current" and found["candidates"][1]["against"] == "current"
    facts = told_by(out)
    assert facts["adopted_grid"] == {"month": "2025-05", "candidate": "logistic", "who": "Claire"}
    current = grid_json.read((Path(found["report"]) / "grids" / "current.json").read_text(), "current")
    assert current.points == adopted.points
    moved = found["drift"]
    assert (moved["grid"], moved["calibration"]["leads"]) == ("current", entry["steps"]["leads"][0])
    # in May leads of March's first days could be judged already; leads of July and August count as far as they tell
    assert [look["cohort"] for look in moved["looks"]] == ["2025-04", "2025-05", "2025-06", "2025-07", "2025-08"]
    once = contents(Path(found["report"]))
    assert call(*later())[0] == 0
    assert contents(Path(found["report"])) == once

    warned = {warning["key"]: warning["facts"] for warning in found["warnings"]}
    assert "thresholds_beside" not in warned
    held = {one["month"]: one["overall"]["leads"] for one in found["months_under_grid"]}
    folds = [fold["judged"] for fold in found["comparison"]["folds"]]
    seen, rest = (  # May's calibration counted March's first days
        sum(held[month] for fold in folds for month in fold if (fold[0] <= "2025-03") == known)
        for known in (True, False)
    )
    told = {"name": "current", "method": "logistic", "seen": seen, "rest": rest, "leads": seen + rest}
    assert warned["grid_stood_in"] == told and seen > 0
    before = {warning["key"] for warning in json.loads((closed / "run.json").read_text())["warnings"]}
    assert not before & {"grid_stood_in", "grid_knows"}
    _, out, _ = call(*later("--share-of-customers", "0.9"))
    told = {warning["key"]: warning["facts"] for warning in json.loads(out)["warnings"]}["thresholds_beside"]
    limits, now = adopted.thresholds, json.loads(out)["candidates"][0]["thresholds"]
    assert limits is not None
    decided = (limits.marketing_qualified, limits.sales_qualified)
    assert (told["month"], told["marketing"], told["sales"]) == ("2025-05", *decided)
    assert (now["marketing_qualified"], now["sales_qualified"]) == decided != (told["wish"], told["sales_wish"])

    named = str(closed / "grids" / "cautious.json")
    _, out, _ = call(*later("--current", named))
    again = json.loads(out)
    assert "adopted_grid" not in told_by(out)
    shown = grid_json.read((Path(again["report"]) / "grids" / "current.json").read_text(), "current")
    assert shown.points == grid_json.read(Path(named).read_text(), "cautious").points
    repeated = contents(Path(again["report"]))
    assert call("run", str(Path(again["report"]) / "calibration.toml"))[0] == 0
    assert contents(Path(again["report"])) == repeated
    settings = Path(again["report"]) / "calibration.toml"
    assert 'current_since = "2025-08"' in settings.read_text()
    assert call("adopt", again["report"], "logistic", "--by", "Marc", "--why", "back to it")[0] == 0
    september = ("run", str(settings), "--as-of", "2025-09-30", "--json")
    code, out, _ = call(*september)
    facts = told_by(out)
    assert code == 0 and facts["adopted_grid"]["month"] == "2025-08"
    for since, taken in (("2025-08", True), ("2025-09", False), ("2025-10", True)):  # October's grid is not September's
        settings.write_text(settings.read_text().replace('current_since = "2025-08"', f'current_since = "{since}"'))
        values = read_settings(settings).model_dump(by_alias=True)
        wishes = settings_from(values | {"time": values["time"] | {"as_of": "2025-09-30"}})
        assert ("adopted_grid" in {fact.key for fact in read_history(wishes).history.facts}) is taken
        settings.write_text(settings.read_text().replace(f'current_since = "{since}"', 'current_since = "2025-08"'))
    months = [(one["month"], one["first"], one["last"]) for one in json.loads(out)["decisions"][::2]]
    assert months == [("2025-05", "2025-04", "2025-06"), ("2025-08", "2025-07", "2025-08")]


def test_points_changed_by_hand_are_counted_anew(loop: Path, call: Any) -> None:
    closed = loop
    settings = (closed / "calibration.toml").read_text()
    assert 'file = "../../leads.csv"' in settings
    line = next(c for c in grid_json.read((closed / "grids" / "logistic.json").read_text(), "g").criteria)
    level = line.levels[0].name
    words = ("adopt", str(closed), "logistic", "--by", "Claire", "--why", "sales insists")
    code, out, _ = call(*words, "--points", f"{line.name}={level}=33", "--json")
    told = json.loads(out)
    assert code == 0
    assert told["overrides"][0]["points"] == 33 and told["overrides"][0]["who"] == "Claire"
    adopted = grid_json.read((closed / "grids" / "adopted.json").read_text(), "adopted")
    assert adopted.points[0][0] == 33 and adopted.curve is not None
    assert adopted.pins[-1].why == "sales insists"
    assert told["promises"]["marketing_qualified"]["leads"] > 0
    assert told["promises"]["marketing_qualified"]["later"] is None  # no later leads have been replayed on these points
    Path("leads.csv").unlink()
    code, out, _ = call(*words, "--points", f"{line.name}={level}=30", "--force")
    assert code == 0 and "could not be counted" in out
    assert decision_file.read(closed).promises is None


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("cautios",), "Did you mean 'cautious'"),
        (("cautious", "--thresholds", "12"), "--thresholds '12' is not MQL,SQL"),
        (("cautious", "--thresholds", "20,10"), "swap them"),
        (("cautious", "--points", "sectr=x=1"), "no criterion named"),
        (("cautious", "--points", "demo_request=maybe=1"), "no level named 'maybe'"),
        (("cautious", "--points", "demo_request=True=much"), "CRITERION=LEVEL=POINTS"),
        (("cautious", "--why", " "), "--by and --why"),
    ],
)
def test_a_wrong_decision_changes_nothing(month: Path, call: Any, words: tuple[str, ...], says: str) -> None:
    closed = month / "reports" / "2025-05"
    before = contents(closed)
    code, out, err = call("adopt", str(closed), "--by", "Claire", "--why", "so", *words)
    assert (code, out) == (2, "") and says in err
    assert contents(closed) == before


def test_folders_that_are_no_month(tmp_path: Path, call: Any) -> None:
    for name, says in (("holiday", "no month's folder"), ("2025-05", "no run.json")):
        (tmp_path / name).mkdir()
        code, _, err = call("adopt", str(tmp_path / name), "lift", "--by", "C", "--why", "w")
        assert code == 2 and says in err
    (tmp_path / "2025-05" / "decision.json").write_text('{"schema": "calibrate-decision/1", "grid": "../x"}')
    with pytest.raises(SettingsError, match="not a decision as calibrate writes it"):
        decision_file.read(tmp_path / "2025-05")
    assert months_decided(tmp_path) == ("2025-05",)
    assert months_decided(tmp_path, before="2025-05") == ()


def test_levels_go_by_their_names_or_by_what_pages_show() -> None:
    asked = Criterion("demo", "demo", "text", "fit", (
        Level("True", values=("True",)), Level("False", values=("False",)), Level("maybe = no", values=("?",)),
        Level("missing", "missing"), Level("other", "other"),
    ))  # fmt: skip
    own = replace(asked, name="own", levels=(Level("True"), Level("yes"), *asked.levels[2:]))
    grid = Grid("g", "m", (asked, own), ((5, -5, 1, 0, 0), (1, 2, 3, 0, 0)))

    def at(text: str) -> tuple[str, int]:
        (found,) = overrides([f"{text}=9"], grid, "C", "w", _shown)
        return found.level, found.was

    assert at("demo=True") == at("demo=yes") == at("demo=oui") == ("True", 5)
    assert at("demo=non") == ("False", -5) and at("demo=non renseigné") == ("missing", 0)
    assert at("demo=maybe = no") == ("maybe = no", 1)
    assert at("own=yes") == ("yes", 2) and at("own=oui") == ("True", 1)  # its own name comes first
    with pytest.raises(SettingsError, match="no level named 'si'"):
        at("demo=si")

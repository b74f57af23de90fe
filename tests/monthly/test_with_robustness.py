"""A month with demands, from the settings file to the folder: costs, grids nearly as good, audit, adoption."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from calibrate.cli.app import main
from calibrate.evaluation import audit
from calibrate.export.reading import read_grid
from calibrate.grid.grid import Grid, Pin
from calibrate.monthly import run as monthly
from calibrate.monthly import with_robustness as checks
from calibrate.monthly.settings import read, settings_from
from calibrate.points.plan import Plan
from calibrate.simulated_leads import simulate

pytestmark = pytest.mark.usefixtures("light")
ASKED = """
[data]
file = "leads.csv"
[time]
created_at = "created_at"
customer_at = "customer_at"
as_of = 2025-08-31
[columns]
exclude = ["worked_by_sales", "amount"]
[candidates]
methods = ["cautious", "sparse"]
max_lines = 6
never_positive = ["competitor"]
[[pin]]
criterion = "newsletter"
level = "True"
points = 8
who = "Claire"
[report]
out = "reports"
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("checks")
    simulate(leads=3000, months=20, seed=5, events=False).leads.to_csv(place / "leads.csv", index=False)
    (place / "asked.toml").write_text(ASKED)
    return place


@pytest.fixture(scope="module")
def month(place: Path) -> Path:
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as leaving:
        patch.chdir(place)
        main(["run", "asked.toml"])
    assert not leaving.value.code
    return place / "reports/2025-08"


@pytest.fixture(scope="module")
def run(month: Path) -> dict:
    return json.loads((month / "run.json").read_text())


def test_the_constraints_of_the_proposed_grid_are_judged(run: dict) -> None:
    told = run["constraints"]
    made = {each["name"]: each for each in run["candidates"]}
    assert told["candidate"] in made and told["left_out"] == 0
    assert [each["key"] for each in told["each"]] == ["pin_by", "max_lines", "never_positive", "all"]
    for each in told["each"]:
        own = made[told["candidate"]]["metrics"]["auc"]["value"]
        assert each["difference"]["auc"]["value"] == pytest.approx(own - each["without"]["auc"]["value"], abs=2e-6)


def test_they_are_no_candidates(run: dict) -> None:
    names = [each["name"] for each in run["candidates"]]
    proposed = [each["method"] + "-" + str(each["lines"]) for each in run["frontier"] if each["proposed"]]
    assert set(names) - {"cautious", "sparse"} <= set(proposed)
    near = {each["name"] for candidate in run["candidates"] for each in candidate["near_equal"]}
    sized = {Path(each["grid"]).stem for each in run["frontier"]}
    assert near and not near & {*names, *sized}


def test_grids_nearly_as_good_lie_in_the_folder_and_know_where_they_come_from(month: Path, run: dict) -> None:
    near = run["candidates"][1]["near_equal"]
    assert near and [each["name"] for each in near][:1] == ["sparse-2"]
    assert run["candidates"][0]["near_equal"] == [] and run["candidates"][0]["room"] is None
    own = read_grid(str(month / "grids/sparse.json"))
    for each in near:
        grid = read_grid(str(month / each["grid"]))
        assert grid.name == each["name"] and grid.lines == each["lines"] <= 6
        assert Pin("newsletter", "True", 8, "Claire") in grid.pins
        assert grid.provenance["input_sha256"] == own.provenance["input_sha256"]
        assert each["changes"] and each["log_loss_more"] < 0.02
    room = run["candidates"][1]["room"]
    assert room["criteria"] == 6 and 0 <= room["left"] < 0.3


def test_one_of_them_can_be_adopted(month: Path, run: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(month.parents[1])
    with pytest.raises(SystemExit) as leaving:
        main(["adopt", "reports/2025-08", "sparse-2", "--by", "Ana", "--why", "sales can defend it"])
    assert not leaving.value.code
    decision = json.loads((month / "decision.json").read_text())
    chosen = read_grid(str(month / "grids/sparse-2.json"))
    adopted = read_grid(str(month / "grids/adopted.json"))
    assert decision["candidate"] == "sparse-2" and decision["promises"]
    assert adopted.points == chosen.points and adopted.thresholds == chosen.thresholds


def test_the_same_settings_give_the_same_bytes(place: Path, month: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    with pytest.raises(SystemExit):
        main(["run", "asked.toml", "--out", "again"])
    for name in ("run.json", "review.html", "grids/sparse-2.json"):
        assert (place / "again/2025-08" / name).read_bytes() == (month / name).read_bytes()


def test_nothing_is_computed_where_nothing_is_demanded(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    asked = read(Path("asked.toml"))
    free = asked.model_copy(
        update={"pin": (), "candidates": asked.candidates.model_copy(
            update={"max_lines": None, "never_positive": (), "methods": ("cautious",)})}
    )  # fmt: skip
    found = monthly.review(monthly.read_rows(free))
    assert found.robustness.costs is None and found.robustness.near == () and found.robustness.room is None


def test_the_audit_goes_by_the_day_of_the_history(place: Path, month: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A grid of August is not old in a history that ends in August, whatever the clock says."""
    monkeypatch.chdir(place)
    old = tomllib.loads(ASKED) | {"candidates": {"methods": ("cautious",), "current": str(month / "grids/sparse.json")}}
    old.pop("pin")
    seen = []
    monkeypatch.setattr(checks, "findings", lambda *given: seen.append(given[-1]) or audit.findings(*given))
    found = monthly.review(monthly.read_rows(settings_from(old), follow=False))
    assert set(seen) == {date(2025, 8, 31)}
    assert "stale" not in [each.key for each in found.candidates[0].findings]
    later = audit.findings(found.candidates[0].grid, found.tally, date(2026, 3, 31))
    assert "stale" in [each.key for each in later]


def test_where_a_fixed_grid_wins_the_best_grid_made_here_is_looked_at() -> None:
    fixed, lift, joint = Plan("current", grid=Grid("current", "file", (), ())), Plan("a", "lift"), Plan("b", "logistic")
    judged = [
        SimpleNamespace(name=plan.name, metrics={"auc": SimpleNamespace(value=value)})
        for plan, value in ((fixed, 0.9), (lift, 0.7), (joint, 0.8))
    ]
    plans = {plan.name: plan for plan in (fixed, lift, joint)}
    comparison = SimpleNamespace(judged=judged, primary="auc")
    assert [checks._made(comparison, plans, chosen) for chosen in ("current", "a")] == ["b", "a"]
    comparison.judged = judged[:1]
    assert checks._made(comparison, plans, "current") is None

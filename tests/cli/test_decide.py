"""Commands around a decision: grids beside each other, one lead explained, promises told, `score --reasons all`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from replay import golden
from report_case import review
from run_case import run_values

from calibrate.cli.app import main
from calibrate.errors import SettingsError
from calibrate.evaluation.decision import Decision
from calibrate.export import json as grid_json
from calibrate.export.json import write
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Band, Expiry, Thresholds
from calibrate.language import load
from calibrate.monthly.decisions import commit
from calibrate.report.grid_page import explained


def call(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


@pytest.fixture
def grid(tmp_path: Path) -> str:
    (tmp_path / "g.json").write_text(write(golden.small()), encoding="utf-8")
    rows = "lead_id,Industry,TotalVisits,Newsletter,Demo requested\n7,SaaS,12,,x\n8,x,1,true,\n"
    (tmp_path / "leads.csv").write_text(rows, encoding="utf-8")
    return str(tmp_path / "g.json")


def test_a_typed_lead_and_a_lead_of_a_file(grid: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told, _ = call("grid", "explain", grid, "--lead", "Industry=SaaS,TotalVisits=12", capsys=capsys)
    assert code == 0 and "+21 points" in told and "Not given" in told
    leads, page = str(tmp_path / "leads.csv"), str(tmp_path / "lead.md")
    code, told, _ = call("grid", "explain", grid, leads, "--lead-id", "7", "--json", capsys=capsys)
    facts = json.loads(told)
    assert facts["score"] == 41 == sum(line["points"] for line in facts["lines"])
    code, told, _ = call("grid", "explain", grid, leads, "--lead-id", "7", "--lang", "fr", "--out", page, capsys=capsys)
    assert code == 0 and "Le lead 7 a +41 points" in Path(page).read_text(encoding="utf-8").replace("\xa0", " ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name the page to write with --out"),
        (("--lead-id", "7"), "give either --lead"),
        (("--lead", "Industrie=x"), "Did you mean 'Industry'"),
        (("leads.csv", "--lead", "Industry=x"), "give either --lead"),
    ],
)
def test_what_is_not_enough_is_one_message(
    grid: str, arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, told = call("grid", "explain", grid, *arguments, capsys=capsys)
    assert code == 2 and message in " ".join(told.split())


def test_all_reasons_or_a_word_that_is_none(grid: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    leads, out = str(tmp_path / "leads.csv"), str(tmp_path / "out.csv")
    code, _, _ = call("score", grid, leads, "--out", out, "--reasons", "all", capsys=capsys)
    assert code == 0 and "Demo: requested (+20); Sector: Software (+12); Visits: 10+ (+9)" in Path(out).read_text()
    code, _, told = call("score", grid, leads, "--out", out, "--reasons", "al", capsys=capsys)
    assert code == 2 and "Did you mean 'all'" in told


GRID = replace(
    review(4000).candidates[0].grid,
    thresholds=Thresholds(10, 22),
    bands=(Band("sales-qualified", 22, "call now"), Band("to nurture", 10, "newsletter")),
    expiry=(Expiry("demo request", "present", days=60),),
    provenance={"leads": 4000, "customers": 160, "as_of": "2025-11-30", "adopted_by": "Claire", "adopted_in": "2025-12",
                "adopted_why": "ranks best"},
)  # fmt: skip


def test_commands(tmp_path: Path, call: Any) -> None:
    changed = replace(GRID, points=((GRID.points[0][0] + 5, *GRID.points[0][1:]), *GRID.points[1:]))
    for name, grid in (("old", GRID), ("new", changed)):
        (tmp_path / f"{name}.json").write_text(grid_json.write(grid), encoding="utf-8")
    old, new = (str(tmp_path / f"{name}.json") for name in ("old", "new"))
    code, out, _ = call("grid", "diff", old, new)
    before = GRID.points[0][0]
    assert code == 0 and "1 line changes" in out
    told = rf"sector: software +{re.escape(f'{before:+d}')} -> +{re.escape(f'{before + 5:+d}')}  \(\+5\)"
    assert re.search(told, out)
    french = call("grid", "diff", old, new, "--lang", "fr")[1]
    assert "score le plus haut" in french and "change" in french and "highest" not in french
    code, out, _ = call("grid", "diff", old, new, "--json")
    assert json.loads(out)["lines"][0]["change"] == 5
    assert json.loads(out)["highest score"] == [GRID.maximum, changed.maximum]
    assert "no line changes" in call("grid", "diff", old, old)[1]
    code, _, _ = call("grid", "explain", old, "--lang", "fr", "--out", str(tmp_path / "g.html"))
    assert code == 0 and 'lang="fr"' in (tmp_path / "g.html").read_text(encoding="utf-8")
    code, out, err = call("grid", "explain", old, "--out", str(tmp_path / "g.pdf"))
    assert code == 2 and ".html or .md" in err and not (tmp_path / "g.pdf").exists()
    with pytest.raises(SettingsError):
        explained(GRID, load("en"), "txt")


DEMO = Criterion("demo", "demo", "text", "engagement", (Level("yes", values=("yes",)), Level("no", values=("no",)),
                  Level("missing", "missing"), Level("other", "other")), "no")  # fmt: skip
Call = Callable[..., tuple[int, str, str]]


def month(reports: Path, name: str, decided: bool, kept: list[dict[str, object]] | None = None) -> None:
    folder = reports / name
    (folder / "grids").mkdir(parents=True)
    run = run_values(decisions=kept or [])
    (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
    if decided:
        commit(folder, Decision(name, "sparse", "Claire", "agreed", Thresholds(5, 7)), GRID)


def test_promises_are_told_by_the_command(tmp_path: Path, call: Call) -> None:
    came = {"leads": 41, "customers": 0, "rate": 0.0, "low": 0.0, "high": 0.09}
    promise: dict[str, object] = {
        "month": "2026-10",
        "candidate": "sparse",
        "stage": "marketing_qualified",
        "threshold": 5,
        "promised": {"rate": 0.078},
        "came": came,
        "side": "early",
    }
    month(tmp_path, "2026-10", decided=True)
    month(tmp_path, "2026-11", decided=False, kept=[promise])
    code, out, _ = call("status", str(tmp_path))
    assert code == 0 and "too early to tell" in out and "0 of 41" in out
    code, out, _ = call("status", str(tmp_path), "--json")
    assert code == 0 and json.loads(out)["promises"][0]["side"] == "early"

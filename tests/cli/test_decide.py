"""`calibrate grid explain` for one lead, and `score --reasons all`, at the prompt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from replay import golden

from calibrate.cli.app import main
from calibrate.export.json import write


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

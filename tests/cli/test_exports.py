"""`calibrate export` at the prompt: the file, LOADING.md beside it, names by --map, one message for what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from replay import golden

from calibrate.cli.app import main
from calibrate.export.json import write
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Grid


def call(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


def test_the_file_its_page_and_mapped_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grid, out, names = tmp_path / "g.json", tmp_path / "out" / "hub.json", tmp_path / "map.toml"
    grid.write_text(write(golden.small()), encoding="utf-8")
    names.write_text('"Demo requested" = "asked_demo"', encoding="utf-8")
    code, told, _ = call("export", str(grid), "--to", "hubspot", "--out", str(out), "--map", str(names), capsys=capsys)
    assert code == 0 and f"Wrote {out}\nWrote {out.parent / 'LOADING.md'}\n" in told
    assert '"asked_demo"' in out.read_text(encoding="utf-8")
    code, told, _ = call("export", str(grid), "--to", "python", "--out", str(out), "--json", capsys=capsys)
    assert json.loads(told)["files"] == [str(out), str(out.parent / "LOADING.md")]
    names.write_text("nothing", encoding="utf-8")
    code, _, told = call("export", str(grid), "--to", "csv", "--out", "x", "--map", str(names), capsys=capsys)
    assert code == 2 and "--map" in told and not Path("x").exists()


def test_the_edition_decides_what_zoho_takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """30 criteria on one axis: one rule of 30 in Enterprise, two rules of 20 in Professional, which takes one."""
    ends = (Level("missing", "missing"), Level("other", "other"))
    levels = (*(Level(f"v{at}", values=(f"v{at}",)) for at in range(30)), *ends)
    sector = Criterion("Sector", "Industry", "text", "fit", levels)
    (tmp_path / "g.json").write_text(write(Grid("g", "m", (sector,), ((*range(1, 31), 0, 0),))), encoding="utf-8")
    words = ("export", str(tmp_path / "g.json"), "--to", "zoho", "--out", str(tmp_path / "z.json"))
    code, _, told = call(*words, "--edition", "professional", capsys=capsys)
    assert code == 2 and "30 criteria in 2 scoring rules; the edition professional takes 1" in told
    assert not (tmp_path / "z.json").exists()
    assert call(*words, capsys=capsys)[0] == 0 and (tmp_path / "z.json").exists()

"""`calibrate export` at the prompt: the file, LOADING.md beside it, names by --map, one message for what is wrong."""

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

"""calibrate card: the month in whose folder the grid lies is found by itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from run_case import run_values

from calibrate.export import json as grid_json
from calibrate.monthly.demo import meeting_grid

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def grid(tmp_path: Path) -> Path:
    path = tmp_path / "reports" / "2026-10" / "grids" / "current.json"
    path.parent.mkdir(parents=True)
    path.write_text(grid_json.write(meeting_grid()), encoding="utf-8")
    return path


def judged(folder: Path) -> None:
    values = run_values(
        comparison={"baseline": "current", "primary": "auc", "leads": 310, "customers": 31, "folds": []}
    )
    values["candidates"][0]["name"] = "current"
    (folder / "run.json").write_text(json.dumps(values), encoding="utf-8")


def test_the_month_of_the_grid_is_found(grid: Path, tmp_path: Path, call: Call) -> None:
    out = tmp_path / "card.md"
    assert call("card", str(grid), "--out", str(out))[0] == 0
    assert "--run FOLDER" in out.read_text()
    judged(grid.parents[1])
    code, said, _ = call("card", str(grid), "--out", str(out), "--contact", "the officer")
    assert code == 0 and "card.md" in said
    assert "310 later leads" in out.read_text() and "the officer" in out.read_text()
    assert call("card", str(grid), "--out", str(tmp_path / "card.html"), "--lang", "fr")[0] == 0
    assert 'lang="fr"' in (tmp_path / "card.html").read_text()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--out", "card.pdf"], "not as '.pdf'"),
        (["--out", "card.md", "--lang", "de"], "no report language named 'de'"),
        (["--out", "card.md", "--run", "nowhere"], "holds no report"),
    ],
)
def test_wrong_words_write_nothing(
    grid: Path, words: list[str], says: str, call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = call("card", str(grid), *words)
    assert (code, out) == (2, "") and says in err
    assert not list(tmp_path.glob("card.*"))

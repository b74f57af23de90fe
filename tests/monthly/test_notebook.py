"""The notebooks run from top to bottom, and their pages need no network; what is stored has no outputs."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from calibrate.errors import InputError, SettingsError
from calibrate.monthly.notebook import execute, last_day, main, settings_of
from calibrate.simulated_leads import simulate

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

TOML = """
schema = 1
[data]
file = "leads.csv"
[time]
created_at = "created_at"
customer_at = "customer_at"
observe_days = 14
[outcome]
lead_id = "lead_id"
[columns]
exclude = ["worked_by_sales", "mql_at", "sql_at", "opportunity_at", "amount"]
[candidates]
methods = ["lift", "logistic"]
[report]
out = "reports"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder from which the kernel finds this checkout."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    return tmp_path


def links(page: str) -> list[str]:
    return re.findall(r"""(?:src|href)\s*=\s*["'](?!#|data:)([^"']*)|@import|url\((?!["']?data:)""", page)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_stored_without_outputs(path: Path) -> None:
    book = json.loads(path.read_text(encoding="utf-8"))
    cells = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in cells)
    assert sum("parameters" in cell["metadata"].get("tags", []) for cell in cells) == 1


@pytest.mark.filterwarnings("default")
def test_monthly_reviews_a_month_and_publishes_it(folder: Path) -> None:
    simulate(leads=3000, events=False).leads.to_csv(folder / "leads.csv", index=False)
    (folder / "calibration.toml").write_text(TOML, encoding="utf-8")
    asked = {"settings": "calibration.toml", "month": "2025-11", "out": "elsewhere"}
    page = execute(ROOT / "notebooks" / "monthly.ipynb", asked, folder / "pages" / "monthly.html").read_text("utf-8")
    assert (folder / "elsewhere" / "2025-11" / "run.json").exists()
    found = json.loads((folder / "elsewhere" / "2025-11" / "run.json").read_text(encoding="utf-8"))
    assert found["history"]["as_of"] == "2025-11-30"
    assert found["verdict"]["why"][:40] in page
    assert "demo_request" in page and "<table" in page and page.count("data:image/png") == 3
    assert links(page) == []


@pytest.mark.filterwarnings("default")
def test_explore_walks_through_every_step(folder: Path) -> None:
    page = execute(ROOT / "notebooks" / "explore.ipynb", {"leads": 3000}, folder / "explore.html").read_text("utf-8")
    assert "of the 95 % intervals hold the truth" in page
    assert "data:image/png" in page
    assert links(page) == []


def test_compare_holds_an_own_grid_against_made_ones(folder: Path) -> None:
    book = ROOT / "notebooks" / "compare.ipynb"
    page = execute(book, {"leads": 3000}, folder / "compare.html").read_text("utf-8")
    assert "meeting" in page and "data:image/png" in page
    assert links(page) == []


@pytest.mark.parametrize("name", ["explore", "monthly", "compare"])
def test_notebooks_are_stored_without_outputs(name: str) -> None:
    book = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
    assert [cell for cell in book["cells"] if cell.get("outputs") or cell.get("execution_count")] == []


def small(folder: Path, *cells: str) -> Path:
    import nbformat

    made = [nbformat.v4.new_code_cell(cell) for cell in cells]
    made[0].metadata["tags"] = ["parameters"]
    path = folder / "small.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=made), path)
    return path


@pytest.mark.filterwarnings("default")
def test_parameters_are_set_and_a_failing_cell_writes_nothing(folder: Path) -> None:
    book = small(folder, "name = 'nobody'\ntimes = 1", "print('hello ' * times + name)\nassert times < 3")
    stored = book.read_bytes()
    page = execute(book, {"name": "O'Hara <b>", "times": 2}, folder / "page.html").read_text(encoding="utf-8")
    assert "hello hello O'Hara &lt;b&gt;" in page
    assert book.read_bytes() == stored
    with pytest.raises(InputError, match="a cell failed: AssertionError"):
        execute(book, {"times": 3}, folder / "no.html")
    assert not (folder / "no.html").exists()


def test_faults_say_what_where_and_the_way_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = small(folder, "settings = 'x'\nmonth = None")
    with pytest.raises(SettingsError, match="no parameter named 'mnth'"):
        execute(book, {"mnth": "2026-01"}, folder / "page.html")
    with pytest.raises(InputError, match="there is no notebook"):
        execute(Path("gone.ipynb"), {}, folder / "page.html")
    assert main([str(book), "--out", "page.html", "month"]) == 2
    assert capsys.readouterr().err == "calibrate: 'month' is not NAME=VALUE\n"


def test_a_month_is_read_as_its_last_day(folder: Path) -> None:
    (folder / "calibration.toml").write_text(TOML, encoding="utf-8")
    chosen = settings_of("calibration.toml", month="2025-02", out=folder / "out")
    assert chosen.time.as_of == date(2025, 2, 28) and chosen.report.out == str(folder / "out")
    assert last_day("2025-12") == date(2025, 12, 31)
    assert settings_of("calibration.toml").time.as_of is None
    with pytest.raises(SettingsError, match="'February' is no month; write it as 2026-01"):
        last_day("February")


@pytest.mark.filterwarnings("default")
def test_run_saves_the_notebook_beside_the_report(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from calibrate.cli.app import main

    simulate(leads=1200, months=14, events=False).leads.to_csv(folder / "leads.csv", index=False)
    (folder / "calibration.toml").write_text(TOML, encoding="utf-8")
    with pytest.raises(SystemExit) as leaving:
        main(["run", "calibration.toml", "--notebook"])
    assert not leaving.value.code
    (month,) = (folder / "reports").iterdir()
    page = (month / "notebook.html").read_text(encoding="utf-8")
    assert links(page) == []
    assert json.loads((month / "run.json").read_text(encoding="utf-8"))["verdict"]["why"][:40] in page
    (month / "decision.json").write_text("{}", encoding="utf-8")
    with pytest.raises(SystemExit) as leaving:
        main(["run", "calibration.toml", "--notebook"])
    assert leaving.value.code == 2 and "--force" in capsys.readouterr().err

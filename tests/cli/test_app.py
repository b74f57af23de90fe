"""The command line end to end: the contract of run.json, exit codes, repeatability, and bad input."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Run = tuple[int, str, str]


def leads(path: Path, rows: int = 1500, seed: int = 4, outcome: str = "Converted") -> Path:
    """Leads with a strong demo, a sector, a number, a leak and a constant; the traps of real exports."""
    rng = np.random.default_rng(seed)
    lines = [f"Lead Number,Source,Demo asked,Visits,Tags,Constant,{outcome},"]
    for i in range(rows):
        demo, visits = rng.random() < 0.15, int(rng.poisson(3))
        source = rng.choice(["Google", "google", "Referral", "Select", ""])
        won = rng.random() < 0.04 + 0.35 * demo + 0.05 * (source == "Referral") + 0.01 * visits
        tag = "Closed by sales" if won and rng.random() < 0.9 else "ringing"
        row = (1000 + i, source, "Yes" if demo else "No", visits if visits else "", tag, "x", int(won))
        lines.append(",".join(map(str, row)) + ",")
    path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("ran")
    source = leads(folder / "leads.csv")
    words = [sys.executable, "-m", "calibrate", "run", str(source), "--customer", "Converted"]
    done = subprocess.run([*words, "--out", str(folder / "out"), "--json"], capture_output=True, text=True, check=True)
    return folder, json.loads(done.stdout)


def test_the_printed_object_is_the_contract(ran: tuple[Path, dict[str, Any]]) -> None:
    folder, found = ran
    written = json.loads(next((folder / "out").rglob("run.json")).read_text(encoding="utf-8"))
    assert {k: v for k, v in found.items() if k not in ("timing", "report")} == written
    assert "timing" not in written
    assert found["timing"]["observe_s"] >= 0
    assert found["schema"] == 1
    assert set(found["overall"]) >= {"leads", "customers", "rate", "low", "high"}
    history = found["history"]
    assert history["read"] == 1500 == history["kept"] + sum(history["excluded"].values())
    assert history["order"] == "column"  # the lead id rises strictly
    assert [suspect["column"] for suspect in found["suspects"]] == ["Tags"]
    assert all(suspect["reason"] and suspect["evidence"] for suspect in found["suspects"])
    names = [criterion["name"] for criterion in found["criteria"]]
    assert sorted(names) == ["Demo asked", "Source", "Visits"]
    for criterion in found["criteria"]:
        assert criterion["axis"] in ("fit", "engagement")
        assert sum(level["leads"] for level in criterion["levels"]) == 1500
        for level in criterion["levels"]:
            assert set(level) >= {"level", "leads", "customers", "rate", "low", "high", "shrunk", "lift"}
    assert [c["name"] for c in found["candidates"]] == ["lift", "cautious", "evidence", "logistic", "sparse"]
    for candidate in found["candidates"]:
        assert set(candidate) >= {"name", "method", "lines", "grid", "metrics", "against", "difference"}
        grid = json.loads((Path(found["report"]) / candidate["grid"]).read_text(encoding="utf-8"))
        points = [level["points"] for criterion in grid["criteria"] for level in criterion["levels"]]
        assert sum(p != 0 for p in points) == candidate["lines"]
        assert set(candidate["metrics"]["auc"]) == {"value", "low", "high"}
    assert set(found["thresholds"]) == {"marketing_qualified", "sales_qualified"}
    assert found["verdict"]["decision"] in ("adopt", "keep", "no_reliable_weights", "recalibrate")
    assert found["verdict"]["why"]
    assert set(found["tally"]) >= {"profiles", "exact"}


def test_the_written_settings_repeat_the_run_byte_for_byte(ran: tuple[Path, dict[str, Any]], call: Any) -> None:
    _, found = ran
    month = Path(found["report"])
    before = {path.name: path.read_bytes() for path in sorted(month.rglob("*")) if path.is_file()}
    code, _, _ = call("run", str(month / "calibration.toml"))
    assert code == 0
    after = {path.name: path.read_bytes() for path in sorted(month.rglob("*")) if path.is_file()}
    assert sorted(before) == sorted(after)
    changed = [name for name in before if before[name] != after[name]]
    assert changed == []


def test_other_commands_agree_with_the_run(ran: tuple[Path, dict[str, Any]], call: Any, tmp_path: Path) -> None:
    folder, found = ran
    source, grid = str(folder / "leads.csv"), str(Path(found["report"]) / "grids" / "logistic.json")
    code, out, _ = call("rates", source, "--customer", "Converted", "--json")
    assert code == 0
    assert json.loads(out)["criteria"] == found["criteria"]
    code, out, _ = call("check", source, "--customer", "Converted")
    assert code == 0
    assert "Tags" in out
    code, out, _ = call("compare", source, "--customer", "Converted", "--grid", f"then={grid}", "--json")
    assert code == 0
    assert [c["name"] for c in json.loads(out)["candidates"]] == ["then"]
    code, out, _ = call("score", grid, source, "--out", str(tmp_path / "scored.csv"))
    assert code == 0
    assert len((tmp_path / "scored.csv").read_text(encoding="utf-8").splitlines()) == 1501
    for form in ("json", "csv", "sql-duckdb"):
        code, _, _ = call("export", grid, "--to", form, "--out", str(tmp_path / f"grid.{form}"))
        assert code == 0
        assert (tmp_path / f"grid.{form}").stat().st_size > 0
    code, out, _ = call("grid", "check", grid)
    assert code == 0
    assert "valid" in out


def test_limits_hold_for_every_grid(ran: tuple[Path, dict[str, Any]], call: Any, tmp_path: Path) -> None:
    folder, _ = ran
    limits = ("--max-lines", "3", "--cap", "6")
    code, out, _ = call(
        "run", str(folder / "leads.csv"), "--customer", "Converted", *limits, "--out", str(tmp_path), "--json"
    )
    assert code == 0
    found = json.loads(out)
    for candidate in found["candidates"]:
        grid = json.loads((Path(found["report"]) / candidate["grid"]).read_text(encoding="utf-8"))
        points = [level["points"] for criterion in grid["criteria"] for level in criterion["levels"]]
        assert sum(p != 0 for p in points) <= 3
        assert max(map(abs, points)) <= 6


def test_a_budget_may_be_in_criteria(ran: tuple[Path, dict[str, Any]], call: Any, tmp_path: Path) -> None:
    folder, _ = ran
    words = ("--max-criteria", "1", "--methods", "logistic,sparse", "--out", str(tmp_path), "--json")
    code, out, _ = call("run", str(folder / "leads.csv"), "--customer", "Converted", *words)
    assert code == 0
    found = json.loads(out)
    for candidate in found["candidates"]:
        grid = json.loads((Path(found["report"]) / candidate["grid"]).read_text(encoding="utf-8"))
        used = [c["name"] for c in grid["criteria"] if any(level["points"] for level in c["levels"])]
        assert used == ["Demo asked"]


def test_a_pivot_is_the_threshold(ran: tuple[Path, dict[str, Any]], call: Any, tmp_path: Path) -> None:
    folder, _ = ran
    words = ("--methods", "logistic", "--pivot", "40", "--out", str(tmp_path), "--json")
    code, out, _ = call("run", str(folder / "leads.csv"), "--customer", "Converted", *words)
    assert code == 0
    assert json.loads(out)["thresholds"]["marketing_qualified"] == 40


def test_current_is_the_baseline(ran: tuple[Path, dict[str, Any]], call: Any, tmp_path: Path) -> None:
    folder, found = ran
    grid = str(Path(found["report"]) / "grids" / "cautious.json")
    code, out, _ = call(
        "run", str(folder / "leads.csv"), "--customer", "Converted", "--current", grid, "--out", str(tmp_path), "--json"
    )
    assert code == 0
    again = json.loads(out)
    assert again["candidates"][0]["name"] == "current"
    assert {c["against"] for c in again["candidates"][1:]} == {"current"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["run", "nothing.csv", "--customer", "x"], "nothing.csv"),
        (["run", "LEADS", "--exclude", "Converted"], "--customer"),
        (["run", "LEADS", "--customer", "Convertd"], "Did you mean 'Converted'"),
        (["run", "LEADS", "--customer", "Source"], "--customer-value"),
        (["run", "LEADS", "--customer", "Converted", "--methods", "lfit"], "Did you mean 'lift'"),
        (["run", "LEADS", "--customer", "Converted", "--max-lines", "0"], "--max-lines"),
        (["run", "LEADS", "--customer", "Converted", "--current", "none.json"], "none.json"),
        (["run", "LEADS", "--customer", "Converted", "--lang", "de"], "Known: en, fr"),
        (["run", "LEADS", "--customer", "Converted", "--out", "/proc/nowhere"], "--out"),
        (["compare", "LEADS", "--customer", "Converted"], "--grid"),
        (["export", "none.json", "--to", "json", "--out", "x.json"], "none.json"),
        (["grid", "check", "none.json"], "none.json"),
        (["init", "LEADS", "--customer", "Converted", "--out", "leads.csv"], "name a folder with --out"),
        (["demo", "--seed", "-1", "--out", "d"], "the seed -1"),
        (["trial", "read", "--new-counts", "²/³", "--old-counts", "1/2", "--week", "1"], "--new-counts '²/³'"),
        (["trial", "read", "--new-counts", f"1/{'9' * 400}", "--old-counts", "1/2", "--week", "1"], "--new-counts"),
        (["trial", "plan", "--leads", "100", "--rate", "0.05", "--weeks", "9" * 400], "520 weeks"),
    ],
)
def test_bad_input_is_one_message_and_exit_code_2(
    call: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], says: str
) -> None:
    source = leads(tmp_path / "leads.csv", 400)
    monkeypatch.chdir(tmp_path)
    code, out, err = call(*[str(source) if word == "LEADS" else word for word in words])
    assert code == 2
    assert says in err
    assert "Traceback" not in err
    assert out == ""
    assert [path.name for path in tmp_path.iterdir()] == ["leads.csv"]


def test_a_run_that_is_killed_leaves_the_last_report_whole(ran: tuple[Path, dict[str, Any]]) -> None:
    folder, found = ran
    month = Path(found["report"])
    before = {path: path.read_bytes() for path in month.rglob("*") if path.is_file()}
    words = [sys.executable, "-m", "calibrate", "run", str(folder / "leads.csv"), "--customer", "Converted"]
    for wait in (0.8, 1.6, 2.4):
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        running = subprocess.Popen([*words, "--out", str(folder / "out")], **silent)
        time.sleep(wait)
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
        assert {path: path.read_bytes() for path in before} == before


def test_a_second_file_is_asked_for_its_closing_date(tmp_path: Path) -> None:
    """Customers of a dated history count within the window; where the second file has no date, the reader is told."""
    days = np.datetime64("2024-01-01") + np.arange(300)
    lines = [f"L{i},{day},{'ab'[i % 2]}" for i, day in enumerate(days)]
    (tmp_path / "leads.csv").write_text("\n".join(["lead_id,created_at,sector", *lines]))
    late = [f"L{i},{days[i] + (200 if i % 20 == 0 else 10)}" for i in range(0, 300, 10)]  # every other one too late
    for name, column in (("named", "close_date"), ("unnamed", "stamp")):
        (tmp_path / f"{name}.csv").write_text("\n".join([f"lead_id,{column}", *late]))
    told = {}
    for name in ("named", "unnamed"):
        words = [
            sys.executable,
            "-m",
            "calibrate",
            "check",
            str(tmp_path / "leads.csv"),
            "--outcomes",
            str(tmp_path / f"{name}.csv"),
        ]
        words += ["--as-of", "2025-12-31"]
        told[name] = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert "15 customers of 300" in told["named"] and "found in “close_date”" in told["named"]
    assert "30 customers of 300" in told["unnamed"] and "“unnamed.csv” gives no closing date" in told["unnamed"]
    assert "no closing date" not in told["named"]


def test_a_placeholder_that_closes_unlike_empty_cells_is_said_to_stand_apart(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    lines = ["city,role,won"]
    for i in range(1170):
        city, role = ("Select", "", "Lyon")[i % 3], ("Select", "", "Chef")[i // 3 % 3]
        lines.append(f"{city},{role},{int(rng.random() < (0.5 if city == 'Select' else 0.1))}")
    (tmp_path / "leads.csv").write_text("\n".join(lines))
    words = [sys.executable, "-m", "calibrate", "check", str(tmp_path / "leads.csv"), "--customer", "won"]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert "In “city”, Select closes unlike empty cells" in told
    assert "In “role”, Select (390 cells) means no answer" in told and "“role”, Select closes" not in told


def test_without_a_current_grid_the_recipe_is_the_baseline_not_some_grid_that_is_judged_beside_it(
    ran: tuple[Path, dict[str, Any]], call: Any, tmp_path: Path
) -> None:
    folder, found = ran
    grid = str(Path(found["report"]) / "grids" / "logistic.json")
    words = ["run", str(folder / "leads.csv"), "--customer", "Converted", "--methods", "lift,evidence", "--json"]
    for flag, value, baseline in (("--grid", f"other={grid}", "lift"), ("--current", grid, "current")):
        code, out, _ = call(*words, flag, value, "--out", str(tmp_path / baseline))
        assert code == 0
        told = {c["name"]: c["against"] for c in json.loads(out)["candidates"]}
        assert told.pop(baseline) is None
        assert set(told.values()) == {baseline}


def test_empty_outcomes_beside_a_no_are_told_and_can_be_taken_as_open(tmp_path: Path) -> None:
    answers = ["yes", "no", "no", "no", ""] * 60
    (tmp_path / "three.csv").write_text(
        "\n".join(["sector,won", *(f"{'ab'[i % 2]},{a}" for i, a in enumerate(answers))])
    )
    (tmp_path / "two.csv").write_text(
        "\n".join(["sector,won", *(f"{'ab'[i % 2]},{a}" for i, a in enumerate(answers) if a != "no")])
    )

    def check(*words: str) -> str:
        command = [sys.executable, "-m", "calibrate", "check", str(tmp_path / words[0]), *words[1:]]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    told = check("three.csv", "--customer", "won")
    assert "60 customers of 300" in told and "In “won”, 60 cells are empty and count as no customer" in told
    assert "60 cells are empty" in check("three.csv", "--customer", "won", "--customer-value", "yes")
    assert "are empty and count" not in check("two.csv", "--customer", "won")  # empty is the only no
    (tmp_path / "calibration.toml").write_text(
        'schema = 1\n[data]\nfile = "three.csv"\n[outcome]\ncustomer = "won"\nopen_values = [""]\n'
    )
    told = check("calibration.toml")
    assert "60 customers of 240" in told and "are empty and count" not in told


@pytest.mark.parametrize("words", [["--version"], ["-h"], ["run", "-h"]])
def test_version_and_help_answer(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    import calibrate
    from calibrate.cli import main

    with pytest.raises(SystemExit) as leaving:
        main(words)
    told = capsys.readouterr().out
    assert leaving.value.code in (0, None)
    assert told.strip() == f"calibrate {calibrate.__version__}" if words == ["--version"] else "Usage" in told


def test_check_tells_what_rows_are_where_no_column_can_be_a_criterion(call: Any, tmp_path: Path) -> None:
    rows = "".join(f"{i},Web,{'Yes' if i % 3 else 'No'}\n" for i in range(40))
    (tmp_path / "leads.csv").write_text("Lead ID,Source,Won\n" + rows)
    code, told, _ = call("check", str(tmp_path / "leads.csv"))
    assert code == 0 and "40 rows read, 40 kept" in told and "it always says the same" in told
    code, _, fault = call("rates", str(tmp_path / "leads.csv"))
    assert code == 2 and "no column can be a criterion (Source: constant)" in fault


def test_a_command_makes_its_own_flags_only() -> None:
    """`grid check` asks for no settings and no writer; an unknown word, help and completion see all commands."""
    from calibrate.cli import app as commands

    narrow = commands._asked(["grid", "check", "g.json"])
    assert [group.name for group in narrow.registered_groups] == ["grid"] and not narrow.registered_commands
    (run,) = commands._asked(["run", "leads.csv"]).registered_commands
    assert run.callback is not None and run.callback.__name__ == "run"
    for words in ([], ["--help"], ["-h"], ["runn"], ["--version"]):
        assert commands._asked(words) is commands.app
    text = (
        "import sys; from calibrate.cli.app import main\n"
        "try: main(['grid', 'check', 'nothing.json'])\n"
        "except SystemExit: print(*sorted(sys.modules))"
    )
    loaded = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True).stdout.split()
    assert not {"calibrate.monthly.settings", "calibrate.export.formats", "calibrate.export.excel", "duckdb"} & {
        *loaded
    }
    assert "calibrate.export.reading" in loaded


def test_check_tells_what_rows_are_where_all_leads_are_too_young(call: Any, tmp_path: Path) -> None:
    rows = "".join(f"{i},2025-01-{1 + i % 20:02},{'ab'[i % 2]},{'Yes' if i % 3 else 'No'}\n" for i in range(40))
    (tmp_path / "leads.csv").write_text("Lead ID,Created Date,Source,Won\n" + rows)
    code, told, _ = call("check", str(tmp_path / "leads.csv"), "--lang", "en")
    assert code == 0 and "40 rows read, 40 kept" in told
    assert "No lead is old enough to be judged: the newest came by 20 January 2025" in told
    assert "There are no dates" not in told
    code, _, fault = call("run", str(tmp_path / "leads.csv"), "--out", str(tmp_path / "out"))
    assert code == 2 and "immature 40" in fault and not (tmp_path / "out").exists()


def test_check_says_which_rows_a_condition_leaves(call: Any, tmp_path: Path) -> None:
    """Counted by hand: of 1,200 rows 400 are of FR."""
    lines = [f"{i},{('FR', 'DE', 'ES')[i % 3]},{'ab'[i % 2]},{'yes' if i % 5 == 0 else 'no'}" for i in range(1200)]
    (tmp_path / "a.csv").write_text("\n".join(["id,country,source,Won", *lines]))
    for language, sentence in (("en", "400 of 1,200"), ("fr", "400 sur 1\u202f200")):
        words = ["check", str(tmp_path / "a.csv"), "--customer", "Won", "--where", "country = 'FR'", "--lang", language]
        code, out, _ = call(*words)
        assert code == 0 and sentence in out

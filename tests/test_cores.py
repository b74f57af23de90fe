"""Tasks on several cores: the same results in the same order, whoever does them, and nothing left running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from calibrate import cores

ROOT = Path(__file__).parents[1]


def script(text: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A program of its own, so that no thread of other tests stands in the way."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}", **more}
    return subprocess.run(
        [sys.executable, "-c", text], env=environment, capture_output=True, text=True, timeout=120, check=False
    )


SHARED = """
import os, time
from calibrate.cores import Task, in_order, shared

def who(number):
    time.sleep(0.02)
    return number * number, os.getpid()

def fails(number):
    raise KeyError(number)
"""


def test_results_come_in_order_and_from_several_processes() -> None:
    run = script(
        SHARED
        + """
with shared(3):
    results = in_order(who, range(40))
assert [square for square, _ in results] == [n * n for n in range(40)]
assert len({process for _, process in results}) == 3, results
assert in_order(who, [7])[0] == (49, os.getpid())
"""
    )
    assert run.returncode == 0, run.stderr


def test_a_notebook_starts_processes_beside_its_threads(tmp_path: Path) -> None:
    """A script that has threads does not: each new process would run it again."""
    text = """
import os, threading
from calibrate.cores import Task, shared
threading.Thread(target=threading.Event().wait, daemon=True).start()
with shared(2, guarded=False):
    future = Task(os.getpid)._future
    print(future is not None and future.result() != os.getpid())
print(os.environ.get("OMP_NUM_THREADS"))
"""
    (tmp_path / "script.py").write_text(text)
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    environment |= {"PYTHONPATH": str(ROOT)}
    answers = [
        subprocess.run([sys.executable, *words], env=environment, capture_output=True, text=True, timeout=120)
        for words in (["-c", text], [str(tmp_path / "script.py")])
    ]
    assert [answer.stdout for answer in answers] == ["True\nNone\n", "False\nNone\n"], answers


def test_an_error_is_raised_as_it_is_and_what_cannot_be_sent_is_done_here() -> None:
    run = script(
        SHARED
        + """
with shared(2):
    assert Task(lambda: os.getpid()).result() == os.getpid()
    try:
        in_order(fails, [3])
    except KeyError as fault:
        assert fault.args == (3,)
    else:
        raise SystemExit("no error")
    assert Task(who, 2).result()[0] == 4
"""
    )
    assert run.returncode == 0, run.stderr


def test_a_process_that_dies_costs_nothing_but_time() -> None:
    run = script(
        SHARED
        + """
here = os.getpid()

def dies(number):
    if os.getpid() != here:
        os._exit(3)
    return number

with shared(2):
    assert in_order(dies, range(5)) == list(range(5))
    assert Task(who, 3).result()[0] == 9
"""
    )
    assert run.returncode == 0, run.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_no_process_outlives_the_one_that_began_it() -> None:
    text = (
        SHARED
        + """
with shared(3):
    print(*{process for _, process in in_order(who, range(30))} - {os.getpid()}, flush=True)
    time.sleep(60)
"""
    )
    with subprocess.Popen(
        [sys.executable, "-c", text], env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        helpers = [int(process) for process in program.stdout.readline().split()]
        program.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{process}").exists() for process in helpers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert helpers and not any(Path(f"/proc/{process}").exists() for process in helpers)


def test_as_many_processes_as_the_variable_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cores.VARIABLE, "3")
    assert cores.jobs() == 3
    for odd in ("", "0", "-2", "many"):
        monkeypatch.setenv(cores.VARIABLE, odd)
        assert 1 <= cores.jobs() <= cores.MOST


def test_one_core_is_enough() -> None:
    with cores.shared(1):
        assert cores.in_order(abs, [-1, 2]) == [1, 2]
        assert cores.Task(abs, -3).result() == 3


@pytest.mark.parametrize("jobs", ["1", "2", "3"])
def test_grids_and_redraws_are_the_same_on_any_number_of_cores(jobs: str) -> None:
    """What folds and resamples give: hashed, so that three programs of their own can be held against each other."""
    digests = {script(GRIDS, CALIBRATE_JOBS=number).stdout for number in ("1", jobs)}
    assert len(digests) == 1 and len(next(iter(digests)).strip()) == 32, digests


GRIDS = """
import hashlib
from weights_case import simulated
from calibrate.cores import shared
from calibrate.evaluation.backtest import folds, replay
from calibrate.points.plan import Plan, all_redrawn, calibrate_prepared, prepare
from calibrate.export.json import write

tally, _ = simulated(1_500, seed=3)
plans = [Plan(method, method) for method in ("lift", "sparse", "logistic")]
with shared():
    prepared = prepare(tally)
    grids = {plan.name: calibrate_prepared(prepared, plan) for plan in plans}
    again = all_redrawn(prepared, plans, grids)
    judged = replay(tally, plans, folds(tally))
assert all(grid.provenance["redraws"] >= 20 for grid in again.values())
texts = [write(again[plan.name]) for plan in plans]
texts += [repr((backtest.score.tolist(), backtest.rate.tolist())) for backtest in judged]
print(hashlib.md5("".join(texts).encode()).hexdigest())
"""


def test_a_month_has_the_same_bytes_on_any_number_of_cores(tmp_path: Path) -> None:
    leads = [
        f"L{n},2025-{1 + n * 10 // 1500:02d}-{1 + n % 28:02d},{'abc'[n % 3]},{n * 7 % 5},{int(n * 37 % 11 < 1 + n % 3)}"
        for n in range(1_500)
    ]
    table = "lead_id,created_at,sector,visits,bought\n" + "\n".join(leads) + "\n"
    months = []
    for jobs in ("1", "2"):
        place = tmp_path / jobs
        place.mkdir()
        (place / "leads.csv").write_text(table)
        words = [
            "-m",
            "calibrate",
            "run",
            "leads.csv",
            "--customer",
            "bought",
            "--created-at",
            "created_at",
            "--out",
            "months",
        ]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "CALIBRATE_JOBS": jobs}
        run = subprocess.run([sys.executable, *words], cwd=place, env=environment, capture_output=True, timeout=300)
        assert run.returncode == 0, run.stderr.decode()
        folder = place / "months"
        months.append({str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()})
    assert months[0] == months[1] and any(name.endswith("gains.svg") for name in months[0])

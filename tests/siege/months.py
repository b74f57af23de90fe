"""A month's folder with a file in it that somebody's hand has changed, read by all that reads months."""

from __future__ import annotations

import json
import tempfile
from contextlib import suppress
from pathlib import Path

from replay import golden
from run_case import run_values

from calibrate.errors import CalibrateError
from calibrate.evaluation import decision as deciding
from calibrate.evaluation.decision import Decision, Override, Promise
from calibrate.export import json as grid_json
from calibrate.grid.grid import Thresholds
from calibrate.monthly import decision_file
from calibrate.monthly.adopt import adopt_candidate
from calibrate.monthly.decisions import commit, read_adopted
from calibrate.monthly.earlier import earlier_ledger
from calibrate.monthly.run_file import read_run
from calibrate.monthly.status import reports_status

MONTH = "2026-11"
PROMISES = {stage: Promise(100.0, 7.5, 3.5, 40.0) for stage in ("marketing_qualified", "sales_qualified")}
FULL = Decision(
    MONTH, "sparse", "Claire", "agreed", Thresholds(5, 7, 2, None), Thresholds(4, 8),
    (Override("sector", "SaaS", 12, 9, "Claire", "sales insists"),), "2026-11-30", "2026-08", PROMISES,
    grid_sha256="ab" * 32,
)  # fmt: skip


def run_file() -> bytes:
    """A `run.json` with all that adopting and the next month's run read of it."""
    values = run_values(months=4.0)
    values["candidates"][0] |= {"caught": [0.0, 0.6, 1.0]}
    ledger = {"columns": {"demo": {}}, "leads": [10, 20], "cohorts": ["2026-08", "2026-09"]}
    return json.dumps(values | {"ledger": ledger}).encode()


def decision() -> bytes:
    """A `decision.json` with all that it may hold."""
    return decision_file.text(FULL).encode()


def _month(reports: Path, run: bytes) -> Path:
    folder = reports / MONTH
    (folder / "grids").mkdir(parents=True)
    (folder / "run.json").write_bytes(run)
    (folder / "grids" / "sparse.json").write_text(grid_json.write(golden.small()), encoding="utf-8")
    return folder


def read_month(path: Path) -> None:
    """All that reads `run.json`: the status, the next month's run, adopting. Raises where one of them refuses."""
    with tempfile.TemporaryDirectory() as place:
        folder = _month(Path(place), path.read_bytes())
        repr(reports_status(Path(place)))
        earlier_ledger(Path(place), None)
        read_run(folder)
        adopt_candidate(folder, "sparse", who="Ada", why="agreed")
        read_adopted(folder)
        repr(reports_status(Path(place)))


def read_decision(path: Path) -> None:
    """All that reads `decision.json`: the status, the next run, deciding anew. Raises where one of them refuses."""
    with tempfile.TemporaryDirectory() as place:
        folder = _month(Path(place), run_file())
        commit(folder, FULL, golden.small())
        content = path.read_bytes()
        with suppress(ValueError, TypeError):  # the grid is the one that was decided on, unless the hand changed that
            values = json.loads(content)
            if values.get("grid_sha256") == FULL.grid_sha256:
                values["grid_sha256"] = decision_file.read(folder).grid_sha256
                content = json.dumps(values).encode()
        (folder / deciding.FILE).write_bytes(content)
        repr(reports_status(Path(place)))
        with suppress(CalibrateError):
            adopt_candidate(folder, "sparse", who="Ada", why="agreed")
        adopted = read_adopted(folder)
        for promise in (adopted.decision.promises or {}).values():
            repr((promise.interval, promise.close_rate, promise.leads_per_month))
        adopt_candidate(folder, "sparse", who="Ada", why="agreed", force=True)
        read_adopted(folder)

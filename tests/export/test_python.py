"""The exported Python file, and what it shares with the JavaScript module, score every lead as the grid does."""

import json
import math
import random
import subprocess
import sys
from dataclasses import replace
from datetime import date

import pytest
from replay import cases, gates
from replay.scored import GATED, GRIDS, LEADS, derived_case, expected

from calibrate.export import coverage, javascript, python
from calibrate.export.base import Options
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Band, Expiry, Grid


def test_python_file_scores_like_the_grid(tmp_path, capsys):
    body = ["import importlib.util, json, sys", "out = []", f"for at in range({len(GRIDS)}):"]
    body += ["    spec = importlib.util.spec_from_file_location(f'g{at}', f'g{at}.py')"]
    body += ["    module = importlib.util.module_from_spec(spec); spec.loader.exec_module(module)"]
    body += ["    leads = json.load(open(f'g{at}.json', encoding='utf-8'))"]
    body += [
        "    out.append([[f(x, strict=False) for f in (module.score, module.band, module.reasons)] for x in leads])",
        "print(json.dumps(out))",
    ]
    for at, (grid, leads) in enumerate(zip(GRIDS, LEADS, strict=True)):
        (tmp_path / f"g{at}.py").write_text(python.write(grid, Options()), encoding="utf-8")
        (tmp_path / f"g{at}.json").write_text(json.dumps(leads), encoding="utf-8")
    (tmp_path / "run.py").write_text("\n".join(body))
    done = subprocess.run(
        [sys.executable, "-I", "-S", "run.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    assert found == [expected(grid, leads) for grid, leads in zip(GRIDS, LEADS, strict=True)]
    cases.compared(capsys, "python", sum(map(len, found)))


def test_bands_that_ask_for_fit_or_engagement_in_the_python_file():
    expected = gates.checked(GATED, LEADS)
    for grid, leads, bands in zip(GATED, LEADS, expected, strict=True):
        scorer: dict = {}
        exec(python.write(grid, Options()), scorer)
        assert [scorer["band"](lead, strict=False) for lead in leads] == [grid.band(lead) for lead in leads] == bands
        assert [scorer["score"](lead, strict=False) for lead in leads] == [grid.score(lead) for lead in leads]
    assert all(item.status == "carried" for item in coverage(GATED[0], "python", Options()).items[-2:])


def test_a_band_on_a_day_counts_what_expiry_leaves(tmp_path):
    grid, *_ = derived_case()
    narrowed = replace(grid, bands=(Band("hot", 5, "", None, 6), Band("warm", -20, "", 5)))
    lead = {"E (mailbox)": "professional", "Demo": "x", "Visits": 2, "Demo at": "2025-01-01", "Visited": None}
    scorer: dict = {}
    exec(python.write(narrowed, Options()), scorer)
    days = (None, date(2025, 1, 30), date(2025, 1, 31))
    assert [scorer["band"](lead, day) for day in days] == ["hot", "hot", "warm"]
    assert [narrowed.band(lead, day) for day in days] == ["hot", "hot", "warm"]


@pytest.mark.parametrize("write", [python.write, javascript.write])
def test_written_twice_is_the_same(write):
    assert write(GRIDS[0], Options()) == write(GRIDS[0], Options())


def test_python_file_takes_what_pandas_gives():
    import numpy as np
    import pandas as pd

    for seed, grid in enumerate(GRIDS):
        scorer: dict = {}
        exec(python.write(grid, Options()), scorer)
        rng = random.Random(seed)
        for column in [c.column for c in grid.criteria]:
            for value in (
                np.float64(rng.choice((0.1, 5, math.nan))),
                np.float32(7),
                np.int64(1),
                np.bool_(True),
                pd.NA,
                pd.NaT,
                10**400,
            ):
                assert scorer["score"]({column: value}, strict=False) == grid.score({column: value})


def test_mailboxes_and_expiry_in_the_python_file():
    grid, leads, expected, days = derived_case()
    scorer: dict = {}
    exec(python.write(grid, Options()), scorer)
    assert [[scorer["score"](lead, day, strict=False) for day in days] for lead in leads] == expected
    assert len({score for row in expected for score in row}) >= 8
    assert scorer["reasons"](leads[10], days[2], strict=False) == ["Visits: 5+ (-2)", "Mailbox: not given (+1)"]
    assert coverage(grid, "python", Options()).lossless


def test_a_lead_without_a_column_is_refused_by_name():
    ends = (Level("missing", "missing"), Level("other", "other"))
    columns = [
        Criterion(name, name, "presence", "fit", (Level("yes"), *ends)) for name in ("Demo's", "Phone", "E (mailbox)")
    ]
    grid = Grid("g", "m", (*columns,), ((20, -1, 0), (0, 0, 0), (3, 0, 0)), bands=(Band("call", 10, ""),),
                expiry=(Expiry("Demo's", "yes", 30, dated="at"),))  # fmt: skip
    scorer: dict = {}
    exec(python.write(grid, Options()), scorer)
    assert scorer["COLUMNS"] == ("Demo's", "E (mailbox)")  # the other has no points
    for name in ("score", "band", "reasons", "close_rate"):
        with pytest.raises(LookupError, match=r"""no column "Demo's", 'E \(mailbox\)'; .*strict=False"""):
            scorer[name]({"demo's": "yes"})
    lead = {"Demo's": "2025-01-01", "E": "ana@acme.example"}
    assert scorer["score"](lead) == 23  # the kind of mailbox is made from the address
    with pytest.raises(LookupError, match="no column 'at'"):
        scorer["score"](lead, date(2026, 1, 1))
    assert scorer["score"]({**lead, "at": None}, date(2026, 1, 1)) == 23
    assert scorer["score"]({}, strict=False) == -1

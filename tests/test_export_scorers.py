"""Replay: the exported Python and JavaScript files score every lead as the grid does."""

import json
import math
import random
import shutil
import subprocess
import sys

import pytest
from replay import cases

from calibrate.explain import reasons
from calibrate.export import javascript, python
from calibrate.export.base import Options

GRIDS = [cases.grid(random.Random(seed)) for seed in range(40)]
LEADS = [cases.leads(random.Random(1000 + seed), grid, {}, 150) for seed, grid in enumerate(GRIDS)]


def expected(grid, leads):
    return [[grid.score(lead), grid.band(lead), [str(r) for r in reasons(grid, lead)]] for lead in leads]


def test_python_file_scores_like_the_grid(tmp_path, capsys):
    body = ["import importlib.util, json, sys", "out = []", f"for at in range({len(GRIDS)}):"]
    body += ["    spec = importlib.util.spec_from_file_location(f'g{at}', f'g{at}.py')"]
    body += ["    module = importlib.util.module_from_spec(spec); spec.loader.exec_module(module)"]
    body += ["    leads = json.load(open(f'g{at}.json', encoding='utf-8'))"]
    body += [
        "    out.append([[module.score(x), module.band(x), module.reasons(x)] for x in leads])",
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


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
def test_javascript_module_scores_like_the_grid(tmp_path, capsys):
    body = ["const out = [];"]
    for at, (grid, leads) in enumerate(zip(GRIDS, LEADS, strict=True)):
        (tmp_path / f"g{at}.mjs").write_text(javascript.write(grid, Options()), encoding="utf-8")
        body.insert(0, f"import * as g{at} from './g{at}.mjs';")
        asked = ", ".join(js(lead) for lead in leads)
        body.append(f"out.push([{asked}].map(x => [g{at}.score(x), g{at}.band(x), g{at}.reasons(x)]));")
    (tmp_path / "run.mjs").write_text("\n".join([*body, "console.log(JSON.stringify(out));"]), encoding="utf-8")
    done = subprocess.run(["node", "run.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found == [expected(grid, leads) for grid, leads in zip(GRIDS, LEADS, strict=True)]
    cases.compared(capsys, "javascript", sum(map(len, found)))


def js(lead):
    """A lead as a JavaScript object; ["key"] keeps __proto__ an own property."""
    return "{" + ", ".join(f"[{javascript.literal(key)}]: {js_value(value)}" for key, value in lead.items()) + "}"


def js_value(value):
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return javascript.literal(value)


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
                assert scorer["score"]({column: value}) == grid.score({column: value})

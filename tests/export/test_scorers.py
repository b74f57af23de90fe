"""Replay: the exported Python and JavaScript files score every lead as the grid does."""

import json
import math
import random
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date

import pytest
from replay import cases, gates

from calibrate.export import coverage, javascript, python
from calibrate.export.base import Options
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Band, Expiry, Grid
from calibrate.grid.mailbox_kinds import kind_of
from calibrate.grid.reasons import reasons

GRIDS = [cases.grid(random.Random(seed)) for seed in range(25)]
LEADS = [cases.leads(random.Random(1000 + seed), grid, {}, 120) for seed, grid in enumerate(GRIDS)]
GATED = [gates.gated(random.Random(seed), grid) for seed, grid in enumerate(GRIDS)]


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


def test_bands_that_ask_for_fit_or_engagement_in_the_python_file():
    expected = gates.checked(GATED, LEADS)
    for grid, leads, bands in zip(GATED, LEADS, expected, strict=True):
        scorer: dict = {}
        exec(python.write(grid, Options()), scorer)
        assert [scorer["band"](lead) for lead in leads] == [grid.band(lead) for lead in leads] == bands
        assert [scorer["score"](lead) for lead in leads] == [grid.score(lead) for lead in leads]
    assert all(item.status == "carried" for item in coverage(GATED[0], "python", Options()).items[-2:])


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
def test_bands_that_ask_for_fit_or_engagement_in_the_javascript_module(tmp_path):
    body = ["const out = [];"]
    for at, (grid, leads) in enumerate(zip(GATED, LEADS, strict=True)):
        (tmp_path / f"g{at}.mjs").write_text(javascript.write(grid, Options()), encoding="utf-8")
        body.insert(0, f"import {{ band as b{at} }} from './g{at}.mjs';")
        body.append(f"out.push([{', '.join(js(lead) for lead in leads)}].map(x => b{at}(x)));")
    (tmp_path / "run.mjs").write_text("\n".join([*body, "console.log(JSON.stringify(out));"]), encoding="utf-8")
    done = subprocess.run(["node", "run.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == gates.checked(GATED, LEADS)


def test_a_band_on_a_day_counts_what_expiry_leaves(tmp_path):
    grid, *_ = derived_case()
    narrowed = replace(grid, bands=(Band("hot", 5, "", None, 6), Band("warm", -20, "", 5)))
    lead = {"E (mailbox)": "professional", "Demo": "x", "Visits": 2, "Demo at": "2025-01-01"}
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
                assert scorer["score"]({column: value}) == grid.score({column: value})


def derived_case():
    """A grid on a column that calibrate makes from addresses, with points that expire, and leads with their scores."""
    ends = (Level("missing", "missing"), Level("other", "other"))
    kinds = ("professional", "free", "disposable")
    mailbox = Criterion("Mailbox", "E (mailbox)", "text", "fit", (*(Level(k, values=(k,)) for k in kinds), *ends))
    demo = Criterion("Demo", "Demo", "presence", "engagement", (Level("asked"), *ends))
    visits = Criterion("Visits", "Visits", "number", "engagement", (Level("5+", low=5), *ends))
    expiry = (Expiry("Demo", "asked", days=30, dated="Demo at"), Expiry("Visits", "5+", None, 30, 10, "Visited"))
    grid = Grid("g", "m", (mailbox, demo, visits), ((5, -3, -9, 1, 0), (21, 0, 0), (-15, 0, 0)), expiry=expiry)
    addresses = (
        "Ana@acme.fr",
        "ana@gmail.com",
        "Ana <a@b@YOPMAIL.com>",
        "n/a",
        "",
        None,
        7,
        "acme.fr",
        "x@sfr.fr.",
        "a b@c d.fr",
    )
    leads = [{"E": address, "Demo": "x", "Visits": 9} for address in addresses]
    leads += [
        {"Demo": 1, "Visits": 9, "Demo at": day, "Visited": day}
        for day in ("2025-01-01", "2025-01-20 10:00", "2024-12-31T23:59", "", "soon", None)
    ]
    leads.append({"E": "ana@gmail.com", "E (mailbox)": "disposable"})
    filled = [
        {"E (mailbox)": kind_of(lead.get("E") if isinstance(lead.get("E"), str) else None), **lead} for lead in leads
    ]
    days = (None, date(2025, 1, 30), date(2025, 1, 31), date(2025, 2, 25), date(2026, 1, 1))
    return grid, leads, [[grid.score(lead, day) for day in days] for lead in filled], days


def test_mailboxes_and_expiry_in_the_python_file():
    grid, leads, expected, days = derived_case()
    scorer: dict = {}
    exec(python.write(grid, Options()), scorer)
    assert [[scorer["score"](lead, day) for day in days] for lead in leads] == expected
    assert len({score for row in expected for score in row}) >= 8
    assert scorer["reasons"](leads[10], days[2]) == ["Visits: 5+ (-2)", "Mailbox: not given (+1)"]
    assert coverage(grid, "python", Options()).lossless


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
def test_mailboxes_and_expiry_in_the_javascript_module(tmp_path):
    grid, leads, expected, days = derived_case()
    (tmp_path / "g.mjs").write_text(javascript.write(grid, Options()), encoding="utf-8")
    body = [
        "import { score } from './g.mjs';",
        f"const days = {json.dumps([day and day.isoformat() for day in days])};",
    ]
    body.append(f"const leads = [{', '.join(js(lead) for lead in leads)}];")
    body.append("console.log(JSON.stringify(leads.map(x => days.map(day => score(x, day && new Date(day))))));")
    (tmp_path / "run.mjs").write_text("\n".join(body), encoding="utf-8")
    done = subprocess.run(["node", "run.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == expected

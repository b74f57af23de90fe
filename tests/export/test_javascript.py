"""The JavaScript module, run by Node."""

import json
import math
import shutil
import subprocess

import pytest
from replay import cases, gates
from replay.scored import GATED, GRIDS, LEADS, derived_case, expected

from calibrate.export import javascript
from calibrate.export.base import Options
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Band, Grid


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
def test_javascript_module_scores_like_the_grid(tmp_path, capsys):
    body = ["const out = [];"]
    for at, (grid, leads) in enumerate(zip(GRIDS, LEADS, strict=True)):
        (tmp_path / f"g{at}.mjs").write_text(javascript.write(grid, Options()), encoding="utf-8")
        body.insert(0, f"import * as g{at} from './g{at}.mjs';")
        asked = ", ".join(js(lead) for lead in leads)
        body.append(f"for (const f of [g{at}.score, g{at}.band, g{at}.reasons])")
        body.append(f"  out.push([{asked}].map(x => f(x, null, {{ strict: false }})));")
    (tmp_path / "run.mjs").write_text("\n".join([*body, "console.log(JSON.stringify(out));"]), encoding="utf-8")
    done = subprocess.run(["node", "run.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True)
    answers = json.loads(done.stdout)
    found = [[list(line) for line in zip(*answers[i : i + 3], strict=True)] for i in range(0, len(answers), 3)]
    assert found == [expected(grid, leads) for grid, leads in zip(GRIDS, LEADS, strict=True)]
    cases.compared(capsys, "javascript", sum(map(len, found)))


def js(lead):
    """A lead as a JavaScript object; ["key"] keeps __proto__ an own property."""
    return "{" + ", ".join(f"[{javascript.literal(key)}]: {js_value(value)}" for key, value in lead.items()) + "}"


def js_value(value):
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return javascript.literal(value)


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
def test_bands_that_ask_for_fit_or_engagement_in_the_javascript_module(tmp_path):
    body = ["const out = [];"]
    for at, (grid, leads) in enumerate(zip(GATED, LEADS, strict=True)):
        (tmp_path / f"g{at}.mjs").write_text(javascript.write(grid, Options()), encoding="utf-8")
        body.insert(0, f"import {{ band as b{at} }} from './g{at}.mjs';")
        body.append(
            f"out.push([{', '.join(js(lead) for lead in leads)}].map(x => b{at}(x, null, {{ strict: false }})));"
        )
    (tmp_path / "run.mjs").write_text("\n".join([*body, "console.log(JSON.stringify(out));"]), encoding="utf-8")
    done = subprocess.run(["node", "run.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == gates.checked(GATED, LEADS)


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
def test_mailboxes_and_expiry_in_the_javascript_module(tmp_path):
    grid, leads, expected, days = derived_case()
    (tmp_path / "g.mjs").write_text(javascript.write(grid, Options()), encoding="utf-8")
    body = [
        "import { score } from './g.mjs';",
        f"const days = {json.dumps([day and day.isoformat() for day in days])};",
    ]
    body.append(f"const leads = [{', '.join(js(lead) for lead in leads)}];")
    body.append("const scored = x => days.map(day => score(x, day && new Date(day), { strict: false }));")
    body.append("console.log(JSON.stringify(leads.map(scored)));")
    (tmp_path / "run.mjs").write_text("\n".join(body), encoding="utf-8")
    done = subprocess.run(["node", "run.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == expected


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
def test_the_javascript_module_refuses_it_too(tmp_path):
    ends = (Level("missing", "missing"), Level("other", "other"))
    columns = [Criterion(name, name, "presence", "fit", (Level("yes"), *ends)) for name in ('De"mo', "E (mailbox)")]
    grid = Grid("g", "m", (*columns,), ((20, -1, 0), (3, 0, 0)), bands=(Band("call", 10, ""),))
    (tmp_path / "g.mjs").write_text(javascript.write(grid, Options()), encoding="utf-8")
    body = """import { score, band, reasons, closeRate } from './g.mjs';
    const out = [score, band, reasons, closeRate].map(f => { try { return f({}); } catch (e) { return e.message; } });
    out.push(score({ 'De"mo': 1, E: "ana@acme.example" }), score({ 'De"mo': undefined, "E (mailbox)": null }));
    out.push(score({}, null, { strict: false }));
    console.log(JSON.stringify(out));"""
    (tmp_path / "run.mjs").write_text(body, encoding="utf-8")
    done = subprocess.run(["node", "run.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True)
    *refused, scored, empty, lenient = json.loads(done.stdout)
    assert all(r'no column "De\"mo", "E (mailbox)"; ' in text for text in refused)
    assert (scored, empty, lenient) == (23, -1, -1)

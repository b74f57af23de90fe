"""The command drift."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from calibrate import Plan, Terms, calibrate, count, observe, open_table, propose
from calibrate.export import json as grid_json


def leads_file(path: Path, *, halved: bool, seed: int = 8) -> Path:
    rng = np.random.default_rng(seed)
    lines = ["id,created,demo,sector,won_on"]
    for i in range(6000):
        day = np.datetime64("2025-01-01") + i // 12
        asked, sector = rng.random() < 0.25, rng.choice(["a", "b"])
        rate = (0.4 if not (halved and day >= np.datetime64("2026-01-01")) else 0.15) if asked else 0.05
        won = str(day + int(rng.integers(1, 25))) if rng.random() < rate else ""
        lines.append(f"{i},{day},{'yes' if asked else 'no'},{sector},{won}")
    path.write_text("\n".join(lines) + "\n")
    return path


def calibrated(file: Path, out: Path) -> Path:
    """A grid made from the leads that could be judged on 15 October 2025."""
    table = open_table(file)
    terms = Terms(
        customer_at="won_on", created_at="created", lead_id="id", as_of=date(2025, 10, 15), close_within_days=30
    )
    tally = count(observe(table, propose(table, leave_out=("id", "created", "won_on")).criteria, terms))
    made = calibrate(tally, Plan("made", "evidence"))
    out.write_text(grid_json.write(replace(made, provenance={**made.provenance, "as_of": "2025-10-15"})))
    return out


TERMS = ("--customer-at", "won_on", "--created-at", "created", "--lead-id", "id", "--close-within-days", "30")


def test_the_command(tmp_path: Path, call: Any) -> None:
    file = leads_file(tmp_path / "leads.csv", halved=True)
    made = str(calibrated(file, tmp_path / "grid.json"))
    code, out, _ = call("drift", made, str(file), *TERMS, "--json")
    found = json.loads(out)
    assert code == 0
    assert (found["status"], found["since"]) == ("recalibrate", "2026-01")
    assert found["looks"][0]["cohort"] == "2025-09-16"  # the first lead that the calibration could not judge
    assert "recalibrate" not in [look["status"] for look in found["looks"][:4]]
    code, out, _ = call("drift", made, str(file), *TERMS, "--by", "week", "--lang", "fr", "--since", "2025-12-01")
    assert code == 0
    assert "Recalibrer" in out
    assert "1er décembre 2025" in out
    assert "Clients promis" in out
    code, _, err = call("drift", made, str(file), *TERMS, "--since", "soon")
    assert code == 2
    assert "'soon' is not a day" in err

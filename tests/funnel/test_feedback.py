"""What sales said of leads, line by line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from calibrate.errors import InputError
from calibrate.funnel.feedback import read_feedback
from calibrate.monthly import run as monthly
from calibrate.monthly.counted import Counted
from calibrate.monthly.settings import settings_from
from calibrate.points.plan import Plan, calibrate_prepared, prepare
from calibrate.simulated_leads import simulate


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("meeting")
    simulate(leads=3000, months=20, seed=4, events=False).leads.to_csv(folder / "leads.csv", index=False)
    return folder


def rows_of(place: Path, **more: Any) -> Counted:
    values = {
        "data": {"file": str(place / "leads.csv")},
        "time": {"created_at": "created_at", "customer_at": "customer_at"},
        "columns": {"exclude": ["worked_by_sales", "amount"]}, "candidates": {"methods": ["cautious", "evidence"]},
    }  # fmt: skip
    return monthly.read_rows(settings_from({**values, **more}))


def test_feedback_of_sales_on_the_lines(place: Path) -> None:
    lines = (place / "leads.csv").read_text().splitlines()
    head = lines[0].split(",")
    key, role = head.index("lead_id"), head.index("role")
    rows = [line.split(",") for line in lines[1:]]
    assistants = [row[key] for row in rows if row[role] == "Assistant"][:9]
    rest = [row[key] for row in rows if row[role] == "Manager"][:3]
    said = [*(f"{lead};étudiant" for lead in assistants), *(f"{lead};budget" for lead in rest), "nobody;hors cible"]
    (place / "refus.csv").write_text("\n".join(["Lead_ID;Motif du refus", *said]), encoding="utf-8")
    read = rows_of(place)
    grid = calibrate_prepared(prepare(read.tally, allowed=read.allowed), Plan("cautious", "cautious"))
    found = read_feedback(read.history, read.tally, grid, str(place / "refus.csv"))
    assert (found.read, found.found) == (13, 12)
    assert found.reasons == (("étudiant", 9), ("budget", 3), ("hors cible", 1))
    line = next(each for each in found.lines if each.level.name == "Assistant")
    assert line.rejected == 9 and line.share == 0.75 and line.reasons == (("étudiant", 9),) and line.more
    sums = {each.criterion: 0 for each in found.lines}
    for each in found.lines:
        sums[each.criterion] += each.rejected
    assert set(sums.values()) == {12}
    (place / "wrong.csv").write_text("who,reason\n1,x\n")
    with pytest.raises(InputError, match="no column like the lead id"):
        read_feedback(read.history, read.tally, grid, str(place / "wrong.csv"))

"""Drift in words."""

from __future__ import annotations

import json

from drift_case import counted, grid
from met_case import MET
from page_case import Text
from report_case import HOSTILE

from calibrate.language import load
from calibrate.monitoring.drift import find_drift
from calibrate.report import drift_text as moving
from calibrate.report.page import page_text
from calibrate.report.run_json import dump, run_object

PAGES = {language: page_text(MET, load(language)) for language in ("en", "fr")}


def test_what_moved_is_shown_with_its_counts() -> None:
    found = MET.past.drift
    assert found is not None and found.status == "recalibrate"
    change, text = found.changes[0], Text(PAGES["en"]).text
    assert change.size < 0.7 and change.criterion == MET.candidates[0].grid.criteria[0].name
    assert f"closes at {change.customers / change.leads:.1%} ({change.customers} of {change.leads:,})" in text.replace(
        f"of {change.leads})", f"of {change.leads:,})"
    )
    line = next(
        line for line in moving.moved(found) if (line.criterion, line.level) == (change.criterion, change.level)
    )
    assert f"{line.then.value:.1%} {line.then.customers:,} of {line.then.leads:,}" in text
    assert f"×{line.ratio:.2f}" in text and "recalibrate" in text and f"current {HOSTILE}" in text
    assert "Taux à la calibration" in Text(PAGES["fr"]).text
    told = json.loads(dump(run_object(MET)))["drift"]
    assert (told["status"], told["looks"][-1]["cohort"]) == ("recalibrate", MET.tally.cohorts[-1])
    assert sum(each["leads"] for each in told["looks"]) == MET.tally.totals[18:, 0].sum()


def test_what_is_over_is_said_beside_the_verdict() -> None:
    yes, no = [(100, 30), (300, 90), *[(100, 30)] * 9], [(900, 18), (700, 14), *[(900, 18)] * 9]
    found = find_drift(grid(), counted(yes, no))
    assert found.status == "keep"
    assert found.alarms == sum(found.frame()["status"] != "keep") == 1
    assert "in 1 of 11 cohorts" in found.why
    assert "in 1 of 11" in found.said(load("en"))
    assert find_drift(grid(), counted(yes[:1], no[:1])).why.endswith(
        "in 1 cohort since the calibration nothing moved beyond chance."
    )

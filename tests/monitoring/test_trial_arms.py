"""A trial file counted week by week."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from trial_case import trial_file

from calibrate import open_table
from calibrate.errors import CalibrateError, HistoryError, InputError, SettingsError
from calibrate.monitoring.trial_arms import ArmNames, _effect, arms

NAMES = ArmNames("grid", None, "day", "won_on", "id")


def test_a_file_is_counted_week_by_week(tmp_path: Path) -> None:
    file = trial_file(tmp_path / "trial.csv", extra="x1,2026-09-03,,\nx2,,new,\n")
    found = arms(open_table(file), NAMES, as_of=date(2026, 9, 21))
    assert (found.new, found.old, found.left_out, len(found.weeks)) == ("new", "old", 2, 3)
    rows = [line.split(",") for line in file.read_text().splitlines()[1:1501]]
    until = "2026-09-15"
    for arm, at in (("new", 0), ("old", 2)):
        there = [row for row in rows if row[2] == arm and row[1] < until]
        assert found.weeks[1][at] == len(there)
        assert found.weeks[1][at + 1] == sum(row[3] != "" and row[3] < until for row in there)


@pytest.mark.parametrize(
    ("extra", "names", "as_of", "error", "words"),
    [
        ("7,2026-09-03,old,\n7,2026-09-03,new,\n", NAMES, None, InputError, "in both arms"),
        ("0,2026-09-01,new,\n0,2026-09-01,old,\n", NAMES, None, InputError, "in both arms"),
        ("x,2026-09-03,third,\n", NAMES, None, InputError, "has 3: new, old, third"),
        ("", ArmNames("grid", None, "day", "won_on", new="nwe"), None, SettingsError, "Did you mean 'new'"),
        ("", ArmNames("gird", None, "day", "won_on"), None, InputError, "Did you mean 'grid'"),
        ("", ArmNames("grid", None, "day"), None, SettingsError, "--customer"),
        ("", NAMES, date(2026, 9, 4), HistoryError, "end of a whole week"),
    ],
)
def test_files_that_are_no_trial(
    tmp_path: Path, extra: str, names: ArmNames, as_of: date | None, error: type[CalibrateError], words: str
) -> None:
    with pytest.raises(error, match=words):
        arms(open_table(trial_file(tmp_path / "trial.csv", extra=extra)), names, as_of=as_of)


def companies_in_arms(together: bool, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Companies of three contacts that buy together: each in one arm, or each contact in an arm of its own."""
    group = np.repeat(np.arange(400), 3)
    new = rng.random(400)[group] < 0.5 if together else rng.random(1200) < 0.5
    return group, new, rng.random(400)[group] < 0.1


def test_contacts_of_one_company_in_one_arm_are_one_and_in_both_arms_they_are_many() -> None:
    rng = np.random.default_rng(11)
    group, new, bought = companies_in_arms(True, rng)
    assert _effect(group, new, bought) == pytest.approx(3, rel=0.15)
    group, new, bought = companies_in_arms(False, rng)
    assert _effect(group, new, bought) < 1.3

"""Trials: the plan against simulation, weekly looks that keep the chance, published bounds, files, counts."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from calibrate import open_table
from calibrate.errors import CalibrateError, HistoryError, InputError, SettingsError
from calibrate.monitoring.group_sequential import bounds, inflation, power, spent
from calibrate.monitoring.trial import Design, plan, power_of, read
from calibrate.monitoring.trial_arms import ArmNames, _effect, arms
from calibrate.report import trial_text as trialed
from calibrate.report.language import load


def test_bounds_of_the_literature() -> None:
    """O'Brien-Fleming spending, two-sided 5 %, five equal looks (Reboussin, DeMets, Kim and Lan 2000)."""
    share = np.arange(1, 6) / 5
    assert bounds(share, share) == pytest.approx([4.8769, 3.3569, 2.6803, 2.2898, 2.0310], abs=2e-4)
    assert bounds(np.array([1.0]), np.array([1.0])) == pytest.approx([1.95996], abs=1e-4)


def test_all_that_is_spent_is_the_chance() -> None:
    information, share = np.array([1.0, 5, 6, 20]), np.array([0.2, 0.4, 0.7, 1.0])
    assert power(information, bounds(information, share), 0.0) == pytest.approx(0.05, abs=1e-5)
    assert spent(share)[-1] == pytest.approx(0.05)


def test_a_look_without_news_has_no_bound_and_keeps_its_chance() -> None:
    limits = bounds(np.array([0.0, 2, 2, 4]), np.array([0.25, 0.5, 0.75, 1.0]))
    assert np.isinf(limits[[0, 2]]).all()
    assert limits[1] == pytest.approx(bounds(np.array([2.0, 4]), np.array([0.5, 1]))[0])


def statistics(rng: np.random.Generator, p_new: float, p_old: float, leads: int, weeks: int, trials: int) -> Any:
    new = rng.binomial(leads, p_new, (trials, weeks)).cumsum(axis=1)
    old = rng.binomial(leads, p_old, (trials, weeks)).cumsum(axis=1)
    count = leads * np.arange(1, weeks + 1)
    common = (new + old) / (2 * count)
    return (new - old) / count / np.sqrt(np.maximum(common * (1 - common) * 2 / count, 1e-12))


@pytest.mark.parametrize(("leads", "rate", "weeks"), [(50, 0.05, 6), (50, 0.2, 12), (400, 0.02, 6)])
def test_looking_every_week_keeps_the_chance_and_peeking_would_not(leads: int, rate: float, weeks: int) -> None:
    z = np.abs(statistics(np.random.default_rng(2), rate, rate, leads, weeks, 20_000))
    share = np.arange(1, weeks + 1) / weeks
    assert (z >= bounds(share, share)).any(axis=1).mean() <= 0.05 + 3 * 0.00154
    assert (z >= 1.96).any(axis=1).mean() > 0.12


def test_reading_keeps_the_chance_when_outcomes_come_late() -> None:
    """200 trials without a difference; customers close up to eight weeks after they came, arms of 30 and 70 %."""
    rng, stopped = np.random.default_rng(5), 0
    for _ in range(200):
        entered, new = rng.integers(0, 42, 600), rng.random(600) < 0.3
        closed = np.where(rng.random(600) < 0.15, entered + rng.integers(0, 56, 600), 999)
        rows = []
        for until in range(7, 85, 7):
            seen, won = entered < until, closed < until
            rows.append(tuple(int((part & arm).sum()) for arm in (new, ~new) for part in (seen, won)))
        stopped += read(rows, weeks=12).decision != "no_difference"
    assert stopped / 200 <= 0.05 + 2 * 0.0154


def test_the_plan_holds_in_simulation() -> None:
    design = Design(leads_per_month=1200, rate=0.1)
    promised = power_of(design, 6, 1.5)
    z = np.abs(statistics(np.random.default_rng(3), 0.15, 0.1, round(design.arms(1)[0]), 6, 20_000))
    share = np.arange(1, 7) / 6
    assert (z >= bounds(share, share)).any(axis=1).mean() == pytest.approx(promised, abs=0.015)


def test_what_looking_costs() -> None:
    assert inflation(1) == pytest.approx(1, abs=1e-3)
    assert 1 < inflation(6) < inflation(12) < 1.05


def test_a_plan() -> None:
    made = plan(Design(leads_per_month=400, rate=0.05), lift=1.5)
    assert made.weeks["weeks"].tolist() == [4, 6, 8, 12, 26, 52]
    assert made.weeks["detectable"].is_monotonic_decreasing
    assert made.weeks_needed == 34
    assert made.known_after_days == 132
    assert made.read_weeks == made.as_dict()["read_weeks"] == 19  # 18 weeks are 126 days
    assert "trial read --weeks 19." in " ".join(trialed.planned(made, load("fr")))
    assert power_of(made.design, 34, 1.5) >= 0.8 > power_of(made.design, 33, 1.5)
    assert "276 leads of the new grid meet 276" in str(made)
    shadow = plan(Design(leads_per_month=80, rate=0.2, mode="shadow", common=0.5))
    assert shadow.design.arms(6)[0] == pytest.approx(80 / 4.348 * 6 / 2, rel=1e-3)
    assert "harder on the new grid" in str(shadow)


def test_a_plan_that_no_trial_can_carry_out() -> None:
    assert plan(Design(leads_per_month=2, rate=0.05), lift=1.05).weeks_needed is None
    assert plan(Design(leads_per_month=1, rate=0.05)).detectable == 1.0
    for wrong in ({"rate": 5.0}, {"share": 1.0}, {"weeks": 0}, {"common": 1.0}, {"leads_per_month": 0.0}):
        with pytest.raises(SettingsError):
            Design(**{"leads_per_month": 100.0, "rate": 0.05, **wrong})  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match="a lift of 30 on a close rate of 5"):
        plan(Design(leads_per_month=100, rate=0.05), lift=30)


def test_decisions() -> None:
    even = [(100 * w, 10 * w, 100 * w, 10 * w) for w in range(1, 7)]
    assert read(even[:3], weeks=6).decision == "go_on"
    assert read(even, weeks=6).decision == "no_difference"
    worse = [(100 * w, 4 * w, 100 * w, 20 * w) for w in range(1, 7)]
    found = read(worse, weeks=6)
    assert (found.decision, found.decided.week) == ("old_better", 2)
    assert found.decided.high < 0
    late = [*even, (700, 170, 700, 70)]
    assert read(late, weeks=6).decision == "no_difference"  # after the end there is nothing left to spend


def test_counts_of_one_week_take_the_looks_before_as_paid() -> None:
    alone = read([(400, 40, 400, 20)], weeks=6, week=4)
    every = read([(100 * w, 10 * w, 100 * w, 5 * w) for w in range(1, 5)], weeks=6)
    assert alone.looks[-1].bound == pytest.approx(every.looks[-1].bound, abs=1e-3)
    assert read([(400, 60, 400, 20)], weeks=6, week=9).decision == "new_better"
    with pytest.raises(SettingsError, match="that cannot be"):
        read([(10, 11, 10, 1)], weeks=6)


@pytest.mark.parametrize("weeks", [521, 10**400])
def test_no_trial_outlives_ten_years(weeks: int) -> None:
    with pytest.raises(SettingsError, match="520 weeks at most"):
        read([(10, 1, 10, 1)], weeks=weeks)
    with pytest.raises(SettingsError, match="520 weeks at most"):
        read([(10, 1, 10, 1)], weeks=6, week=weeks)
    with pytest.raises(SettingsError, match="520 weeks at most"):
        Design(leads_per_month=100, rate=0.05, weeks=weeks)


def trial_file(path: Path, *, lift: float = 2.5, extra: str = "") -> Path:
    rng = np.random.default_rng(0)
    lines = ["id,day,grid,won_on"]
    for i in range(1500):
        day, new = np.datetime64("2026-09-01") + i // 30, rng.random() < 0.5
        won = str(day + int(rng.integers(0, 10))) if rng.random() < 0.07 * (lift if new else 1) else ""
        lines.append(f"{i},{day},{'new' if new else 'old'},{won}")
    path.write_text("\n".join(lines) + "\n" + extra)
    return path


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


def test_the_commands(tmp_path: Path, call: Any) -> None:
    code, out, _ = call("trial", "plan", "--leads", "400", "--rate", "0.05", "--lift", "1.5")
    assert code == 0
    assert "it takes 34 weeks for 80%" in out
    code, out, _ = call("trial", "plan", "--leads", "2", "--rate", "0.05", "--mode", "shadow", "--json")
    assert json.loads(out)["mode"] == "shadow"
    file = str(trial_file(tmp_path / "trial.csv"))
    words = ("--arm", "grid", "--customer-at", "won_on", "--created-at", "day", "--lead-id", "id", "--weeks", "8")
    code, out, _ = call("trial", "read", file, *words)
    assert code == 0
    assert "The new grid closes more, and the trial may stop" in out
    found = json.loads(call("trial", "read", file, *words, "--json")[1])
    assert found["decision"] == "new_better"
    assert found["looks"][0]["week"] == 1
    code, out, _ = call("trial", "read", "--new-counts", "35/400", "--old-counts", "20/410", "--week", "4")
    assert "Go on: after 4 of 6 weeks" in out
    code, out, _ = call(
        "trial", "read", "--new-counts", "35/400", "--old-counts", "20/410", "--week", "4", "--lang", "fr"
    )
    assert "Continuer : après 4 semaines sur 6, rien n’est tranché" in out and "nouvelle grille" in out
    assert "35 sur 400" in out
    code, out, _ = call("trial", "plan", "--leads", "400", "--rate", "0.05", "--mode", "shadow", "--lang", "fr")
    assert code == 0 and "plus petit taux détecté" in out and "un essai à blanc est donc plus sévère" in out
    assert call("trial", "plan", "--leads", "400", "--rate", "0.05", "--lang", "xx")[0] == 2
    for wrong in (("35", "20/410"), ("50/40", "20/410")):
        code, _, err = call("trial", "read", "--new-counts", wrong[0], "--old-counts", wrong[1], "--week", "4")
        assert code == 2
        assert "calibrate:" in err
    assert call("trial", "read", file)[0] == 2


@pytest.mark.parametrize(
    "counts", [[(400, 35, 410, 20)], [(400, 60, 410, 20)], [(400, 20, 410, 60)], [(400, 30, 410, 29)] * 6]
)
def test_english_words_say_what_the_library_says(counts: list[tuple[int, int, int, int]]) -> None:
    found = read(counts, weeks=6)
    said = trialed.reading(found, load("en")).replace("\u00a0", " ").replace("\u2212", "-")

    def bare(text: str) -> list[str]:
        return re.findall(r"[A-Za-z]+|[\d.,%]+", text.replace("-", " ").replace(" to ", " ").replace(" of ", " "))

    assert sorted(bare(said)) == sorted(bare(found.why.replace("/", " ")))
    design = Design(leads_per_month=400, rate=0.05, mode="shadow")
    made = plan(design, lift=1.5)
    assert [text.replace("\u00a0", " ") for text in trialed.planned(made, load("en"))] == list(made.sentences)


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


def test_a_design_effect_widens_a_trial_and_its_plan() -> None:
    alone, together = (read([(400, 40, 400, 20)], weeks=1, effect=effect).looks[0] for effect in (1.0, 4.0))
    assert together.z == pytest.approx(alone.z / 2)
    assert together.high - together.low == pytest.approx(2 * (alone.high - alone.low))
    design = Design(leads_per_month=800, rate=0.05)
    doubled = Design(leads_per_month=1600, rate=0.05, design_effect=2)
    assert power_of(design, 6, 1.5) == pytest.approx(power_of(doubled, 6, 1.5))

"""Fading signals: the fit finds the rule that made the data, and none where nothing fades."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from page_case import opened

from calibrate.cli.app import main
from calibrate.engine import Session
from calibrate.errors import GridError
from calibrate.export import json as grid_json
from calibrate.funnel.fading import STEP, Fading, Looks, fade, fading_of, with_rules
from calibrate.grid.grid import Band, Expiry, Grid
from calibrate.leads.columns.fine_classing import named_levels
from calibrate.leads.events import EventNames
from calibrate.leads.history import observe
from calibrate.leads.terms import Terms
from calibrate.scoring.rows import score_file
from calibrate.simulated_leads import simulate

NAMES = EventNames("lead", "at", "type")


def made(kind: str, days: float, seed: int = 1, leads: int = 30000, strength: float = 1.6) -> Looks:
    """Thirteen looks at leads of whom 40 % did a thing at a random age, closing as a rule says."""
    random = np.random.default_rng(seed)
    total, won = np.zeros(13), np.zeros(13)
    parts = []
    for look in range(13):
        did = random.random(leads // 13) < 0.4
        age = random.integers(0, 14 * (look + 1) + 1, leads // 13)
        left = np.maximum(0, 1 - age / days) if kind == "percent" else (age < days).astype(float)
        signs = random.random(leads // 13) < 0.03 * np.exp(strength * left * did)
        total[look], won[look] = len(did), signs.sum()
        for each in np.unique(age[did]):
            mine = did & (age == each)
            parts.append((look, each, mine.sum(), (mine & signs).sum()))
    look_, age_, n, k = (np.array(column) for column in zip(*parts, strict=True))
    return Looks(total, won, look_.astype(np.intp), age_.astype(np.int64), n.astype(float), k.astype(float))


@pytest.mark.parametrize("kind", ["percent", "days"])
@pytest.mark.parametrize("days", [45, 90])
def test_the_rule_that_made_the_data_is_found(kind: str, days: int) -> None:
    found = fading_of("x", made(kind, days))
    assert (found.why, found.kind) == ("fades", kind)
    assert found.low is not None
    assert found.low <= days <= (found.high or 9999)
    assert found.lift_low <= np.exp(1.6) <= found.lift_high
    if kind == "percent":
        assert found.percent is not None
        assert found.percent % 5 == 0
        assert found.percent_low is not None
        assert found.percent_high is not None
        assert found.percent_low <= 100 * (found.every_days or 0) / days <= found.percent_high


def test_the_interval_holds_the_truth_nineteen_times_in_twenty() -> None:
    held = []
    for seed in range(40):
        found = fading_of("x", made("percent", 80, seed=100 + seed))
        held.append(found.why == "fades" and (found.low or 0) <= 80 <= (found.high or 9999))
    assert sum(held) >= 34


def test_what_lasts_gets_no_rule_and_what_means_nothing_none_either() -> None:
    lasting = [fading_of("x", made("percent", 1e9, seed=s)).why for s in range(20)]
    assert lasting.count("lasts") >= 17
    weak = [fading_of("x", made("percent", 60, seed=s, strength=0.0)).why for s in range(20)]
    assert weak.count("weak") >= 17
    assert fading_of("x", made("percent", 60, leads=300)).why == "few"


def test_ages_by_pencil() -> None:
    # one look: 100 leads, 10 sign; 20 did it 3 days ago and 4 of them sign; 30 did it 40 days ago, 2 of them sign
    looks = Looks(np.array([100.0]), np.array([10.0]), np.array([0, 0]), np.array([3, 40]), np.array([20.0, 30.0]),
                  np.array([4.0, 2.0]))  # fmt: skip
    ages = {(age.low, age.high): age for age in fading_of("x", looks).ages}
    fresh, old = ages[0, 6], ages[30, 59]
    assert (fresh.looks, fresh.customers) == (20, 4)
    assert fresh.ratio == pytest.approx((4 / 20) / (4 / 50))  # 50 never did it, 4 of them sign
    assert old.ratio == pytest.approx((2 / 30) / (4 / 50))
    assert fresh.ratio_low < fresh.ratio < fresh.ratio_high


def test_looks_are_counted_as_known_at_the_time(tmp_path: Path) -> None:
    start = pd.Timestamp("2025-01-01")
    leads = pd.DataFrame(
        {"lead_id": ["a", "b", "c"], "created_at": start, "customer_at": [start + pd.Timedelta(days=30), None, None]}
    )
    events = pd.DataFrame([("a", start + pd.Timedelta(days=5), "x"), ("a", start + pd.Timedelta(days=29), "x"),
                           ("b", start + pd.Timedelta(days=20), "x"), ("c", start - pd.Timedelta(days=1), "x")],
                          columns=["lead", "at", "type"])  # fmt: skip
    many = pd.concat([leads] + [leads.assign(lead_id=leads["lead_id"] + str(i)) for i in range(30)])
    many.to_csv(tmp_path / "leads.csv", index=False)
    events.to_csv(tmp_path / "events.csv", index=False)
    session = Session()
    table = session.open(tmp_path / "leads.csv")
    terms = Terms(created_at="created_at", customer_at="customer_at", lead_id="lead_id", as_of=date(2025, 12, 31))
    history = observe(table, (), terms)
    (found,) = fade(history, session.open(tmp_path / "events.csv"), NAMES, ["x"])
    # a is looked at on days 14 (event of day 5: age 9) and 28 (age 23); it signs on day 30, within the second look.
    # Its event of day 29 is never seen. b: first seen on day 28 (age 8), then 22, 36, ... until day 182.
    assert sum(age.looks for age in found.ages) == found.looks == 2 + 12
    assert found.customers == 1
    by_age = {age.low: (age.looks, age.customers) for age in found.ages}
    assert by_age[7] == (2, 0)
    assert by_age[14] == (2, 1)
    assert STEP == 14


def test_rules_stand_on_lines_with_points_that_mean_the_signal() -> None:
    demo = named_levels("demo (events)", cuts=[1, 3], axis="engagement")
    sector = named_levels("sector", groups={"Steel": ["Steel"]})
    grid = Grid("g", "lift", (demo, sector), ((-2, 5, 9, 0, 0), (3, 0, 0)))
    gradual = Fading("demo", 100, 50, (), "fades", kind="percent", days=60, percent=50, every_days=30)
    gradually = {"percent": 50, "every_days": 30, "dated": "demo (last event)"}
    assert with_rules(grid, [gradual]).expiry == (
        Expiry("demo (events)", "1-2", **gradually), Expiry("demo (events)", "3+", **gradually),
    )  # fmt: skip
    at_once = Fading("demo", 100, 50, (), "fades", kind="days", days=45)
    assert with_rules(grid, [at_once]).expiry[0] == Expiry("demo (events)", "1-2", days=45, dated="demo (last event)")
    assert with_rules(grid, [Fading("demo", 100, 50, (), "lasts")]).expiry == ()


def aging() -> Grid:
    demo = named_levels("demo (events)", cuts=[1, 3], axis="engagement")
    trial = named_levels("trial", groups={"yes": ["yes"]}, axis="engagement")
    page = named_levels("page (events)", cuts=[1], axis="engagement")
    return Grid(
        "aging", "lift", (demo, trial, page), ((0, 15, 20, 0, 0), (7, 0, 0), (0, -5, 0, 0)),
        bands=(Band("call", 20, "call now"),),
        expiry=(
            Expiry("demo (events)", "1-2", percent=30, every_days=30, dated="demo (last event)"),
            Expiry("trial", "yes", days=60, dated="trial_at"),
            Expiry("page (events)", "1+", percent=50, every_days=7, dated="page (last event)"),
        ),
        provenance={"lead_id": "id", "created_at": "created", "events_at": "at", "events_type": "type"},
    )  # fmt: skip


def test_a_lead_is_scored_at_any_moment_by_pencil() -> None:
    lead = {"demo (events)": 1, "demo (last event)": "2025-03-10", "trial": "yes", "trial_at": date(2025, 3, 1)}
    scores = [aging().score(lead, date(2025, 3, 10) + timedelta(days=days)) for days in (0, 29, 30, 51, 60, 90, 120)]
    # demo: 15, 15, 15 * 0.7 = 10.5 -> 11, 11, 6, 2 (1.5), 0; trial: 7 until its 60th day, 30 April (51 days on)
    assert scores == [22, 22, 18, 11, 6, 2, 0]
    assert aging().score(lead) == 22
    assert aging().score({**lead, "demo (last event)": None}, date(2026, 1, 1)) == 15  # no date: nothing is taken back
    assert [aging().band(lead, date(2025, month, 10)) for month in (3, 5)] == ["call", ""]


def test_the_engine_scores_every_day_as_the_grid_does(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    start = np.datetime64("2025-01-01")
    leads = pd.DataFrame({"id": [f"L{i}" for i in range(60)], "created": start + random.integers(0, 60, 60)})
    leads["trial"] = random.choice(["yes", ""], 60)
    leads["trial_at"] = np.where(leads["trial"] == "yes", leads["created"] + pd.Timedelta(days=3), np.datetime64("NaT"))
    who = random.integers(0, 60, 150)
    events = pd.DataFrame({"id": leads["id"].to_numpy()[who], "type": random.choice(["demo", "page"], 150)})
    events["at"] = leads["created"].to_numpy()[who] + random.integers(0, 90, 150).astype("timedelta64[D]")
    leads.to_csv(tmp_path / "leads.csv", index=False)
    events.to_csv(tmp_path / "events.csv", index=False)
    aged: list[str] = []
    for day in (date(2025, 2, 1), date(2025, 3, 15), date(2025, 7, 1)):
        score_file(aging(), str(tmp_path / "leads.csv"), str(tmp_path / "out.csv"),
                   events=str(tmp_path / "events.csv"), at=day)  # fmt: skip
        found = pd.read_csv(tmp_path / "out.csv")
        known = events[events["at"] <= pd.Timestamp(day)]
        for row, lead in zip(found.itertuples(), leads.to_dict("records"), strict=True):
            mine = known[known["id"] == lead["id"]]
            for kind in ("demo", "page"):
                last = mine.loc[mine["type"] == kind, "at"].max()
                lead |= {f"{kind} (events)": int((mine["type"] == kind).sum()), f"{kind} (last event)": last}
            assert row.score == aging().score(lead, day), (day, lead)
            told = [] if pd.isna(row.reasons) else re.findall(r"\(([+-]\d+)\)", row.reasons)
            assert sum(map(int, told)) == row.score, (day, row.reasons)  # three lines at most: all are told
            aged += [text for text in told if text not in ("+15", "+7")]
    assert len(aged) > 10


def test_rules_travel_with_the_grid_file() -> None:
    assert grid_json.read(grid_json.write(aging()), "aging.json").expiry == aging().expiry
    plain = replace(aging(), expiry=(Expiry("trial", "yes", days=60),))
    assert "dated" not in grid_json.write(plain)


def test_a_rule_without_its_dates_is_refused(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text("id,created,demo (events),page (events),trial\na,2025-01-01,1,1,yes\n")
    with pytest.raises(GridError, match=r"the expiry of 'demo \(events\)' needs: .*add --events FILE"):
        score_file(aging(), str(tmp_path / "leads.csv"), str(tmp_path / "out.csv"), at=date(2025, 2, 1))


def test_a_run_gives_its_grids_the_rules_it_was_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = simulate(leads=1500, months=14, rate=0.3, seed=6)
    columns = ["lead_id", "created_at", "customer_at", "sector", "role", "mailbox"]
    made.leads[columns].to_csv(tmp_path / "leads.csv", index=False)
    made.events.to_csv(tmp_path / "events.csv", index=False)
    (tmp_path / "calibration.toml").write_text(
        'schema = 1\n[data]\nfile = "leads.csv"\n[events]\nfile = "events.csv"\n[candidates]\nmethods = ["lift"]\n'
        f'expiry = true\n[report]\nout = "out"\n[time]\nas_of = {made.as_of}\n',
        encoding="utf-8",
    )
    with pytest.raises(SystemExit) as left:
        main(["run", str(tmp_path / "calibration.toml"), "--json"])
    assert left.value.code == 0
    found = json.loads(capsys.readouterr().out)
    fading_ = {each["signal"] for each in found["expiry"] if each["why"] == "fades"}
    assert "pricing_page" in fading_  # in this world customers go on looking at prices until they sign
    path = Path(found["report"]) / found["candidates"][0]["grid"]
    grid = grid_json.read(path.read_text(encoding="utf-8"), "lift")
    assert {rule.dated for rule in grid.expiry} <= {f"{signal} (last event)" for signal in fading_}
    assert grid.expiry
    page = opened((Path(found["report"]) / "review.html").read_text(encoding="utf-8"))
    assert "How signals fade" in page
    scored = []
    for day in ("2025-02-28", "2027-12-31"):
        arguments = ["score", str(path), str(tmp_path / "leads.csv"), "--events", str(tmp_path / "events.csv")]
        with pytest.raises(SystemExit) as left:
            main([*arguments, "--at", day, "--out", str(tmp_path / "scored.csv")])
        assert left.value.code == 0
        scored.append(pd.read_csv(tmp_path / "scored.csv")["score"].mean())
    assert scored[1] < scored[0]  # nothing new in two years: points have been taken back


def side(*, fades: bool, scale: float = 1.0) -> Looks:
    """Thirteen looks at 4,000 leads of which 2 % close at each; a signal lifts that four times, for 40 days or on."""
    look = np.repeat(np.arange(13), 26)
    age = np.tile(np.arange(26) * 7, 13)
    leads = np.full(len(look), 30.0) * scale
    lift = np.where((age < 40) | (not fades), 4.0, 1.0)
    customers = leads * 0.02 * lift
    never = 4000 * scale
    total = np.full(13, never) + np.bincount(look, leads)
    won = np.full(13, 0.02 * never) + np.bincount(look, customers)
    return Looks(total, won, look, age, leads, customers)


def added(*parts: Looks) -> Looks:
    total, won = (sum(getattr(part, name) for part in parts) for name in ("total", "won"))
    cells = (np.concatenate([getattr(part, name) for part in parts]) for name in ("look", "age", "leads", "customers"))
    return Looks(total, won, *cells)


def test_a_rule_is_judged_by_the_closings_of_later_leads() -> None:
    """What faded among the earlier leads and lasts among the later ones gets no rule; what fades among both does."""
    earlier, same, lasting = side(fades=True), side(fades=True, scale=0.6), side(fades=False, scale=0.6)
    assert fading_of("demo", added(earlier, same), earlier, same).why == "fades"
    assert fading_of("demo", added(earlier, lasting)).why == "fades"  # all together it seems to
    told = fading_of("demo", added(earlier, lasting), earlier, lasting)
    assert (told.why, told.days, told.percent) == ("lasts", None, None) and told.lift > 2
    few = side(fades=False, scale=0.005)
    assert fading_of("demo", added(earlier, few), earlier, few).why == "fades"  # too few to judge by

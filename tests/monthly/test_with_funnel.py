"""What dates, amounts and the worked column tell: in run.json and on the page, in every language."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from page_case import opened

from calibrate import language as words
from calibrate.export import json as grid_json
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Grid
from calibrate.monthly import run as monthly
from calibrate.monthly.settings import settings_from
from calibrate.report import page, run_json
from calibrate.report.review import Review
from calibrate.simulated_leads import simulate


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Review:
    made = simulate(leads=2500, months=16, rate=0.2, selection=0.7, events=False, seed=12)
    folder = tmp_path_factory.mktemp("times")
    columns = ["lead_id", "created_at", "customer_at", "mql_at", "sql_at", "opportunity_at", "amount",
               "worked_by_sales", "sector", "role", "demo_request"]  # fmt: skip
    made.leads[columns].to_csv(folder / "leads.csv", index=False)
    asked = settings_from(
        {
            "data": {"file": str(folder / "leads.csv")},
            "outcome": {"value": "amount", "worked": "worked_by_sales"},
            "time": {"as_of": made.as_of, "observe_days": 7},
            "candidates": {"methods": ["lift", "logistic"]},
        }
    )
    return monthly.review(monthly.read_rows(asked))


def test_run_json_tells_the_time_to_close(review: Review) -> None:
    found = json.loads(json.dumps(run_json.run_object(review)))
    closing = found["closing"]
    assert closing["closings"] <= closing["leads"] == 2500
    assert 0.8 < closing["captured"] <= 1
    assert closing["proposed_days"] % 7 == 0
    shares = [point["share"] for point in closing["curve"]]
    assert shares == sorted(shares)
    windows = {window["days"]: window for window in closing["windows"]}
    assert sorted(windows) == [30, 60, 90, 180]
    assert [days for days, window in windows.items() if window["used"]] == [90]
    assert (windows[90]["leads"], windows[90]["customers"]) == review.tally.overall
    assert windows[30]["customers"] < windows[90]["customers"]  # fewer have signed by then
    assert windows[30]["leads"] > windows[180]["leads"]  # and more leads are old enough
    ranks = {each["name"]: each["metrics"]["auc"]["value"] for each in found["candidates"]}
    assert windows[90]["auc"]["value"] == max(ranks.values()) == ranks[windows[90]["grid"]]
    assert {window["grid"] for window in windows.values() if window["auc"]} <= set(ranks)
    assert 0.5 < windows[60]["auc"]["low"] < windows[60]["auc"]["value"] < windows[60]["auc"]["high"] < 1


def test_run_json_tells_stages_value_and_worked_leads(review: Review) -> None:
    found = json.loads(json.dumps(run_json.run_object(review)))
    steps = found["stages"]["steps"]
    assert [step["stage"] for step in steps] == ["marketing_qualified", "sales_qualified", "opportunity", "customer"]
    reached = [step["of_leads"]["customers"] for step in steps]
    assert reached == sorted(reached, reverse=True)
    assert sum(cohort["leads"] for cohort in found["stages"]["cohorts"]) == steps[0]["of_leads"]["leads"]
    value = found["value"]
    assert value["customers"] == found["overall"]["customers"]
    demo = {each["level"].casefold(): each for each in value["levels"] if each["criterion"] == "demo_request"}
    assert demo["true"]["lift"] > 1 > demo["false"]["lift"]
    assert sum(each["value"] for each in demo.values()) == pytest.approx(value["total"])
    worked = found["worked"]
    assert worked["differs"]
    assert worked["worked"]["leads"] + worked["others"]["leads"] == found["overall"]["leads"]
    assert "selection" in [warning["key"] for warning in found["warnings"]]
    columns = {criterion["column"] for criterion in found["criteria"]}
    assert not columns & {"amount", "worked_by_sales", "mql_at"}  # they have a part of their own, none as criteria


def test_who_names_the_creation_date_need_not_name_the_closing_date(tmp_path: Path) -> None:
    lines = [f"{i},2024-01-{1 + i % 28:02d},{'2024-02-20' if i % 5 == 0 else ''},{'ab'[i % 2]}" for i in range(60)]
    (tmp_path / "l.csv").write_text("id,entered,closed_at,x\n" + "\n".join(lines), encoding="utf-8")
    asked = settings_from({"data": {"file": str(tmp_path / "l.csv")},
                      "time": {"created_at": "entered", "as_of": date(2024, 12, 31)}})  # fmt: skip
    assert monthly.read_rows(asked).tally.overall == (60, 12)


def test_another_window_may_have_another_best_grid(tmp_path: Path) -> None:
    """Two grids that praise opposite levels: one is right about who signs soon, the other about who signs at all."""
    start, rows = date(2024, 1, 1), ["lead,created_at,customer_at,hurry"]
    for i in range(1800):
        hurry, day = i % 2, start + timedelta(days=i // 3)
        signs = i % 10 == 1 if hurry else i % 10 in (0, 2, 4)  # 20 % of those in a hurry, 60 % of the others
        closed = (day + timedelta(days=10 if hurry else 70)).isoformat() if signs else ""
        rows.append(f"{i},{day},{closed},{'yes' if hurry else 'no'}")
    (tmp_path / "leads.csv").write_text("\n".join(rows), encoding="utf-8")
    grids = {}
    for name, points in (("soon", (9, 0, 0, 0)), ("ever", (0, 9, 0, 0))):
        asks = Criterion("hurry", "hurry", "text", "fit", (Level("yes", values=("yes",)), Level("no", values=("no",)),
                          Level("missing", "missing"), Level("other", "other")), reference="no")  # fmt: skip
        (tmp_path / f"{name}.json").write_text(grid_json.write(Grid(name, "meeting", (asks,), (points,))), "utf-8")
        grids[name] = str(tmp_path / f"{name}.json")
    asked = settings_from(
        {"data": {"file": str(tmp_path / "leads.csv")}, "candidates": {"methods": [], "grids": grids}}
    )
    found = monthly.review(monthly.read_rows(asked))
    assert found.funnel.closing is not None
    assert {w.days: w.grid for w in found.funnel.closing.windows} == {30: "soon", 60: "soon", 90: "ever", 180: "ever"}


@pytest.mark.parametrize("language", words.known())
def test_the_page_has_a_section_for_it(review: Review, language: str) -> None:
    said = words.load(language)
    text = opened(page.page_text(review, said))
    assert 'id="time"' in text
    for key in ("time.windows", "time.stages", "time.value", "time.worked", "time.worked_differs"):
        assert str(said(key)).replace("'", "’")[:30] in text.replace("&#39;", "’").replace("'", "’")

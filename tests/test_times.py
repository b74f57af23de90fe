"""What dates, amounts and the worked column tell: in run.json and on the page, in every language."""

from __future__ import annotations

import json

import pytest

from calibrate import monthly
from calibrate.report import page, run_json, words
from calibrate.review import Review
from calibrate.settings import settings
from calibrate.simulate import simulate


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Review:
    made = simulate(leads=2500, months=16, rate=0.2, selection=0.7, events=False, seed=12)
    folder = tmp_path_factory.mktemp("times")
    columns = ["lead_id", "created_at", "customer_at", "mql_at", "sql_at", "opportunity_at", "amount",
               "worked_by_sales", "sector", "role", "demo_request"]  # fmt: skip
    made.leads[columns].to_csv(folder / "leads.csv", index=False)
    asked = settings(
        {
            "data": {"file": str(folder / "leads.csv")},
            "outcome": {"value": "amount", "worked": "worked_by_sales"},
            "time": {"as_of": made.as_of, "observe_days": 7},
            "candidates": {"methods": ["lift"]},
        }
    )
    return monthly.review(monthly.read_rows(asked))


def test_run_json_tells_the_time_to_close(review: Review) -> None:
    found = json.loads(json.dumps(run_json.run_json(review)))
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
    assert windows[90]["auc"]["value"] == found["candidates"][0]["metrics"]["auc"]["value"]
    assert 0.5 < windows[60]["auc"]["low"] < windows[60]["auc"]["value"] < windows[60]["auc"]["high"] < 1


def test_run_json_tells_stages_value_and_worked_leads(review: Review) -> None:
    found = json.loads(json.dumps(run_json.run_json(review)))
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


@pytest.mark.parametrize("language", words.known())
def test_the_page_has_a_section_for_it(review: Review, language: str) -> None:
    said = words.load(language)
    text = page.page(review, said)
    assert 'id="time"' in text
    for key in ("time.windows", "time.stages", "time.value", "time.worked", "time.worked_differs"):
        assert str(said(key)).replace("'", "’")[:30] in text.replace("&#39;", "’").replace("'", "’")

"""Audit, cost of constraints and grids nearly as good: on the page, in the workbook and in `run.json`."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from page_case import Text, opened, unfold
from page_case import browser as browser
from page_case import visit as visit
from report_case import HOSTILE, hostile, review

from calibrate.evaluation.audit import findings
from calibrate.evaluation.constraint_costs import Cost, Costs
from calibrate.evaluation.metrics import Estimate
from calibrate.grid.grid import Grid
from calibrate.language import load
from calibrate.report import folder, run_json, tables
from calibrate.report.page import page_text
from calibrate.report.review import Candidate, Review, Robustness
from calibrate.report.workbook import workbook_of
from calibrate.weights.search.bound import Bound

__all__ = ["browser", "visit"]


def with_points(grid: Grid, name: str, level: str, points: int) -> Grid:
    rows = tuple(
        tuple(points if (c.name, each.name) == ("role", level) else p for each, p in zip(c.levels, row, strict=True))
        for c, row in zip(grid.criteria, grid.points, strict=True)
    )
    return replace(grid, name=name, points=rows)


def cost(key: str, facts: dict[str, str | int | float], gap: Estimate) -> Cost:
    return Cost(key, facts, {"auc": Estimate(0.845, 0.83, 0.86), "log_loss": Estimate(0.131, 0.12, 0.14)},
                {"auc": gap, "log_loss": Estimate(0.0, 0.0, 0.0)})  # fmt: skip


def checked(found: Review) -> Review:
    """The review with everything that this room shows, on its third candidate: a sparse grid that student dominates."""
    first, second, third, last = found.candidates
    grid = with_points(third.grid, third.name, "missing", 99)
    grid = replace(grid, provenance={**grid.provenance, "log_loss_rounded": 0.125})
    near = with_points(grid, f"{third.name}-2", "missing", 98)
    near = replace(near, provenance={**near.provenance, "log_loss_rounded": 0.126})
    sparse = replace(third, method="sparse", grid=grid, findings=findings(grid))
    costs = Costs(first.name, (
        cost("pin_by", {"criterion": "role", "level": "missing", "points": 99, "who": f"Ana {HOSTILE}"},
             Estimate(-0.012, -0.02, -0.004)),
        cost("cap", {"points": 1}, Estimate(0.001, -0.004, 0.006)),
        cost("all", {"count": 2}, Estimate(0.0, 0.0, 0.0)),
    ), left_out=3)  # fmt: skip
    return replace(
        found, candidates=(first, second, sparse, last), robustness=Robustness(
            costs, (Candidate(near.name, "sparse", near, sparse.scores),), Bound(95.0, 100.0, 12, 50, False)
        ),
    )  # fmt: skip


CHECKED = checked(review(4000))
ENGLISH, FRENCH = (Text(page_text(CHECKED, load(language))).text for language in ("en", "fr"))


def test_constraints_stand_with_what_they_cost() -> None:
    assert "role: not given pinned at +99 by Ana" in ENGLISH
    assert "▼ worse −0.012 −0.020 to −0.004" in ENGLISH
    assert "at most 1 point a line = no clear difference +0.001 −0.004 to +0.006" in ENGLISH
    assert "all 2 constraints together = no clear difference 0.000 =" in ENGLISH  # exact: no interval
    assert "3 more constraints were not judged one by one." in ENGLISH
    assert "role : non renseigné imposé à +99 par Ana" in FRENCH
    assert "1 point au plus par ligne" in FRENCH and "les 2 contraintes, ensemble" in FRENCH
    assert "3 autres contraintes n’ont pas été jugées une à une." in FRENCH


def test_without_constraints_there_is_no_such_section() -> None:
    source = opened(page_text(replace(CHECKED, robustness=replace(CHECKED.robustness, costs=None)), load("en")))
    assert 'id="constraints"' not in source and 'href="#constraints"' not in source
    assert 'id="audit"' in source


def test_findings_stand_under_their_grid() -> None:
    at = ENGLISH.index("The usual mistakes, looked for", ENGLISH.index("Each grid is searched") - 60)
    told = ENGLISH[at : at + 900]
    assert "logistic nothing found" in told
    assert "lift 1 finding One line dominates role = not given gives 99 of at most" in told
    assert "Cap it (--cap)" in told
    assert "Une ligne écrase les autres role = non renseigné donne 99 des" in FRENCH
    assert "lift 1 constat" in FRENCH and "logistic rien à signaler" in FRENCH
    assert "Usual mistakes found thin lines, one line that dominates, double counting … 0 0 1 0" in ENGLISH


def test_the_sparse_grid_says_its_room_and_its_rivals() -> None:
    room = "no grid on at most 12 criteria could lower the log-loss by more than 5.0%, whatever its points"
    assert ENGLISH.count(room) == 1
    assert "grids/lift-2.json" in ENGLISH and "+0.80%" in ENGLISH
    assert "role: not given +99 → +98" in ENGLISH
    assert "aucune grille d’au plus 12 critères ne réduirait la perte logarithmique de plus de 5,0 %" in FRENCH
    assert "role : non renseigné +99 → +98" in FRENCH
    assert "--grid lift-2=grids/lift-2.json" in FRENCH
    bare = Text(page_text(replace(CHECKED, robustness=Robustness(CHECKED.robustness.costs)), load("en"))).text
    assert "Grids nearly as good" not in bare and "Room left" not in bare


def test_how_far_points_can_be_trusted_stands_beside_them() -> None:
    first = CHECKED.candidates[0]
    evidence = tuple(tuple(replace(e, points_kept=0.64) for e in row) for row in first.grid.evidence)
    found = replace(CHECKED, candidates=(replace(first, grid=replace(first.grid, evidence=evidence)),))
    for language, told in (("en", "points 64%"), ("fr", "points 64 %")):
        assert told in Text(page_text(found, load(language))).text
    assert "points 64" not in ENGLISH


def test_french_is_french_here_too() -> None:
    start = FRENCH.index("« logistic » refaite sans chaque contrainte")
    told = FRENCH[start : FRENCH.index("L’épreuve des leads suivants", start)]
    assert "Que faire" in told
    assert not re.search(r"\b(finding|pinned|found|constraints|room|nearly|without|leads closed)\b", told, re.I)


def test_run_json_has_it_all() -> None:
    found = json.loads(run_json.dump(run_json.run_object(CHECKED)))
    told = found["constraints"]
    assert (told["candidate"], told["left_out"], len(told["each"])) == ("logistic", 3, 3)
    assert told["each"][0]["difference"]["auc"] == {"value": -0.012, "low": -0.02, "high": -0.004}
    assert told["each"][0]["what"].startswith("role: not given pinned at +99 by Ana") or told["each"][0]["facts"]
    by_name = {each["name"]: each for each in found["candidates"]}
    assert [each["key"] for each in by_name["lift"]["findings"]] == ["dominant_line"]
    assert by_name["lift"]["findings"][0]["what"] == "One line dominates"
    assert by_name["logistic"]["findings"] == [] and by_name["logistic"]["room"] is None
    assert by_name["lift"]["room"] == {
        "loss": 95.0, "best": 100.0, "criteria": 12, "fits": 50, "closed": False, "left": 0.05,
    }  # fmt: skip
    (near,) = by_name["lift"]["near_equal"]
    assert (near["name"], near["grid"], near["log_loss_more"]) == ("lift-2", "grids/lift-2.json", 0.008)
    assert near["changes"] == [{"criterion": "role", "level": "missing", "old": 99, "new": 98}]
    assert near["steps"] == by_name["lift"]["steps"]
    bare = run_json.run_object(review(4000))
    assert bare["constraints"] is None and bare["candidates"][0]["near_equal"] == []


def test_the_workbook_has_it_all(tmp_path: Path) -> None:
    (tmp_path / "review.xlsx").write_bytes(workbook_of(CHECKED, load("fr")))
    book = openpyxl.load_workbook(tmp_path / "review.xlsx")
    head, *rows = list(book["Contraintes"].iter_rows(min_row=3, values_only=True))
    assert head[3] == "Écart" and rows[0][3:] == (-0.012, -0.02, -0.004) and "imposé à +99" in rows[0][0]
    audit = {row[0]: row[1] for row in book["Audit"].iter_rows(min_row=2, values_only=True)}
    assert audit["lift"] == "Une ligne écrase les autres" and audit["logistic"] == "rien à signaler"
    assert list(book["Presque aussi bonnes"].iter_rows(min_row=2, values_only=True)) == [
        ("lift-2", CHECKED.robustness.near[0].grid.lines, pytest.approx(0.008), "role", "non renseigné", 99, 98)
    ]
    assert "Points stables" in [cell.value for cell in book["Points logistic"][3]]


def test_near_grids_have_files_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "pictures_of", lambda *_: {})
    files = {each.name: each.name for each in (*CHECKED.candidates, *CHECKED.robustness.near)}
    folder.write(CHECKED, tmp_path / "month", ["en"], settings_text="", grid_files=files)
    assert (tmp_path / "month/grids/lift-2.json").read_text() == "lift-2"
    clash = replace(CHECKED, candidates=tuple(replace(c, name="lift-2") if c.name == "cautious" else c
                                              for c in CHECKED.candidates))  # fmt: skip
    assert len(set(tables.grid_files(clash).values())) == len(tables.grid_files(clash))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_it_fits_a_projector_and_hostile_names_stay_dead(visit, language: str) -> None:
    sheet = visit(page_text(checked(hostile()), load(language)))
    wide = "[...document.querySelectorAll('table')].filter(t => t.offsetWidth > t.parentElement.clientWidth + 1)"
    assert sheet.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert sheet.title() != "owned" and sheet.locator("img").count() == 0
    sheet = visit(page_text(CHECKED, load(language)))
    unfold(sheet, "points", "constraints")
    sheet.get_by_role("tab", name="lift", exact=True).click()
    assert sheet.locator(".near").is_visible() and sheet.locator(".costs").is_visible()
    assert sheet.evaluate(f"{wide}.map(table => table.caption.textContent)") == []

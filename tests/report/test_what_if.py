"""What can be tried on the page: profiles that hold no lone lead, a funnel that equals the scorer's, changes kept."""

from __future__ import annotations

import base64
import json
import re
import zlib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from page_case import browser as browser
from page_case import visit as visit
from report_case import hostile, review

from calibrate.counts.tally import Tally, tally_of
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Grid
from calibrate.language import load
from calibrate.points.score_table import row_scores, score
from calibrate.report.page import page_text
from calibrate.report.review import Changes
from calibrate.report.what_if import caught_at, later_leads, packed, profiles_of, values

REVIEW = review(6000)
ENDS = (Level("missing", "missing"), Level("other", "other"))
BIG, YES = (
    (Level(yes, values=(yes,)), Level(no, values=(no,)), *ENDS) for yes, no in (("big", "small"), ("yes", "no"))
)
DEMO, SIZE = Criterion("demo", "demo", "text", "engagement", YES), Criterion("size", "size", "text", "fit", BIG)
GRID = Grid("g", "lift", (DEMO, SIZE), ((20, 0, 0, 0), (5, 0, 0, 0)))


def leads(cells: list[tuple[int, int, int, int]]) -> Tally:
    """(demo, size, leads, customers) per cell."""
    demo, size, bought = [], [], []
    for d, s, n, k in cells:
        demo += [d] * n
        size += [s] * n
        bought += [1] * k + [0] * (n - k)
    return tally_of([DEMO, SIZE], np.array([demo, size], np.uint8), np.array(bought))


def test_profiles_by_pencil() -> None:
    """Two leads of (yes, missing) score 20 as the 40 of (yes, small) do, and are counted with them."""
    profiles = profiles_of(leads([(0, 0, 30, 9), (0, 1, 40, 8), (0, 2, 2, 1), (1, 1, 100, 2)]), GRID)
    rows = dict(zip(map(tuple, profiles.codes.T.tolist()), profiles.leads.tolist(), strict=True))
    assert rows == {(0, 0): 30, (0, 1): 42, (1, 1): 100}
    assert profiles.customers.sum() == 20 and profiles.moved == 2


def test_a_rare_profile_goes_to_the_one_that_differs_in_the_fewest_answers() -> None:
    """All three score 25; (yes, missing, big) differs from (yes, small, big) in one answer, from the other in two."""
    third = replace(SIZE, name="role", column="role")
    grid = Grid("g", "lift", (DEMO, SIZE, third), ((20, 0, 0, 0), (5, 0, 0, 0), (5, 0, 0, 0)))
    codes = np.repeat(np.array([[0, 0, 1], [0, 1, 0], [0, 2, 0]], np.uint8), [30, 20, 2], axis=0).T
    profiles = profiles_of(tally_of([DEMO, SIZE, third], codes, np.zeros(52)), grid)
    rows = dict(zip(map(tuple, profiles.codes.T.tolist()), profiles.leads.tolist(), strict=True))
    assert rows == {(0, 0, 1): 30, (0, 1, 0): 22}


def test_criteria_without_points_do_not_part_profiles() -> None:
    flat = replace(GRID, points=((20, 0, 0, 0), (0, 0, 0, 0)))
    profiles = profiles_of(leads([(0, 0, 30, 9), (0, 1, 40, 8), (1, 1, 100, 2)]), flat)
    assert profiles.criteria == (0,) and profiles.leads.tolist() == [70, 100]


def test_no_profile_stands_for_fewer_than_five_leads_and_the_funnel_stays() -> None:
    tally = later_leads(REVIEW)
    for candidate in REVIEW.candidates:
        profiles = profiles_of(tally, candidate.grid)
        assert profiles.leads.min() >= 5
        worth = [np.array(candidate.grid.points[i]) for i in profiles.criteria]
        scores = np.sum([w[c] for w, c in zip(worth, profiles.codes, strict=True)], axis=0)
        exact = row_scores(tally, candidate.grid)
        if profiles.moved == 0:
            for limit in np.unique(exact):
                assert profiles.leads[scores >= limit].sum() == pytest.approx(tally.leads[exact >= limit].sum())
        assert profiles.leads.sum() == pytest.approx(tally.leads.sum())
        assert profiles.customers.sum() == pytest.approx(tally.customers.sum())


def test_packed_profiles_come_back() -> None:
    profiles = profiles_of(leads([(0, 0, 30, 9), (1, 1, 100, 2)]), GRID)
    content = zlib.decompress(base64.b64decode(packed(profiles)), -15)
    rows, width = len(profiles.leads), len(profiles.criteria)
    assert np.array_equal(np.frombuffer(content[: rows * width], np.uint8).reshape(width, rows), profiles.codes)
    counts = np.frombuffer(content[rows * width :], "<f4").reshape(2, rows)
    assert np.array_equal(counts, [profiles.leads, profiles.customers])


def test_equal_calls_by_pencil() -> None:
    table = [[20, 10, 5], [10, 10, 2], [0, 80, 8]]
    assert [caught_at(table, calls) for calls in (0, 10, 15, 100, 500)] == [0, 5, 6, 15, 15]


def test_without_what_if_no_profile_stands_in_the_file() -> None:
    assert all("data" not in grid for grid in values(REVIEW, load("en"), with_profiles=False)["grids"])
    assert any("data" in grid for grid in values(REVIEW, load("en"))["grids"])


def numbers(text: str) -> list[int]:
    return [int(part.replace(",", "")) for part in re.findall(r"\d[\d,]*", text)]


def test_after_ten_clicks_the_funnel_is_that_of_the_changed_grid(visit: Any) -> None:
    """On leads of which every profile is common the page counts what the scorer counts, lead by lead."""
    cells = [(d, s, 200 + 40 * d + 10 * s, 60 - 20 * d + 3 * s) for d in range(3) for s in range(3)]
    tally = leads(cells)
    candidate = replace(REVIEW.candidates[0], name="g", grid=GRID, scores=score(tally, GRID))
    mine = replace(REVIEW, tally=tally, candidates=(candidate,), chosen="g", changes=Changes(),
                   comparison=replace(REVIEW.comparison, folds=()))  # fmt: skip
    sheet = visit(page_text(mine, load("en")))
    points = [20, 5]
    for step, line in enumerate([0, 0, 1, 0, 1, 1, 1, 0, 0, 1]):
        more = step % 3 != 1
        sheet.locator(".line").nth(line).locator(f'button[data-step="{1 if more else -1}"]').click()
        points[line] += 1 if more else -1
    changed = replace(GRID, points=((points[0], 0, 0, 0), (points[1], 0, 0, 0)))
    state = sheet.evaluate("calibrate.state()")
    exact = row_scores(tally, changed) >= state["threshold"]
    assert numbers(sheet.locator("#calls").inner_text())[0] == tally.leads[exact].sum()
    assert numbers(sheet.locator("#caught").inner_text())[0] == tally.customers[exact].sum()
    for _ in range(10):
        sheet.locator("#undo").click()
    assert sheet.evaluate("calibrate.state().points") == {}
    assert sheet.locator("#undo").is_disabled()


def test_random_leads_in_the_form_score_as_the_grid_does(visit: Any) -> None:
    sheet = visit(page_text(REVIEW, load("en")))
    chosen = REVIEW.chosen_candidate
    assert chosen is not None
    grid, random = chosen.grid, np.random.default_rng(3)
    shown = [i for i, points in enumerate(grid.points) if any(points)]
    options = sheet.evaluate(
        "[...document.querySelectorAll('#answers select')].map(s => [...s.options].map(o => Number(o.value)))"
    )
    picks = [[int(random.choice(values)) for values in options] for _ in range(100)]
    totals = sheet.evaluate(
        """picks => picks.map(pick => { const selects = [...document.querySelectorAll('#answers select')];
        selects.forEach((select, i) => { select.value = pick[i]; });
        selects[0].dispatchEvent(new Event('input', {bubbles: true})); return calibrate.state().total; })""",
        picks,
    )
    assert totals == [sum(grid.points[i][level] for i, level in zip(shown, pick, strict=True)) for pick in picks]


def test_changes_are_carried_away_by_command_file_and_address(visit: Any) -> None:
    sheet = visit(page_text(hostile(), load("en"), {"fr": "review.fr.html"}))
    sheet.locator('.line button[data-step="1"]').first.focus()
    sheet.keyboard.press("Enter")
    sheet.locator("#by").fill("Claire O'Hara")
    command = sheet.locator("#command").inner_text()
    assert command.startswith("calibrate adopt ") and "--points '" in command and "'Claire O'\\''Hara'" in command
    href = sheet.locator("#download").get_attribute("href")
    content = json.loads(sheet.evaluate("href => decodeURIComponent(href.split(',').slice(1).join(','))", href))
    assert content["schema"] == 1 and len(content["points"]) == 1 and content["by"] == "Claire O'Hara"
    before = sheet.evaluate("calibrate.state()")
    assert sheet.locator("a.other").get_attribute("href").startswith("review.fr.html#g=")
    sheet.reload()
    assert sheet.evaluate("calibrate.ready.then(calibrate.state)") == before and sheet.title() != "owned"


def test_a_click_on_a_dot_takes_that_grid(visit: Any) -> None:
    sheet = visit(page_text(REVIEW, load("en")))
    first = sheet.evaluate("calibrate.state().grid")
    sheet.locator('#sizes [data-grid="cautious"]').click()
    sheet.locator('#sizes [data-grid="cautious"][aria-pressed="true"]').wait_for()
    assert sheet.evaluate("calibrate.state().grid") == "cautious" != first


@pytest.mark.parametrize("width", [360, 390, 640, 1280])
def test_nothing_scrolls_sideways_and_the_page_stays_small(visit: Any, width: int) -> None:
    source = page_text(REVIEW, load("fr"))
    sheet = visit(source)
    sheet.set_viewport_size({"width": width, "height": 720})
    assert sheet.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert sheet.evaluate("document.getElementsByTagName('*').length") <= 2500
    if width == 1280:
        assert sheet.evaluate("document.getElementById('folds').getBoundingClientRect().top") <= 5 * 720
    place = source.index('id="packed">')
    folds = source.index("</script>", place) - place
    assert len(source.encode()) <= 400_000 and len(source.encode()) - folds <= 150_000

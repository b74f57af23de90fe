"""What can be tried on the page: profiles that hold no lone lead, a funnel that equals the scorer's, changes kept."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from page_case import browser as browser
from page_case import visit as visit
from profiles_case import GRID, leads
from report_case import hostile, review

from calibrate.counts.tally import Tally
from calibrate.grid.grid import Grid
from calibrate.grid.moved import shifted
from calibrate.language import load
from calibrate.points.score_table import row_scores, score
from calibrate.report import what_if
from calibrate.report.page import page_text
from calibrate.report.review import Changes, Review
from calibrate.report.what_if import caught_at, later_leads, values

REVIEW = review(6000)


def test_equal_calls_by_pencil() -> None:
    table = [[20, 10, 5], [10, 10, 2], [0, 80, 8]]
    assert [caught_at(table, calls) for calls in (0, 10, 15, 100, 500)] == [0, 5, 6, 15, 15]


def test_without_what_if_no_profile_stands_in_the_file() -> None:
    assert all("data" not in grid for grid in values(REVIEW, load("en"), fewest=None)["grids"])
    assert any("data" in grid for grid in values(REVIEW, load("en"))["grids"])


def numbers(text: str) -> list[int]:
    return [int(part.replace(",", "")) for part in re.findall(r"\d[\d,]*", text)]


def played(tally: Tally, grid: Grid) -> Review:
    """A review of one grid on some leads."""
    candidate = replace(REVIEW.candidates[0], name="g", grid=grid, scores=score(tally, grid))
    return replace(REVIEW, tally=tally, candidates=(candidate,), chosen="g", changes=Changes(),
                   comparison=replace(REVIEW.comparison, folds=()))  # fmt: skip


def test_after_ten_clicks_the_funnel_is_that_of_the_changed_grid(visit: Any) -> None:
    """On leads of which every profile is common the page counts what the scorer counts, lead by lead."""
    cells = [(d, s, 200 + 40 * d + 10 * s, 60 - 20 * d + 3 * s) for d in range(3) for s in range(3)]
    tally = leads(cells)
    sheet = visit(page_text(played(tally, GRID), load("en")))
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
    assert state["counts"]["off"] == [0, 0] and sheet.locator("#off").inner_text() == ""
    for _ in range(10):
        sheet.locator("#undo").click()
    assert sheet.evaluate("calibrate.state().points") == {}
    assert sheet.locator("#undo").is_disabled()


CLICKS = """([seed, lines]) => {
    document.getElementById("reset").click();
    let state = seed;
    const random = (below) => {
        state = (state * 1103515245 + 12345) % 2147483648;
        return Math.floor(state / 65536) % below;
    };
    const rows = document.querySelectorAll(".line"), from = random(rows.length);
    for (let i = 0; i < 10; i += 1) {
        rows[(from + random(lines)) % rows.length].querySelectorAll("button")[random(2)].click();
    }
    return calibrate.state();
}"""


def errors_after_ten_clicks(visit: Any, fewest: int, lines: int, times: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Leads and customers that the page counts too many or too few, and how many it says: arrays (times, 2)."""
    grid, later = REVIEW.candidates[0].grid, later_leads(REVIEW)
    shown = [i for i, points in enumerate(grid.points) if any(points)]
    sheet = visit(page_text(played(later, grid), load("en"), None, fewest))
    if sheet.locator("#all").is_visible():
        sheet.locator("#all").click()
    off, said = np.zeros((times, 2)), np.zeros((times, 2))
    for time in range(times):
        state = sheet.evaluate(CLICKS, [97 * time + 5, lines])
        points = [list(worth) for worth in grid.points]
        for place, worth in state["points"].items():
            criterion, level = (int(part) for part in place.split("."))
            points[shown[criterion]][level] = worth
        above = row_scores(later, replace(grid, points=tuple(tuple(worth) for worth in points))) >= state["threshold"]
        counts = state["counts"]
        off[time] = counts["leads"] - later.leads[above].sum(), counts["customers"] - later.customers[above].sum()
        said[time] = counts["off"]
    return np.abs(np.rint(off)), said


def test_rare_combinations_are_counted_within_the_range_that_is_said(visit: Any) -> None:
    """Ten clicks on any lines of a grid whose combinations are mostly rare: within the range in 95 % of trials."""
    off, said = errors_after_ten_clicks(visit, 5, lines=40)
    assert (off <= said).mean() >= 0.95
    assert off.mean(axis=0)[0] <= 4 and off.mean(axis=0)[1] <= 2


def test_leads_to_call_are_exact_while_one_line_is_moved(visit: Any) -> None:
    off, said = errors_after_ten_clicks(visit, 5, lines=1)
    assert (off[:, 0] <= said[:, 0]).all() and (off[:, 0] == 0).mean() >= 0.9


def test_with_single_leads_in_the_file_every_change_is_exact(visit: Any) -> None:
    off, said = errors_after_ten_clicks(visit, 1, lines=40)
    assert not off.any() and not said.any()


def test_profiles_of_the_proposed_grid_grow_until_they_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    full = values(REVIEW, load("en"))["grids"][0]
    monkeypatch.setattr(what_if, "MOST_BYTES", len(full["data"]) - 1)
    smaller = values(REVIEW, load("en"))["grids"][0]
    assert smaller["fewest"] > full["fewest"] == 5 and len(smaller["data"]) < len(full["data"])


@pytest.mark.parametrize("start", [0, 6])
def test_random_leads_in_the_form_score_as_the_grid_does(visit: Any, start: int) -> None:
    moved = [replace(candidate, grid=shifted(candidate.grid, start)) for candidate in REVIEW.candidates]
    review = replace(REVIEW, candidates=tuple(moved))
    counts = [visit(page_text(page, load("en"))).evaluate("calibrate.state().counts") for page in (review, REVIEW)]
    assert counts[0] == counts[1]  # points for all and the threshold move together
    chosen = review.chosen_candidate
    assert chosen is not None
    sheet = visit(page_text(review, load("en")))
    assert ("Every lead starts with +6\xa0points." in sheet.inner_text("#lines-note")) == bool(start)
    grid, random = chosen.grid, np.random.default_rng(3)
    shown = [i for i, points in enumerate(grid.points) if any(points)]
    options = sheet.evaluate(
        "[...document.querySelectorAll('#answers select')].map(s => [...s.options].map(o => Number(o.value)))"
    )
    picks = [[int(random.choice(values)) for values in options] for _ in range(1000)]
    totals = sheet.evaluate(
        """picks => picks.map(pick => { const selects = [...document.querySelectorAll('#answers select')];
        selects.forEach((select, i) => { select.value = pick[i]; });
        selects[0].dispatchEvent(new Event('input', {bubbles: true})); return calibrate.state().total; })""",
        picks,
    )
    assert totals == [
        start + sum(grid.points[i][level] for i, level in zip(shown, pick, strict=True)) for pick in picks
    ]


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


def test_today_stands_beside_a_line_only_where_it_differs_and_never_against_itself(visit: Any) -> None:
    """On today's own grid no gain over itself is told; a moved line shows what it is today."""
    current = next(candidate for candidate in REVIEW.candidates if candidate.name == "current")
    alone = replace(REVIEW, candidates=(current,), chosen="current", changes=Changes())
    sheet = visit(page_text(alone, load("en")))
    assert sheet.locator("#against").inner_text() == ""
    assert {note.inner_text() for note in sheet.locator(".was").all()} == {""}
    sheet.locator('.line button[data-step="1"]').first.click()
    assert sheet.locator(".was").first.inner_text().startswith("today")
    assert sheet.locator("#against").inner_text() != ""


def test_the_head_says_the_number_of_lines_once(visit: Any) -> None:
    chosen = REVIEW.candidates[0]
    named = replace(
        chosen, name=f"logistic-{chosen.grid.lines}", grid=replace(chosen.grid, name=f"logistic-{chosen.grid.lines}")
    )
    sheet = visit(page_text(replace(REVIEW, candidates=(named,), chosen=named.name, changes=Changes()), load("en")))
    assert sheet.locator("#lines-title").inner_text().lower() == f"the {chosen.grid.lines}-line grid"

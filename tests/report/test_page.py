"""The page: one file, the verdict first, every rate with its counts, nothing fetched, no name of a user's alive."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from page_case import Text, opened, unfold
from page_case import browser as browser
from page_case import visit as visit
from report_case import FORMULA, HOSTILE, hostile, review, with_open_leads

from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Grid
from calibrate.language import load
from calibrate.report import summary
from calibrate.report.page import page_text
from calibrate.report.review import Review

REVIEW = review(6000)
ENGLISH = page_text(REVIEW, load("en"), {"fr": "review.fr.html"})
FRENCH = page_text(REVIEW, load("fr"))
SECTIONS = ("candidates", "points", "rates", "proof", "thresholds", "truth", "account", "glossary")


def test_the_answer_stands_first_in_few_words_and_without_a_statistic() -> None:
    body = ENGLISH[ENGLISH.index("<header") : ENGLISH.index("</header>")]
    first = Text(body[body.index('id="answer"') :]).text
    assert "Change to the grid “logistic”: call from 4 points" in first
    assert re.search(r"Of (?:ten|a hundred) leads called, \d+ signs?\. For the same number of calls \+\d+", first)
    assert re.search(r"customers against today’s \d+ \(likely \+\d+ to \+\d+\)", first)
    assert len(first.split()) <= 60 and "AUC" not in first and "logloss" not in first
    french = Text(FRENCH[FRENCH.index("<header") : FRENCH.index("</header>")]).text
    assert "Passer à la grille « logistic » : appeler dès" in french and "Pour autant d’appels" in french


def test_the_statistics_of_the_verdict_stand_in_a_fold() -> None:
    text = Text(ENGLISH).text
    assert "On 12,006 later leads (554 customers) it ranks better than “current”: AUC 0.842 instead of 0.811" in text
    assert "+0.031 (95% interval +0.023 to +0.039, 3 candidates compared)" in text
    assert "AUC de 0,842 au lieu de 0,811" in Text(FRENCH).text


@pytest.mark.parametrize("source", [ENGLISH, FRENCH], ids=["en", "fr"])
def test_sections_and_contents(source: str) -> None:
    found = Text(source)
    ids = [a["id"] for _, a in found.elements if a.get("id")]
    assert len(ids) == len(set(ids))
    assert [i for i in ids if i in SECTIONS] == list(SECTIONS)
    links = [a["href"] or "" for tag, a in found.elements if tag == "a"]
    folds = [a["data-fold"] for tag, a in found.elements if tag == "details" and a.get("class") == "fold"]
    assert [name for name in folds if name in SECTIONS] == list(SECTIONS)
    assert all(link[1:] in ids for link in links if link.startswith("#"))


def test_nothing_is_fetched_and_only_our_script_may_run() -> None:
    found = Text(ENGLISH)
    policy = next(a["content"] for tag, a in found.elements if tag == "meta" and "content" in a and a.get("http-equiv"))
    assert policy is not None and policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert not re.search(r"https?:|@import|url\(|\bsrc=", ENGLISH)
    assert not [a for _, a in found.elements for name in a if name.startswith("on") or name == "style"]


def test_tables_say_what_their_heads_are_for_and_pictures_have_names() -> None:
    found = Text(ENGLISH)
    assert all(a.get("scope") for tag, a in found.elements if tag == "th")
    pictures = [a for tag, a in found.elements if tag == "svg"]
    assert all(a.get("aria-label") if a.get("role") in ("img", "group") else a.get("aria-hidden") for a in pictures)
    assert [tag for tag, _ in found.elements].count("caption") == [tag for tag, _ in found.elements].count("table")


def test_points_stand_beside_their_counts() -> None:
    text = Text(ENGLISH).text
    grid, rates = REVIEW.candidates[0].grid, REVIEW.rates
    points, n, k = grid.points[-1][1], int(rates.leads[-3]), int(rates.customers[-3])
    assert re.search(rf"present \+{points} \+[\d.]+ to \+[\d.]+ {n:,} {k:,} {rates.rate[-3]:.1%}", text)
    assert f"from −{-grid.minimum} to +{grid.maximum} points" in text
    assert "pinned by Claire (sales)" in text and "asked for it" in text
    assert "AUC 0.8461 on the leads they were made from, 0.8466 before rounding" in text
    assert "Note of the calculation: no pin placed." in text


def test_the_account_adds_up_in_words() -> None:
    text = Text(ENGLISH).text
    assert re.search(r"rows read 26,310 too young to be judged: [^−]+−1,950 .* leads kept 24,000", text)
    assert "“Closed by Horizzon”: 356 of 358 leads became customers (99.4%)" in text
    assert "Columns are separated by semicolons." in text
    assert "a finding nobody translated (column: notes, share: 0.42)" in text


def test_rates_with_open_leads_say_how_many_are_open() -> None:
    found = Text(page_text(with_open_leads(REVIEW), load("en")))
    first = REVIEW.rates
    assert "With 100 leads whose closing window is still open" in found.text
    assert f"{first.customers[0]:,} of {first.leads[0] + 5:,}, 10 open" in found.text
    assert "With open leads" not in Text(ENGLISH).text


def test_truth_stands_beside_the_estimate() -> None:
    assert re.search(r"\d+ of 23 intervals hold the truth", Text(ENGLISH).text)  # mining has one lead: not named
    assert 'id="truth"' not in page_text(replace(REVIEW, truth=None), load("en"))


def test_french_is_french() -> None:
    text = Text(FRENCH).text
    for words in ("grille", "lead qualifié marketing (MQL)", "seuil", "Taux de signature", "non renseigné"):
        assert words in text
    assert not re.search(r"\b(customers|threshold|close rate|not given)\b", text)


def test_the_same_review_gives_the_same_page() -> None:
    assert page_text(review(6000), load("fr")) == FRENCH


def data_of(source: str, name: str = "data") -> Any:
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', opened(source), re.S)
    assert found is not None
    return json.loads(found[1])


def test_hostile_names_are_text() -> None:
    bad = hostile()
    source = page_text(bad, load("en"))
    found = Text(source)
    assert [tag for tag, _ in found.elements if tag in ("img", "iframe")] == []
    assert [tag for tag, _ in found.elements].count(
        "script"
    ) == 4  # three of the page, the data of the slider in its fold
    assert HOSTILE in found.text and FORMULA in found.text
    assert data_of(source, "slider-data")[0]["name"] == bad.candidates[0].name
    assert source.count("<!--") == 0


def test_slider_data_are_the_trade_off() -> None:
    first = data_of(ENGLISH, "slider-data")[0]
    scores = REVIEW.candidates[0].scores
    assert first["n"][0] == scores.leads.sum() and first["k"][0] == first["total"] == scores.customers.sum()
    assert len({len(first[name]) for name in ("t", "n", "m", "k", "c", "r", "lo", "hi")}) == 1


def undated(found: Review) -> Review:
    account = replace(found.account, order="file", order_column=None, as_of=None, close_within_days=None)
    return replace(found, account=account, months=None)


def unjudged(found: Review) -> Review:
    verdict = replace(found.comparison.verdict, decision="keep", candidate="current", reason="not_judged", facts={})
    return replace(found, comparison=replace(found.comparison, judged=(), folds=(), verdict=verdict), ceiling=None)


def no_signal(found: Review) -> Review:
    verdict = replace(found.comparison.verdict, decision="no_reliable_weights", candidate=None,
                      reason="no_distinct_level")  # fmt: skip
    same = replace(found.rates, q_value=np.ones(len(found.rates.leads)))
    return replace(found, rates=same, comparison=replace(found.comparison, verdict=verdict), chosen="current")


def stranger(found: Review) -> Review:
    """A grid over a column that was not counted, without evidence."""
    other = Criterion("budget", "budget", "number", "fit",
                      (Level("<5", high=5), Level("5+", low=5), Level("missing", "missing"),
                       Level("other", "other")))  # fmt: skip
    grid = Grid("old", "file", (other,), ((0, 7, -1, 0),))
    return replace(found, candidates=(replace(found.candidates[0], name="old", grid=grid),), chosen="old")


def unknown_verdict(found: Review) -> Review:
    verdict = replace(found.comparison.verdict, decision="recalibrate", reason="drifted")
    return replace(found, comparison=replace(found.comparison, verdict=verdict))


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    ("case", "words"),
    [
        (undated, {"en": "further down the file", "fr": "plus bas dans le fichier"}),
        (unjudged, {"en": "Keep “current”", "fr": "Garder « current »"}),
        (no_signal, {"en": "do not put them to work", "fr": "ne pas les mettre en service"}),
        (stranger, {"en": "not countable on this history", "fr": "non dénombrable"}),
        (unknown_verdict, {"en": "no longer fits the leads", "fr": "ne correspond plus aux leads"}),
    ],
)
def test_reviews_that_lack_something(case: Any, words: dict[str, str], language: str) -> None:
    found = case(REVIEW)
    text = Text(page_text(found, load(language))).text
    assert words[language] in text
    if case is undated:
        assert ("a month" if language == "en" else "par mois") not in text
    if case is no_signal:
        assert ("No reliable weights" if language == "en" else "Aucun poids fiable") in text[:400]


# --- in a browser ---------------------------------------------------------------------------------------


def test_the_slider_moves(visit: Any) -> None:
    sheet = visit(ENGLISH)
    unfold(sheet, "thresholds")
    first = data_of(ENGLISH, "slider-data")[0]
    at = first["t"].index(first["mql"])
    assert sheet.locator("#slider-at").inner_text() == str(first["mql"])
    assert sheet.locator("#slider-missed").inner_text() == f"{first['total'] - first['k'][at]:,.0f}"
    before = sheet.locator("#slider-leads").inner_text()
    sheet.locator("#slider").focus()
    sheet.keyboard.press("ArrowRight")
    assert sheet.locator("#slider-at").inner_text() == str(first["t"][at + 1])
    assert sheet.locator("#slider-leads").inner_text() != before
    assert f"{first['k'][at + 1]:,.0f} of {first['total']:,}" in sheet.locator("#slider-caught-note").inner_text()
    sheet.locator("#slider-sql").click()
    assert sheet.locator("#slider-at").inner_text() == str(first["sql"])
    sheet.locator("#slider-grid").select_option(label="lift")
    assert sheet.locator("#slider-at").inner_text() == str(data_of(ENGLISH, "slider-data")[2]["mql"])
    assert sheet.locator("[data-steps]:visible h3").inner_text() == "lift"


def test_tabs_sorting_and_filtering(visit: Any) -> None:
    sheet = visit(FRENCH)
    unfold(sheet, "points", "rates")
    assert sheet.locator(".panel:visible").count() == 1
    sheet.get_by_role("tab", name="cautious").click()
    assert sheet.locator(".panel:visible h3").inner_text().startswith("cautious")
    sheet.get_by_role("tab", name="Toutes les grilles").click()
    assert sheet.locator(".beside").is_visible()
    sheet.get_by_role("button", name="Leads").first.click()
    counts = [
        int(re.sub(r"\D", "", t)) for t in sheet.locator("#rates-table tbody tr td:nth-child(3)").all_inner_texts()
    ]
    assert counts == sorted(counts, reverse=True)
    sheet.locator("#rates-find").fill("démo")
    assert sheet.locator("#rates-table tbody tr:visible").count() == 0
    sheet.locator("#rates-find").fill("DEMO")
    assert sheet.locator("#rates-table tbody tr:visible").count() == 2
    assert sheet.locator("#rates-shown").inner_text().startswith("2 réponses")


@pytest.mark.parametrize("source", [ENGLISH, FRENCH], ids=["en", "fr"])
def test_it_fits_a_projector(visit: Any, source: str) -> None:
    sheet = visit(source)
    wide = "[...document.querySelectorAll('table')].filter(t => t.offsetWidth > t.parentElement.clientWidth + 1)"
    unfold(sheet, *SECTIONS)
    for tab in sheet.get_by_role("tab").all():
        tab.click()
        assert sheet.evaluate(f"{wide}.map(table => table.caption.textContent)") == []
    assert sheet.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert sheet.locator("h1").bounding_box()["y"] < 200
    assert float(sheet.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")) >= 16


@pytest.mark.parametrize("language", ["en", "fr"])
def test_hostile_names_stay_dead(visit: Any, language: str) -> None:
    sheet = visit(page_text(hostile(), load(language)))
    unfold(sheet, *SECTIONS)
    sheet.get_by_role("tab").nth(1).click()
    sheet.locator("#slider").focus()
    sheet.keyboard.press("ArrowLeft")
    sheet.wait_for_timeout(100)
    assert sheet.title() != "owned"
    assert sheet.locator("img").count() == 0


def test_without_script_the_answer_and_the_lines_are_there(browser: Any, tmp_path: Path) -> None:
    (tmp_path / "review.html").write_text(ENGLISH, encoding="utf-8")
    context = browser.new_context(offline=True, java_script_enabled=False)
    sheet = context.new_page()
    sheet.goto((tmp_path / "review.html").as_uri())
    assert sheet.locator("h1").is_visible() and not sheet.locator("#threshold").is_visible()
    grid = REVIEW.chosen_candidate
    assert grid is not None and sheet.locator("noscript tbody tr").count() == grid.grid.lines
    context.close()


def test_every_grid_stands_beside_the_ceiling() -> None:
    first, second = REVIEW.comparison.judged[:2]
    auc = [each.metrics["auc"].value for each in (first, second)]
    found = replace(REVIEW, ceiling={"auc": auc[0] + 0.01}, chosen=first.name)
    text = Text(page_text(found, load("en"))).text
    assert f"“{first.name}” keeps {100 * (auc[0] - 0.5) / (auc[0] - 0.49):.1f}% of what that gains" in text
    assert f"{100 * (auc[1] - 0.5) / (auc[0] - 0.49):.1f}%" in text
    assert summary.summarise(found, load("en")).count("Ceiling: ") == 1
    found = replace(found, ceiling={"auc": auc[0] - 0.01})
    assert f"“{first.name}” ranks at least as well." in Text(page_text(found, load("en"))).text
    assert "Ceiling" not in Text(page_text(replace(found, ceiling=None), load("en"))).text

"""One lead in words: the figures are those of the lead and the grid, in both languages, and user text stays text."""

from __future__ import annotations

from dataclasses import replace

from replay import golden

from calibrate.counts.rates import rate
from calibrate.language import load
from calibrate.report.lead_text import explained, lead_json
from calibrate.scoring.one_lead import explain_lead

BANDS = golden.small().bands
GRID = replace(golden.small(), bands=(replace(BANDS[0], leads=239, customers=63), *BANDS[1:]))
LEAD = {"Industry": "Santé", "TotalVisits": 12, "Newsletter": False, "Demo requested": "x"}


def spaced(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ").replace("−", "-").replace("’", "'")


def test_a_lead_in_english() -> None:
    text = spaced(explained(explain_lead(GRID, LEAD), load("en")))
    assert text.startswith("This lead has +25 points: “Nurture”. Of leads with such a score 5.0% are expected")
    assert "- Demo: requested   +20  (5 of 100 leads with this answer became customers: 5.0%)" in text
    assert "Together: 20 + 9 - 4 = +25." in text
    assert "Its answers to 1 other question have no points." in text
    assert "5 more points would make it “Call now”." in text and "Not given" not in text


def test_a_band_says_what_a_recount_says() -> None:
    found = explain_lead(GRID, LEAD | {"Industry": "SaaS"})
    counted = rate(63, 239)
    words = load("en")
    interval = words.between(counted.low, counted.high)
    assert f"Of 239 later leads in this band 63 became customers: 26.4% (95%: {interval})." in explained(found, words)


def test_a_lead_in_french() -> None:
    text = spaced(explained(explain_lead(GRID, {"Demo requested": "x"}), load("fr")))
    assert text.startswith("Ce lead a +18 points : « Nurture ».")
    assert "Ensemble : 20 - 2 = +18." in text
    assert "Ses réponses aux 2 autres questions n'ont pas de points." in text
    assert "Il lui manque 12 points pour devenir « Call now »." in text
    assert "Non indiqué, et compté comme sans réponse : Industry, TotalVisits, Newsletter." in text


def test_nothing_of_a_user_is_markup() -> None:
    hostile = replace(GRID, criteria=(replace(GRID.criteria[0], name="<b>*x*"), *GRID.criteria[1:]))
    found = replace(explain_lead(hostile, LEAD), lead="[7](x)")
    text = explained(found, load("en"), markdown=True)
    assert "<b>" not in text and "&lt;b&gt;\\*x\\*" in text and "\\[7\\]\\(x\\)" in text


def test_the_same_as_an_object() -> None:
    found = lead_json(explain_lead(GRID, LEAD))
    assert sum(line["points"] for line in found["lines"]) == found["score"] == 25
    assert (found["band"], found["close_rate"], found["absent"]) == ("Nurture", 0.05, [])

"""The usual mistakes, each planted in a grid that is otherwise sound."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from calibrate.counts.tally import tally_of
from calibrate.evaluation import audit
from calibrate.evaluation.audit import Finding, findings
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Evidence, Grid, Pin, Thresholds
from calibrate.language import load
from calibrate.report import audit_text as checks

ENDS = (Level("missing", "missing"), Level("other", "other"))
YES_NO = (Level("yes", values=("yes",)), Level("no", values=("no",)), *ENDS)
DEMO = Criterion("demo", "demo", "text", "engagement", YES_NO)
TRIAL = Criterion("trial", "trial", "text", "engagement", YES_NO)
STUDENT = Criterion("student", "student", "text", "fit", YES_NO)
NOBODY = Evidence(0, 0)
SOUND = Grid(
    "sound", "evidence", (DEMO, TRIAL, STUDENT), ((10, 0, 0, 0), (9, 0, 0, 0), (-6, 8, 0, 0)),
    thresholds=Thresholds(10, 20),
    evidence=(
        (Evidence(100, 20), Evidence(900, 80), NOBODY, NOBODY),
        (Evidence(200, 30), Evidence(800, 70), NOBODY, NOBODY),
        (Evidence(100, 1), Evidence(900, 99), NOBODY, NOBODY),
    ),
    provenance={"leads": 1000, "customers": 100, "as_of": "2025-10-31"},
)  # fmt: skip


def keys(grid: Grid, **more: object) -> list[str]:
    return [finding.key for finding in findings(grid, **more)]  # type: ignore[arg-type]


def test_a_sound_grid_has_no_finding() -> None:
    assert keys(SOUND, today=date(2025, 12, 1)) == []


def test_each_mistake_is_found() -> None:
    assert keys(replace(SOUND, thresholds=None)) == ["no_threshold"]
    assert keys(replace(SOUND, thresholds=Thresholds(10, 28))) == ["threshold_out_of_reach"]
    assert keys(replace(SOUND, thresholds=Thresholds(-6, 20))) == ["threshold_passes_all"]
    assert keys(replace(SOUND, points=((40, 0, 0, 0), *SOUND.points[1:]))) == ["dominant_line"]
    assert keys(replace(SOUND, points=(*SOUND.points[:2], (0, 8, 0, 0)))) == ["no_negative_line"]
    assert keys(SOUND, today=date(2026, 11, 1)) == ["stale"]
    fit = tuple(replace(criterion, axis="fit") for criterion in SOUND.criteria)
    assert keys(replace(SOUND, criteria=fit)) == ["one_axis"]
    many = tuple(Criterion(f"c{i}", f"c{i}", "text", "fit", YES_NO) for i in range(41))
    wide = Grid("wide", "file", (*many, DEMO), ((3, 0, 0, 0),) * 41 + ((-1, 0, 0, 0),), thresholds=Thresholds(1, 2))
    assert findings(wide) == (Finding("too_many_lines", {"lines": 42}),)


def test_facts_are_the_evidence() -> None:
    (found,) = findings(replace(SOUND, points=((40, 0, 0, 0), *SOUND.points[1:])))
    assert found.facts == {"criterion": "demo", "level": "yes", "points": 40, "highest": 57, "share": 40 / 57}
    (found,) = findings(SOUND, today=date(2026, 11, 1))
    assert found.facts == {"day": "2025-10-31", "age": 366}
    (found,) = findings(replace(SOUND, thresholds=Thresholds(10, 28)))
    assert found.facts == {"stage": "sales_qualified", "threshold": 28, "lowest": -6, "highest": 27}


def test_points_against_the_own_rate_unless_explained() -> None:
    turned = replace(SOUND, points=((10, 0, 0, 0), (9, 0, 0, 0), (6, -8, 0, 0)))  # students close at 1 %, all at 10 %
    assert keys(turned) == ["against_own_rate", "against_own_rate"]
    students = (Evidence(100, 1, note="clear together with the sector"), *SOUND.evidence[2][1:])
    assert keys(replace(turned, evidence=(*SOUND.evidence[:2], students))) == ["against_own_rate"]


def test_a_grid_without_counts_is_counted_on_the_history() -> None:
    """Clearly: 2 of 100 against 10 % is beyond chance, 8 of 100 is not; and 25 leads are few."""
    bare = replace(SOUND, evidence=(), provenance={})
    assert keys(bare) == []

    def counted(closed: int, students: int = 100) -> object:
        demo = np.arange(1000) % 2
        student = np.where(np.arange(1000) < students, 0, 1)
        bought = np.where(student == 0, np.arange(1000) < closed, np.arange(1000) % 9 == 0)
        trial = np.arange(1000) // 2 % 2
        return tally_of(SOUND.criteria, np.array([demo, trial, student], np.uint8), bought)

    hot = replace(bare, points=(*SOUND.points[:2], (6, -1, 0, 0)))
    assert keys(hot, tally=counted(2)) == ["against_own_rate"]
    assert keys(hot, tally=counted(8)) == []
    (found,) = findings(hot, tally=counted(2))  # type: ignore[arg-type]
    assert (found.facts["customers"], found.facts["leads"], found.facts["points"]) == (2, 100, 6)
    assert keys(hot, tally=counted(2, students=25)) == ["thin_lines"]


def test_thin_lines_unless_somebody_insists() -> None:
    few = ((Evidence(29, 6), *SOUND.evidence[0][1:]), *SOUND.evidence[1:])
    assert keys(replace(SOUND, evidence=few)) == ["thin_lines"]
    assert keys(replace(SOUND, evidence=few, pins=(Pin("demo", "yes", 10, "sales"),))) == []


def test_a_history_shows_idle_lines_and_double_counting() -> None:
    rng = np.random.default_rng(2)
    demo, student = rng.integers(0, 2, (2, 2000))
    apart = rng.integers(0, 2, 2000)
    bought = rng.random(2000) < 0.1
    tally = tally_of(SOUND.criteria, np.array([demo, apart, student], np.uint8), bought)
    assert keys(SOUND, tally=tally) == []
    together = tally_of(SOUND.criteria, np.array([demo, demo, student], np.uint8), bought)
    assert keys(SOUND, tally=together) == ["double_counting"]
    alone = tally_of(SOUND.criteria, np.array([np.ones(2000), apart, student], np.uint8), bought)
    assert keys(SOUND, tally=alone) == ["fires_for_nobody"]
    everybody = tally_of(SOUND.criteria, np.array([np.zeros(2000), apart, student], np.uint8), bought)
    assert keys(SOUND, tally=everybody) == ["fires_for_everybody"]


ENGLISH, FRENCH = load("en"), load("fr")
SOURCE = Path(audit.__file__).read_text(encoding="utf-8")
KEYS = sorted(set(re.findall(r'Finding\("(\w+)"', SOURCE)))


@pytest.mark.parametrize("key", KEYS)
def test_every_finding_has_words_in_both_languages(key: str) -> None:
    for words in (ENGLISH, FRENCH):
        assert all(f"{table}.{key}" in words.texts for table in ("finding", "finding_evidence", "finding_remedy"))
    assert len({ENGLISH.texts[f"finding.{key}"], FRENCH.texts[f"finding.{key}"]}) == 2


def test_no_words_without_a_finding() -> None:
    for table in ("finding", "finding_evidence", "finding_remedy"):
        assert {name.removeprefix(f"{table}.") for name in ENGLISH.texts if name.startswith(f"{table}.")} == set(KEYS)


def test_facts_fill_the_words() -> None:
    """Each planted mistake, said in both languages: nothing is left over as a bare key or an unfilled place."""
    student = replace(SOUND, points=((10, 0, 0, 0), (9, 0, 0, 0), (6, -8, 0, 0)))
    thin = replace(SOUND, evidence=((Evidence(29, 6), *SOUND.evidence[0][1:]), *SOUND.evidence[1:]))
    fit = tuple(replace(criterion, axis="fit") for criterion in SOUND.criteria)
    rng = np.random.default_rng(2)
    demo, other = rng.integers(0, 2, (2, 2000))
    tally = tally_of(SOUND.criteria, np.array([demo, demo, other], np.uint8), rng.random(2000) < 0.1)
    found = [
        *findings(student), *findings(thin), *findings(replace(SOUND, criteria=fit)),
        *findings(SOUND, tally, date(2026, 11, 1)), *findings(replace(SOUND, thresholds=Thresholds(-6, 28))),
    ]  # fmt: skip
    assert len({each.key for each in found}) == 7
    english = [str(checks.told(each, ENGLISH, SOUND.criteria)) for each in found]
    french = [str(checks.told(each, FRENCH, SOUND.criteria)) for each in found]
    for text in (*english, *french):
        assert "{" not in text and "_" not in text, text
    assert all(one != other for one, other in zip(english, french, strict=True))
    assert "student = yes: +6 points against its close rate: 1 of 100 leads closed (1.0%)" in english[0]
    assert "student = yes : +6 points, à rebours de son taux" in french[0].replace("\u00a0", " ")
    assert any("Only fit is scored: no line speaks of engagement." in text for text in english)
    assert any("Seul le profil est noté" in text and "l’engagement" in text for text in french)
    assert any("The SQL threshold is out of reach" in text for text in english)


def test_a_level_is_called_as_the_reader_calls_it() -> None:
    points = ((0, 0, 40, 0), *SOUND.points[1:])
    (found,) = [each for each in findings(replace(SOUND, points=points)) if each.key == "dominant_line"]
    assert "demo = non renseigné donne 40" in str(checks.told(found, FRENCH, SOUND.criteria))


def test_overlap_names_the_two_criteria_and_rests_on_enough_rows() -> None:
    """Of 200,000 leads in three criteria only the last two go together: V is 1 there and about 0 elsewhere."""
    lead = np.arange(200_000)
    chance = (lead * 2_654_435_761 % 2**32) >> 16
    codes = np.array([chance % 2, chance // 2 % 2, chance // 2 % 2], np.uint8)
    (found,) = findings(SOUND, tally=tally_of(SOUND.criteria, codes, (chance % 7 == 0).astype(np.int64)))
    assert found == Finding("double_counting", {"one": "trial", "other": "student", "overlap": pytest.approx(1.0)})
    together = replace(SOUND, method="logistic")  # weighed together they share the points of what both tell
    assert findings(together, tally=tally_of(SOUND.criteria, codes, (chance % 7 == 0).astype(np.int64))) == ()

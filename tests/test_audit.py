"""The usual mistakes, each planted in a grid that is otherwise sound."""

from dataclasses import replace
from datetime import date

import numpy as np

from calibrate.audit import findings
from calibrate.criteria import Criterion, Level
from calibrate.grid import Evidence, Grid, Pin, Thresholds
from calibrate.tally import tally_of

ENDS = (Level("missing", "missing"), Level("other", "other"))
YES_NO = (Level("yes", values=("yes",)), Level("no", values=("no",)), *ENDS)
DEMO = Criterion("demo", "demo", "text", "engagement", YES_NO)
TRIAL = Criterion("trial", "trial", "text", "engagement", YES_NO)
STUDENT = Criterion("student", "student", "text", "fit", YES_NO)
NOBODY = Evidence(0, 0)
SOUND = Grid(
    "sound", "logistic", (DEMO, TRIAL, STUDENT), ((10, 0, 0, 0), (9, 0, 0, 0), (-6, 8, 0, 0)),
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


def test_points_against_the_own_rate_unless_explained() -> None:
    turned = replace(SOUND, points=((10, 0, 0, 0), (9, 0, 0, 0), (6, -8, 0, 0)))  # students close at 1 %, all at 10 %
    assert keys(turned) == ["against_own_rate", "against_own_rate"]
    students = (Evidence(100, 1, note="clear together with the sector"), *SOUND.evidence[2][1:])
    assert keys(replace(turned, evidence=(*SOUND.evidence[:2], students))) == ["against_own_rate"]


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

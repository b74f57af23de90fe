"""Counts behind a grid's lines: where two of a company decide as one, the file says so to its readers."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from two_grids import BIG, COUPLES, DEMO, OLD, TALLY

from calibrate.counts.rates import estimate
from calibrate.export import json as weight_file
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Evidence, Grid
from calibrate.points.company_evidence import CompanyEvidence

NOBODY = Evidence(0, 0)
COUNTED = replace(
    OLD,
    evidence=(
        (Evidence(320, 104), Evidence(1600, 40), NOBODY, NOBODY),
        (Evidence(480, 48), Evidence(1440, 96), NOBODY, NOBODY),
    ),
)


def test_two_of_a_company_count_once() -> None:
    counted = CompanyEvidence(COUPLES).on(COUNTED)
    effects = [line.design_effect for lines in counted.evidence for line in lines]
    assert effects == pytest.approx([2, 2, None, None] * 2)
    assert estimate(COUPLES).effect[[0, 1, 4, 5]] == pytest.approx(effects[:2] + effects[4:6])


def test_leads_on_their_own_and_columns_of_elsewhere_say_nothing() -> None:
    assert CompanyEvidence(TALLY).on(COUNTED) is COUNTED
    strange = Criterion("age", "age", "presence", "fit", (Level("filled"), *DEMO.levels[2:]))
    grid = Grid("g", "file", (strange, BIG), ((1, 0, 0), (0, 0, 0, 0)), evidence=((NOBODY,) * 3, COUNTED.evidence[1]))
    lines = CompanyEvidence(COUPLES).on(grid).evidence
    assert [line.design_effect for line in lines[0]] == [None] * 3 and lines[1][0].design_effect == pytest.approx(2)


def test_grids_that_ask_the_same_share_one_count(monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = CompanyEvidence(COUPLES)
    once = evidence.on(COUNTED)
    monkeypatch.setattr("calibrate.points.company_evidence.pairs_of", None)
    assert evidence.on(replace(COUNTED, name="again")).evidence == once.evidence


def test_the_file_keeps_it() -> None:
    counted = CompanyEvidence(COUPLES).on(COUNTED)
    text = weight_file.write(counted)
    kept = [line.design_effect for lines in weight_file.read(text, "grid.json").evidence for line in lines]
    assert kept == [2, 2, None, None] * 2
    assert "design_effect" not in weight_file.write(COUNTED)
    first = json.loads(text)["criteria"][0]["levels"][0]["evidence"]
    assert first["design_effect"] == 2

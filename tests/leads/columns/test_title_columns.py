"""Columns of job titles are found by what they hold, read in a run, and leave their texts out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import calibrate
from calibrate.errors import SettingsError
from calibrate.export import json as grid_json
from calibrate.leads.columns.title_columns import derived_levels, find_titles, rules_of_titles, with_rule
from calibrate.monthly import run as monthly
from calibrate.monthly.settings import Settings, settings_from

TITLES = (
    "CEO", "Chief Executive Officer", "Sales Director", "Directeur commercial", "Head of IT", "Responsable achats",
    "Accountant", "Ingénieur", "Comptable", "Software Engineer", "Executive Assistant", "Secrétaire", "Stagiaire",
    "Intern", "Geschäftsführer", "Vertriebsleiter", "Buchhalter", "Jefe de ventas", "Contable", "Marketing Manager",
)  # fmt: skip


def frame(rows: int = 1500) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    title = rng.integers(len(TITLES), size=rows)
    rule = rules_of_titles(["Poste"])["Poste (seniority)"]
    senior = np.array([rule.answer(text) in ("owner or C-level", "VP or director") for text in TITLES])[title]
    return pd.DataFrame({
        "id": np.arange(rows),
        "Poste": [TITLES[i] + ("", " ", " - Acme", " (Lyon)")[n % 4] for n, i in enumerate(title)],
        "Sector": rng.choice(["Software", "Retail", "Health"], rows),
        "Status": rng.choice(["Engineer", "Manager"], rows),
        "Notes": [f"met the manager of town {i} who likes our engineer and wants a demo {i}" for i in range(rows)],
        "won": np.where(rng.random(rows) < 0.08 + 0.3 * senior, "yes", "no"),
    })  # fmt: skip


def test_titles_are_found_by_name_and_by_what_they_hold() -> None:
    table = calibrate.open_table(frame().rename(columns={"Poste": "x"}))
    assert find_titles(table) == ["x"]
    few = pd.DataFrame({"role": ["Manager", "Engineer", "CEO"] * 50, "name": [f"n{i}" for i in range(150)]})
    assert find_titles(calibrate.open_table(few)) == []


def test_levels_are_the_answers_that_occur_in_the_order_of_the_rule() -> None:
    rule = rules_of_titles(["t"])["t (seniority)"]
    names = [level.name for level in derived_levels("t (seniority)", rule).levels]
    assert names[-2:] == ["missing", "other"]
    assert with_rule(derived_levels("s", rule), None).derived is None


def asked(tmp_path: Path, texts: dict[str, object]) -> Settings:
    frame().to_csv(tmp_path / "leads.csv", index=False)
    return settings_from({
        "data": {"file": str(tmp_path / "leads.csv")},
        "outcome": {"customer": "won", "lead_id": "id"},
        "candidates": {"methods": ["evidence"]},
        "texts": texts,
    })  # fmt: skip


def test_a_run_reads_titles_and_its_grid_scores_raw_ones(tmp_path: Path) -> None:
    counted = monthly.read_rows(asked(tmp_path, {"seniority": {"owner or C-level": ["Intern"]}}), follow=False)
    names = [criterion.name for criterion in counted.tally.criteria]
    assert {"Poste (seniority)", "Poste (department)", "Status"} <= {*names}
    assert "Poste" not in names
    grid = next(c.grid for c in monthly.review(counted).candidates if c.grid.method == "evidence")
    again = grid_json.read(grid_json.write(grid), "g.json")
    rank = next(criterion for criterion in again.criteria if criterion.column == "Poste (seniority)")
    assert rank.derived is not None
    assert rank.derived.answer("intern") == "owner or C-level"
    leads = pd.read_csv(tmp_path / "leads.csv")
    assert list(again.score_frame(leads)["score"]) == [again.score(lead) for lead in leads.to_dict("records")]
    assert again.score({"Poste": "DIRECTEUR  COMMERCIAL"}) > again.score({"Poste": "comptable"})
    assert "titles" in [fact.key for fact in counted.history.facts]


def test_titles_are_named_or_switched_off(tmp_path: Path) -> None:
    names = [c.name for c in monthly.read_rows(asked(tmp_path, {"titles": ["none"]}), follow=False).tally.criteria]
    assert "Poste" in names
    assert not [name for name in names if "seniority" in name]
    names = [c.name for c in monthly.read_rows(asked(tmp_path, {"titles": ["Status"]}), follow=False).tally.criteria]
    assert "Status (seniority)" in names
    with pytest.raises(SettingsError, match="Stat"):
        monthly.read_rows(asked(tmp_path, {"titles": ["Statu"]}), follow=False)

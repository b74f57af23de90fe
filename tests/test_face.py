"""The face: a notebook's work from a frame to a weight file, with names of `calibrate` alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import calibrate as cal
from calibrate.cli import main
from calibrate.errors import CalibrateError, GridError, InputError, SettingsError
from calibrate.face import Run


def leads(rows: int = 4000) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    demo, size = rng.random(rows) < 0.2, rng.integers(1, 300, rows)
    won = rng.random(rows) < 0.05 + 0.3 * demo + 0.1 * (size > 100)
    return pd.DataFrame(
        {
            "id": [f"L{i:05d}" for i in range(rows)],
            "Created": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.sort(rng.integers(0, 500, rows)), unit="D"),
            "demo": np.where(demo, "yes", "no"),
            "employees": pd.array(np.where(rng.random(rows) < 0.1, None, size), dtype="Int64"),
            "sector": pd.Categorical(rng.choice(["retail", "health", "=evil"], rows)),
            "contract": np.where(won, "signed", None),
            "Converted": won.astype(int),
        }
    )


LEADS = leads()
HISTORY = cal.observe(LEADS, customer="Converted", created_at="Created", lead_id="id", as_of="2025-12-31")
TALLY = cal.count(HISTORY)
GRID = cal.calibrate(TALLY, "sparse", max_lines=4)


def test_suspects_are_set_aside_unless_they_are_put_back() -> None:
    assert [suspect.column for suspect in TALLY.aside] == ["contract"]
    assert "contract" not in [c.column for c in TALLY.criteria] and "contract" in TALLY.headline
    back = cal.observe(LEADS, customer="Converted", created_at="Created", criteria=["demo", "contract"])
    assert {c.column for c in cal.count(back).criteria} == {"demo", "contract"}
    assert HISTORY.proposal is not None and "demo" in HISTORY.proposal.frame()["column"].tolist()


def test_rates_are_those_of_the_counts() -> None:
    rates = TALLY.rates().frame().set_index(["criterion", "level"])
    known = LEADS[LEADS["demo"] == "yes"]["Converted"]
    assert rates.loc[("demo", "yes"), "leads"] == len(known)
    assert rates.loc[("demo", "yes"), "customers"] == known.sum()


def test_a_grid_is_judged_by_what_its_method_makes_from_earlier_leads() -> None:
    """The grid was made from all leads; where it is judged, its plan makes it anew, so it ties with its own method."""
    found = cal.compare(TALLY, ["lift", cal.Plan("again", "sparse", constraints=_most(4)), GRID])
    figures = {judged.name: judged.metrics["log_loss"].value for judged in found.judged}
    assert found.baseline == "lift" and figures["sparse"] == pytest.approx(figures["again"], abs=0.003)
    assert GRID.lines <= 4 and json.loads(str(GRID.provenance["plan"])) == {"max_lines": 4, "method": "sparse"}
    foreign = cal.Grid("meeting", "file", GRID.criteria, GRID.points)
    assert {judged.name for judged in cal.compare(TALLY, [GRID, "sparse", foreign]).judged} == {
        "sparse", "sparse-2", "meeting",
    }  # fmt: skip


def _most(lines: int) -> Any:
    from calibrate.weights.constraints import Constraints

    return Constraints(max_lines=lines)


def test_score_frame_is_what_calibrate_score_writes(tmp_path: Path) -> None:
    GRID.save(str(tmp_path / "g.json"))
    saved = cal.read_grid(str(tmp_path / "g.json"))  # figures in files are rounded, points are not
    assert (saved.criteria, saved.points, saved.thresholds) == (GRID.criteria, GRID.points, GRID.thresholds)
    saved.save(str(tmp_path / "again.json"))
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "g.json").read_bytes()
    LEADS.to_csv(tmp_path / "leads.csv", index=False)
    with pytest.raises(SystemExit):
        main(["score", str(tmp_path / "g.json"), str(tmp_path / "leads.csv"), "--out", str(tmp_path / "out.csv")])
    written = pd.read_csv(tmp_path / "out.csv", keep_default_na=False)
    shuffled = LEADS.set_axis(LEADS.index[::-1])
    scores = saved.score_frame(shuffled)
    assert scores["score"].tolist() == GRID.score_frame(shuffled)["score"].tolist()
    assert scores.index.equals(shuffled.index)
    assert {"score", "band", "close_rate", "reasons"} <= {*scores.columns}
    for name in scores.columns:
        assert scores[name].tolist() == written[name].tolist()
    rows = [GRID.score(lead) for lead in LEADS.head(200).to_dict("records")]
    assert scores["score"].head(200).tolist() == rows
    assert GRID.curve is not None
    assert scores["close_rate"].to_numpy() == pytest.approx(GRID.curve.at(scores["score"].to_numpy()), abs=1e-6)
    assert len(GRID.score_frame(LEADS.head(0))) == 0


@pytest.mark.parametrize(
    "lead", [LEADS, [1, 2], "yes", None, LEADS["demo"], {"demo": ["yes", "no"]}, {"demo": LEADS["demo"]}, 7]
)
def test_what_is_no_lead_is_not_scored(lead: Any) -> None:
    with pytest.raises(GridError, match="score_frame"):
        cal.Grid("g", "file", GRID.criteria, GRID.points).score(lead)


def test_a_row_of_a_frame_is_a_lead() -> None:
    assert GRID.score(LEADS.iloc[0]) == GRID.score(LEADS.iloc[0].to_dict())


def test_wrong_words_offer_the_nearest() -> None:
    with pytest.raises(SettingsError, match="Did you mean 'customer'"):
        cal.observe(LEADS, custmer="Converted")
    with pytest.raises(InputError, match="Did you mean 'Converted'"):
        cal.observe(LEADS, customer="Convrted")
    with pytest.raises(SettingsError, match="Did you mean 'max_lines'"):
        cal.calibrate(TALLY, "sparse", max_line=3)
    with pytest.raises(SettingsError, match="Did you mean 'sparse'"):
        cal.compare(TALLY, ["sprse"])
    with pytest.raises(GridError, match="Did you mean 'demos'"):
        GRID.score_frame(LEADS.rename(columns={"demo": "demos"}))
    with pytest.raises(CalibrateError, match="Did you mean 'lead_id'"):
        GRID.export("csv", lead_d="x")
    with pytest.raises(AttributeError, match="Did you mean 'observe'"):
        cal.obsrve  # noqa: B018


def test_values_show_themselves() -> None:
    for value in (HISTORY, TALLY, TALLY.rates(), GRID, cal.score(TALLY, GRID), cal.drift(GRID, TALLY)):
        assert len(repr(value)) < 400 and "\n" not in repr(value)
        page = value._repr_html_()
        assert page.count("<tr>") <= 41 and "<table>" in page
        assert len(value.frame())
    assert GRID._repr_html_().count("<tr>") == GRID.lines + 1
    hostile = cal.Grid("<script>", "file", GRID.criteria, GRID.points)
    assert "<script>" not in hostile._repr_html_()


def test_only_the_public_names_are_listed() -> None:
    assert dir(cal) == sorted(cal.__all__)
    assert all(getattr(cal, name) is not None for name in cal.__all__)


def test_run_writes_the_month(tmp_path: Path) -> None:
    made = cal.run(
        LEADS, customer="Converted", created_at="Created", as_of="2025-12-31", methods=["lift", "evidence"],
        ceiling=False, out=tmp_path,
    )  # fmt: skip
    assert isinstance(made, Run) and (made.folder / "run.json").exists() and str(made.folder) in repr(made)
    text = GRID.export("hubspot")
    assert (
        isinstance(text, str)
        and GRID.export("csv", str(tmp_path / "g.csv")) == (tmp_path / "g.csv").read_bytes().decode()
    )

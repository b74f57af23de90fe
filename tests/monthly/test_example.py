"""`reports/example` is what `calibrate demo` makes: whoever changes a number or a word writes it anew.

python -m calibrate demo --out reports/example
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from calibrate.cli.app import main
from calibrate.monthly import demo
from calibrate.monthly.demo import TOLD
from calibrate.report.review import Review

ROOT = Path(__file__).parents[2]
EXAMPLE = Path("reports/example")
BY_HAND = {"review.png"}
"""A picture of the page, for the front page of the repository."""
DRAWN = (".png", ".xlsx")
"""Pictures and workbooks hold the version of the library that draws them: only that they are there is compared."""


def finds_what_was_put_in(review: Review, where: Path) -> None:
    """The demo is whole, and true to the history it simulates."""
    assert {path.name for path in where.iterdir()} >= {"review.html", "review.xlsx", "run.json", "grids", "pictures"}
    account = review.account
    assert account.read == 6000 == account.kept + sum(account.excluded.values())
    assert account.excluded["immature"] > 0
    assert review.funnel.worth is not None and review.funnel.worth.column == "amount"
    events = next(facts for key, facts in account.facts if key == "events")
    assert 0 < events["counted"] < events["rows"]  # what came after the observation does not count
    assert len(review.funnel.fadings) == len(TOLD) and review.funnel.stages is not None
    assert review.comparison.baseline == "current"
    assert review.truth is not None
    frame = review.rates.frame()
    frame = frame[(frame["leads"] >= 30) & frame["criterion"].isin(list(review.truth))]
    truth = np.array(
        [review.truth[c].get(level, np.nan) for c, level in zip(frame["criterion"], frame["level"], strict=True)]
    )
    held = (frame["low"] <= truth) & (truth <= frame["high"])
    assert len(frame) > 30
    assert set(TOLD) <= set(review.truth)
    assert np.isfinite(truth).all()
    assert held.mean() > 0.85  # 95 % intervals, of rates that share their leads
    chosen = next(c.grid for c in review.candidates if c.name == "logistic")
    points = {(c.name, level.name): p for c, ps in zip(chosen.criteria, chosen.points, strict=True)
              for level, p in zip(c.levels, ps, strict=True)}  # fmt: skip
    assert max(points, key=lambda line: points[line])[0] == "demo_request"
    newsletter = [p for (name, _), p in points.items() if name == "newsletter"]
    assert max(map(abs, newsletter)) <= 5


def test_the_example_is_byte_for_byte_what_the_demo_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results: list[Any] = []
    whole = demo.run
    monkeypatch.setattr(demo, "run", lambda *words, **more: results.append(whole(*words, **more)) or results[-1])
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as leaving:
        main(["demo", "--out", EXAMPLE.as_posix(), "--json"])
    assert not leaving.value.code
    finds_what_was_put_in(*results[0][1:])
    made, stored = ({path.relative_to(top): path for path in top.rglob("*") if path.is_file()} for top in
                    (tmp_path / EXAMPLE, ROOT / EXAMPLE))  # fmt: skip
    assert {path.as_posix() for path in made} == {path.as_posix() for path in stored} - BY_HAND
    differing = [
        path.as_posix()
        for path, place in sorted(made.items())
        if path.suffix not in DRAWN and place.read_bytes() != stored[path].read_bytes()
    ]
    assert differing == [], "write the example anew: python -m calibrate demo --out reports/example"
    run = json.loads((ROOT / EXAMPLE / "2025-12" / "run.json").read_text(encoding="utf-8"))
    assert run["truth"], "the example shows the truth beside the estimates"

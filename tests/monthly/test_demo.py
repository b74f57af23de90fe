"""The demo: whole, quick enough to show, and true to the history it simulates."""

from pathlib import Path

import numpy as np

from calibrate.monthly.demo import TOLD, meeting_grid, run


def test_the_demo_finds_what_was_put_in(tmp_path: Path) -> None:
    _, review, where = run(str(tmp_path), 6000, 2026, ("en",))
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


def test_the_meetings_grid_is_a_grid() -> None:
    grid = meeting_grid()
    asked = {"newsletter_signup (events)": 1, "demo_request (events)": 2}
    assert grid.score({**asked, "employees": "1200", "competitor": "False"}) == 35
    assert grid.band(asked) == "call"

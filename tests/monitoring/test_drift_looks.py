"""What drift found, from looks written by hand: alarms, episodes and the verdict's sentence."""

from __future__ import annotations

import pandas as pd

from calibrate.monitoring.drift_looks import Drift, Look
from calibrate.monitoring.shift_tests import Change, Status


def change(status: Status, chance: float, since: str, until: str | None = None) -> Change:
    """A halved line, as a look would name it."""
    return Change("line", status, "demo", "yes", 0.5, chance, since, since, until, 200, 20, 1000, 200.0)


def look(cohort: str, *changes: Change) -> Look:
    """One month of 100 leads and 10 customers."""
    return Look(cohort, 100, 10, None, 0.0, changes[0].status if changes else "keep", changes)


def found(*looks: Look) -> Drift:
    """The drift of some looks, its tables empty."""
    return Drift("seed", looks[-1].status, None, 1000, 200, looks, pd.DataFrame(), pd.DataFrame())


def test_an_episode_begins_with_an_alarm_and_keeps_its_most_surprising_look() -> None:
    watched = look("2026-01", change("watch", 0.04, "2026-01"))
    alarm = look("2026-02", change("recalibrate", 0.001, "2026-01"))
    later = look("2026-03", change("watch", 0.01, "2026-01", "2026-02"))
    assert found(watched).episodes == ()
    ((first, last, strongest),) = found(watched, alarm, later).episodes
    assert (first, last, strongest.chance) == ("2026-01", "2026-02", 0.001)


def test_the_sentence_counts_alarms_that_are_over() -> None:
    quiet, alarm = look("2026-01"), look("2026-02", change("recalibrate", 0.001, "2026-02"))
    assert found(quiet).why == "Keep “seed”: in 1 cohort since the calibration nothing moved beyond chance."
    assert found(alarm, look("2026-03")).why.startswith("Keep “seed”: what moved in 1 of 2 cohorts")
    assert found(alarm).why == (
        "Recalibrate “seed”: it was made from leads that closed differently. “demo: yes” closes at 10.0% "
        "(20 of 200) instead of 20.0% (200 of 1,000), since February 2026."
    )
    assert found(quiet, alarm).alarms == 1


def test_frame_and_plain_values_have_one_row_per_look() -> None:
    moved = found(look("2026-01"), look("2026-02", change("watch", 0.02, "2026-02")))
    assert moved.frame()["status"].tolist() == ["keep", "watch"]
    plain = moved.as_dict()
    assert [row["cohort"] for row in plain["looks"]] == ["2026-01", "2026-02"]
    assert plain["calibration"] == {"leads": 1000, "customers": 200} and plain["episodes"] == []

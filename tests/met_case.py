"""A review with everything that a meeting adds: drift, decision, swap set, segments, feedback."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from report_case import HOSTILE, review

from calibrate.evaluation.decision import STAGES, Adopted, Decision, Override, Promise, outcomes
from calibrate.evaluation.metrics import Estimate
from calibrate.evaluation.segments import Segment, Segmented, Sides
from calibrate.evaluation.swap import swap_all
from calibrate.funnel.feedback import Feedback, Line
from calibrate.funnel.kpis import months_of
from calibrate.grid.criteria import Level
from calibrate.grid.diff import beside
from calibrate.grid.grid import Evidence, Thresholds
from calibrate.monitoring.drift import find_drift
from calibrate.monitoring.drift_looks import Drift
from calibrate.points.grade import demand, grades
from calibrate.report.review import Changes, Handover, Past, Review


def drifted(found: Review) -> Drift:
    """The newest six months against the eighteen before, in which retail closed twice as often as it did."""
    grid = found.candidates[0].grid
    before = found.tally.only(np.arange(24) < 18).regroup(grid.criteria)
    counts = [margin.sum(axis=0).tolist() for margin in before.marginals]
    evidence = [[Evidence(leads, customers) for leads, customers in line] for line in counts]
    most = int(np.argmax([leads for leads, _ in counts[0]]))
    leads, customers = counts[0][most]
    evidence[0][most] = Evidence(leads, 2 * customers)
    seen = replace(grid, name=f"current {HOSTILE}", evidence=tuple(map(tuple, evidence)))
    return find_drift(seen, found.tally, since=found.tally.cohorts[18])


def met(found: Review) -> Review:
    """The review with everything a meeting adds."""
    new, old = found.candidates[0], found.candidates[-1]
    tally = replace(found.tally, ends=np.arange(24) * 30)
    promise = {stage: Promise(400.0, 60.0, 14.0) for stage in STAGES}
    override = Override(new.grid.criteria[0].name, "retail", 4, -2, f"Claire {HOSTILE}", "asked")
    made = Decision("2024-12", "cautious", f"Claire {HOSTILE}", "agreed", Thresholds(4, 9), None, (override,),
                    until="2024-10", promises=promise)  # fmt: skip
    story = (Adopted(made, old.grid),)
    gap = Estimate(-0.08, -0.12, -0.03)
    bad = Segment(Level("retail"), 900, 40, 0.8, 0.72, {"auc": gap}, (200, 180), (30, 20), "ranking")
    few = Segment(Level("missing", "missing"), 90, 4, None, None, {}, (20, 18), (3, 2))
    tables = (Segmented(None, (replace(bad, level=Level("2025-07"), harm=""),)), Segmented("sector", (bad, few)))
    line = Line("role", "fit", Level("student"), 3, 9, 0.75, 0.46, 0.91, 40, 0.1, ((HOSTILE, 8), ("", 1)), more=True)
    swap = swap_all(tally, old.grid, new.grid, found.rates.criteria)
    assert swap is not None
    assert new.grid.thresholds is not None
    limits = replace(new.grid.thresholds, fit_minimum=2, engagement_minimum=3)
    narrowed = replace(new.grid, thresholds=limits)
    sides = (Sides("current", "logistic", tables), Sides("current", "lift", tables[:1]))
    return replace(
        found, tally=tally, past=Past(story, outcomes(story, tally), drifted(found)),
        changes=Changes(replace(swap, old="current"), beside([old.grid, new.grid]), sides),
        handover=Handover(
            grades=grades(tally, new.grid), demands=demand(tally, narrowed, months=24.0),
            kpis=months_of(tally, new.grid), minutes_per_call=12.0,
            feedback=Feedback("refused.csv", 13, 12, ((HOSTILE, 8), ("", 5)), (line,)),
        ),
    )  # fmt: skip


PLAIN = review(4000)

MET = met(PLAIN)

"""Does a grid of ages hold at any age, and say more of open leads than one that was counted at day 14?

    python benchmarks/ages.py [--runs 20]

Simulated hazards: each of 4,000 leads has a sector and perhaps sees a demo on some day; its hazard halves every 45 days
and is higher in one sector and after the demo. Leads that are still open are seen at 14, 30, 60, 90 and 180 days, and
their outcome is what closes in the 90 days after. Both grids come from earlier leads and are judged on later ones: the
slope of outcome on promise at every age, and the log-loss of open leads older than 14 days, paired lead by lead. The
demo's leads are then scored at these ages: of those open at 180 days none closes, and hardly any may be MQL.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path[:0] = [str(Path(__file__).parents[1])]

import numpy as np  # noqa: E402
import statsmodels.api as sm  # noqa: E402

from calibrate.counts.tally import Tally, tally_of  # noqa: E402
from calibrate.evaluation.backtest import folds, replay  # noqa: E402
from calibrate.evaluation.by_age import rates_by_age  # noqa: E402
from calibrate.grid.criteria import Criterion, Level  # noqa: E402
from calibrate.grid.event_columns import OBSERVE_DAYS  # noqa: E402
from calibrate.grid.lead_age import AGE  # noqa: E402
from calibrate.monthly.read import read_rows  # noqa: E402
from calibrate.monthly.settings import settings_from  # noqa: E402
from calibrate.points.plan import Plan  # noqa: E402
from calibrate.simulated_leads import simulate  # noqa: E402

SEED, LEADS, MONTHS, WINDOW = 20261130, 4000, 12, 90
AGES = (14, 30, 60, 90, 180)
ENDS = (Level("missing", "missing"), Level("other", "other"))
PLAN = Plan("logistic", "logistic")


def _named(name: str, answers: tuple[str, ...]) -> Criterion:
    return Criterion(name, name, "text", "fit", (*(Level(answer, values=(answer,)) for answer in answers), *ENDS))


BOUNDS = [Level(f"{low}+", low=low, high=high) for low, high in zip(AGES, (*AGES[1:], None), strict=True)]
CRITERIA = (
    _named("sector", ("a", "b", "c")),
    _named("demo", ("no", "yes")),
    _named("noise", ("u", "v", "w")),
    Criterion(AGE, AGE, "number", "engagement", (*BOUNDS, *ENDS), ordered=True),
)


def history(rng: np.random.Generator) -> Tally:
    """A row per lead and age at which it is still open, in the month in which the lead came; its rows are one group."""
    sector, noise = rng.integers(0, 3, (2, LEADS))
    demo = np.where(rng.random(LEADS) < 0.35, rng.integers(0, 120, LEADS), 10_000)
    closed = np.full(LEADS, 10_000)
    for day in range(1, AGES[-1] + WINDOW + 1):
        hazard = 0.0035 * 0.5 ** (day / 45) * np.where(sector == 0, 2.0, 1.0) * np.where(demo <= day, 3.0, 1.0)
        closed = np.where((closed == 10_000) & (rng.random(LEADS) < hazard), day, closed)
    month = np.arange(LEADS) * MONTHS // LEADS
    parts = []
    for place, age in enumerate(AGES):
        still = np.flatnonzero(closed > age)
        codes = np.vstack([sector[still], (demo[still] <= age), noise[still], np.full(len(still), place)])
        parts.append((codes, closed[still] <= age + WINDOW, month[still], still))
    codes, bought, when, lead = (np.concatenate(cells, axis=-1) for cells in zip(*parts, strict=True))
    months = [f"{m:02}" for m in range(MONTHS)]
    return tally_of(CRITERIA, codes.astype(np.uint8), bought, when, months, group=lead)


@dataclass(frozen=True)
class Judged:
    """Later leads at their ages: promised log-odds, customers, leads, age; and the gain in log-loss over day 14."""

    odds: np.ndarray
    bought: np.ndarray
    leads: np.ndarray
    age: np.ndarray
    gain: float
    error: float


def judged(tally: Tally) -> Judged:
    """Both grids on the later leads of one history; the gain is that of open leads older than 14 days."""
    split = folds(tally)
    names = [criterion.name for criterion in tally.criteria]
    (ages,) = replay(tally, (PLAN,), split, allowed=names)
    age = tally.codes[names.index(AGE)]
    at_14 = tally.weighted((age == 0).astype(float))
    (day_14,) = replay(at_14, (PLAN,), split, allowed=[name for name in names if name != AGE])
    rows = ages.later.row
    assert (rows == day_14.later.row).all() and tally.group is not None
    bought, weight = ages.later.customers / ages.later.leads, ages.later.leads
    chance, before = (np.clip(test.rate, 1e-6, 1 - 1e-6) for test in (ages, day_14))
    older = age[rows] > 0
    loss = [-(bought * np.log(p) + (1 - bought) * np.log(1 - p)) for p in (before, chance)]
    gain = ((loss[0] - loss[1]) * weight)[older]
    of_lead = np.bincount(tally.group[rows][older], gain)  # the rows of a lead are no leads of their own
    total = weight[older].sum()
    error = float(np.sqrt((of_lead**2).sum()) / total)
    return Judged(np.log(chance / (1 - chance)), bought, weight, age[rows], float(gain.sum() / total), error)


def slope(results: Sequence[Judged], place: int) -> float:
    """Slope of outcome on promised log-odds at one age, over the later leads of all histories."""
    odds, bought, leads = (
        np.concatenate([getattr(result, name)[result.age == place] for result in results])
        for name in ("odds", "bought", "leads")
    )
    fit = sm.GLM(bought, sm.add_constant(odds), family=sm.families.Binomial(), var_weights=leads).fit()
    return float(fit.params[1])


def any_age(runs: int) -> list[tuple[str, float, float, float]]:
    """Slope at each age over all histories, and the share of histories whose grid of ages surely says more."""
    rng = np.random.default_rng(SEED)
    results = [judged(history(rng)) for _ in range(runs)]
    surely = float(np.mean([result.gain - 1.96 * result.error > 0 for result in results]))
    slopes = [
        (f"slope of outcome on promise at {age} days", slope(results, at), 0.9, 1.1) for at, age in enumerate(AGES)
    ]
    return [*slopes, ("log-loss of open leads surely better than day 14", surely, 0.95, 1.0)]


def dead_leads(runs: int = 1, *, leads: int = 6000) -> list[tuple[str, float, float, float]]:
    """The demo's leads that are open at 180 days: the share that is MQL, and the share that closes (one history)."""
    demo = simulate(leads=leads, seed=2026, observe_days=OBSERVE_DAYS)
    with tempfile.TemporaryDirectory() as folder:
        for name, table in (("leads", demo.leads.drop(columns=["email"])), ("events", demo.events)):
            table.to_csv(Path(folder) / f"{name}.csv", index=False)
        asked = {
            "data": {"file": f"{folder}/leads.csv"},
            "time": {"created_at": "created_at", "customer_at": "customer_at", "as_of": demo.as_of, "ages": AGES},
            "events": {"file": f"{folder}/events.csv"},
            "outcome": {"worked": "worked_by_sales", "value": "amount"},
        }
        counted = read_rows(settings_from(asked), follow=False)
    split = folds(counted.tally, close_days=counted.tally.window)
    (backtest,) = replay(counted.tally, (PLAN,), split, allowed=counted.allowed)
    oldest = rates_by_age(counted.tally, backtest)[-1]
    share = float(oldest.reached if oldest.reached is not None else np.nan)
    closing = oldest.all.customers / oldest.all.leads
    return [("demo: leads open at 180 days that are MQL", share, 0.0, 0.02),
            ("demo: of these leads close in 90 days", float(closing), 0.0, 0.01)]  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20)
    for promise, figure, low, high in [*any_age(parser.parse_args().runs), *dead_leads()]:
        print(f"{promise:55} {figure:7.3f}  {'yes' if low <= figure <= high else 'NO'}", flush=True)

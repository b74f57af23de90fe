"""Does what comes agree with what was shown? Real histories, fold by fold, as a user would have seen them.

    python benchmarks/later.py FILE:OUTCOME[:ORDER] ... [--methods evidence logistic sparse] [--folds 5]

For each fold the grid is made from the leads before it, with what resamples say of its score; the close rate above its
MQL threshold, with the interval that the threshold table shows, is then held against the leads of the fold: they agree
where the difference lies within both intervals together (Newcombe 1998, method 10).
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

import numpy as np  # noqa: E402
from form import counted  # noqa: E402

from calibrate.counts.rates import rate  # noqa: E402
from calibrate.counts.tally import Tally  # noqa: E402
from calibrate.evaluation.backtest import Fold, folds, training  # noqa: E402
from calibrate.points.plan import Plan, calibrate_prepared, prepare, redrawn  # noqa: E402
from calibrate.points.recency import promised  # noqa: E402
from calibrate.points.score_table import row_scores, score  # noqa: E402
from calibrate.points.thresholds import trade_off  # noqa: E402


def agrees(tally: Tally, fold: Fold, plan: Plan, again: bool = True, **options: Any) -> dict[str, float] | None:
    """The rate above MQL as shown, with its interval, and as it came; None where there is no grid or nobody above."""
    prepared = prepare(training(tally, fold), **options)
    grid = calibrate_prepared(prepared, plan)
    grid = redrawn(prepared, plan, grid) if again else grid
    if grid.thresholds is None or not grid.lines:
        return None
    at = grid.thresholds.marketing_qualified
    table = trade_off(promised(grid, score(prepared.tally, grid)), None)
    row = table[table["threshold"] >= at].iloc[0]
    later = tally.only(fold.judged)
    above = row_scores(later, grid) >= at
    if not above.any():
        return None
    came = rate(round(float(later.customers[above].sum())), round(float(later.leads[above].sum())))
    shown, low, high = (float(row[name]) for name in ("close_rate", "low", "high"))
    below = came.value - shown + np.hypot(came.high - came.value, shown - low) < 0
    beyond = came.value - shown - np.hypot(came.value - came.low, high - shown) > 0
    return {"shown": shown, "low": low, "high": high, "came": came.value, "agrees": float(not below and not beyond)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--methods", nargs="*", default=["evidence", "logistic", "sparse"])
    parser.add_argument("--folds", type=int, default=5)
    wishes = parser.parse_args()
    held: dict[str, list[float]] = {method: [] for method in wishes.methods}
    for text in wishes.files:
        file, outcome, *order = text.split(":")
        reading = counted(file, outcome, *order)
        options = {"allowed": reading.allowed, "min_leads": reading.settings.columns.min_leads}
        for number, fold in enumerate(folds(reading.tally, close_days=reading.tally.window, at_most=wishes.folds), 1):
            for method in wishes.methods:
                figures = agrees(reading.tally, fold, Plan(method, method), **options)
                if figures is not None:
                    held[method].append(figures["agrees"])
                    texts = "  ".join(f"{name} {value:.3f}" for name, value in figures.items())
                    print(
                        f"{Path(file).stem[:14]:14} fold {number} {method:9} {fold.leads:6,} leads  {texts}", flush=True
                    )
    for method, agreed in held.items():
        print(f"{method}: {sum(agreed):.0f} of {len(agreed)} folds agree")


if __name__ == "__main__":
    main()

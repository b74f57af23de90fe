"""Are planted answers of many-valued texts and planted pages found, and false ones left? Simulated histories.

    python benchmarks/answers.py [--runs 200]

Each history has 3,000 leads of which 12 % buy. A list holds up to a dozen answers, a page is one of fourteen paths of
two parts; in planted histories one of them, that an eighth of the leads saw, doubles the odds of a sale. What is
proposed, and how it is tried against chance, is the package's own code on the texts themselves.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path[:0] = [str(Path(__file__).parents[1])]

import numpy as np  # noqa: E402

from calibrate.counts.derived_answers import tried_answers  # noqa: E402
from calibrate.counts.tally import tally_of  # noqa: E402
from calibrate.leads.columns.many_valued import answers, pages  # noqa: E402
from calibrate.leads.columns.title_columns import derived_levels  # noqa: E402

SEED, LEADS, BASE, ODDS = 20261130, 3000, -2.0, 2.0
TOOLS = ("crm", "erp", "bi", "hr", "mail", "chat", "wiki", "shop", "desk", "cloud", "pay", "form")
FIRST = ("pricing", "blog", "docs", "about", "jobs", "demo", "news")
PATHS = tuple(f"/{first}{second}" for first in FIRST for second in ("", "/team"))
Kept = tuple[tuple[str, ...], tuple[str, ...]]


def history(rng: np.random.Generator, kind: str, planted: bool) -> Kept:
    """The criteria kept of one history, and those that hold the planted one."""
    if kind == "answer":
        has = rng.random((LEADS, len(TOOLS))) < np.array([0.125, *rng.uniform(0.05, 0.4, len(TOOLS) - 1)])
        texts = [";".join(name for name, here in zip(TOOLS, row, strict=True) if here) for row in has]
        sale, column, right = has[:, 0], "Tools", ("Tools: crm",)
        rules = answers(column, Counter(text for text in texts if text))
    else:
        shares = np.concatenate([[0.08, 0.045], 0.875 * rng.dirichlet(np.full(len(PATHS) - 2, 2.0))])
        place = rng.choice(len(PATHS), LEADS, p=shares)
        texts = [f"https://acme.test{PATHS[at]}?visit={visit % 40}" for visit, at in enumerate(place)]
        sale, column, right = place <= 1, "Page", ("Page: /pricing*", "Page: /pricing/team*")
        rules = pages(column, Counter(texts))
    chance = 1 / (1 + np.exp(-BASE - (np.log(ODDS) * sale if planted else 0)))
    bought = rng.random(LEADS) < chance
    criteria = [replace(derived_levels(name, rule), derived=rule) for name, rule in rules.items()]
    unique = sorted(set(texts))
    where = {text: at for at, text in enumerate(unique)}
    codes = [
        [c.index_of(rule.answer(text)) for text in unique] for c, rule in zip(criteria, rules.values(), strict=True)
    ]
    levels = np.array(codes, np.uint8)[:, [where[text] for text in texts]]
    tally = tally_of(criteria, levels, bought, np.arange(LEADS) * 10 // LEADS, [str(month) for month in range(10)])
    telling = tuple(name for part in tried_answers(tally) for name in part.telling)
    return telling, right


def found(kind: str, runs: int) -> list[tuple[str, float, float, float]]:
    """Share of planted histories in which the planted one is kept, and of both kinds in which a false one is."""
    rng = np.random.default_rng(SEED)
    planted = [history(rng, kind, True) for _ in range(runs)]
    empty = [history(rng, kind, False) for _ in range(runs)]
    right = np.mean([bool({*telling} & {*names}) for telling, names in planted])
    beside = np.mean([bool({*telling} - {*names}) for telling, names in planted])
    false = np.mean([bool(telling) for telling, _ in empty])
    error = 1.96 * np.sqrt(0.05 * 0.95 / runs)
    return [
        (f"a planted {kind} is kept", float(right), 0.95 - error, 1.0),
        (f"a false {kind} beside a planted one", float(beside), 0.0, 0.05 + error),
        (f"a false {kind} where there is none", float(false), 0.0, 0.05 + error),
    ]


def planted_answers(runs: int) -> list[tuple[str, float, float, float]]:
    """Lists of answers."""
    return found("answer", runs)


def planted_pages(runs: int) -> list[tuple[str, float, float, float]]:
    """Addresses of pages."""
    return found("page", runs)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200)
    for check in (planted_answers, planted_pages):
        for promise, figure, low, high in check(parser.parse_args().runs):
            print(f"{promise:45} {figure:7.3f}  {'yes' if low <= figure <= high else 'NO'}", flush=True)

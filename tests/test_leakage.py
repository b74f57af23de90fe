import numpy as np
import pytest

from calibrate.criteria import Criterion, Level
from calibrate.leakage import OUTCOME_NAMES, _words, suspects
from calibrate.tally import tally_of

ENDS = (Level("missing", "missing"), Level("other", "other"))
HISTORIES = 250
PLANTS = (
    "post_outcome",
    "missingness",
    "stage_counter",
    "winner_only",
    "loss_reason",
    "presence",
    "two_at_once",
)


# --- simulated histories with known truth ----------------------------------------------------------


def text(name, levels):
    return Criterion(name, name, "text", "fit", (*(Level(v, values=(v,)) for v in levels), *ENDS))


def yes_no(name):
    levels = (Level("yes", values=(True,)), Level("no", values=(False,)))
    return Criterion(name, name, "boolean", "engagement", (*levels, *ENDS), reference="no")


def number(name, x, bins=40):
    """Fine levels of a number and its codes; NaN is missing."""
    held = x[~np.isnan(x)]
    values = np.unique(held)
    cuts = values[1:] if len(values) <= bins else np.unique(np.quantile(held, np.linspace(0, 1, bins + 1)[1:-1]))
    edges = [None, *map(float, cuts), None]
    levels = [Level(f"from {low}", low=low, high=high) for low, high in zip(edges[:-1], edges[1:], strict=True)]
    codes = np.where(np.isnan(x), len(levels), np.searchsorted(cuts, x, side="right"))
    return Criterion(name, name, "number", "engagement", (*levels, *ENDS), ordered=True), codes


def categories(rng, leads, shares, missing=0.0):
    codes = rng.choice(len(shares), leads, p=np.array(shares) / np.sum(shares))
    return np.where(rng.random(leads) < missing, len(shares), codes)


def history(seed, plant=None):
    """A history of 1,000-5,000 leads, base rate 1-40 %, with strong honest signals; and a planted leak, if any."""
    rng = np.random.default_rng(seed)
    leads = int(rng.integers(1000, 5001))
    base = float(np.exp(rng.uniform(np.log(0.01), np.log(0.4))))
    if plant:  # a leak can only be seen in customers
        base = max(base, 40 / leads)
    found = []

    sector = categories(rng, leads, [4, 3, 2, 2, 1, 1, 0.3, 0.1], missing=0.1)
    country = categories(rng, leads, np.exp(-np.arange(14) / 2), missing=0.02)
    source = categories(rng, leads, [5, 4, 3, 1, 0.2])
    mailbox = categories(rng, leads, [6, 4])
    seriousness = rng.normal(size=leads)
    size = np.exp(rng.normal(3, 1.5, leads)).round()
    visits = rng.poisson(np.exp(0.5 + 0.5 * seriousness)).astype(float)
    minutes = np.exp(rng.normal(1 + 0.5 * seriousness, 1)).round(1)
    size[rng.random(leads) < 0.3 - 0.15 * np.tanh(seriousness)] = np.nan
    demo = rng.random(leads) < rng.uniform(0.01, 0.05)
    competitor = rng.random(leads) < rng.uniform(0.003, 0.02)
    student = rng.random(leads) < rng.uniform(0.02, 0.15)
    phone = rng.random(leads) < 1 / (1 + np.exp(-seriousness))
    newsletter = rng.random(leads) < 0.3

    demo_rate = min(0.6, rng.uniform(5, 20) * base)
    wanted = (
        rng.uniform(0.2, 0.8) * seriousness
        + 0.8 * rng.normal(size=9)[sector]
        + 0.5 * rng.normal(size=15)[country]
        + np.array([0, 0.5, -0.5, 1, np.log(20)])[source]
        - rng.uniform(0, 1) * mailbox
        + 0.4 * np.nan_to_num(np.log1p(size) - 3)
        - 2 * student
        + 0.3 * newsletter
    )
    intercept = np.log(base / (1 - base)) - 0.5
    for _ in range(25):  # the intercept that gives the base rate
        share = 1 / (1 + np.exp(-(intercept + wanted)))
        share = np.where(demo, np.maximum(share, demo_rate), share) * ~competitor
        intercept += np.log(base / (1 - base)) - np.log(share.mean() / (1 - share.mean()))
    bought = rng.random(leads) < share

    found += [
        (text("sector", [f"sector {i}" for i in range(8)]), sector),
        (text("country", [f"country {i}" for i in range(14)]), country),
        (text("source", [f"source {i}" for i in range(5)]), source),
        (text("mailbox", ["professional", "free"]), mailbox),
        number("size", size),
        number("visits", visits),
        number("minutes", minutes),
        (yes_no("demo"), 1 - demo),
        (yes_no("competitor"), 1 - competitor),
        (yes_no("student"), 1 - student),
        (Criterion("phone", "phone", "presence", "fit", (Level("filled"), *ENDS), "missing"), 1 - phone),
        (yes_no("newsletter"), 1 - newsletter),
    ]
    for i in range(4):
        found.append(number(f"noise {i}", rng.normal(size=leads).round(1)))
    planted = planting(rng, bought, plant) if plant else []
    found += planted
    tally = tally_of([c for c, _ in found], np.stack([codes for _, codes in found]).astype(np.uint8), bought)
    return tally, [c.column for c, _ in planted]


def planting(rng, bought, plant):
    """Columns filled after the outcome, under names that say nothing."""
    leads = len(bought)

    def where(customers, others):
        return rng.random(leads) < np.where(bought, customers, others)

    if plant == "post_outcome":  # an amount, entered with the deal
        amount = np.where(where(rng.uniform(0.9, 1), rng.uniform(0, 0.01)), rng.lognormal(8, 1, leads).round(), np.nan)
        return [number("field_7", amount)]
    if plant == "missingness":  # a field that sales fill in while they talk to a buyer
        value = categories(rng, leads, [3, 2, 1])
        return [(text("field_7", "abc"), np.where(where(rng.uniform(0.9, 0.99), rng.uniform(0.05, 0.25)), value, 3))]
    if plant == "stage_counter":
        return [number("field_7", np.where(bought, 4 + rng.poisson(2, leads), 1 + rng.poisson(1, leads)).astype(float))]
    if plant == "winner_only":  # one answer that only winners get
        value = categories(rng, leads, [3, 2, 1], missing=0.2)
        return [(text("field_7", "abcd"), np.where(where(rng.uniform(0.5, 1), 0), 3, np.where(value == 3, 4, value)))]
    if plant == "loss_reason":
        value = categories(rng, leads, [3, 2, 1])
        return [(text("field_7", "abc"), np.where(where(0, rng.uniform(0.75, 1)), value, 3))]
    if plant == "presence":
        filled = where(rng.uniform(0.92, 1), rng.uniform(0, 0.02))
        return [(Criterion("field_7", "field_7", "presence", "fit", (Level("filled"), *ENDS), "missing"), 1 - filled)]
    counters = [np.where(bought, 4 + rng.poisson(2, leads), 1 + rng.poisson(1, leads)).astype(float) for _ in "ab"]
    return [number("field_7", counters[0]), number("field_8", counters[1] * 3)]

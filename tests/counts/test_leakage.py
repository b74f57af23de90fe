from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from calibrate.counts.leakage import judge, suspects
from calibrate.counts.tally import tally_of
from calibrate.grid.criteria import Criterion, Level

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
ASKED = ("stage_counter", "winner_only", "two_at_once", "missingness")
"""What counts alone, or few customers, cannot tell from the best of honest columns."""


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
    levels = [Level(f"from {low}", low=low, high=high) for low, high in pairwise(edges)]
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
    for _ in range(8):  # the intercept that gives the base rate
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


# --- how often leaks are found, and honest columns accused -------------------------------------------


@pytest.mark.parametrize("plant", PLANTS)
def test_planted_leaks_are_all_found(plant):
    for seed in range(HISTORIES // len(PLANTS) + 1):
        tally, planted = history(1000 + seed, plant)
        answer = judge(tally)
        aside, asked = ([each.column for each in part] for part in (answer.suspects, answer.asked))
        assert set(planted) <= {*aside, *asked} and set(aside) <= set(planted), (seed, tally.overall, answer)
        assert plant in ASKED or aside == planted
        assert all(any(ch.isdigit() for ch in each.evidence) for each in (*answer.suspects, *answer.asked))


def test_clean_histories_set_nothing_aside_and_ask_little():
    questions = 0
    for seed in range(HISTORIES // 2):
        answer = judge(history(seed)[0])
        assert answer.suspects == ()
        questions += len(answer.asked)
        for question in answer.asked:
            assert question.auc_with > question.auc_without
    assert questions <= 0.7 * HISTORIES // 2


def test_a_counter_that_overlaps_is_asked_about():
    rng = np.random.default_rng(8)
    found = 0
    for seed in range(20):
        tally, _ = history(seed + 500, "stage_counter")
        honest = tally.without(["field_7"])
        bought = honest.customers > 0
        counter = number("field_7", rng.normal(size=tally.rows) + 2.2 * bought)
        both = tally_of([*honest.criteria, counter[0]], np.stack([*honest.codes, counter[1]]).astype(np.uint8), bought)
        answer = judge(both)
        found += answer.suspects == () and answer.asked[0].column == "field_7"
    assert found == 20


# --- single cases --------------------------------------------------------------------------------------


def counts(name, rows, kind="text"):
    """One criterion from (level, leads, customers); the level None is missing."""
    criterion = text(name, [level for level, _, _ in rows if level is not None])
    codes, bought = [], []
    for i, (level, leads, customers) in enumerate(rows):
        codes += [criterion.missing if level is None else i] * leads
        bought += [1] * customers + [0] * (leads - customers)
    order = np.random.default_rng(0).permutation(len(codes))
    return tally_of([criterion], np.array(codes, np.uint8)[order][None], np.array(bought)[order])


def test_tempting_honest_levels_are_not_accused():
    """Lead sources of a teaching case at a base rate of 38 %, and competitors that never buy."""
    source = [("Google", 2868, 1147), ("Direct", 2543, 818), ("Chat", 1755, 448), ("Organic", 1154, 436),
              ("Reference", 534, 490), ("Welingak", 142, 140), (None, 36, 29)]  # fmt: skip
    assert suspects(counts("Source", source)) == ()
    origin = [("Landing page", 4886, 1768), ("API", 3580, 1115), ("Add form", 718, 664), ("Import", 55, 13)]
    assert suspects(counts("Origin", origin)) == ()
    assert suspects(counts("kind", [("prospect", 9000, 100), ("competitor", 900, 0)])) == ()
    assert suspects(counts("demo", [("asked", 40, 8), ("not asked", 3960, 32)])) == ()


def test_the_evidence_has_the_counts():
    found = judge(counts("field_7", [("Will revert", 2072, 2007), ("Ringing", 1203, 34), (None, 5965, 1520)])).asked
    assert [s.reason for s in found] == ["level_always_closes"]
    assert found[0].evidence == (
        "“Will revert”: 2,007 of 2,072 leads became customers (96.9%); there are 3,561 customers in all"
    )
    assert found[0].facts == {
        "level": "Will revert", "leads": 2072, "customers": 2007, "rate": 2007 / 2072, "all_customers": 3561,
    }  # fmt: skip


def test_a_placeholder_is_not_filled():
    rows = [("Select", 3000, 30), ("A", 120, 115), ("B", 140, 136)]
    found = suspects(counts("field_7", rows))
    assert found[0].reason == "filled_for_customers"
    assert found[0].facts["leads"] == 260


def test_a_name_alone_accuses_nobody():
    told = [("low", 500, 60), ("high", 500, 150)]
    silent = [("low", 500, 100), ("high", 500, 104)]
    assert [s.reason for s in suspects(counts("Lead quality", told))] == ["names_outcome"]
    assert suspects(counts("Lead quality", silent)) == ()
    assert suspects(counts("Company", told)) == ()


def test_a_source_that_each_visit_overwrites_is_asked_about_however_little_it_tells():
    told = [("Direct", 500, 60), ("Search", 500, 50), ("Ads", 300, 31)]
    for name in ("Latest Traffic Source", "Letzte Quelle", "Dernière source", "utm_source_last"):
        assert [q.reason for q in judge(counts(name, told)).asked] == ["overwritten_source"]
    for name in ("Original Source", "Lead Source", "First touch"):
        assert judge(counts(name, told)).asked == ()
    assert judge(counts("Latest Traffic Source", told), clear=["Latest Traffic Source"]).asked == ()
    assert judge(counts("Latest Traffic Source", [("Direct", 900, 80)])).asked == ()


def test_a_level_that_names_the_outcome():
    rows = [("Closed by partner", 60, 58), ("Ringing", 400, 60), ("Busy", 500, 160), ("Will call", 500, 190)]
    assert [s.reason for s in suspects(counts("Remarks", rows))] == ["names_outcome"]


def test_the_user_may_put_a_column_back():
    tally = history(3, "two_at_once")[0]
    columns = ["field_7", "field_8"]
    assert [s.column for s in judge(tally).asked] == columns
    assert [s.column for s in judge(tally, clear=["field_7"]).asked] == columns[1:]
    leak = history(3, "presence")[0]
    assert [s.column for s in suspects(leak)] == ["field_7"]
    assert suspects(leak, free=["field_7"]) == ()
    put_back = judge(leak, back=["field_7"]).asked[0]
    assert (put_back.column, put_back.reason) == ("field_7", suspects(leak)[0].reason)
    assert "field_7" not in [q.column for q in judge(leak, clear=["field_7"]).asked]


def test_a_level_that_never_closes_is_kept():
    """No login, never bought: the best line a grid can have."""
    answer = judge(counts("logins", [("none", 2505, 0), ("some", 700, 130)]))
    assert answer.suspects == ()
    assert judge(counts("logins", [("none", 2505, 0), ("some", 700, 130)]), clear=["logins"]).asked == ()


def test_a_level_that_nearly_always_closes_is_asked_about():
    answer = judge(counts("source", [("web", 1900, 40), ("fair", 800, 25), ("referral", 100, 95)]))
    assert answer.suspects == ()
    assert [(q.column, q.reason) for q in answer.asked] == [("source", "level_always_closes")]
    assert answer.asked[0].facts["level"] == "referral"
    assert "“source”" in answer.asked[0].question and "--known" in answer.asked[0].question


def test_stages_as_levels_state_the_sales_process():
    rows = [("MQL", 900, 20), ("SQL", 300, 40), ("Opportunity", 100, 60), ("Nurturing", 900, 5)]
    assert [s.reason for s in suspects(counts("q07", rows))] == ["names_outcome"]
    assert suspects(counts("q07", [(f"Sector {level}", n, k) for level, n, k in rows])) == ()


def test_without_a_column_the_others_reach_what_a_regression_reaches():
    """Two independent columns, by pencil: the one that is left has its own AUC."""
    rng = np.random.default_rng(5)
    x, y = rng.integers(0, 3, 6000), rng.integers(0, 4, 6000)
    bought = rng.random(6000) < 1 / (1 + np.exp(2.5 - 1.2 * x - 0.4 * y))
    cohort = rng.integers(0, 6, 6000)
    columns = [text("x", "abc"), text("y", "abcd")]
    tally = tally_of(columns, np.stack([x, y]).astype(np.uint8), bought, cohort, list("123456"))
    asked = judge(tally).asked
    assert [q.column for q in asked] == ["x"]
    pairs = (y[bought][:, None] > y[~bought]).mean() + (y[bought][:, None] == y[~bought]).mean() / 2
    assert abs(asked[0].auc_without - pairs) < 0.005
    score = 1.2 * x + 0.4 * y
    pairs = (score[bought][:, None] > score[~bought]).mean() + (score[bought][:, None] == score[~bought]).mean() / 2
    assert abs(asked[0].auc_with - pairs) < 0.005


def test_no_customers_no_suspects():
    assert suspects(counts("field_7", [("a", 50, 0), ("b", 50, 0)])) == ()
    assert suspects(counts("field_7", [("a", 50, 50), ("b", 50, 50)])) == ()


def test_what_ranks_well_in_a_source_without_dates_is_asked_about_whatever_its_name():
    """Four equal columns of which none does most of the work; with dates, young leads would tell."""
    rng = np.random.default_rng(6)
    codes = rng.integers(0, 4, (4, 6000)).astype(np.uint8)
    bought = rng.random(6000) < 1 / (1 + np.exp(13.5 - 1.6 * codes.sum(axis=0)))
    columns = [text(f"q{i}", "abcd") for i in range(4)]
    tally = tally_of(columns, codes, bought)
    asked = judge(tally).asked
    assert sorted(q.column for q in asked) == ["q0", "q1", "q2", "q3"] and {q.reason for q in asked} == {"undated"}
    assert all("no date" in q.evidence and q.auc_with > q.auc_without for q in asked)
    assert judge(replace(tally, ends=np.array([20000]))).asked == ()
    assert judge(tally, clear=[f"q{i}" for i in range(4)]).asked == ()


@pytest.mark.parametrize(
    ("answers", "reason"),
    [(("employed", "student"), "asked"), (("in progress", "perdu"), "aside"), (("New", "A"), "aside")],
)
def test_a_status_and_nothing_else_is_one_of_the_sale_where_an_answer_is(answers: tuple[str, str], reason: str) -> None:
    """4,000 leads, half of each answer, one of which closes four times as often as the other."""
    levels = (
        *(Level(answer, values=(answer,)) for answer in answers),
        Level("missing", "missing"),
        Level("other", "other"),
    )
    status = Criterion("Status", "Status", "text", "fit", levels)
    codes = np.arange(4000) % 2
    bought = np.random.default_rng(1).random(4000) < np.where(codes == 0, 0.2, 0.05)
    found = judge(tally_of((status,), codes[None].astype(np.uint8), bought))
    reasons = {"aside": [s.reason for s in found.suspects], "asked": [q.reason for q in found.asked]}
    assert reasons[reason] == ["names_outcome" if reason == "aside" else "name_asks"]
    assert not reasons["asked" if reason == "aside" else "aside"]

"""Keys of other tables and calendar columns: kept only where their levels tell the same on earlier and later leads."""

from __future__ import annotations

import numpy as np
import pytest

from calibrate.counts.replication import by_chance, replicated
from calibrate.counts.tally import Tally, tally_of
from calibrate.grid.criteria import Criterion, Level

LEADS, KEYS = 6000, 120


def criterion(name: str, texts: list[str]) -> Criterion:
    levels = (*(Level(text, values=(text,)) for text in texts), Level("missing", "missing"), Level("other", "other"))
    return Criterion(name, name, "text", "fit", levels)


def history(seed: int, spread: float, name: str = "Campaign ID") -> Tally:
    """Leads in twelve cohorts with one of 120 keys each; log-odds of the keys spread by `spread` around 20 %."""
    pick = np.random.default_rng(seed)
    keys = pick.integers(0, KEYS, LEADS)
    chance = 1 / (1 + np.exp(-(-1.4 + spread * pick.normal(size=KEYS)[keys])))
    bought = pick.random(LEADS) < chance
    return tally_of([criterion(name, [f"C-{1000 + i}" for i in range(KEYS)])], keys.astype(np.uint8)[None], bought,
                    cohort=np.arange(LEADS) * 12 // LEADS, cohorts=[f"m{i}" for i in range(12)])  # fmt: skip


def test_the_agreement_by_pencil() -> None:
    """Two levels of 100 leads in each half, p = 1/5: surpluses 10, -10 and 10, -10; 200 / sqrt(.16 * .16 * 20000)."""
    margin = np.array([[[100, 30], [100, 10]], [[100, 30], [100, 10]]])
    assert replicated(margin) == pytest.approx(200 / np.sqrt(0.16 * 0.16 * 20000))
    turned = np.array([[[100, 30], [100, 10]], [[100, 10], [100, 30]]])
    assert replicated(turned) == pytest.approx(-200 / np.sqrt(0.16 * 0.16 * 20000))
    assert replicated(np.array([[[100, 20], [100, 20]], [[100, 30], [100, 10]]])) == -np.inf


def test_keys_without_effect_are_left_out_and_keys_with_one_stay() -> None:
    null = sum(not by_chance(history(seed, 0.0)) for seed in range(100))
    true = sum(not by_chance(history(seed, 0.7)) for seed in range(40))
    assert null <= 10  # 5 % of 100, three standard errors
    assert true >= 38


def test_what_is_wanted_is_not_tried() -> None:
    assert by_chance(history(1, 0.0), free=("Campaign ID",)) == ()
    assert [each.kind for each in by_chance(history(1, 0.0))] == ["key"]
    assert by_chance(history(1, 0.0, name="Sector")) != ()  # shaped like codes, whatever it is called


def test_levels_that_came_one_after_the_other_cannot_be_compared() -> None:
    """Two campaigns of the first half, two of the second: each half has spread, but no level stands in both."""
    margin = np.array([[[100, 30], [100, 10], [0, 0], [0, 0]], [[0, 0], [0, 0], [100, 30], [100, 10]]])
    assert replicated(margin) == -np.inf


def company_key(rng: np.random.Generator, effect: float) -> Tally:
    """3,000 contacts of companies of 1 to 5, whose contacts come over much of the history and buy together or not.

    Each company has one of 40 answers; `effect` is how far apart their log-odds lie.
    """
    size = rng.integers(1, 6, 3000)
    company = np.repeat(np.arange(3000), size)[:3000]
    answer = rng.integers(0, 40, 3000)
    odds = -2.4 + effect * rng.normal(size=40)[answer]
    bought = (rng.random(3000) < 1 / (1 + np.exp(-odds)))[company]
    moment = rng.random(3000)[company] + rng.random(3000)
    month = np.argsort(np.argsort(moment)) // 150
    levels = (
        *(Level(f"k{i}", values=(f"k{i}",)) for i in range(40)),
        Level("missing", "missing"),
        Level("other", "other"),
    )
    key = Criterion("Account ID", "Account ID", "text", "fit", levels)
    codes = answer[company][None].astype(np.uint8)
    return tally_of([key], codes, bought, month, [f"{i:02d}" for i in range(20)], company)


def test_a_key_of_companies_tells_nothing_because_their_contacts_buy_together() -> None:
    """Without the companies 19 of 20 such keys would be kept: each company stands on both sides and counts twice."""
    rng = np.random.default_rng(5)
    assert sum(not by_chance(company_key(rng, 0.0)) for _ in range(40)) <= 4
    assert sum(not by_chance(company_key(rng, 1.0)) for _ in range(10)) >= 8

"""Time to close: by pencil, beside lifelines' textbook formula, and against the truth of a simulation."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from calibrate.engine import Session
from calibrate.funnel.time_to_close import closing_times, curve
from calibrate.leads.history import observe
from calibrate.leads.terms import Terms
from calibrate.simulated_leads import share_closed, simulate


def test_the_curve_by_pencil() -> None:
    # day 2: 1 of 10 closes; day 4: two leave open; day 5: 2 of 7 close; day 9: the other five are open
    found = curve(
        np.array([2, 4, 5, 9]), np.array([True, False, True, False]), np.array([1, 2, 2, 5]), observe_days=3,
        close_within_days=90,
    )  # fmt: skip
    assert found is not None
    assert found.days.tolist() == [2, 5]
    assert found.share == pytest.approx([0.1, 1 - 0.9 * 5 / 7])
    assert (found.leads, found.closings, found.median) == (10, 3, 5.0)
    assert found.before == pytest.approx(0.1 / (1 - 0.9 * 5 / 7))
    assert found.captured == pytest.approx(1 - found.before)
    assert found.proposed == 7
    greenwood = 0.9 * np.sqrt(1 / (10 * 9))  # standard error of the survival on day 2
    inner = np.log(0.9)
    wide = np.exp(1.959964 * greenwood / (0.9 * abs(inner)))
    assert [found.low[0], found.high[0]] == pytest.approx([1 - 0.9 ** (1 / wide), 1 - 0.9**wide])


@pytest.mark.parametrize("seed", range(5))
def test_the_curve_is_that_of_statsmodels(seed: int) -> None:
    survival = pytest.importorskip("statsmodels.duration.survfunc")
    rng = np.random.default_rng(seed)
    days, closed, leads = rng.integers(0, 60, 200), rng.random(200) < 0.4, rng.integers(1, 30, 200)
    found = curve(days, closed, leads, observe_days=3, close_within_days=30)
    with np.errstate(divide="ignore", invalid="ignore"):
        peer = survival.SurvfuncRight(np.repeat(days, leads), np.repeat(closed, leads).astype(int))
    assert found is not None
    assert found.days.tolist() == peer.surv_times.tolist()
    assert found.share == pytest.approx(1 - peer.surv_prob, abs=1e-12)
    inside = (peer.surv_prob > 0) & (peer.surv_prob < 1)
    survival, error = peer.surv_prob[inside], np.asarray(peer.surv_prob_se)[inside]
    wide = np.exp(1.959964 * error / survival / np.abs(np.log(survival)))
    assert found.high[inside] == pytest.approx(1 - survival**wide, rel=1e-9)


def test_nobody_closed_gives_no_curve() -> None:
    assert curve(np.array([3]), np.array([False]), np.array([9]), observe_days=0, close_within_days=90) is None


def test_open_leads_are_censored_and_the_truth_is_held(tmp_path: Path) -> None:
    """The young half has not had time to close; the curve still tells when all closings come."""
    history = simulate(leads=20000, rate=0.3, events=False, seed=11)
    history.leads[["lead_id", "created_at", "customer_at"]].to_csv(tmp_path / "leads.csv", index=False)
    terms = Terms(created_at="created_at", customer_at="customer_at", lead_id="lead_id", as_of=history.as_of)
    found = closing_times(observe(Session().open(tmp_path / "leads.csv"), (), terms))
    assert found is not None
    for day in (14, 30, 60, 90):
        place = int(np.searchsorted(found.days, day, side="right")) - 1
        truth = share_closed(day + 0.5) * float(history.chance.mean())
        assert found.low[place] - 0.003 <= truth <= found.high[place] + 0.003
    assert found.captured == pytest.approx(share_closed(90), abs=0.03)
    assert found.proposed % 7 == 0
    assert abs(found.proposed - 82) <= 10  # nine in ten close within 38 * exp(0.6 * 1.2816) = 82 days


def test_without_closing_dates_there_is_no_curve(tmp_path: Path) -> None:
    rows = "".join(f"2025-01-{i % 28 + 1:02d},{'yes' if i % 4 else 'no'}\n" for i in range(60))
    (tmp_path / "leads.csv").write_text("created,won\n" + rows, encoding="utf-8")
    terms = Terms(created_at="created", customer="won", as_of=date(2025, 12, 31))
    assert closing_times(observe(Session().open(tmp_path / "leads.csv"), (), terms)) is None

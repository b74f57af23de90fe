"""Charts: drawn from values alone, the same bytes each time, and no text of a user's read as a formula."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from report_case import review

from calibrate.counts.rates import estimate
from calibrate.counts.tally import Tally
from calibrate.errors import GridError
from calibrate.grid.criteria import Level
from calibrate.points.thresholds import trade_off
from calibrate.report import charts

REVIEW = review(4000)


def renamed(tally: Tally, *names: str) -> Tally:
    """The tally with the first levels of its first criterion named anew."""
    first, *rest = tally.criteria
    levels = (*(Level(name, values=(name,)) for name in names), *first.levels[len(names) :])
    return replace(tally, criteria=(replace(first, name="$sector$", levels=levels), *rest))


def every_figure() -> dict[str, charts.Figure]:
    grid, scores = REVIEW.candidates[0].grid, REVIEW.candidates[0].scores
    assert grid.thresholds is not None
    return {
        "lift": charts.lift_bars(REVIEW.rates),
        "sector": charts.lift_bars(REVIEW.rates, "sector"),
        "rates": charts.close_rates(REVIEW.rates, "sector"),
        "calibration": charts.calibration_curves(REVIEW.comparison),
        "gains": charts.gains(REVIEW.comparison),
        "thresholds": charts.threshold_trade_off(trade_off(scores, 24.0), {"MQL": grid.thresholds.marketing_qualified}),
    }


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_equal_values_give_equal_bytes(tmp_path: Path, suffix: str) -> None:
    wanted = ("lift", "gains", "thresholds")
    first_time, second_time = every_figure(), every_figure()
    for name in wanted:
        charts.save(first_time[name], tmp_path / f"{name}-1{suffix}")
        charts.save(second_time[name], tmp_path / f"{name}-2{suffix}")
        first, second = ((tmp_path / f"{name}-{i}{suffix}").read_bytes() for i in (1, 2))
        assert first == second, name
        assert b"Matplotlib v" not in first or suffix == ".svg"
        assert b"dc:date" not in first


def test_texts_of_users_are_no_formulas(tmp_path: Path) -> None:
    hostile = renamed(REVIEW.tally, "$x^{2", "cost $5 or $6", "a\nb\tc\x00", "學 🚀 \ud800", "x" * 500)
    figure = charts.close_rates(estimate(hostile), "$sector$")
    axes = figure.axes[0]
    drawn = [label.get_text().split("\n")[0] for label in axes.get_yticklabels()]
    assert drawn[:2] == ["$x^{2", "cost $5 or $6"]
    assert drawn[2] == "a b c"
    assert len(drawn[4]) == 46
    assert not any(label.get_parse_math() for label in axes.get_yticklabels())
    charts.save(figure, tmp_path / "hostile.png")
    charts.save(charts.lift_bars(estimate(hostile), "$sector$"), tmp_path / "hostile.svg")


def test_a_notebook_shows_a_chart_by_itself() -> None:
    figure = charts.lift_bars(REVIEW.rates, "role")
    assert figure._repr_png_().startswith(b"\x89PNG")  # type: ignore[attr-defined]


def test_every_bar_says_its_counts() -> None:
    axes = charts.close_rates(REVIEW.rates, "role").axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    counted = REVIEW.rates.frame()
    for row in counted[(counted["criterion"] == "role") & (counted["leads"] > 0)].itertuples():
        assert any(label.endswith(f"\n{row.customers} of {row.leads:,}") for label in labels)


def test_bars_are_the_rates() -> None:
    axes = charts.close_rates(REVIEW.rates, "mailbox").axes[0]
    at = [i for i, (c, _) in enumerate(REVIEW.rates.frame()[["criterion", "level"]].itertuples(index=False))
          if c == "mailbox" and REVIEW.rates.leads[i]]  # fmt: skip
    assert [patch.get_width() for patch in axes.patches] == pytest.approx([REVIEW.rates.rate[i] for i in at])


def test_nothing_to_draw_is_still_a_picture(tmp_path: Path) -> None:
    empty = pd.DataFrame(columns=["predicted", "observed", "low", "high", "leads", "customers"], dtype=float)
    nothing = pd.DataFrame({"share_leads": [], "share_customers": []})
    judged = tuple(replace(j, reliability=empty, gains=nothing) for j in REVIEW.comparison.judged)
    comparison = replace(REVIEW.comparison, judged=judged)
    same = replace(REVIEW.rates, q_value=REVIEW.rates.q_value * 0 + 1)
    table = trade_off(REVIEW.candidates[0].scores, None)
    figures = [
        charts.calibration_curves(comparison),
        charts.gains(comparison),
        charts.lift_bars(same),
        charts.threshold_trade_off(table.iloc[:0]),
        charts.threshold_trade_off(table),
    ]
    for i, figure in enumerate(figures):
        charts.save(figure, tmp_path / f"{i}.png")


def test_an_unknown_criterion_names_the_nearest() -> None:
    with pytest.raises(GridError, match="Did you mean 'sector'"):
        charts.close_rates(REVIEW.rates, "sectr")


def test_pyplot_is_never_loaded_and_matplotlib_only_when_drawing() -> None:
    code = (
        "import sys; import calibrate.report.charts as charts; assert 'matplotlib' not in sys.modules;"
        "from pathlib import Path; sys.path.insert(0, 'tests'); from report_case import review;"
        "charts.lift_bars(review(500).rates); assert 'matplotlib.pyplot' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr

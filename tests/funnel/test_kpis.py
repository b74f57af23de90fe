"""Months of the funnel: they add up."""

from __future__ import annotations

from dataclasses import replace

import pytest
from two_grids import GROUPS, NEW, counted

from calibrate.funnel.kpis import months_of
from calibrate.grid.grid import Thresholds


def test_months_add_up() -> None:
    tally = counted(GROUPS, months=3)
    found = months_of(tally, replace(NEW, thresholds=Thresholds(10, 10)))
    assert [month.cohort for month in found] == ["2025-01", "2025-02", "2025-03"]
    assert found[0].overall.leads == 480 and found[0].marketing_qualified.customers == 26
    assert found[0].mean_score_customers == pytest.approx(260 / 36)
    assert found[0].share_marketing_qualified == pytest.approx(80 / 480)
    assert found[0].alerts_per_day == pytest.approx(80 / 21)

"""Months whose lost leads were deleted."""

from __future__ import annotations

import numpy as np

from calibrate.leads.retention import thinned


def test_months_whose_lost_leads_were_deleted_are_seen() -> None:
    generator = np.random.default_rng(5)
    later = np.column_stack([generator.poisson(170, 12), generator.poisson(11, 12)])
    early = np.column_stack([generator.poisson(27, 5), generator.poisson(9, 5)])
    found = thinned(np.vstack([early, later]))
    assert found is not None
    assert found.cohorts in (4, 5)
    growing = np.column_stack([np.arange(20, 190, 10), generator.binomial(np.arange(20, 190, 10), 0.07)])
    assert thinned(growing) is None

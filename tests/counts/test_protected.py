"""Sensitive columns as suspects: what all criteria reach with and without each."""

from __future__ import annotations

import numpy as np
import pytest
from weights_case import text

from calibrate.counts.protected import sensitive_ones
from calibrate.counts.tally import Tally, tally_of
from calibrate.leads.columns.sensitive import Sensitive

SEX, AGE = Sensitive("sex", "sex", "name"), Sensitive("age", "age", "values")


@pytest.fixture(scope="module")
def tally() -> Tally:
    """Sex tells nothing, age everything there is to tell."""
    random = np.random.default_rng(5)
    sex, age, month = random.integers(0, 2, 4000), random.integers(0, 2, 4000), random.integers(0, 6, 4000)
    bought = random.random(4000) < np.where(age == 1, 0.3, 0.1)
    criteria = [text("sex", ["f", "m"]), text("age", ["old", "young"])]
    return tally_of(criteria, np.stack([sex, age]).astype(np.uint8), bought, month, [f"2025-{m}" for m in range(6)])


def test_what_leaving_it_out_costs_is_said(tally: Tally) -> None:
    sex, age = sensitive_ones(tally, [SEX, AGE])
    assert (sex.column, sex.reason, sex.facts["kind"], age.facts["how"]) == ("sex", "sensitive", "sex", "values")
    assert sex.facts["auc_with"] == age.facts["auc_with"] == pytest.approx(0.63, abs=0.03)
    assert sex.facts["auc_without"] == pytest.approx(sex.facts["auc_with"], abs=0.02)
    assert age.facts["auc_without"] == pytest.approx(0.5, abs=0.03)
    assert "by its name: sex" in sex.evidence and "by its values: age" in age.evidence


def test_what_is_out_already_is_not_told_again_and_what_is_no_criterion_costs_nothing(tally: Tally) -> None:
    (age,) = sensitive_ones(tally, [SEX, AGE], aside=["sex"])
    assert age.column == "age"
    assert sensitive_ones(tally, [SEX], aside=["sex"]) == sensitive_ones(tally, []) == ()
    (absent,) = sensitive_ones(tally, [Sensitive("religion", "religion", "name")])
    assert absent.facts["auc_with"] == absent.facts["auc_without"]

"""The estimator keeps scikit-learn's contract, and its points are those of the grid."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("sklearn")
from sklearn.base import clone
from sklearn.model_selection import GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from calibrate.sklearn import GridClassifier


@parametrize_with_checks([GridClassifier()])
@pytest.mark.filterwarnings("ignore")
def test_the_contract(estimator: Any, check: Any) -> None:
    check(estimator)


def leads(rows: int = 3000) -> tuple[pd.DataFrame, np.ndarray[Any, Any]]:
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"demo": rng.choice(["yes", "no", None], rows, p=[0.2, 0.7, 0.1]),
                          "size": np.where(rng.random(rows) < 0.1, np.nan, rng.integers(1, 300, rows))})  # fmt: skip
    chance = 0.05 + 0.4 * (frame["demo"] == "yes") + 0.2 * (frame["size"] > 150)
    return frame, (rng.random(rows) < chance).to_numpy()


def test_points_are_those_of_the_grid_and_rates_those_of_its_curve() -> None:
    frame, won = leads()
    model = GridClassifier("sparse", max_lines=4).fit(frame, won)
    scores = [model.grid_.score(lead) for lead in frame.head(300).to_dict("records")]
    assert model.points(frame.head(300)).tolist() == scores and model.grid_.lines <= 4
    rate = model.predict_proba(frame)[:, 1]
    assert abs(rate.mean() - won.mean()) < 0.02
    weighted = GridClassifier("sparse", max_lines=4).fit(frame, won, sample_weight=np.full(len(won), 2.0))
    twice = clone(model).fit(pd.concat([frame, frame]), np.tile(won, 2))
    assert weighted.grid_.points == twice.grid_.points


def test_it_stands_in_pipelines_and_cross_validation() -> None:
    frame, won = leads()
    found = cross_val_score(GridClassifier(), frame, won, scoring="roc_auc", cv=3)
    assert found.min() > 0.7
    groups = np.arange(len(won)) // 3
    assert cross_val_score(GridClassifier(), frame, won, groups=groups, cv=GroupKFold(3)).min() > 0.6
    pipe = make_pipeline(StandardScaler().set_output(transform="pandas"), GridClassifier())
    assert pipe.fit(frame[["size"]], won).predict_proba(frame[["size"]]).shape == (len(won), 2)
    assert GridClassifier().fit(frame, won, groups=groups).grid_.lines


def test_a_wrong_method_is_told() -> None:
    frame, won = leads(200)
    with pytest.raises(ValueError, match="Did you mean 'sparse'"):
        GridClassifier("sprse").fit(frame, won)

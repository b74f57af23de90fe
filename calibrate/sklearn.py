"""A points grid as an estimator of scikit-learn: the same calibration, for pipelines and cross-validation.

    from calibrate.sklearn import GridClassifier
    model = GridClassifier("sparse", max_lines=10).fit(X, y)
    model.grid_, model.decision_function(X), model.predict_proba(X)

Needs the extra `ceiling` (scikit-learn).
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from .counts.rates import MIN_LEADS
from .counts.tally import tally_of
from .errors import CalibrateError
from .face import plan_of
from .grid.criteria import Criterion, Level, interval_name
from .grid.grid import Curve
from .points.plan import calibrate

FINE = 20
"""Intervals of a number, and values of a text, that are told apart at first."""
ENDS = (Level("missing", "missing"), Level("other", "other"))


class GridClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Whole points per level, from leads `X` and who became a customer `y` (the second of two classes).

    Parameters
    ----------
    method
        A weighting method.
    max_lines, cap
        At most so many lines with points; so many points a line.
    min_leads
        Levels with fewer leads are pooled; None: 30, fewer where there are few leads.
    """

    def __init__(
        self,
        method: str = "logistic",
        *,
        max_lines: int | None = None,
        cap: int | None = None,
        min_leads: int | None = None,
    ) -> None:
        self.method = method
        self.max_lines = max_lines
        self.cap = cap
        self.min_leads = min_leads

    def __sklearn_tags__(self) -> Any:
        """Two classes; texts and gaps are taken."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None) -> Self:
        """Make the grid. `groups` names the buyer of each lead: leads of one buyer count as what they share.

        Raises
        ------
        ValueError
            More or fewer than two classes, or nothing to make points from.
        """
        frame, y = self._frame(X, y)
        check_classification_targets(y)
        if type_of_target(y) not in ("binary",) and len(np.unique(y)) > 2:
            raise ValueError("Only binary classification is supported. The type of the target is " + type_of_target(y))
        weight = _check_sample_weight(sample_weight, frame)
        positive = weight > 0
        self.classes_, place = np.unique(y, return_inverse=True)
        if len(np.unique(place[positive])) < 2:
            raise ValueError("GridClassifier needs leads of both classes, and here is only one class")
        times = weight[positive]
        if (times == np.rint(times)).all():
            rows = np.repeat(np.flatnonzero(positive), times.astype(np.intp))
        else:  # counts are whole: weights become counts that keep the sum, to a hundredth of the mean weight
            rows = np.repeat(np.flatnonzero(positive), np.rint(times / times.mean() * 100).astype(np.intp))
        leads, customer = frame.iloc[rows].reset_index(drop=True), place[rows].astype(np.bool_)
        criteria = [_criterion(str(name), leads[name]) for name in leads.columns]
        codes = np.array([_codes(c, leads[name]) for c, name in zip(criteria, leads.columns, strict=True)], np.uint8)
        order = np.lexsort((customer, *codes))  # whatever order the leads come in, the grid is the same
        rows, codes, customer = rows[order], codes[:, order], customer[order]
        fewest = self.min_leads or int(np.clip(len(leads) // 20, 1, MIN_LEADS))
        try:
            plan = plan_of(self.method, {"max_lines": self.max_lines, "cap": self.cap})
            tally = tally_of(criteria, codes, customer, group=_buyers(groups, rows))
            self.grid_ = calibrate(tally, plan, min_leads=fewest)
        except CalibrateError as fault:
            raise ValueError(str(fault)) from fault
        return self

    def decision_function(self, X: Any) -> NDArray[np.float64]:
        """Score of each lead, counted from where the likelier class changes: above 0 it is a customer."""
        return self.points(X) - self._turn

    @property
    def _curve(self) -> Curve:
        """The close rates that the grid expects."""
        curve: Curve | None = self.grid_.curve
        if curve is None:
            raise ValueError("the grid has no curve of close rates")
        return curve

    @property
    def _turn(self) -> float:
        """Half a point below the lowest score from which a customer is the likelier class."""
        curve = self._curve
        likely = [score for score, rate in zip(curve.scores, curve.rates, strict=True) if rate >= 0.5]
        return float(min(likely, default=self.grid_.maximum + 1)) - 0.5

    def points(self, X: Any) -> NDArray[np.float64]:
        """Score of each lead, in points."""
        check_is_fitted(self)
        frame, _ = self._frame(X)
        points: NDArray[np.float64] = np.full(len(frame), float(self.grid_.start))
        for criterion, values in zip(self.grid_.criteria, self.grid_.points, strict=True):
            points += np.array(values, np.float64)[_codes(criterion, frame[criterion.column])]
        return points

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Close rate that the grid's curve expects at each score, and its complement: (leads, 2)."""
        points = self.points(X)
        rate = self._curve.at(points)
        return np.column_stack([1 - rate, rate])

    def predict(self, X: Any) -> NDArray[Any]:
        """The likelier class."""
        likely = self.decision_function(X) > 0
        return np.asarray(self.classes_[likely.astype(int)])

    def _frame(self, X: Any, y: Any = "no_validation") -> tuple[pd.DataFrame, Any]:
        """The leads as a frame with texts for names, checked as scikit-learn does."""
        fitting = not isinstance(y, str)
        if isinstance(X, pd.DataFrame) and any(not pd.api.types.is_numeric_dtype(X[name]) for name in X.columns):
            validate_data(self, X, y=y, reset=fitting, skip_check_array=True)
            frame = X.reset_index(drop=True)
            y = np.asarray(y) if fitting else None
        else:
            checked = validate_data(
                self,
                X,
                y=y,
                reset=fitting,
                dtype="numeric",
                ensure_all_finite="allow-nan",
                ensure_min_samples=2 if fitting else 1,
            )
            values, y = checked if fitting else (checked, None)
            frame = pd.DataFrame(values, columns=getattr(self, "feature_names_in_", None))
        frame.columns = [str(name) for name in frame.columns]
        return frame, y


def _criterion(name: str, values: pd.Series[Any]) -> Criterion:
    """Fine levels of a column: intervals of equal counts, or the commonest texts."""
    if pd.api.types.is_bool_dtype(values) or not pd.api.types.is_numeric_dtype(values):
        common = values.dropna().astype(str).value_counts(sort=True).index[: 10 * FINE]
        levels = [Level(text, values=(text,)) for text in sorted(common)]
        return Criterion(name, name, "text", "fit", (*levels, *ENDS))
    distinct = np.unique(values.dropna().to_numpy(np.float64))
    everything = np.sort(values.dropna().to_numpy(np.float64))
    if len(distinct) <= FINE:
        cuts = distinct[1:]
    else:
        cuts = np.unique(everything[(np.arange(1, FINE) * len(everything)) // FINE])
        cuts = cuts[cuts > distinct[0]]
    bounds = [None, *(float(cut) for cut in cuts), None]
    integral = bool((distinct == np.rint(distinct)).all())
    levels = [
        Level(f"{i:02d}: {interval_name(low, high, integers=integral)}", low=low, high=high)
        for i, (low, high) in enumerate(pairwise(bounds))
    ]
    return Criterion(name, name, "number", "fit", (*levels, *ENDS), ordered=True)


def _codes(criterion: Criterion, values: pd.Series[Any]) -> NDArray[np.intp]:
    """Position of each value's level."""
    if criterion.kind == "number":
        numbers = values.to_numpy(np.float64, na_value=np.nan)
        lows = [level.low for level in criterion.levels if level.role == "value" and level.low is not None]
        place = np.searchsorted(np.array(lows, np.float64), numbers, side="right")
        return np.where(np.isnan(numbers), criterion.missing, place).astype(np.intp)
    texts = {text: criterion.index_of(text) for text in values.dropna().astype(str).unique()}
    levels = values.astype(object).map(lambda value: criterion.missing if pd.isna(value) else texts[str(value)])
    return levels.to_numpy(np.intp)


def _buyers(groups: Any, rows: NDArray[np.intp]) -> NDArray[np.intp] | None:
    """The group of each row, where groups are given."""
    return None if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1][rows]

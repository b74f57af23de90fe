"""How well all columns that may be criteria rank leads together, and without one of them."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray
from scipy import special

from .auc import auc_of
from .leakage_columns import Column, logit
from .tally import Tally

Floats = NDArray[np.float64]
MOST_ROWS = 50_000
"""Profile rows enough to judge how far criteria go together."""


class Together:
    """How far criteria go together: a ridge logistic regression on the log-odds of each lead's levels.

    The log-odds of a row's level were learnt on other cohorts. Some rows are enough.
    """

    def __init__(self, tally: Tally, columns: list[Column], used: list[int]) -> None:
        step = -(-max(tally.rows, 1) // MOST_ROWS)
        self.leads, self.customers = tally.leads[::step], tally.customers[::step]
        half = tally.cohort[::step] % 2
        self.used = used
        voices = [columns[i].scores[half, columns[i].place[tally.codes[i, ::step]]] for i in used]
        self.voices = np.stack(voices, axis=1) if voices else np.zeros((len(half), 0))
        self._reached: dict[tuple[int, ...], float] = {}

    def auc(self, without: Collection[int] = ()) -> float:
        """AUC of all criteria but some."""
        columns = tuple(place for place, i in enumerate(self.used) if i not in without)
        if columns not in self._reached:
            self._reached[columns] = auc_of(self._fitted(self.voices[:, columns]), self.leads, self.customers)
        return self._reached[columns]

    def _fitted(self, voices: Floats) -> Floats:
        """Scores by Newton steps from nothing, halved where they overshoot.

        A ridge holds each weight near 0.7 where data are few.
        """
        size = voices.shape[1]
        design = np.column_stack([voices, np.ones(len(voices))])
        middle, ridge = np.append(np.full(size, 0.7), 0.0), np.append(np.full(size, 2.0), 1e-9)
        weights = np.append(np.zeros(size), logit(float(self.customers.sum() / self.leads.sum())))

        def fit(weights: Floats) -> float:
            heard = design @ weights
            likelihood = self.customers @ heard - self.leads @ np.logaddexp(0, heard)
            return float(likelihood - ridge @ (weights - middle) ** 2 / 2)

        reached = fit(weights)
        for _ in range(10):
            chance = special.expit(design @ weights)
            curved = self.leads * chance * (1 - chance)
            slope = design.T @ (self.customers - self.leads * chance) - ridge * (weights - middle)
            step = np.linalg.solve((design.T * curved) @ design + np.diag(ridge), slope)
            before = reached
            while (reached := fit(weights + step)) < before and np.abs(step).max() > 1e-6:
                step = step / 2
            weights = weights + step
            if reached - before < 1e-3:
                break
        score: Floats = voices @ weights[:-1]
        return score

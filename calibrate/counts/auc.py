"""AUC from counts: the chance that a customer outscores another lead (Mann and Whitney 1947), ties counted half."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def auc_by_counts(leads: Floats, customers: Floats, starts: NDArray[np.intp] | None = None) -> Floats:
    """AUC from leads and customers per score, lowest score first: (..., scores) gives (...,). 0.5 without any pair.

    Where scores stand fold by fold, `starts` has the first position of each fold: only leads of one fold are held
    against each other, all such pairs count together.

    >>> round(float(auc_by_counts(np.array([20.0, 10, 10]), np.array([1.0, 1, 4]))), 3)  # (9.5 + 23.5 + 4*31) / (6*34)
    0.77
    >>> float(auc_by_counts(np.array([10.0, 10, 10, 10]), np.array([0.0, 5, 5, 0]), np.array([0, 2])))  # 75 / 150
    0.5
    """
    lost = leads - customers
    below = np.cumsum(lost, axis=-1)
    below -= lost / 2
    won = np.einsum("...c,...c->...", customers, below)
    first = np.zeros(min(1, leads.shape[-1]), np.intp) if starts is None else starts
    bought, lost_per_fold = (np.add.reduceat(counts, first, axis=-1) for counts in (customers, lost))
    won -= np.einsum("...f,...f->...", bought, np.cumsum(lost_per_fold, axis=-1) - lost_per_fold)  # of earlier folds
    pairs = np.einsum("...f,...f->...", bought, lost_per_fold)
    return np.where(pairs > 0, won / np.where(pairs > 0, pairs, 1), 0.5)


def auc_of(score: NDArray[np.number], leads: Floats, customers: Floats) -> float:
    """AUC of a score per row, with the leads and customers of each row: three arrays (rows,).

    >>> round(auc_of(np.array([2.0, 1.0]), np.array([10.0, 10.0]), np.array([5.0, 0.0])), 4)
    0.8333
    """
    levels, place = np.unique(score, return_inverse=True)
    return float(
        auc_by_counts(*(np.bincount(place, counts, len(levels)).astype(float) for counts in (leads, customers)))
    )


def auc_error(auc: float, total: tuple[int, int]) -> float:
    """Standard error of an AUC for so many (leads, customers) (Hanley and McNeil 1982).

    >>> round(auc_error(0.8, (1000, 100)), 4)
    0.0272
    """
    customers, lost = total[1], total[0] - total[1]
    q1, q2 = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    variance = auc * (1 - auc) + (customers - 1) * (q1 - auc * auc) + (lost - 1) * (q2 - auc * auc)
    return math.sqrt(max(variance, 0) / (customers * lost))

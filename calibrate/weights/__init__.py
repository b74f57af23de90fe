"""Weighting methods, one file each, and the table that lists them."""

from __future__ import annotations

from . import cautious, evidence, lift, logistic, sparse
from .base import Method, Weights
from .constraints import Constraints

METHODS: dict[str, Method] = {
    "lift": lift.lift_weights,
    "cautious": cautious.cautious_weights,
    "evidence": evidence.evidence_weights,
    "logistic": logistic.logistic_weights,
    "sparse": sparse.sparse_weights,
}
"""Name on the command line and in settings -> method. A new one is one file and one line here."""

JOINT = frozenset({"logistic", "sparse"})
"""Methods that weigh all lines together, so that a fact which two of them tell is counted once."""

__all__ = ["JOINT", "METHODS", "Constraints", "Method", "Weights"]

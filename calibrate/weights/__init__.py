"""Weighting methods, one file each, and the table that lists them."""

from __future__ import annotations

from .base import Method, Weights
from .cautious import cautious
from .constraints import Constraints
from .evidence import evidence
from .lift import lift
from .logistic import logistic
from .sparse import sparse

METHODS: dict[str, Method] = {
    "lift": lift,
    "cautious": cautious,
    "evidence": evidence,
    "logistic": logistic,
    "sparse": sparse,
}
"""Name on the command line and in settings -> method. A new one is one file and one line here."""

JOINT = frozenset({"logistic", "sparse"})
"""Methods that weigh all lines together, so that a fact which two of them tell is counted once."""

__all__ = ["JOINT", "METHODS", "Constraints", "Method", "Weights"]

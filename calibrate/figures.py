"""Computed figures as files hold them: as many digits as they mean.

The last bits of a sum depend on the version of Python (3.12 adds floats with a correction) and of the libraries; they
mean nothing, and without them the same input gives the same bytes.
"""

from __future__ import annotations

from typing import Any


def meant(value: float) -> float:
    """A figure with as many digits as it means.

    Six decimals; six significant digits below a thousandth; two decimals from a thousand on. What is not finite stays.

    >>> [meant(value) for value in (0.12345678949, 0.000123456789, 1234.56789, 1e300, 2.0, -0.5)]
    [0.123457, 0.000123457, 1234.57, 1e+300, 2.0, -0.5]
    """
    size = abs(value)
    if size < 1e-3:
        return float(f"{value:.6g}") or 0.0
    if size < 1e15:
        return round(value, 6 if size < 1000 else 2)
    return value


def all_meant(values: Any) -> Any:
    """Mappings and lists with every figure in them as files hold it.

    >>> all_meant({"auc": [0.71000000000000008, 3, "x", None, True], "at": (0.1 + 0.2,)})
    {'auc': [0.71, 3, 'x', None, True], 'at': [0.3]}
    """
    if isinstance(values, dict):
        return {key: all_meant(value) for key, value in values.items()}
    if isinstance(values, (list, tuple)):
        return [all_meant(value) for value in values]
    return meant(float(values)) if isinstance(values, float) else values

"""The interval of a close rate from its counts alone, for what needs no tally: a grid file carries its counts.

Source: Wilson (1927), "Probable inference, the law of succession, and statistical inference".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MIN_LEADS = 30
"""With fewer leads a level is thin."""
Z95 = 1.959963984540054
Floats = NDArray[np.float64]


def wilson(customers: NDArray[np.number], leads: NDArray[np.number], z: float = Z95) -> tuple[Floats, Floats]:
    """Wilson score interval of customers/leads; (0, 1) where there are no leads.

    ``(k + z^2/2 +- z sqrt(k(n-k)/n + z^2/4)) / (n + z^2)``

    >>> low, high = wilson(np.array([6]), np.array([40]))
    >>> round(float(low[0]), 4), round(float(high[0]), 4)
    (0.0706, 0.2907)
    """
    k, n = customers.astype(float), leads.astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = z * np.sqrt(np.where(n > 0, k * (n - k) / np.maximum(n, 1), 0) + z * z / 4)
    low = (k + z * z / 2 - spread) / (n + z * z)
    high = (k + z * z / 2 + spread) / (n + z * z)
    low = np.where(k <= 0, 0.0, np.clip(low, 0, 1))
    return low, np.where(k >= n, 1.0, np.clip(high, 0, 1))

"""Close rates with their counts in words, and the close rate that a band carries."""

from __future__ import annotations

from ..counts.rates import Rate, rate
from ..grid.grid import Band
from ..language import Words


def rate_said(rate: Rate, words: Words) -> str:
    """A close rate with its counts.

    >>> from calibrate.language import load
    >>> rate_said(rate(63, 239), load("en"))
    '26.4% (63 of 239)'
    """
    return f"{words.percent(rate.value)} ({words('summary.counts', customers=rate.customers, leads=rate.leads)})"


def band_rate(band: Band) -> Rate | None:
    """What later leads in a band came to, its interval with the design effect; None where nobody counted.

    >>> print(band_rate(Band("call", 30, "", leads=239, customers=63)), band_rate(Band("wait", 0, "")))
    26.4% (63/239, 21.2%-32.3%) None
    """
    return (
        None
        if not band.leads or band.customers is None
        else rate(band.customers, band.leads, band.design_effect or 1.0)
    )

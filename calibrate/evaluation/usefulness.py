"""How useful a grid is, as the trade says it: leads flagged, customers among them, top band against bottom band."""

from __future__ import annotations

from dataclasses import dataclass

from ..counts.tally import Tally
from ..grid.grid import Grid
from .backtest import Backtest, later_reaches
from .band_rates import counted_bands


@dataclass(frozen=True)
class Useful:
    """Counts on later leads: all, those that are flagged (marketing-qualified), and those of the outer two bands.

    Each is (leads, customers); the bands are those with leads, None where the grid has fewer than two.
    """

    every: tuple[int, int]
    flagged: tuple[int, int]
    top: tuple[int, int] | None = None
    bottom: tuple[int, int] | None = None

    @property
    def share_flagged(self) -> float:
        """Share of the leads that are flagged."""
        return self.flagged[0] / self.every[0] if self.every[0] else 0.0

    @property
    def share_customers(self) -> float:
        """Share of the customers that are among the flagged leads."""
        return self.flagged[1] / self.every[1] if self.every[1] else 0.0

    @property
    def times(self) -> float | None:
        """How many times the close rate of the bottom band that of the top band is; None where nothing closed there.

        >>> Useful((100, 12), (20, 9), (10, 6), (60, 2)).times
        18.0
        """
        if self.top is None or self.bottom is None or not self.bottom[1]:
            return None
        return self.top[1] * self.bottom[0] / (self.top[0] * self.bottom[1])

    def facts(self) -> dict[str, float | int | str]:
        """The figures by the names that texts say them with."""
        flagged, customers = self.flagged
        facts: dict[str, float | int | str] = {
            "flagged": self.share_flagged,
            "flagged_leads": flagged,
            "flagged_customers": customers,
            "judged_leads": self.every[0],
            "judged_customers": self.every[1],
            "caught": self.share_customers,
        }
        if self.top is not None and self.bottom is not None:
            for band, (leads, customers) in (("top", self.top), ("bottom", self.bottom)):
                facts |= {f"{band}_rate": customers / leads, f"{band}_leads": leads, f"{band}_customers": customers}
        return facts if self.times is None else facts | {"times": self.times}


def useful(grid: Grid, tally: Tally, backtest: Backtest) -> Useful | None:
    """Usefulness of a grid on the later leads of its backtest, each fold with its own grid; None without any.

    `grid` is the one fitted on all history: it names the bands.
    """
    later = backtest.later
    if not (len(later.row) and backtest.has_thresholds):
        return None
    reached = later_reaches(tally, backtest, "marketing_qualified")
    every, flagged = (
        (round(float(later.leads[rows].sum())), round(float(later.customers[rows].sum())))
        for rows in (slice(None), reached)
    )
    bands = counted_bands(grid, tally, backtest)
    steps = [(band.leads, band.customers or 0) for band in sorted(bands, key=lambda band: -band.at_least) if band.leads]
    if len(steps) < 2:
        return Useful(every, flagged)
    return Useful(every, flagged, steps[0], steps[-1])

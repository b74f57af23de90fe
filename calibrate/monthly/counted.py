"""The counted history: what is known once the rows have been read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from ..counts import binning
from ..counts.leakage import Question, Suspect
from ..counts.power import Power, pace, power_of_history
from ..counts.rates import RateTable
from ..counts.tally import Tally
from ..engine.table import Table
from ..evaluation.decision import Adopted
from ..grid.grid import Grid
from ..leads.columns.proposal import Proposal
from ..leads.history import History
from ..leads.terms import Terms
from ..report.review import Warning_
from .settings import DEFAULT_METHODS, Settings

QUICK_ROWS = 300_000
"""Profile rows up to which the slowest method and the ceiling are computed without being asked for."""

SLOWEST = "sparse"
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Counted:
    """What is known once the rows have been read: history, tally, suspects; all criteria or those allowed.

    `asked` are columns that are kept and asked about; `bare` is the table before events became columns of it, with the
    terms on which it is read, where there are events.
    """

    settings: Settings
    table: Table
    history: History
    proposal: Proposal
    tally: Tally
    suspects: tuple[Suspect, ...]
    allowed: tuple[str, ...]
    grids: Mapping[str, Grid]
    story: tuple[Adopted, ...] = ()
    warnings: tuple[Warning_, ...] = ()
    events: Table | None = None
    asked: tuple[Question, ...] = ()
    bare: tuple[Table, Terms] | None = None

    @property
    def usable(self) -> Tally:
        """The tally on the criteria that may be weighed: no suspects, no columns that only a grid uses."""
        return self.tally.without([c.name for c in self.tally.criteria if c.name not in self.allowed])

    @cached_property
    def power(self) -> Power:
        """What this history can show."""
        return power_of_history(self.rates, pace(self.tally))

    @cached_property
    def rates(self) -> RateTable:
        """Rates of all levels as they are shown: thin ones apart, not pooled."""
        return binning.shown_rates(self.usable, min_leads=self.settings.columns.min_leads)


def quick(settings: Settings, tally: Tally) -> Settings:
    """Without a wish for methods, the slowest one is left out where profiles are many."""
    candidates = settings.candidates
    if candidates.methods != DEFAULT_METHODS or tally.rows <= QUICK_ROWS:
        return settings
    methods = tuple(method for method in candidates.methods if method != SLOWEST)
    return settings.model_copy(update={"candidates": candidates.model_copy(update={"methods": methods})})


def month_of(as_of: date | None) -> str:
    """The month of a history read on that day, as its folder is called; without dates, today's.

    >>> month_of(date(2026, 3, 31))
    '2026-03'
    """
    return (as_of or date.today()).isoformat()[:7]

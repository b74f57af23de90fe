"""calibrate: a company's lead history becomes a points grid in which every point traces to counted leads.

The names below stand in the order of the data. They are loaded when first used, so that `import calibrate` costs
nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .counts.leakage import suspects as suspects
    from .counts.rates import estimate as estimate
    from .counts.tally import Tally as Tally
    from .engine import open_table as open_table
    from .evaluation.backtest import folds as folds
    from .evaluation.backtest import replay as replay
    from .evaluation.grid_sizes import frontier as frontier
    from .export.reading import read_grid as read_grid
    from .face import calibrate as calibrate
    from .face import compare as compare
    from .face import count as count
    from .face import drift as drift
    from .face import observe as observe
    from .face import run as run
    from .grid.criteria import Criterion as Criterion
    from .grid.criteria import Level as Level
    from .grid.grid import Grid as Grid
    from .leads.columns.proposal import propose as propose
    from .leads.terms import Terms as Terms
    from .points.plan import Plan as Plan
    from .points.score_table import score as score
    from .points.thresholds import Policy as Policy
    from .points.thresholds import choose as choose

PUBLIC = {
    "observe": "face",
    "count": "face",
    "calibrate": "face",
    "compare": "face",
    "read_grid": "export.reading",
    "drift": "face",
    "run": "face",
    "Grid": "grid.grid",
    "Tally": "counts.tally",
    "Plan": "points.plan",
    "Policy": "points.thresholds",
    "Criterion": "grid.criteria",
    "Level": "grid.criteria",
    "Terms": "leads.terms",
    "open_table": "engine",
    "propose": "leads.columns.proposal",
    "suspects": "counts.leakage",
    "estimate": "counts.rates",
    "folds": "evaluation.backtest",
    "replay": "evaluation.backtest",
    "frontier": "evaluation.grid_sizes",
    "score": "points.score_table",
    "choose": "points.thresholds",
}
"""The names for users: those of the work in a notebook, the values, then the single steps; and where each stands."""
__all__ = [*PUBLIC, "__version__"]


def __getattr__(name: str) -> Any:
    if name not in PUBLIC:
        from .errors import unknown

        raise AttributeError("calibrate has " + unknown("name", name, PUBLIC))
    return getattr(import_module(f".{PUBLIC[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)

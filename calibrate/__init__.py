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
    from .counts.tally import count as count
    from .engine import open_table as open_table
    from .evaluation.backtest import folds as folds
    from .evaluation.backtest import replay as replay
    from .evaluation.comparison import compare as compare
    from .evaluation.frontier import frontier as frontier
    from .grid.criteria import Criterion as Criterion
    from .grid.criteria import Level as Level
    from .grid.grid import Grid as Grid
    from .leads.columns.proposal import propose as propose
    from .leads.history import observe as observe
    from .leads.terms import Terms as Terms
    from .points.plan import Plan as Plan
    from .points.plan import calibrate as calibrate
    from .points.score_table import score as score
    from .points.thresholds import Policy as Policy
    from .points.thresholds import choose as choose

PUBLIC = {
    "open_table": "engine",
    "Criterion": "grid.criteria",
    "Level": "grid.criteria",
    "propose": "leads.columns.proposal",
    "Terms": "leads.statement",
    "observe": "leads.history",
    "Tally": "counts.tally",
    "count": "counts.tally",
    "suspects": "counts.leakage",
    "estimate": "counts.rates",
    "Plan": "points.plan",
    "calibrate": "points.plan",
    "Grid": "grid.grid",
    "score": "points.score_table",
    "Policy": "points.thresholds",
    "choose": "points.thresholds",
    "folds": "evaluation.backtest",
    "replay": "evaluation.backtest",
    "compare": "evaluation.comparison",
    "frontier": "evaluation.frontier",
}
__all__ = [*PUBLIC, "__version__"]


def __getattr__(name: str) -> Any:
    if name not in PUBLIC:
        raise AttributeError(f"module 'calibrate' has no attribute '{name}'")
    return getattr(import_module(f".{PUBLIC[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *PUBLIC])

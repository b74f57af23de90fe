"""calibrate: a company's lead history becomes a points grid in which every point traces to counted leads.

The names below stand in the order of the data. They are loaded when first used, so that `import calibrate` costs
nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .backtest import folds as folds
    from .backtest import replay as replay
    from .comparison import compare as compare
    from .criteria import Criterion as Criterion
    from .criteria import Level as Level
    from .engine import open_table as open_table
    from .grid import Grid as Grid
    from .history import observe as observe
    from .leakage import suspects as suspects
    from .plan import Plan as Plan
    from .plan import calibrate as calibrate
    from .proposal import propose as propose
    from .rates import estimate as estimate
    from .scores import score as score
    from .source import Terms as Terms
    from .tally import Tally as Tally
    from .tally import count as count
    from .thresholds import Policy as Policy
    from .thresholds import choose as choose

PUBLIC = {
    "open_table": "engine",
    "Criterion": "criteria",
    "Level": "criteria",
    "propose": "proposal",
    "Terms": "history",
    "observe": "history",
    "Tally": "tally",
    "count": "tally",
    "suspects": "leakage",
    "estimate": "rates",
    "Plan": "plan",
    "calibrate": "plan",
    "Grid": "grid",
    "score": "scores",
    "Policy": "thresholds",
    "choose": "thresholds",
    "folds": "backtest",
    "replay": "backtest",
    "compare": "comparison",
}
__all__ = [*PUBLIC, "__version__"]


def __getattr__(name: str) -> Any:
    if name not in PUBLIC:
        raise AttributeError(f"module 'calibrate' has no attribute '{name}'")
    return getattr(import_module(f".{PUBLIC[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *PUBLIC])

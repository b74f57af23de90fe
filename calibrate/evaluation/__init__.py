"""Grids judged on later leads: metrics, backtest, bootstrap, comparison, audit, decision."""

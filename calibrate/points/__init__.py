"""Whole points: rounding, building a grid, its score table, thresholds and grades."""

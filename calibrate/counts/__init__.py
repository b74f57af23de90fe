"""Counts and what follows from counts alone: the tally, close rates, fine classing, leakage."""

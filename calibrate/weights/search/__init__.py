"""The search for the best whole-number grid with few lines, on plain arrays (no criteria, no tallies)."""

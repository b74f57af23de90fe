"""Every row of a table gets its score, band and reasons."""

"""Weight files, one file per format, and the table that lists them."""

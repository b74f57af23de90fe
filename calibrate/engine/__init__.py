"""The ground floor: a file, a database or a cluster becomes tables one can query."""

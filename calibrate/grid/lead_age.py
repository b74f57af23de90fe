"""The age of a lead as a criterion: part of the language of a grid that holds at any age."""

AGE = "days since creation"
"""Column with the whole days from a lead's creation to the day on which it is seen."""

"""The age of a lead as a criterion: part of the language of a grid that holds at any age."""

AGE = "days since creation"
"""Column with the whole days from a lead's creation to the day on which it is seen."""
ANY_AGE = "any_age"
"""What a grid's provenance calls the grid beside it that holds for leads of any age: its name and that of its file."""

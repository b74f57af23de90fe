"""What the columns of a table are: roles, outcome, persons, criteria proposed."""

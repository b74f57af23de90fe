"""The age of a lead is a column that no other thing is called by."""

from calibrate.grid.event_columns import is_event_column
from calibrate.grid.lead_age import AGE
from calibrate.leads.columns.naming import axis_of


def test_the_column_is_engagement_and_no_event() -> None:
    assert axis_of(AGE) == "engagement"
    assert not is_event_column(AGE)

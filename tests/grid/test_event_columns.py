"""Names of the columns that are made from events."""

from calibrate.grid.event_columns import is_event_column, types_in


def test_names_of_event_columns() -> None:
    assert types_in(("sector", "demo (events)")) == ("demo",)
    assert [is_event_column(n) for n in ("demo (events)", "events (count)", "events")] == [True, True, False]

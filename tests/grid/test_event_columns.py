"""Names of the columns that are made from events."""

import pytest

from calibrate.grid.event_columns import (
    COUNT,
    DAYS,
    FIRST,
    LAST,
    PACE,
    SINCE,
    dated_in,
    is_event_column,
    types_in,
)


def test_names_of_event_columns() -> None:
    assert types_in(("sector", "demo (events)")) == ("demo",)
    assert [is_event_column(n) for n in ("demo (events)", "events (count)", "events")] == [True, True, False]


def test_last_days_are_listed_once_and_in_order() -> None:
    columns = ["b (last event)", None, "a (last event)", "b (last event)", "a (events)", " (last event)"]
    assert dated_in(columns) == ["b", "a", ""]
    assert types_in([name for name in columns if name]) == ("a",)


@pytest.mark.parametrize("name", [COUNT, DAYS, SINCE, PACE, FIRST, LAST])
def test_columns_of_all_events_are_of_no_type(name: str) -> None:
    assert is_event_column(name) and types_in([name]) == () and dated_in([name]) == []

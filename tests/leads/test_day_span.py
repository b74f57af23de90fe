"""Days far from all others."""

from __future__ import annotations

from datetime import date

import numpy as np

from calibrate.leads.day_span import believed_span


def test_days_far_from_all_others_by_pencil() -> None:
    days, rows, today = np.arange(20_000, 20_200), np.ones(200, np.int64), date(2026, 1, 1)
    plain = believed_span(days, rows, today)
    assert (plain.newest, plain.outside) == (20_199, 0)
    slip = believed_span(np.append(days, 20_700), np.append(rows, 1), date(2030, 1, 1))  # 500 days later, one row
    assert (slip.newest, slip.far, slip.last) == (20_199, 1, 20_199)
    later = believed_span(np.append(days, 20_700), np.append(rows, 40), date(2030, 1, 1))  # 40 rows are no slip
    assert (later.newest, later.far) == (20_700, 0)
    clock = believed_span(days, rows, date(1980, 1, 1))  # all lie after "today": the clock is not believed
    assert (clock.newest, clock.outside) == (20_199, 0)
    some = believed_span(np.append(days, 25_000), np.append(rows, 3), today)
    assert (some.newest, some.future) == (20_199, 3)


def test_a_late_sale_is_no_slip_of_the_pen() -> None:
    created = np.arange(20_000, 20_600), np.ones(600, np.int64)
    won, today = np.array([20_010, 20_020, 20_550]), date(2030, 1, 1)
    assert believed_span(won, np.ones(3, np.int64), today).far == 1  # alone, 530 days apart
    assert believed_span(won, np.ones(3, np.int64), today, creation=created).far == 0
    planned = believed_span(np.array([20_010, 22_000]), np.array([5, 50]), date(2026, 6, 1), creation=created)
    assert (planned.newest, planned.future) == (20_010, 50)  # a closing after today is a plan, however many there are

"""Days as whole numbers: the day zero of numpy, of Python and of the engine; words for months and weekdays."""

from datetime import UTC, date, datetime, timedelta

import duckdb
import numpy as np

from calibrate.days import DAY_ZERO, ENGLISH_MONTHS, MONTHS, WEEKDAYS, day_at, day_number


def test_day_zero_is_that_of_numpy_python_and_the_engine() -> None:
    assert np.datetime64(DAY_ZERO, "D").astype(int) == 0
    assert datetime.fromtimestamp(0, UTC).date() == DAY_ZERO
    day = DAY_ZERO + timedelta(days=20_000)
    with duckdb.connect() as connection:
        assert connection.execute("SELECT epoch(?::DATE) / 86400", [day]).fetchall() == [(20_000,)]


def test_days_and_numbers_are_each_others_inverse() -> None:
    for day in (date(1, 1, 1), date(1969, 12, 31), date(2024, 2, 29), date(9999, 12, 31)):
        assert day_at(day_number(day)) == day
        assert day_number(day) == day.toordinal() - date(1970, 1, 1).toordinal()


def test_every_month_has_its_words() -> None:
    assert ENGLISH_MONTHS == ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    assert [MONTHS[word] for word in ("janvier", "marz", "mei", "set", "out", "dezember")] == [1, 3, 5, 9, 10, 12]
    assert set(MONTHS.values()) == set(range(1, 13))


def test_words_are_small_and_without_accents() -> None:
    assert {"monday", "terca-feira", "miercoles", "zo"} <= WEEKDAYS
    assert all(word.isascii() and word == word.lower() for word in WEEKDAYS | MONTHS.keys())

"""Days as whole numbers: the day zero of numpy, of Python's time and of the engine."""

from datetime import UTC, datetime, timedelta

import duckdb
import numpy as np

from calibrate.days import DAY_ZERO


def test_day_zero_is_that_of_numpy_python_and_the_engine() -> None:
    assert np.datetime64(DAY_ZERO, "D").astype(int) == 0
    assert datetime.fromtimestamp(0, UTC).date() == DAY_ZERO
    day = DAY_ZERO + timedelta(days=20_000)
    with duckdb.connect() as connection:
        assert connection.execute("SELECT epoch(?::DATE) / 86400", [day]).fetchall() == [(20_000,)]

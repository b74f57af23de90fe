"""What several test files share; one thread for linear algebra, since on small matrices threads only wait."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """A command line run in this process: its exit code, what it printed and what it complained of."""

    from calibrate.cli.app import main

    def run(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as leaving:
            main(words)
        shown = capsys.readouterr()
        return int(leaving.value.code or 0), shown.out, shown.err

    return run


@pytest.fixture(scope="module")
def light() -> Iterator[None]:
    """Reports without pictures and workbook, for tests that look at neither."""
    from calibrate.report import folder

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folder, "_pictures", lambda *_: None)
        patch.setattr(folder, "workbook", lambda *_: None)
        yield


@pytest.fixture(scope="module")
def postgres() -> Iterator[Callable[..., list[Any]]]:
    """A PostgreSQL server of our own: a function that runs a statement and returns its rows."""
    from replay import servers

    if not servers.programs():
        pytest.skip("PostgreSQL is not installed")
    import psycopg

    with servers.postgres() as address, psycopg.connect(address, autocommit=True) as connection:

        def run(statement: Any, values: Any = ()) -> list[Any]:
            done = connection.execute(statement, values or None)
            return done.fetchall() if done.description else []

        yield run

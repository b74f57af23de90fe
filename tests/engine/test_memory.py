"""How much memory reading may use: what is asked for, within what the machine and its container give."""

from __future__ import annotations

from pathlib import Path

import pytest

from calibrate.engine import Session, memory
from calibrate.errors import InputError, SettingsError
from calibrate.monthly import settings as spelling

GIB = 2**30


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_machine_memory", lambda: 16 * GIB)
    monkeypatch.setattr(memory, "_container_memory", lambda: [2**62])
    monkeypatch.setattr(memory, "_address_space", lambda: 2**62)


def test_what_is_asked_for_bounds_what_the_machine_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    assert memory.engine_bytes() == int(16 * GIB * memory.MEMORY_SHARE)
    assert memory.engine_bytes("2GB") == int(2 * GIB * memory.MEMORY_SHARE)
    assert memory.engine_bytes("1T") == int(16 * GIB * memory.MEMORY_SHARE)
    monkeypatch.setattr(memory, "_container_memory", lambda: [GIB])
    assert memory.engine_bytes("2GB") == int(GIB * memory.MEMORY_SHARE)
    assert memory.engine_bytes() == GIB - memory.OWN  # Python itself has to fit into the container too
    monkeypatch.setattr(memory, "_container_memory", lambda: [GIB // 4])
    assert memory.engine_bytes() == memory.LEAST_ENGINE


def test_groups_of_both_versions_are_those_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    said = "5:cpu:/a\n4:memory:/jobs/nightly\n0::/user.slice/x\n"
    monkeypatch.setattr(Path, "read_text", lambda path, encoding: said)
    assert memory._own_groups() == [
        "/sys/fs/cgroup/memory/jobs/nightly/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/jobs/memory.limit_in_bytes",
        "/sys/fs/cgroup/user.slice/x/memory.max",
        "/sys/fs/cgroup/user.slice/memory.max",
    ]


@pytest.mark.parametrize(
    "size", ["", "4", "four", "-4GB", "nanGB", "1e3GB", "0GB", "100MB", "٤GB", "9999999GB", "4 G B"]
)
def test_what_is_no_size_is_refused(size: str) -> None:
    with pytest.raises(SettingsError, match="--memory"):
        memory.bytes_in(size)


def test_the_engine_is_told(tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    path.write_text("id,won\n1,yes\n2,no\n", encoding="utf-8")
    with Session(memory="1GB") as session:
        assert session.open(path).rows == 2
        limit = session.connection.execute("SELECT current_setting('memory_limit')")[0][0]
        assert limit.startswith("614")  # MiB, 0.6 of them


LISTED = "SELECT CAST(length(list(range)) AS {kind}) AS n FROM range({rows})"
"""An aggregate that cannot go to disk: eight bytes a row, and twice as many while it grows."""


@pytest.mark.parametrize("way", ["execute", "fetch", "numbers", "frames"])
def test_it_begins_with_little_and_gets_more_where_that_does_not_serve(
    tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calibrate.engine.duckdb.FIRST_MEMORY", 24 * 2**20)
    path = tmp_path / "l.csv"
    path.write_text("id,won\n1,yes\n2,no\n", encoding="utf-8")
    with Session() as session:
        table, connection = session.open(path), session.connection

        def answer(rows: int) -> float:
            statement = LISTED.format(rows=rows, kind="VARCHAR" if way == "frames" else "BIGINT")
            if way == "execute":
                return float(connection.execute(statement)[0][0])
            if way == "fetch":
                return float(table.fetch(statement)["n"][0])
            return float(next(iter(table.stream(statement)))["n"][0])

        def limit() -> str:
            return str(connection.execute("SELECT current_setting('memory_limit')")[0][0])

        assert answer(1_000) == 1_000 and limit() == "24.0 MiB"
        assert answer(3_000_000) == 3_000_000 and limit() != "24.0 MiB"


def test_what_needs_more_than_all_of_it_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calibrate.engine.duckdb.FIRST_MEMORY", 16 * 2**20)
    monkeypatch.setattr("calibrate.engine.duckdb.engine_bytes", lambda size: 24 * 2**20)
    path = tmp_path / "l.csv"
    path.write_text("id,won\n1,yes\n2,no\n", encoding="utf-8")
    with Session() as session:
        table = session.open(path)
        for ask in (table.fetch, lambda statement: list(table.stream(statement))):
            with pytest.raises(InputError, match="more memory is needed than the 24 MB"):
                ask(LISTED.format(rows=3_000_000, kind="BIGINT"))
        assert table.fetch(f"SELECT count(*) AS n FROM {table.relation}")["n"].tolist() == [2]


def test_it_is_an_option_of_the_settings() -> None:
    assert spelling.settings_from({"data": {"file": "x", "memory": "4GB"}}).data.memory == "4GB"

"""Files in object stores and on the web are read as the same files of this machine are."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from object_case import SECRETS, bucket, forget, put, system, web

from calibrate.engine import Session, Table, open_table
from calibrate.engine import objects as stores
from calibrate.errors import InputError, MissingExtraError

pytest.importorskip("fsspec")
ROWS = 3000


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    with bucket() as address:
        yield address


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import duckdb

    place = tmp_path_factory.mktemp("files")
    query = (
        "SELECT range AS id, 'lead ' || range % 7 AS sector, CAST(range % 11 AS DOUBLE) AS visits, "
        f"DATE '2025-01-01' + CAST(range % 300 AS INTEGER) AS day FROM range({ROWS})"
    )
    duckdb.execute(f"COPY ({query}) TO '{place}/leads.csv' (HEADER)")
    duckdb.execute(f"COPY ({query}) TO '{place}/le ads [1].parquet'")
    duckdb.execute(f"COPY ({query} LIMIT 1000) TO '{place}/part-1.parquet'")
    duckdb.execute(f"COPY ({query} LIMIT 2000 OFFSET 1000) TO '{place}/part-2.parquet'")
    wide = ", ".join(f"hash(range * {i}) / 1e9 AS c{i}" for i in range(1, 13))
    duckdb.execute(f"COPY (SELECT range AS id, {wide} FROM range(30000)) TO '{place}/wide.parquet'")
    duckdb.execute(f"ATTACH '{place}/crm.duckdb' AS crm; CREATE TABLE crm.leads AS {query}; DETACH crm")
    for name in ("login.csv", "login.parquet"):
        (place / name).write_text("\n <!DOCTYPE html>\n<html>\n<body>Log in, please</body>\n</html>\n")
    (place / "broken.parquet").write_bytes((place / "part-1.parquet").read_bytes()[:-300])
    return place


def rows_of(table: Table) -> dict[str, np.ndarray]:
    return table.fetch(f"SELECT id, sector, visits, day FROM {table.relation} ORDER BY id")


def same(table: Table, path: Path) -> None:
    local = open_table(path)
    assert (table.columns, table.rows) == (local.columns, local.rows)
    expected = rows_of(local)
    for name, values in rows_of(table).items():
        np.testing.assert_array_equal(values, expected[name], err_msg=name)


@pytest.mark.parametrize("name", ["leads.csv", "le ads [1].parquet", "crm.duckdb"])
def test_s3_is_read_as_the_file_itself(store: str, folder: Path, name: str) -> None:
    table = open_table(put(folder / name, f"{store}/in/{name}"))
    same(table, folder / name)
    assert table.name.partition("#")[0] == name


def test_patterns_and_folders_of_s3(store: str, folder: Path) -> None:
    for part in ("part-1.parquet", "part-2.parquet"):
        put(folder / part, f"{store}/months/{part}")
    together = open_table(f"{store}/months/part-*.parquet")
    same(together, folder / "le ads [1].parquet")
    assert [(fact.key, dict(fact.facts)) for fact in together.facts] == [
        ("pattern", {"pattern": "part-*.parquet", "files": 2})
    ]
    order = f"SELECT id FROM {together.relation} ORDER BY {together.position}"
    assert together.fetch(order)["id"].tolist() == list(range(ROWS))
    same(open_table(f"{store}/months"), folder / "le ads [1].parquet")
    put(folder / "leads.csv", f"{store}/months/leads.csv")
    same(open_table(f"{store}/months/*.csv"), folder / "leads.csv")
    with pytest.raises(InputError, match=r"only Parquet files can be read together"):
        open_table(f"{store}/months/*")
    with pytest.raises(InputError, match=r"^s3://crm-leads/months/\*.xlsx: no file of this pattern"):
        open_table(f"{store}/months/*.xlsx")


def test_parquet_is_read_once_and_only_what_is_asked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calibrate.engine.object_blocks.BLOCK", 1024)
    with web(folder) as server:
        table = open_table(f"{server.address}/wide.parquet")
        table.fetch(f"SELECT SUM(c3) AS s FROM {table.relation}")
        ranges = [request.rpartition("=")[2].split("-") for request in server.requests if "bytes=" in request]
        fetched = sum(int(last) + 1 - int(first) for first, last in ranges)
        assert 0.05 < fetched / (folder / "wide.parquet").stat().st_size < 0.3
        before = len(server.requests)
        table.fetch(f"SELECT MAX(c3) AS s FROM {table.relation}")
        assert len(server.requests) == before


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("name", ["leads.csv", "part-2.parquet"])
def test_the_web_is_read_as_the_file_itself(folder: Path, name: str, ranges: bool) -> None:
    with web(folder, ranges=ranges) as server:
        address = f"http://me:hunter2@{server.address.removeprefix('http://')}/{name}?key=signed0815"
        table = open_table(address)
        same(table, folder / name)
        assert table.name == name


def test_a_store_joins_files_of_this_machine(store: str, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text("id,won\n1,yes\n3,yes\n")
    with Session() as session:
        leads = session.open(put(folder / "leads.csv", f"{store}/in/leads.csv"))
        deals = session.open(tmp_path / "deals.csv")
        answer = leads.fetch(
            f"SELECT COUNT(*) AS n FROM {leads.relation} AS l JOIN {deals.relation} AS d ON l.id = d.id"
        )
        assert answer["n"].tolist() == [2]


def test_the_fingerprint_follows_the_bytes(store: str, folder: Path) -> None:
    first = open_table(put(folder / "part-1.parquet", f"{store}/f/leads.parquet")).fingerprint
    assert open_table(f"{store}/f/leads.parquet").fingerprint == first
    assert open_table(put(folder / "part-2.parquet", f"{store}/f/leads.parquet")).fingerprint != first
    copy = open_table(put(folder / "leads.csv", f"{store}/f/leads.csv"))
    assert copy.fingerprint == open_table(folder / "leads.csv").fingerprint


def refused(address: str) -> str:
    with pytest.raises(InputError) as caught:
        open_table(address)
    said = str(caught.value)
    assert "\n" not in said and "Traceback" not in said
    assert not [secret for secret in SECRETS if secret in said]
    return said


def test_faults_of_the_web_are_one_message(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "PATIENCE", 0.5)
    with web(folder) as server:
        host = server.address.removeprefix("http://")
        for path, words in (
            ("none.csv", "nothing is there"),
            ("404", "nothing is there"),
            ("403", "no right to read it"),
            ("401", "no right to read it"),
            ("500", "the server answers with fault 500"),
            ("slow", "no answer in time"),
            ("cut/leads.csv", "fewer bytes came"),
            ("cut/part-2.parquet", "fewer bytes came"),
            ("broken.parquet", "cannot be read as Parquet"),
            ("login.csv", "a page came in place of the file"),
            ("login.parquet", "a page came in place of the file"),
        ):
            said = refused(f"http://me:hunter2@{host}/{path}?key=signed0815")
            assert said.startswith(f"http://{host}/{path}: ") and words in said, said
    assert "no connection to the server" in refused("http://127.0.0.1:1/leads.csv")


@pytest.mark.parametrize(
    ("name", "words"), [("login.parquet", "a page came"), ("leads.csv.parquet", "no Parquet file")]
)
def test_what_is_no_parquet_where_no_parts_are_given(folder: Path, name: str, words: str) -> None:
    (folder / "leads.csv.parquet").write_bytes((folder / "leads.csv").read_bytes())
    with web(folder, ranges=False) as server:
        said = refused(f"{server.address}/{name}")
    assert said.startswith(f"{server.address}/{name}: ") and words in said and "/tmp" not in said


def test_faults_of_s3_are_one_message(store: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(f"{store}/none.csv") == f"{store}/none.csv: nothing is there; check the address"
    assert refused("s3://no-such-bucket/leads.csv").endswith("nothing is there; check the address")
    assert "cannot be read as Parquet" in refused(put(folder / "broken.parquet", f"{store}/broken.parquet"))
    system().pipe_file("crm-leads/empty.csv", b"")
    assert refused(f"{store}/empty.csv").startswith(f"{store}/empty.csv: the file is empty")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setattr(stores, "PATIENCE", 0.5)
    forget()
    assert "no connection to the server" in refused(f"{store}/leads.csv")
    forget()


def test_no_right_at_s3_says_where_rights_come_from(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    s3fs = pytest.importorskip("s3fs")

    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError(f"Forbidden for {SECRETS[0]}")

    monkeypatch.setattr(s3fs.S3FileSystem, "info", forbidden)
    assert "no right to read it; rights come from AWS_PROFILE" in refused(f"{store}/leads.csv")


def test_a_public_bucket_needs_no_rights(store: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = put(folder / "leads.csv", f"{store}/public.csv")
    system().chmod(address, "public-read")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    forget()
    same(open_table(address), folder / "leads.csv")
    forget()


def test_what_changes_while_it_is_read_is_refused(store: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calibrate.engine.object_blocks.BLOCK", 512)
    address = put(folder / "wide.parquet", f"{store}/moving.parquet")
    table = open_table(address)
    put(folder / "part-1.parquet", address)
    with pytest.raises(InputError, match=r"^s3://crm-leads/moving.parquet: was changed while it was read; run again$"):
        table.fetch(f"SELECT SUM(c3) AS s FROM {table.relation}")


@pytest.mark.parametrize("scheme", ["gs", "abfss"])
def test_other_stores_go_the_same_way(scheme: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their file systems are fsspec's too; here one in memory stands for them."""
    from fsspec.implementations.memory import MemoryFileSystem

    class Store(MemoryFileSystem):
        protocol = scheme
        store: dict[str, object] = {}  # noqa: RUF012
        pseudo_dirs: list[str] = [""]  # noqa: RUF012

        @classmethod
        def _strip_protocol(cls, path: str) -> str:
            return MemoryFileSystem._strip_protocol(path.replace(f"{scheme}://", "memory://"))

    monkeypatch.setitem(sys.modules["fsspec.registry"]._registry, scheme, Store)
    for name in ("leads.csv", "part-1.parquet", "part-2.parquet"):
        Store().pipe_file(f"/box/{name}", (folder / name).read_bytes())
    same(open_table(f"{scheme}://box/leads.csv"), folder / "leads.csv")
    same(open_table(f"{scheme}://box/part-*.parquet"), folder / "le ads [1].parquet")


@pytest.mark.parametrize(
    ("library", "address"),
    [
        ("fsspec.core", "s3://b/x.csv"),
        ("s3fs", "s3://b/x.csv"),
        ("gcsfs", "gs://b/x"),
        ("aiohttp", "https://h/x.csv"),
        ("adlfs", "abfss://box@office.dfs.core.windows.net/x.csv"),
    ],
)
def test_without_the_extra_the_message_names_it(library: str, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = sys.modules["fsspec.registry"]._registry
    for scheme in list(loaded):
        monkeypatch.delitem(loaded, scheme)
    monkeypatch.setitem(sys.modules, library, None)
    if library == "aiohttp":
        monkeypatch.delitem(sys.modules, "fsspec.implementations.http", raising=False)
    with pytest.raises(MissingExtraError, match=r"pip install 'calibrate-leads\[cloud\]'"):
        open_table(address)

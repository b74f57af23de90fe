"""Which warehouses there are: how each is named in an address, reached by its driver, and known by its connection.

An address is ``scheme://user@host:port/place?option=value#table``. A password that does not stand in it is taken from
the environment; what else a driver can be told stands behind the question mark, by the driver's own words.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from ..errors import CalibrateError, InputError, MissingExtraError, unknown
from ..passwords import HIDDEN, hushed
from . import sqlite_functions
from .table import shown
from .warehouse import Warehouse, WarehouseDoor

SNOWFLAKE = Warehouse("Snowflake", "snowflake")  # moments with a zone are read as UTC by the statement itself
BIGQUERY = Warehouse("BigQuery", "bigquery")
REDSHIFT = Warehouse("Redshift", "redshift", ("SET timezone TO 'UTC'",))
DATABRICKS = Warehouse("Databricks SQL", "databricks", ("SET TIME ZONE 'UTC'",))
MOTHERDUCK = Warehouse("DuckDB", "duckdb", ("SET TimeZone = 'UTC'",))
CLICKHOUSE = Warehouse("ClickHouse", "clickhouse")
TRINO = Warehouse("Trino", "trino")
SQLITE = Warehouse("SQLite", "sqlite", prepare=sqlite_functions.prepare)
MYSQL = Warehouse(
    "MySQL",
    "mysql",
    ("SET time_zone = '+00:00'",),
    prepare=lambda connection: _hash_joins(connection),
    cursor=lambda connection: _in_pieces(connection),
)


class Reached(NamedTuple):
    """A warehouse by address: its kind, the extra with its driver, the variable of its password, how to connect."""

    kind: Warehouse
    extra: str
    variable: str
    connect: Callable[[SplitResult, str | None, dict[str, str]], Any]


def _hash_joins(connection: Any) -> None:
    """Rows of a statement in brackets are worked out once, and joined by a key or a hash instead of row by row."""
    cursor = connection.cursor()
    cursor.execute("SELECT VERSION()")
    mariadb = "mariadb" in str(cursor.fetchall()[0][0]).lower()
    cursor.execute("SET SESSION optimizer_switch = 'derived_merge=off'")  # else cells are worked out per pair of rows
    if mariadb:
        cursor.execute("SET SESSION join_cache_level = 8")
    cursor.close()


def _in_pieces(connection: Any) -> Any:
    """PyMySQL's cursor that leaves rows on the server; the usual one of other drivers."""
    if not type(connection).__module__.startswith("pymysql"):
        return connection.cursor()
    from pymysql.cursors import SSCursor

    return connection.cursor(SSCursor)


def _named(**words: object) -> dict[str, Any]:
    return {word: value for word, value in words.items() if value not in (None, "")}


def _places(parts: SplitResult) -> list[str]:
    return [unquote(place) for place in parts.path.split("/") if place]


def _user(parts: SplitResult) -> str | None:
    return None if parts.username is None else unquote(parts.username)


def _snowflake(parts: SplitResult, password: str | None, options: dict[str, str]) -> Any:
    from snowflake import connector

    database, schema = [*_places(parts), "", ""][:2]
    words = _named(account=parts.hostname, user=_user(parts), password=password, database=database, schema=schema)
    return connector.connect(**words, **options)


def _bigquery(parts: SplitResult, password: str | None, options: dict[str, str]) -> Any:
    from google.cloud import bigquery
    from google.cloud.bigquery import dbapi

    dataset = next(iter(_places(parts)), "")
    usual = bigquery.QueryJobConfig(default_dataset=f"{parts.netloc}.{dataset}") if dataset else None
    return dbapi.connect(bigquery.Client(project=parts.netloc, default_query_job_config=usual, **options))


def _redshift(parts: SplitResult, password: str | None, options: dict[str, str]) -> Any:
    import redshift_connector

    database = next(iter(_places(parts)), "")
    words = _named(host=parts.hostname, port=parts.port, user=_user(parts), password=password, database=database)
    connection = redshift_connector.connect(**words, **options)
    connection.autocommit = True
    return connection


def _databricks(parts: SplitResult, password: str | None, options: dict[str, str]) -> Any:
    from databricks import sql

    return sql.connect(server_hostname=parts.hostname, http_path=parts.path, access_token=password, **options)


def _motherduck(parts: SplitResult, password: str | None, options: dict[str, str]) -> Any:
    import duckdb

    return duckdb.connect(f"md:{parts.netloc}", config=dict(options))


def _clickhouse(parts: SplitResult, password: str | None, options: dict[str, str]) -> Any:
    from clickhouse_connect import dbapi

    database = next(iter(_places(parts)), "")
    secure = parts.port in (443, 8443) or None
    words = _named(host=parts.hostname, port=parts.port, username=_user(parts), database=database, secure=secure)
    return dbapi.connect(**words, password=password or "", **options)


def _trino(parts: SplitResult, password: str | None, options: dict[str, str]) -> Any:
    from trino import auth, dbapi

    catalog, schema = [*_places(parts), "", ""][:2]
    secured = auth.BasicAuthentication(_user(parts) or "", password) if password else None
    scheme = "https" if password or parts.port in (443, 8443) else None
    words = _named(host=parts.hostname, port=parts.port, user=_user(parts), catalog=catalog, schema=schema)
    return dbapi.connect(**words, **_named(auth=secured, http_scheme=scheme), **options)


def _mysql(parts: SplitResult, password: str | None, options: dict[str, str]) -> Any:
    import pymysql

    database = next(iter(_places(parts)), "")
    words = _named(host=parts.hostname, port=parts.port, user=_user(parts), database=database)
    connection = pymysql.connect(**words, password=password or "", charset="utf8mb4", autocommit=True, **options)
    connection.query("SET SESSION TRANSACTION READ ONLY")
    return connection


def _sqlite(parts: SplitResult, password: str | None, options: dict[str, str]) -> Any:
    import sqlite3

    path = Path(unquote(f"{parts.netloc}{parts.path}"))
    if not path.is_file() and Path(str(path).lstrip("/")).is_file():
        path = Path(str(path).lstrip("/"))
    if not path.is_file():
        raise InputError(f"no file '{path}': check the path of the SQLite database")
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


BY_ADDRESS: Mapping[str, Reached] = {
    "snowflake": Reached(SNOWFLAKE, "snowflake", "SNOWFLAKE_PASSWORD", _snowflake),
    "bigquery": Reached(BIGQUERY, "bigquery", "", _bigquery),
    "redshift": Reached(REDSHIFT, "redshift", "REDSHIFT_PASSWORD", _redshift),
    "databricks": Reached(DATABRICKS, "databricks", "DATABRICKS_TOKEN", _databricks),
    "motherduck": Reached(MOTHERDUCK, "", "", _motherduck),
    "clickhouse": Reached(CLICKHOUSE, "clickhouse", "CLICKHOUSE_PASSWORD", _clickhouse),
    "trino": Reached(TRINO, "trino", "TRINO_PASSWORD", _trino),
    "mysql": Reached(MYSQL, "mysql", "MYSQL_PWD", _mysql),
    "mariadb": Reached(MYSQL, "mysql", "MYSQL_PWD", _mysql),
    "sqlite": Reached(SQLITE, "", "", _sqlite),
}
"""Warehouses by the scheme of their addresses."""
BY_DRIVER: Mapping[str, Warehouse] = {
    "sqlite3": SQLITE,
    "snowflake": SNOWFLAKE,
    "fakesnow": SNOWFLAKE,
    "google": BIGQUERY,
    "redshift_connector": REDSHIFT,
    "databricks": DATABRICKS,
    "duckdb": MOTHERDUCK,
    "_duckdb": MOTHERDUCK,
    "clickhouse_connect": CLICKHOUSE,
    "clickhouse_driver": CLICKHOUSE,
    "chdb": CLICKHOUSE,
    "trino": TRINO,
    "pymysql": MYSQL,
    "MySQLdb": MYSQL,
    "mysql": MYSQL,
    "mariadb": MYSQL,
}
"""Warehouses by the library of their connections; of ADBC the vendor's name tells."""
_KINDS = {reached.kind.dialect: reached.kind for reached in BY_ADDRESS.values()}


def door_of(connection: Any, dialect: str | None = None) -> WarehouseDoor:
    """The door over a connection of the user, which stays open; `dialect` says what it speaks where that is not known.

    Raises InputError where neither the driver nor the dialect is known.
    """
    kind = _KINDS.get(dialect or "") or _kind_of(connection)
    if dialect is not None and dialect not in _KINDS:
        raise InputError(unknown("dialect of a warehouse", dialect, _KINDS))
    if kind is None:
        library = type(connection).__module__
        raise InputError(
            f"a connection of {library} speaks no dialect that is known; name it with dialect=... ({', '.join(_KINDS)})"
        )
    return WarehouseDoor(connection, kind, f"the connection to {kind.title}")


def _kind_of(connection: Any) -> Warehouse | None:
    libraries = [parent.__module__.partition(".")[0] for parent in type(connection).__mro__]
    if "adbc_driver_manager" in libraries:
        vendor = str(connection.adbc_get_info().get("vendor_name", "")).lower()
        return next((kind for kind in _KINDS.values() if kind.title.lower().partition(" ")[0] in vendor), None)
    return next((BY_DRIVER[library] for library in libraries if library in BY_DRIVER), None)


def door_to(address: str) -> WarehouseDoor:
    """The door to a warehouse by its address, without the table.

    Raises MissingExtraError without its driver; InputError, in one message without the password, where no connection
    comes about.
    """
    parts = urlsplit(address)
    reached = BY_ADDRESS[parts.scheme.lower()]
    password = unquote(parts.password) if parts.password else os.environ.get(reached.variable) or None
    try:
        connection = reached.connect(parts, password, dict(parse_qsl(parts.query)))
    except CalibrateError:
        raise
    except ImportError as error:
        library = (error.name or reached.extra).partition(".")[0]
        raise MissingExtraError(library, reached.extra) from error
    except Exception as fault:
        said = " ".join(str(fault).split())[:200] or type(fault).__name__
        said = hushed(said.replace(password, HIDDEN) if password else said, address)
        variable = f"; a password is taken from {reached.variable}" if reached.variable and not password else ""
        raise InputError(f"{shown(address)}: no connection to {reached.kind.title} ({said}){variable}") from None
    return WarehouseDoor(connection, reached.kind, shown(address), ours=True)

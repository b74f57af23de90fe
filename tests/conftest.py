"""What several test files share; one thread for linear algebra, since on small matrices threads only wait."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, settings

# the same examples on every machine, however busy it is: a red run can be run again
settings.register_profile("fixed", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("fixed")

for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(threads, "1")
os.environ.setdefault("CALIBRATE_JOBS", "1")

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module", autouse=True)
def own_default_connection(request: pytest.FixtureRequest) -> Iterator[None]:
    """A file that uses DuckDB's default connection gets one of its own: an answer half read elsewhere blocks it."""
    if not hasattr(request.module, "duckdb"):
        yield
        return
    import duckdb

    shared = duckdb.default_connection()
    with duckdb.connect() as connection:
        duckdb.set_default_connection(connection)
        yield
        duckdb.set_default_connection(shared)


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
        patch.setattr(folder, "pictures_of", lambda *_: {})
        patch.setattr(folder, "workbook_of", lambda *_: b"")
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


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Address of a PostgreSQL server of our own, reached by a socket; skipped where there is none."""
    with _running(lambda folder: "-c listen_addresses=''") as folder:
        yield f"postgresql://tester@/postgres?host={quote(str(folder), safe='')}"


@pytest.fixture(scope="module")
def encrypted() -> Iterator[tuple[str, Path]]:
    """Address of a server of our own that takes encrypted connections alone, and the certificate that it shows."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def certified(folder: Path) -> str:
        names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        files = ["-keyout", str(folder / "server.key"), "-out", str(folder / "server.crt")]
        new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names, *files]
        subprocess.run(new, check=True, capture_output=True, timeout=60)
        if os.geteuid() == 0:
            shutil.chown(folder / "server.key", "nobody")
        (folder / "server.key").chmod(0o600)
        (folder / "data" / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 trust\n")
        shown = f"-c ssl_cert_file={folder}/server.crt -c ssl_key_file={folder}/server.key"
        return f"-c listen_addresses=localhost -c port={port} -c ssl=on {shown}"

    with _running(certified) as folder:
        yield f"postgresql://tester@localhost:{port}/postgres", folder / "server.crt"


@contextmanager
def _running(options_in: Callable[[Path], str]) -> Iterator[Path]:
    """The folder of a PostgreSQL server while it runs, with the options that are made when its data stand there."""
    pytest.importorskip("psycopg")
    tools = sorted(Path("/usr/lib/postgresql").glob("*/bin")) if not shutil.which("initdb") else [Path()]
    if not tools:
        pytest.skip("no PostgreSQL on this machine")
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    user = "nobody" if os.geteuid() == 0 else None  # the server refuses to run as root
    try:
        if user:
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        data = folder / "data"
        run: dict[str, Any] = {"user": user, "cwd": folder, "check": True, "capture_output": True, "timeout": 60}
        try:
            settings = ["-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
            subprocess.run([tools[-1] / "initdb", "-D", data, *settings], **run)
        except (OSError, subprocess.SubprocessError) as error:
            pytest.skip(f"PostgreSQL does not start here: {error}")
        options = f"{options_in(folder)} -c unix_socket_directories={folder} -c fsync=off"
        subprocess.run([tools[-1] / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start"], **run)
        try:
            yield folder
        finally:
            subprocess.run([tools[-1] / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **run)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A Spark session on this machine with a metastore of Hive's and a second catalog; skipped without pyspark or Java.

    The second catalog, `office`, is one of Spark's own for data bases (a `TableCatalog`, as Delta's and Iceberg's are).
    Where ICEBERG_JARS names the jars of Iceberg's runtime (for Spark 3.5), `lake` is a catalog of Iceberg's, and the
    session's own knows its tables beside those of Hive.
    """
    pyspark = pytest.importorskip("pyspark.sql", reason="pyspark is not installed (extra spark)")
    if not shutil.which("java") and not os.environ.get("JAVA_HOME"):
        pytest.skip("Java is not installed")
    from calibrate.engine.spark import LOCAL, SETTINGS

    place = tmp_path_factory.mktemp("spark")
    home = "iapi.jdbc" if not version("pyspark").startswith("3.") else "jdbc"
    derby = f"org.apache.derby.{home}.AutoloadedDriver"
    words = LOCAL | SETTINGS | {
        "spark.sql.warehouse.dir": f"{place}/warehouse",
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={place}/metastore;create=true",
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={place} -XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.codegen.wholeStage": "false",  # tables are small: to compile a statement takes longer than to run it
        "spark.sql.catalog.office": "org.apache.spark.sql.execution.datasources.v2.jdbc.JDBCTableCatalog",
        "spark.sql.catalog.office.url": f"jdbc:derby:{place}/office;create=true",
        "spark.sql.catalog.office.driver": derby,
        "spark.sql.catalog.office.pushDownAggregate": "false",  # Derby does not group by texts of any length
    }  # fmt: skip
    if jars := os.environ.get("ICEBERG_JARS"):
        iceberg = "org.apache.iceberg.spark"
        words |= {
            "spark.jars": jars,
            "spark.sql.extensions": f"{iceberg}.extensions.IcebergSparkSessionExtensions",
            "spark.sql.catalog.lake": f"{iceberg}.SparkCatalog",
            "spark.sql.catalog.lake.type": "hadoop",
            "spark.sql.catalog.lake.warehouse": f"{place}/lake",
            "spark.sql.catalog.spark_catalog": f"{iceberg}.SparkSessionCatalog",
            "spark.sql.catalog.spark_catalog.type": "hive",
            "spark.hadoop.iceberg.engine.hive.lock-enabled": "false",  # the metastore has no tables for locks
        }
    builder = pyspark.SparkSession.builder.master("local[2]").enableHiveSupport()
    for key, value in words.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()

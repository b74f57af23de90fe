"""Addresses of a store or the web stand wherever a file may, and nothing secret in them is written or said."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Call
from month_case import HEADER, asked, dated, day, write
from object_case import SECRETS, bucket, put, web

from calibrate.monthly.addresses import is_address, without_secrets
from calibrate.monthly.settings import read
from calibrate.monthly.settings_file import settings_text

pytestmark = pytest.mark.usefixtures("light")


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    pytest.importorskip("fsspec")
    with bucket() as address:
        yield address


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Leads, their events and their deals."""
    leads = dated(400)
    write(tmp_path / "leads.csv", HEADER, leads)
    write(tmp_path / "plain.csv", (*HEADER[:2], *HEADER[3:]), [(*lead[:2], *lead[3:]) for lead in leads])
    events = [(f"L{i}", day(i + 1), "pricing" if i % 3 else "webinar") for i in range(0, 400, 2)]
    write(tmp_path / "events.csv", ("lead_id", "at", "type"), events)
    write(tmp_path / "deals.csv", ("id", "signed"), [(lead[0], lead[2]) for lead in leads if lead[2]])
    return tmp_path


def test_a_month_from_a_store_is_the_month_of_its_files(store: str, files: Path, call: Call) -> None:
    flags = ("--methods", "lift", "--lead-id", "id", "--created-at", "created", "--customer-at", "signed", "--json")
    results = []
    for place in (str(files), store):
        if place == store:
            for name in ("plain.csv", "events.csv", "deals.csv"):
                put(files / name, f"{store}/{name}")
        sources = (f"{place}/plain.csv", "--events", f"{place}/events.csv", "--outcomes", f"{place}/deals.csv")
        code, said, complaint = call(
            "run", *sources, *flags, "--out", str(files / ("s3" if place == store else "local"))
        )
        assert code == 0, complaint
        results.append(json.loads(said) | {"timing": None, "report": None})
    assert results[0] == results[1]
    (written,) = (files / "s3").glob("*/calibration.toml")
    assert tomllib.loads(written.read_text())["data"]["file"] == f"{store}/plain.csv"
    assert read(written).events.file == f"{store}/events.csv"
    code, said, complaint = call("check", str(written), "--json")
    assert code == 0 and json.loads(said)["history"] == results[0]["history"], complaint


def test_score_reads_from_a_store(store: str, files: Path, call: Call) -> None:
    put(files / "leads.csv", f"{store}/leads.csv")
    run = ("--customer-at", "won", "--methods", "lift", "--out", str(files / "reports"))
    assert call("run", f"{store}/leads.csv", *run)[0] == 0
    grid = str(next((files / "reports").glob("*/grids/lift.json")))
    for source in (str(files / "leads.csv"), f"{store}/leads.csv"):
        code, _, complaint = call("score", grid, source, "--out", str(files / f"{len(source)}.csv"))
        assert code == 0, complaint
    assert (files / f"{len(source)}.csv").read_bytes() == (files / f"{len(str(files / 'leads.csv'))}.csv").read_bytes()


def test_nothing_secret_is_written_or_said(files: Path, call: Call) -> None:
    with web(files) as server:
        address = (
            f"http://me:{SECRETS[2]}@{server.address.removeprefix('http://')}/leads.csv?X-Amz-Signature={SECRETS[3]}"
        )
        run = ("--customer-at", "won", "--methods", "lift", "--out", str(files / "reports"))
        code, said, complaint = call("run", address, *run)
        assert code == 0, complaint
        texts = [said, complaint, *call("check", address)[1:]]
        texts += [path.read_bytes().decode("latin-1") for path in (files / "reports").rglob("*") if path.is_file()]
        assert len(texts) > 6 and not [secret for secret in SECRETS for text in texts if secret in text]
        code, said, complaint = call("check", address.replace("leads.csv", "none.csv"))
        assert (code, said) == (2, "") and not [secret for secret in SECRETS if secret in complaint]
        assert "none.csv: nothing is there; check the address" in complaint


def test_a_settings_file_keeps_no_secret_and_says_so(tmp_path: Path) -> None:
    settings = asked(tmp_path / "x.csv", data={"file": "https://me:hunter2@host/x.csv?page=2&sig=signed0815"})
    text = settings_text(settings, tmp_path)
    assert tomllib.loads(text)["data"]["file"] == "https://me@host/x.csv?page=2"
    assert text.startswith("# An address was given with a password or a signature")
    assert "password" not in settings_text(asked(tmp_path / "x.csv", data={"file": "s3://b/a@b:c.csv"}), tmp_path)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("leads@home:x.csv", "leads@home:x.csv"),
        ("postgresql://me:a/b@c#d@host/base#leads", "postgresql://me@host/base#leads"),
        ("postgresql://host/base?user=me&password=x", "postgresql://host/base?user=me"),
        ("abfss://box@account.dfs.core.windows.net/x.csv", "abfss://box@account.dfs.core.windows.net/x.csv"),
        ("https://h/x.csv?sv=2024&se=1&sr=b&sp=r&sig=x&skoid=1&day=3", "https://h/x.csv?day=3"),
        ("postgresql://host/base?password=x&user=a@b", "postgresql://b"),
        ("snowflake://me:pw@account/base#crm.leads", "snowflake://me@account/base#crm.leads"),
    ],
)
def test_addresses_as_a_file_may_keep_them(address: str, public: str) -> None:
    assert without_secrets(address) == public
    assert is_address(address) == ("://" in address)

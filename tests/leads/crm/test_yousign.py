"""Yousign's signature events as outcomes."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from crm_case import FIRST, read, spoken, write

from calibrate.errors import CalibrateError, InputError, SettingsError


def envelopes() -> list[dict[str, Any]]:
    """Signatures of leads 0-7 (two of them sent twice), tests, other events; lead 0 signed two requests."""
    found = []

    def event(i: int, name: str, lead: int, at: date, sandbox: bool = False) -> dict[str, Any]:
        seconds = int(datetime(at.year, at.month, at.day, 9).timestamp())
        return {"event_id": f"e{i}", "event_name": name, "event_time": str(seconds), "subscription_id": "s",
                "subscription_description": "", "sandbox": sandbox,
                "data": {"signature_request": {"id": f"r{i}", "external_id": f"L{lead:03d}", "status": "done",
                                               "signers": [{"email": f"ana{lead}@acme.fr"}]}}}  # fmt: skip

    for i in range(8):
        found.append(event(i, "signature_request.done", i, FIRST + timedelta(days=i + 30)))
    found += [found[0], found[5]]
    found.append(event(20, "signature_request.done", 0, FIRST + timedelta(days=400)))
    found.append(event(21, "signature_request.done", 30, FIRST + timedelta(days=50), sandbox=True))
    found.append(event(22, "signature_request.declined", 31, FIRST + timedelta(days=50)))
    found.append(event(23, "signer.done", 32, FIRST + timedelta(days=50)))
    return found


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_yousign_signatures_are_outcomes(form: str, tmp_path: Path) -> None:
    leads = write(tmp_path / "leads.csv", ["Id", "CreatedDate", "LeadSource", "IsConverted"],
                  [[f"L{i:03d}", (FIRST + timedelta(days=i)).isoformat(), "ab"[i % 2], "false"]
                   for i in range(40)])  # fmt: skip
    key = "data.signature_request.external_id"
    file = tmp_path / f"signatures.{form}"
    if form == "jsonl":
        file.write_text("\n".join(map(json.dumps, envelopes())), encoding="utf-8")
    else:
        names = ["event_id", "event_name", "event_time", "sandbox"]
        rows = [[*(str(e[n]) for n in names), e["data"]["signature_request"]["external_id"]]
                for e in envelopes()]  # fmt: skip
        write(file, [*names, key], rows)
    wanted = {"outcomes": str(file), "outcomes_id": key}
    counted = read(leads, data={"crm": "yousign"}, outcome=wanted, time={"as_of": date(2024, 12, 31)})
    assert counted.tally.overall == (40, 8)
    facts = spoken(counted, "signatures")[0]
    assert (facts["events"], facts["signed"], facts["repeated"], facts["tests"]) == (14, 9, 2, 1)
    assert counted.warnings == ()
    with pytest.raises(InputError, match=r"--outcomes-id.*data\.signature_request\.external_id"):
        read(leads, outcome={"outcomes": str(file)})
    with pytest.raises(SettingsError, match="--outcomes"):
        read(file)


def test_errors_are_ours(tmp_path: Path) -> None:
    file = write(tmp_path / "events.csv", ["event_id", "event_name", "event_time", "lead"],
                 [["1", "signer.done", "1700000000", "L1"]])  # fmt: skip
    leads = write(tmp_path / "leads.csv", ["id", "x"], [["L1", "a"], ["L2", "b"]])
    with pytest.raises(CalibrateError, match="finished signature"):
        read(leads, outcome={"outcomes": str(file), "outcomes_id": "lead"})

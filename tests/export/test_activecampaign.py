"""ActiveCampaign: requests within its limits, and what cannot be typed in."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from replay import golden

from calibrate.export.activecampaign import MOST_BYTES, MOST_CONTACTS, coverage, scores
from calibrate.export.base import Options, Scored
from calibrate.grid.grid import Expiry


@pytest.mark.parametrize(("leads", "length"), [(0, 5), (1, 5), (250, 5), (251, 5), (600, 3000), (3, 350_000)])
def test_requests_hold_all_leads_in_order_and_keep_the_limits(leads: int, length: int) -> None:
    """Names with an accent, each six bytes once written: the limit counts bytes, not letters."""
    scored = [Scored(f"{i}@x.fr", i, "é" * (length // 6)) for i in range(leads)]
    lines = scores(golden.small(), iter(scored), Options()).splitlines()
    bodies = [json.loads(line)["body"] for line in lines]
    contacts = [contact for body in bodies for contact in body["contacts"]]
    assert [(c["email"], c["fields"][0]["value"], c["fields"][1]["value"]) for c in contacts] == [
        (lead.lead, str(lead.score), lead.band) for lead in scored
    ]
    assert all(body["exclude_automations"] and 0 < len(body["contacts"]) <= MOST_CONTACTS for body in bodies)
    assert all(len(line.encode()) <= MOST_BYTES for line in lines if json.loads(line)["body"]["contacts"][1:])


def test_any_other_answer_is_approximated_and_shares_do_not_expire() -> None:
    small = golden.small()
    items = coverage(small, Options()).items
    assert {item.status for item in items if ": other (" in item.what} <= {"approximated"}
    name, level = small.criteria[0].name, small.criteria[0].levels[0].name
    shares = coverage(replace(small, expiry=(Expiry(name, level, percent=10, every_days=30),)), Options())
    whole = coverage(replace(small, expiry=(Expiry(name, level, days=30),)), Options())
    assert [c.items[-1].status for c in (shares, whole)] == ["approximated", "carried"]

"""ActiveCampaign: rules are typed in from a settings sheet; scores can be loaded as a custom field in bulk.

Bulk import: at most 250 contacts and 400,000 bytes a request
(developers.activecampaign.com/reference/bulk-import-contacts).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ..grid.grid import Grid
from . import sheet
from .base import Coverage, Options, Scored, account, close_rates, rate_at
from .lines import lowered
from .remarks import Fate, remark

PATH = "/api/3/import/bulk_import"
MOST_CONTACTS = 250
MOST_BYTES = 400_000
SCORE, BAND = "{scoreFieldId}", "{bandFieldId}"
CLOSE_RATES = ("{closeRateFieldId}", "{closeRateLowFieldId}", "{closeRateHighFieldId}")


def write(grid: Grid, options: Options) -> str:
    """The sheet, in the language of the options."""
    return sheet.write(lowered(grid), options, "activecampaign")


def scores(grid: Grid, scored: Iterable[Scored], options: Options) -> str:
    """Requests of the bulk import, one a line, each within the limits; the key of a lead is its e-mail address.

    Automations are not started: a first load would start them for every contact at once.
    """
    bodies: list[str] = []
    contacts: list[dict[str, Any]] = []
    size, steps = 0, close_rates(grid)
    for lead in scored:
        fields = [{"id": SCORE, "value": str(lead.score)}, {"id": BAND, "value": lead.band}]
        rates = lead.close_rate or rate_at(steps, lead.score) or ()
        fields += [{"id": name, "value": f"{rate:.4f}"} for name, rate in zip(CLOSE_RATES, rates, strict=False)]
        contact = {"email": lead.lead, "fields": fields}
        weight = len(json.dumps(contact, ensure_ascii=True)) + 2
        if contacts and (len(contacts) == MOST_CONTACTS or size + weight > MOST_BYTES - 1000):
            bodies.append(_request(contacts))
            contacts, size = [], 0
        contacts.append(contact)
        size += weight
    if contacts:
        bodies.append(_request(contacts))
    return "".join(body + "\n" for body in bodies)


def coverage(grid: Grid, options: Options) -> Coverage:
    """Every line can be typed in as a rule."""

    def judge(at: int, place: int) -> Fate:
        if grid.criteria[at].levels[place].role == "other":
            return "approximated", remark("by_hand_is_not")
        return "carried", remark("by_hand")

    notes = (remark("no_rule_calls"),)
    bands: Fate = ("carried", remark("automation_per_band"))
    expiry: Fate = ("carried", None)
    if any(rule.percent for rule in grid.expiry):
        expiry = ("approximated", remark("expire_whole"))
    return account("activecampaign", grid, judge, bands=bands, expiry=expiry, notes=notes)


def _request(contacts: list[dict[str, Any]]) -> str:
    body = {"contacts": contacts, "exclude_automations": True}
    return json.dumps({"method": "POST", "path": PATH, "body": body}, ensure_ascii=True)

"""CRM exports: one file per system says what its columns and values are called; this is the table of them."""

from __future__ import annotations

from collections.abc import Sequence

from .activecampaign import ACTIVECAMPAIGN
from .base import System
from .dynamics import DYNAMICS
from .hubspot import HUBSPOT
from .marketo import MARKETO
from .mautic import MAUTIC
from .odoo import ODOO
from .pipedrive import PIPEDRIVE
from .plezi import PLEZI
from .salesforce import SALESFORCE
from .yousign import YOUSIGN
from .zoho import ZOHO

SYSTEMS: dict[str, System] = {
    "hubspot": HUBSPOT,
    "salesforce": SALESFORCE,
    "zoho": ZOHO,
    "pipedrive": PIPEDRIVE,
    "activecampaign": ACTIVECAMPAIGN,
    "plezi": PLEZI,
    "odoo": ODOO,
    "mautic": MAUTIC,
    "marketo": MARKETO,
    "dynamics": DYNAMICS,
    "yousign": YOUSIGN,
}
NONE = "none"
"""The word that switches recognition off."""


def detect(columns: Sequence[str]) -> System | None:
    """The system whose export has such a header; None where no sign is complete, or two systems' signs are.

    >>> detect(["Deal - ID", "Deal - Status"]).title, detect(["Lead Number", "Converted"])
    ('Pipedrive', None)
    """
    matches = [(system.recognised(columns), system) for system in SYSTEMS.values()]
    best = max(count for count, _ in matches)
    first = [system for count, system in matches if count == best]
    return first[0] if best and len(first) == 1 else None

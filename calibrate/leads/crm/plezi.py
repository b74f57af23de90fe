"""Plezi: contacts with their engagement; the outcome stands in the CRM beside it.

The columns of its contact export are not confirmed.
"""

from __future__ import annotations

from .base import Outcome, System

PLEZI = System(
    "plezi",
    "Plezi",
    lead_id=("id", "contact id", "id du contact", "id plezi"),
    created_at=("created at", "creation date", "date de creation", "cree le"),
    outcomes=(
        Outcome(
            ("contact status", "status", "statut du contact", "statut"),
            won=("customer", "client"),
            rest="lost",
            open=("opportunity", "opportunite", "sql"),
            at=("customer at", "customer date", "date de passage en client", "client le"),
        ),
    ),
    aside={
        "crm_stage": (
            "status",
            "contact status",
            "statut",
            "statut du contact",
            "phase",
            "buying phase",
            "phase d achat",
        ),
        "crm_score": ("score", "mql score", "score mql", "scoring"),
        "crm_work": ("last activity at", "last activity", "derniere activite", "updated at", "mis a jour le"),
        "crm_owner": ("owner", "proprietaire"),
    },
    unconfirmed=("columns", "values", "join"),
)

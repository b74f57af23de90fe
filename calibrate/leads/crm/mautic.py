"""Mautic: contacts with points and stages; the outcome stands in the CRM beside it.

The headers of its export are the labels of its fields: which columns there are is not confirmed.
"""

from __future__ import annotations

from .base import Outcome, System

MAUTIC = System(
    "mautic",
    "Mautic",
    signs=(("date_identified",), ("points", "last_active"), ("Points", "Last active"), ("dateIdentified",)),
    lead_id=("id", "contact id", "lead id", "id du contact"),
    created_at=("date added", "date identified", "date d ajout", "date d identification"),
    outcomes=(
        Outcome(
            ("stage", "stage name", "etape"),
            won=("customer", "client", "won", "gagne"),
            rest="lost",
            open=("opportunity", "opportunite"),
            at=("stage date", "customer date", "date client"),
        ),
    ),
    stages=("date identified", "date d identification"),
    aside={
        "crm_stage": ("stage", "stage name", "etape"),
        "crm_score": ("points", "point groups"),
        "crm_work": ("last active", "derniere activite", "date modified", "date de modification"),
        "crm_owner": ("owner", "owner id", "proprietaire", "owner username"),
    },
    unconfirmed=("columns", "values", "join"),
)

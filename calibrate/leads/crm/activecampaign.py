"""ActiveCampaign: contacts, and deals that are open, won or lost.

The columns of its exports are not confirmed: names are those of its API and of its screens.
"""

from __future__ import annotations

from .base import Outcome, System

ACTIVECAMPAIGN = System(
    "activecampaign",
    "ActiveCampaign",
    signs=(("cdate", "mdate"), ("Deal Status", "Deal Owner", "Pipeline")),
    lead_id=("id", "contact id", "deal id", "id du contact", "id de l affaire"),
    created_at=("cdate", "date created", "created date", "deal created date", "created at", "date de creation"),
    outcomes=(
        Outcome(
            ("deal status", "status", "statut de l affaire", "statut"),
            won=("won", "1", "gagne", "gagnee"),
            lost=("lost", "2", "perdu", "perdue"),
            open=("open", "0", "ouvert", "ouverte", "en cours"),
            rest="lost",
            at=("won date", "deal won date", "close date", "closed date", "date de gain", "date de cloture"),
        ),
    ),
    deal_keys=(
        (("id", "contact id", "id du contact"), ("contact", "contact id", "primary contact id", "id du contact")),
    ),
    amount=("value", "deal value", "valeur", "valeur de l affaire"),
    aside={
        "crm_stage": (
            "stage",
            "deal stage",
            "etape",
            "deal status",
            "status",
            "statut",
            "statut de l affaire",
            "win probability",
        ),
        "crm_score": ("score", "score value", "contact score", "deal score"),
        "crm_work": ("mdate", "date updated", "udate", "last activity", "edate", "next date"),
        "crm_owner": ("owner", "deal owner", "proprietaire"),
    },
    unconfirmed=("columns", "values", "join"),
)

"""Pipedrive: deals (and leads), every header with its object before it (`Deal - Status`), in the user's language.

Source: several public importers. The columns of the list of leads are not confirmed.
"""

from __future__ import annotations

from .base import Outcome, System

PIPEDRIVE = System(
    "pipedrive",
    "Pipedrive",
    signs=(
        ("Deal - Status",),
        ("Deal - ID",),
        ("Deal - Title",),
        ("Deal - Stage",),
        ("Lead - Title",),
        ("Lead - ID",),
        ("Affaire - Statut",),
        ("Affaire - Titre",),
        ("Affaire - ID",),
        ("add_time", "won_time"),
    ),
    prefixes=("Deal - ", "Affaire - ", "Lead - ", "Prospect - "),
    lead_id=("id", "deal id", "lead id"),
    created_at=(
        "deal created",
        "add time",
        "affaire creee le",
        "affaire creee",
        "date d ajout",
        "date de creation",
        "cree le",
        "creee le",
        "lead created",
    ),
    outcomes=(
        Outcome(
            ("status", "statut"),
            won=("won", "gagne", "gagnee"),
            lost=("lost", "perdu", "perdue", "deleted"),
            open=("open", "ouvert", "ouverte", "en cours"),
            rest="lost",
            at=(
                "won time",
                "date de gain",
                "gagnee le",
                "heure du gain",
                "deal closed on",
                "affaire fermee le",
                "affaire conclue le",
                "close time",
            ),
        ),
    ),
    deal_keys=((("deal id", "id"), ("deal id", "id")), (("person id",), ("person id",))),
    stages=(
        "won time",
        "lost time",
        "date de gain",
        "date de perte",
        "deal closed on",
        "affaire fermee le",
        "close time",
        "stage change time",
        "last stage change",
    ),
    amount=("value", "valeur"),
    aside={
        "crm_amount": ("weighted value", "valeur ponderee", "mrr", "acv"),
        "crm_stage": ("stage", "etape", "status", "statut", "probability", "probabilite", "stage id"),
        "crm_after": (
            "lost reason",
            "raison de la perte",
            "raison de perte",
            "expected close date",
            "date de cloture prevue",
            "rotten time",
        ),
        "crm_score": ("score",),
        "crm_work": (
            "total activities",
            "done activities",
            "activities to do",
            "last activity date",
            "next activity date",
            "nombre total d activites",
            "activites effectuees",
            "activites a faire",
            "date de la derniere activite",
            "email messages count",
            "update time",
            "date de mise a jour",
            "last email received",
            "last email sent",
        ),
        "crm_owner": ("owner", "proprietaire", "creator", "createur", "user id"),
    },
    unconfirmed=("labels_fr",),
)

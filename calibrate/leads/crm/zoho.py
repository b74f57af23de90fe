"""Zoho CRM: leads and deals, by API names or labels.

A lead is converted when it is handed over, which is no sale: the win stands in the deals. Source: the fields of its
software kits; whether a "Record Id" comes first in an export is not confirmed.
"""

from __future__ import annotations

from .base import YES, Outcome, System

ZOHO = System(
    "zoho",
    "Zoho CRM",
    signs=(
        ("Converted__s",),
        ("Converted_Date_Time",),
        ("Converted_Deal",),
        ("Lead_Status", "Created_Time"),
        ("Lead Status", "Created Time"),
        ("Record Id", "Created Time"),
        ("Deal Name", "Stage", "Closing Date"),
        ("Deal_Name", "Stage"),
        ("Statut du prospect", "Heure de création"),
        ("Nom de l'affaire", "Étape"),
    ),
    lead_id=("id", "record id", "lead id", "deal id", "id de l enregistrement", "id de prospect"),
    created_at=("created time", "heure de creation", "date de creation"),
    outcomes=(
        Outcome(
            ("stage", "etape"),
            at=("closing date", "date de cloture"),
            won=("closed won", "ferme gagne", "fermee gagnee", "conclu gagne", "gagne", "gagnee"),
            lost=(
                "closed lost",
                "closed lost to competition",
                "ferme perdu",
                "fermee perdue",
                "perdu au profit de la concurrence",
                "perdu",
                "perdue",
            ),
        ),
        Outcome(
            ("converted s", "is converted", "converted", "converti"),
            YES,
            rest="lost",
            sale=False,
            open_in=(
                (
                    ("lead status", "statut du prospect"),
                    (
                        "attempted to contact",
                        "contact in future",
                        "contacted",
                        "not contacted",
                        "pre qualified",
                        "tentative de contact",
                        "a contacter ulterieurement",
                        "contacte",
                        "non contacte",
                        "pre qualifie",
                    ),
                ),
            ),
            at=(
                "converted date time",
                "converted time",
                "lead converted time",
                "heure de conversion",
                "date de conversion",
            ),
        ),
    ),
    deal_keys=(
        (("converted deal", "converted deal id", "affaire convertie"), ("id", "record id", "deal id")),
        (("id", "record id", "lead id"), ("lead id", "lead record id", "converted lead")),
    ),
    stages=("converted date time", "converted time", "heure de conversion"),
    amount=("amount", "montant"),
    aside={
        "crm_amount": ("expected revenue", "revenu attendu"),
        "crm_stage": (
            "lead status",
            "statut du prospect",
            "stage",
            "etape",
            "probability*",
            "probabilite*",
            "converted s",
            "is converted",
            "converted",
            "converti",
        ),
        "crm_after": (
            "lead conversion time",
            "converted account*",
            "converted contact*",
            "converted deal*",
            "reason for loss*",
            "sales cycle duration",
            "overall sales duration",
            "duree de conversion du prospect",
        ),
        "crm_score": (
            "score",
            "positive score",
            "negative score",
            "touch point score",
            "visitor score",
            "rating",
            "evaluation",
            "prediction score",
        ),
        "crm_work": (
            "last activity time",
            "heure de la derniere activite",
            "modified time",
            "heure de modification",
            "modified by",
            "change log time*",
        ),
        "crm_owner": (
            "owner",
            "lead owner",
            "deal owner",
            "lead owner id",
            "proprietaire du prospect",
            "proprietaire de l affaire",
            "created by",
            "cree par",
        ),
    },
    unconfirmed=("labels", "labels_fr"),
)

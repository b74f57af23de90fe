"""Salesforce: leads and opportunities, by API names (Data Loader) or labels (reports).

A lead is converted when sales takes it up, which is no sale: the win stands in the opportunities. Sources: the object
reference; the wording of report labels is not confirmed.
"""

from __future__ import annotations

from .base import NO, YES, Outcome, System

CLOSED = ("close date", "date de cloture", "date de fermeture")
OPEN_STATUS = (
    "open",
    "open not contacted",
    "working",
    "working contacted",
    "new",
    "contacted",
    "nurturing",
    "ouvert",
    "nouveau",
    "ouvert non contacte",
    "en cours contacte",
    "en cours",
    "contacte",
)

SALESFORCE = System(
    "salesforce",
    "Salesforce",
    signs=(
        ("IsConverted",),
        ("ConvertedDate",),
        ("ConvertedOpportunityId",),
        ("IsWon",),
        ("StageName", "CloseDate"),
        ("Lead ID", "Converted"),
        ("Lead Status", "Converted", "Create Date"),
        ("Opportunity ID", "Won"),
        ("Opportunity ID", "Stage"),
        ("Statut de la piste", "Converti"),
        ("Statut piste", "Converti"),
    ),
    lead_id=("id", "lead id", "id de la piste", "id piste", "opportunity id", "id de l opportunite"),
    created_at=("created date", "create date", "date de creation"),
    outcomes=(
        Outcome(
            ("is won", "won", "gagnee", "gagne"),
            YES,
            at=CLOSED,
            rest="lost",
            open_in=(
                (("is closed", "closed", "fermee", "cloturee"), NO),
                (
                    ("stage name", "stage", "etape"),
                    (
                        "prospecting",
                        "qualification",
                        "needs analysis",
                        "value proposition",
                        "id decision makers",
                        "perception analysis",
                        "proposal price quote",
                        "negotiation review",
                    ),
                ),
            ),
        ),
        Outcome(
            ("stage name", "stage", "etape"),
            at=CLOSED,
            won=("closed won", "fermee gagnee", "ferme gagne", "cloturee gagnee", "fermeture gagnee"),
            lost=("closed lost", "fermee perdue", "ferme perdu", "cloturee perdue", "fermeture perdue"),
        ),
        Outcome(
            ("is converted", "converted", "converti", "convertie"),
            YES,
            rest="lost",
            sale=False,
            open_in=((("status", "lead status", "statut de la piste", "statut piste"), OPEN_STATUS),),
            at=("converted date", "date de conversion"),
        ),
    ),
    deal_keys=(
        (
            ("converted opportunity id", "opportunity id", "id de l opportunite"),
            ("id", "opportunity id", "id de l opportunite"),
        ),
        (("id", "lead id"), ("lead id", "converted lead id")),
    ),
    stages=("converted date", "date de conversion"),
    amount=("amount", "montant"),
    aside={
        "crm_amount": ("expected revenue", "revenu attendu"),
        "crm_stage": (
            "status",
            "lead status",
            "statut de la piste",
            "statut piste",
            "stage name",
            "stage",
            "etape",
            "probability",
            "probability*",
            "probabilite*",
            "forecast category*",
            "categorie de prevision",
            "is closed",
            "closed",
            "fermee",
            "is won",
            "won",
            "gagnee",
            "is converted",
            "converted",
            "converti",
        ),
        "crm_after": (
            "converted account id",
            "converted contact id",
            "converted opportunity id",
            "loss reason",
            "raison de la perte",
            "converted account",
            "converted contact",
            "converted opportunity",
            "age",
        ),
        "crm_score": ("score", "lead score", "einstein score", "score intelligence*", "rating", "evaluation"),
        "crm_work": (
            "last activity date",
            "last activity",
            "derniere activite",
            "last modified date",
            "last modified by id",
            "system modstamp",
            "last viewed date",
            "last referenced date",
            "is unread by owner",
            "has open activity",
            "has overdue task",
        ),
        "crm_owner": (
            "owner id",
            "lead owner",
            "owner",
            "opportunity owner",
            "proprietaire de la piste",
            "proprietaire",
            "created by id",
        ),
    },
    unconfirmed=("labels", "labels_fr"),
)

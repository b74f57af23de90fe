"""Microsoft Dynamics 365 Sales: leads and opportunities, by logical names or by the columns of a view.

A qualified lead is no sale: the win stands in the opportunities. Which columns a view has is up to its maker, so the
exact headers are not confirmed.
"""

from __future__ import annotations

from .base import Outcome, System

STATE = ("statecode", "state code", "status", "statut", "etat")
CLOSED = ("actualclosedate", "actual close date", "date de cloture reelle", "date de fermeture reelle")

DYNAMICS = System(
    "dynamics",
    "Dynamics 365",
    signs=(
        ("(Do Not Modify) Lead",),
        ("(Do Not Modify) Opportunity",),
        ("(Do Not Modify) Row Checksum",),
        ("(Ne pas modifier) Prospect",),
        ("(Ne pas modifier) Opportunité",),
        ("leadid", "statecode"),
        ("statecode", "createdon"),
        ("statecode", "statuscode"),
    ),
    lead_id=(
        "leadid",
        "lead id",
        "do not modify lead",
        "ne pas modifier prospect",
        "opportunityid",
        "do not modify opportunity",
        "ne pas modifier opportunite",
    ),
    created_at=("createdon", "created on", "cree le", "date de creation"),
    outcomes=(
        Outcome(
            STATE,
            won=("won", "gagne", "gagnee", "conclue"),
            lost=("lost", "perdu", "perdue"),
            open=("open", "ouvert", "ouverte"),
            at=CLOSED,
        ),
        Outcome(
            STATE,
            won=("qualified", "qualifie", "qualifiee"),
            lost=("disqualified", "disqualifie"),
            open=("open", "ouvert", "ouverte"),
            sale=False,
            at=("qualified on", "date de qualification", "msdyn qualifiedon"),
        ),
    ),
    deal_keys=(
        (
            ("leadid", "lead id", "do not modify lead", "ne pas modifier prospect"),
            ("originatingleadid", "originating lead", "originating lead id", "prospect d origine"),
        ),
        (("qualifyingopportunityid", "qualifying opportunity"), ("opportunityid", "do not modify opportunity")),
    ),
    amount=("actualvalue", "actual revenue", "revenu reel", "estimatedvalue", "est revenue", "revenu estime"),
    aside={
        "crm_amount": ("budgetamount",),
        "crm_stage": (
            *STATE,
            "statuscode",
            "status reason",
            "raison du statut",
            "salesstagecode",
            "stepname",
            "pipeline phase",
            "closeprobability",
            "probability",
            "probabilite",
            "salesstage",
        ),
        "crm_after": ("qualifyingopportunityid", "qualifying opportunity", "parentaccountid", "closestatus"),
        "crm_score": (
            "msdyn predictivescoreid",
            "lead score",
            "lead grade",
            "score",
            "opportunity score",
            "leadqualitycode",
            "rating",
            "evaluation",
        ),
        "crm_work": (
            "modifiedon",
            "modified on",
            "do not modify modified on",
            "modifie le",
            "lastonholdtime",
            "do not modify row checksum",
            "ne pas modifier somme de controle de la ligne",
            "ne pas modifier modifie le",
            "lastusedincampaign",
        ),
        "crm_owner": ("ownerid", "owner", "proprietaire", "owninguser", "owningteam"),
    },
    unconfirmed=("labels", "labels_fr", "columns"),
)

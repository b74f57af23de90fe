"""Odoo CRM: leads and opportunities, by technical names or labels.

Won is the stage "Won", or a probability of 100; lost is an archived record of probability 0. **A usual export leaves
archived records out**, so lost leads are missing. Source: its code (`crm.lead`).
"""

from __future__ import annotations

from .base import EMPTY, NO, YES, Outcome, System

CLOSED = ("date closed", "closed date", "date de cloture", "date de fermeture", "ferme le", "cloture le")
ACTIVE = ("active", "actif")
LOST_REASON = ("lost reason id", "lost reason", "motif de perte", "raison de perte", "motif de la perte")
WON_STATUS = ("won status", "won lost", "is won", "gagne perdu", "est gagnee", "statut gagne")
OPEN_IN = ((ACTIVE, YES), (LOST_REASON, (EMPTY,)))

ODOO = System(
    "odoo",
    "Odoo",
    signs=(
        ("automated_probability",),
        ("stage_id", "team_id"),
        ("stage_id", "create_date"),
        ("stage_id", "probability"),
        ("Created on", "Stage", "Sales Team"),
        ("Created on", "Stage", "Probability"),
        ("Created on", "Stage", "Lost Reason"),
        ("Created on", "Stage", "Active"),
        ("Created on", "Stage", "Expected Revenue"),
        ("Créé le", "Étape", "Équipe commerciale"),
        ("Créé le", "Étape", "Probabilité"),
        ("Créé le", "Étape", "Actif"),
        ("Créé le", "Étape", "Motif de perte"),
    ),
    lead_id=("id", "external id", "id externe"),
    created_at=("create date", "created on", "cree le", "date de creation"),
    outcomes=(
        Outcome(WON_STATUS, won=("won", "gagne", "gagnee"), lost=("lost", "perdu", "perdue"), at=CLOSED),
        Outcome(("stage id", "stage", "etape"), won=("won", "gagne", "gagnee"), open_in=OPEN_IN, at=CLOSED),
        Outcome(("probability", "probabilite"), won=("100",), open_in=OPEN_IN, lost=("0",), at=CLOSED),
    ),
    deal_keys=((("id", "external id"), ("id", "external id")),),
    stages=(
        "date open",
        "date conversion",
        "date last stage update",
        "assigned date",
        "date d assignation",
        "date de conversion",
        "conversion date",
        "last stage update",
    ),
    amount=("expected revenue", "revenu espere", "revenu attendu"),
    aside={
        "crm_amount": ("prorated revenue", "revenu au prorata", "recurring revenue"),
        "crm_stage": (
            "stage id",
            "stage",
            "etape",
            "probability",
            "probabilite",
            "type",
            "active",
            "actif",
            "won status",
            "won lost",
            "kanban state",
        ),
        "crm_after": (
            *LOST_REASON,
            "day close",
            "days to close",
            "jours pour cloturer",
            "day open",
            "days to assign",
            "jours pour assigner",
        ),
        "crm_score": (
            "automated probability",
            "probabilite automatique",
            "is automated probability",
            "priority",
            "priorite",
        ),
        "crm_work": (
            "write date",
            "last updated on",
            "mis a jour le",
            "derniere modification le",
            "meeting count",
            "activity date deadline",
            "calendar event count",
        ),
        "crm_owner": ("user id", "salesperson", "vendeur", "write uid", "create uid"),
    },
    lost_signs=((ACTIVE, NO), (WON_STATUS, ("lost", "perdu", "perdue")), (LOST_REASON, ())),
    how_to_export_lost=(
        "in the list view of the pipeline, add the filter 'Archived' beside the others (or a custom filter: Active is "
        "set, or Active is not set; and Lost), choose all records, and export them with Active, Stage, Lost Reason, "
        "Created on and Closed Date"
    ),
    unconfirmed=("labels_fr",),
)

"""HubSpot: contacts and deals, exported with internal names or with labels in the language of the user.

Source: its public API specifications (exports, properties). French labels are not confirmed there.
"""

from __future__ import annotations

from .base import NO, YES, Outcome, System

CLOSED = ("closedate", "close date", "date de fermeture", "date de cloture")

HUBSPOT = System(
    "hubspot",
    "HubSpot",
    signs=(
        ("hs_object_id",),
        ("lifecyclestage",),
        ("dealstage",),
        ("Record ID", "Lifecycle Stage"),
        ("Record ID", "Create Date"),
        ("Record ID", "Deal Stage"),
        ("Record ID - Contact",),
        ("Phase du cycle de vie", "Date de création"),
        ("Étape du cycle de vie", "Date de création"),
        ("Phase de la transaction", "Date de création"),
        ("Étape de la transaction", "Date de création"),
    ),
    lead_id=("hs object id", "record id", "record id contact", "id de fiche d informations", "id de la fiche",
             "id d enregistrement", "id de l enregistrement", "id"),
    created_at=("createdate", "create date", "date de creation", "hs createdate"),
    outcomes=(
        Outcome(("hs is closed won", "is closed won", "est ferme gagne", "est conclue"), YES, at=CLOSED, rest="lost",
                open_in=((("hs is closed", "is deal closed", "transaction fermee"), NO),
                         (("dealstage", "deal stage"), ("appointmentscheduled", "qualifiedtobuy",
                          "presentationscheduled", "decisionmakerboughtin", "contractsent", "appointment scheduled",
                          "qualified to buy", "presentation scheduled", "decision maker bought in",
                          "contract sent")))),
        Outcome(("dealstage", "deal stage", "phase de la transaction", "etape de la transaction"),
                won=("closedwon", "closed won", "ferme gagne", "fermee gagnee", "conclue", "gagnee", "gagne"),
                lost=("closedlost", "closed lost", "ferme perdu", "fermee perdue", "perdue", "perdu"), at=CLOSED),
        Outcome(("lifecyclestage", "lifecycle stage", "phase du cycle de vie", "etape du cycle de vie"),
                won=("customer", "evangelist", "client", "evangeliste", "ambassadeur"),
                open=("opportunity", "salesqualifiedlead", "sales qualified lead", "opportunite",
                      "lead qualifie pour la vente", "lead qualifie par les ventes"), rest="lost",
                at=("hs v2 date entered customer", "hs lifecyclestage customer date", "date entered customer*",
                    "became a customer date", "date d entree client*", "date de passage en client", *CLOSED)),
    ),
    deal_keys=(
        (("hs object id", "record id", "record id contact"),
         ("associated contact ids", "associated contact id", "associated contact record id", "contact id")),
    ),
    stages=("hs v2 date entered lead", "hs v2 date entered marketingqualifiedlead",
            "hs v2 date entered salesqualifiedlead", "hs v2 date entered opportunity", "date entered*"),
    amount=("amount", "montant", "total revenue", "recent deal amount", "hs closed amount"),
    aside={
        "crm_stage": ("lifecyclestage", "lifecycle stage", "phase du cycle de vie", "etape du cycle de vie",
                      "hs lead status", "lead status", "statut du lead", "dealstage", "deal stage", "hs is closed",
                      "phase de la transaction", "etape de la transaction", "is deal closed", "hs is closed won",
                      "is closed won", "hs deal stage probability", "deal probability"),
        "crm_after": ("days to close", "hs days to close", "closed lost reason", "closed won reason",
                      "jours jusqu a la fermeture", "raison de la perte", "num associated deals",
                      "number of associated deals", "nombre de transactions associees", "recent deal*",
                      "first deal created date"),
        "crm_score": ("hubspotscore", "hubspot score", "hs predictivecontactscore*", "hs predictivescoringtier",
                      "likelihood to close", "contact priority", "probabilite de conclusion"),
        "crm_work": ("notes last contacted", "last contacted", "dernier contact", "notes last updated",
                     "last activity date", "date de la derniere activite", "num contacted notes",
                     "number of times contacted", "num notes", "number of sales activities",
                     "hs sales email last replied", "hs lastmodifieddate", "lastmodifieddate", "last modified date"),
        "crm_owner": ("hubspot owner id", "contact owner", "deal owner", "proprietaire du contact", "hubspot team",
                      "proprietaire de la transaction", "hubspot owner assigneddate", "owner assigned date"),
    },
    unconfirmed=("labels_fr", "join"),
)  # fmt: skip

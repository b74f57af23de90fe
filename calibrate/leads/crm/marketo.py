"""Marketo: people, their fields chosen by API name; the outcome stands in the CRM beside it.

Which fields an export has is chosen by its maker, so the list is not confirmed.
"""

from __future__ import annotations

from .base import Outcome, System

MARKETO = System(
    "marketo",
    "Marketo",
    signs=(
        ("leadScore", "leadSource"),
        ("leadStatus", "leadSource"),
        ("leadScore", "createdAt"),
        ("sfdcLeadId",),
        ("marketoGUID",),
    ),
    lead_id=("id", "lead id", "marketo guid", "person id"),
    created_at=("created at", "created", "date de creation"),
    outcomes=(
        Outcome(
            ("lead status", "lifecycle status", "revenue stage"),
            won=("customer", "won", "closed won", "client"),
            lost=("lost", "disqualified", "recycled", "unqualified", "closed lost"),
            at=("customer date", "won date", "became customer at"),
        ),
    ),
    deal_keys=((("sfdc lead id", "id", "lead id"), ("lead id", "converted lead id", "person id")),),
    aside={
        "crm_stage": ("lead status", "lifecycle status", "revenue stage"),
        "crm_score": (
            "lead score",
            "person score",
            "behavior score",
            "demographic score",
            "relative score",
            "relative urgency",
            "urgency",
            "priority",
            "rating",
            "lead rating",
        ),
        "crm_work": ("updated at", "last interesting moment*"),
        "crm_owner": ("lead owner*", "owner*", "sales owner*"),
    },
    unconfirmed=("columns", "values", "join"),
)

"""Grids, their leads and what each should score."""

import random
from datetime import date

from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Expiry, Grid
from calibrate.grid.mailbox_kinds import kind_of
from calibrate.grid.reasons import reasons_of
from replay import cases, gates

GRIDS = [cases.grid(random.Random(seed)) for seed in range(25)]

LEADS = [cases.leads(random.Random(1000 + seed), grid, {}, 120) for seed, grid in enumerate(GRIDS)]

GATED = [gates.gated(random.Random(seed), grid) for seed, grid in enumerate(GRIDS)]


def expected(grid, leads):
    return [[grid.score(lead), grid.band(lead), [str(r) for r in reasons_of(grid, lead)]] for lead in leads]


def derived_case():
    """A grid on a column that calibrate makes from addresses, with points that expire, and leads with their scores."""
    ends = (Level("missing", "missing"), Level("other", "other"))
    kinds = ("professional", "free", "disposable")
    mailbox = Criterion("Mailbox", "E (mailbox)", "text", "fit", (*(Level(k, values=(k,)) for k in kinds), *ends))
    demo = Criterion("Demo", "Demo", "presence", "engagement", (Level("asked"), *ends))
    visits = Criterion("Visits", "Visits", "number", "engagement", (Level("5+", low=5), *ends))
    expiry = (Expiry("Demo", "asked", days=30, dated="Demo at"), Expiry("Visits", "5+", None, 30, 10, "Visited"))
    grid = Grid("g", "m", (mailbox, demo, visits), ((5, -3, -9, 1, 0), (21, 0, 0), (-15, 0, 0)), expiry=expiry)
    addresses = (
        "Ana@acme.fr",
        "ana@gmail.com",
        "Ana <a@b@YOPMAIL.com>",
        "n/a",
        "",
        None,
        7,
        "acme.fr",
        "x@sfr.fr.",
        "a b@c d.fr",
    )
    leads = [{"E": address, "Demo": "x", "Visits": 9} for address in addresses]
    leads += [
        {"Demo": 1, "Visits": 9, "Demo at": day, "Visited": day}
        for day in ("2025-01-01", "2025-01-20 10:00", "2024-12-31T23:59", "", "soon", None)
    ]
    leads.append({"E": "ana@gmail.com", "E (mailbox)": "disposable"})
    filled = [
        {"E (mailbox)": kind_of(lead.get("E") if isinstance(lead.get("E"), str) else None), **lead} for lead in leads
    ]
    days = (None, date(2025, 1, 30), date(2025, 1, 31), date(2025, 2, 25), date(2026, 1, 1))
    return grid, leads, [[grid.score(lead, day) for day in days] for lead in filled], days

"""Mautic: point actions for what a lead did, triggers for bands, and one call per contact that sets the whole score.

Actions add points to behaviour of six kinds; points on field values need campaigns, so fit lines are not carried as
rules. Requests stand in the order in which to send them.
Source: mautic/developer-documentation, endpoints of points; mautic/mautic, PointBundle.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from ..grid.grid import Grid
from .base import Coverage, Options, Scored, account, ordered_bands
from .lines import lowered, start_of
from .remarks import Fate, remark
from .rules import branches
from .schemes import Ask, Scheme, grid_of, parse, part, raised, whole

GROUP = "{groupId}"
ACTIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("email.open", r"open|ouvert", {"emails": []}),
    ("form.submit", r"form|demo|démo|trial|essai|webinar|contact request|inscri", {"forms": []}),
    ("asset.download", r"download|télécharg|livre blanc|white ?paper|asset|ebook", {"assets": []}),
    ("url.hit", r"page|visit|visite|url|site|pricing|tarif", {"page_url": ""}),
)
"""Kind of action, words of a criterion that mean it, and what is to be filled in."""
MARK = "calibrate: "


def write(grid: Grid, options: Options) -> str:
    """The requests as JSON.

    >>> from calibrate.grid.criteria import Criterion, Level
    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> demo = Criterion("Demo request", "demo", "presence", "engagement", (Level("yes"), *ends))
    >>> body = json.loads(write(Grid("g", "lift", (demo,), ((20, 0, 0),)), Options()))["requests"][0]["body"]
    >>> body["type"], body["delta"], body["repeatable"]
    ('form.submit', 20, False)
    """
    grid = lowered(grid)
    requests: list[dict[str, Any]] = []
    for at, criterion in enumerate(grid.criteria):
        action = _action(grid, at)
        if action:
            kind, properties, points = action
            body = {
                "name": criterion.name[:191],
                "type": kind,
                "delta": points,
                "description": MARK + json.dumps([criterion.column, criterion.kind], ensure_ascii=False),
                "properties": properties,
                "repeatable": False,
                "isPublished": False,
            }
            requests.append({"method": "POST", "path": "/api/points/new", "body": body})
    for at_least, name in ordered_bands(grid):
        event = {"name": f"tag {name}"[:191], "type": "lead.changetags", "order": 1, "properties": {"add_tags": [name]}}
        body = {"name": name[:191], "points": at_least, "isPublished": False, "events": [event]}
        requests.append({"method": "POST", "path": "/api/points/triggers/new", "body": body})
    head = {"calibrate": start_of(grid)} if start_of(grid) else {}
    return json.dumps({**head, "requests": requests}, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def scores(grid: Grid, scored: Iterable[Scored], options: Options) -> str:
    """One request per contact that sets its score in a point group; the key of a lead is the id of its contact."""
    lines = []
    for lead in scored:
        contact = re.sub(r"[^A-Za-z0-9_-]", "", lead.lead)
        path = f"/api/contacts/{contact}/points/groups/{GROUP}/set/{lead.score}"
        lines.append(json.dumps({"method": "POST", "path": path}) + "\n")
    return "".join(lines)


def coverage(grid: Grid, options: Options) -> Coverage:
    """Lines of things done become actions; all others travel in the score that the calls set."""

    def judge(at: int, place: int) -> Fate:
        if _action(grid, at) and grid.criteria[at].levels[place].role == "value" and grid.points[at][place]:
            kind = (_action(grid, at) or ("", {}, 0))[0]
            return "approximated", remark("action", action=kind)
        return "impossible", remark("actions_only")

    notes = (
        remark("unpublished"),
        remark("actions_once"),
    )
    bands: Fate = ("carried", remark("trigger_tag"))
    fades: Fate = ("impossible", remark("no_decay_points"))
    return account("mautic", grid, judge, bands=bands, expiry=fades, notes=notes)


def read(text: str | bytes, source: str) -> Grid:
    """The grid behind point actions as Mautic's API lists them, or as `write` writes them.

    Each action is a criterion that asks whether it happened; the column has the name of the action.
    """
    body = parse(text, source)
    actions: Any
    if isinstance(body, dict) and isinstance(body.get("requests"), list):
        actions = [request.get("body") for request in body["requests"] if isinstance(request, dict)]
        actions = [action for action in actions if isinstance(action, dict) and "delta" in action]
    else:
        points = body.get("points") if isinstance(body, dict) else body
        actions = list(points.values()) if isinstance(points, dict) else points
    schemes = []
    for at, action in enumerate(actions if isinstance(actions, list) else []):
        where = f"{source}: point action {at + 1}"
        name = part(action, "name", str, where)
        column, kind = _marked(action.get("description"), name)
        ask = Ask("one_of", (True, "true")) if kind == "boolean" else Ask("known")
        schemes.append(Scheme(column, "engagement", name, rules=[(ask, whole(action.get("delta"), where))]))
    return raised(grid_of(schemes, "Mautic", source=source), body, source)


def _marked(description: object, name: str) -> tuple[str, str]:
    """Column and kind that `write` noted in the description of an action, else the action's name and presence."""
    if isinstance(description, str) and description.startswith(MARK):
        try:
            column, kind = json.loads(description.removeprefix(MARK))
        except (ValueError, TypeError):
            return name, "presence"
        if isinstance(column, str) and kind in ("boolean", "presence"):
            return column, kind
    return name, "presence"


def _action(grid: Grid, at: int) -> tuple[str, dict[str, Any], int] | None:
    """Kind, properties and points of the action that a criterion becomes, if it is a thing done or not."""
    criterion = grid.criteria[at]
    if criterion.axis != "engagement" or criterion.kind not in ("presence", "boolean"):
        return None
    done = [b.points for b in branches(grid, at) if b.how == "filled" or True in b.flags]
    if not done or not done[0]:
        return None
    words = f"{criterion.name} {criterion.column}".casefold()
    kind, properties = next(((k, p) for k, pattern, p in ACTIONS if re.search(pattern, words)), ("url.hit", {}))
    return kind, dict(properties), done[0]

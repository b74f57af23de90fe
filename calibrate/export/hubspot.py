"""HubSpot: the requests that make a lead score by the Lead Scoring API (beta), in the order in which to send them.

One FIT and one INTENT group, one MATCH rule per criterion; a criterion whose points expire gets a group of its own,
because decay belongs to a group. Group limits are the true ones, so that no cap ever bites. Bands become a threshold
output of the draft. The version of the API is pinned in every path.

Fields: HubSpot's public API specification, Marketing / Lead Scoring, 2026-09-beta. It leaves the words of `operator`
free; those of its list filters are used.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..criteria import Axis
from ..errors import GridError
from ..grid import Band, Expiry, Grid
from .base import Coverage, Options, Scored, Status, account, ordered_bands
from .csv import safe
from .rules import Branch, branches, number_text, system_name, unique_names
from .schemes import Ask, Op, Scheme, grid_of, number, parse, part, whole

VERSION = "2026-09-beta"
CONTACT = "0-1"
COLORS = ("GREEN", "YELLOW", "ORANGE", "RED", "PURPLE", "MAGENTA", "BLUE", "GRAY")
GROUPS = {"fit": "FIT", "engagement": "INTENT"}
PROPERTY = r"[a-z][a-z0-9_]*"
LABELS = {
    "record id": "hs_object_id", "create date": "createdate", "date de création": "createdate",
    "lifecycle stage": "lifecyclestage", "lead status": "hs_lead_status", "close date": "closedate",
    "original traffic source": "hs_analytics_source", "original source": "hs_analytics_source",
    "job title": "jobtitle", "intitulé du poste": "jobtitle", "industry": "industry", "secteur d'activité": "industry",
    "number of employees": "numemployees", "nombre d'employés": "numemployees", "annual revenue": "annualrevenue",
    "country/region": "country", "pays/région": "country", "email domain": "hs_email_domain", "email": "email",
    "number of form submissions": "num_conversion_events", "first conversion": "first_conversion_event_name",
    "number of pageviews": "hs_analytics_num_page_views", "number of sessions": "hs_analytics_num_visits",
    "marketing emails opened": "hs_email_open", "marketing emails clicked": "hs_email_click",
    "unsubscribed from all email": "hs_email_optout", "city": "city", "ville": "city", "company name": "company",
}  # fmt: skip
"""Labels of contact exports, in lower case, and the internal names the API asks for."""


def write(grid: Grid, options: Options) -> str:
    """The requests as JSON: create the score, set its bands, publish it.

    >>> from calibrate.criteria import Criterion, Level
    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> sector = Criterion("Sector", "Industry", "text", "fit", (Level("SaaS", values=("SaaS",)), *ends))
    >>> body = json.loads(write(Grid("g", "lift", (sector,), ((12, -4, 0),)), Options()))["requests"][0]["body"]
    >>> body["groupConfigs"][0]["ruleConfigurations"][0]["configuration"]["calculation"]["matchRules"][1]["value"]
    12
    """
    path = f"/marketing/lead-scoring/{VERSION}/scores"
    groups = [_group(name, category, places, expiry, grid) for name, category, places, expiry in _groups(grid)]
    best = [sum(max(0, group["maxValue"]) for group in groups if group["groupCategory"] == c) for c in GROUPS.values()]
    create = {
        "name": grid.name,
        "objectTypeId": CONTACT,
        "allowedGroupTypes": list(GROUPS.values()),
        "maxScorePerCategory": max(1, *best),
        "groupConfigs": groups,
    }
    requests: list[dict[str, Any]] = [{"method": "POST", "path": path, "body": create}]
    bands = ordered_bands(grid)
    if bands:
        edges = [
            {"label": name, "threshold": at_least, "color": COLORS[min(i, len(COLORS) - 1)]}
            for i, (at_least, name) in enumerate(bands)
        ]
        output = {"id": "{outputId}", "outputType": "THRESHOLD", "boundaries": edges}
        draft = {**create, "outputConfiguration": {"outputs": [output]}}
        requests.append({"method": "PUT", "path": path + "/{scoreId}/draft", "body": draft})
    requests.append({"method": "POST", "path": path + "/{scoreId}/draft/publish", "body": {}})
    columns = {name: column for column, name in _properties(grid).items() if name != column}
    whole = {"api": f"HubSpot Lead Scoring {VERSION}", "requests": requests, "calibrate": {"columns": columns}}
    return json.dumps(whole, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def coverage(grid: Grid, options: Options) -> Coverage:
    """Lines on properties are carried; a property whose internal name had to be guessed is to be checked."""

    def judge(at: int, place: int) -> tuple[Status, str]:
        column = grid.criteria[at].column
        name, certain = system_name(column, LABELS, PROPERTY)
        if not certain:
            return "approximated", f"no HubSpot name known for the column '{column}': '{name.lower()}' is a guess"
        if grid.criteria[at].levels[place].role == "other" and grid.criteria[at].kind == "number":
            return "carried", "never met: a number property holds numbers only"
        return "carried", ""

    notes = (
        f"written for API version {VERSION} (beta); later versions may rename fields",
        "the words of `operator` are those of list filters; the specification leaves them open",
        "whether the object type of contacts is 0-1, and whether texts are compared by case, is unconfirmed",
        "{scoreId} comes from the answer to the first request, {outputId} from reading the draft",
        "the score can be published only where the portal's plan allows limits this high; fit and engagement are two "
        "scores whose sum is the score of the grid",
    )
    fading = ("approximated", "HubSpot takes points back evenly, a share per interval, and for a whole group")
    return account("hubspot", grid, judge, expiry=fading, notes=notes)  # type: ignore[arg-type]


def scores(grid: Grid, scored: Iterable[Scored], options: Options) -> str:
    """Scores as a file for HubSpot's import: Record ID, a number property, and two texts."""
    return scores_csv(scored, ("Record ID", "Lead score", "Lead score band", "Lead score reasons"))


def scores_csv(scored: Iterable[Scored], head: Sequence[str]) -> str:
    """Key, score, band and reasons as CSV under the given headings; fewer headings, fewer columns."""
    out = io.StringIO(newline="")
    lines = csv.writer(out, lineterminator="\r\n")
    lines.writerow(head)
    for lead in scored:
        lines.writerow((safe(lead.lead), lead.score, safe(lead.band), safe(lead.reasons))[: len(head)])
    return out.getvalue()


def _properties(grid: Grid) -> dict[str, str]:
    """Internal name of each source column, all different."""
    columns = list(dict.fromkeys(criterion.column for criterion in grid.criteria))
    names = [system_name(column, LABELS, PROPERTY) for column in columns]
    fresh = unique_names([name if certain else name.lower() for name, certain in names])
    return dict(zip(columns, fresh, strict=True))


def _groups(grid: Grid) -> list[tuple[str, str, list[int], Expiry | None]]:
    """Name, category, criteria and decay of each group."""
    aging: dict[str, Expiry] = {}
    for expiry in grid.expiry:
        aging.setdefault(expiry.criterion, expiry)
    found: list[tuple[str, str, list[int], Expiry | None]] = []
    for axis, category in GROUPS.items():
        places = [i for i, c in enumerate(grid.criteria) if c.axis == axis and c.name not in aging]
        if places:
            found.append((axis.capitalize(), category, places, None))
    for at, criterion in enumerate(grid.criteria):
        if criterion.name in aging:
            found.append((criterion.name, GROUPS[criterion.axis], [at], aging[criterion.name]))
    return found


def _group(name: str, category: str, places: list[int], expiry: Expiry | None, grid: Grid) -> dict[str, Any]:
    properties = _properties(grid)
    group: dict[str, Any] = {
        "groupName": name,
        "groupCategory": category,
        "minValue": sum(min(grid.points[at]) for at in places),
        "maxValue": sum(max(grid.points[at]) for at in places),
        "ruleConfigurations": [
            {"enabled": True, "configuration": {"calculation": _match(branches(grid, at), properties, grid, at)}}
            for at in places
        ],
    }
    if expiry:
        days, percent = (expiry.days, 100) if expiry.days else (expiry.every_days, expiry.percent)
        group["groupDecay"] = {"decayIntervalDays": days, "percentToDecayPerInterval": percent}
    return group


def _match(found: list[Branch], properties: Mapping[str, str], grid: Grid, at: int) -> dict[str, Any]:
    """One criterion as a MATCH calculation; its branches exclude one another, so their order does not matter."""
    rules = [(operation, b.points) for b in found for operation in _operations(b, grid.criteria[at].kind)]
    return {
        "type": "MATCH",
        "property": properties[grid.criteria[at].column],
        "defaultValue": next((b.points for b in found if _is_default(b)), 0),
        "matchRules": [{"operation": operation, "value": points} for operation, points in rules],
    }


def _operations(branch: Branch, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if branch.how == "missing":
        found.append({"operationType": "ALL_PROPERTY", "operator": "IS_UNKNOWN"})
    elif branch.how == "inside" and not _is_default(branch):
        found.append(_interval(branch))
    if branch.texts:
        found.append({"operationType": "ENUMERATION", "operator": "IS_ANY_OF", "values": list(branch.texts)})
    for each in branch.numbers:
        found.append({"operationType": "NUMBER", "operator": "IS_EQUAL_TO", "value": _number(each)})
    for flag in branch.flags:
        found.append({"operationType": "BOOL", "operator": "IS_EQUAL_TO", "value": flag})
    return [{**operation, "includeObjectsWithNoValueSet": False} for operation in found]


def _interval(branch: Branch) -> dict[str, Any]:
    """HubSpot's ranges hold both ends: the upper one is the greatest number below the next level."""
    low, high = branch.low, branch.high
    if low is not None and high is not None:
        ends = {"lowerBound": _number(low), "upperBound": math.nextafter(high, -math.inf)}
        return {"operationType": "NUMBER_RANGED", "operator": "IS_BETWEEN", **ends}
    if low is not None:
        return {"operationType": "NUMBER", "operator": "IS_GREATER_THAN_OR_EQUAL_TO", "value": _number(low)}
    return {"operationType": "NUMBER", "operator": "IS_LESS_THAN", "value": _number(high or 0.0)}


def _is_default(branch: Branch) -> bool:
    """Whether a branch takes what no other takes: the rest, any value, any number."""
    return branch.how in ("rest", "filled") or (branch.how == "inside" and branch.low is None and branch.high is None)


def _number(value: float) -> float | int:
    text = number_text(value)
    return int(text) if text.lstrip("-").isdigit() else value


def read(text: str | bytes, source: str) -> Grid:
    """The grid behind a score as HubSpot's API gives it, or as `write` writes it.

    Rules that look at events, associations or segments score what no column of a lead file shows; they are refused
    by name, so that nothing is measured that is not the running score.
    """
    body = parse(text, source)
    columns: dict[str, str] = {}
    if isinstance(body, dict) and isinstance(body.get("calibrate"), dict):
        given = body["calibrate"].get("columns")
        columns = {str(k): str(v) for k, v in given.items()} if isinstance(given, dict) else {}
    if isinstance(body, dict) and isinstance(body.get("requests"), list):
        bodies = [each.get("body") for each in body["requests"] if isinstance(each, dict)]
        body = next((b for b in reversed(bodies) if isinstance(b, dict) and "groupConfigs" in b), None)
    if not isinstance(body, dict) or not isinstance(body.get("groupConfigs"), list):
        raise GridError(f"{source}: no 'groupConfigs', so this is no score of HubSpot's Lead Scoring API")
    schemes = []
    for at, group in enumerate(body["groupConfigs"]):
        where = f"{source}: groupConfigs[{at}]"
        axis: Axis = "engagement" if part(group, "groupCategory", str, where) == "INTENT" else "fit"
        for nth, rule in enumerate(part(group, "ruleConfigurations", list, where)):
            place = f"{where}.ruleConfigurations[{nth}]"
            if part(rule, "enabled", bool, place):
                calculation = part(part(rule, "configuration", dict, place), "calculation", dict, place)
                schemes.append(_scheme(calculation, axis, columns, place))
    bands = [band for band in _bands(body) if band is not None]
    return grid_of(schemes, str(body.get("name", "")), bands=bands, source=source)


def _scheme(calculation: dict[str, Any], axis: Axis, columns: Mapping[str, str], where: str) -> Scheme:
    kind = calculation.get("type")
    if kind != "MATCH":
        raise GridError(f"{where}: a rule of type {kind!r} does not look at one property; only MATCH rules can be read")
    name = part(calculation, "property", str, where)
    scheme = Scheme(columns.get(name, name), axis, name, default=whole(calculation.get("defaultValue", 0), where))
    for at, rule in enumerate(part(calculation, "matchRules", list, where)):
        place = f"{where}.matchRules[{at}]"
        test = _test(part(rule, "operation", dict, place), place)
        scheme.rules.append((test, whole(rule.get("value"), place)))
    return scheme


def _test(operation: dict[str, Any], where: str) -> Ask:
    kind, operator = operation.get("operationType"), str(operation.get("operator", ""))
    test = _plain_test(kind, operator, operation, where)
    if operation.get("includeObjectsWithNoValueSet") is True:
        test = Ask("any", parts=(test, Ask("unknown")))
    return test


def _plain_test(kind: object, operator: str, operation: dict[str, Any], where: str) -> Ask:
    if kind == "ALL_PROPERTY" and operator in ("IS_KNOWN", "IS_UNKNOWN"):
        return Ask("known" if operator == "IS_KNOWN" else "unknown")
    if kind in ("ENUMERATION", "MULTISTRING") and operator in ("IS_ANY_OF", "IS_EQUAL_TO", "IS_NONE_OF"):
        values = tuple(str(value) for value in part(operation, "values", list, where))
        test = Ask("one_of", values)
        return Ask("all", parts=(Ask("not", parts=(test,)), Ask("known"))) if operator == "IS_NONE_OF" else test
    if kind == "STRING" and operator in ("IS", "IS_EQUAL_TO"):
        return Ask("one_of", (part(operation, "value", str, where),))
    if kind == "BOOL" and operator == "IS_EQUAL_TO":
        return Ask("one_of", (part(operation, "value", bool, where),))
    ops: dict[str, Op] = {
        "IS_GREATER_THAN_OR_EQUAL_TO": "at_least",
        "IS_GREATER_THAN": "above",
        "IS_LESS_THAN_OR_EQUAL_TO": "at_most",
        "IS_LESS_THAN": "below",
        "IS_EQUAL_TO": "one_of",
    }
    if kind == "NUMBER" and operator in ops:
        return Ask(ops[operator], (number(operation, "value", where),))
    if kind == "NUMBER_RANGED" and operator == "IS_BETWEEN":
        low = Ask("at_least", (number(operation, "lowerBound", where),))
        return Ask("all", parts=(low, Ask("at_most", (number(operation, "upperBound", where),))))
    raise GridError(f"{where}: the test {kind} {operator} has no counterpart in a grid; remove it or score it apart")


def _bands(body: dict[str, Any]) -> Iterable[Band | None]:
    outputs = (body.get("outputConfiguration") or {}).get("outputs") or []
    for output in outputs:
        if isinstance(output, dict) and output.get("outputType") == "THRESHOLD":
            for edge in output.get("boundaries") or []:
                yield Band(str(edge.get("label", ""))[:1000], whole(edge.get("threshold"), "boundaries"), "")

"""HubSpot: the requests that make a lead score by the Lead Scoring API (beta), in the order in which to send them.

One FIT and one INTENT group, one MATCH rule per criterion; a criterion whose points expire gets a group of its own,
because decay belongs to a group. Numbers between two bounds are CONDITIONAL rules, one per level: the bounds of a range
are whole and inclusive there, 9.5 would fall between two of them. Group limits are the true ones, so that no cap ever
bites. Bands become a threshold output of the draft, minimums of fit and engagement its matrix; a draft is replaced as a
whole, with the ids that reading it gives. The version of the API is pinned in every path.

Fields: HubSpot's public API specification, Marketing / Lead Scoring, 2026-09-beta. It leaves the words of `operator`
free; those of its list filters are used.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..free_names import unique_names
from ..grid.grid import Expiry, Grid
from ..spreadsheet_cells import safe
from .base import Coverage, Options, Scored, account, close_rates, ordered_bands, rate_at
from .contains import contained, reason
from .fields import Fields, fields_of
from .lines import lowered, start_of, zero_line
from .remarks import Fate, Remark, remark
from .rules import Branch, branches, number_text

VERSION = "2026-09-beta"
CONTACT = "0-1"
COLORS = ("GREEN", "YELLOW", "ORANGE", "RED", "PURPLE", "MAGENTA", "BLUE", "GRAY")
GROUPS = {"fit": "FIT", "engagement": "INTENT"}
PROPERTY = r"[a-z][a-z0-9_]*"


def write(grid: Grid, options: Options) -> str:
    """The requests as JSON: create the score, set its bands, publish it.

    >>> from calibrate.grid.criteria import Criterion, Level
    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> sector = Criterion("Sector", "Industry", "text", "fit", (Level("SaaS", values=("SaaS",)), *ends))
    >>> body = json.loads(write(Grid("g", "lift", (sector,), ((12, -4, 0),)), Options()))["requests"][0]["body"]
    >>> body["groupConfigs"][0]["ruleConfigurations"][0]["configuration"]["calculation"]["matchRules"][1]["value"]
    12
    """
    grid = lowered(grid)
    path = f"/marketing/lead-scoring/{VERSION}/scores"
    properties = properties_of(grid, options)
    groups = [_group(*group, grid, properties) for group in _groups(grid)]
    best = [sum(max(0, group["maxValue"]) for group in groups if group["groupCategory"] == c) for c in GROUPS.values()]
    create = {
        "name": grid.name,
        "objectTypeId": CONTACT,
        "allowedGroupTypes": list(GROUPS.values()),
        "maxScorePerCategory": max(1, *best),
        "groupConfigs": groups,
    }
    requests: list[dict[str, Any]] = [{"method": "POST", "path": path, "body": create}]
    outputs = _outputs(grid)
    if outputs:
        requests.append({"method": "GET", "path": path + "/{scoreId}/draft"})
        identified = [_identified(group, at) for at, group in enumerate(groups)]
        draft = {**create, "groupConfigs": identified, "outputConfiguration": {"outputs": outputs}}
        requests.append({"method": "PUT", "path": path + "/{scoreId}/draft", "body": draft})
    requests.append({"method": "POST", "path": path + "/{scoreId}/draft/publish", "body": {}})
    columns = {name: column for column, name in properties.items() if name != column}
    document = {
        "api": f"HubSpot Lead Scoring {VERSION}",
        "requests": requests,
        "calibrate": {"columns": columns, "zero": zero_line("en"), **start_of(grid)},
    }
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def coverage(grid: Grid, options: Options) -> Coverage:
    """Lines on properties are carried; a property whose internal name had to be guessed is to be checked."""
    fields = fields_in(options)

    def judge(at: int, place: int) -> Fate:
        column = grid.criteria[at].source
        name, certain = fields.name(column)
        if not certain:
            return "approximated", fields.guess(column, name.lower())
        if grid.criteria[at].derived is not None:
            return "approximated", reason(contained(grid, at)[2])
        if grid.criteria[at].levels[place].role == "other" and grid.criteria[at].kind == "number":
            return "carried", remark("number_property")
        return "carried", None

    notes: tuple[Remark, ...] = (
        remark("api_version", version=VERSION),
        remark("operators"),
        remark("contact_type"),
        remark("score_id"),
        remark("plan_limits"),
    )
    bands: Fate = ("carried", None)
    if grid.gated:
        notes += (remark("matrix_axes"),)
        bands = ("approximated", remark("bands_matrix"))
    if grid.expiry:
        notes += (remark("group_decay"),)

    def fading(rule: Expiry) -> Fate:
        first = next(candidate for candidate in grid.expiry if candidate.criterion == rule.criterion)
        if (first.days, first.percent, first.every_days) != (rule.days, rule.percent, rule.every_days):
            return "impossible", remark("decays_alike", level=first.level)
        return "approximated", remark("decays_evenly")

    return account(
        "hubspot", grid, judge, makes=("words",), bands=bands, expiry=fading, notes=(*notes, *fields.notes(grid))
    )


def scores(grid: Grid, scored: Iterable[Scored], options: Options) -> str:
    """Scores as a file for HubSpot's import: Record ID, a number property, two texts, the close rate."""
    head = ("Record ID", "Lead score", "Lead score band", "Lead score reasons")
    return scores_csv(grid, scored, head, ("Lead close rate", "Lead close rate low", "Lead close rate high"))


def scores_csv(grid: Grid, scored: Iterable[Scored], head: Sequence[str], rates: Sequence[str]) -> str:
    """Key, score, band and reasons as CSV under the given headings; fewer headings, fewer columns.

    Behind them, under the headings `rates`, the close rate to expect at the score with its interval, as shares of 1
    with four digits: as the lead carries it, else as the grid knows it. Without either these columns are empty.
    """
    out = io.StringIO(newline="")
    lines = csv.writer(out, lineterminator="\r\n")
    lines.writerow((*head, *rates))
    steps = close_rates(grid)
    for lead in scored:
        cells = (safe(lead.lead), lead.score, safe(lead.band), safe(lead.reasons))
        shares = [f"{rate:.4f}" for rate in lead.close_rate or rate_at(steps, lead.score) or ()]
        lines.writerow((*cells[: len(head)], *(shares or [""] * len(rates))))
    return out.getvalue()


def fields_in(options: Options) -> Fields:
    """Internal names of contact properties."""
    return fields_of("hubspot", "HubSpot", PROPERTY, options)


def properties_of(grid: Grid, options: Options) -> dict[str, str]:
    """Internal name of each source column, all different."""
    fields = fields_in(options)
    columns = list(dict.fromkeys(criterion.source for criterion in grid.criteria))
    names = [fields.name(column) for column in columns]
    fresh = unique_names([name if certain else name.lower() for name, certain in names])
    return dict(zip(columns, fresh, strict=True))


def field_table(grid: Grid, options: Options) -> dict[str, tuple[str, bool]]:
    """Internal name of each source column, and whether it is certain."""
    fields = fields_in(options)
    return {column: (name, fields.name(column)[1]) for column, name in properties_of(grid, options).items()}


def _groups(grid: Grid) -> list[tuple[str, str, list[int], Expiry | None]]:
    """Name, category, criteria and decay of each group."""
    aging: dict[str, Expiry] = {}
    for expiry in grid.expiry:
        aging.setdefault(expiry.criterion, expiry)
    groups: list[tuple[str, str, list[int], Expiry | None]] = []
    for axis, category in GROUPS.items():
        places = [i for i, c in enumerate(grid.criteria) if c.axis == axis and c.name not in aging]
        if places:
            groups.append((axis.capitalize(), category, places, None))
    for at, criterion in enumerate(grid.criteria):
        if criterion.name in aging:
            groups.append((criterion.name, GROUPS[criterion.axis], [at], aging[criterion.name]))
    return groups


def _group(
    name: str, category: str, places: list[int], expiry: Expiry | None, grid: Grid, properties: Mapping[str, str]
) -> dict[str, Any]:
    group: dict[str, Any] = {
        "groupName": name,
        "groupCategory": category,
        "minValue": sum(min(grid.points[at]) for at in places),
        "maxValue": sum(max(grid.points[at]) for at in places),
        "ruleConfigurations": [
            {"enabled": True, "configuration": {"calculation": calculation}}
            for at in places
            if any(grid.points[at])
            for calculation in _criterion(grid, at, properties[grid.criteria[at].source])
        ],
    }
    if expiry:
        days, percent = (expiry.days, 100) if expiry.days else (expiry.every_days, expiry.percent)
        group["groupDecay"] = {"decayIntervalDays": days, "percentToDecayPerInterval": percent}
    return group


def _outputs(grid: Grid) -> list[dict[str, Any]]:
    """The bands, and a matrix with a tier for each minimum of fit and of engagement that they ask for."""
    outputs: list[dict[str, Any]] = []
    if grid.bands:
        edges = [
            {"label": name, "threshold": at_least, "color": COLORS[min(i, len(COLORS) - 1)]}
            for i, (at_least, name) in enumerate(ordered_bands(grid))
        ]
        outputs.append({"id": _id("outputs", "THRESHOLD"), "outputType": "THRESHOLD", "boundaries": edges})
    if grid.gated:
        tiers = {}
        for axis, category, names in (("fit", "FIT", "ABCDEFGH"), ("engagement", "INTENT", "12345678")):
            minimums = {least for band in grid.bands for what, least in band.demands if what == axis}
            lowest = sum(min(p) for c, p in zip(grid.criteria, grid.points, strict=True) if c.axis == axis)
            steps = sorted({*minimums, min([lowest, *minimums])}, reverse=True)
            tiers[category] = [{"label": names[min(i, 7)], "threshold": least} for i, least in enumerate(steps)]
        outputs.append({"id": _id("outputs", "MATRIX"), "outputType": "MATRIX", "boundaries": tiers})
    return outputs


def _id(*places: object) -> str:
    """Where the draft holds an id: ``{groupConfigs[0].id}``."""
    return (
        "{"
        + str(places[0])
        + "".join(f"[{at}]" if not str(at).startswith(".") else str(at) for at in places[1:])
        + ".id}"
    )


def _identified(group: dict[str, Any], at: int) -> dict[str, Any]:
    """A group as the update of a draft wants it: the group and its rules named by their ids."""
    rules = [
        {**rule, "id": _id("groupConfigs", at, ".ruleConfigurations", nth)}
        for nth, rule in enumerate(group["ruleConfigurations"])
    ]
    return {**group, "id": _id("groupConfigs", at), "ruleConfigurations": rules}


def _criterion(grid: Grid, at: int, name: str) -> list[dict[str, Any]]:
    """The calculations of one criterion; one that is derived from a text asks what the text contains."""
    criterion, points = grid.criteria[at], grid.points[at]
    if criterion.derived is None:
        return _calculations(branches(grid, at), name, grid, at)
    parts, remainder, _ = contained(grid, at)
    known = {"operationType": "ALL_PROPERTY", "operator": "IS_KNOWN"}
    unknown = {"operationType": "ALL_PROPERTY", "operator": "IS_UNKNOWN"}
    ways: list[tuple[list[dict[str, Any]], int]] = [([known], remainder), ([unknown], points[criterion.missing])]
    earlier: list[str] = []
    for part in parts:
        tests = [{"operationType": "MULTISTRING", "operator": "CONTAINS", "values": list(part.words)}]
        if earlier:
            tests.append({"operationType": "MULTISTRING", "operator": "DOES_NOT_CONTAIN", "values": [*earlier]})
        ways.append((tests, part.points - remainder))
        earlier += part.words
    return [_conditional(name, tests, worth) for tests, worth in ways if worth]


def _calculations(answers: list[Branch], name: str, grid: Grid, at: int) -> list[dict[str, Any]]:
    """One criterion: a MATCH calculation, or where numbers lie between two bounds, conditions that add up."""
    bounds = [(branch.low, branch.high) for branch in answers if branch.how == "inside"]
    spelt = [number for branch in answers for number in branch.numbers]
    if not spelt and not any(low is not None and high is not None for low, high in bounds):
        return [_match(answers, name, grid, at)]
    lows, highs = ({bound[end] for bound in bounds} for end in (0, 1))
    always = 0 if lows == highs and None in lows else answers[-1].points  # points of numbers that no level holds
    ways = [([{"operationType": "ALL_PROPERTY", "operator": "IS_KNOWN"}], always)]
    for branch in answers[:-1]:
        if branch.how == "missing":
            ways.append(([{"operationType": "ALL_PROPERTY", "operator": "IS_UNKNOWN"}], branch.points))
            ways += [([_compared("IS_EQUAL_TO", number)], branch.points - always) for number in branch.numbers]
        else:
            ways.append((_between(branch.low, branch.high, spelt), branch.points - always))
    return [_conditional(name, tests, points) for tests, points in ways if points]


def _between(low: float | None, high: float | None, spelt: Sequence[float]) -> list[dict[str, Any]]:
    """Tests that hold together for the numbers of one level; `spelt` are numbers that mean no answer."""
    tests = [_compared("IS_GREATER_THAN_OR_EQUAL_TO", low)] if low is not None else []
    tests += [_compared("IS_LESS_THAN", high)] if high is not None else []
    inside = [n for n in spelt if (low is None or n >= low) and (high is None or n < high)]
    tests += [_compared("IS_NOT_EQUAL_TO", number) for number in inside]
    return tests or [{"operationType": "ALL_PROPERTY", "operator": "IS_KNOWN"}]


def _conditional(name: str, tests: Sequence[dict[str, Any]], points: int) -> dict[str, Any]:
    singles = [
        {"type": "SINGLE", "property": name, "operation": {**test, "includeObjectsWithNoValueSet": False}}
        for test in tests
    ]
    where = {"type": "COMPOSITE", "operator": "AND", "conditions": singles}
    return {"type": "CONDITIONAL", "value": points, "whereCondition": where}


def _compared(operator: str, number: float) -> dict[str, Any]:
    return {"operationType": "NUMBER", "operator": operator, "value": _number(number)}


def _match(answers: list[Branch], name: str, grid: Grid, at: int) -> dict[str, Any]:
    """One criterion as a MATCH calculation; its branches exclude one another, so their order does not matter."""
    default = next((b.points for b in answers if _is_default(b)), 0)
    worth_a_rule = [b for b in answers if b.points != default or (default and b.how == "missing")]
    rules = [(operation, b.points) for b in worth_a_rule for operation in _operations(b, grid.criteria[at].kind)]
    return {
        "type": "MATCH",
        "property": name,
        "defaultValue": default,
        "matchRules": [{"operation": operation, "value": points} for operation, points in rules],
    }


def _operations(branch: Branch, kind: str) -> list[dict[str, Any]]:
    operations: list[dict[str, Any]] = []
    if branch.how == "missing":
        operations.append({"operationType": "ALL_PROPERTY", "operator": "IS_UNKNOWN"})
    elif branch.how == "inside" and not _is_default(branch):
        operations.append(_interval(branch))
    if branch.texts:
        operations.append({"operationType": "ENUMERATION", "operator": "IS_ANY_OF", "values": list(branch.texts)})
    for flag in branch.flags:
        operations.append({"operationType": "BOOL", "operator": "IS_EQUAL_TO", "value": flag})
    return [{**operation, "includeObjectsWithNoValueSet": False} for operation in operations]


def _interval(branch: Branch) -> dict[str, Any]:
    """A number that is bounded on one side."""
    if branch.low is not None:
        return _compared("IS_GREATER_THAN_OR_EQUAL_TO", branch.low)
    return _compared("IS_LESS_THAN", branch.high or 0.0)


def _is_default(branch: Branch) -> bool:
    """Whether a branch takes what no other takes: the rest, any value, any number."""
    return branch.how in ("rest", "filled") or (branch.how == "inside" and branch.low is None and branch.high is None)


def _number(value: float) -> float | int:
    text = number_text(value)
    return int(text) if text.lstrip("-").isdigit() else value

"""Zoho CRM: scoring rules for the API (v8), cut to the limits of an edition and summed by Zoho.

A field rule adds its points when its criteria hold; there is no "else". So each criterion is written as differences:
a field that is filled gets the points of any other answer, a listed value the difference to that, a number the step
up or down at each cut.

Limits and fields: zoho.com/crm/developer/docs/api/v8/create-scoring-rules.html. It leaves the words of `comparator`
open; those of Zoho's other criteria are used, with ``${EMPTY}`` for no value.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from ..errors import ExportError, GridError, unknown
from ..free_names import unique_names
from ..grid.criteria import Axis
from ..grid.grid import Grid
from ..language import load
from .base import Coverage, Options, account
from .fields import fields_of
from .lines import lowered, start_of
from .remarks import Fate, remark
from .rules import Branch, branches, field_kind, number_text
from .schemes import Ask, Op, Scheme, grid_of, parse, part, raised, whole

EMPTY = "${EMPTY}"
LONGEST_NAME = 25
TOGETHER = "score"
"""What a scoring rule is called that adds to fit and to engagement alike."""
FIELD = r"[A-Za-z][A-Za-z0-9_]*"


class Limits(NamedTuple):
    """What an edition takes: active rules and all rules of a module, criteria of a rule."""

    active: int
    total: int
    criteria: int


EDITIONS = {
    "standard": Limits(1, 1, 10),
    "professional": Limits(1, 1, 20),
    "developer": Limits(15, 30, 5),
    "enterprise": Limits(25, 50, 30),
    "crmplus": Limits(40, 80, 50),
    "ultimate": Limits(40, 80, 50),
}
DEFAULT = "enterprise"


def write(grid: Grid, options: Options) -> str:
    """The bodies of ``POST /crm/v8/settings/automation/scoring_rules``, one scoring rule per call.

    >>> from calibrate.grid.criteria import Criterion, Level
    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> sector = Criterion("Sector", "Industry", "text", "fit", (Level("SaaS", values=("SaaS",)), *ends))
    >>> rule = json.loads(write(Grid("g", "lift", (sector,), ((12, 0, 0),)), Options()))["requests"][0]["body"]
    >>> rule["scoring_rules"][0]["field_rules"][0]["score"]
    12
    """
    grid = lowered(grid)
    limits, words = limits_of(options), load(options.language)
    fields = _fields(grid, options)
    packed = _packed(grid, limits, fields)
    if len(packed) > limits.active:
        needed = sum(len(rules) for _, rules in packed)
        raise ExportError(
            f"zoho: this grid needs {needed} criteria in {len(packed)} scoring rules; the edition "
            f"{options.edition or DEFAULT} takes {limits.active} active rules of {limits.criteria} criteria. Calibrate "
            f"with fewer lines (--max-lines), or name a larger edition (--edition: {', '.join(EDITIONS)})"
        )
    requests = []
    for number, (axis, rules) in enumerate(packed, 1):
        tail = f" {axis[:3]} {number}"
        rule = {
            "name": grid.name[: LONGEST_NAME - len(tail)].strip() + tail,
            "description": words("carried.part", axis=words(f"axis.{axis}"), number=number, parts=len(packed))[:500],
            "module": {"api_name": "Leads", "id": "{moduleId}"},
            "layout": {"api_name": "Standard", "id": "{layoutId}"},
            "field_rules": rules,
        }
        path = "/crm/v8/settings/automation/scoring_rules"
        requests.append({"method": "POST", "path": path, "body": {"scoring_rules": [rule]}})
    columns = {name: column for column, name in fields.items() if name != column}
    axes = {fields[criterion.column]: criterion.axis for criterion in grid.criteria}
    whole_file = {"requests": requests, "calibrate": {"columns": columns, "axes": axes, **start_of(grid)}}
    return json.dumps(whole_file, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def coverage(grid: Grid, options: Options) -> Coverage:
    """Lines on fields are carried, within the limits of the edition."""
    limits = limits_of(options)
    parts = len(_packed(grid, limits, _fields(grid, options)))
    fields = fields_of("zoho", "Zoho", FIELD, options)

    def judge(at: int, place: int) -> Fate:
        criterion = grid.criteria[at]
        if parts > limits.active:
            name = options.edition or DEFAULT
            return "impossible", remark("too_many_rules", parts=parts, edition=name, most=limits.active)
        name, certain = fields.name(criterion.column)
        if not certain:
            return "approximated", fields.guess(criterion.column, name)
        if field_kind(criterion) == "boolean" and criterion.levels[place].role == "missing":
            return "approximated", remark("checkbox")
        return "carried", None

    notes = (
        remark("rules_summed", parts=parts),
        remark("module_ids"),
        remark("six_months"),
    )
    lost = ("impossible", remark("no_bands"))
    fades: Fate = ("impossible", remark("no_decay_rules"))
    return account("zoho", grid, judge, bands=lost, expiry=fades, notes=(*notes, *fields.notes(grid)))  # type: ignore[arg-type]


def limits_of(options: Options) -> Limits:
    """Limits of the edition; an ExportError that names the known ones."""
    name = (options.edition or DEFAULT).casefold().replace(" ", "")
    if name not in EDITIONS:
        raise ExportError(unknown("edition of Zoho CRM", options.edition, EDITIONS))
    return EDITIONS[name]


def field_table(grid: Grid, options: Options) -> dict[str, tuple[str, bool]]:
    """Name of each source column there, and whether it is certain."""
    fields = fields_of("zoho", "Zoho", FIELD, options)
    return {column: (name, fields.name(column)[1]) for column, name in _fields(grid, options).items()}


def _fields(grid: Grid, options: Options) -> dict[str, str]:
    fields = fields_of("zoho", "Zoho", FIELD, options)
    columns = list(dict.fromkeys(criterion.column for criterion in grid.criteria))
    return dict(zip(columns, unique_names([fields.name(c)[0] for c in columns]), strict=True))


def _packed(grid: Grid, limits: Limits, fields: Mapping[str, str]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Field rules by axis, cut so that no scoring rule has more criteria than the edition allows.

    Where that takes more scoring rules than may be active, fit and engagement share them.
    """
    axes: tuple[Axis, Axis] = ("fit", "engagement")
    of_axis = {
        str(axis): [rule for at, c in enumerate(grid.criteria) if c.axis == axis for rule in _rules(grid, at, fields)]
        for axis in axes
    }
    every_rule = [rule for rules in of_axis.values() for rule in rules]
    apart, together = (_cut(parts, limits.criteria) for parts in (of_axis, {TOGETHER: every_rule}))
    return apart if len(apart) <= limits.active or len(together) == len(apart) else together


def _cut(parts: Mapping[str, list[dict[str, Any]]], most: int) -> list[tuple[str, list[dict[str, Any]]]]:
    return [(name, rules[at : at + most]) for name, rules in parts.items() for at in range(0, len(rules), most)]


def _rules(grid: Grid, at: int, fields: Mapping[str, str]) -> list[dict[str, Any]]:
    """Field rules of one criterion, one test each; together they add up to its points."""
    criterion, answers = grid.criteria[at], branches(grid, at)
    field = fields[criterion.column]
    missing, otherwise = answers[0], answers[-1].points
    tests: list[tuple[int, str, Any]] = []
    if field_kind(criterion) == "number":
        steps = _steps(answers)
        tests = [(missing.points, "equal", EMPTY), (steps[0][1], "not_equal", EMPTY)]
        tests += [
            (points - before, "greater_equal", number_text(cut)) for (_, before), (cut, points) in pairwise(steps)
        ]
        at_number = [(number, _points_at(steps, number)) for number in missing.numbers]
        tests += [(missing.points - points, "equal", number_text(number)) for number, points in at_number]
    elif field_kind(criterion) == "boolean":
        yes, no = (next((b.points for b in answers if flag in b.flags), otherwise) for flag in (True, False))
        tests = [(missing.points, "equal", EMPTY), (yes, "equal", True), (no, "equal", False)]
    else:
        tests = [(missing.points, "equal", EMPTY), (otherwise, "not_equal", EMPTY)]
        tests += [(b.points - otherwise, "equal", text) for b in answers for text in b.texts]
    return [
        {"score": points, "criteria": {"field": {"api_name": field}, "comparator": comparator, "value": value}}
        for points, comparator, value in tests
        if points
    ]


def _steps(answers: list[Branch]) -> list[tuple[float, int]]:
    """From which number on which points hold, the first from minus infinity; gaps get the points of the rest."""
    otherwise = answers[-1].points
    inside = [b for b in answers if b.how == "inside"]
    cuts = sorted({bound for b in inside for bound in (b.low, b.high) if bound is not None})

    def points(number: float) -> int:
        matches = [b for b in inside if (b.low is None or number >= b.low) and (b.high is None or number < b.high)]
        return matches[0].points if matches else otherwise

    return [(float("-inf"), points(float("-inf"))), *((cut, points(cut)) for cut in cuts)]


def _points_at(steps: list[tuple[float, int]], number: float) -> int:
    return [points for cut, points in steps if number >= cut][-1]


COMPARATORS: dict[str, Op] = {
    "greater_equal": "at_least",
    "greater_than": "above",
    "less_equal": "at_most",
    "less_than": "below",
}


def read(text: str | bytes, source: str) -> Grid:
    """The grid behind scoring rules as Zoho's API gives them, or as `write` writes them."""
    body = parse(text, source)
    extra = body.get("calibrate") if isinstance(body, dict) else None
    columns = part(extra, "columns", dict, source) if isinstance(extra, dict) and "columns" in extra else {}
    axes = part(extra, "axes", dict, source) if isinstance(extra, dict) and "axes" in extra else {}
    if isinstance(body, dict) and isinstance(body.get("requests"), list):
        bodies = [request.get("body") for request in body["requests"] if isinstance(request, dict)]
        carrying = [b for b in bodies if isinstance(b, dict) and b.get("scoring_rules")]
        rules = [rule for b in carrying for rule in part(b, "scoring_rules", list, source)]
    else:
        rules = part(body, "scoring_rules", list, source)
    schemes: dict[str, Scheme] = {}
    names = []
    for at, rule in enumerate(rules):
        where = f"{source}: scoring_rules[{at}]"
        names.append(part(rule, "name", str, where))
        if rule.get("signal_rules"):
            raise GridError(f"{where}: signal rules look at events, which no column of a lead file shows; remove them")
        for nth, field_rule in enumerate(part(rule, "field_rules", list, where)):
            place = f"{where}.field_rules[{nth}]"
            field, ask = _ask(part(field_rule, "criteria", dict, place), place)
            axis: Axis = "engagement" if axes.get(field) == "engagement" else "fit"
            column = str(columns.get(field, field))
            scheme = schemes.setdefault(field, Scheme(column, axis, field, first=False))
            scheme.rules.append((ask, whole(field_rule.get("score"), place)))
    return raised(grid_of(list(schemes.values()), names[0] if names else "", source=source), body, source)


def _ask(criteria: dict[str, Any], where: str) -> tuple[str, Ask]:
    """Field and test of one criterion, or of a group of criteria on one field."""
    group = criteria.get("group")
    if isinstance(group, list) and group:
        inner = [_ask(criterion, where) for criterion in group if isinstance(criterion, dict)]
        fields = {field for field, _ in inner}
        if len(fields) > 1 or len(inner) < len(group):
            field_names = ", ".join(sorted(fields)[:5])
            raise GridError(f"{where}: this rule joins several fields ({field_names}); a line of a grid asks one")
        operator = str(criteria.get("group_operator", "AND")).upper()
        return fields.pop(), Ask("any" if operator == "OR" else "all", parts=tuple(ask for _, ask in inner))
    field = part(part(criteria, "field", dict, where), "api_name", str, where)
    comparator, value = str(criteria.get("comparator", "")), criteria.get("value")
    return field, _single(comparator, value, f"{where} ({field})")


def _single(comparator: str, value: Any, where: str) -> Ask:
    values = value if isinstance(value, list) else [value]
    if comparator in COMPARATORS:
        return Ask(COMPARATORS[comparator], (_number(values[0] if values else None, where),))
    if comparator == "between" and len(values) == 2:
        low, high = (_number(bound, where) for bound in values)
        return Ask("all", parts=(Ask("at_least", (low,)), Ask("at_most", (high,))))
    if comparator in ("equal", "in", "not_equal", "not_in"):
        if values == [EMPTY]:
            return Ask("unknown" if comparator in ("equal", "in") else "known")
        same = Ask("one_of", tuple(_value(value, where) for value in values))
        if comparator in ("equal", "in"):
            return same
        return Ask("all", parts=(Ask("known"), Ask("not", parts=(same,))))
    raise GridError(f"{where}: the comparator '{comparator[:40]}' has no counterpart in a grid; score it apart")


def _value(value: Any, where: str) -> str | bool | float:
    if isinstance(value, bool):
        return value
    return _number(value, where) if isinstance(value, (int, float)) else str(value)


def _number(value: Any, where: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise GridError(f"{where}: {str(value)[:40]!r} is no number") from None

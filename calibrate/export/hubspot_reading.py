"""A score of HubSpot's Lead Scoring API read back: one criterion per property, decay as rules of its lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ..errors import GridError
from ..grid.criteria import Axis
from ..grid.grid import Band, Expiry, Grid
from .schemes import Ask, Op, Scheme, grid_of, number, parse, part, raised, whole


def read(text: str | bytes, source: str) -> Grid:
    """The grid behind a score as HubSpot's API gives it, or as `write` writes it.

    Rules that look at events, associations or segments score what no column of a lead file shows; they are refused
    by name, so that nothing is measured that is not the running score.
    """
    document = body = parse(text, source)
    columns: dict[str, str] = {}
    if isinstance(body, dict) and isinstance(body.get("calibrate"), dict):
        names = body["calibrate"].get("columns")
        columns = {str(k): str(v) for k, v in names.items()} if isinstance(names, dict) else {}
    if isinstance(body, dict) and isinstance(body.get("requests"), list):
        bodies = [request.get("body") for request in body["requests"] if isinstance(request, dict)]
        body = next((b for b in reversed(bodies) if isinstance(b, dict) and "groupConfigs" in b), None)
    if not isinstance(body, dict) or not isinstance(body.get("groupConfigs"), list):
        raise GridError(f"{source}: no 'groupConfigs', so this is no score of HubSpot's Lead Scoring API")
    schemes, fading = [], {}
    for at, group in enumerate(body["groupConfigs"]):
        where = f"{source}: groupConfigs[{at}]"
        axis: Axis = "engagement" if part(group, "groupCategory", str, where) == "INTENT" else "fit"
        for nth, rule in enumerate(part(group, "ruleConfigurations", list, where)):
            place = f"{where}.ruleConfigurations[{nth}]"
            if part(rule, "enabled", bool, place):
                calculation = part(part(rule, "configuration", dict, place), "calculation", dict, place)
                schemes.append(_scheme(calculation, axis, columns, place))
                fading[schemes[-1].column] = _decay_of(group, where)
    bands = [band for band in _bands(body, source) if band is not None]
    grid = grid_of(schemes, str(body.get("name", "")), bands=bands, source=source)
    return raised(replace(grid, expiry=tuple(_decay(grid, fading))), document, source)


def _decay(grid: Grid, fading: Mapping[str, tuple[int, int]]) -> Iterable[Expiry]:
    """Decay of groups as rules of lines; no column of a lead file says when a signal was last seen."""
    for criterion, points in zip(grid.criteria, grid.points, strict=True):
        days, percent = fading.get(criterion.column, (0, 0))
        for level, value in zip(criterion.levels, points, strict=True):
            if value and percent and level.role == "value":
                yield Expiry(criterion.name, level.name, percent=percent, every_days=days)


def _decay_of(group: dict[str, Any], where: str) -> tuple[int, int]:
    """Days and percent of a group's decay; (0, 0) for none."""
    decay = group.get("groupDecay")
    if decay is None:
        return 0, 0
    days = whole(part(decay, "decayIntervalDays", int, where), where)
    percent = whole(part(decay, "percentToDecayPerInterval", int, where), where)
    if not (1 <= days <= 36_500 and 1 <= percent <= 100):
        raise GridError(f"{where}: decay of {percent} % per {days} days; from 1 to 100 % per day or more can be read")
    return days, percent


def _scheme(calculation: dict[str, Any], axis: Axis, columns: Mapping[str, str], where: str) -> Scheme:
    kind = calculation.get("type")
    if kind == "CONDITIONAL":
        return _conditions_read(calculation, axis, columns, where)
    if kind != "MATCH":
        raise GridError(
            f"{where}: a rule of type {kind!r} does not look at one property; MATCH and CONDITIONAL rules can be read"
        )
    name = part(calculation, "property", str, where)
    scheme = Scheme(columns.get(name, name), axis, name, default=whole(calculation.get("defaultValue", 0), where))
    for at, rule in enumerate(part(calculation, "matchRules", list, where)):
        place = f"{where}.matchRules[{at}]"
        test = _test(part(rule, "operation", dict, place), place)
        scheme.rules.append((test, whole(rule.get("value"), place)))
    return scheme


def _conditions_read(calculation: dict[str, Any], axis: Axis, columns: Mapping[str, str], where: str) -> Scheme:
    """Conditions on one property that hold together, and their points."""
    condition = part(calculation, "whereCondition", dict, where)
    tests, names = [], set()
    for at, single in enumerate(part(condition, "conditions", list, where)):
        place = f"{where}.conditions[{at}]"
        if not isinstance(single, dict) or single.get("type") != "SINGLE":
            raise GridError(f"{place}: conditions inside conditions have no counterpart in a grid")
        names.add(part(single, "property", str, place))
        tests.append(_test(part(single, "operation", dict, place), place))
    if len(names) != 1:
        raise GridError(f"{where}: a condition on {len(names)} properties; a criterion of a grid asks one")
    name, points = names.pop(), whole(calculation.get("value"), where)
    return Scheme(columns.get(name, name), axis, name, rules=[(Ask("all", parts=tuple(tests)), points)])


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
    if kind == "NUMBER" and operator == "IS_NOT_EQUAL_TO":
        same = Ask("one_of", (number(operation, "value", where),))
        return Ask("all", parts=(Ask("known"), Ask("not", parts=(same,))))
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


def _bands(body: dict[str, Any], source: str) -> Iterable[Band | None]:
    configuration = part(body, "outputConfiguration", dict, source) if body.get("outputConfiguration") else {}
    outputs = part(configuration, "outputs", list, source) if configuration.get("outputs") else []
    for nth, output in enumerate(outputs):
        if isinstance(output, dict) and output.get("outputType") == "THRESHOLD":
            place = f"{source}: outputConfiguration.outputs[{nth}]"
            for edge in part(output, "boundaries", list, place) if output.get("boundaries") else []:
                threshold = whole(edge.get("threshold") if isinstance(edge, dict) else None, f"{place}.boundaries")
                yield Band(str(edge.get("label", ""))[:1000], threshold, "")

"""The canonical weight file: one JSON document that carries the whole grid, and its safe reader.

Written sorted and stable, so that two versions can be compared line by line. The file names its format,
``calibrate-grid/1``; inside major version 1 keys may be added, and a reader ignores the ones it does not know.
Reading runs nothing from the file, and bounds its size before and while it is parsed.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from pydantic import ValidationError

from ..errors import GridError
from ..figures import meant
from ..files import write_whole
from ..grid.criteria import Criterion, Level
from ..grid.derived import Derived
from ..grid.grid import Band, Curve, Evidence, Expiry, Grid, Pin, Thresholds
from .grid_file import MOST_BYTES, SCHEMA, WITH_MINIMUMS, WITH_START, EvidencePart, GridFile, Head, rule_said


def schema() -> str:
    """The published JSON Schema of the weight file, as stored in ``calibrate/schema/grid-1.schema.json``.

    >>> '"title": "calibrate-grid/1"' in schema()
    True
    """
    document = GridFile.model_json_schema(by_alias=True)
    document["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def save(grid: Grid, path: str) -> None:
    """Write the grid's file, whole or not at all."""
    write_whole(path, write(grid).encode())


def write(grid: Grid) -> str:
    """Canonical text of a grid: keys sorted, whole numbers without a decimal point, one newline at the end.

    >>> from calibrate.grid.criteria import Criterion, Level
    >>> demo = Criterion("demo", "demo", "boolean", "engagement", (Level("yes", values=(True,)),
    ...     Level("missing", "missing"), Level("other", "other")), reference="missing")
    >>> text = write(Grid("g", "lift", (demo,), ((20, 0, 0),)))
    >>> read(text, "g.json").score({"demo": True})
    20
    """
    narrowed = grid.gated or (grid.thresholds is not None and len(grid.thresholds.demands("sales_qualified")) > 1)
    body = {
        "schema": WITH_START if grid.start else WITH_MINIMUMS if narrowed else SCHEMA,
        "name": grid.name,
        "method": grid.method,
        "maximum": grid.maximum,
        "minimum": grid.minimum,
        "pivot": grid.pivot,
        "thresholds": grid.thresholds and _given(grid.thresholds),
        "bands": [_given(band) for band in grid.bands],
        "criteria": [_criterion(grid, place) for place in range(len(grid.criteria))],
        "expiry": [{k: v for k, v in vars(rule).items() if k != "dated" or v} for rule in grid.expiry],
        "pins": [vars(pin) for pin in grid.pins],
        "curve": grid.curve and _curve(grid.curve),
        "provenance": {key: _figure(value) for key, value in grid.provenance.items()},
    }
    body |= {"start": grid.start} if grid.start else {}
    text = json.dumps(body, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False, default=_plain) + "\n"
    try:
        text.encode()
    except UnicodeEncodeError as fault:
        raise GridError(f"grid '{grid.name}' holds a character that cannot be written: {fault}") from None
    read(text, f"the grid '{grid.name}' to be written")
    return text


def _curve(curve: Curve) -> dict[str, list[Any]]:
    """The curve's columns; the interval where there is one."""
    columns = {"scores": list(curve.scores), "rates": [_figure(rate) for rate in curve.rates]}
    if curve.low:
        columns |= {"low": [_figure(rate) for rate in curve.low], "high": [_figure(rate) for rate in curve.high]}
    return columns


def read(text: str | bytes, name: str) -> Grid:
    """The grid in a weight file; a GridError that names the place if the file is broken or untrue."""
    size = len(text)
    if size > MOST_BYTES:
        raise GridError(f"{name}: {size:,} bytes; a grid file has at most {MOST_BYTES:,}. Is this the right file?")
    _check_version(text, name)
    try:
        file = GridFile.model_validate_json(text)
    except ValidationError as fault:
        raise GridError(_explain(fault, name)) from None
    try:
        grid = _grid(file)
        _check(grid, file)
    except GridError as fault:
        raise GridError(f"{name}: {fault}") from None
    return grid


def _check_version(text: str | bytes, name: str) -> None:
    try:
        stated = Head.model_validate_json(text).format
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_context=False)[0]
        if first["type"] == "json_invalid":
            raise GridError(f"{name}: {first['msg']}. Expected a grid file with schema '{SCHEMA}'") from None
        raise GridError(
            f"{name}: no text under 'schema', so this is no grid file of calibrate. Expected '{SCHEMA}'; for a file of "
            f"another program see the formats that can be read back"
        ) from None
    version = re.fullmatch(r"calibrate-grid/(\d{1,4})(\.\d{1,4})?", stated)
    if not version:
        raise GridError(f"{name}: schema is '{stated[:60]}', expected '{SCHEMA}'")
    if version[1] != "1":
        raise GridError(
            f"{name}: schema is '{stated}', which needs a newer calibrate; this one reads '{SCHEMA}'. "
            f"Upgrade calibrate, or write the grid again with this version"
        )


def _explain(fault: ValidationError, name: str) -> str:
    errors = fault.errors(include_url=False, include_context=False)
    lines = [f"{_place(error['loc'])}: {error['msg'].removeprefix('Value error, ')}" for error in errors[:5]]
    more = f"; and {len(errors) - 5} more" if len(errors) > 5 else ""
    return f"{name}: " + "; ".join(lines) + more


def _place(path: tuple[int | str, ...]) -> str:
    """Place of an error: ``criteria[2].levels[0].points``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{str(step)[:100]}"
    return text.lstrip(".") or "the document"


def _criterion(grid: Grid, place: int) -> dict[str, Any]:
    criterion = grid.criteria[place]
    levels = []
    for at, (level, points) in enumerate(zip(criterion.levels, grid.points[place], strict=True)):
        body: dict[str, Any] = {"level": level.name, "role": level.role, "points": int(points)}
        if level.values:
            body["values"] = list(level.values)
        if level.low is not None or level.high is not None:
            body |= {"low": _number(level.low), "high": _number(level.high)}
        if grid.evidence:
            body["evidence"] = _counted(grid.evidence[place][at])
        levels.append(body)
    entry: dict[str, Any] = {
        "name": criterion.name,
        "column": criterion.column,
        "kind": criterion.kind,
        "axis": criterion.axis,
        "reference": criterion.reference,
        "ordered": criterion.ordered,
        "fixed": criterion.fixed,
        "levels": levels,
    }
    entry |= {"decimal": criterion.decimal, "thousands": criterion.thousands} if criterion.signs else {}
    entry |= {"units": [list(pair) for pair in criterion.units]} if criterion.units else {}
    rule = criterion.derived
    if rule is not None:
        entry["derived"] = json.loads(rule_said(rule))
    return entry


def _counted(evidence: Evidence) -> dict[str, Any]:
    """What a line rests on; a design effect only where there is one."""
    figures = {key: _figure(value) for key, value in vars(evidence).items()}
    if evidence.design_effect is None:
        del figures["design_effect"]
    return figures


def _given(part: Band | Thresholds) -> dict[str, Any]:
    """What a band or the thresholds say, minimums only where there are any."""
    return {key: _figure(value) for key, value in vars(part).items() if value is not None}


def _number(value: Any) -> Any:
    """The value as JSON has it: whole numbers without a point, no NaN, endless bounds as none."""
    value = _plain(value) if hasattr(value, "item") else value
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    return value


def _figure(value: Any) -> Any:
    """A figure that was computed: as many digits as it means."""
    plain = _number(value)
    return _number(meant(plain)) if isinstance(plain, float) else plain


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"{type(value).__name__} has no place in a grid file")


def _grid(file: GridFile) -> Grid:
    criteria = tuple(
        Criterion(
            part.name,
            part.column,
            part.kind,
            part.axis,
            tuple(Level(row.level, row.role, row.values, row.low, row.high) for row in part.levels),
            part.reference,
            part.ordered,
            part.fixed,
            part.decimal,
            part.thousands,
            part.units,
            Derived(**vars(part.derived)) if part.derived is not None else None,
        )
        for part in file.criteria
    )
    has_evidence = any(level.evidence for part in file.criteria for level in part.levels)
    evidence = tuple(tuple(_evidence(level.evidence) for level in part.levels) for part in file.criteria)
    return Grid(
        file.name,
        file.method,
        criteria,
        tuple(tuple(level.points for level in part.levels) for part in file.criteria),
        Thresholds(**dict(file.thresholds)) if file.thresholds else None,
        file.pivot,
        tuple(Band(**dict(band)) for band in file.bands),
        tuple(Expiry(e.criterion, e.level, e.days, e.percent, e.every_days, e.dated) for e in file.expiry),
        tuple(Pin(pin.criterion, pin.level, pin.points, pin.who, pin.why) for pin in file.pins),
        evidence if has_evidence else (),
        Curve(file.curve.scores, file.curve.rates, file.curve.low, file.curve.high) if file.curve else None,
        file.provenance,
        file.start,
    )


def _evidence(part: EvidencePart | None) -> Evidence:
    if part is None:
        return Evidence(0, 0)
    return Evidence(**dict(part))


def _check(grid: Grid, file: GridFile) -> None:
    """What a schema cannot say: true sums, names that exist, levels that do not overlap."""
    for word, stated, true in (("maximum", file.maximum, grid.maximum), ("minimum", file.minimum, grid.minimum)):
        if stated != true:
            raise GridError(f"the file states a {word} of {stated}, but its points give {true}; was it edited by hand?")
    _once([criterion.name for criterion in grid.criteria], "two criteria")
    _once([band.name for band in grid.bands], "two bands")
    for criterion in grid.criteria:
        check_levels(criterion)
    levels = {criterion.name: {level.name for level in criterion.levels} for criterion in grid.criteria}
    references: list[tuple[str, Expiry | Pin]] = [("expiry", rule) for rule in grid.expiry]
    references += [("pins", pin) for pin in grid.pins]
    for what, line in references:
        if line.level not in levels.get(line.criterion, ()):
            raise GridError(f"{what}: there is no level '{line.level}' of a criterion '{line.criterion}'")
    for rule in grid.expiry:
        if (rule.days is None) == (rule.percent is None) or (rule.percent is None) != (rule.every_days is None):
            raise GridError(f"expiry of '{rule.criterion}': give either days, or percent with every_days")
    if grid.curve and (
        len(grid.curve.scores) != len(grid.curve.rates) or any(b <= a for a, b in pairwise(grid.curve.scores))
    ):
        raise GridError("curve: scores must ascend, with one rate for each")
    bounds = (grid.curve.low, grid.curve.high) if grid.curve else ()
    if grid.curve and any(bounds) and {len(bound) for bound in bounds} != {len(grid.curve.rates)}:
        raise GridError("curve: its interval must have one low and one high for each rate")


def check_levels(criterion: Criterion) -> None:
    """Refuse levels that overlap, list nothing, or do not suit the kind of the criterion."""
    values = [level for level in criterion.levels if level.role == "value"]
    if criterion.kind == "presence" and len(values) != 1:
        raise GridError(f"criterion '{criterion.name}' asks for presence: it needs one value level, not {len(values)}")
    if criterion.kind == "number":
        _check_intervals(criterion.name, values)
    if criterion.kind in ("text", "boolean"):
        for level in values:
            if not level.values:
                raise GridError(f"level '{level.name}' of criterion '{criterion.name}' lists no values")
    _once([value for level in values for value in level.values], f"criterion '{criterion.name}': two values")
    rest_level = criterion.levels[criterion.other]
    if rest_level.values or rest_level.low is not None or rest_level.high is not None:
        raise GridError(f"the other level of criterion '{criterion.name}' takes what is left; it cannot list values")


def _check_intervals(name: str, levels: Sequence[Level]) -> None:
    ends = sorted(
        (-math.inf if level.low is None else level.low, math.inf if level.high is None else level.high, level.name)
        for level in levels
    )
    for low, high, level_name in ends:
        if low >= high:
            raise GridError(f"level '{level_name}' of criterion '{name}' is empty: low must be below high")
    for (_, high, first), (low, _, second) in pairwise(ends):
        if low < high:
            raise GridError(f"levels '{first}' and '{second}' of criterion '{name}' overlap")


def _once(names: Sequence[object], what: str) -> None:
    keys: set[object] = set()
    for name in names:
        key = (type(name), name)
        if key in keys:
            raise GridError(f"{what} have the name '{name}'; give each its own")
        keys.add(key)

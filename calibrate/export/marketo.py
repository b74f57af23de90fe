"""Marketo: the points as tokens of a program, so that campaigns that say ``Change Score`` need no change.

One token of the type score per line with points, and one per band; campaigns refer to ``{{my.name}}``. Token names take
50 characters. Source: AdobeDocs/marketo-apis, swagger-asset.json; Experience League, op-scoring-behavior.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from typing import Any

from ..errors import GridError
from ..grid.grid import Grid
from . import json as canonical
from .base import Coverage, Options, account, ordered_bands
from .lines import lines_only, lowered, start_of, zero_line
from .remarks import Fate, remark
from .schemes import Ask, Scheme, grid_of, parse, part, raised, whole

PATH = "/rest/asset/v1/folder/{programId}/tokens.json"
LONGEST_NAME = 50


def write(grid: Grid, options: Options) -> str:
    """The requests as JSON, one token each; beside them the grid, for names of tokens are too short to hold a line.

    >>> from calibrate.grid.criteria import Criterion, Level
    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> demo = Criterion("Demo", "demo", "presence", "engagement", (Level("yes"), *ends))
    >>> json.loads(write(Grid("g", "lift", (demo,), ((20, 0, -1),)), Options()))["requests"][1]["form"]["value"]
    '-1'
    """
    grid = lowered(grid)
    tokens = [(name, points) for (at, place), name in names(grid).items() if (points := grid.points[at][place])]
    tokens += [(f"Band from {at_least}", at_least) for at_least, _ in ordered_bands(grid)]
    requests = [
        {
            "method": "POST",
            "path": PATH,
            "form": {"folderType": "Program", "name": name, "type": "score", "value": f"{points:+d}"},
        }
        for name, points in tokens
    ]
    body = {
        "calibrate": {"grid": json.loads(canonical.write(lines_only(grid))), "zero": zero_line("en"), **start_of(grid)},
        "requests": requests,
    }
    return json.dumps(body, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def coverage(grid: Grid, options: Options) -> Coverage:
    """Points are carried; the campaigns that say when they count are built by hand."""

    def judge(at: int, place: int) -> Fate:
        return "approximated", remark("token_points")

    notes = (
        remark("campaigns"),
        remark("campaign_takes_back"),
    )
    bands: Fate = ("approximated", remark("token_per_band"))
    fades: Fate = ("impossible", remark("decay_campaign"))
    return account("marketo", grid, judge, bands=bands, expiry=fades, notes=notes)


def names(grid: Grid) -> dict[tuple[int, int], str]:
    """Token name of each level, within 50 characters, all different."""
    names_of_lines: dict[tuple[int, int], str] = {}
    used: set[str] = set()
    for at, criterion in enumerate(grid.criteria):
        for place, level in enumerate(criterion.levels):
            name = re.sub(r"[{}\s]+", " ", f"{criterion.name}: {level.name}").strip()
            if len(name) > LONGEST_NAME or name.casefold() in used:
                digest = hashlib.sha256(f"{criterion.name}\0{level.name}".encode()).hexdigest()[:6]
                name = f"{name[: LONGEST_NAME - 7].strip()} {digest}"
            used.add(name.casefold())
            names_of_lines[at, place] = name
    return names_of_lines


def read(text: str | bytes, source: str, rules: Grid | None = None) -> Grid:
    """The points in a program's tokens, as the API lists them or as `write` writes them.

    Tokens hold points only. With `rules`, the grid that names the lines, they are put into its places (a line without
    a token has 0 points); a file that `write` made holds that grid. Without, each token ``criterion: answer`` is taken
    for a text level of that name.
    """
    body = parse(text, source)
    tokens = dict(_tokens(body, source))
    if not tokens:
        raise GridError(f"{source}: no token of the type score in it")
    extra = body.get("calibrate") if isinstance(body, dict) else None
    if rules is None and isinstance(extra, dict) and isinstance(extra.get("grid"), dict):
        rules = canonical.read(json.dumps(extra["grid"]), source)
    if rules is not None:
        places = {name: spot for spot, name in names(rules).items()}
        points = [[0] * len(criterion.levels) for criterion in rules.criteria]
        for name, value in tokens.items():
            if name in places:
                points[places[name][0]][places[name][1]] = value
            elif not name.startswith("Band from "):
                raise GridError(f"{source}: the token '{name}' belongs to no line of the grid '{rules.name}'")
        again = replace(rules, points=tuple(map(tuple, points)), method="current", evidence=(), curve=None)
        return raised(again, body, source)
    schemes: dict[str, Scheme] = {}
    for name, value in tokens.items():
        criterion, colon, answer = name.partition(": ")
        if name.startswith("Band from "):
            continue
        scheme = schemes.setdefault(criterion, Scheme(criterion, "engagement", criterion))
        ask = {"missing": Ask("unknown"), "other": Ask("known")}.get(answer) or Ask("one_of", (answer,))
        scheme.rules.append((ask if colon else Ask("known"), value))
    for scheme in schemes.values():  # "other" is what no listed answer takes
        scheme.rules.sort(key=lambda rule: rule[0].op == "known")
    return grid_of(list(schemes.values()), "Marketo", source=source)


def _tokens(body: Any, source: str) -> list[tuple[str, int]]:
    """Name and points of each score token."""
    tokens = []
    if isinstance(body, dict) and isinstance(body.get("requests"), list):
        entries = [request.get("form") for request in body["requests"] if isinstance(request, dict)]
    else:
        results = part(body, "result", list, source)
        entries = [
            token for result in results if isinstance(result, dict) for token in result.get("tokens") or [result]
        ]
    for at, token in enumerate(entries):
        where = f"{source}: token {at + 1}"
        if isinstance(token, dict) and token.get("type") == "score":
            name = re.sub(r"^\{\{my\.|\}\}$", "", part(token, "name", str, where))
            value = token.get("value")
            tokens.append((name, whole(value.lstrip("=") if isinstance(value, str) else value, where)))
    return tokens

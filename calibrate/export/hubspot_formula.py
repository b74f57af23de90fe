"""HubSpot: one calculated property that holds the score, made by the Properties API.

Grammar as its guide gives it: ``if … then … elseif … then … else …``, ``and``, ``or``, ``is_present()``, ``string()``,
``bool()``. Events cannot be read; a text that holds both kinds of quotes, a backslash or a line end cannot be written.
"""

from __future__ import annotations

import json
import re

from ..grid.grid import Grid
from .base import Coverage, Options, account
from .hubspot import fields_in, properties_of
from .remarks import Fate, remark
from .rules import Branch, branches, field_kind, number_text


def write(grid: Grid, options: Options) -> str:
    """The request as JSON.

    >>> from calibrate.grid.criteria import Criterion, Level
    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> sector = Criterion("Sector", "industry", "text", "fit", (Level("SaaS", values=("SaaS",)), *ends))
    >>> body = json.loads(write(Grid("g", "lift", (sector,), ((12, -4, 0),)), Options()))["requests"][0]["body"]
    >>> body["calculationFormula"]
    "(if not is_present(industry) then -4 elseif string(industry) = 'SaaS' then 12 else 0)"
    """
    body = {
        "groupName": "contactinformation",
        "name": "calibrate_lead_score",
        "label": "Lead score",
        "description": f"Lead score, grid {grid.name}"[:500],
        "type": "number",
        "fieldType": "calculation_equation",
        "calculationFormula": formula(grid, options),
    }
    request = {"method": "POST", "path": "/crm/v3/properties/contacts", "body": body}
    return json.dumps({"requests": [request]}, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def formula(grid: Grid, options: Options) -> str:
    """The whole score as one formula: a sum of conditions."""
    properties = properties_of(grid, options)
    terms = []
    for at, criterion in enumerate(grid.criteria):
        name, answers = properties[criterion.column], branches(grid, at)
        steps = [(f"not is_present({name})", answers[0].points)]
        otherwise = 0
        for branch in answers:
            condition = _condition(branch, name, field_kind(criterion))
            if branch.how in ("rest", "filled"):
                otherwise = branch.points
            elif condition:
                steps.append((condition, branch.points))
        if any(points for _, points in steps) or otherwise:
            first, *more = [f"if {condition} then {points}" for condition, points in steps]
            terms.append("(" + " else".join([first, *more]) + f" else {otherwise})")
    terms += [str(grid.start)] if grid.start else []
    return " + ".join(terms) or "0"


def coverage(grid: Grid, options: Options) -> Coverage:
    """Lines on plain properties are carried; texts that the grammar cannot quote are lost."""
    fields = fields_in(options)

    def judge(at: int, place: int) -> Fate:
        criterion = grid.criteria[at]
        texts = [v for v in criterion.levels[place].values if isinstance(v, str)]
        if any(_quoted(text) is None for text in texts):
            return "impossible", remark("formula_quotes")
        name, certain = fields.name(criterion.column)
        if not certain:
            return "approximated", fields.guess(criterion.column, name.lower())
        return "carried", None

    notes = (
        remark("formula_length"),
        remark("formula_blanks"),
        remark("formula_locked"),
    )
    lost = ("impossible", remark("formula_alone"))
    return account("hubspot-formula", grid, judge, bands=lost, notes=(*notes, *fields.notes(grid)))  # type: ignore[arg-type]


def _condition(branch: Branch, name: str, kind: str) -> str:
    if kind == "number" and branch.how == "missing":
        return " or ".join(f"{name} = {number_text(number)}" for number in branch.numbers)
    if branch.how == "inside":
        parts = [f"{name} >= {number_text(branch.low)}"] if branch.low is not None else []
        parts += [f"{name} < {number_text(branch.high)}"] if branch.high is not None else []
        return " and ".join(parts) or f"is_present({name})"
    quoted = [_quoted(text) for text in branch.texts]
    parts = [f"string({name}) = {text}" for text in quoted if text]
    parts += [f"bool({name}) = {'true' if flag else 'false'}" for flag in branch.flags]
    return " or ".join(parts)


def _quoted(text: str) -> str | None:
    if re.search(r"[\\\x00-\x1f]", text) or ("'" in text and '"' in text):
        return None
    return f'"{text}"' if "'" in text else f"'{text}'"

"""A scorer in one ES module without dependencies: ``score(lead)``, ``band(lead)``, ``reasons(lead)``.

Names and levels of the grid stand in it as escaped string literals only, also safe inside a page's script element.
"""

from __future__ import annotations

import json
from typing import Any

from ..engine.words import NO, YES
from ..grid import Grid
from .base import Coverage, Options, account, ordered_bands, reason_text

_HEAD = """// Lead scorer written by calibrate from one grid; no dependency.
// A lead is a plain object of source columns to values as they stand in the data; an absent key counts as not given.

"""

_TAIL = """
const DECIMAL = /^[ \\t\\r\\n]*[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]{1,3})?[ \\t\\r\\n]*$/;
const YES = {yes};
const NO = {no};

/** Whole points of a lead. */
export function score(lead) {
  return lines(lead).reduce((sum, [points]) => sum + points, 0);
}

/** Name of the band that the score of a lead falls into; empty below the lowest. */
export function band(lead) {
  const total = score(lead);
  const reached = BANDS.find(([atLeast]) => total >= atLeast);
  return reached ? reached[1] : "";
}

/** Texts of the lines that made the score, the weightiest first. */
export function reasons(lead) {
  return lines(lead)
    .filter(([points]) => points !== 0)
    .sort(([a], [b]) => Math.abs(b) - Math.abs(a))
    .map(([, text]) => text);
}

function lines(lead) {
  return CRITERIA.map(([column, kind, levels]) => {
    const value = Object.prototype.hasOwnProperty.call(lead, column) ? lead[column] : null;
    return levels[levelOf(kind, levels, value)].slice(4);
  });
}

function levelOf(kind, levels, value) {
  const missing = levels.findIndex(([role]) => role === "missing");
  if (isMissing(value) || lists(levels[missing][1], value)) return missing;
  const number = kind === "number" ? numberOf(value) : null;
  const found = levels.findIndex(([role, values, low, high]) => {
    if (role !== "value") return false;
    if (kind === "presence") return true;
    if (kind === "number") {
      return number !== null && (low === null || number >= low) && (high === null || number < high);
    }
    return lists(values, value);
  });
  return found >= 0 ? found : levels.findIndex(([role]) => role === "other");
}

function isMissing(value) {
  if (value === null || value === undefined) return true;
  if (typeof value === "string") return /^[ \\t\\r\\n]*$/.test(value);
  return typeof value === "number" && Number.isNaN(value);
}

function lists(values, value) {
  if (typeof value === "boolean") {
    const words = value ? YES : NO;
    return values.some((each) => each === value || (typeof each === "string" && words.includes(each.toLowerCase())));
  }
  if (typeof value === "string") {
    const folded = value.toLowerCase();
    return values.includes(value) || values.some((each) => typeof each === "boolean" && folded === String(each));
  }
  const number = numberOf(value);
  return number !== null && values.some((each) => typeof each === "string" && numberOf(each) === number);
}

function numberOf(value) {
  if (typeof value === "string") return DECIMAL.test(value) ? Number(value) : null;
  if (typeof value === "number") return Number.isNaN(value) ? null : value;
  if (typeof value === "boolean" || typeof value === "bigint") return Number(value);
  return null;
}
"""


def write(grid: Grid, options: Options) -> str:
    r"""Text of an ES module that scores like the grid.

    >>> from calibrate.criteria import Criterion, Level
    >>> demo = Criterion("demo", "</script>", "presence", "engagement",
    ...     (Level("yes"), Level("missing", "missing"), Level("other", "other")))
    >>> print(write(Grid("g", "lift", (demo,), ((20, 0, 0),)), Options()).splitlines()[7])
      ["\u003c/script\u003e", "presence", [
    """
    rows = [f"export const GRID = {literal(grid.name)};", f"export const BANDS = {literal(ordered_bands(grid))};"]
    if grid.thresholds:
        rows.append(f"export const MARKETING_QUALIFIED = {int(grid.thresholds.marketing_qualified)};")
        rows.append(f"export const SALES_QUALIFIED = {int(grid.thresholds.sales_qualified)};")
    rows.append("// column, kind, levels: [role, values, low, high, points, reason]")
    rows.append("const CRITERIA = [")
    for at, criterion in enumerate(grid.criteria):
        rows.append(f"  [{literal(criterion.column)}, {literal(criterion.kind)}, [")
        for place, level in enumerate(criterion.levels):
            line = (level.role, level.values, level.low, level.high, int(grid.points[at][place]))
            rows.append(f"    {literal([*line, reason_text(grid, at, place, options.language)])},")
        rows.append("  ]],")
    rows.append("];")
    tail = _TAIL.replace("{yes}", literal(sorted(YES))).replace("{no}", literal(sorted(NO)))
    return _HEAD + "\n".join(rows) + "\n" + tail


def coverage(grid: Grid, options: Options) -> Coverage:
    """Everything but expiry is carried."""
    return account("javascript", grid)


def literal(value: Any) -> str:
    """The value as a JavaScript literal: JSON in ASCII, without the signs that could end a script element."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")

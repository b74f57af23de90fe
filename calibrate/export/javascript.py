"""A scorer in one ES module without dependencies: ``score(lead)``, ``band(lead)``, ``reasons(lead)``.

Names and levels of the grid stand in it as escaped string literals only, also safe inside a page's script element.
"""

from __future__ import annotations

import json
from typing import Any

from ..grid.grid import Grid
from ..grid.mailbox_kinds import lists, made_from
from ..vocabulary import NO, YES
from .base import (
    Coverage,
    Options,
    account,
    band_rates,
    close_rates,
    expiry_rule,
    needed_columns,
    ordered_bands,
    raw_notes,
    reason_text,
    word_rules,
)
from .lines import start_texts

_HEAD = """// Lead scorer written by calibrate from one grid; no dependency.
// A lead is a plain object of source columns to values as they stand in the data; null and empty texts are no answer.
// A lead without one of the COLUMNS is refused; with { strict: false } as third argument an absent key is no answer.
// Numbers may come as text, written as the calibrated source writes them (1 234,5 where it has decimal commas).
// With a second argument, a Date or "YYYY-MM-DD", points are those of that day: lines that expire keep what is left.
// The day of a signal is a Date or a text that begins with YYYY-MM-DD.

"""

_TAIL = """
const DECIMAL = /^[ \\t\\r\\n]*[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]{1,3})?[ \\t\\r\\n]*$/;
const YES = {yes};
const NO = {no};

/** Whole points of a lead. */
export function score(lead, at, options) {
  return lines(lead, at, options).reduce((sum, [points]) => sum + points, START);
}

/** Name of the band that the score of a lead falls into; empty below the lowest. */
export function band(lead, at, options) {
  const total = score(lead, at, options);
  const reached = BANDS.find(([atLeast]) => total >= atLeast);
  return reached ? reached[1] : "";
}

/** Close rate to expect at the score of a lead, with its 95 % interval: [rate, low, high]; null: not known. */
export function closeRate(lead, at, options) {
  const total = score(lead, at, options);
  const below = CLOSE_RATES.filter((step) => total >= step[0]);
  const step = below.length ? below[below.length - 1] : CLOSE_RATES[0];
  return step ? step.slice(1) : null;
}

/** Texts of the lines that made the score, the weightiest first. */
export function reasons(lead, at, options) {
  return lines(lead, at, options)
    .filter(([points]) => points !== 0)
    .sort(([a], [b]) => Math.abs(b) - Math.abs(a))
    .map(([, text]) => text)
    .concat(START_TEXTS);
}

function lines(lead, at, options) {
  const { strict = true } = options ?? {};
  const today = dayOf(at);
  const needed = strict ? [...COLUMNS, ...(today === null ? [] : DATED)] : [];
  const lacking = needed.filter((column) => !has(lead, column));
  if (lacking.length) {
    throw new Error(
      `the lead has no column ${lacking.map((column) => JSON.stringify(column)).join(", ")}; a column without an ` +
        "answer is given as null, and { strict: false } takes what is absent for no answer",
    );
  }
  return CRITERIA.map(([column, kind, levels, ...signs]) => {
    const [points, text, rule] = levels[levelOf(kind, levels, valueOf(lead, column), signs)].slice(4);
    const day = rule && today !== null ? dayOf(own(lead, rule[3])) : null;
    if (day === null) return [points, text];
    const left = leftOf(points, rule, today - day);
    const sign = left < 0 ? "" : "+";
    return [left, left === points ? text : `${text.slice(0, text.lastIndexOf(" ("))} (${sign}${left})`];
  });
}

function own(lead, column) {
  return Object.prototype.hasOwnProperty.call(lead, column) ? lead[column] : null;
}

function has(lead, column) {
  return Object.prototype.hasOwnProperty.call(lead, column);
}

function valueOf(lead, column) {
  return own(lead, column);
}

function leftOf(points, [days, percent, everyDays], age) {
  if (days !== null) return age < days ? points : 0;
  const share = Math.max(0, 100 - percent * Math.floor(Math.max(age, 0) / everyDays));
  const left = Math.floor((2 * Math.abs(points) * share + 100) / 200);
  return points > 0 ? left : 0 - left;
}

function dayOf(value) {
  if (value === null || value === undefined) return null;
  const text = value instanceof Date ? (Number.isNaN(+value) ? "" : value.toISOString()) : String(value).trim();
  const day = /^[0-9]{4}-[0-9]{2}-[0-9]{2}/.test(text) ? Date.parse(`${text.slice(0, 10)}T00:00:00Z`) : NaN;
  return Number.isNaN(day) ? null : day / 86400000;
}

function levelOf(kind, levels, value, signs) {
  const missing = levels.findIndex(([role]) => role === "missing");
  if (isMissing(value) || lists(levels[missing][1], value)) return missing;
  const number = kind === "number" ? numberOf(plainOf(value, signs)) : null;
  const texts = levels[missing][1].filter((each) => typeof each === "string");
  if (number !== null && texts.some((text) => numberOf(plainOf(text, signs)) === number)) return missing;
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

function plainOf(value, signs) {
  if (typeof value !== "string") return value;
  return signs.reduce((text, [sign, plain]) => text.split(sign).join(plain), value);
}

function numberOf(value) {
  if (typeof value === "string") return DECIMAL.test(value) ? Number(value) : null;
  if (typeof value === "number") return Number.isNaN(value) ? null : value;
  if (typeof value === "boolean" || typeof value === "bigint") return Number(value);
  return null;
}
"""


_BY_SCORE = _TAIL[_TAIL.index("/** Name of the band") : _TAIL.index("\n\n/** Close rate to expect")]
_GATED = """/** Name of the band that a lead is in: the first whose demands it meets. */
export function band(lead, at, options) {
  const had = { score: START, fit: 0, engagement: 0 };
  lines(lead, at, options).forEach(([points], place) => {
    had.score += points;
    had[AXES[place]] += points;
  });
  const reached = BANDS.find(([, demands]) => demands.every(([what, least]) => had[what] >= least));
  return reached ? reached[0] : "";
}"""

_PLAIN_VALUE = """function has(lead, column) {
  return Object.prototype.hasOwnProperty.call(lead, column);
}

function valueOf(lead, column) {
  return own(lead, column);
}
"""
_WORDS = r"""const LETTERS = {letters};
const DERIVED = {derived};

function has(lead, column) {
  const rule = Object.prototype.hasOwnProperty.call(DERIVED, column) ? DERIVED[column] : null;
  return plainHas(lead, column) || (rule !== null && Object.prototype.hasOwnProperty.call(lead, rule[0]));
}

function valueOf(lead, column) {
  const present = Object.prototype.hasOwnProperty.call(lead, column);
  if (present || !Object.prototype.hasOwnProperty.call(DERIVED, column)) return plainValueOf(lead, column);
  const [source, letters, edge, path, answers, rest] = DERIVED[column];
  const value = own(lead, source);
  if (isMissing(value)) return null;
  const table = LETTERS[letters];
  const raw = path ? pathOf(String(value)) : String(value);
  const spelt = Array.from(edge + raw + edge, (letter) => (letter in table ? table[letter] : letter)).join("");
  let text = spelt.toLowerCase().split(" ").join("<>").split("><").join("").split("<>").join(" ");
  if (edge === "|") text = text.split(" |").join("|").split("| ").join("|");
  const found = answers.find(([, parts]) => parts.some((part) => text.includes(part)));
  return found ? found[0] : rest;
}

function pathOf(address) {
  const plain = address.replace(/^ +| +$/g, "").split("?")[0].split("#")[0];
  const behind = (text, sign) => (text.includes(sign) ? text.slice(text.indexOf(sign) + sign.length) : "");
  if (plain.includes("://")) return `/${behind(behind(plain, "://"), "/")}`;
  if (plain.startsWith("/")) return plain;
  return plain.split("/")[0].includes(".") ? `/${behind(plain, "/")}` : `/${plain}`;
}
"""
_MAILBOX = r"""const FREE = new Set({free}.split(" "));
const DISPOSABLE = new Set({disposable}.split(" "));

function has(lead, column) {
  const present = (name) => Object.prototype.hasOwnProperty.call(lead, name);
  return present(column) || (column.endsWith(" (mailbox)") && present(column.slice(0, -10)));
}

function valueOf(lead, column) {
  if (Object.prototype.hasOwnProperty.call(lead, column) || !column.endsWith(" (mailbox)")) return own(lead, column);
  const address = own(lead, column.slice(0, -10));
  if (typeof address !== "string") return null;
  const edge = /[ \t\r\n<>()[\]"';,.]+$/;
  const domain = address.slice(address.lastIndexOf("@") + 1).toLowerCase().replace(edge, "");
  if (!domain.includes(".", 1) || domain.includes(" ")) return null;
  return DISPOSABLE.has(domain) ? "disposable" : FREE.has(domain) ? "free" : "professional";
}
"""


def write(grid: Grid, options: Options) -> str:
    r"""Text of an ES module that scores like the grid.

    >>> from calibrate.grid.criteria import Criterion, Level
    >>> demo = Criterion("demo", "</script>", "presence", "engagement",
    ...     (Level("yes"), Level("missing", "missing"), Level("other", "other")))
    >>> print(write(Grid("g", "lift", (demo,), ((20, 0, 0),)), Options()).splitlines()[18])
      ["\u003c/script\u003e", "presence", [
    """
    rows = [f"export const GRID = {literal(grid.name)};", f"export const BANDS = {literal(ordered_bands(grid))};"]
    if grid.gated:
        rows[1] = f"export const BANDS = {literal([[band.name, band.demands] for band in grid.ladder])};"
        rows.append(f"const AXES = {literal([criterion.axis for criterion in grid.criteria])};")
    rows.append(f"export const CLOSE_RATES = {literal(close_rates(grid))};")
    rows.append("// by band: leads not seen before, customers among them, close rate, its 95 % interval")
    rows.append(f"export const BAND_RATES = new Map({literal(list(band_rates(grid).items()))});")
    if grid.thresholds:
        rows.append(f"export const MARKETING_QUALIFIED = {int(grid.thresholds.marketing_qualified)};")
        rows.append(f"export const SALES_QUALIFIED = {int(grid.thresholds.sales_qualified)};")
    rows += [f"const START = {int(grid.start)}; // what every lead has"]
    rows.append(f"const START_TEXTS = {literal(start_texts(grid, options.language))};")
    columns, dated = needed_columns(grid)
    rows += [f"export const COLUMNS = {literal(columns)};", f"const DATED = {literal(dated)};"]
    rows.append("// column, kind, levels: [role, values, low, high, points, reason, expiry]; signs in numbers, if any")
    rows.append("const CRITERIA = [")
    for at, criterion in enumerate(grid.criteria):
        rows.append(f"  [{literal(criterion.column)}, {literal(criterion.kind)}, [")
        for place, level in enumerate(criterion.levels):
            line = (level.role, level.values, level.low, level.high, int(grid.points[at][place]))
            text, rule = reason_text(grid, at, place, options.language), expiry_rule(grid, at, place)
            rows.append(f"    {literal([*line, text, rule])},")
        rows.append(f"  ]{''.join(f', {literal(sign)}' for sign in criterion.signs)}],")
    rows.append("];")
    tail = _TAIL.replace("{yes}", literal(sorted(YES))).replace("{no}", literal(sorted(NO)))
    if grid.gated:
        tail = tail.replace(_BY_SCORE, _GATED)
    before, after = tail.split(_PLAIN_VALUE)
    values = _PLAIN_VALUE
    if any(made_from(criterion.column) is not None for criterion in grid.criteria):
        free, disposable = (" ".join(sorted(domains)) for domains in lists())
        values = _MAILBOX.replace("{free}", literal(free)).replace("{disposable}", literal(disposable))
    rules = word_rules(grid)
    if rules.columns:
        plain = values.replace("function valueOf(", "function plainValueOf(").replace(
            "function has(", "function plainHas("
        )
        words = _WORDS.replace("{letters}", literal(rules.letters), 1).replace("{derived}", literal(rules.columns), 1)
        values = plain + "\n" + words
    return _HEAD + "\n".join(rows) + "\n" + before + values + after


def coverage(grid: Grid, options: Options) -> Coverage:
    """Everything is carried, save what is made from events."""
    return account("javascript", grid, minimums=True, expiry=None, makes=("mailbox", "words"), notes=raw_notes(grid))


def literal(value: Any) -> str:
    """The value as a JavaScript literal: JSON in ASCII, without the signs that could end a script element."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")

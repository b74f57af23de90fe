// Lead scorer written by calibrate from one grid; no dependency.
// A lead is a plain object of source columns to values as they stand in the data; null and empty texts are no answer.
// A lead without one of the COLUMNS is refused; with { strict: false } as third argument an absent key is no answer.
// Numbers may come as text, written as the calibrated source writes them (1 234,5 where it has decimal commas).
// With a second argument, a Date or "YYYY-MM-DD", points are those of that day: lines that expire keep what is left.
// The day of a signal is a Date or a text that begins with YYYY-MM-DD.

export const GRID = "Grid 2025-09";
export const BANDS = [[30, "Call now"], [15, "Nurture"], [-99, "Wait"]];
export const CLOSE_RATES = [[-6, 0.001, 0.001, 0.001], [0, 0.01, 0.01, 0.01], [15, 0.05, 0.05, 0.05], [30, 0.2, 0.2, 0.2]];
// by band: leads not seen before, customers among them, close rate, its 95 % interval
export const BAND_RATES = new Map([]);
export const MARKETING_QUALIFIED = 15;
export const SALES_QUALIFIED = 30;
const START = 0; // what every lead has
const START_TEXTS = [];
export const COLUMNS = ["Industry", "TotalVisits", "Newsletter", "Demo requested"];
const DATED = [];
// column, kind, levels: [role, values, low, high, points, reason, expiry]; signs in numbers, if any
const CRITERIA = [
  ["Industry", "text", [
    ["value", ["SaaS", "Software"], null, null, 12, "Sector: Software (+12)", null],
    ["value", ["Sant\u00e9"], null, null, -4, "Sector: Sant\u00e9 (-4)", null],
    ["missing", [], null, null, 0, "Sector: not given (+0)", null],
    ["other", [], null, null, 1, "Sector: any other answer (+1)", null],
  ]],
  ["TotalVisits", "number", [
    ["value", [], 5, 10, 3, "Visits: 5-9 (+3)", null],
    ["value", [], 10, null, 9, "Visits: 10+ (+9)", null],
    ["missing", ["Select"], null, null, -2, "Visits: not given (-2)", null],
    ["other", [], null, null, 0, "Visits: any other answer (+0)", null],
  ]],
  ["Newsletter", "boolean", [
    ["value", [true], null, null, 1, "Newsletter: yes (+1)", null],
    ["missing", [], null, null, 0, "Newsletter: not given (+0)", null],
    ["other", [], null, null, 0, "Newsletter: any other answer (+0)", null],
  ]],
  ["Demo requested", "presence", [
    ["value", [], null, null, 20, "Demo: requested (+20)", null],
    ["missing", [], null, null, 0, "Demo: not given (+0)", null],
    ["other", [], null, null, 0, "Demo: any other answer (+0)", null],
  ]],
];

const DECIMAL = /^[ \t\r\n]*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?[ \t\r\n]*$/;
const YES = ["1", "j", "ja", "o", "on", "oui", "s", "si", "sim", "s\u00ed", "t", "true", "verdadeiro", "verdadero", "vero", "vrai", "waar", "wahr", "x", "y", "yes"];
const NO = ["0", "f", "falsch", "false", "falso", "faux", "n", "nao", "nee", "neen", "nein", "no", "non", "n\u00e3o", "off", "onwaar"];

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
  if (typeof value === "string") return /^[ \t\r\n]*$/.test(value);
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

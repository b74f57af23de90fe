"""One SELECT that scores a table: lead id, score, band, and one column per criterion with the reason it gave.

Three plain steps inside one another: `answers` reads each column as text or number, `levels` finds the level of each
criterion, `points` adds them up. Only CASE, IN, IS NULL, comparisons, + and whole-number literals carry the meaning;
what each dialect says in its own way (reading a column as text, a text as a number) stands in `dialects.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial

from sqlglot import exp

from ..engine import folding, sql
from ..grid.criteria import Criterion, Level, as_number, meaning
from ..grid.derived import letter_table
from ..grid.event_columns import is_event_column
from ..grid.grid import Expiry, Grid
from ..grid.mailbox_kinds import DISPOSABLE, FREE, PROFESSIONAL, lists, made_from
from .base import (
    Coverage,
    Options,
    account,
    band_condition,
    band_rates,
    close_rate_sql,
    key_column,
    left_by_age,
    reason_text,
)
from .dialects import DECIMAL, DIALECTS, DOMAINS, LINE_END, Dialect, identifier, literal
from .lines import start_texts
from .remarks import Fate, remark
from .sql_events import can_make, dated_by, day_number_sql, event_columns, event_join

BAND_RATE = ("band_leads", "band_customers", "band_close_rate", "band_close_rate_low", "band_close_rate_high")
"""What was counted in a lead's band on leads that the points had not seen, in the order of `band_rates`."""


def write(grid: Grid, options: Options, dialect: str) -> str:
    """The SELECT for one dialect.

    >>> from calibrate.grid.criteria import Criterion, Level
    >>> demo = Criterion("demo", "Demo", "presence", "engagement",
    ...     (Level("yes"), Level("missing", "missing"), Level("other", "other")))
    >>> print(write(Grid("g", "lift", (demo,), ((20, 0, 0),)), Options(), "sqlite"))
    SELECT
    ...
      CASE level_1 WHEN 0 THEN 'demo: yes (+20)' END AS reason_1
    ...
          CASE
            WHEN t_1 IS NULL OR TRIM(t_1, ' ' || CHAR(9) || CHAR(13) || CHAR(10)) = '' THEN 1
            ELSE 0
          END AS level_1
    ...
    """
    words = DIALECTS[dialect]
    key = key_column(grid, options)
    folds = {
        fold: f"calibrate_text_{at}" for at, fold in enumerate(dict.fromkeys(map(_fold, grid.criteria)), 1) if fold
    }
    before, leads = _folded(_table(options.table, words), folds, words) if folds else ("", _table(options.table, words))
    table, origin, columns_made = _origin(grid, options, words, leads)
    columns = [f"{origin}{identifier(key, words)} AS lead_key"] if key else []
    levels = ["lead_key"] if key else []
    ages = _ages(grid, options, words, origin, columns_made)
    columns += [f"{age} AS {name}" for name, age in ages.values()]
    levels += [name for name, _ in ages.values()]
    texts_of, numbers_of = ["source.*"], ["texts.*"]
    output = [f"lead_key AS {identifier(key, words)}"] if key else []
    output += ["score", f"{_band(grid, words)} AS band"]
    if grid.curve is not None:
        output.append(f"{close_rate_sql(grid)} AS close_rate")
    output += [f"{_band_rate(grid, part)} AS {name}" for part, name in enumerate(BAND_RATE) if band_rates(grid)]
    sums: list[str] = []
    sums_of: dict[str, list[str]] = {"fit": [], "engagement": []}
    weighing = [at for at, points in enumerate(grid.points) if any(points)] or [0]
    for at in weighing:
        criterion = grid.criteria[at]
        level = _Level(criterion, at + 1, words)
        answer = columns_made.get(criterion.column) or _source(criterion, origin, words, folds)
        columns.append(f"{answer} AS x_{at + 1}")
        texts_of.append(level.text)
        numbers_of += level.numbers
        levels.append(level.case)
        points = grid.points[at]
        worths = [(i, _left(grid, at, i, options, words, ages)) for i, p in enumerate(points) if p]
        sums.append(_choice(f"level_{at + 1}", [(i, worth) for i, (worth, _) in worths], "0"))
        sums_of[criterion.axis].append(sums[-1])
        if worths:
            output.append(f"{_choice(f'level_{at + 1}', [(i, text) for i, (_, text) in worths])} AS reason_{at + 1}")
    for text in start_texts(grid, options.language):
        sums.append(str(int(grid.start)))
        output.append(f"{literal(text, words)} AS reason_start")
    score = "\n    + ".join(sums)
    query = _select(columns, table)
    query = _select(texts_of, _inside("source", query))
    query = _select(numbers_of, _inside("texts", query))
    query = _select(levels, _inside("answers", query))
    added = [f"{score} AS score"]
    if grid.gated:
        added += [f"{' + '.join(terms) or '0'} AS {axis}_points" for axis, terms in sums_of.items()]
    query = _select(["levels.*", *added], _inside("levels", query))
    return before + _select(output, _inside("points", query)).replace(LINE_END, "\n") + "\n"


def coverage(grid: Grid, options: Options, dialect: str) -> Coverage:
    """Everything is carried, expiry from a given day on; what only a run on the server could prove is noted."""
    words = DIALECTS[dialect]
    notes = []
    if dialect not in ("duckdb", "postgres", "sqlite"):
        notes.append(remark("unproved", dialect=dialect))
    if words.flags:
        notes.append(remark("no_truth", dialect=dialect))
    makes = ["mailbox", "words"]
    event_made = event_columns(grid, options.at)
    if options.events and event_made:
        lacking = [column for column in event_made if not can_make(column, dialect)]
        makes += [] if lacking else ["events"]
        notes += [remark("cannot_make", column=column, dialect=dialect) for column in lacking]
        notes.append(remark("moments"))
    elif event_made:
        notes.append(remark("events_table"))

    def fate(rule: Expiry) -> Fate:
        if rule.dated is None:
            return "impossible", remark("undated")
        if not options.at:
            return "impossible", remark("name_day")
        if is_event_column(rule.dated) and not options.events:
            return "approximated", remark("from_events_table", column=rule.dated)
        return "carried", None

    if options.at and [rule for rule in grid.expiry if rule.dated]:
        notes.append(remark("signal_dates"))
    return account(f"sql-{dialect}", grid, minimums=True, expiry=fate, makes=makes, notes=tuple(notes))


Ages = dict[str, tuple[str, str]]
"""By column that dates a signal: the name of its age in days, and the expression."""


def _ages(grid: Grid, options: Options, words: Dialect, origin: str, columns_made: Mapping[str, str]) -> Ages:
    columns = dict.fromkeys(rule.dated for rule in grid.expiry if rule.dated and options.at)
    ages = {}
    for number, column in enumerate(columns, 1):
        day = dated_by(column, columns_made, origin + identifier(column, words), words)
        ages[column] = f"age_{number}", f"{day_number_sql(options.at, words)} - {day}"
    return ages


def _left(grid: Grid, at: int, place: int, options: Options, words: Dialect, ages: Ages) -> tuple[str, str]:
    """Points and reason of a line, by the age of its signal where they expire."""
    points, text = int(grid.points[at][place]), reason_text(grid, at, place, options.language)
    name = grid.criteria[at].name, grid.criteria[at].levels[place].name
    rule = next(
        (rule for rule in grid.expiry[::-1] if (rule.criterion, rule.level) == name and rule.dated in ages), None
    )
    if rule is None:
        return str(points), literal(text, words)
    age, stem = ages[str(rule.dated)][0], text.rpartition(" (")[0]
    steps = left_by_age(rule, points)
    worth = "".join(f"WHEN {age} >= {days} THEN {worth_then} " for days, worth_then in steps)
    texts = [literal(f"{stem} ({worth_then:+d})", words) if worth_then else "NULL" for _, worth_then in steps]
    steps_and_texts = zip(steps, texts, strict=True)
    reason = "".join(f"WHEN {age} >= {days} THEN {reason_then} " for (days, _), reason_then in steps_and_texts)
    return f"CASE {worth}ELSE {points} END", f"CASE {reason}ELSE {literal(text, words)} END"


class _Level:
    """The expressions that find the level of one criterion: what is read, and the CASE over it."""

    def __init__(self, criterion: Criterion, number: int, words: Dialect) -> None:
        self.words, self.kind, self.no_answers = words, criterion.kind, criterion.no_answers
        self.t, self.n, self.k, self.b = (f"{letter}_{number}" for letter in "tnkb")
        x = f"x_{number}"
        needed: set[str] = set()
        missing = criterion.levels[criterion.missing]
        gone = [f"{self.t} IS NULL", _fill(words.blank, words, t=self.t)]
        gone += self._listed(missing, needed)
        branches = [f"WHEN {' OR '.join(gone)} THEN {criterion.missing}"]
        otherwise = criterion.other
        for place, level in enumerate(criterion.levels):
            if level.role != "value":
                continue
            if criterion.kind == "presence":
                otherwise = place
                break
            if criterion.kind == "number":
                needed.add("n")
                branches.append(f"WHEN {self._holds(level)} THEN {place}")
            else:
                branches.append(f"WHEN {' OR '.join(self._listed(level, needed)) or '1 = 0'} THEN {place}")
        lines = "\n".join(f"  {branch}" for branch in branches)
        self.case = f"CASE\n{lines}\n  ELSE {otherwise}\nEND AS level_{number}"
        text = _fill(words.text, words, x=x)
        if criterion.kind == "boolean" and words.name == "redshift":  # it cannot cast truth values to text
            text = f"CASE {x} WHEN TRUE THEN 'true' WHEN FALSE THEN 'false' END"
        if criterion.kind == "number" and not words.numeric:
            text = f"NULLIF({text}, {literal('NaN', words)})"
        self.text = f"{text} AS {self.t}"
        self.numbers = []
        if "n" in needed:
            self.numbers.append(f"{_fill(words.number, words, x=x, t=_plain(self.t, criterion, words))} AS {self.n}")
        if "b" in needed:
            self.numbers.append(f"CASE WHEN {_fill(words.truth, words, x=x)} THEN {_truth(self.t)} END AS {self.b}")
        if "k" in needed and words.numeric:
            self.numbers.append(f"CASE WHEN {_fill(words.numeric, words, x=x)} THEN 1 ELSE 0 END AS {self.k}")

    def _listed(self, level: Level, needed: set[str]) -> list[str]:
        """Conditions under which a level lists the value: as text, as a truth value, as a number."""
        words, as_flags, conditions = self.words, self.words.flags and self.kind == "boolean", []
        texts = [value for value in level.values if isinstance(value, str)]
        flags = ["true" if value else "false" for value in level.values if not isinstance(value, str)]
        if texts:
            marked_text = f"{self.t} {words.join} {literal(words.mark, words)}" if words.mark else self.t
            literals = ", ".join(literal(text + words.mark, words) for text in texts)
            same = f"{marked_text} IN ({literals})"
            numbers = sorted({n for n in map(as_number, texts) if n is not None} - ({0.0, 1.0} if as_flags else set()))
            numbers = sorted(self.no_answers) if self.kind == "number" else numbers
            among = f"{self.n} IN ({', '.join(_number(n, words) for n in numbers)})"
            if numbers and self.kind == "number":
                needed.add("n")
                conditions.append(among)
            endless = any(text.lower().lstrip("-") in ("inf", "infinity") for text in texts)
            if words.numeric and (endless or (numbers and self.kind != "number")):
                needed |= {"n", "k"}
                same = f"{self.k} = 0 AND {same}"
                conditions += [f"{self.k} = 1 AND {among}"] if numbers else []
            conditions.insert(0, same)
        if flags:
            conditions.append(f"LOWER({self.t}) IN ({', '.join(literal(flag, words) for flag in flags)})")
        truths = [meaning(value) for value in level.values]
        ones = ", ".join(dict.fromkeys("1" if flag else "0" for flag in truths if flag is not None))
        if as_flags and ones:
            needed |= {"n", "k"} if words.numeric else {"n"}
            same = f"{self.n} IN ({ones})"
            conditions.append(f"{self.k} = 1 AND {same}" if words.numeric else same)
        elif ones and words.truth and texts:  # a truth value is the listed word for it
            needed.add("b")
            conditions.append(f"{self.b} IN ({ones})")
        elif ones and texts and self.kind == "boolean":
            pairs = dict.fromkeys("true" if flag else "false" for flag in truths if flag is not None)
            conditions.append(f"{self.t} IN ({', '.join(literal(word, words) for word in pairs)})")
        return conditions

    def _holds(self, level: Level) -> str:
        parts = [f"{self.n} >= {_number(level.low, self.words)}"] if level.low is not None else []
        parts += [f"{self.n} < {_number(level.high, self.words)}"] if level.high is not None else []
        return " AND ".join(parts) or f"{self.n} IS NOT NULL"


def _plain(text: str, criterion: Criterion, words: Dialect) -> str:
    """The text without the signs that the source writes in numbers."""
    for sign, plain in criterion.signs:
        text = f"REPLACE({text}, {literal(sign, words)}, {literal(plain, words)})"
    return text


def _truth(text: str) -> str:
    return f"CASE {text} WHEN 'true' THEN 1 ELSE 0 END"


def _number(value: float, words: Dialect) -> str:
    return sql.literal(float(value)).sql(words.name)


Fold = tuple[str, str, str, bool]
"""What a folded text depends on: the source column, the signs that become blanks and breaks, whether it is a path."""


def _fold(criterion: Criterion) -> Fold | None:
    rule = criterion.derived
    return None if rule is None else (rule.source, rule.blanks, rule.breaks, rule.path)


def _folded(table: str, folds: Mapping[Fold, str], words: Dialect) -> tuple[str, str]:
    """What stands before the SELECT, and a table with a column for each folded text, NULL where the source has none."""
    quote = partial(literal, words=words)
    steps = {
        name: folding.folded(letter_table(blanks, breaks), "|" if breaks else " ", quote, words.name, path=path)
        for (_, blanks, breaks, path), name in folds.items()
    }
    fence = folding.FENCES.get(words.name, "")
    stages = []
    last = max(map(len, steps.values()))
    for stage in range(last):
        columns = ["source.*"]
        for (source, *_), name in folds.items():
            raw = _fill(words.text, words, x=f"source.{identifier(source, words)}")
            text = f"source.{name}_{stage}" if stage else raw
            text = steps[name][stage](text) if stage < len(steps[name]) else text
            if not stage:
                text = f"CASE WHEN NOT ({_fill(words.blank, words, t=raw)}) THEN {text} END"
            columns.append(f"{text} AS {name}{'' if stage == last - 1 else f'_{stage + 1}'}")
        stages.append(
            f"SELECT {', '.join(columns)} FROM {f'calibrate_texts_{stage}' if stage else table} AS source{fence}"
        )
    if last == 1:
        return "", f"({stages[0]})"
    named = [f"calibrate_texts_{at} AS (\n  {stage}\n)" for at, stage in enumerate(stages, 1)]
    return f"WITH {', '.join(named)}\n", f"calibrate_texts_{last}"


def _origin(grid: Grid, options: Options, words: Dialect, table: str) -> tuple[str, str, dict[str, str]]:
    """What stands after FROM, what stands before the columns of the leads, and the columns made from events."""
    if not options.events or not event_columns(grid, options.at):
        return (f"{table} AS leads" if table.startswith("(") else table), "", {}
    lead_id = identifier(key_column(grid, options) or "lead_id", words)
    join = event_join(grid, words, table, _table(options.events, words), lead_id, options.at)
    columns_made = {column: text for column, text in join.columns.items() if can_make(column, words.name)}
    return f"{table} AS leads LEFT JOIN {join.table} ON {join.key} = done.lead_key", "leads.", columns_made


def _source(criterion: Criterion, origin: str, words: Dialect, folds: Mapping[Fold, str]) -> str:
    """The column, or where calibrate makes it from others: the answer of a rule, the kind of mailbox of an address."""
    column, rule, fold = criterion.column, criterion.derived, _fold(criterion)
    if rule is not None and fold is not None:
        quote = partial(literal, words=words)
        return folding.answer(origin + folds[fold], rule.needles, rule.rest, quote, words.name)
    address = made_from(column)
    if address is None:
        return origin + identifier(column, words)
    domain = DOMAINS[words.name].replace("{x}", origin + identifier(address, words))
    free, disposable = lists()
    steps = [f"WHEN {domain} NOT LIKE '%_.%' OR {domain} LIKE '% %' THEN NULL", f"WHEN {domain} IS NULL THEN NULL"]
    for kind, members in ((DISPOSABLE, disposable), (FREE, free)):
        domains = ", ".join(literal(member, words) for member in sorted(members))
        steps.append(f"WHEN {domain} IN ({domains}) THEN '{kind}'")
    return f"CASE {' '.join(steps)} ELSE '{PROFESSIONAL}' END"


def _table(name: str, words: Dialect) -> str:
    """A table name as a user writes it: parts at dots if they are plain words, else one quoted name.

    >>> [_table(name, DIALECTS["postgres"]) for name in ("leads", "crm.leads", "my leads", "x; DROP")]
    ['"leads"', '"crm"."leads"', '"my leads"', '"x; DROP"']
    """
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_$-]*(\.[A-Za-z_][A-Za-z0-9_$-]*){0,3}", name)
    parts = name.split(".") if plain else [name]
    if words.name == "snowflake" and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.]*", name):
        return name  # a quoted name would be case-sensitive there
    return ".".join(exp.to_identifier(part, quoted=True).sql(words.name) for part in parts)


def _band(grid: Grid, words: Dialect) -> str:
    if not grid.bands:
        return literal("", words)
    steps = " ".join(f"WHEN {band_condition(band)} THEN {literal(band.name, words)}" for band in grid.ladder)
    return f"CASE {steps} ELSE {literal('', words)} END"


def _band_rate(grid: Grid, part: int) -> str:
    """SQL for what was counted in the band of a lead: leads, customers, close rate or a bound of it (`BAND_RATE`).

    >>> from calibrate.grid.grid import Band
    >>> bands = (Band("call", 30, "", leads=239, customers=63), Band("wait", 0, ""))
    >>> _band_rate(Grid("g", "lift", (), (), bands=bands), 1)
    'CASE WHEN score >= 30 THEN 63 WHEN score >= 0 THEN NULL END'
    """
    rates = band_rates(grid)
    steps = [(band_condition(band), rates[band.name][part] if band.name in rates else "NULL") for band in grid.ladder]
    return f"CASE {' '.join(f'WHEN {condition} THEN {figure}' for condition, figure in steps)} END" if rates else "NULL"


def _choice(name: str, choices: Sequence[tuple[int, str]], default: str = "") -> str:
    if not choices:
        return default
    steps = " ".join(f"WHEN {place} THEN {value}" for place, value in choices)
    return f"CASE {name} {steps}{f' ELSE {default}' if default else ''} END"


def _fill(template: str, words: Dialect, *, x: str = "", t: str = "") -> str:
    """Fill a template in one pass, so that a name that holds a mark of the template is left alone."""
    parts = {"{x}": x, "{t}": t}
    fixed = {"{decimal}": DECIMAL, "{blanks}": " \t\r\n", "{empty}": r"^[ \t\r\n]*$"}
    return re.sub(
        r"\{(x|t|decimal|blanks|empty)\}",
        lambda found: parts[found[0]] if found[0] in parts else _pattern(fixed[found[0]], words),
        template,
    )


def _pattern(text: str, words: Dialect) -> str:
    return exp.Literal.string(text).sql(words.name)


def _select(columns: Sequence[str], source: str) -> str:
    lines = ",\n".join(_indent(column) for column in columns)
    return f"SELECT\n{lines}\nFROM {source}"


def _inside(name: str, select: str) -> str:
    return f"(\n{_indent(select)}\n) AS {name}"


def _indent(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.split("\n"))

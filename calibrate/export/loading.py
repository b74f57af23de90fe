"""LOADING.md beside an exported file: how it gets into its target, a lead to test it with, and how to go back.

One page holds a section for each file of its folder; writing a file again replaces its section and keeps the others.
The texts stand in the language files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from ..errors import InputError
from ..files import locked, unwritable, write_both
from ..grid.grid import Grid
from ..grid.mailbox_kinds import made_from
from ..grid.reasons import words_in
from ..language import Words, load
from . import pipedrive
from .base import Coverage, Options, close_rates, line_name, rate_at
from .fields import GUESS, UNCONFIRMED
from .lines import LOWERED
from .markdown import escape, table
from .pmml import ADDRESSES
from .rules import number_text
from .sample_lead import lead_to_test
from .sheet import steps_of

NAME = "LOADING.md"
HEAD = "<!-- written by calibrate export -->"
MOST_LOSSES = 12
READS_WORDS = ("sql", "python", "javascript", "pmml", "hubspot", "excel")
MAKES_MAILBOXES = ("sql", "python", "javascript", "pmml", "excel")
Names = Mapping[str, tuple[str, bool]]


def write_with_page(path: str, content: bytes, section: str, language: str) -> Path:
    """Write an exported file, and put its section into the LOADING.md of its folder: both or neither; the page's path.

    A page of that name that somebody else wrote is left alone: then it becomes ``FILE.LOADING.md``. Raises InputError.
    """
    file = Path(path)
    try:
        with locked(file.parent.resolve()):  # another export into this folder writes the same page
            page = file.with_name(NAME)
            sections: dict[str, str] = {}
            if page.exists():
                before = page.read_text(encoding="utf-8", errors="replace")
                if before.startswith(HEAD):
                    parts = re.split(r"^<!-- file: (\S+) -->\n", before, flags=re.MULTILINE)
                    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
                else:
                    page = file.with_name(f"{file.name}.{NAME}")
            sections[quote(file.name).replace("--", "-%2D")] = section
            blocks = [f"<!-- file: {name} -->\n{text.rstrip()}\n" for name, text in sorted(sections.items())]
            title = load(language)("loading.title")
            write_both(path, content, str(page), "\n".join([HEAD, f"# {title}\n", *blocks]).encode())
            return page
    except OSError as fault:
        raise unwritable(path, fault) from None
    except ValueError:  # a NUL byte in the path
        raise InputError(f"{path!r} is no path of a file. Choose another file with --out") from None


def loading_section(grid: Grid, form: str, file: str, options: Options, coverage: Coverage, names: Names | None) -> str:
    """The section of one exported file as Markdown, in the language of the options.

    `form` is the format's name, `coverage` what it carries of the grid, `names` the target's name of each column with
    whether it is certain.
    """
    words_in(options.language)
    words, target = load(options.language), "sql" if form.startswith("sql-") else form
    system = words(f"loading_{target}.system")
    steps = steps_of(target, words, file=_code(file))
    steps = [*pipedrive.steps(grid, options.language)] if form == "pipedrive" else steps
    lines = ["## " + words("loading.section", file=f"`{_code(file)}`", grid=escape(grid.name), system=system), ""]
    lines += [f"### {words('loading.steps')}", ""]
    lines += [f"{number}. {step}" for number, step in enumerate(steps, 1)]
    if names:
        head = words("loading.names_head", system=system).split("|")
        lines += ["", f"### {words('loading.names')}", "", *table(head, [])]
        lines += [
            f"| {escape(column)} | `{name}` | {escape(words('loading.certain' if certain else 'loading.guess'))} |"
            for column, (name, certain) in names.items()
        ]
        lines += [f"\n{note.said(words)}." for note in coverage.notes if note.kind == UNCONFIRMED]
    lines += ["", f"### {words('loading.test')}", "", *_test(grid, form, coverage, words, system)]
    lines += [f"\n{note.sentence(words)}" for note in coverage.notes if note.kind == LOWERED]
    lost = [
        item for item in coverage.items if item.status != "carried" and not (item.reason and item.reason.kind == GUESS)
    ]
    losses = [f"- {escape(item.said(words))}" for item in lost]  # guessed names stand in the table
    if losses:
        more = [f"- {words('loading.more', count=len(losses) - MOST_LOSSES)}"] if len(losses) > MOST_LOSSES else []
        lines += ["", f"### {words('loading.lost', system=system)}", "", *losses[:MOST_LOSSES], *more]
    lines += [
        "",
        f"### {words('loading.undo')}",
        "",
        *(f"- {step}" for step in steps_of(target, words, "undo", file=_code(file))),
        "",
    ]
    return "\n".join(lines)


def _test(grid: Grid, form: str, coverage: Coverage, words: Words, system: str) -> list[str]:
    """The test lead as a table with the points of each answer, its score, and the score of an empty one."""
    lead = lead_to_test(grid)
    fates = {item.what: item.status for item in coverage.items}
    addressed = form.split("-")[0] in MAKES_MAILBOXES
    rows, score, carried = [], grid.start, grid.start
    for criterion, points in zip(grid.criteria, grid.points, strict=True):
        if not any(points):
            continue
        place = criterion.index_of(criterion.value_in(lead))
        value, column = lead.get(criterion.source), criterion.source
        address = made_from(column)
        if address is not None and addressed:
            value, column = ADDRESSES.get(str(value), ""), address
        elif criterion.derived is not None and form.split("-")[0] not in READS_WORDS:
            value, column = criterion.value_in(lead), criterion.column
        rows.append(
            (column, _spelt(value) or words("loading.no_answer"), f"{points[place]:+d}" if points[place] else "0")
        )
        score += points[place]
        carried += 0 if fates.get(line_name(criterion, place, points[place])) == "impossible" else points[place]
    if grid.start:
        rows.append((words("answer.start"), "", f"{grid.start:+d}"))
    band = grid.band(lead)
    rates = rate_at(close_rates(grid), score)
    sentence = words("loading.score", score=score) + (
        words("loading.band", band=escape(_band_named(band, words))) if band else ""
    )
    if rates is not None:
        sentence += words("loading.rate", rate=rates[0])
    lines = [*table(words("loading.test_head").split("|"), rows), "", sentence + ".", ""]
    if carried != score:
        lines += [words("loading.partly", system=system, score=carried), ""]
    gaps = [line_name(c, c.missing, p[c.missing]) for c, p in zip(grid.criteria, grid.points, strict=True)]
    if not any(fates.get(gap) == "impossible" for gap in gaps):
        lines.append(words("loading.empty", score=grid.score({})))
    return lines


def _band_named(name: str, words: Words) -> str:
    """A band as the file names it, with its name in the language where that is another."""
    translated = words.texts.get(f"said.{name.replace(' ', '_')}", name)
    return name if translated == name else f"{name} ({translated})"


def _spelt(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    return "" if value is None else str(value)


def _code(name: str) -> str:
    """A file's name between back quotes: what would end them, or start a line, is left out."""
    return re.sub(r"[`\x00-\x1f\x7f-\x9f\u2028\u2029]", "", name)

"""What a command shows: progress on stderr, texts, tables and JSON on stdout."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, TextIO, cast

from ..passwords import without_passwords

if TYPE_CHECKING:
    from ..grid.grid import Grid
    from ..language import Words
    from ..monthly.counted import Counted, Progress


PATIENCE = 2.0
"""Seconds after which it is said on stderr what is being done."""


class Progressing:
    """Shows on stderr what is being done, when it is a terminal or takes longer than two seconds."""

    def __init__(self, quiet: bool, words: Words) -> None:
        self.quiet, self.words = quiet, words

    def __enter__(self) -> Progress:
        import time

        self.start, self.status = time.perf_counter(), None
        if sys.stderr.isatty() and not self.quiet:
            from rich.console import Console

            self.status = Console(stderr=True).status(self.words("progress.start"))
            self.status.start()
        return self.say

    def say(self, stage: str) -> None:
        """Name the stage that begins."""
        import time

        words = self.words.name("progress", stage)
        if self.status is not None:
            self.status.update(words + " …")
        elif time.perf_counter() - self.start > PATIENCE:
            try:
                sys.stderr.write(f"[{time.perf_counter() - self.start:5.1f} s] {words} …\n")
                sys.stderr.flush()
            except OSError:  # closed or full: the work goes on, and what is said later may reach somebody
                pass

    def __exit__(self, *_: object) -> None:
        if self.status is not None:
            self.status.stop()
        try:
            sys.stderr.flush()
        except OSError:
            give_up(sys.stderr)


def rates_table(reading: Counted, words: Words) -> None:
    """Print the close rates of every level as a table."""
    rates, overall = reading.rates, reading.rates.overall
    counts = words("summary.counts", customers=overall.customers, leads=overall.leads)
    overall_rate = f"{words.percent(overall.value)} ({counts}, {words.between(overall.low, overall.high)})"
    columns = ("criterion", "level", "leads", "customers", "rate")
    heads = [words(f"column.{key}") for key in columns]
    heads += [words("terminal.interval"), words("column.shrunk"), words("column.lift"), words("terminal.lift_interval")]
    now = rates.so_far
    heads += [words("column.so_far")] if now else []
    last, rows = "", []
    for i, row in enumerate(cast(Any, rates.frame().itertuples())):
        if row.leads:
            rows.append(
                [
                    "" if row.criterion == last else row.criterion,
                    row.level,
                    words.count(row.leads),
                    words.count(row.customers),
                    words.percent(row.rate),
                    words.between(row.low, row.high),
                    words.percent(row.shrunk),
                    words.decimal(row.lift),
                    words.between(row.lift_low, row.lift_high, "decimal"),
                    *([f"{words.percent(now.rate[i])} ({words.between(now.low[i], now.high[i])})"] if now else []),
                    words("terminal.thin") if row.thin else words("terminal.differs") if row.distinct else "",
                ]
            )
            last = row.criterion
    table(words("terminal.rates", rate=overall_rate), [*heads, ""], rows)


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table of texts; columns whose cells begin with a digit or sign stand to the right."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(title=title, title_justify="left")
    for i, head in enumerate(heads):
        cells = [row[i] for row in rows if row[i]]
        grid.add_column(head, justify="right" if cells and all(c[0] in "0123456789+-" for c in cells) else "left")
    for row in rows:
        grid.add_row(*(Text(harmless(cell)) for cell in row))
    Console(width=None if sys.stdout.isatty() else 140).print(grid)


def say(text: str) -> None:
    """Print a text; spaces that may not break are of no use in a terminal, and a nuisance in a pipe."""
    sys.stdout.write(harmless(text.replace("\u00a0", " ")) + "\n")


def grid_for_day(path: str, at: date | None) -> Grid:
    """The grid of a file; with a day the one beside it that holds at any age, which is said on stderr."""
    from ..export.reading import read_grid_for
    from .flags import words_of

    grid, name, there = read_grid_for(path, at)
    if name:
        words = words_of(None)
        sys.stderr.write(harmless(words("terminal.any_age" if there else "terminal.any_age_missing", name=name)) + "\n")
    return grid


def say_json(value: object) -> None:
    """Print a value as JSON."""
    import json

    text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
    sys.stdout.write(re.sub(r"[\x7f-\x9f]", lambda sign: f"\\u{ord(sign[0]):04x}", text) + "\n")


def form_of(out: str) -> str:
    """The form of a page, html or md, by the suffix of its file; any other suffix as it is.

    >>> form_of("card.HTM"), form_of("grid.markdown"), form_of("grid.pdf")
    ('html', 'md', 'pdf')
    """
    suffix = PurePath(out).suffix.lstrip(".").casefold()
    return {"htm": "html", "markdown": "md"}.get(suffix, suffix)


def complain(text: str) -> None:
    """Say on stderr what went wrong; letters that would steer the terminal are shown, not sent."""
    try:
        sys.stderr.write(f"calibrate: {shortened(harmless(without_passwords(text)))}\n")
        sys.stderr.flush()
    except OSError:  # closed or full: nobody can be told
        give_up(sys.stderr)


def shortened(text: str) -> str:
    """A text in which no word is endless: of a name of thousands of letters the beginning and the end are enough.

    >>> len(shortened("'" + 5000 * "a" + "' is no file"))
    212
    """
    return _ENDLESS.sub(lambda word: f"{word[0][:150]}…{word[0][-50:]}", text)


_ENDLESS = re.compile(r"\S{500,}")
_STEERS_NOTHING = "\n\t\u00a0\u202f\u200c\u200d"
"""What does not print and steers no terminal: ends of lines, tabs, blanks that may not break, joiners of letters."""


def harmless(text: str) -> str:
    r"""A text whose control letters are written out: names of columns come from strangers.

    >>> harmless("a\x1b[2Jb"), harmless("12\u202f000\n")
    ('a\\x1b[2Jb', '12\u202f000\n')
    """
    if text.isprintable():
        return text
    return "".join(x if x.isprintable() or x in _STEERS_NOTHING else x.encode("unicode_escape").decode() for x in text)


def give_up(stream: TextIO) -> None:
    """Let what is still said to a closed or full stream go nowhere, so that leaving does not fail once more."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def any_encoding() -> None:
    """Let stdout and stderr write what their encoding lacks as escapes, instead of failing when the work is done.

    Where one of them was closed before we began, what is said goes nowhere, and no file takes its place.
    """
    if None in (sys.stdout, sys.stderr):
        while os.open(os.devnull, os.O_RDWR) < 2:
            pass
        sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
        sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError, OSError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]

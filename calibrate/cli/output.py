"""What a command shows: progress on stderr, texts, tables and JSON on stdout."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, cast

if TYPE_CHECKING:
    from ..monthly.counted import Counted, Progress


class Progressing:
    """Shows on stderr what is being done, when it is a terminal or takes longer than two seconds."""

    WORDS: ClassVar = {
        "open": "Reading the source",
        "propose": "Looking at the columns",
        "events": "Counting what leads did",
        "observe": "Judging which leads count",
        "count": "Counting leads per profile",
        "suspects": "Looking for leakage",
        "rates": "Estimating rates",
        "backtest": "Replaying on later leads",
        "candidates": "Making the grids",
        "compare": "Comparing",
        "frontier": "Fewer lines, more lines",
        "times": "Time to close",
        "constraints": "Judging what each constraint costs",
        "near": "Looking for grids nearly as good",
        "meeting": "Who changes sides",
        "notebook": "Running the notebook",
        "report": "Writing the report",
        "simulate": "Simulating leads",
        "score": "Scoring leads",
        "drift": "Looking at what moved",
    }

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet

    def __enter__(self) -> Progress:
        import time

        self.start, self.status = time.perf_counter(), None
        if sys.stderr.isatty() and not self.quiet:
            from rich.console import Console

            self.status = Console(stderr=True).status("Starting")
            self.status.start()
        return self.say

    def say(self, stage: str) -> None:
        """Name the stage that begins."""
        import time

        words = self.WORDS.get(stage, stage)
        if self.status is not None:
            self.status.update(words + " …")
        elif time.perf_counter() - self.start > 2:
            print(f"[{time.perf_counter() - self.start:5.1f} s] {words} …", file=sys.stderr)  # noqa: T201

    def __exit__(self, *_: object) -> None:
        if self.status is not None:
            self.status.stop()


def rates_table(reading: Counted) -> None:
    """Print the close rates of every level as a table."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    rates = reading.rates
    table = Table(title=f"Close rates: {rates.overall}", title_justify="left")
    for heading in ("criterion", "level", "leads", "customers", "rate", "95 %", "shrunk", "lift", "lift 95 %", ""):
        table.add_column(heading, justify="left" if heading in ("criterion", "level", "") else "right")
    last, rows = "", cast(Any, rates.frame().itertuples())
    for row in rows:
        if not row.leads:
            continue
        mark = "thin" if row.thin else "differs" if row.distinct else ""
        table.add_row(
            Text("" if row.criterion == last else harmless(row.criterion)),
            Text(harmless(row.level)),
            f"{row.leads:,}",
            f"{row.customers:,}",
            f"{row.rate:.1%}",
            f"{row.low:.1%}-{row.high:.1%}",
            f"{row.shrunk:.1%}",
            f"{row.lift:.2f}",
            f"{row.lift_low:.2f}-{row.lift_high:.2f}",
            mark,
        )
        last = row.criterion
    Console(width=None if sys.stdout.isatty() else 140).print(table)


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


def say_json(value: object) -> None:
    """Print a value as JSON."""
    import json

    text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
    sys.stdout.write(re.sub(r"[\x7f-\x9f]", lambda sign: f"\\u{ord(sign[0]):04x}", text) + "\n")


def complain(text: str) -> None:
    """Say on stderr what went wrong; letters that would steer the terminal are shown, not sent."""
    sys.stderr.write(f"calibrate: {harmless(text)}\n")


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


def any_encoding() -> None:
    """Let stdout and stderr write what their encoding lacks as escapes, instead of failing when the work is done."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError, OSError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]

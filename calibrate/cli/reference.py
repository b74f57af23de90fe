"""The table of flags in the README, made from the settings: `python -m calibrate.cli.reference`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from .flags import RUN_FLAGS, calibration_flags

START, END = "<!-- flags: written by python -m calibrate.cli.reference -->", "<!-- end of flags -->"


def flags_table() -> str:
    """One row per flag of a calibration, as Markdown.

    >>> print(flags_table().splitlines()[2])
    | `--table NAME` | table of a database, sheet of a workbook |
    """
    rows = ["| flag of `run`, `init`, `check`, `rates`, `compare` | meaning |", "|---|---|"]
    for name, flag in {**calibration_flags(), **RUN_FLAGS}.items():
        spelled = flag.__metadata__[0]
        text = spelled.help.rstrip(".")
        text = text[:1].lower() + text[1:] if text[1:2].islower() else text
        suffix = f" {spelled.metavar}" if spelled.metavar else ""
        spelling = str(spelled.default or "").partition("/")[
            0
        ]  # where typer keeps the first word of an annotated option
        word = spelling if spelling.startswith("--") else f"--{name.replace('_', '-')}"
        rows.append(f"| `{word}{suffix}` | {'of `run` alone: ' if name in RUN_FLAGS else ''}{text} |")
    return "\n".join(rows)


def with_flags_table(text: str) -> str:
    """The text with its table of flags written anew.

    Raises
    ------
    ValueError
        The text has no place for the table.
    """
    before, _, table = text.partition(START)
    _, end, after = table.partition(END)
    if not end:
        raise ValueError(f"there is no place for the table of flags: {START} … {END}")
    return f"{before}{START}\n{flags_table()}\n{END}{after}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the tables of the files that are named (that of this package where none is)."""
    for name in (sys.argv[1:] if arguments is None else arguments) or [str(Path(__file__).with_name("README.md"))]:
        path = Path(name)
        path.write_text(with_flags_table(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()

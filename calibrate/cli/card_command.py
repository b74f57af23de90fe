"""The command that writes the card of a grid."""

from __future__ import annotations

from typing import Annotated

import typer

from .flags import Option, words_of
from .output import form_of, say


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(card)


def card(
    grid: Annotated[str, typer.Argument(metavar="GRID.json")],
    out: Annotated[str, Option(metavar="FILE", help="Where to write: .html or .md.")],
    run: Annotated[
        str | None,
        Option(metavar="MONTH", help="The month's folder that judged the grid (default: the one that it lies in)."),
    ] = None,
    contact: Annotated[str, Option(metavar="TEXT", help="Whom a person may ask, printed on the card.")] = "",
    lang: Annotated[str | None, Option(help="Language of the card (default: the terminal's).")] = None,
) -> None:
    """One page for the data-protection officer and for a person who asks: purpose, data, logic, accuracy, limits."""
    from pathlib import Path

    from ..export.reading import read_grid
    from ..files import write_whole
    from ..monthly.run_file import read_run
    from ..report.card import card_page
    from ..report.run_schema import FILE

    words, weights = words_of(lang), read_grid(grid)
    folder = Path(run) if run else Path(grid).resolve().parent.parent
    month = read_run(folder) if run or (folder / FILE).is_file() else None
    write_whole(out, card_page(weights, words, form_of(out), month, contact).encode())
    say(words("terminal.wrote", path=out))

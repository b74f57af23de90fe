"""Notebooks run with parameters, and saved as one HTML page that needs no network.

A notebook names its parameters in the cell tagged `parameters`; given values are set in a cell behind it, as
papermill does. Run one from the shell with::

    python -m calibrate.notebook notebooks/monthly.ipynb --out reports/monthly.html settings=calibration.toml
"""

from __future__ import annotations

import html
import os
import sys
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ..errors import CalibrateError, InputError, MissingExtraError, SettingsError, unknown
from ..files import write_whole
from . import settings as spelling
from .settings import Settings

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #1c2733 }}
pre {{ background: #f5f7f9; padding: .6rem .8rem; overflow-x: auto; border-radius: 4px }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums }}
th, td {{ padding: .15rem .6rem; border-bottom: 1px solid #dde3e8; text-align: right }}
.prompt, .anchor-link {{ display: none }}
img, svg {{ max-width: 100% }}
</style>
</head>
<body>
{body}
</body>
</html>
"""
SECONDS = 600
MONTHLY = "monthly.ipynb"
SAVED = "notebook.html"
PLACES = (Path("notebooks"), Path(__file__).parents[2] / "notebooks", Path(__file__).parents[1] / "notebooks")
"""Where a notebook of ours is looked for: beside the user's work, in a checkout, in an installation."""


def execute(notebook: Path, parameters: Mapping[str, object], page: Path) -> Path:
    """Run a notebook with parameters in the working directory and write it with its outputs as an HTML page.

    Nothing is written when a cell fails. The notebook file itself stays as it is, without outputs.
    """
    nbclient, nbconvert, nbformat = _libraries()
    book = _read(notebook, nbformat)
    place = _parameter_cell(book)
    names = _assigned(book.cells[place].source)
    for name in parameters:
        if name not in names:
            raise SettingsError(f"{notebook}: {unknown('parameter', name, names)}")
    assignments = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
    book.cells.insert(place + 1, nbformat.v4.new_code_cell(assignments))
    client = nbclient.NotebookClient(
        book, timeout=SECONDS, kernel_name="python3", resources={"metadata": {"path": os.getcwd()}}, config=_private()
    )
    try:
        client.execute()
    except nbclient.exceptions.CellExecutionError as fault:
        raise InputError(f"{notebook}: a cell failed: {fault.ename}: {fault.evalue}") from None
    del book.cells[place + 1]
    exporter = nbconvert.HTMLExporter(template_name="basic", exclude_input_prompt=True, exclude_output_prompt=True)
    body, _ = exporter.from_notebook_node(book)
    write_whole(str(page), PAGE.format(title=html.escape(notebook.stem), body=body).encode())
    return page


def again(folder: Path, force: bool) -> dict[str, object]:
    """Parameters with which the monthly notebook repeats the run that a month's folder holds."""
    return {"settings": (folder / "calibration.toml").as_posix(), "force": force}


def find(name: str = MONTHLY) -> Path:
    """A notebook of ours; an error before any long work where it, or what runs it, is missing."""
    _libraries()
    for place in PLACES:
        if (place / name).is_file():
            return place / name
    places = ", ".join(str(place) for place in PLACES)
    raise InputError(f"there is no notebook '{name}' (looked in: {places})")


def _private() -> Any:
    """The kernel talks through files of this user, where the system has them, and not through open ports."""
    from traitlets.config import Config

    config = Config()
    if os.name == "posix":
        config.KernelManager.transport = "ipc"
    return config


def settings_of(path: str | Path, *, month: str | None = None, out: str | Path | None = None) -> Settings:
    """Settings of a file; with `month` ("2026-01") as the history stood on its last day, with `out` another folder."""
    settings = spelling.read(Path(path))
    if month:
        time = settings.time.model_copy(update={"as_of": last_day(month)})
        settings = settings.model_copy(update={"time": time})
    if out:
        settings = settings.model_copy(update={"report": settings.report.model_copy(update={"out": str(out)})})
    return settings


def last_day(month: str) -> date:
    """Last day of a month.

    >>> print(last_day("2024-02"))
    2024-02-29
    """
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise SettingsError(f"'{month}' is no month; write it as 2026-01") from None
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _libraries() -> tuple[Any, Any, Any]:
    try:
        import nbclient
        import nbconvert
        import nbformat
    except ImportError as fault:
        raise MissingExtraError(fault.name or "nbclient", "notebook") from None
    return nbclient, nbconvert, nbformat


def _read(notebook: Path, nbformat: Any) -> Any:
    try:
        return nbformat.read(notebook, as_version=4)
    except FileNotFoundError:
        raise InputError(f"there is no notebook '{notebook}'") from None
    except (OSError, ValueError, nbformat.reader.NotJSONError) as fault:
        raise InputError(f"'{notebook}' is not a readable notebook: {fault}") from None


def _parameter_cell(book: Any) -> int:
    for place, cell in enumerate(book.cells):
        if "parameters" in cell.metadata.get("tags", []):
            return place
    raise InputError("the notebook has no cell tagged 'parameters' to set the parameters behind")


def _assigned(source: str) -> list[str]:
    r"""Names that a cell assigns.

    >>> _assigned("settings = 'calibration.toml'  # where\nmonth: str | None = None")
    ['settings', 'month']
    """
    import ast

    names = []
    for node in ast.parse(source).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names += [target.id for target in targets if isinstance(target, ast.Name)]
    return names


def main(arguments: list[str] | None = None) -> int:
    """Run one notebook from the shell: NOTEBOOK --out FILE [NAME=VALUE ...]; 0 done, 2 wrong usage or input."""
    import argparse

    parser = argparse.ArgumentParser(prog="python -m calibrate.notebook", description=main.__doc__)
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="the HTML page to write")
    parser.add_argument("parameters", nargs="*", metavar="NAME=VALUE")
    options = parser.parse_intermixed_args(arguments)
    try:
        wrong = [pair for pair in options.parameters if "=" not in pair]
        if wrong:
            raise SettingsError(f"'{wrong[0]}' is not NAME=VALUE")
        values = dict(pair.split("=", 1) for pair in options.parameters)
        page = execute(options.notebook, values, options.out)
    except CalibrateError as fault:
        sys.stderr.write(f"calibrate: {fault}\n")
        return 2
    sys.stdout.write(f"Wrote {page}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""How the help is laid out: commands by what they are for, options by what they settle, an example under each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer
    from typer.models import CommandInfo

PANELS = {
    "Begin": {
        "demo": "demo",
        "run": "run leads.csv --customer Converted",
        "check": "check leads.csv --customer Converted",
        "init": "init leads.csv --customer Converted",
    },
    "Every month": {
        "status": "status reports",
        "adopt": "adopt reports/2026-11 sparse --by Claire --why 'agreed with sales'",
        "drift": "drift reports/2026-11/grids/adopted.json leads.csv --customer Converted",
        "trial": "trial plan --leads 200 --rate 0.05 --weeks 6",
    },
    "Look closer": {
        "rates": "rates leads.csv --customer Converted",
        "frontier": "frontier leads.csv --customer Converted",
        "compare": "compare leads.csv --customer Converted --grid ours=ours.json",
        "grid": "grid explain grid.json --out grid.html",
        "card": "card reports/2026-11/grids/adopted.json --out card.html",
    },
    "Put to work": {
        "export": "export grid.json --to hubspot --out grid.csv",
        "score": "score grid.json leads.csv --out scored.csv",
    },
}
"""What commands are for, in the order of the help, with an example each."""
PARTS = {
    "check": "grid check grid.json",
    "diff": "grid diff old.json new.json",
    "explain": "grid explain grid.json --out grid.html",
    "plan": "trial plan --leads 200 --rate 0.05 --weeks 6",
    "read": "trial read trial.csv",
}
"""Commands of groups, with an example each."""
SETTLED = {
    "data": "The data",
    "outcome": "Who is a customer",
    "time": "Time",
    "events": "What leads did",
    "columns": "The criteria",
    "texts": "The criteria",
    "candidates": "The grids",
    "thresholds": "From how many points to call",
    "feedback": "The report",
    "report": "The report",
}
"""What the options of a section of the settings settle."""
THIS_RUN = "This run"


def arrange(app: typer.Typer) -> None:
    """Put the commands of an app and its groups in their panels and order, with the example of each."""
    panels = {name: panel for panel, commands in PANELS.items() for name in commands}
    examples = {name: example for commands in PANELS.values() for name, example in commands.items()}
    order = list(panels)
    app.registered_commands.sort(key=lambda command: order.index(name_of(command)))
    for command in app.registered_commands:
        command.rich_help_panel = panels[name_of(command)]
        command.epilog = example_of(examples[name_of(command)])
    for group in app.registered_groups:
        group.rich_help_panel = panels[str(group.name)]
        parts = group.typer_instance.registered_commands if group.typer_instance else []
        for command in parts:
            command.epilog = example_of(PARTS[name_of(command)])


def name_of(command: CommandInfo) -> str:
    """The name by which a command is called."""
    return command.name or getattr(command.callback, "__name__", "").replace("_", "-")


def example_of(words: str) -> str:
    """The line under the help of a command.

    >>> example_of("demo")
    'Example: calibrate demo'
    """
    return f"Example: calibrate {words}"

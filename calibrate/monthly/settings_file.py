"""A commented `calibration.toml`, from which the same run can be repeated and edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import AoT, Table

from .addresses import without_secrets
from .settings import PATH, Settings, moved, options, sections

HEAD = (
    "Settings of this calibration. Edit them and run: calibrate run calibration.toml",
    "Paths are relative to this file. Lines that begin with # are choices left to calibrate.",
)

SECRETS = "An address was given with a password or a signature, which no file keeps: give it by the environment."


def settings_text(
    settings: Settings, folder: Path, notes: Mapping[str, Sequence[str]] | None = None, facts: Sequence[str] = ()
) -> str:
    """The text of a `calibration.toml` that stands in `folder`.

    `notes` gives comment lines for a column (its levels and cut points, why it was set aside), `facts` says what was
    found without being named.
    """
    there = moved(settings, Path(), folder)
    help_of = {(option.section, option.key): option.field.description or "" for option in options()}
    head = tomlkit.document()
    public = _public(there)
    if public != there:
        head.add(tomlkit.comment(SECRETS))
        there = public
    for line in (*HEAD, *facts):
        head.add(tomlkit.comment(_one_line(line)))
    head.add(tomlkit.nl())
    head.add("schema", tomlkit.item(1))
    pieces = [head.as_string()]
    for name in sections():
        values = getattr(there, name).model_dump(mode="python")
        table = _table(values, {key: help_of[name, key] for key in values})
        pieces.append(tomlkit.document().add(name, table).as_string())
    pieces += [_entry("pin", pin.model_dump()) for pin in there.pin]
    decided = {criterion.column: criterion for criterion in there.criterion}
    for column in dict.fromkeys((*decided, *(notes or {}))):
        comments = "".join(f"# {_one_line(note)}\n" for note in (notes or {}).get(column, ()))
        pieces.append(comments + (_entry("criterion", decided[column].model_dump()) if column in decided else ""))
    return "\n".join(pieces)


def _public(settings: Settings) -> Settings:
    """The same settings with addresses as a file may keep them."""
    for option in options():
        if PATH in option.field.metadata:
            part = getattr(settings, option.section)
            path = getattr(part, option.key)
            if isinstance(path, str) and path != without_secrets(path):
                part = part.model_copy(update={option.key: without_secrets(path)})
                settings = settings.model_copy(update={option.section: part})
    return settings


def toml(value: object) -> str:
    r"""A TOML value: texts are escaped, so that no column name can break out of its quotes.

    >>> print(toml(("a", 'b"\n')), toml(True), toml({"x y": 1}))
    ["a", "b\"\n"] true {"x y" = 1}
    """
    text: str = tomlkit.item(_plain(value)).as_string()
    return text


def _plain(value: object) -> Any:
    """The value with lists and inline tables as TOML writes them."""
    if isinstance(value, Mapping):
        table = tomlkit.inline_table()
        table.update({str(key): _plain(inner) for key, inner in value.items()})
        return table
    return [_plain(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def _table(values: Mapping[str, Any], help_of: Mapping[str, str]) -> Table:
    """One `key = value` per value with its help; a value not given stands as a comment."""
    table = tomlkit.table()
    for key, value in values.items():
        note = help_of.get(key, "")
        if value is None:
            table.add(tomlkit.comment(f"{key} =" + (f"  # {note}" if note else "")))
            continue
        item = tomlkit.item(_plain(value))
        if note:
            item.comment(note)
            item.trivia.comment_ws = "  "
        table.add(key, item)
    return table


def _entry(name: str, values: Mapping[str, Any]) -> str:
    """One `[[name]]` with the values that are given."""
    table = _table({key: value for key, value in values.items() if value is not None}, {})
    return tomlkit.document().add(name, AoT([table])).as_string()


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)

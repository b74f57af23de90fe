"""Texts as cells that no spreadsheet runs as a formula, and back: an apostrophe stands before what it would run.

A text that begins with an apostrophe gets another one, so that every text comes back as it was.
"""

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula, or of a text."""


def safe(text: str) -> str:
    """The text as a cell that no spreadsheet runs.

    >>> [safe(text) for text in ("SaaS", "=1+1", "'quoted'")]
    ['SaaS', "'=1+1", "''quoted'"]
    """
    return f"'{text}" if text.startswith(RISKY) else text


def unsafe(cell: str) -> str:
    """The text of a cell written by `safe`.

    >>> [unsafe(safe(text)) for text in ("SaaS", "=1+1", "'quoted'")]
    ['SaaS', '=1+1', "'quoted'"]
    """
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(RISKY) else cell

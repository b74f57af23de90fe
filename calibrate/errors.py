"""Every error a user can cause, each with its remedy.

An error says what is wrong, where, and how to mend it. The command line prints it as one message
and leaves with exit code 2; anything else that escapes is a fault of ours (exit code 1).
"""

from __future__ import annotations

import difflib
import errno
from collections.abc import Callable, Iterable

SHOWN = 80
"""Letters of a name that does not exist that are repeated."""


class CalibrateError(Exception):
    """A fault in what the user gave; the text is complete and needs no traceback."""


class InputError(CalibrateError):
    """The data cannot be read, or a named column or table is not in it."""


class HistoryError(CalibrateError):
    """The data can be read but is no lead history: outcome, dates, ids or maturity do not work."""


class SettingsError(CalibrateError):
    """A settings file, a flag or an option is wrong."""


class GridError(CalibrateError):
    """A grid file is broken, or does not fit the data it should score."""


class ExportError(CalibrateError):
    """The target format cannot carry the grid."""


class MissingExtraError(CalibrateError):
    """An optional library is not installed."""

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(
            f"this needs {library}, which is not installed. Install it with: pip install 'calibrate-leads[{extra}]'"
        )


class CalibrateWarning(UserWarning):
    """Legal but risky input: few leads, many already closed at the observation moment, and so on."""


def unknown(what: str, name: str, allowed: Iterable[str]) -> str:
    """Sentence for a name that does not exist, with the nearest right one and the list.

    >>> unknown("weighting method", "lfit", ["lift", "logistic"])
    "no weighting method named 'lfit'. Did you mean 'lift'? Known: lift, logistic."
    """
    names = list(allowed)
    folded = {candidate.casefold(): candidate for candidate in names}
    close = difflib.get_close_matches(name[:SHOWN].casefold(), list(folded), n=1, cutoff=0.6)
    hint = f" Did you mean '{folded[close[0]]}'?" if close else ""
    choices = ", ".join(names[:40]) + (f" and {len(names) - 40} more" if len(names) > 40 else "")
    return f"no {what} named '{name[:SHOWN]}'.{hint} Known: {choices or 'none'}."


MISSING = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EACCES, errno.EPERM, errno.ENAMETOOLONG})
"""What the machine says of a file that is not there, or not ours to read."""


STOPS: list[int] = []
"""Signals by which this process was told to end: whatever is refused since then may be a consequence of them."""


ENGINES: list[Callable[[], None]] = []
"""What ends each statement that an engine in this process works on: called where a signal comes, before all else."""


def end_statements() -> None:
    """Let the engines end what they work on; DuckDB else waits for it where a signal becomes an exception."""
    for end in tuple(ENGINES):
        end()


def by_machine(fault: BaseException | None) -> bool:
    """Whether an error comes of the machine (a full or broken disk, a signal to end), and not of what was given.

    >>> by_machine(InputError("no such column")), by_machine(OSError(errno.ENOSPC, "No space left on device"))
    (False, True)
    """
    if STOPS:
        return True
    while fault is not None:
        if isinstance(fault, MemoryError) or (isinstance(fault, OSError) and fault.errno not in {None, *MISSING}):
            return True
        fault = fault.__cause__ or fault.__context__
    return False

"""A command line run in this process, and what is wrong with how it ended."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Sequence

from calibrate.cli.app import main


def ended(words: Sequence[str]) -> tuple[int, str, str]:
    """Exit code, what was printed and what was complained of; a warning of a library is a fault of ours."""
    out, err = io.StringIO(), io.StringIO()
    code: object = None
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            main(list(words))
        except SystemExit as leaving:
            code = leaving.code
    return int(str(code or 0)), out.getvalue(), err.getvalue()


def fault_in(words: Sequence[str], codes: Sequence[int] = (0, 2)) -> str:
    """What is wrong: a traceback, another exit code, a refusal without or with more than a message; or nothing."""
    code, out, err = ended(words)
    if code == 1 or "Traceback" in err:
        lines = [line.strip() for line in err.splitlines() if line.strip().startswith("File")]
        last = [line for line in err.splitlines() if (line[:1].isalpha() and "Error" in line) or "Warning" in line]
        return f"{' '.join(last[-1:])[:200]} < {' < '.join(line[-90:] for line in reversed(lines[-4:]))}"
    if code not in codes:
        return f"exit {code}, not {codes}: {(err or out)[:300]}"
    if code == 2 and (not err.strip() or out.strip()):
        return f"refused without a message, or after printing: {err[:200]!r} {out[:200]!r}"
    return ""

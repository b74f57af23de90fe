"""Compiled templates beside compiled modules: made once, read by every later run, gone with them.

As with modules nothing is written where Python is told not to (`PYTHONDONTWRITEBYTECODE`) or may not, and what was
compiled from another text, or for another version of Python or Jinja, counts for nothing.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path

from jinja2 import __version__ as jinja_version
from jinja2.bccache import Bucket, BytecodeCache

JINJA = jinja_version.replace(".", "_")


class BesideModules(BytecodeCache):
    """Templates of a folder, compiled, where Python would keep modules of that folder compiled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, key: str) -> Path:
        """The file of a template by Jinja's key for it."""
        return Path(cache_from_source(str(self.folder / f"{key}.jinja-{JINJA}.py")))

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read what is there; nothing where there is none, or it is not whole."""
        try:
            with self.path(bucket.key).open("rb") as file:
                bucket.load_bytecode(file)
        except Exception:  # noqa: BLE001: not there, or cut off anywhere: it is compiled anew
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write it whole or not at all, where that can be."""
        if sys.dont_write_bytecode:
            return
        path = self.path(bucket.key)
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(exist_ok=True)
            fresh.write_bytes(bucket.bytecode_to_string())
            fresh.replace(path)
        except OSError:
            with suppress(OSError):
                fresh.unlink()

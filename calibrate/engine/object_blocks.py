"""What DuckDB reads of objects in a store: bytes by their place, in blocks that are fetched once and kept on disk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import InputError
from .duckdb import Connection

BLOCK = 4 * 2**20
"""Bytes that are fetched at least; neighbours that are wanted come together."""


class Changed(Exception):  # a word between two files, never seen by a user
    """The object is not the one that was opened."""


class Blocks:
    """The bytes of one object; those that were fetched stand in a sparse file.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     blocks = Blocks(lambda start, stop: bytes(range(start, stop)), 100, Path(folder) / "x", "s3://b/x")
    ...     list(blocks.read(10, 3)), len(blocks.read(90, 50))
    ([10, 11, 12], 10)
    """

    def __init__(self, fetch: Callable[[int, int], bytes], size: int, path: Path, address: str) -> None:
        self.size, self._fetch, self._path, self._address = size, fetch, path, address
        self._stored: set[int] = set()
        self._lock = threading.Lock()
        path.touch()

    def read(self, start: int, count: int) -> bytes:
        """So many bytes from a place on, or those that there are."""
        stop = min(start + count, self.size)
        if start >= stop:
            return b""
        with self._lock, self._path.open("r+b") as file:
            for first, last in self._missing(start // BLOCK, (stop - 1) // BLOCK):
                begin, end = first * BLOCK, min((last + 1) * BLOCK, self.size)
                content = self._fetch(begin, end)
                if len(content) != end - begin:
                    raise InputError(
                        f"{self._address}: {len(content):,} bytes came of {end - begin:,}; the file was cut or changed "
                        "on its way: run again"
                    )
                file.seek(begin)
                file.write(content)
                self._stored.update(range(first, last + 1))
            file.seek(start)
            return file.read(stop - start)

    def _missing(self, first: int, last: int) -> list[tuple[int, int]]:
        """Runs of blocks between two, which included, that are not stored."""
        runs: list[tuple[int, int]] = []
        for block in range(first, last + 1):
            if block in self._stored:
                continue
            if runs and runs[-1][1] == block - 1:
                runs[-1] = (runs[-1][0], block)
            else:
                runs.append((block, block))
        return runs


class _BlockFile:
    """An open object as DuckDB handles it."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks, self._place = blocks, 0

    def seek(self, place: int, whence: int = 0) -> int:
        self._place = place + (0, self._place, self._blocks.size)[whence]
        return self._place

    def tell(self) -> int:
        return self._place

    def read(self, count: int = -1) -> bytes:
        content = self._blocks.read(self._place, self._blocks.size if count < 0 else count)
        self._place += len(content)
        return content

    def close(self) -> None:
        pass


def registered(connection: Connection, blocks: Mapping[str, Blocks]) -> str:
    """The protocol under which DuckDB reads these objects by their paths, as in ``objects1://0/leads.parquet``."""
    from fsspec import AbstractFileSystem

    name = connection.free_name("objects").replace("_", "").replace(" ", "")
    opened = datetime(2000, 1, 1, tzinfo=UTC)

    class _Objects(AbstractFileSystem):  # type: ignore[misc]  # fsspec has no types
        protocol = name
        cachable = False

        def open(self, path: str, mode: str = "rb", **_: Any) -> _BlockFile:
            return _BlockFile(blocks[path.partition("://")[2]])

        def info(self, path: str, **_: Any) -> dict[str, Any]:
            return {"name": path, "size": blocks[path.partition("://")[2]].size, "type": "file"}

        def exists(self, path: str, **_: Any) -> bool:
            return path.partition("://")[2] in blocks

        def glob(self, path: str, **_: Any) -> list[str]:
            return [path]

        def modified(self, path: str) -> datetime:
            return opened

    connection.raw.register_filesystem(_Objects())
    return name

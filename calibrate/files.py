"""Files that are written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from .errors import InputError


def write_whole(out: str, content: bytes) -> None:
    """A file with this content, whole or not at all."""
    target = Path(out)
    part = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(target)
    except OSError as fault:
        part.unlink(missing_ok=True)
        raise InputError(f"'{out}' cannot be written: {fault.strerror}. Choose another file with --out") from None

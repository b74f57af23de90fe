"""Files in an object store or behind a web address, through the file systems of fsspec (extra ``[cloud]``).

Parquet is read where it lies, in blocks (`object_blocks.py`); every other file is copied once into the private folder
of the session and read as a file of this machine. Rights come from the environment alone, as the stores' own tools
take them: AWS_PROFILE or AWS_ACCESS_KEY_ID, GOOGLE_APPLICATION_CREDENTIALS, AZURE_STORAGE_ACCOUNT_KEY and so on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ..errors import InputError, MissingExtraError
from .duckdb import Connection, DuckTable
from .files import PARQUET, Asked, open_file, open_parquet
from .object_blocks import Blocks, Changed, registered
from .object_faults import fault_of
from .sql import literal
from .table import OBJECTS, Fact, shown

WEB = ("http", "https")
PATIENCE = 30
"""Seconds after which a store that does not answer is given up."""


@dataclass(frozen=True)
class Object:
    """One file of a store or (`web`) of a web server: how it is reached, and what its bytes are known by."""

    system: Any
    path: str
    address: str
    size: int | None
    tag: str
    web: bool

    @property
    def name(self) -> str:
        """The last part of its path, as a file of this machine may be called."""
        return name_of(self.path)

    def is_parquet(self) -> bool:
        """Whether its name says so."""
        return self.name.lower().endswith(PARQUET)

    def gives_parts(self) -> bool:
        """Whether some of its bytes can be asked for: every store does, and most web servers."""
        if not self.web or self.size is None:
            return not self.web
        try:
            with _speaking(self.address), self.system.open(self.path, cache_type="none", size=self.size) as file:
                file.seek(1)
                return len(file.read(4)) == 4
        except InputError:
            return False


def is_object(source: str) -> bool:
    """Whether an address is one of a store or of the web.

    >>> is_object("s3://bucket/leads.csv"), is_object("postgresql://host/base#leads"), is_object("leads.csv")
    (True, False, False)
    """
    scheme, mark, _ = source.partition("://")
    return bool(mark) and scheme.lower() in OBJECTS


def name_of(path: str) -> str:
    """What a file is called at the end of a path or an address.

    >>> name_of("https://host/a/le%20ads.csv?key=1"), name_of("bucket/x/")
    ('le ads.csv', 'x')
    """
    scheme, mark, _ = path.partition("://")
    plain = unquote(path.partition("?")[0]) if mark and scheme in WEB else path
    return plain.rstrip("/").rpartition("/")[2].replace("\0", "")[-200:] or "object"


def open_object(
    connection: Connection, address: str, *, table: str | None = None, options: Asked | None = None
) -> DuckTable:
    """A table over a file, a folder of Parquet files or a pattern in a store: ``s3://bucket/leads/*.parquet``.

    Raises InputError, in one message without anything secret, where there is nothing, no right, no answer in time, or
    fewer bytes than the store says; MissingExtraError without the extra.
    """
    options = options or Asked()
    place, _, sheet = address.partition("#")
    objects, facts = find(place)
    if not all(entry.is_parquet() for entry in objects):
        if len(objects) > 1:
            raise InputError(
                f"{shown(place)}: read as a pattern it takes {len(objects)} files; only Parquet files can be read "
                "together: join the others into one file first"
            )
        single = _open_copy(connection, objects[0], table or sheet or None, options)
        return replace(single, facts=(*facts, *single.facts))
    tags = "\n".join(f"{entry.name} {entry.size} {entry.tag}" for entry in objects)
    places, folder = [], _folder(connection)
    if all(entry.gives_parts() for entry in objects):
        blocks = {f"{i}/{entry.name}": _blocks(entry, folder / f"{i}.blocks") for i, entry in enumerate(objects)}
        protocol = registered(connection, blocks)
        places = [f"{protocol}://{path}" for path in blocks]
    else:
        places = [str(_copied(entry, folder / f"{i}-{entry.name}")) for i, entry in enumerate(objects)]
    try:
        return open_parquet(
            connection,
            shown(place),
            [literal(path).sql("duckdb") for path in places],
            options,
            facts=facts,
            fingerprint=lambda: hashlib.sha256(tags.encode()).hexdigest(),
        )
    except InputError:
        for entry in objects:
            _refuse_other_than_parquet(entry)
        raise


def _refuse_other_than_parquet(entry: Object) -> None:
    """Raise InputError where an object does not begin as a Parquet file does."""
    with _speaking(entry.address), entry.system.open(entry.path, "rb", cache_type="none") as file:
        start = bytes(file.read(START))
    _refuse_page(entry, start)
    if not start.startswith(b"PAR1"):
        raise InputError(f"{shown(entry.address)}: is no Parquet file, though its name says so; check the address")


START = 200
"""Bytes by which a page is told from a file."""
_PAGE = (b"<!doctype html", b"<html", b"<head")


def _refuse_page(entry: Object, start: bytes) -> None:
    """Raise InputError where a web server has sent a page for people, such as one to log in, in place of a file."""
    if entry.web and start.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_PAGE):
        raise InputError(
            f"{shown(entry.address)}: a page came in place of the file; does the address ask for a login? Name the "
            "address of the file itself, or download it first"
        )


def fetched(connection: Connection, address: str) -> Path:
    """A copy of one object in the private folder, under its own name."""
    objects, _ = find(address)
    if len(objects) != 1:
        raise InputError(f"{shown(address)}: these are {len(objects)} files; name one of them")
    return _copied(objects[0], _folder(connection) / objects[0].name)


def find(address: str) -> tuple[list[Object], tuple[Fact, ...]]:
    """The objects at an address, in the order of their names, and how many a pattern takes."""
    with _speaking(address):
        system, path = _reached(address)
        web = address.partition("://")[0].lower() in WEB
        pattern = "*" in path.partition("?")[0] if web else any(mark in path for mark in "*?[")
        if pattern and (web or not system.exists(path)):
            paths = sorted(system.glob(path))
            if not paths:
                raise InputError(f"{shown(address)}: no file of this pattern; check the address")
            facts = (Fact("pattern", {"pattern": name_of(path), "files": len(paths)}),)
            return [_object(system, entry, address) for entry in paths], facts
        if not web and system.isdir(path):
            paths = sorted(entry for entry in system.find(path) if entry.lower().endswith(PARQUET))
            if not paths:
                raise InputError(f"{shown(address)}: no Parquet files here; name a CSV or Parquet file")
            return [_object(system, entry, address) for entry in paths], ()
        return [_object(system, path, address)], ()


def _object(system: Any, path: str, address: str) -> Object:
    told = system.info(path)
    web = address.partition("://")[0].lower() in WEB
    keys = ("ETag", "etag", "md5Hash", "Content-MD5", "LastModified", "last_modified", "Last-Modified", "mtime")
    tag = next((str(told[key]) for key in keys if told.get(key)), "")
    size = None if told.get("size") is None else int(told["size"])
    return Object(system, path, address, size, tag, web)


def _reached(address: str) -> tuple[Any, str]:
    """The file system of an address, and the path in it; a public bucket needs no rights."""
    scheme = address.partition("://")[0].lower()
    try:
        from fsspec.core import url_to_fs

        options = {"use_listings_cache": False, **_patience(scheme)}
        system, path = url_to_fs(address, **options)
        if scheme in ("s3", "s3a"):
            system.retries = 2
            if not _has_rights(system):
                system, path = url_to_fs(address, anon=True, **options)
                system.retries = 2
    except ImportError as error:
        raise MissingExtraError(_library(error, scheme), "cloud") from error
    except ValueError as error:
        if "Protocol not known" in str(error) and scheme in LIBRARIES:  # some name their schemes when installed
            raise MissingExtraError(LIBRARIES[scheme], "cloud") from error
        raise
    return system, str(path)


LIBRARIES = {
    **dict.fromkeys(WEB, "aiohttp"),
    **dict.fromkeys(("s3", "s3a"), "s3fs"),
    **dict.fromkeys(("gs", "gcs"), "gcsfs"),
    **dict.fromkeys(("abfs", "abfss", "az"), "adlfs"),
}
"""What gives fsspec the file system of a scheme."""


def _library(error: ImportError, scheme: str) -> str:
    return (error.name or LIBRARIES.get(scheme, "fsspec")).partition(".")[0]


def _patience(scheme: str) -> dict[str, Any]:
    """How long a store may take, in the words of its file system."""
    if scheme in WEB:
        from aiohttp import ClientTimeout

        return {"client_kwargs": {"timeout": ClientTimeout(total=None, sock_connect=PATIENCE, sock_read=PATIENCE)}}
    if scheme in ("s3", "s3a"):
        retries = {"total_max_attempts": 1}  # s3fs asks again by itself
        return {"config_kwargs": {"connect_timeout": PATIENCE, "read_timeout": PATIENCE, "retries": retries}}
    if scheme in ("abfs", "abfss", "az"):
        return {"connection_timeout": PATIENCE, "read_timeout": PATIENCE}
    return {}


def _has_rights(system: Any) -> bool:
    """Whether the environment of S3 names anybody; the first call that is signed would tell."""
    from fsspec.asyn import sync

    async def _named() -> bool:
        await system.set_session()
        return await system.session.get_credentials() is not None

    return bool(sync(system.loop, _named))


def _folder(connection: Connection) -> Path:
    folder = connection.folder / connection.free_name("objects")
    folder.mkdir()
    return folder


def _blocks(entry: Object, path: Path) -> Blocks:
    def fetch(start: int, stop: int) -> bytes:
        with _speaking(entry.address):
            content = entry.system.cat_file(entry.path, start=start, end=stop)
            if not entry.web and _object(entry.system, entry.path, entry.address).tag != entry.tag:
                raise Changed
        return bytes(content)

    return Blocks(fetch, entry.size or 0, path, shown(entry.address))


def _copied(entry: Object, target: Path) -> Path:
    """The whole object on this machine; InputError where fewer bytes come than the store says."""
    with _speaking(entry.address):
        entry.system.get_file(entry.path, str(target))
    size = target.stat().st_size
    if entry.size is not None and size != entry.size and not entry.web:  # a web server may pack what it sends
        raise InputError(
            f"{shown(entry.address)}: {size:,} bytes came of {entry.size:,}; the file was cut or changed on its way: "
            "run again"
        )
    with target.open("rb") as file:
        _refuse_page(entry, file.read(START))
    return target


def _open_copy(connection: Connection, entry: Object, sheet: str | None, options: Asked) -> DuckTable:
    """A table over a copy, which goes once its rows are in the engine; faults name the address."""
    copy = _copied(entry, _folder(connection) / entry.name)
    try:
        table = open_file(connection, str(copy), table=sheet, options=options)
    except InputError as error:
        raise InputError(str(error).replace(str(copy), shown(entry.address))) from error
    with copy.open("rb") as file:
        stays = file.read(4) == b"PAR1"
    if not stays:
        copy.unlink()
    return table


@contextmanager
def _speaking(address: str) -> Iterator[None]:
    """Whatever a store says of a fault becomes one message that names the address without what is secret in it."""
    try:
        yield
    except (InputError, MissingExtraError, MemoryError):
        raise
    except Changed:
        raise InputError(f"{shown(address)}: was changed while it was read; run again") from None
    except Exception as fault:
        raise fault_of(fault, address) from None

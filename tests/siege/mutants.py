"""Seeded mutants of files: bytes flipped, cut, inserted and moved; fields of texts, of JSON and of archives swapped."""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

Mutator = Callable[[bytes, random.Random], bytes]

ODD_TEXTS = (
    "", " ", "\u00a0", "0", "-0", "-1", "1e400", "-1e-400", "NaN", "inf", "-Infinity", "9" * 40, "9" * 400, "1" * 5000,
    "0x1F", "1_000", "1.234.567,89", "1,234,567.89", "٣٤٥", "Ⅻ", "²/³", "½", "12%", "true", "null", "None", "\\N",
    "0000-00-00", "0001-01-01", "1899-12-30", "1900-02-29", "1969-12-31", "2025-02-30", "2206-01-05", "9999-12-31",
    "10000-01-01", "-4713-01-01", "31/12/9999", "2025-13-45", "2025-01-01T25:61:61", "2025-01-01T00:00:00+99:99",
    "20250101", "45658", "1735689600", "1735689600000", "253402300800", "infinity", "now", "epoch", "24:00",
    "=1+1", "@SUM(A1)", "<script>alert(1)</script>", "'; DROP TABLE leads; --", '"', '""', "'", "\\", "a\tb", "a;b,c|d",
    "\x1b[2J", "\u202e", "\ufeff", "\ud7ff", "🧨", "x" * 70_000, "é" * 300, "[", "{", "{}", "[1,2", "../../etc/passwd",
    "yes", "no", "oui", "Closed Won", "lost", "open", "id", "L1", "L1.0", "NULL", "#REF!", "#N/A",
)  # fmt: skip
ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, -(2**63), 10**25, 10**400, 1e308, float("inf"), float("nan"), "", "x", "1", "-",
    "9999-12-31", "0001-01-01", "not a date", "x" * 5000, "\x00", "\x1b[2J", [], [[]], [None], [1, 2, 3], {}, {"a": 1},
    {"": None}, [{}], "=1+1", 1.5, -1e-300, {"level": 1, "points": "x"},
)  # fmt: skip


def flipped(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def inserted(content: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(content) + 1)
    piece = chance.choice((b"\0", b"\n", b"\r", b'"', b"\xff\xfe", b"\x80", b"\xef\xbb\xbf", b"PK\x03\x04",
                           chance.randbytes(chance.randrange(1, 40)), b"," * 50, b"9" * 400))  # fmt: skip
    return content[:place] + piece + content[place:]


def moved(content: bytes, chance: random.Random) -> bytes:
    """A piece taken out, written twice, blanked, or put elsewhere."""
    low = chance.randrange(len(content))
    high = min(len(content), low + chance.choice((1, 4, 30, 500)))
    piece, place = content[low:high], chance.randrange(len(content))
    return chance.choice((
        content[:low] + content[high:], content[:high] + piece + content[high:],
        content[:low] + b"\0" * len(piece) + content[high:], content[:place] + piece + content[place:],
    ))  # fmt: skip


def bytes_of(content: bytes, chance: random.Random) -> bytes:
    return chance.choice((flipped, flipped, cut, inserted, moved))(content, chance)


def fields(separator: str, encoding: str = "utf-8") -> Mutator:
    """Fields of separated lines swapped, replaced, taken out; lines lost, repeated, without their end."""

    def mutate(content: bytes, chance: random.Random) -> bytes:
        rows = [line.split(separator) for line in content.decode(encoding).split("\n")]
        for _ in range(chance.choice((1, 1, 3, 10, 60))):
            row, way = chance.choice(rows), chance.randrange(7)
            place = chance.randrange(len(row))
            if way == 0:
                row[place], row[-1] = row[-1], row[place]
            elif way == 1:
                rows.insert(chance.randrange(len(rows)), list(row))
            elif way == 2 and len(rows) > 2:
                rows.remove(row)
            elif way == 3 and len(row) > 1:
                del row[place]
            elif way == 4:  # one answer everywhere in a column
                odd = chance.choice(ODD_TEXTS)
                for record in rows[1:]:
                    if place < len(record):
                        record[place] = odd
            else:
                row[place] = chance.choice(ODD_TEXTS)
        return "\n".join(separator.join(row) for row in rows).encode(encoding, "replace")

    return mutate


def words(content: bytes, chance: random.Random) -> bytes:
    """Words and numbers of any text replaced."""
    text = content.decode("utf-8", "replace")
    for _ in range(chance.choice((1, 1, 3, 10))):
        starts = [i for i in range(len(text)) if text[i].isalnum() and not (i and text[i - 1].isalnum())]
        if not starts:
            break
        low = chance.choice(starts)
        high = low
        while high < len(text) and text[high].isalnum():
            high += 1
        text = text[:low] + chance.choice(ODD_TEXTS) + text[high:]
    return text.encode("utf-8", "replace")


def _leaves(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a JSON value with every key or place in it."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(items):
        yield value, key
        yield from _leaves(inner)


def tree(content: bytes, chance: random.Random) -> bytes:
    """Values of a JSON text replaced, taken out, nested, exchanged."""
    body = json.loads(content)
    for _ in range(chance.choice((1, 1, 1, 3, 8))):
        places = list(_leaves(body))
        if not places:
            break
        container, key = chance.choice(places)
        way = chance.randrange(6)
        if way == 0:
            del container[key]
        elif way == 1:
            container[key] = [container[key]]
        elif way == 2:
            elsewhere, name = chance.choice(places)
            try:
                container[key] = json.loads(json.dumps(elsewhere[name]))
            except (KeyError, IndexError):  # it was taken out before
                container[key] = None
        else:
            container[key] = chance.choice(ODD_VALUES)
    return json.dumps(body, ensure_ascii=chance.random() < 0.5).encode("utf-8", "replace")


def json_lines(content: bytes, chance: random.Random) -> bytes:
    lines = content.splitlines()
    for _ in range(chance.choice((1, 3, 20))):
        place = chance.randrange(len(lines))
        try:
            lines[place] = tree(lines[place], chance)
        except ValueError:
            continue
    return b"\n".join(lines) + b"\n"


def members(inner: Mutator = words) -> Mutator:
    """A member of a zip archive changed, renamed, lost or written twice, and all packed again."""

    def mutate(content: bytes, chance: random.Random) -> bytes:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        name = chance.choice([name for name in parts if parts[name]])
        way = chance.randrange(8)
        if way == 0:
            del parts[name]
        elif way == 1:
            parts[name + "x"] = parts.pop(name)
        elif way == 2:
            parts[name] = bytes_of(parts[name], chance)
        else:
            parts[name] = inner(parts[name], chance)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, data in parts.items():
                archive.writestr(part, data)
        return packed.getvalue()

    return mutate


def unpacked(inner: Mutator) -> Mutator:
    """The text in a gzip file changed and packed again."""
    return lambda content, chance: gzip.compress(inner(gzip.decompress(content), chance), mtime=0)


def mutants(content: bytes, number: int, ways: tuple[Mutator, ...], seed: str) -> Iterator[bytes]:
    """So many mutants, the same for the same seed; half by bytes, half by the ways of the format."""
    for i in range(number):
        chance = random.Random(f"{seed}-{i}")
        way = chance.choice(ways) if ways and i % 2 else bytes_of
        try:
            yield way(content, chance)
        except RecursionError:
            continue

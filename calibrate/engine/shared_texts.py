"""The texts that the cells of a workbook share, read in one pass and kept packed.

Five million of them take ten seconds and a hundred megabytes; how many there are is not believed, but counted.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import IO, overload
from xml.parsers import expat

from ..errors import InputError
from .limits import MOST_STRINGS, check_cell

_SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_ITEM, _TEXT, _RUN = (f"{_SPACE} {name}" for name in ("si", "t", "r"))


class PackedTexts(Sequence[str]):
    """Texts one behind the other in UTF-8, each found by its place.

    >>> texts = PackedTexts()
    >>> for text in ("Bank", "", "Müller"):
    ...     texts.add(text)
    >>> len(texts), texts[0], texts[1], texts[-1]
    (3, 'Bank', '', 'Müller')
    """

    def __init__(self) -> None:
        self._bytes, self._ends = bytearray(), array("Q", [0])

    def add(self, text: str) -> None:
        """One more text at the end."""
        self._bytes += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._bytes))

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(len(self)))]
        place = range(len(self))[place]
        return self._bytes[self._ends[place] : self._ends[place + 1]].decode("utf-8", "surrogatepass")


def read_texts(path: Path, source: IO[bytes]) -> PackedTexts:
    """The shared texts of a workbook; what is spoken beside a text (rPh) is no part of it.

    Raises InputError where they are more than anybody's leads have, or a document type is declared (an entity could
    unpack to anything), and ExpatError where they are no XML.
    """
    texts, above, pieces = PackedTexts(), [""], list[str]()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def begin(name: str, _: dict[str, str]) -> None:
        if name == _TEXT and above[-1] in (_ITEM, _RUN):
            parser.CharacterDataHandler = pieces.append
        above.append(name)

    def end(name: str) -> None:
        above.pop()
        if name == _TEXT:
            parser.CharacterDataHandler = None
        elif name == _ITEM:
            text = "".join(pieces).replace("x005F_", "")
            pieces.clear()
            check_cell(f"{path}: sheet with shared texts", len(text))
            texts.add(text)
            if len(texts) > MOST_STRINGS:
                raise InputError(f"{path}: more than {MOST_STRINGS:,} different texts; save the sheet as CSV")

    def refuse(*_: object) -> None:
        raise InputError(
            f"{path}: its shared texts declare a document type, as no workbook does; save it again as .xlsx"
        )

    parser.StartElementHandler, parser.EndElementHandler, parser.StartDoctypeDeclHandler = begin, end, refuse
    parser.ParseFile(source)
    return texts

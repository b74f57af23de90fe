"""The shared texts of a workbook: as openpyxl reads them, and refused where they are none."""

from __future__ import annotations

import io
from pathlib import Path
from xml.parsers.expat import ExpatError

import pytest
from openpyxl.reader.strings import read_string_table

from calibrate.engine.shared_texts import PackedTexts, read_texts
from calibrate.errors import InputError

SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ITEMS = """<si><t>Bank</t></si><si/><si><t xml:space="preserve"> a &lt; b </t></si><si><t>x005F_x000D_</t></si>
<si><r><t>Mül</t></r><r><rPr><b/></rPr><t>ler</t></r><rPh sb="0" eb="1"><t>spoken</t></rPh></si><si><t>😀</t></si>"""


def read(xml: str) -> PackedTexts:
    return read_texts(Path("b.xlsx"), io.BytesIO(xml.encode()))


@pytest.mark.parametrize("prefix", ["", "x:"])
def test_texts_are_those_that_openpyxl_reads(prefix: str) -> None:
    items = ITEMS.replace("</", "~").replace("<", f"<{prefix}").replace("~", f"</{prefix}")
    xml = f"<{prefix}sst xmlns{':x' if prefix else ''}='{SPACE}'>{items}</{prefix}sst>"
    theirs = read_string_table(io.BytesIO(xml.encode()))
    assert list(read(xml)) == theirs == ["Bank", "", " a < b ", "x000D_", "Müller", "😀"]


def test_an_entity_is_never_unpacked() -> None:
    with pytest.raises(InputError, match=r"b\.xlsx: its shared texts declare a document type"):
        read(f"<!DOCTYPE sst [<!ENTITY a 'aaaa'>]><sst xmlns='{SPACE}'><si><t>&a;</t></si></sst>")
    with pytest.raises(ExpatError):
        read(f"<sst xmlns='{SPACE}'><si>")


def test_a_place_that_is_none_is_an_error() -> None:
    texts = read(f"<sst xmlns='{SPACE}'>{ITEMS}</sst>")
    assert texts[0:2] == ["Bank", ""]
    with pytest.raises(IndexError):
        texts[6]

"""A Scorecard read back: another program's, and documents that mean harm."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.errors import GridError
from calibrate.export import (
    pmml_reading,
    reading,
)
from calibrate.export.pmml_reading import items, parsed


def test_a_bomb_is_not_unpacked():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", b"0" * (reading.MOST_UNPACKED + 1))
    with pytest.raises(GridError, match="unpacks to more than"):
        reading.read(packed.getvalue(), "bomb.xlsx")
    laughs = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><PMML>&b;</PMML>'
    outside = '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><PMML>&a;</PMML>'
    for bomb in (laughs, outside):
        with pytest.raises(GridError, match="DOCTYPE"):
            pmml_reading.read(bomb, "bomb.pmml")
    with pytest.raises(GridError, match="at most"):
        reading.read(b"x" * (reading.MOST_BYTES + 1), "big.csv")


def test_a_scorecard_of_another_program():
    document = """
      <PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><DataDictionary>
      <DataField name="age" optype="continuous" dataType="double"/>
      <DataField name="job" optype="categorical" dataType="string"/>
      </DataDictionary><Scorecard functionName="regression" initialScore="5"><Characteristics>
      <Characteristic name="A" reasonCode="a"><Attribute partialScore="1">
        <SimplePredicate field="age" operator="isMissing"/></Attribute>
        <Attribute partialScore="2"><CompoundPredicate booleanOperator="and">
        <SimplePredicate field="age" operator="greaterThan" value="18"/>
        <SimplePredicate field="age" operator="lessOrEqual" value="30"/></CompoundPredicate></Attribute>
        <Attribute partialScore="7"><True/></Attribute></Characteristic>
      <Characteristic name="J"><Attribute partialScore="10"><SimpleSetPredicate field="job" booleanOperator="isIn">
        <Array n="2" type="string">"sales rep" ceo</Array></SimpleSetPredicate></Attribute>
        <Attribute partialScore="0"><True/></Attribute></Characteristic></Characteristics></Scorecard></PMML>"""
    grid = reading.read(document, "other.pmml")
    leads = [
        {},
        {"age": 18},
        {"age": 18.5},
        {"age": 30},
        {"age": 31, "job": "ceo"},
        {"age": 31, "job": "sales rep"},
        {"job": "sales"},
    ]
    assert [grid.score(lead) for lead in leads] == [6, 12, 7, 7, 22, 22, 6]
    with pytest.raises(GridError, match="it asks several columns"):
        reading.read(
            document.replace('field="age" operator="isMissing"', 'field="job" operator="isMissing"'), "other.pmml"
        )


@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=8), max_size=5))
def test_items_of_an_array_come_back_from_their_quotes(texts: list[str]) -> None:
    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    assert items(" ".join(map(quoted, texts))) == texts


@pytest.mark.parametrize(
    "document", ["", "<a>", "<a/><b/>", "no xml", "<a>&undefined;</a>", b"\xff\xfe<a/>", "<a b=c/>"]
)
def test_what_is_no_xml_is_refused(document: str | bytes) -> None:
    with pytest.raises(GridError, match=r"f\.pmml: "):
        parsed(document, "f.pmml")


def test_elements_are_found_in_the_order_of_the_document() -> None:
    root = parsed('<x xmlns="urn:y"><a n="1"><a n="2"/></a><b><a n="3">t</a></b></x>', "f")
    assert root.tag == "x" and [element.get("n") for element in root.all("a")] == ["1", "2", "3"]
    assert [element.text for element in root.all("a")][-1] == "t" and list(root.all("c")) == []

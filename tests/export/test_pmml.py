"""Replay: real PMML engines score every lead as the grid does."""

import gc
import random
import shutil
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from replay import cases, derived, gates, golden

from calibrate.errors import ExportError
from calibrate.export import pmml, pmml_reading
from calibrate.export.base import Options
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Grid
from calibrate.grid.mailbox_kinds import kind_of
from calibrate.grid.reasons import reasons_of

OWN = {"text": "text", "number": "any", "boolean": "boolean", "presence": "text"}


def case(seed):
    """A grid and leads whose text columns hold text; booleans and numbers stand as such or as text."""
    rng = random.Random(seed)
    grid = cases.grid(rng, size=5)
    kinds = {c.column: c.kind for c in grid.criteria}
    types = {
        column: rng.choice(("text", "boolean")) if kind == "boolean" else OWN[kind] for column, kind in kinds.items()
    }
    leads = [lead for lead in cases.leads(rng, grid, types, 60) if all(sayable(kinds[c], v) for c, v in lead.items())]
    return grid, leads


def sayable(kind, value):
    """Not what coverage() says engines cannot tell apart."""
    if isinstance(value, float) and abs(value) == float("inf"):
        return False
    if kind == "boolean" and value in ("true", "false"):
        return isinstance(value, bool)
    return value != "NaN" and not (kind == "number" and isinstance(value, bool))


@pytest.fixture(scope="module")
def model_of():
    if not shutil.which("java"):
        pytest.skip("Java is not installed")
    pypmml = pytest.importorskip("pypmml")
    yield lambda grid: pypmml.Model.fromString(pmml.write(grid, Options()).decode())
    gc.collect()  # models tell the engine that they are gone; after the shutdown they could not
    pypmml.PMMLContext.shutdown()


def test_pypmml_scores_like_the_grid(model_of, capsys):
    compared = 0
    for seed in range(8):
        grid, leads = case(seed)
        model = model_of(grid)
        for lead in leads:
            found = model.predict(lead)
            assert found.get("score") == grid.score(lead), (seed, lead)
            assert (found.get("band") or "") == grid.band(lead)
            expected = [reason for reason in reasons_of(replace(grid, start=0), lead) if reason.points > 0]
            got = [found.get(f"reason_{rank + 1}") for rank in range(len(expected))]
            assert sorted(got) == sorted(map(str, expected))
            compared += 1
        narrowed = gates.gated(random.Random(seed), grid)
        other = model_of(narrowed)
        for lead in leads:
            found = other.predict(lead)
            assert (found.get("band") or "") == gates.by_hand(narrowed, lead), (seed, lead)
            assert found.get("score") == grid.score(lead)
    cases.compared(capsys, "pypmml", compared)


def test_pypmml_takes_a_frame(model_of):
    import pandas as pd

    grid = golden.small()
    columns = [c.column for c in grid.criteria]
    leads = [
        ("SaaS", 12, True, "yes"),
        (None, 4.5, False, None),
        ("Santé", float("nan"), None, " "),
        ("x", None, "TRUE", "2025-01-01"),
    ]
    frame = pd.DataFrame(leads, columns=columns)
    found = model_of(grid).predict(frame)
    assert (
        list(found["score"]) == [grid.score(dict(zip(columns, lead, strict=True))) for lead in leads] == [42, 0, -6, 20]
    )


@pytest.fixture(scope="module")
def evaluator_of(tmp_path_factory):
    """JPMML, in this process: the machine ends with it (py4j's outlives a test that is killed)."""
    if not shutil.which("java"):
        pytest.skip("Java is not installed")
    jpmml = pytest.importorskip("jpmml_evaluator")
    from jpmml_evaluator.jpype import JPypeBackend

    backend, file = JPypeBackend(), tmp_path_factory.mktemp("jpmml") / "grid.pmml"

    def made(content):
        file.write_bytes(content)
        return jpmml.make_evaluator(str(file), backend=backend)

    return made


def test_jpmml_scores_and_verifies_like_the_grid(evaluator_of, capsys):
    compared = 0
    for seed in range(8):
        grid, leads = case(seed)
        evaluator = evaluator_of(pmml.write(grid, Options()))
        evaluator.verify()
        nothing = {c.column: None for c in grid.criteria}
        for lead in leads:
            found = evaluator.evaluate(nothing | lead)
            assert (found["score"], found.get("band") or "") == (grid.score(lead), grid.band(lead)), (seed, lead)
            expected = [str(reason) for reason in reasons_of(replace(grid, start=0), lead) if reason.points > 0]
            got = [found.get(f"reason_{rank + 1}") for rank in range(len(expected))]
            assert sorted(got) == sorted(expected)
            worth = [int(text.rpartition("(")[2].rstrip(")")) for text in got]
            assert worth == sorted(worth, reverse=True)
            compared += 1
        narrowed = gates.gated(random.Random(seed), grid)
        evaluator = evaluator_of(pmml.write(narrowed, Options()))
        evaluator.verify()
        for lead in leads:
            assert (evaluator.evaluate(nothing | lead).get("band") or "") == gates.by_hand(narrowed, lead), (seed, lead)
    assert compared > 300
    cases.compared(capsys, "jpmml", compared)


def test_jpmml_finds_a_verification_row_that_lies(evaluator_of):
    from jpmml_evaluator import JavaError

    lie = pmml.write(golden.small(), Options()).replace(b"<score>15</score>", b"<score>16</score>", 1)
    with pytest.raises(JavaError, match="Values 16 and 15 do not match"):
        evaluator_of(lie).verify()


ADDRESSES = (
    "Ana@acme.fr",
    "ana@gmail.com",
    "Ana <a@b@YOPMAIL.com>",
    "n/a",
    "",
    None,
    "acme.fr",
    "x@sfr.fr.",
    "a b@c d.fr",
)


def mailbox_grid():
    kinds = ("professional", "free", "disposable")
    ends = (Level("missing", "missing"), Level("other", "other"))
    asked = Criterion("Mailbox", "E (mailbox)", "text", "fit", (*(Level(k, values=(k,)) for k in kinds), *ends))
    return Grid("g", "m", (asked,), ((5, -3, -9, 1, 0),))


def test_pypmml_makes_the_kind_of_mailbox(model_of):
    grid = mailbox_grid()
    model = model_of(grid)
    expected = [grid.score({"E (mailbox)": kind_of(address)}) for address in ADDRESSES]
    assert [model.predict({"E": address}).get("score") for address in ADDRESSES] == expected
    back = pmml_reading.read(pmml.write(grid, Options()), "g.pmml")
    assert [back.score({"E (mailbox)": kind_of(address)}) for address in ADDRESSES] == expected


def test_jpmml_makes_the_kind_of_mailbox(evaluator_of):
    grid = mailbox_grid()
    evaluator = evaluator_of(pmml.write(grid, Options()))
    evaluator.verify()
    for address in ADDRESSES:
        assert evaluator.evaluate({"E": address})["score"] == grid.score({"E (mailbox)": kind_of(address)}), address


def test_verification_rows_hold_the_true_scores():
    grid = golden.small()
    root = ElementTree.fromstring(pmml.write(grid, Options()))
    within = {"p": pmml.NAMESPACE}
    fields = [f.attrib for f in root.iterfind(".//p:VerificationField", within)]
    rows = root.findall(".//p:row", within)
    assert len(rows) == int(root.find(".//p:ModelVerification", within).get("recordCount")) > 20
    seen = set()
    for row in rows:
        cells = {f["field"]: row.findtext(f"p:{f['column']}", None, within) for f in fields}
        expected = int(cells.pop("score"))
        assert grid.score(cells) == expected
        seen.add(expected)
    assert len(seen) > 10


def test_every_hostile_text_comes_back_from_the_document():
    texts = cases.HOSTILE
    ends = (Level("missing", "missing"), Level("other", "other"))
    criteria = tuple(Criterion(text, text, "text", "fit", (Level("l", values=(text,)), *ends)) for text in texts)
    grid = Grid("g", "m", criteria, ((1, 0, 0),) * len(criteria))
    root = ElementTree.fromstring(pmml.write(grid, Options()))
    within = {"p": pmml.NAMESPACE}
    assert [field.get("name") for field in root.iterfind(".//p:DataField", within)] == list(texts)
    assert {p.get("value") for p in root.iterfind(".//p:SimplePredicate", within)} >= set(texts)


def test_a_character_that_no_xml_file_can_hold_is_refused_by_name():
    ends = (Level("missing", "missing"), Level("other", "other"))
    criterion = Criterion("c", "c", "text", "fit", (Level("bell\x07", values=("x",)), *ends))
    with pytest.raises(ExportError, match="U\\+0007, which no XML file can hold"):
        pmml.write(Grid("g", "m", (criterion,), ((1, 0, 0),)), Options())


def test_document_of_the_small_grid():
    golden.same("small.pmml", pmml.write(golden.small(), Options()).decode())


def test_pypmml_derives_columns(model_of):
    grid = derived.grid()
    model = model_of(grid)
    for lead in derived.leads():
        assert model.predict(lead).get("score") == grid.score(lead), lead


def test_jpmml_derives_columns(evaluator_of):
    grid = derived.grid()
    evaluator = evaluator_of(pmml.write(grid, Options()))
    evaluator.verify()
    for lead in derived.leads():
        assert evaluator.evaluate(lead)["score"] == grid.score(lead), lead

"""The published schema of `run.json`: it is the model, holds for what is written, and knows every key of it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from report_case import hostile, review
from run_case import run_values

import calibrate
from calibrate.report import run_schema
from calibrate.report.review import Review
from calibrate.report.run_json import dump, run_object

SCHEMA = Path(calibrate.__file__).parent / "schema" / "run-1.schema.json"


def test_the_published_schema_is_the_model() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == run_schema.schema(), "write run_schema.schema() there again"


@pytest.mark.parametrize("made", [review(2000), hostile()], ids=["plain", "hostile"])
def test_it_holds_for_what_is_written(made: Review) -> None:
    checker = jsonschema.Draft202012Validator(json.loads(run_schema.schema()))
    values = json.loads(dump(run_object(made)))
    assert list(checker.iter_errors(values)) == []
    published = {field.alias or name for name, field in run_schema.RunFile.model_fields.items()}
    assert set(values) <= published, "a key that the schema does not tell"


def test_promised_keys_are_required_and_unknown_ones_are_let_through() -> None:
    checker = jsonschema.Draft202012Validator(json.loads(run_schema.schema()))
    assert checker.is_valid(run_values(key_of_a_later_version={"a": 1}))
    for key in run_values():
        assert not checker.is_valid({name: value for name, value in run_values().items() if name != key}), key

"""The shape of a grid file: what a rule of a derived column may hold."""

import pytest
from pydantic import ValidationError

from calibrate.export.grid_file import DerivedPart


def test_a_rule_is_kept_as_it_is():
    rule = {"source": "Title", "answers": (("boss", ("ceo", "pdg*")),), "rest": "other", "blanks": "-"}
    assert DerivedPart.model_validate(rule).model_dump() == rule | {"breaks": "", "path": False}


@pytest.mark.parametrize(
    "change",
    [{"source": ""}, {"answers": ((1, ("a",)),)}, {"answers": (("a", ("",)),)}, {"blanks": "x" * 201}, {"path": "yes"}],
)
def test_what_is_no_rule_is_refused(change):
    rule = {"source": "Title", "answers": (("boss", ("ceo",)),), "rest": "other", "blanks": "-"}
    with pytest.raises(ValidationError):
        DerivedPart.model_validate(rule | change)

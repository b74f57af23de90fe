"""Constraints: contradictions are named, names resolve, and the nearest weights are the nearest."""

import numpy as np
import pytest
from weights_case import number, text, yes_no

from calibrate.errors import SettingsError
from calibrate.grid.grid import Pin
from calibrate.grid.notes import note
from calibrate.weights.constraints import Constraints, check, resolve, split

CRITERIA = (text("size", ["small", "mid", "big"]), yes_no("demo"), number("visits", [2, 5]))


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"pins": (Pin("demo", "yes", 25),), "cap": 20},
         "the pin demo=yes at 25 points contradicts the cap of 20 points per line; raise the cap or lower the pin"),
        ({"pins": (Pin("demo", "yes", 9),), "cap_criterion": {"demo": 5}}, "contradicts the cap of 5 points on demo"),
        ({"pins": (Pin("demo", "yes", -1),), "never_negative": ("demo",)}, "contradicts 'demo' never negative"),
        ({"pins": (Pin("size", "big", 1),), "never_positive": ("size=big",)}, "contradicts 'size=big' never positive"),
        ({"pins": (Pin("demo", "yes", 1), Pin("demo", "yes", 2))}, "contradicts the pin at 2 points; keep one of them"),
        ({"never_negative": ("size",), "never_positive": ("size",)},
         "'size' never negative contradicts 'size' never pos"),
        ({"pins": (Pin("size", "big", 1), Pin("demo", "yes", 2)), "max_lines": 1},
         r"pinning 2 lines \(size=big, demo=yes\) contradicts the limit of 1 lines"),
        ({"pins": (Pin("demo", "yes", 2),), "max_lines": 1, "need_negative": True},
         "'must have a negative line' contradicts"),
        ({"cap": 0}, "the cap per line is 0; it must be 1 or more"),
        ({"cap_axis": {"fitt": 3}}, "no axis named 'fitt'. Did you mean 'fit'"),
        ({"largest_share": 40.0}, "must lie between 0 and 1"),
    ],
)  # fmt: skip
def test_contradictions_are_named(wanted, message):
    with pytest.raises(SettingsError, match=message):
        Constraints(**wanted)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"pins": (Pin("size", "small", 9), Pin("size", "big", 2)), "ordered": ("size rising",)},
         "the pin size=small at 9 points and the pin size=big at 2 points contradict the order demanded for size"),
        ({"pins": (Pin("size", "small", 1), Pin("size", "mid", 9), Pin("size", "big", 2)), "ordered": ("size",)},
         "contradict the order demanded for size"),
        ({"need_negative": True, "never_negative": ("size", "demo", "visits")},
         "contradicts 'never negative' on every"),
        ({"never_negative": ("sizes",)}, "no criterion named 'sizes'. Did you mean 'size'"),
        ({"ordered": ("demo up",)}, "no criterion named 'demo up'"),
        ({"cap_criterion": {"demos": 3}}, "Did you mean 'demo'"),
    ],
)  # fmt: skip
def test_what_only_the_criteria_can_tell_is_named_too(wanted, message):
    with pytest.raises(SettingsError, match=message):
        resolve(Constraints(**wanted), CRITERIA)


def test_limits_lie_where_they_belong():
    limits = resolve(
        Constraints(pins=(Pin("demo", "yes", 7),), cap=9, cap_criterion={"size": 4}, never_negative=("visits",),
                    never_positive=("size=small",)), CRITERIA,
    )  # fmt: skip
    assert limits.ceiling.tolist() == [0, 4, 4, 4, 4, 7, 9, 9, 9, 9, 9, 9, 9, 9]
    assert limits.floor.tolist() == [-4, -4, -4, -4, -4, 7, -9, -9, -9, 0, 0, 0, 0, 0]
    assert np.flatnonzero(limits.pinned).tolist() == [5]


def test_a_pin_on_a_pooled_level_is_told_and_on_an_unknown_one_refused():
    wanted = Constraints(pins=(Pin("size", "tiny", 3),))
    assert resolve(wanted, CRITERIA).notes[0] == note("pin_not_placed", criterion="size", level="tiny")
    with pytest.raises(SettingsError, match="no level of size named 'tiny'"):
        check(wanted, CRITERIA)
    check(Constraints(pins=(Pin("visits", "2-9", 3),)), CRITERIA)  # numbers get their levels later


def test_yes_and_no_are_found_however_they_are_written():
    flag = text("demo", ["True", "False"])
    for name, at in (("True", 0), ("yes", 0), ("Oui", 0), ("non", 1), ("False", 1)):
        assert np.flatnonzero(resolve(Constraints(pins=(Pin("demo", name, 3),)), [flag]).pinned).tolist() == [at]
    both = text("demo", ["yes", "oui"])  # two answers: each by its own name only
    assert resolve(Constraints(pins=(Pin("demo", "True", 3),)), [both]).notes
    assert np.flatnonzero(resolve(Constraints(pins=(Pin("demo", "oui", 3),)), [both]).pinned).tolist() == [1]


def test_names_may_hold_an_equals_sign():
    odd = text("a=b", ["x=y"])
    assert split("a=b", [odd]) == (odd, None) and split("a=b=x=y", [odd]) == (odd, "x=y")

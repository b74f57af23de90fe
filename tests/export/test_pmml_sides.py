"""Bands in PMML that ask for points of fit or of engagement."""

import itertools
import shutil

import pytest
from replay import gates

from calibrate.export import pmml, pmml_reading
from calibrate.export.base import Options
from calibrate.grid.criteria import Criterion, Level
from calibrate.grid.grid import Band, Grid


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


def test_bands_that_ask_for_fit_whatever_columns_are_called(evaluator_of):
    ends = (Level("missing", "missing"), Level("other", "other"))
    names = ("number_1", "fit_points", "band_place", "points_1", "score")
    criteria = tuple(
        Criterion(name, name, "text", axis, (Level("l", values=("[5]",)), *ends))
        for name, axis in zip(names, ("fit", "engagement", "fit", "engagement", "fit"), strict=True)
    )
    grid = Grid("g", "m", criteria, ((7, 0, 1), (5, 0, 0), (3, 0, 0), (2, 0, 0), (1, -4, 0)),
                bands=(Band("[hot] <x>", 8, "", 8, 5), Band("warm", 2, "", 1), Band("cold", -99, "")))  # fmt: skip
    evaluator = evaluator_of(pmml.write(grid, Options()))
    met = set()
    for answers in itertools.product(("[5]", "x", None), repeat=5):
        lead = dict(zip(names, answers, strict=True))
        found = evaluator.evaluate(lead)
        key = next(name for name in found if name and name.removeprefix("calibrate_") == "band")
        assert found[key] == grid.band(lead) == gates.by_hand(grid, lead), lead
        met.add(found[key])
    assert met == {"[hot] <x>", "warm", "cold"}
    back = pmml_reading.read(pmml.write(grid, Options()), "g.pmml")
    assert [back.score(dict(zip(names, each, strict=True))) for each in (("[5]",) * 5, (None,) * 5)] == [18, -4]

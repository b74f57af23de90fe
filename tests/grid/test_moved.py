"""What moves with a threshold: points for every lead and thresholds together change no band."""

import random

from replay import cases, gates

from calibrate.grid.grid import Curve
from calibrate.grid.moved import shifted


def test_points_for_every_lead_and_thresholds_moved_together_change_no_band() -> None:
    for seed in range(30):
        rng = random.Random(seed)
        grid = gates.gated(rng, cases.grid(rng)) if seed % 2 else cases.grid(rng)
        points = rng.randint(-40, 40)
        moved = shifted(grid, points)
        for lead in cases.leads(rng, grid, {}, 20):
            assert moved.score(lead) == grid.score(lead) + points and moved.sides(lead) == grid.sides(lead)
            assert moved.band(lead) == grid.band(lead)
        assert shifted(moved, -points) == grid


def test_the_curve_moves_along() -> None:
    grid = cases.grid(random.Random(1))
    curve = Curve((0, 10), (0.01, 0.2))
    moved = shifted(type(grid)(grid.name, grid.method, grid.criteria, grid.points, curve=curve), 7)
    assert moved.curve == Curve((7, 17), (0.01, 0.2)) and moved.start == 7

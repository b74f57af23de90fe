"""The demo: what its meeting agreed on; the whole of it is looked at in `test_example.py`, where it runs."""

from calibrate.monthly.demo import meeting_grid


def test_the_meetings_grid_is_a_grid() -> None:
    grid = meeting_grid()
    asked = {"newsletter_signup (events)": 1, "demo_request (events)": 2}
    assert grid.score({**asked, "employees": "1200", "competitor": "False"}) == 35
    assert grid.band(asked) == "call"

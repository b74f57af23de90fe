"""Lists of free and disposable mailboxes, and the kind of an address."""

from __future__ import annotations

from calibrate.grid.mailbox_kinds import lists


def test_the_lists_are_apart_and_large() -> None:
    free, disposable = lists()
    assert not free & disposable
    assert len(free) > 4000
    assert len(disposable) > 8000
    assert {"gmail.com", "outlook.fr", "orange.fr", "laposte.net", "icloud.com"} <= free

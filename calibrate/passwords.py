"""Passwords in what is said: addresses of databases and files are named without them, whoever speaks of them.

What a driver says of an address that it cannot read may quote any part of it, so that every piece of what stands
between the user and the host, and behind the question mark, is taken out of its words.
"""

from __future__ import annotations

import re

HIDDEN = "***"
_WORD = r"(?:passwor[dt]|passwd|passphrase|pwd|secret|token|signature|api_?key|access_?key|credential)[\w.-]{0,40}"
_NAMED = re.compile(rf"(?i)({_WORD}\s{{0,9}}=\s{{0,9}})('[^']*'|\"[^\"]*\"|[^\s&;,#'\"]+)|([?&]sig=)[^\s&#'\"]+")
_USER = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,30}:/{0,2})([^\s/@:'\"]{0,100}):([^\s'\"]{0,300})@")
_PIECES = re.compile(r"[^:/?#&=%@;'\"\s]{3,}")


def without_passwords(text: str) -> str:
    """A text in which nothing stands where passwords do: behind a user, or a word such as *password* and its sign.

    >>> without_passwords("no file named 'host=db user=ada password=x1y2'")
    "no file named 'host=db user=ada password=***'"
    >>> without_passwords("postgresql://ada:x@y@db/leads, md:base?motherduck_token=x1y2#t")
    'postgresql://ada:***@db/leads, md:base?motherduck_token=***#t'
    """
    if "=" in text:
        text = _NAMED.sub(lambda match: f"{match[1] or match[3]}{HIDDEN}", text)
    return _USER.sub(rf"\1\2:{HIDDEN}@", text) if "@" in text else text


def hushed(text: str, address: str) -> str:
    """What somebody said of an address, without any piece of what may be a password in it.

    >>> hushed('invalid percent-encoded token: "x9%zzy8"', "postgresql://ada:x9x%zzy8@host/base")
    'invalid percent-encoded token: "x9%***"'
    >>> hushed('no host "y8y@host"', "postgresql://ada:x9@y8y@host/base?password=abc")
    'no host "***@host"'
    """
    _, _, place = address.partition("://")
    before, at, behind = place.rpartition("@")
    secret = [before.partition(":")[2] if at else "", (behind if at else place).partition("?")[2]]
    if not at and ":" in place and not re.match(r"[^/]*:\d+(?:/|\?|#|$)", place):
        secret.append(place.partition(":")[2])
    pieces = {piece for part in secret for piece in _PIECES.findall(part)}
    for piece in sorted(pieces - _INNOCENT, key=len, reverse=True):
        text = text.replace(piece, HIDDEN)
    return without_passwords(text)


_INNOCENT = frozenset(["user", "password", "sslmode", "prefer", "require", "host", "port", "true", "false"])
"""Words that stand behind a question mark and are no secret."""

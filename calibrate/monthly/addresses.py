"""Addresses of databases, clusters, stores and the web where a path may stand, and as a file may keep them."""

from __future__ import annotations

import re

FILES = ("s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "http", "https")
"""Schemes behind which a file stands, in a store or on the web."""
_START = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_RIGHTS = re.compile(
    r"sig|token|key|secret|credential|passw|pwd|auth|policy|^x-(amz|goog)-|^googleaccessid$|^s[eprtv]$|^sk[a-z]+$",
    re.IGNORECASE,
)
"""Names of the parts of a web address that are rights: passwords, keys, signatures of Amazon, Google and Azure."""


def is_address(path: str) -> bool:
    """Whether a text is an address and no path of this machine.

    >>> is_address("s3://bucket/leads.csv"), is_address("C:/leads.csv"), is_address("leads.csv")
    (True, False, False)
    """
    return bool(_START.match(path))


def without_secrets(path: str) -> str:
    """An address as a file may keep it, without password and signature; a path stays as it is.

    >>> without_secrets("postgresql://me:secret@host/base?sslmode=require#leads")
    'postgresql://me@host/base?sslmode=require#leads'
    >>> without_secrets("https://host/leads.csv?part=1&X-Amz-Signature=ab12&X-Amz-Expires=60")
    'https://host/leads.csv?part=1'
    >>> without_secrets("s3://bucket/a:b@c.csv")
    's3://bucket/a:b@c.csv'
    """
    if not is_address(path):
        return path
    scheme, mark, place = path.partition("://")
    server, slash, rest = place.partition("/")
    if scheme.lower() not in FILES:  # a password may hold anything
        server, slash, rest = place, "", ""
    user, at, server = server.rpartition("@")
    user = user.partition(":")[0]
    if {*user} & {*"?#/&"}:
        user = at = ""
    place, sharp, table = f"{server}{slash}{rest}".partition("#")
    place, _, query = place.partition("?")
    parts = [part for part in query.split("&") if part and not _RIGHTS.search(part.partition("=")[0])]
    return f"{scheme}{mark}{user}{at}{place}{'?' if parts else ''}{'&'.join(parts)}{sharp}{table}"

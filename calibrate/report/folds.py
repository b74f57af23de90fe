"""The appendix: every section of the review in a fold of the page, packed until somebody opens it.

A fold is deflated text in base64. Its summary tells the section's answer in one line.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Mapping

from ..language import Words
from .review import Review


def packed(parts: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Folds by name with their deflated content, and the fold in which each linked place stands.

    >>> sorted(packed({"audit": '<section id="audit"></section>'})["places"].items())
    [('audit', 'audit')]
    """
    places = {place: name for name, html in parts.items() for place in re.findall(r'\sid="([^"]+)"', html)}
    return {"parts": {name: deflated(html.encode()) for name, html in parts.items()}, "places": places}


def deflated(content: bytes) -> str:
    """Bytes deflated (RFC 1951) and written in base64.

    >>> zlib.decompress(base64.b64decode(deflated(b"abc")), -15)
    b'abc'
    """
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b64encode(stream.compress(content) + stream.flush()).decode()


def squeezed(html: str) -> str:
    r"""HTML without the white space that templates leave between elements.

    >>> squeezed("<td>a</td>\n  <td>b </td>")
    '<td>a</td> <td>b </td>'
    """
    return re.sub(r">\s+<", "> <", html)


def line(name: str, review: Review, words: Words) -> str:
    """The answer of a section in one line; empty where there is none to give."""
    compared, rates, account = review.comparison, review.rates, review.account
    values: dict[str, object] = {
        "candidates": len(review.candidates),
        "leads": compared.leads,
        "customers": compared.customers,
        "folds": len(compared.folds),
        "levels": len(rates.leads),
        "distinct": int(rates.distinct.sum()),
        "read": account.read,
        "kept": account.kept,
        "months": len(review.handover.kpis),
        "decisions": len(review.past.story),
        "findings": sum(len(c.findings) for c in review.candidates),
        "lines": sum(1 for change in review.changes.lines if change.change),
    }
    key = f"foldline.{name}"
    return words(key, **values) if key in words.texts else ""

"""Cells with several answers, and addresses of pages: which columns hold them, and a yes/no for each common answer.

Neither which answers are taken nor how they are read looks at who became a customer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from ...engine.table import Table
from ...grid.derived import OTHER_ANSWER, Derived
from .person_names import may_be_shown
from .profile import first_texts
from .regions import region_rules

LOOKED_AT = 20_000
MOST_ANSWERS = 30
"""So many answers, pages or sources of one column are read, the commonest."""
LEAST_SHARE, LEAST_LEADS = 0.01, 20
IN_SMALL, FEWEST = 1 / 6, 5
"""In columns of few cells an answer needs this share of them, and so many: whether it tells is tested afterwards."""
SEVERAL, AGAIN = 0.1, 0.9
"""Cells that hold several answers must be this share of a column, and answers that come again this share of answers."""
LONGEST, MOST_DIFFERENT = 40, 300
FEW_PAGES, PAGES = 12, 0.8
"""A column of so few addresses is a criterion as it stands; in another, this share of cells must be addresses."""
SEPARATORS = (";", "|", "\n", ",")
SPACED = ("/", "+", "&")
"""These part answers where (nearly) all of them stand between blanks: C++, A/B and R&D are one answer."""
YES, NO, NONE = "yes", "no", "none"
CAMPAIGN = ("utm_source", "utm_medium", "utm_campaign")
_LIST = re.compile(r"\s*\[.*\]\s*", re.DOTALL)
_PAGE = re.compile(r"\s*(https?://[^\s/?#]+\.?[^\s]*|/[^\s]*)\s*", re.IGNORECASE)


def rules_of_lists(table: Table, skip: Collection[str] = ()) -> dict[str, Derived]:
    """Rules of the columns derived from lists of answers, addresses of pages and postal codes, by their names."""
    rules: dict[str, Derived] = {}
    for name, texts in first_texts(table, LOOKED_AT, skip).items():
        filled = Counter({text: count for text, count in Counter(texts).items() if text.strip()})
        rules |= pages(name, filled) or answers(name, filled) or region_rules(name, filled)
    return rules


def answers(column: str, cells: Counter[str]) -> dict[str, Derived]:
    """A yes/no for each common answer of a column whose cells hold several; empty where they do not.

    >>> cells = Counter({"crm;erp": 30, "erp; crm": 20, "CRM": 30, "bi;erp": 25, "bi": 25})
    >>> rules = answers("Tools", cells)
    >>> list(rules), rules["Tools: crm"].answer("ERP ; CRM"), rules["Tools: bi"].answer("crm")
    (['Tools: crm', 'Tools: erp', 'Tools: bi'], 'yes', 'no')
    """
    total = sum(cells.values())
    lists = sum(count for cell, count in cells.items() if _LIST.fullmatch(cell)) >= 0.8 * total
    spaced = tuple(sign for sign in SPACED if _stands_between_blanks(sign, cells))
    for separator in (*SEPARATORS, *spaced) if not lists else ",":
        if sum(count for cell, count in cells.items() if separator in cell) < SEVERAL * total:
            continue
        rule = Derived(column, (), NO, blanks="[]\"'" if lists else '"', breaks=separator)
        split = {cell: [part for part in rule.folded(cell).split("|") if part] for cell in cells}
        counts: Counter[str] = Counter()
        for cell, parts in split.items():
            for part in dict.fromkeys(parts):
                counts[part] += cells[cell]
        several = sum(cells[cell] for cell, parts in split.items() if len(parts) > 1)
        if several >= SEVERAL * total and _answers_again(counts, len(cells)):
            break
    else:
        return {}
    common = may_be_shown(_common(counts, total))
    return {f"{column}: {part}": _yes_no(rule, part) for part in common}


def pages(column: str, cells: Counter[str]) -> dict[str, Derived]:
    """A yes/no for each common path, and the sources of campaigns, of a column of addresses; else nothing.

    >>> cells = Counter({f"https://a.fr/pricing?utm_source=x&n={n}": 4 for n in range(20)})
    >>> cells |= Counter({"https://a.fr/pricing/pro": 30, "https://a.fr/": 50})
    >>> rules = pages("First page", cells)
    >>> list(rules)
    ['First page: /', 'First page: /pricing*', 'First page: /pricing/pro*', 'First page (utm_source)']
    >>> [rules["First page (utm_source)"].answer(f"/a?{q}") for q in ("utm_source=X", "utm_source=rare", "b=1")]
    ['x', 'other', 'none']
    >>> rules["First page: /pricing*"].answer("/pricings")
    'no'
    """
    total = sum(cells.values())
    if len(cells) <= FEW_PAGES or sum(n for cell, n in cells.items() if _PAGE.fullmatch(cell)) < PAGES * total:
        return {}
    counts: Counter[str] = Counter()
    queries: dict[str, Counter[str]] = {key: Counter() for key in CAMPAIGN}
    plain = Derived(column, (), NO, blanks="", breaks="|", path=True)
    for cell, count in cells.items():
        segments = [part for part in plain.folded(cell).strip("|").split("/") if part]
        for depth in range(1, min(2, len(segments)) + 1):
            counts["/" + "/".join(segments[:depth])] += count
        counts["/"] += 0 if segments else count
        for key, value in _query(cell):
            if key in queries and 0 < len(value) <= LONGEST:
                queries[key][value] += count
    common = [path for path in _common(counts, total) if not _same_as_parent(path, counts)]
    shown = may_be_shown([path for path in common if path == "/" or any(c.isalpha() for c in path)])
    rules = {f"{column}: {path}{'' if path == '/' else '*'}": _path_rule(plain, path) for path in sorted(shown)}
    for key, values in queries.items():
        sources = may_be_shown(_common(values, total))
        if sources:
            query = Derived(column, (), NONE, blanks="", breaks="?&#")
            known = tuple((value, (query.folded(f"{key}={value}").strip("|"),)) for value in sources)
            rest = (OTHER_ANSWER, (f"{query.folded(key).strip('|')}=*",))  # a rare source is not none
            rules[f"{column} ({key})"] = replace(query, answers=(*known, rest))
    return rules


def _stands_between_blanks(sign: str, cells: Counter[str]) -> bool:
    everywhere = sum(count * cell.count(sign) for cell, count in cells.items())
    spaced = sum(count * cell.count(f" {sign} ") for cell, count in cells.items())
    return spaced > 0 and spaced >= 0.98 * everywhere


def _answers_again(counts: Counter[str], different: int) -> bool:
    """Whether parts of cells are answers: few, short, met again and again, and fewer than the cells they make."""
    everything = sum(counts.values())
    again = sum(count for count in counts.values() if count >= 5)
    short = all(len(part) <= LONGEST for part, _ in counts.most_common(50))
    return 2 <= len(counts) <= MOST_DIFFERENT and len(counts) < different and short and again >= AGAIN * everything


def _common(counts: Counter[str], total: int) -> list[str]:
    """The commonest answers, neither rare nor nearly everybody's."""
    least = max(LEAST_SHARE * total, min(LEAST_LEADS, IN_SMALL * total), FEWEST)
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [answer for answer, count in ranked if least <= count <= 0.95 * total][:MOST_ANSWERS]


def _same_as_parent(path: str, counts: Counter[str]) -> bool:
    """Whether a path of two parts is nearly all that there is of its first part."""
    parent = path.rpartition("/")[0]
    return bool(parent) and counts[path] >= 0.95 * counts[parent]


def _yes_no(rule: Derived, part: str) -> Derived:
    return Derived(rule.source, ((YES, (part,)),), NO, blanks=rule.blanks, breaks=rule.breaks)


def _path_rule(rule: Derived, path: str) -> Derived:
    patterns = (path,) if path == "/" else (path, f"{path}/*")
    return Derived(rule.source, ((YES, patterns),), NO, blanks="", breaks="|", path=True)


def _query(address: str) -> Sequence[tuple[str, str]]:
    """Keys and values of an address' query, small letters, as they stand there."""
    try:
        query = urlsplit(address.strip().lower()).query
    except ValueError:
        return ()
    return [(key, value) for key, _, value in (pair.partition("=") for pair in query.split("&"))]

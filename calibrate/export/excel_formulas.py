"""Formulas of the scoring workbook: points of a criterion, kind of a mailbox, age of a signal, band and close rate.

They point at cells of the sheets Grid, Values, Domains and Axes; no text of a grid stands in one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..grid.criteria import Criterion
from ..grid.grid import Expiry, Grid
from ..grid.mailbox_kinds import PROFESSIONAL

ENDLESS = 9.99e307


@dataclass(frozen=True)
class Places:
    """Rows (from 1) of one criterion: its levels in Grid, its listed values or intervals in Values."""

    points: Sequence[int]
    first: int
    last: int


def terms_of(rule: Expiry | None) -> tuple[float, int, int]:
    """Days, percent and days per percent; those of a line that keeps its points where there is no rule."""
    days = rule.days if rule else None
    return ENDLESS if days is None else days, (rule and rule.percent) or 0, (rule and rule.every_days) or 1


def mailbox_formula(address: str, count: int) -> str:
    """Formula for the kind of mailbox of an address, looked up in the sheet Domains."""
    domain = f'TRIM(LOWER(RIGHT(SUBSTITUTE({address}&"","@",REPT(" ",300)),300)))'
    kind = f'IFERROR(VLOOKUP({domain},Domains!$A$1:$B${count},2,FALSE),"{PROFESSIONAL}")'
    return f'=IF(OR(ISERROR(FIND(".",{domain},2)),ISNUMBER(FIND(" ",{domain}))),"",{kind})'


def age_formula(cell: str) -> str:
    """Formula for the age in days of a date, a moment or a text that begins with a day; -1 where there is none."""
    age = f"IFERROR(Grid!$G$1-DATEVALUE(LEFT(TRIM({cell}),10)),-1)"
    return f"=IF(ISNUMBER({cell}),Grid!$G$1-INT({cell}),{age})"


def _left(points: str, days: str, percent: str, every: str, age: str) -> str:
    """Formula for what an age leaves of points (of one cell, or of a range in a sum of products), as `Expiry.keeps`."""
    gone = f"{percent}*INT(MAX({age},0)/{every})"
    share = f"(100-{gone})*({gone}<100)"
    return f"SIGN({points})*INT((2*ABS({points})*{share}+100)/200)*({age}<{days})"


def points_formula(criterion: Criterion, place: Places, cell: str, rules: Mapping[int, Expiry], age: str) -> str:
    """Formula for the points of one criterion: missing, listed or inside, else other."""
    rows = f"${place.first}:${{}}${place.last}"

    def column(letter: str) -> str:
        return f"Values!${letter}{rows.format(letter)}"

    points = [f"Grid!$D${row}" for row in place.points]
    for at, rule in rules.items():
        days, percent, every = terms_of(rule)
        points[at] = _left(points[at], f"{days:.15g}", str(percent), str(every), age)
    worth = _left(column("E"), column("L"), column("M"), column("N"), age) if rules else column("E")
    blank = f'{cell}&""'
    for sign in (9, 10, 13):
        blank = f'SUBSTITUTE({blank},CHAR({sign}),"")'
    exact = f"EXACT({column('A')},{cell})*(1-{column('G')})+EXACT({column('A')},LOWER({cell}))*{column('G')}"
    truth = f"ISNUMBER({column('F')})*({column('F')}=N({cell}))"
    number = f"ISNUMBER({column('B')})*({column('B')}={cell})"
    kinds = f"ISLOGICAL({cell})", f"ISNUMBER({cell})*(1-ISLOGICAL({cell}))", f"ISTEXT({cell})"
    # sums of products and no IF, which old versions want in braces; LibreOffice takes TRUE for a number
    matches = "+".join(f"{kind}*({test})" for kind, test in zip(kinds, (truth, number, exact), strict=True))
    missing_level = criterion.levels[criterion.missing]
    gone = f'TRIM({blank})=""'
    if missing_level.values:
        count = len({(isinstance(v, bool), v) for v in missing_level.values})
        end = place.first + count - 1
        gone = f"OR({gone},SUMPRODUCT({matches.replace(f'${place.last}', f'${end}')})>0)"
    remainder = points[criterion.other]
    if criterion.kind == "presence":
        remainder = points[next(i for i, level in enumerate(criterion.levels) if level.role == "value")]
    elif criterion.kind == "number":
        reading = cell
        for spelling, plain in criterion.signs:
            reading = f"SUBSTITUTE({reading},{_spelt(spelling)},{_spelt(plain)})"
        read = f'IF(ISLOGICAL({cell}),N({cell}),IF(ISNUMBER({cell}),{cell},_xlfn.NUMBERVALUE({reading},".","|")))'
        if criterion.no_answers:
            matches = f"ISNUMBER({column('B')})*({column('B')}={read})".replace(f"${place.last}", f"${end}")
            gone = f"OR({gone},IFERROR(SUMPRODUCT({matches})>0,FALSE))"
        inside = f"({column('C')}<={read})*({read}<{column('D')})"
        odd = f'ISNUMBER(SEARCH("%",{reading}))'
        level_points = f"IF(SUMPRODUCT({inside})>0,SUMPRODUCT({inside}*{column('E')}),{remainder})"
        remainder = f"IF({odd},{remainder},IFERROR({level_points},{remainder}))"
    elif any(level.role == "value" for level in criterion.levels):
        first = f"MATCH(1,INDEX({matches},0),0)"
        level_points = f"INDEX({worth},{first})"
        if rules:
            level_points = f"SUMPRODUCT((ROW({column('E')})={first}+{place.first - 1})*{worth})"
        remainder = f"IFERROR({level_points},{remainder})"
    return f"IF({gone},{points[criterion.missing]},{remainder})"


def _spelt(text: str) -> str:
    """A text in a formula, letter by letter by its number."""
    return "&".join(f"_xlfn.UNICHAR({ord(letter)})" for letter in text) or '""'


def letters(column: int) -> str:
    """Name of a column counted from 0.

    >>> [letters(column) for column in (0, 25, 26, 701, 702)]
    ['A', 'Z', 'AA', 'ZZ', 'AAA']
    """
    name = ""
    column += 1
    while column:
        column, digit = divmod(column - 1, 26)
        name = chr(65 + digit) + name
    return name


def band_formula(grid: Grid, bands: int, total: str, points: str, start: str = "") -> str:
    """Formula for the band of a score in the cell `total`; `points` is the range of the points of all criteria.

    `start` adds what every lead has, a text such as ``+Grid!$D$9``; it is of neither axis.
    """
    place = f"MATCH({total},Values!$H$1:$H${bands},1)"
    if grid.gated:
        fit = f"SUMPRODUCT(Axes!$A$1:${letters(len(grid.criteria) - 1)}$1,{points})"
        measures = ((total, "H"), (fit, "J"), (f"({total}-{fit}{start.replace('+', '-')})", "K"))
        met = "*".join(f"({had}>=Values!${column}$1:${column}${bands})" for had, column in measures)
        place = f"MATCH(1,INDEX({met},0),0)"
    return f'IFERROR(INDEX(Values!$I$1:$I${bands},{place}),"")'


def rate_formula(steps: int, total: str, part: int) -> str:
    """Formula for the close rate to expect at a score, its lower or upper bound (`part` 0, 1, 2).

    >>> rate_formula(9, "F2", 0)
    'INDEX(Values!$Q$1:$Q$9,IFERROR(MATCH(F2,Values!$P$1:$P$9,1),1))'
    """
    column = "QRS"[part]
    return f"INDEX(Values!${column}$1:${column}${steps},IFERROR(MATCH({total},Values!$P$1:$P${steps},1),1))"

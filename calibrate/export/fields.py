"""Names that systems have for their fields: what a heading of an export is called where rules are written.

A column's name in a system is certain where its heading is known, where the user gives it (``--map FILE``), and where
the column already looks like such a name; else it is a guess in plain letters.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from ..errors import ExportError, unknown
from ..grid.grid import Grid
from ..grid.mailbox_kinds import SUFFIX, made_from
from .base import Options
from .remarks import Remark, remark

MOST_BYTES = 1_000_000
GUESS = "guess"
"""Kind of the remark on a name that is a guess."""
UNCONFIRMED = "french_headings"
"""Kind of the remark on names that only French pages tell."""
FRENCH = "_fr"
LETTERS = str.maketrans(
    {"ß": "ss", "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
    | {"Œ": "Oe", "Æ": "Ae", "Ø": "O", "Ł": "L", "Đ": "D", "Ð": "D", "Þ": "Th"}
)
"""Letters that stay letters without their accent, though no decomposition says so."""


@dataclass(frozen=True)
class Fields:
    """How one system calls the source columns: names by folded heading, and the shape of any name (a pattern)."""

    system: str
    pattern: str
    names: Mapping[str, str] = field(default_factory=dict)
    unconfirmed: frozenset[str] = frozenset()
    """Folded headings whose name no specification confirms."""

    def name(self, column: str) -> tuple[str, bool]:
        r"""The name for a source column, and whether it is certain.

        >>> fields = Fields("Salesforce", r"[A-Za-z]\w*", {"lead source": "LeadSource"})
        >>> fields.name("Lead Source"), fields.name("Où nous avez-vous vus ?")
        (('LeadSource', True), ('Ou_nous_avez_vous_vus', False))
        """
        if folded(column) in self.names:
            return self.names[folded(column)], True
        if re.fullmatch(self.pattern, column, re.ASCII):
            return column, True
        return re.sub(r"[^A-Za-z0-9]+", "_", plain_letters(column)).strip("_") or "field", False

    def notes(self, grid: Grid) -> tuple[Remark, ...]:
        """The fields which the system must have under the source's names, and those known by a French heading only.

        >>> from calibrate.grid.criteria import Criterion, Level
        >>> ends = (Level("missing", "missing"), Level("other", "other"))
        >>> columns = [Criterion(c, c, "presence", "fit", (Level("l"), *ends)) for c in ("Industry", "score_x")]
        >>> Fields("s", r"[a-z_]+", {"industry": "industry"}).notes(Grid("g", "m", (*columns,), ((1, 0, 0),) * 2))
        (Remark(kind='must_exist', facts={'names': 'score_x', 'more': 0}),)
        """
        columns = dict.fromkeys(criterion.source for criterion in grid.criteria)
        unlisted = [c for c in columns if re.fullmatch(self.pattern, c, re.ASCII) and c not in self.names.values()]
        unlisted = [c for c in unlisted if folded(c) not in self.names]
        french = [c for c in columns if folded(c) in self.unconfirmed]
        more = max(len(unlisted) - 20, 0)
        kind = "must_exist_more" if more else "must_exist"
        remarks = [remark(kind, names=", ".join(unlisted[:20]), more=more)] if unlisted else []
        remarks += [remark(UNCONFIRMED, system=self.system, columns=", ".join(french))] if french else []
        return tuple(remarks)

    def guess(self, column: str, name: str) -> Remark:
        """What a coverage report says of a name that is a guess."""
        return remark(GUESS, system=self.system, column=column, name=name)


def fields_of(system: str, title: str, pattern: str, options: Options) -> Fields:
    """Names of a system with those that the options map; ExportError where one cannot be a name there."""
    mapped = {folded(column): name for column, name in options.names.items()}
    for column, name in options.names.items():
        if not re.fullmatch(pattern, name, re.ASCII):
            raise ExportError(
                f"--map: '{name[:60]}' (for '{column[:60]}') is no name of a {title} field; letters, digits and _ "
                f"make one, as {title} itself writes it"
            )
    unconfirmed = frozenset(headings(system + FRENCH)) - set(mapped)
    return Fields(title, pattern, {**labels_of(system), **mapped}, unconfirmed)


@cache
def labels_of(system: str) -> Mapping[str, str]:
    """Headings of a system's exports, English and French, folded, with the names that its rules ask for.

    >>> labels_of("hubspot")[folded("Désabonné de tous les e-mails")]
    'hs_email_optout'
    """
    return {**headings(system + FRENCH), **headings(system)}


@cache
def headings(table: str) -> Mapping[str, str]:
    """Headings of one table of the file, folded, with the names of the fields."""
    tables = tomllib.loads(Path(__file__).with_name("fields.toml").read_text(encoding="utf-8"))
    return {folded(heading): name for name, texts in tables.get(table, {}).items() for heading in texts}


def folded(heading: str) -> str:
    """A heading without capitals, accents, doubled blanks and kinds of apostrophes.

    >>> folded("  Secteur d’activité ")
    "secteur d'activite"
    """
    return " ".join(plain_letters(heading).replace("\u2019", "'").replace("\u2011", "-").casefold().split())


def plain_letters(text: str) -> str:
    """The text with letters that have lost their accents.

    >>> plain_letters("Téléchargé : œuvre, Straße, Łódź")
    'Telecharge : oeuvre, Strasse, Lodz'
    """
    letters = unicodedata.normalize("NFKD", text.translate(LETTERS))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def read_map(path: str) -> dict[str, str]:
    """Names of fields by source column, from a file: JSON or TOML with one text a key, else two columns of a CSV.

    Raises ExportError for a file that cannot be read or holds anything else.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as fault:
        raise ExportError(f"--map '{path}' cannot be read ({getattr(fault, 'strerror', None) or fault})") from None
    if len(content) > MOST_BYTES:
        raise ExportError(f"--map '{path}' has more than {MOST_BYTES:,} bytes; it should hold one name per column")
    try:
        text = content.decode("utf-8-sig")
        suffix = Path(path).suffix.lower()
        if suffix in (".json", ".toml"):
            table = json.loads(text) if suffix == ".json" else tomllib.loads(text)
            pairs = list(table.items()) if isinstance(table, dict) else [("", None)]
        else:
            separator = max(",;\t", key=text.split("\n", 1)[0].count)
            rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if any(row)]
            pairs = [(row[0].strip(), row[1].strip()) if len(row) == 2 else ("", None) for row in rows]
            pairs = pairs[1:] if pairs and [str(word).casefold() for word in pairs[0]] == ["column", "field"] else pairs
    except (ValueError, RecursionError, csv.Error) as fault:
        raise ExportError(f"--map '{path}' cannot be understood ({str(fault)[:200]})") from None
    names = {str(column): name for column, name in pairs if isinstance(name, str) and name and column}
    if len(names) < len(pairs) or not names:
        raise ExportError(
            f"--map '{path}' must give one name of a field per column of the grid: two columns of a CSV "
            f'(column,field), or a line such as "Secteur" = "industry" in TOML'
        )
    return names


def with_names(grid: Grid, names: Mapping[str, str]) -> Grid:
    """The grid over columns that are called otherwise; a mapped address carries its kind of mailbox with it.

    >>> from calibrate.grid.criteria import Criterion, Level
    >>> ends = (Level("missing", "missing"), Level("other", "other"))
    >>> kind = Criterion("Mailbox", "E-mail (mailbox)", "text", "fit", (Level("free", values=("free",)), *ends))
    >>> with_names(Grid("g", "m", (kind,), ((-3, 0, 0),)), {"E-mail": "address"}).criteria[0].column
    'address (mailbox)'
    """
    mapped = {folded(column): name for column, name in names.items()}

    def renamed(column: str) -> str:
        address = made_from(column)
        if folded(column) not in mapped and address is not None and folded(address) in mapped:
            return mapped[folded(address)] + SUFFIX
        return mapped.get(folded(column), column)

    criteria = tuple(
        replace(
            criterion,
            column=renamed(criterion.column),
            derived=criterion.derived and replace(criterion.derived, source=renamed(criterion.derived.source)),
        )
        for criterion in grid.criteria
    )
    expiry = tuple(replace(rule, dated=rule.dated and renamed(rule.dated)) for rule in grid.expiry)
    return replace(grid, criteria=criteria, expiry=expiry)


def check_map(grid: Grid, names: Mapping[str, str]) -> None:
    """Refuse names for columns that the grid does not ask, with the nearest that it does."""
    columns = [made_from(criterion.column) or criterion.column for criterion in grid.criteria]
    columns += [criterion.source for criterion in grid.criteria if criterion.derived is not None]
    columns += [criterion.column for criterion in grid.criteria] + [str(rule.dated) for rule in grid.expiry]
    for column in names:
        if folded(column) not in map(folded, columns):
            raise ExportError(f"--map: {unknown('column of the grid', column, dict.fromkeys(columns))}")

"""How ten dialects of SQL say what they do not say alike: texts, numbers read from texts, blanks, quotes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlglot import exp

from ..engine import sql

LINE_END = "\0"
"""Stands for a line end inside a quoted name while lines are indented."""
ESCAPING = ("snowflake", "bigquery", "databricks", "spark", "mysql")
"""Dialects in which a backslash starts an escape, so that sqlglot spells line ends out."""
DECIMAL = r"^[ \t\r\n]*[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,3})?[ \t\r\n]*$"


@dataclass(frozen=True)
class Dialect:
    """How one dialect says what differs: {x} is the column, {t} its text, {decimal} the pattern of a number.

    `text` reads any column as text, NULL for NaN; `number` reads it as a number, NULL where it is none; `numeric`
    asks whether a column holds numbers rather than text, `truth` whether it holds truth values ("" if that cannot be
    asked). `mark` is a sign put behind both
    sides of a comparison of texts where blanks at the end would otherwise not count. `flags` says that truth values
    are the numbers 1 and 0.
    """

    name: str
    text: str
    blank: str
    number: str
    numeric: str = ""
    truth: str = ""
    mark: str = ""
    join: str = "||"
    sign: str = "CHR"
    flags: bool = False


_BLANKS = "' ' || CHR(9) || CHR(13) || CHR(10)"
_FLOATS = "'DOUBLE', 'FLOAT'"
_DUCK_NUMBERS = (
    "(TYPEOF({x}) IN ('DOUBLE', 'FLOAT', 'BIGINT', 'INTEGER', 'SMALLINT', 'TINYINT', 'HUGEINT', 'UBIGINT', 'UINTEGER', "
    "'USMALLINT', 'UTINYINT', 'UHUGEINT') OR TYPEOF({x}) LIKE 'DECIMAL%')"
)
_PG_FLOATS = "'double precision', 'real', 'numeric'"
_LITE_TRIMMED = "LOWER(TRIM({t}, ' ' || CHAR(9) || CHAR(13) || CHAR(10)))"
_LITE_REFUSED = (
    *("*[^0-9.e+-]*", "*[^e][+-]*", "*e*e*", "*.*.*", "*e*.*", "*e", "*[+-]"),
    *("*e[0-9][0-9][0-9][0-9]*", "*e[+-][0-9][0-9][0-9][0-9]*"),
)


def _lite_number() -> str:
    """SQLite has no patterns with counts: behind its sign, a number must look like none of the refused shapes."""
    unsigned = f"LTRIM({_LITE_TRIMMED}, '+-')"
    refused = " AND ".join(f"{unsigned} NOT GLOB '{shape}'" for shape in _LITE_REFUSED)
    return (
        "CASE WHEN TYPEOF({x}) IN ('integer', 'real') THEN {x} "
        f"WHEN ({unsigned} GLOB '[0-9]*' OR {unsigned} GLOB '.[0-9]*') AND {_LITE_TRIMMED} NOT GLOB '[+-][+-]*' "
        f"AND {refused} THEN CAST({_LITE_TRIMMED} AS REAL) END"
    )


def _spark(name: str) -> Dialect:
    return Dialect(
        name,
        "CAST({x} AS STRING)",
        "TRIM(BOTH {blanks} FROM {t}) = ''",
        "CASE WHEN LOWER({t}) IN ('true', 'false') THEN CASE LOWER({t}) WHEN 'true' THEN 1 ELSE 0 END "
        "WHEN {t} IN ('Infinity', '-Infinity') OR {t} RLIKE {decimal} THEN CAST({t} AS DOUBLE) END",
    )


DIALECTS = {
    "duckdb": Dialect(
        "duckdb",
        f"NULLIF(CAST({{x}} AS VARCHAR), CASE WHEN TYPEOF({{x}}) IN ({_FLOATS}) THEN 'nan' END)",
        f"TRIM({{t}}, {_BLANKS}) = ''",
        "CASE WHEN TYPEOF({x}) = 'BOOLEAN' THEN CASE {t} WHEN 'true' THEN 1 ELSE 0 END "
        f"WHEN {_DUCK_NUMBERS} OR REGEXP_MATCHES({{t}}, {{decimal}}) THEN TRY_CAST({{t}} AS DOUBLE) END",
        _DUCK_NUMBERS,
        "TYPEOF({x}) = 'BOOLEAN'",
    ),
    "postgres": Dialect(
        "postgres",
        f"NULLIF(CAST({{x}} AS TEXT), CASE WHEN CAST(PG_TYPEOF({{x}}) AS TEXT) IN ({_PG_FLOATS}) THEN 'NaN' END) "
        'COLLATE "C"',
        f"BTRIM({{t}}, {_BLANKS}) = ''",
        "CASE WHEN CAST(PG_TYPEOF({x}) AS TEXT) = 'boolean' THEN CASE {t} WHEN 'true' THEN 1 ELSE 0 END "
        f"WHEN {{t}} ~ {{decimal}} OR CAST(PG_TYPEOF({{x}}) AS TEXT) IN ({_PG_FLOATS}) THEN CAST({{t}} AS DECIMAL) END",
        "CAST(PG_TYPEOF({x}) AS TEXT) IN ('smallint', 'integer', 'bigint', " + _PG_FLOATS + ")",
        "CAST(PG_TYPEOF({x}) AS TEXT) = 'boolean'",
    ),
    "sqlite": Dialect(
        "sqlite",
        "CAST({x} AS TEXT) || ''",
        "TRIM({t}, ' ' || CHAR(9) || CHAR(13) || CHAR(10)) = ''",
        _lite_number(),
        "TYPEOF({x}) IN ('integer', 'real')",
        sign="CHAR",
        flags=True,
    ),
    "snowflake": Dialect(
        "snowflake",
        "CAST({x} AS VARCHAR)",
        "TRIM({t}, {blanks}) = ''",
        "CASE WHEN {t} IN ('true', 'false') THEN CASE {t} WHEN 'true' THEN 1 ELSE 0 END "
        "WHEN {t} IN ('inf', '-inf') OR REGEXP_LIKE({t}, {decimal}) THEN TRY_TO_DOUBLE({t}) END",
    ),
    "bigquery": Dialect(
        "bigquery",
        "CAST({x} AS STRING)",
        "TRIM({t}, {blanks}) = ''",
        "CASE WHEN {t} IN ('true', 'false') THEN CASE {t} WHEN 'true' THEN 1 ELSE 0 END "
        "WHEN {t} IN ('inf', '-inf') OR REGEXP_CONTAINS({t}, {decimal}) THEN SAFE_CAST({t} AS FLOAT64) END",
    ),
    "redshift": Dialect(
        "redshift",
        "CAST({x} AS VARCHAR(65535))",
        f"BTRIM({{t}}, {_BLANKS}) = ''",
        "CASE WHEN {t} IN ('Infinity', '-Infinity') OR {t} ~ {decimal} THEN TRY_CAST({t} AS DOUBLE PRECISION) END",
        mark="|",
    ),
    "databricks": _spark("databricks"),
    "spark": _spark("spark"),
    "tsql": Dialect(
        "tsql",
        "CAST({x} AS NVARCHAR(4000)) COLLATE Latin1_General_100_BIN2",
        "{t} NOT LIKE N'%[^ ' + NCHAR(9) + NCHAR(13) + NCHAR(10) + N']%'",
        "CASE WHEN {t} NOT LIKE N'%[^ 0-9.eE+' + NCHAR(9) + NCHAR(13) + NCHAR(10) + N'-]%' AND {t} LIKE N'%[0-9]%' "
        "THEN TRY_CAST({t} AS FLOAT) END",
        mark="|",
        join="+",
        sign="NCHAR",
        flags=True,
    ),
    "mysql": Dialect(
        "mysql",
        "CONVERT(CAST({x} AS CHAR) USING utf8mb4) COLLATE utf8mb4_0900_bin",
        "{t} REGEXP {empty}",
        "CASE WHEN {t} REGEXP {decimal} THEN CAST({t} AS DOUBLE) END",
        join="",
        flags=True,
    ),
}

_EDGE = "' <>()[]\"'';,.' || CHR(9) || CHR(13) || CHR(10)"
_AFTER = f"RTRIM(LOWER(REGEXP_REPLACE({{x}}, '^.*@', '')), {_EDGE})"
_LAST = "RTRIM(LOWER(SUBSTRING_INDEX({x}, '@', -1)))"
DOMAINS = {
    "duckdb": _AFTER,
    "postgres": _AFTER,
    "sqlite": f"RTRIM(LOWER(REPLACE({{x}}, RTRIM({{x}}, REPLACE({{x}}, '@', '')), '')), {_EDGE})".replace(
        "CHR(", "CHAR("
    ),
    "snowflake": _AFTER,
    "redshift": _AFTER,
    "bigquery": "RTRIM(LOWER(REGEXP_REPLACE({x}, '^.*@', '')))",
    "databricks": _LAST,
    "spark": _LAST,
    "mysql": _LAST,
    "tsql": "RTRIM(LOWER(RIGHT({x}, CHARINDEX(N'@', REVERSE({x}) + N'@') - 1)))",
}
"""What stands behind the last @ of an address, in small letters, without the signs that may stand after it."""


def literal(text: str, words: Dialect) -> str:
    """A text as a literal of one dialect; line ends and tabs are spelt out, so that no editor can change them.

    >>> literal("it's" + chr(10), DIALECTS["sqlite"])
    "'it''s' || CHAR(10)"
    """
    if words.name in ESCAPING:
        return exp.Literal.string(text).sql(words.name)
    parts = [part for part in re.split(r"([\t\r\n])", text) if part] or [""]
    return f" {words.join} ".join(_part(part, words) for part in parts)


def _part(text: str, words: Dialect) -> str:
    if text in ("\t", "\r", "\n"):
        return f"{words.sign}({ord(text)})"
    make = exp.National(this=text) if words.name == "tsql" else exp.Literal.string(text)
    return make.sql(words.name)


def identifier(name: str, words: Dialect) -> str:
    """A quoted name in one dialect; a line end in it is marked, to be put back once lines are indented."""
    return sql.identifier(name).sql(words.name).replace("\n", LINE_END)

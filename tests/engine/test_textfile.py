"""Text files: encodings, separators, quotes, broken lines."""

from __future__ import annotations

import pytest
from engine_case import Write, column, fact, types

from calibrate.engine import open_table
from calibrate.errors import InputError

# --- encoding ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8 with BOM"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"),
     ("utf-16-be", "utf-16-be"), ("cp1252", "cp1252"), ("latin-1", "cp1252"), ("utf-32", "utf-32")],
)  # fmt: skip
def test_encodings_are_told_apart(write: Write, encoding: str, told: str) -> None:
    text = "société;ville\nCafé Élan;Orléans\n" + "Plain;Paris\n" * 40
    table = open_table(write(text.encode(encoding)))
    assert list(types(table)) == ["société", "ville"]
    assert column(table, "société")[0] == "Café Élan"
    assert fact(table, "encoding") == {"name": told}


def test_lines_of_two_encodings_are_each_read_in_their_own(write: Write) -> None:
    lines = [b"name,n", "été,1".encode(), "hiver é,2".encode("cp1252"), b"ok,3"]
    table = open_table(write(b"\n".join(lines)))
    assert column(table, "name") == ["été", "hiver é", "ok"]
    assert fact(table, "encoding") == {"name": "mixed"}


def test_a_byte_of_no_encoding_is_refused_with_its_place(write: Write) -> None:
    with pytest.raises(InputError, match=r"line 3, byte 3 \(0x81\).*export the file as CSV in UTF-8"):
        open_table(write(b"name,n\nok,1\nab\x81c,2\n"))


def test_a_nul_byte_is_refused_with_its_line(write: Write) -> None:
    with pytest.raises(InputError, match="NUL byte in line 3"):
        open_table(write(b"name,n\nok,1\na\0b,2\n"))


# --- separators, quotes, lines ---------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(write: Write, separator: str, newline: str) -> None:
    rows = [["id", "comment", "n"], ["a", f'"x{separator} y"', "1"], ["b", '"say ""hi"""', "2"]]
    table = open_table(write(newline.join(separator.join(row) for row in rows)))
    assert column(table, "comment") == [f"x{separator} y", 'say "hi"']
    assert column(table, "n") == [1, 2]
    assert fact(table, "separator")["character"] == separator


def test_commas_in_numbers_do_not_hide_the_semicolon(write: Write) -> None:
    table = open_table(write("taux;ca\n1,5;1234,50\n2,25;0,10\n"))
    assert column(table, "taux") == [1.5, 2.25]
    assert fact(table, "decimal_comma") == {"column": "taux"}


def test_one_column_alone(write: Write) -> None:
    assert column(open_table(write("n\n1\n\n2\n")), "n") == [1, 2]


@pytest.mark.parametrize(
    "content",
    [
        "\n\na,b\n1,x\n2,y\n",
        "sep=,\na,b\n1,x\n2,y\n",
        "a,b\n1,x\n\n2,y\n\n",
        "a,b\n1,x\n,\n2,y\n , \n",
        "a,b\r\n1,x\n2,y\r\n",
        '"a","b"\n"1","x"\n"2","y"',
        " a , b \n1,x\n2,y\n",
    ],
    ids=[
        "blank lines first",
        "sep line",
        "blank lines",
        "rows without cells",
        "mixed line ends",
        "quoted",
        "padded names",
    ],
)
def test_untidy_files_are_read(write: Write, content: str) -> None:
    table = open_table(write(content))
    assert (column(table, "a"), column(table, "b")) == ([1, 2], ["x", "y"])


def test_line_breaks_in_cells_and_names(write: Write) -> None:
    table = open_table(write('"first\nname",b\n"x\ny",2\nz,3\n'))
    assert [c.name for c in table.columns] == ["first\nname", "b"]
    assert column(table, table.columns[0].name) == ["x\ny", "z"]


def test_quotes_escaped_by_a_backslash(write: Write) -> None:
    table = open_table(write('a,b\n"x\\"y",1\n"p, \\"q\\"",2\n'))
    assert column(table, "a") == ['x"y', 'p, "q"']
    assert fact(table, "escape") == {"character": "\\"}


def test_a_separator_at_every_line_end_makes_no_column(write: Write) -> None:
    table = open_table(write("a,b,\r\n1,x,\r\n2,y,\r\n"))
    assert list(types(table)) == ["a", "b"]
    assert fact(table, "extra_column") == {"position": 3}


@pytest.mark.parametrize("content", ["a,b\n1,x,\n2,y,\n", "a,b,\n1,x\n2,y\n"], ids=["rows only", "header only"])
def test_a_separator_too_many_on_one_side(write: Write, content: str) -> None:
    assert list(types(open_table(write(content)))) == ["a", "b"]


def test_a_column_without_a_name_gets_one(write: Write) -> None:
    table = open_table(write("a,,b\n1,x,2\n2,y,3\n"))
    assert list(types(table)) == ["a", "column_2", "b"]
    assert fact(table, "unnamed_column") == {"position": 2, "name": "column_2"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b,c\n1,2,3\n4,5\n", r"line 3 has 2 cells where the header has 3; cells are missing"),
        ("a,b,c\n1,2,3\n4,5,6\n7,8,9,10\n", r"line 4 has 4 cells .* must stand in quotes"),
        ('a,b\n"x\ny",1\n2\n', r"line 4 has 1 cells"),
        ('a,b\n"x,1\n' + "y,2\n" * 30, r"quote opened on line 2 is closed only on line 32"),
        ("a,b\n", "a header line but no rows"),
        ("a,b", "a header line but no rows"),
        ("", "the file is empty"),
        ("\n\n\r\n", "the file is empty"),
        (",,\n1,2,3\n", "no names"),
    ],
)
def test_broken_files_are_refused_with_place_and_remedy(write: Write, content: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        open_table(write(content))

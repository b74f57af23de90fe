"""The rule of derived columns, by hand."""

import string

from hypothesis import given
from hypothesis import strategies as st

from calibrate.grid.derived import DROPPED, LETTERS, SIGNS, Derived, letter_table, needle, path_of

RULE = Derived("t", (("first", ("a b", "cto")), ("second", ("*leiter", "chef*"))))


def test_what_a_folded_text_is() -> None:
    assert RULE.folded("  Él-É'ß\t(x) ") == " el e ss x "
    assert Derived("t", (), breaks=";", blanks='"').folded('A  b ; "C"') == "|a b|c|"
    assert RULE.folded("") == " "


def test_the_first_answer_counts_and_words_are_whole() -> None:
    answers = {
        "A-B chef": "first",
        "chefs a": "second",
        "Gruppenleiter": "second",
        "leiterin": "other",
        "ctos": "other",
    }
    assert {text: RULE.answer(text) for text in answers} == answers
    assert RULE.answer(5.0) == "other"
    assert Derived("t", (("five", ("5",)),)).answer(5.0) == "five"


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(text: str) -> None:
    once = RULE.folded(text)
    assert RULE.folded(once.strip(" ")) == once
    assert "  " not in once
    assert not set(once) & {*string.ascii_uppercase, *SIGNS, *DROPPED, *"".join(LETTERS.values()), "\t", "\n"}


@given(st.text(max_size=20), st.sampled_from(["a", "cto", "b c"]), st.text(max_size=20))
def test_a_word_between_blanks_is_found_wherever_it_stands(before: str, word: str, behind: str) -> None:
    rule = Derived("t", (("yes", (word,)),))
    assert rule.answer(f"{before} {word.upper()} {behind}") == "yes"


def test_no_letter_becomes_another_capital() -> None:
    table = letter_table(SIGNS, "")
    assert all(plain == plain.lower() for plain in table.values())
    assert all(len(letter) == 1 for letter in table)


def test_needles_and_paths() -> None:
    assert needle("*a*", " ") == "a"
    assert path_of("//x") == "//x"
    assert path_of(" https://a.fr/b?c#d ") == "/b"

"""Names that are free."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from calibrate.free_names import free_name, numbered, suffixed, underlined, unique_names, wrapped

NAMES = st.lists(st.text(alphabet="aAb_ (2)", max_size=5), max_size=12)


def test_forms() -> None:
    assert [form("a", 3) for form in (numbered, suffixed, underlined, wrapped)] == ["a (3)", "a_3", "a__", "((a))"]
    assert free_name("other", ["Other", "(OTHER)"], wrapped) == "((other))"
    assert unique_names(["a", "A_2", "a", "a"]) == ["a", "A_2", "a_3", "a_4"]


@given(NAMES, st.sampled_from([numbered, suffixed, underlined, wrapped]))
def test_a_free_name_is_free_and_stays_where_it_may(names: list[str], form: object) -> None:
    folds = {name.casefold() for name in names}
    free = free_name("a", names, form)  # type: ignore[arg-type]
    assert free.casefold() not in folds
    assert free == "a" or "a" in folds
    unique = unique_names(names)
    assert len({name.casefold() for name in unique}) == len(names)

"""What stands in cells where nobody answered."""

from __future__ import annotations

import time

import pytest

from calibrate.leads.columns.no_answers import is_answer, is_machine_made
from calibrate.leads.columns.person_names import may_be_shown, reading
from calibrate.leads.columns.private_values import is_private


@pytest.mark.parametrize("piece", ["-", "1", "a", "A", ",", "a.", "@a", "1 ", "A ", "+1", "ab:", "Via A ", "(", "Rue "])
def test_time_does_not_grow_with_the_length_of_a_cell(piece: str) -> None:
    """64 kB without blanks took 13 to 28 seconds."""
    texts = [(piece * 65536)[:65536], *((piece * 300)[: 250 + i] for i in range(20))]
    start = time.perf_counter()
    for text in texts:
        is_private(text), reading(text), is_answer(text, 3)
    may_be_shown(texts)
    assert time.perf_counter() - start < 2


def test_what_machines_and_diaries_write_is_no_answer() -> None:
    machines = ("{\"utm\": \"x\"}", "[{\"id\": 4}]", "6f9619ff-8b86-d011-b42d-00c04fc964ff",
                "https://cdn.acme.io/avatar/1.png",
                "0035g00000XyZabAAC", "d41d8cd98f00b204e9800998ecf8427e")  # fmt: skip
    assert [text for text in machines if not is_machine_made(text)] == []
    answers = ("Head of Sales", "https://acme.fr/pricing", "Contactcenteragent", "Banking And Insurance")
    assert [text for text in answers if is_machine_made(text) or not is_answer(text, 6)] == []
    offered = "We are looking for a tool for more than ten people"
    assert (is_answer(offered, 29), is_answer(offered, 30)) == (False, True)
    assert not is_answer("x" * 151, 1000)

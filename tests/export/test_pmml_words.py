"""PMML of derived columns: what its engines trip over is not in it, and texts folded alike are folded once."""

from __future__ import annotations

import xml.etree.ElementTree as Tree
from dataclasses import replace

from replay import derived

from calibrate.export.pmml_words import derive_words


def fields(criteria):
    root = Tree.Element("TransformationDictionary")
    derive_words(root, criteria, lambda name: name)
    return root


def test_no_pattern_holds_a_bracket_that_pmml4s_splits_at():
    texts = [constant.text or "" for constant in fields(derived.grid().criteria).iter("Constant")]
    assert len(texts) > 100
    assert not [text for text in texts if "]" in text or "<" in text or "&" in text]


def test_two_questions_to_one_text_fold_it_once():
    (rank, *_) = derived.grid().criteria
    again = replace(rank, name="Again", column="Title (again)")
    once, twice = fields((rank,)), fields((rank, again))
    assert len(twice) == len(once) + 1


def test_an_answer_without_words_is_given_to_no_text():
    (rank, *_) = derived.grid().criteria
    idle = replace(rank.derived, answers=(("nobody", ()), *rank.derived.answers))
    found, plain = fields((replace(rank, derived=idle),)), fields((rank,))
    for extension in [*found.iter("Extension"), *plain.iter("Extension")]:  # where the rule is kept to be read back
        extension.attrib.pop("value")
    assert Tree.tostring(found) == Tree.tostring(plain)

"""Names of columns, word by word, and the axis that they speak of."""

from __future__ import annotations

import pytest

from calibrate.leads.columns.naming import axis_of, names_id, words_of
from calibrate.leads.columns.private_values import is_private

# --- words, ids, dates, order ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "axis"),
    [
        ("TotalVisits", "engagement"), ("Page Views Per Visit", "engagement"), ("email_opens", "engagement"),
        ("Last Activity", "engagement"), ("demo_requested", "engagement"), ("Ouvertures e-mail", "engagement"),
        ("clics", "engagement"), ("Téléchargements", "engagement"), ("essai_gratuit", "engagement"),
        ("webinaire", "engagement"), ("pricing_visit", "engagement"), ("days_since_touch", "engagement"),
        ("Sector", "fit"), ("company_size", "fit"), ("Country", "fit"), ("free_mail", "fit"), ("Secteur", "fit"),
        ("Client Size By Revenue", "fit"), ("Do Not Email", "fit"), ("What is your current occupation", "fit"),
        ("Forme juridique", "fit"), ("effectif", "fit"), ("Information source", "fit"), ("platform", "fit"),
    ],
)  # fmt: skip
def test_axes_by_name(name: str, axis: str) -> None:
    assert axis_of(name) == axis


def test_names_and_shapes() -> None:
    assert (words_of("HTTPPage"), words_of("créé_le"), words_of("  ")) == ("http page", "cree le", "")
    assert [names_id(n) for n in ("id", "IdLead", "Lead ID", "numero", "valid", "paid")] == [
        True,
        False,
        True,
        True,
        False,
        False,
    ]
    assert [is_private(t) for t in ("75001", "2024-2025", "1 000 000", "x@y", "a@b.co")] == [False] * 4 + [True]

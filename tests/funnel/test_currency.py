"""Amounts in several currencies are counted per currency and never added up."""

from __future__ import annotations

from pathlib import Path

import pytest

from calibrate.engine import Table, open_table
from calibrate.errors import InputError
from calibrate.funnel.currency import currencies, refuse_several


def table(tmp_path: Path, text: str) -> Table:
    (tmp_path / "deals.csv").write_text(text, encoding="utf-8")
    return open_table(tmp_path / "deals.csv")


@pytest.mark.parametrize("name", ["Currency", "Deal - Currency", "CurrencyIsoCode", "Devise", "Währung", "code_devise"])
def test_currencies_are_counted_where_an_amount_stands(tmp_path: Path, name: str) -> None:
    """Two in euros however written, one in dollars; an empty amount, a zero and an empty currency say nothing."""
    deals = table(tmp_path, f"id,amount,{name}\n1,5,EUR\n2,7, eur \n3,9,USD\n4,,GBP\n5,0,CHF\n6,3,\n")
    if name == "Deal - Currency":
        assert currencies(deals, "amount") == ("Deal - Currency", (("EUR", 2), ("USD", 1)))
    found, counts = currencies(deals, "amount")
    assert found == name and counts == (("EUR", 2), ("USD", 1))
    with pytest.raises(
        InputError, match=r"in 2 currencies, as '.*' says: EUR \(2 rows\), USD \(1 rows\)\. They cannot"
    ):
        refuse_several(deals, "amount")


def test_one_currency_and_none_are_no_fault(tmp_path: Path) -> None:
    one = table(tmp_path, "id,amount,currency\n1,5,EUR\n2,7,EUR\n3,,USD\n")
    refuse_several(one, "amount")
    assert currencies(one, "amount") == ("currency", (("EUR", 2),))
    none = table(tmp_path, "id,amount,sector\n1,5,EUR\n2,7,USD\n")
    refuse_several(none, "amount")
    assert currencies(none, "amount") == ("", ())


def test_hostile_names_and_values_stay_texts(tmp_path: Path) -> None:
    deals = table(tmp_path, 'id,"a""mount; DROP TABLE x",currency\n1,5,"\'; DROP TABLE x; --"\n2,6,EUR\n')
    name, counts = currencies(deals, 'a"mount; DROP TABLE x')
    assert name == "currency" and counts == (("'; DROP TABLE X; --", 1), ("EUR", 1))

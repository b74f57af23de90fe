"""Whoever speaks of an address, nothing that may be a password stands in what is said."""

from __future__ import annotations

import pytest

from calibrate.engine.table import shown
from calibrate.passwords import hushed, without_passwords

SECRETS = ("Zebra9", "Quokka")
ADDRESSES = """
postgresql://ada:Zebra9Quokka@host/base#leads
postgresql://ada:Zebra9#Quokka@host/base#leads
postgresql://ada:Zebra9/Quokka@host/base#leads
postgresql://ada:Zebra9@Quokka@host/base#leads
postgresql://ada:Zebra9%zzQuokka@host:5432/base#leads
postgresql://host/base?user=ada&password=Zebra9Quokka#leads
postgresql://ada:Zebra9Quokka
mysql://ada:Zebra9:Quokka@host/base
sc://host:15002/;token=Zebra9Quokka;user_id=ada#leads
snowflake://ada:Zebra9Quokka@account/base/schema#leads
"""
SAID = """
no file named 'host=db user=ada password=Zebra9Quokka'
no file named "dbname=x password='Zebra9 Quokka'#leads"
missing "=" after "POSTGRESQL://ada:Zebra9/Quokka@host/base" in connection info string
md:base?motherduck_token=Zebra9Quokka: no Parquet files here
https://host/leads.csv?sig=Zebra9Quokka&x=1 cannot be reached
postgresql:ada:Zebra9Quokka@host/base
unexpected extra argument (mysql://ada:Zebra9Quokka@host/b)
aws_secret_access_key = Zebra9Quokka
"""


@pytest.mark.parametrize("address", ADDRESSES.strip().splitlines())
def test_no_part_of_a_password_is_quoted(address: str) -> None:
    place = address.partition("://")[2]
    quoted = [f'bad port "{piece}"' for piece in place.replace("@", ":").replace("/", ":").split(":")]
    for said in (*quoted, f"cannot read {address}", f'invalid token: "{place}"', f"no host {place.partition('@')[2]}"):
        assert [secret for secret in SECRETS if secret in hushed(said, address)] == []
    assert [secret for secret in SECRETS if secret in shown(address)] == []


@pytest.mark.parametrize("said", SAID.strip().splitlines())
def test_what_has_the_form_of_a_password_is_hidden(said: str) -> None:
    assert [secret for secret in SECRETS if secret in without_passwords(said)] == []


@pytest.mark.parametrize(
    "said",
    [
        "no column named 'a@b.fr'. Did you mean 'mail'?",
        "leads.csv: line 3: 12:30@noon",
        '--customer "status = won" is no value',
        "postgresql://host:5432/base: no table named 'token'",
        "Login token: none",
    ],
)
def test_other_words_stay(said: str) -> None:
    assert without_passwords(said) == said
    assert hushed(said, "postgresql://ada@host/base?sslmode=require") == said

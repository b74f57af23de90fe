"""What stores raise, as their libraries raise it, becomes words without anything of their texts."""

from __future__ import annotations

import pytest

from calibrate.engine.object_faults import fault_of


class ClientPayloadError(Exception):
    """As in aiohttp."""


class HttpError(Exception):
    """As in gcsfs: a number of HTTP in `code`."""

    def __init__(self, code: int) -> None:
        super().__init__("secret")
        self.code = code


class Status(Exception):
    """As in aiohttp: a number of HTTP in `status`."""

    def __init__(self, status: int) -> None:
        super().__init__("secret")
        self.status = status


class Response(Exception):
    """As in botocore: a number of HTTP in `response`."""

    def __init__(self, status: int) -> None:
        super().__init__("secret")
        self.response = {"ResponseMetadata": {"HTTPStatusCode": status}}


class ClientAuthenticationError(Exception):
    """As in azure.core."""


def caused(fault: Exception, cause: Exception) -> Exception:
    fault.__cause__ = cause
    return fault


@pytest.mark.parametrize(
    ("fault", "scheme", "words"),
    [
        (HttpError(403), "gs", "no right to read it; rights come from GOOGLE_APPLICATION_CREDENTIALS"),
        (HttpError(401), "https", "no right to read it; check name and password"),
        (HttpError(404), "gcs", "nothing is there"),
        (HttpError(410), "gcs", "nothing is there"),
        (HttpError(416), "gs", "was changed while it was read"),
        (HttpError(400), "gs", "the server answers with fault 400"),
        (HttpError(600), "gs", r"cannot be read \(HttpError\)"),
        (HttpError(399), "gs", r"cannot be read \(HttpError\)"),
        (Status(404), "https", "nothing is there"),
        (Status(599), "https", "the server answers with fault 599"),
        (Response(403), "s3a", "no right to read it; rights come from AWS_PROFILE"),
        (HttpError(503), "gs", "the server answers with fault 503"),
        (
            ClientAuthenticationError("secret"),
            "abfs",
            "no right to read it; rights come from AZURE_STORAGE_ACCOUNT_NAME",
        ),
        (caused(FileNotFoundError("secret"), TimeoutError()), "https", "no answer in time"),
        (caused(FileNotFoundError("secret"), ConnectionRefusedError()), "https", "no connection to the server"),
        (ClientPayloadError("secret"), "https", "fewer bytes came"),
        (OSError(28, "secret"), "s3", "no room on the disk"),
        (
            ValueError("secret: connection_string or account_name"),
            "abfss",
            "no right to read it; rights come from AZURE",
        ),
        (ValueError("secret"), "s3", r"cannot be read \(ValueError\)"),
    ],
)
def test_faults_become_words(fault: Exception, scheme: str, words: str) -> None:
    said = str(fault_of(fault, f"{scheme}://box/leads.csv"))
    assert said.startswith(f"{scheme}://box/leads.csv: ") and "secret" not in said
    with pytest.raises(Exception, match=words):
        raise fault_of(fault, f"{scheme}://box/leads.csv")

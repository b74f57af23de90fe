"""What stores say of faults, in one sentence each: found in the chain of exceptions by kind and status, never quoted.

Texts of the libraries are not handed on: they may hold signed addresses, keys and names of accounts.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import InputError
from .table import shown

RIGHTS = {
    "s3": "AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "gs": "GOOGLE_APPLICATION_CREDENTIALS, or gcloud auth application-default login",
    "abfss": "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY or AZURE_STORAGE_SAS_TOKEN, or az login",
}
"""Where the rights of a store come from, by scheme."""
_ALIKE = {"s3a": "s3", "gcs": "gs", "abfs": "abfss", "az": "abfss"}

_NO_RIGHT = ("PermissionError", "NoCredentials", "CredentialRetrieval", "ClientAuthentication", "RefreshError")
_NO_TIME = ("Timeout",)
_NO_WAY = ("ConnectorError", "EndpointConnection", "ServiceRequestError", "ConnectionError", "ConnectionRefused")
_CUT = ("ClientPayload", "IncompleteRead", "ServerDisconnected", "ContentLength", "ResponseStreaming")


def fault_of(fault: BaseException, address: str) -> InputError:
    """The error for what a store said.

    >>> print(fault_of(PermissionError("key AKIA"), "s3://bucket/leads.csv"))
    s3://bucket/leads.csv: no right to read it; rights come from AWS_PROFILE, or AWS_ACCESS_KEY_ID and ...
    >>> print(fault_of(FileNotFoundError(), "https://host/leads.csv?signature=x"))
    https://host/leads.csv: nothing is there; check the address
    """
    scheme = address.partition("://")[0].lower()
    said = _words(fault, _ALIKE.get(scheme, scheme))
    return InputError(f"{shown(address)}: {said}")


def _words(fault: BaseException, scheme: str) -> str:
    names = [kind.__name__ for link in _chain(fault) for kind in type(link).__mro__]
    status = next((code for link in _chain(fault) if (code := _status(link))), 0)

    def among(parts: tuple[str, ...]) -> bool:
        return any(part in name for part in parts for name in names)

    rights = RIGHTS.get(scheme)
    nobody = any(isinstance(link, ValueError) and "account_name" in str(link) for link in _chain(fault))  # Azure's
    if status in (401, 403) or among(_NO_RIGHT) or nobody:
        return "no right to read it" + (f"; rights come from {rights}" if rights else "; check name and password")
    if among(_NO_TIME):
        return "no answer in time; try again, or download the file first"
    if among(_CUT):
        return "fewer bytes came than were said; the file was cut on its way: run again"
    if status in (404, 410):
        return "nothing is there; check the address"
    if status == 416:  # the part that is wanted lies behind its end
        return "was changed while it was read; run again"
    if status >= 400:
        return f"the server answers with fault {status}; try again, or download the file first"
    if among(_NO_WAY):
        return "no connection to the server; check the address and the network"
    if "FileNotFoundError" in names:
        return "nothing is there; check the address"
    if isinstance(fault, OSError) and fault.errno == 28:
        return "no room on the disk for a copy of it"
    return f"cannot be read ({type(fault).__name__}); download the file first"


def _chain(fault: BaseException) -> Iterator[BaseException]:
    """A fault and what caused it."""
    link: BaseException | None = fault
    for _ in range(10):
        if link is None:
            return
        yield link
        link = link.__cause__ or link.__context__


def _status(fault: BaseException) -> int:
    """The number of an answer by HTTP, as the libraries keep it."""
    response = getattr(fault, "response", None)
    told = response.get("ResponseMetadata", {}) if isinstance(response, dict) else {}
    for code in (getattr(fault, "status", None), getattr(fault, "status_code", None), told.get("HTTPStatusCode")):
        if isinstance(code, int) and 400 <= code < 600:
            return code
    code = vars(fault).get("code", 0)
    return code if isinstance(code, int) and 400 <= code < 600 else 0

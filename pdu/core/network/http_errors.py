"""What the errors of HTTP say where a server was asked that is no PDU: Prometheus, NetBox."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from handlers.http.errors import HttpException
from handlers.shared.errors import printable

# What the errors of handlers/http say of a PDU, and how it is said of a server. Sentences come
# before words that are in them.
_OF_A_SERVER = (
    (
        "check address and port, and that the PDU's web service is on",
        "check the URL, and that it runs",
    ),
    ("the device has no such resource", "the server has nothing there"),
    (
        "its firmware or model does not offer this, or its web service is on another port",
        "check the URL",
    ),
    (
        "check user name and password, and that the account is neither blocked nor waiting for a"
        " new password",
        "check the user, and the password or token",
    ),
    ("the session's token", "the token"),
    (
        "the session may have ended, so log in again or repeat the call; if that does not help,"
        " check what the account may do",
        "check the token, and that it has not expired",
    ),
    ("give its role the privilege on the device", "let it read there"),
    ("log in to the device's web page once", "log in to the server's page once"),
    ("give the device's final address", "give the final URL"),
    ("if that is right, give it as the address", "if that is right, give it in the URL"),
    (
        "which may be forwarded to another PDU, so the login is not sent there; if the port is"
        " right, set that scheme and port",
        "where the login is not sent; if that is right, give them in the URL",
    ),
    ("is this the PDU's web service?", "is this its URL?"),
    ("is this the PDU's HTTP(S) port?", "is this its port?"),
    ("this is the PDU's HTTP(S) port", "this is its port"),
    (
        ": set 'ca_pem' or 'fingerprint', or verify=no to accept any certificate",
        ": give its authority with --ca-pem",
    ),
    (": set 'fingerprint', or verify=no to accept any certificate", ": correct it there"),
    (", or raise 'timeout'", ""),
    (
        "compare it with the certificate on the device itself before you pin it",
        "see whether it is the server's own",
    ),
    ("the device", "the server"),
)


@contextlib.contextmanager
def describe_as_server() -> Iterator[None]:
    """Errors of HTTP in this block speak of a server, and not of a PDU."""
    try:
        yield
    except HttpException as error:
        _reword(error)
        raise


def _reword(error: HttpException) -> None:
    text = error.reason
    for of_pdu, of_server in _OF_A_SERVER:
        text = text.replace(of_pdu, of_server)
    error.parts = (printable(text),)
    error.reason = printable(text)
    error.args = (error.reason, *error.args[1:])

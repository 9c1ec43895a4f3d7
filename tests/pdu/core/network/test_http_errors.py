"""What a command says of a server that is no PDU: Prometheus, NetBox."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Iterator
from typing import Any

import pytest

from handlers.http import errors as failures, redirects
from handlers.http.login import Login
from handlers.http.message import Endpoint, Request, Response
from pdu.core.network.http_errors import describe_as_server


def refused_certificate(code: int) -> ssl.SSLError:
    error = ssl.SSLCertVerificationError("certificate verify failed")
    error.verify_code, error.verify_message = code, "self-signed certificate"
    return error


def broken_tls() -> ssl.SSLError:
    error = ssl.SSLError(1, "wrong version number")
    error.reason = "WRONG_VERSION_NUMBER"
    return error


def redirected(location: str, here: Endpoint) -> failures.HttpException:
    request = Request("GET", "/x", {}, None, 1.0, 1.0, 9)
    with pytest.raises(failures.HttpException) as error_info:
        redirects.next_request(
            here, request, Response(302, {"location": location}, b""), Login("u", "p")
        )
    return error_info.value


def errors() -> Iterator[failures.HttpException]:
    """Each error that an exchange over HTTP can end with."""
    for status in (*failures.STATUSES, 200, 204, 400, 418, 500, 502):
        for login in (None, Login("u", "p "), Login(token="t", sent_as="Authorization: ")):
            yield failures.error_of_status(status, login, {"retry-after": "7"})
    causes: list[Any] = [
        socket.timeout(),
        ConnectionRefusedError(),
        ConnectionResetError(),
        http.client.BadStatusLine("x"),
        broken_tls(),
        socket.gaierror(),
        OSError(113, "No route to host"),
    ]
    for cause in causes:
        for secured in (False, True):
            yield failures.error_before_answer(cause, "h:1", is_over_tls=secured)
    for code in (18, 10):
        yield failures.not_trusted(refused_certificate(code), refuse, "h")
    yield from (
        failures.error_in_answer(socket.timeout()),
        failures.broken_off(),
        failures.too_long(9),
    )
    http_, https = Endpoint("http", "h", 80), Endpoint("https", "h", 443)
    for location, here in (
        ("", http_),
        ("http://other/", http_),
        ("http://h/", https),
        ("http://h:81/", http_),
        ("http://h/x", http_),
    ):
        yield redirected(location, here)


def refuse() -> socket.socket:
    raise OSError


def test_no_error_of_http_speaks_of_a_pdu_where_a_server_was_asked() -> None:
    for error in errors():
        before = error.reason
        with pytest.raises(failures.HttpException) as error_info, describe_as_server():
            raise error
        said = error_info.value
        assert not re.search(r"PDU|device|firmware|'\w+'|verify=", said.reason), (
            before,
            said.reason,
        )
        assert "".join(map(str, said.parts)) == said.reason == said.args[0] == str(said)


def test_a_certificate_that_is_not_trusted_names_the_option_of_its_authority() -> None:
    error = failures.not_trusted(refused_certificate(18), refuse, "h")
    with pytest.raises(failures.HttpException) as error_info, describe_as_server():
        raise error
    assert error_info.value.reason == (
        "the server's certificate is not trusted (self-signed certificate): give its authority with"
        " --ca-pem"
    )

"""Asking a server that is no PDU: which URL, and where a login may go."""

from __future__ import annotations

import pytest

from handlers.http.login import Login
from handlers.shared.errors import SettingsError
from handlers.shared.tls import Trust
from pdu.core.network.hosts import is_this_machine
from pdu.core.network.server_client import ReadLimits, ServerClient

_LIMITS = ReadLimits(1.0, 1.0, 100)
_TOKEN = Login(token="x-y", sent_as="Authorization: Bearer ")  # noqa: S106


def client(url: str, login: Login = Login()) -> ServerClient:  # noqa: B008 (immutable)
    return ServerClient(url, login, Trust(), _LIMITS, "--token-file FILE")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "prometheus",
        "https://",
        "ftp://a.example",
        "https://a/?x=1",
        "https://a/#x",
        "https://[x",
    ],
)
def test_a_url_that_cannot_be_asked_is_an_error(url: str) -> None:
    with pytest.raises(SettingsError, match="the URL must be https://HOST"):
        client(url)


def test_a_login_in_a_url_is_refused_and_not_shown() -> None:
    with pytest.raises(SettingsError) as error_info:
        client("https://admin:words@a.example")
    assert (
        "give --token-file FILE" in error_info.value.reason
        and "words" not in error_info.value.reason
    )


@pytest.mark.parametrize("host", ["a.example", "192.0.2.7", "[2001:db8::1]", "127.0.0.1.example"])
def test_a_login_goes_only_over_tls_or_to_this_machine(host: str) -> None:
    with pytest.raises(SettingsError, match="readable on the way"):
        client(f"http://{host}", _TOKEN)
    client(f"http://{host}").close()
    client(f"https://{host}", _TOKEN).close()
    client("http://localhost:9090", _TOKEN).close()


@pytest.mark.parametrize(
    "host, found",
    [
        ("127.0.0.1", True), ("127.8.9.1", True), ("::1", True), ("localhost", True),
        ("LOCALHOST", True), ("::1%lo", True), ("192.0.2.1", False), ("localhost.example", False),
        ("", False), ("198.51.100.1", False), ("::", False),
    ],
)  # fmt: skip
def test_this_machine_is_known_by_its_loopback_addresses_and_name(host: str, found: bool) -> None:
    assert is_this_machine(host) is found

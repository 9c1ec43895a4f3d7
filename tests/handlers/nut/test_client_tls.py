"""The client over STARTTLS: trust, and what is sent before and behind it."""
from __future__ import annotations

import socket
from typing import Iterator, List

import pytest

from handlers.errors import ProtocolError, SettingsError, Unreachable
from handlers.nut.client import NutClient
from handlers.tls import Trust
from tests.handlers.nut.clients import listen
from tests.servers.scripted import serving
from tests.simulators.nut_server import ADMIN, NutServer
from tests.waiting import PATIENCE_S


@pytest.fixture(scope="module")
def secure() -> Iterator[NutServer]:
    with NutServer(tls=True) as made:
        yield made


def over_tls(server: NutServer, tls: Trust, host: str = "127.0.0.1") -> NutClient:
    return NutClient(host, server.port, username=ADMIN.name, password=ADMIN.password, tls=tls, timeout=PATIENCE_S)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_tls_is_verified_against_an_authority(secure: NutServer, host: str) -> None:
    with over_tls(secure, Trust(ca_pem=secure.ca_pem), host) as nut:
        assert nut.run("pdu", "outlet.1.load.off")


def test_tls_is_pinned_to_a_certificate(secure: NutServer) -> None:
    with over_tls(secure, Trust(fingerprint=secure.fingerprint)) as nut:
        assert "pdu" in nut.devices()
    with over_tls(secure, Trust(fingerprint="ab" * 32)) as nut, pytest.raises(Unreachable, match="another certificate"):
        nut.run("pdu", "outlet.1.load.on")


def test_any_certificate_is_taken_where_verify_is_off(secure: NutServer) -> None:
    with over_tls(secure, Trust(verify=False)) as nut:
        assert "pdu" in nut.devices()


def test_a_certificate_of_an_unknown_authority_says_what_to_set(secure: NutServer) -> None:
    with over_tls(secure, Trust()) as nut, pytest.raises(Unreachable, match="ca_pem"):
        nut.devices()


def test_a_bad_ca_is_an_error_with_a_host(secure: NutServer) -> None:
    broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    with over_tls(secure, Trust(ca_pem=broken)) as nut, pytest.raises(SettingsError) as caught:
        nut.devices()
    assert caught.value.host == "127.0.0.1"


def test_a_server_without_tls_is_an_error_and_hears_nothing(server: NutServer) -> None:
    heard = listen(server)
    with over_tls(server, Trust()) as nut, pytest.raises(Unreachable, match="tls=no"):
        nut.run("pdu", "outlet.1.load.off")
    assert heard == ["STARTTLS"]


def test_nothing_is_read_ahead_or_sent_behind_starttls(secure: NutServer) -> None:
    heard: List[str] = []

    def inject(line: str, answer: bytes) -> bytes:
        heard.append(line)
        return answer + b"OK\nOK\n" if line == "STARTTLS" else answer
    secure.faults.rewrite = inject
    try:
        with over_tls(secure, Trust(verify=False)) as nut, pytest.raises(ProtocolError):
            nut.run("pdu", "outlet.1.load.off")
        assert heard == ["STARTTLS"]
    finally:
        secure.faults.rewrite = None


def test_a_handshake_that_never_comes_ends_with_the_deadline() -> None:
    def half(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(b"OK STARTTLS\n")
        while connection.recv(100000):
            pass

    with serving(half) as port, NutClient("127.0.0.1", port, tls=Trust(), timeout=0.3) as nut, pytest.raises(Unreachable):
        nut.devices()

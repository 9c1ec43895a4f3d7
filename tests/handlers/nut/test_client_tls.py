"""The client over STARTTLS."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator

import pytest

from handlers.nut import requests
from handlers.nut.client import NutClient
from handlers.shared.errors import ProtocolError, Unreachable
from handlers.shared.tls import Trust
from tests.handlers.nut.clients import listen
from tests.servers.scripted import serving
from tests.simulators.certificates import usual
from tests.simulators.nut_server import ADMIN, NutServer
from tests.waiting import PATIENCE_S


@pytest.fixture(scope="module")
def secure() -> Iterator[NutServer]:
    with NutServer(tls=True) as nut_server:
        yield nut_server


def over_tls(server: NutServer, tls: Trust, host: str = "127.0.0.1") -> NutClient:
    return NutClient(
        host, server.port, username=ADMIN.name, password=ADMIN.password, tls=tls, timeout=PATIENCE_S
    )


def test_a_pinned_certificate_is_accepted_and_no_other(secure: NutServer) -> None:
    with over_tls(secure, Trust(fingerprint=secure.fingerprint)) as nut:
        assert "pdu" in nut.answer(requests.list_ups())
    with (
        over_tls(secure, Trust(fingerprint="ab" * 32)) as nut,
        pytest.raises(Unreachable, match="another certificate"),
    ):
        nut.run("pdu", "outlet.1.load.on")


def test_without_a_second_connection_an_untrusted_certificate_has_no_fingerprint() -> None:
    def once(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(b"OK STARTTLS\n")
        usual().context.wrap_socket(connection, server_side=True)

    with (
        serving(once) as port,
        NutClient("127.0.0.1", port, tls=Trust(), timeout=PATIENCE_S) as nut,
    ):
        with pytest.raises(Unreachable, match="not trusted .*'fingerprint'") as error_info:
            nut.answer(requests.list_ups())
    assert "SHA-256" not in str(error_info.value)


def test_a_host_that_cannot_start_tls_is_an_error_and_leaves_no_socket_open(
    secure: NutServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    received_lines = listen(secure)
    monkeypatch.setattr("handlers.nut.connection.wrap_with_tls", fails)
    with (
        over_tls(secure, Trust(verify=False)) as nut,
        pytest.raises(Unreachable, match="TLS handshake failed .Too many open files"),
    ):
        nut.answer(requests.list_ups())
    assert not nut.is_open
    assert received_lines == ["STARTTLS"]


def test_bytes_after_the_answer_to_starttls_are_an_error_and_nothing_more_is_sent(
    secure: NutServer,
) -> None:
    received_lines: list[str] = []

    def inject(line: str, answer: bytes) -> bytes:
        received_lines.append(line)
        return answer + b"OK\nOK\n" if line == "STARTTLS" else answer

    secure.faults.rewrite = inject
    try:
        with over_tls(secure, Trust(verify=False)) as nut, pytest.raises(ProtocolError) as info:
            nut.run("pdu", "outlet.1.load.off")
        assert received_lines == ["STARTTLS"]
        assert not info.value.may_have_executed
    finally:
        secure.faults.rewrite = None

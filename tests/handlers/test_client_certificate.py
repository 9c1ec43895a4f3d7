"""Real TLS servers that demand a client certificate: the error says so, and not that the server
lacks TLS or has too many connections.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
from collections.abc import Iterator
from typing import Any, Callable

import pytest

from handlers.nut.handler import make_handler as nut
from handlers.raritan.handler import make_handler as raritan
from handlers.redfish.handler import make_handler as redfish
from handlers.shared.errors import Unreachable
from pdu_common.connection import PduData
from pdu_common.helper import PduPortView
from tests.servers.scripted import serving
from tests.simulators.certificates import server_context, usual

VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
COMMON = {"timeout": "20", "ca_pem": usual().authority.ca_pem}
HANDLERS: dict[str, tuple[Callable[[PduData], Any], dict[str, str]]] = {
    "nut": (nut, {"device": "pdu", "tls": "yes"}),
    "raritan": (raritan, {"username": "u", "password": "long-words"}),
    "redfish": (redfish, {"username": "u", "password": "long-words"}),
}
_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: the end of the connection overtakes the alert


@contextlib.contextmanager
def demanding(handler: str, version: str, is_abrupt: bool) -> Iterator[int]:
    """The port of a server that ends the session of a client without a certificate."""
    context = server_context(usual().key, usual().certificate)
    context.minimum_version = context.maximum_version = VERSIONS[version]
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=usual().authority.ca_pem)

    def talk(connection: socket.socket) -> None:
        if handler == "nut":
            connection.recv(100)
            connection.sendall(b"OK STARTTLS\n")
        raw = connection.dup()
        raw.settimeout(300)
        with (
            raw,
            context.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            ) as wrap_with_tls,
        ):
            with pytest.raises(ssl.SSLError):
                wrap_with_tls.do_handshake()
            if is_abrupt:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
                return
            while raw.recv(1000):  # so that the alert arrives
                pass

    with serving(talk) as port:
        yield port


@pytest.mark.parametrize("is_abrupt", [False, True], ids=["an alert", "a reset"])
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("handler", HANDLERS)
def test_a_server_that_demands_a_client_certificate_is_named_as_such(
    handler: str, version: str, is_abrupt: bool
) -> None:
    make, settings = HANDLERS[handler]
    with demanding(handler, version, is_abrupt) as port:
        pdu = make(PduData("127.0.0.1", {**COMMON, **settings, "port": str(port)}))
        with pytest.raises(Unreachable, match="demands? a client certificate") as error_info:
            pdu.port_down(PduPortView("3"))
    reason = error_info.value.reason
    assert "MAXCONN" not in reason
    assert "version 1.2" not in reason
    assert ("CERTREQUEST" in reason) == (handler == "nut")


def test_a_server_without_a_common_cipher_is_not_said_to_demand_a_certificate() -> None:
    context = server_context(usual().key, usual().certificate)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE-RSA-AES128-SHA256")  # the certificate's key is not of RSA

    def talk(connection: socket.socket) -> None:
        raw = connection.dup()
        with raw, contextlib.suppress(ssl.SSLError):
            with context.wrap_socket(connection, server_side=True):
                pass

    with serving(talk) as port:
        make, settings = HANDLERS["redfish"]
        pdu = make(PduData("127.0.0.1", {**COMMON, **settings, "port": str(port)}))
        with pytest.raises(Unreachable) as error_info:
            pdu.status()
    assert "client certificate" not in error_info.value.reason

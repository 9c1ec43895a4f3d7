"""Handlers refuse TLS 1.0 and 1.1 in real handshakes, even where Python and OpenSSL would accept
them.

Python 3.9 sets no minimum version for a context, and OpenSSL before 3 accepts both versions unless
it was configured otherwise. The fixture `lenient` imitates these defaults.
"""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Iterator
from typing import Any, Callable

import pytest
import trustme

from handlers.nut.client import NutClient
from handlers.raritan.handler import make_handler as raritan
from handlers.shared import tls
from handlers.shared.errors import PduHandlerError, Unreachable
from handlers.shared.tls import Trust
from pdu_common.connection import PduData
from tests.handlers.raritan.peer import Peer, result
from tests.simulators.nut_server import NutServer
from tests.waiting import PATIENCE_S

OLD = [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1]
AUTHORITY = trustme.CA()
LEAF = AUTHORITY.issue_cert("127.0.0.1")
CA_PEM = AUTHORITY.cert_pem.bytes().decode("ascii")


@pytest.fixture
def lenient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """New contexts start without a minimum version and with OpenSSL's security level 0."""
    new_context = ssl.SSLContext.__new__

    def new(cls: Any, *arguments: Any, **options: Any) -> ssl.SSLContext:
        context: ssl.SSLContext = new_context(cls, *arguments, **options)
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("ALL:@SECLEVEL=0")
        return context

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        monkeypatch.setattr(ssl.SSLContext, "__new__", new)
        yield


def serving(version: ssl.TLSVersion) -> ssl.SSLContext:
    """Return a server context that speaks only this version."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    LEAF.configure_cert(context)
    context.minimum_version = context.maximum_version = version
    return context


def over_starttls(version: ssl.TLSVersion) -> None:
    with NutServer(tls=True) as server:
        setattr(server, "_tls", serving(version))
        with NutClient(
            server.host, server.port, tls=Trust(ca_pem=CA_PEM), timeout=PATIENCE_S
        ) as nut:
            nut.devices()


def over_https(version: ssl.TLSVersion) -> None:
    with Peer([[result([])] * 4] * 4, tls=serving(version)) as peer:
        raritan(
            PduData(
                peer.address,
                {"username": "u", "password": "p", "ca_pem": CA_PEM, "timeout": str(PATIENCE_S)},
            )
        ).status()


@pytest.mark.usefixtures("lenient")
@pytest.mark.parametrize("connect", [over_starttls, over_https])
@pytest.mark.parametrize("version", OLD)
def test_an_old_version_is_refused_in_the_handshake(
    connect: Callable[[ssl.TLSVersion], None], version: ssl.TLSVersion
) -> None:
    with pytest.raises(Unreachable, match="TLS|handshake"):
        connect(version)


@pytest.mark.usefixtures("lenient")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_current_version_is_accepted(version: ssl.TLSVersion) -> None:
    over_starttls(version)
    try:
        over_https(version)
    except PduHandlerError as error:  # the peer answers, but not as a PDU
        assert not isinstance(error, Unreachable)


@pytest.mark.usefixtures("lenient")
@pytest.mark.parametrize(
    "trust", [(True, "", ""), (True, CA_PEM, ""), (False, "", ""), (True, "", "ab" * 32)]
)
def test_every_kind_of_trust_has_the_same_minimum_version(trust: tuple[bool, str, str]) -> None:
    assert tls.Trust(*trust).context().minimum_version is ssl.TLSVersion.TLSv1_2

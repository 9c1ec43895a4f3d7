"""A server of our own answers only to its own names: pages may not read it by DNS rebinding."""

from __future__ import annotations

import asyncio
import socket

import pytest

from pdu.monitoring.web.host_check import HostCheck
from pdu.monitoring.web.messages import WebRequest, WebResponse


async def _application(request: WebRequest) -> WebResponse:
    return WebResponse(200, b"figures")


def status(check: HostCheck, *hosts: str) -> int:
    headers = [(b"accept", b"*/*"), *((b"host", host.encode()) for host in hosts)]
    return asyncio.run(check(WebRequest("GET", b"/metrics", "1.1", headers))).status


@pytest.mark.parametrize(
    "listen, allowed, refused",
    [
        (
            "127.0.0.1",
            ["127.0.0.1", "127.0.0.1:9914", "localhost:9914", "LOCALHOST"],
            ["evil.example", "192.0.2.7:9914", "localhost.evil.example", "127.0.0.1.evil.example"],
        ),
        ("[::1]", ["[::1]:9914", "[0::1]", "localhost"], ["[::2]", "::1", "evil.example"]),
        ("192.0.2.7", ["192.0.2.7:80"], ["localhost", "192.0.2.8", "evil.example"]),
        ("Exporter.Example", ["exporter.example:9914", "exporter.example."], ["evil.example"]),
        # at all addresses: a page's name is no address
        ("", ["192.0.2.7", "[2001:db8::1]:9914", "localhost"], ["evil.example", "evil.example:80"]),
        ("0.0.0.0", ["192.0.2.7:9914", "localhost"], ["evil.example"]),  # noqa: S104
    ],
)
def test_only_the_own_names_and_addresses_are_answered(
    listen: str, allowed: list[str], refused: list[str]
) -> None:
    check = HostCheck(_application, listen, ["metrics.example"])
    for host in (*allowed, socket.gethostname(), "Metrics.example:9914"):
        assert status(check, host) == 200, host
    for host in (*refused, "", "127.0.0.1:x", "metrics.example@evil.example", "evil.example."):
        assert status(check, host) == 421, host


def test_a_request_without_a_host_is_answered_and_one_with_two_needs_both_right() -> None:
    """Browsers always send a Host; health checks by HTTP/1.0 do not."""
    check = HostCheck(_application, "127.0.0.1")
    assert status(check) == 200
    assert status(check, "127.0.0.1", "evil.example") == 421

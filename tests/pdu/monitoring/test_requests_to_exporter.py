"""Requests to the exporter: what is read, and what is answered."""

from __future__ import annotations

from typing import Any

import pytest

from pdu.monitoring import server
from pdu.monitoring.host_check import HostCheck
from pdu.network.listening import bound_socket
from tests.tables import Law, compared

from .requests_to_exporter import TABLE, shown


@pytest.mark.parametrize("law", TABLE.laws(), ids=str)
def test_request(law: Law) -> None:
    law.check(compared(shown))


@pytest.mark.parametrize("listen", ["127.0.0.1", "127.1", "0x7f000001"])
def test_each_spelling_of_a_loopback_address_is_checked(
    listen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    applications: list[Any] = []

    class Server:
        def __init__(self, application: Any, *_: object) -> None:
            applications.append(application)

        def run(self) -> None:
            """Serve nothing."""

    monkeypatch.setattr(server, "WebServer", Server)
    exporter: Any = type("Exporter", (), {"threads": 1})()
    with bound_socket(f"{listen}:0", "--listen", "") as listener:
        server.serve(exporter, listener, listen, [])
    (check,) = applications
    assert isinstance(check, HostCheck)
    assert check.allows("127.0.0.1")
    assert check.allows(listen)
    assert not check.allows("evil.example")

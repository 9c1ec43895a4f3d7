"""A server of our own answers only to its own names: pages may not read it by DNS rebinding."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from pdu.monitoring import server
from pdu.monitoring.host_check import HostCheck, check_host_on_loopback
from pdu.network.listening import bound_socket


def _application(_: dict[str, Any], start: Any) -> Iterable[bytes]:
    start("200 OK", [])
    return [b"figures"]


def status(check: HostCheck, host: str | None) -> int:
    answers: list[str] = []
    start: Any = lambda line, _: answers.append(line)  # noqa: E731
    check({} if host is None else {"HTTP_HOST": host}, start)
    return int(answers[0].split()[0])


@pytest.mark.parametrize(
    "listen, own_hosts, other_hosts",
    [
        (
            "127.0.0.1",
            ["127.0.0.1", "127.0.0.1:9914", "localhost:9914", "LOCALHOST"],
            ["evil.example", "192.0.2.7:9914", "localhost.evil.example", "127.0.0.1.evil.example"],
        ),
        ("[::1]", ["[::1]:9914", "[0::1]", "localhost"], ["[::2]", "::1", "evil.example"]),
    ],
)
def test_only_the_own_names_and_addresses_are_answered(
    listen: str, own_hosts: list[str], other_hosts: list[str]
) -> None:
    check = HostCheck(_application, listen, ["metrics.example"])
    for host in (*own_hosts, "Metrics.example:9914"):
        assert status(check, host) == 200, host
    for host in (*other_hosts, "", "127.0.0.1:x", "metrics.example@evil.example", "evil.example."):
        assert status(check, host) == 421, host


def test_a_request_without_a_host_is_answered() -> None:
    """Browsers always send a Host; health checks by HTTP/1.0 do not."""
    assert status(HostCheck(_application, "127.0.0.1"), None) == 200


@pytest.mark.parametrize(
    ("listen", "is_checked"),
    [("127.0.0.1", True), ("[::1]", True), ("localhost", True)]
    + [(listen, False) for listen in ("", "0.0.0.0", "[::]", "192.0.2.7", "exporter")],  # noqa: S104
)
def test_a_server_for_other_machines_answers_to_each_name(listen: str, is_checked: bool) -> None:
    """In a container it is called by the name of its service."""
    application: Any = _application
    checked_application: Any = check_host_on_loopback(application, listen, [])
    assert isinstance(checked_application, HostCheck) is is_checked
    assert is_checked or checked_application is application


@pytest.mark.parametrize("listen", ["127.0.0.1", "127.1", "0x7f000001"])
def test_each_spelling_of_a_loopback_address_is_checked(
    listen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    applications: list[Any] = []

    class Server:
        def __init__(self, application: Any, *_: object) -> None:
            applications.append(application)

        def run(self) -> None:
            """It serves nothing."""

    monkeypatch.setattr(server, "WebServer", Server)
    exporter: Any = type("Exporter", (), {"threads": 1})()
    with bound_socket(f"{listen}:0", "--listen", "") as listener:
        server.serve(exporter, listener, listen, [])
    (check,) = applications
    assert isinstance(check, HostCheck)
    assert check.allows("127.0.0.1")
    assert check.allows(listen)
    assert not check.allows("evil.example")

"""Which hosts are this machine: a proof of a unit there is a simulation."""

from __future__ import annotations

import pytest

from pdu.network.hosts import is_this_machine


@pytest.mark.parametrize(
    "host, is_this",
    [
        ("127.0.0.1", True), ("127.8.9.1", True), ("::1", True), ("localhost", True),
        ("LOCALHOST", True), ("::1%lo", True), ("192.0.2.1", False), ("localhost.example", False),
        ("", False), ("198.51.100.1", False), ("::", False),
    ],
)  # fmt: skip
def test_this_machine_is_known_by_its_loopback_addresses_and_name(host: str, is_this: bool) -> None:
    assert is_this_machine(host) is is_this

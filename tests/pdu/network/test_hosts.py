"""What is the address of a device, and which hosts are this machine."""

from __future__ import annotations

import pytest

from pdu.network.hosts import NotAHost, address


@pytest.mark.parametrize(
    "host",
    ["h", "rack-1.example.", "host_x", "192.0.2.7", "[::1]:161", "::1", "fe80::1%lo", "pdu:161"],
)
def test_a_possible_host_is_taken(host: str) -> None:
    assert address(f" {host} ") == host


@pytest.mark.parametrize(
    "host",
    [
        *("", "-", "a..b", "999.1.1.1", "192.0.2.256", "10.0.0", "1.2.3.4.5", "123456", "..", "h,"),
        *("192.0.2.0/24", "a b", "[::1", "h/x", "a" * 64),
    ],
)
def test_a_host_that_cannot_be_one_is_wrong_usage(host: str) -> None:
    with pytest.raises(NotAHost, match="is not an address") as error_info:
        address(host)
    assert error_info.value.kind == "usage"

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


@pytest.mark.parametrize(
    "typed, host", [("[192.0.2.7]", "192.0.2.7"), ("[192.0.2.7]:161", "192.0.2.7:161")]
)
def test_brackets_that_are_not_needed_are_left_out(typed: str, host: str) -> None:
    assert address(typed) == host


@pytest.mark.parametrize(
    "typed, words",
    [
        ("192.0.2.7:0", "has the port 0: give one from 1 to 65535"),
        ("192.0.2.7:65536", "has the port 65536"),
        ("https://192.0.2.7/", "is a URL: give the address without scheme and path"),
        ("admin@192.0.2.7", "an address has no @"),
        ("fe80::1", "is an address of one network alone"),
        ("pdu7:https", "the port is a number, as in pdu7:443"),
        ("[2001:db8::7]:https", r"the port is a number, as in \[2001:db8::7\]:443"),
        ("2001:db8::7:https", "give a host name or an IP address$"),
    ],
)
def test_what_is_wrong_with_an_address_is_said(typed: str, words: str) -> None:
    with pytest.raises(NotAHost, match=words):
        address(typed)

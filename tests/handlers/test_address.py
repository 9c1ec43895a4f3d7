from __future__ import annotations

import copy
import importlib
import json
import pickle
import socket
from typing import NoReturn, Optional

import pytest
from hypothesis import given, strategies as st

from handlers.http.client import endpoint
from handlers.nut import pynut
from handlers.raritan import rpc
from handlers.registry import HANDLERS
from handlers.shared.address import Address, host_fault, is_host
from handlers.shared.errors import PduHandlerError, SettingsError
from pdu.network import hosts
from pdu_common.connection import PduData, PduSnmpData
from pdu_common.snmp_client.credentials import Credentials
from pdu_common.snmp_client.errors import SnmpError
from pdu_common.snmp_client.hosts import host_name


@pytest.mark.parametrize(
    "text, host, port",
    [
        ("192.0.2.7", "192.0.2.7", None),
        ("192.0.2.7:3493", "192.0.2.7", 3493),
        (" pdu.example:80 ", "pdu.example", 80),
        ("[2001:db8::7]", "2001:db8::7", None),
        ("[2001:db8::7]:443", "2001:db8::7", 443),
        ("2001:db8::7", "2001:db8::7", None),
        ("::1", "::1", None),
        ("pdu:x", "pdu:x", None),
        ("pdu:", "pdu:", None),
        ("", "", None),
        ("pdu:123456", "pdu", 123456),
        ("pdu:1234567890", "pdu:1234567890", None),
    ],
)
def test_port_and_brackets_are_split_from_an_address(
    text: str, host: str, port: Optional[int]
) -> None:
    address = Address(text)
    assert address.host == host
    assert address.port == port


# glibc's getaddrinfo uses only the lower 16 bits of a port above 65535: 443 for 65536 + 443.
@pytest.mark.parametrize("port", [-1, 0, 65536, 65536 + 443])
def test_a_port_outside_1_to_65535_is_an_error_that_names_it(port: int) -> None:
    with pytest.raises(SettingsError, match=f"the port is {port}; give 1 to 65535"):
        endpoint("https", "192.0.2.7", port)


def test_an_address_is_its_text_and_keeps_its_parts_when_it_is_passed_on() -> None:
    address = Address("[2001:db8::7]:443")
    assert address == "[2001:db8::7]:443"
    assert json.dumps([address]) == '["[2001:db8::7]:443"]'
    assert Address(address) is address
    for copied_address in (pickle.loads(pickle.dumps(address)), copy.deepcopy(address)):
        assert type(copied_address) is Address
        assert copied_address == address
        assert copied_address.host == "2001:db8::7"
        assert copied_address.port == 443


# Each is another spelling of an IPv4 address for the C library, or a mistyped one: 010.0.0.1 is
# 8.0.0.1, 10.1 is 10.0.0.1, 0x7f.1 is 127.0.0.1. Source: inet_aton(3).
OTHER_SPELLINGS = (
    *("010.001.002.003", "192.0.2.010", "0177.0.0.1", "127.1", "127.0.1", "1", "0", "2130706433"),
    *("0x7f.1", "0x7f000001", "0X7F.0.0.1", "127.0.0.0x1", "127.1.", "192.0.2.256", "1.2.3.4.5"),
)


def _refused_by_a_handler(name: str, host: str) -> str:
    module = importlib.import_module(f"handlers.{name}.handler")
    with pytest.raises(PduHandlerError) as error_info:
        if name == "snmp":
            module.make_handler(PduSnmpData(host, snmp_params={"community": "public"})).status()
        else:
            login = {"username": "admin", "password": "word"}
            module.make_handler(PduData(host, {} if name == "nut" else login)).status()
    return str(error_info.value)


@pytest.mark.parametrize("host", OTHER_SPELLINGS)
def test_no_door_connects_to_another_spelling_of_an_ipv4_address(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The handlers, the libraries, the command and the SNMP client of the local platform."""

    def resolve(*args: object, **keywords: object) -> NoReturn:
        raise AssertionError(f"the resolver was asked for {args[0]!r}")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    for name in HANDLERS:
        assert "address" in _refused_by_a_handler(name, host), name
    with pytest.raises(SettingsError, match="is not an address"):
        rpc.Agent("https", host, "admin", "word")
    with pytest.raises(pynut.PyNUTError, match="is not an address"):
        pynut.PyNUTClient(host)
    with pytest.raises(hosts.NotAHost, match="is not an address"):
        hosts.address(host)


@pytest.mark.parametrize("host", [host for host in OTHER_SPELLINGS if "." in host[:-1]])
def test_a_port_behind_another_spelling_does_not_make_it_an_address(host: str) -> None:
    assert host_fault(f"{host}:443")
    assert host_fault(host)


ODD_HOSTS = (
    "[::1",
    "::1]",
    "[pdu]",
    "[]",
    "",
    " pdu",
    "pdu\n",
    "a..b",
    "-a",
    "::1%",
    "::1%lo",
    "pdu/x",
)
_LETTERS = st.text(alphabet="0129axX.:-%[] _\u0661", max_size=12)


@given(text=st.one_of(st.sampled_from([*OTHER_SPELLINGS, *ODD_HOSTS]), _LETTERS, st.text()))
def test_the_snmp_client_has_the_same_law_of_addresses(text: str) -> None:
    """It is below the handlers, and a platform has another one in its place."""
    is_bracketed = text.startswith("[") and text.endswith("]") and ":" in text
    is_named = is_host(text[1:-1] if is_bracketed else text)
    assert bool(host_name(text)) is is_named


@pytest.mark.parametrize("host", [*OTHER_SPELLINGS, *ODD_HOSTS])
def test_the_snmp_client_resolves_no_other_text(host: str) -> None:
    if not host_name(host):
        with pytest.raises(SnmpError, match="no address for"):
            Credentials.from_params(host, {"community": "public"})

"""Errors for bad `snmp_params`, OIDs and written values; how addresses and connection data are
shown.
"""

from __future__ import annotations

import socket
import sys
from typing import Any

import pytest

from pdu_common.base_snmp_pdu import BaseSnmpPdu, SnmpError
from pdu_common.connection import PduData, PduSnmpData
from pdu_common.snmp_client.credentials import Credentials
from tests.simulators.snmp_agent import Agent


def _error(params: dict[str, str], host: str = "127.0.0.1") -> SnmpError:
    with pytest.raises(SnmpError) as error_info:
        BaseSnmpPdu(PduSnmpData(host, params)).snmp_get("1.3.6.1.2.1.1.5.0")
    return error_info.value


def _failure(params: dict[str, str], host: str = "127.0.0.1") -> str:
    return str(_error(params, host))


@pytest.mark.parametrize(
    "params, words",
    [
        ({}, "no community"),
        ({"community": "x", "version": "4"}, "version must be one of"),
        ({"community": "x", "port": "0"}, "port must be a number from 1 to 65535"),
        ({"community": "x", "port": "snmp"}, "port must be a number"),
        ({"community": "x", "port": "161.5"}, "port must be a whole number"),
        ({"community": "x", "retries": "1.9"}, "retries must be a whole number"),
        ({"community": "x", "timeout": "nan"}, "timeout must be a number"),
        ({"community": "x", "retries": "-1"}, "retries must be a number"),
        ({"version": "3"}, "no user"),
        ({"version": "3", "user": 33 * "u"}, "user is longer than the 32"),
        ({"version": "3", "user": "u", "auth_protocol": "SHA"}, "no auth_password"),
        (
            {"version": "3", "user": "u", "auth_protocol": "CRC", "auth_password": "long-enough"},
            "auth_protocol must be one of",
        ),
        (
            {"version": "3", "user": "u", "auth_password": "short"},
            "auth_password is shorter than the 8",
        ),
        (
            {"version": "3", "user": "u", "priv_password": "long-enough"},
            "privacy without authentication",
        ),
        ({"community": "ключ"}, "community has a character outside Latin-1"),
        ({"community": "public\r"}, "community has a tab, a line end or another control character"),
        ({"community": "pub\tlic"}, "community has a tab, a line end or another control character"),
        ({"community": "'public'"}, "community is in quotes"),
        ({"version": "3", "user": "ключ"}, "user has a character outside Latin-1"),
        (
            {"version": "3", "user": "u", "auth_password": "long-€nough"},
            "auth_password has a character outside Latin-1",
        ),
    ],
)
def test_the_error_names_the_bad_parameter(params: dict[str, str], words: str) -> None:
    error = _error(params)
    # the handlers look for this word
    assert words in str(error)
    assert str(error).startswith("snmp_params")
    field = "" if "without" in words else words.removeprefix("no ").split()[0]
    assert error.field == field
    assert bool(error.fault) == bool(field)


@pytest.mark.parametrize(
    "params",
    [
        {"community": "s3cret-€"},
        {"version": "3", "user": "u", "auth_password": "s3cret"},
        {"version": "3", "user": "u", "auth_password": "s3cret-€"},
        {"version": "3", "user": "u", "auth_password": "long-enough", "priv_password": "s3cret"},
    ],
)
def test_an_error_about_a_secret_does_not_contain_it(params: dict[str, str]) -> None:
    assert "s3cret" not in _failure(params)


def test_privacy_without_the_package_cryptography_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    words = _failure(
        {
            "version": "3",
            "user": "u",
            "auth_password": "long-enough",
            "priv_password": "long-enough",
        }
    )
    assert "pip install cryptography" in words


def test_an_address_that_cannot_be_resolved_is_named() -> None:
    assert "no address for 'not a host'" in _failure({"community": "x"}, host="not a host")


@pytest.mark.parametrize(
    "host, name",
    [
        ("::1", "[::1]:161"),
        ("[::1]", "[::1]:161"),
        ("127.0.0.1", "127.0.0.1:161"),
        ("pdu.example", "pdu.example:161"),
    ],
)
def test_only_an_ipv6_address_is_shown_in_brackets(host: str, name: str) -> None:
    # a name may resolve to an IPv6 address
    assert Credentials(host, "::1", 161, True, 2).name == name


def test_a_name_is_resolved_once_in_a_session(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def resolved(*args: Any, **options: Any) -> Any:
        asked.append(args[0])
        return [(socket.AF_INET, socket.SOCK_DGRAM, 17, "", ("127.0.0.1", agent.port))]

    monkeypatch.setattr("socket.getaddrinfo", resolved)
    params = {"community": "public", "port": str(agent.port)}
    pdu = BaseSnmpPdu(PduSnmpData("pdu.example", params))
    for session in (1, 2):
        pdu.begin_snmp_session()
        for _ in range(3):
            assert pdu.snmp_get("1.3.6.1.2.1.1.5.0").value == "rpdu2"
        assert len(asked) == session


def test_a_link_local_address_keeps_its_zone() -> None:
    zone = socket.if_nameindex()[0]
    for host in (f"fe80::1%{zone[1]}", f"[fe80::1%{zone[0]}]"):
        assert Credentials.from_params(host, {"community": "x"}).address == f"fe80::1%{zone[0]}"


@pytest.mark.parametrize(
    "oid",
    (
        *("", "sysName.0", "1", "1..3", "1.3.6.x", "-1.3", "1.3.4294967296", f"1.3.{'9' * 5000}"),
        [1, 3, 6],  # a handler of somebody else may pass anything
    ),
)
def test_what_is_not_an_oid_is_refused(oid: Any) -> None:
    with pytest.raises(SnmpError, match="is not an OID"):
        BaseSnmpPdu(PduSnmpData("127.0.0.1", {"community": "x"})).snmp_walk(oid)


def test_the_repr_of_connection_data_shows_no_secret() -> None:
    assert "topsecret" not in repr(
        PduSnmpData("10.0.0.1", {"community": "topsecret"}, {"password": "topsecret"})
    )
    assert "topsecret" not in repr(PduData("10.0.0.1", {"password": "topsecret"}))

"""Options and HOSTs that cannot be right are refused before a device is asked."""

from __future__ import annotations

import os

import pytest

from pdu.network import hosts
from tests.pdu.running import run


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PDU_")]:
        monkeypatch.delenv(name)


def test_a_wrong_option_of_snmpv3_and_a_short_password_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PDU_AUTH_PASSWORD", "s3cret")
    begin = ["status", "snmp", "127.0.0.1:9", "--snmp-version", "3", "--username", "u"]
    code, _, err = run(capsys, *begin, "--auth-protocol", "FOO")
    assert code == 2 and err.startswith("settings: --auth-protocol must be one of md5, sha")
    code, _, err = run(capsys, *begin, "--auth-protocol", "SHA")
    assert code == 2 and err.startswith("settings: PDU_AUTH_PASSWORD (or --secret-file")
    assert "is shorter than the 8 characters" in err and "s3cret" not in err


HOSTS = ["h", "rack-1.example.", "host_x", "192.0.2.7", "[::1]:161", "::1", "fe80::1%lo", "pdu:161"]
NO_HOSTS = [
    "",
    "-",
    "a..b",
    "999.1.1.1",
    "192.0.2.256",
    "10.0.0",
    "1.2.3.4.5",
    "123456",
    "..",
    "h,",
]


@pytest.mark.parametrize("host", HOSTS)
def test_a_possible_host_is_taken(host: str) -> None:
    assert hosts.address(f" {host} ") == host


@pytest.mark.parametrize("host", [*NO_HOSTS, "192.0.2.0/24", "a b", "[::1", "h/x", "h,", "a" * 64])
def test_a_host_that_cannot_be_one_is_wrong_usage(
    host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in (["status", "nut", host], ["identify", host]):
        code, out, err = run(capsys, *command)
        assert (code, out) == (2, "") and err.startswith("usage: ") and "not an address" in err

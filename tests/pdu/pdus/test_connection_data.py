"""Options and HOSTs that cannot be right are refused before a device is asked."""

from __future__ import annotations

import os

import pytest

from pdu.core.network import hosts
from tests.pdu.running import run


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PDU_")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    "options, begin",
    [
        (["--timeout", "0"], "settings: --timeout must be a number from 0.05 to 60\n"),
        (["--port", "x"], "settings: --port must be a number from 1 to 65535\n"),
        (["-s", "retries=99"], "settings: -s retries=... must be a number from 0 to 10\n"),
        (["--snmp-version", "7"], "settings: --snmp-version must be one of 1, "),
        (["-s", "device=rack1"], "settings: -s device=... is unknown: snmp has no such setting; "),
        (["--tls"], "settings: --tls is unknown: snmp has no such setting; it takes profile, "),
    ],
)
def test_a_wrong_option_is_named_before_a_community_is_asked_for(
    options: list[str], begin: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "status", "snmp", "127.0.0.1:9", *options)
    assert (code, out) == (2, "") and err.startswith(begin)


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


def test_an_empty_user_of_snmpv3_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    user = ["--snmp-version", "3", "--username", ""]
    code, _, err = run(capsys, "status", "snmp", "127.0.0.1:9", *user)
    assert code == 2 and err.startswith("settings: --username is missing: ")


def test_an_unknown_setting_whose_value_may_be_a_secret_is_named_without_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, _, err = run(capsys, "status", "nut", "127.0.0.1:9", "-s", "pasword=s3cret")
    assert code == 2 and "-s pasword=... is unknown: nut has no such setting" in err
    assert "s3cret" not in err


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

"""Options that cannot be right are refused before a device is asked."""

from __future__ import annotations

import os

import pytest

from pdu.loading.handler_loading import load
from pdu.pdu_list import form
from pdu.pdu_list.login_options import Login
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
    assert code == 2
    assert err.startswith("settings: --auth-protocol must be one of md5, sha")
    code, _, err = run(capsys, *begin, "--auth-protocol", "SHA")
    assert code == 2
    assert err.startswith("settings: PDU_AUTH_PASSWORD (or --secret-file")
    assert "is shorter than the 8 characters" in err
    assert "s3cret" not in err


@pytest.mark.parametrize(
    "version, keys",
    [
        ("V3", {"snmp_version", "username"}),
        ("3", {"snmp_version", "username"}),
        ("2c", {"snmp_version"}),
    ],
)
def test_a_user_among_settings_for_several_handlers_is_one_of_snmpv3(
    version: str, keys: set[str]
) -> None:
    login = Login({"snmp_version": version, "username": "u"})
    assert {*form.settings_for_handler(load("snmp"), login)} == keys

"""Which list a command has, and what it says of the login of a PDU."""

from __future__ import annotations

from pathlib import Path

import pytest

from handlers.shared.errors import SettingsError
from pdu.pdu_list.device_list import EmptyList
from pdu.pdu_list.known_list import read_known_list

HEAD = "name,handler,address,auth\n"


@pytest.fixture
def usual_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this user's list is looked for; nothing is there."""
    for variable in ("PDU_LIST", "PDU_AUTH"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "pdu").mkdir()
    return tmp_path / "pdu" / "pdus.csv"


def test_an_empty_list_is_none_in_its_usual_place_and_an_error_where_it_was_given(
    usual_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual_path.write_text(HEAD)
    assert read_known_list("", "") is None
    with pytest.raises(EmptyList):
        read_known_list(str(usual_path), "")
    monkeypatch.setenv("PDU_LIST", str(usual_path))
    with pytest.raises(EmptyList):
        read_known_list("", "")


def test_a_login_that_no_file_has_is_an_error_of_its_pdu(usual_path: Path) -> None:
    usual_path.write_text(f"{HEAD}r1,netio,192.0.2.7,hall\nr2,netio,192.0.2.8,\n")
    logins = usual_path.with_name("logins.toml")
    for text, is_known in (('[auth.other]\nusername = "u"\n', False), ("[auth.hall]\n", True)):
        logins.write_text(text)
        logins.chmod(0o600)
        known_list = read_known_list("", "")
        assert known_list is not None
        assert known_list.login(known_list.pdus["r2"]) is None
        if is_known:
            assert known_list.login(known_list.pdus["r1"]) is not None
            continue
        with pytest.raises(SettingsError, match="^r1: unknown login 'hall'; known: other"):
            known_list.login(known_list.pdus["r1"])

"""`pdu identify --add` writes the PDU and its login, both or neither."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Optional

import pytest

from handlers.shared.address import Address
from handlers.shared.errors import SettingsError
from pdu.cli import exit_codes
from pdu.files import locks, whole_files
from pdu.loading.handler_loading import load
from pdu.pdu_list import addition
from pdu.pdu_list.login_options import Login
from tests.pdu.running import options, run
from tests.servers.peers import PEERS, Peer

SETTINGS = exit_codes.code_of("settings")


@pytest.fixture
def peer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Peer]:
    """A simulated PDU over SNMP; nothing is known of lists."""
    for name in ("PDU_LIST", "PDU_AUTH", "PDU_USERNAME", "PDU_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with PEERS["snmp"]() as unit:
        monkeypatch.setenv("PDU_COMMUNITY", unit.snmp["community"])
        yield unit


def host_of(peer: Peer) -> str:
    return f"{peer.address}:{peer.snmp['port']}"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_pdu_of_each_handler_is_read_by_the_name_that_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PDU_LIST", raising=False)
    for handler, make in PEERS.items():
        with make() as unit:
            words, secrets = options(unit)
            files = []
            for key, text in secrets.items():
                file = tmp_path / f"{handler}-{key}"
                file.touch(0o600)
                file.write_text(text)
                files += ["--secret-file", f"{key}={file}"]
            fleet = str(tmp_path / f"{handler}.csv")
            line = ("identify", unit.address, "--handler", handler, "--list", fleet, *words, *files)
            code, out, err = run(capsys, *line, "--add", "r1-left")
            assert code == exit_codes.DONE, (handler, out, err)
            shown_login = f", its login 'r1-left' in {tmp_path / 'logins.toml'}\n"
            assert (shown_login in out) is bool(secrets), (handler, out)
            words = shlex.split(out.splitlines()[-2].removeprefix("next: "))[1:]
            assert words == ["status", "r1-left", "--list", fleet]
            code, table, err = run(capsys, *words)
            assert code == exit_codes.DONE, (handler, err)
            assert "identity" in table, (handler, err)
            logins = (tmp_path / "logins.toml").read_text() if secrets else ""
            assert all(f'{key}_file = "' in logins for key in secrets)
        (tmp_path / "logins.toml").unlink(missing_ok=True)


def test_the_usual_files_are_made_and_only_their_owner_reads_the_login(
    peer: Peer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ("identify", host_of(peer), "--handler", "snmp", "--add", "r1-left")
    code, out, _ = run(capsys, *line)
    assert code == exit_codes.DONE
    folder = tmp_path / "config" / "pdu"
    logins = folder / "logins.toml"
    assert stat.S_IMODE(logins.stat().st_mode) == 0o600
    assert logins.read_text() == f'[auth."r1-left"]\ncommunity = "{peer.snmp["community"]}"\n'
    assert (folder / "pdus.csv").read_text() == (
        f"name,handler,address,auth,settings\nr1-left,snmp,{host_of(peer)},r1-left,\n"
    )
    assert peer.snmp["community"] not in out
    assert out.splitlines()[-2] == "next: pdu status r1-left"
    # the same name, the same PDU, a name of a handler, an option, a name in place of HOST
    files_before = contents(tmp_path)
    for words, sentence in (
        ((host_of(peer), "--add", "r1-left"), "'r1-left' is already in "),
        ((host_of(peer), "--add", "r2"), f"{host_of(peer)} is already in "),
        ((host_of(peer), "--add", "snmp"), "'snmp' is the name of a handler"),
        ((host_of(peer), "--add", "--list"), "'--list' is no name: give one such as r1-left"),
        (("r1-left", "--add", "r2"), "'r1-left' is already the name of a PDU"),
        ((host_of(peer), "--add", ""), "a variable in its place may not be set"),
    ):
        code, out, err = run(capsys, "identify", *words, "--handler", "snmp")
        assert code == SETTINGS, (words, err)
        assert sentence in err, (words, err)
        assert contents(tmp_path) == files_before


def test_files_that_are_there_keep_their_form_and_a_known_login_is_used(
    peer: Peer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    community = peer.snmp["community"]
    for name, text, addition_ in (
        (
            "excel.csv",
            "\ufeffaddress;name;handler;auth\r\n192.0.2.1;a;snmp;rack",
            f"\r\n{host_of(peer)};r1;snmp;rack\r\n",
        ),
        (
            "hall.toml",
            '[[pdu]]\nname = "a"\nhandler = "snmp"\naddress = "192.0.2.1"\n',
            f'[[pdu]]\nname = "r1"\nhandler = "snmp"\naddress = "{host_of(peer)}"\nauth = "rack"\n',
        ),
    ):
        fleet, logins = tmp_path / name, tmp_path / "rack.toml"
        fleet.write_bytes(text.encode())
        logins.touch(0o640)
        logins.write_text(f'# the racks\n[auth.rack]\ncommunity = "{community}"\n')
        files = ("--list", str(fleet), "--auth", str(logins))
        logins_before = logins.read_bytes()
        line = ("identify", host_of(peer), "--handler", "snmp", "--add", "r1", *files)
        code, out, err = run(capsys, *line)
        assert code == exit_codes.DONE, err
        assert fleet.read_bytes().decode() == text + addition_
        assert logins.read_bytes() == logins_before
        assert stat.S_IMODE(logins.stat().st_mode) == 0o640


@pytest.mark.parametrize("failing", ["rack.csv", "logins.toml"])
def test_what_cannot_be_written_leaves_both_files_as_they_were(
    failing: str,
    peer: Peer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def write_atomically(
        path: str, content: bytes, mode: int, *, owner: Optional[tuple[int, int]] = None
    ) -> None:
        if path.endswith(failing):
            raise OSError(28, os.strerror(28))
        whole_files.write_atomically(path, content, mode, owner=owner)

    monkeypatch.setattr(addition, "write_atomically", write_atomically)
    fleet = tmp_path / "rack.csv"
    line = ("identify", host_of(peer), "--handler", "snmp", "--add", "r1", "--list", str(fleet))
    code, _, err = run(capsys, *line)
    assert code == SETTINGS
    assert f"{failing} cannot be written (No space left" in err
    assert contents(tmp_path) == {}


def test_a_device_that_no_handler_reads_is_not_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PDU_COMMUNITY", "public")
    fleet = tmp_path / "rack.csv"
    line = ("identify", "127.0.0.1:9", "--handler", "nut", "--add", "r1", "--list", str(fleet))
    code, out, _ = run(capsys, *line)
    assert code == exit_codes.code_of("unreachable")
    assert "r1 was not added: no handler reads the device" in out
    assert not fleet.exists()


def test_a_unit_that_the_list_has_by_another_handler_is_not_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDU_USERNAME", "admin")
    monkeypatch.setenv("PDU_PASSWORD", "a password")
    fleet = tmp_path / "rack.csv"
    text = "name,handler,address,auth\nr1,snmp,192.0.2.8,\n"
    fleet.write_text(text)
    files = addition.new_pdu("r2", str(fleet), "")
    with pytest.raises(SettingsError, match=r"192\.0\.2\.8 is already in .*, as 'r1'"):
        addition.add(files, load("raritan"), Address("192.0.2.8"), Login())
    assert fleet.read_text() == text


def test_a_folder_that_another_program_uses_is_not_waited_for_without_a_word(
    peer: Peer, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "LIMIT_S", 0.0)
    fleet = str(tmp_path / "pdus.csv")
    network = ("find", f"{peer.address}/32", "--port", peer.snmp["port"], "--add")
    lines = (("identify", host_of(peer), "--handler", "snmp", "--add", "r1"), network)
    with locks.locked([str(tmp_path)]):
        for line in lines:
            code, _, err = run(capsys, *line, "--list", fleet)
            assert code == exit_codes.code_of("locked"), (line, err)
            assert f"waiting for process {os.getpid()} (" in err, (line, err)
            assert f"locked: {tmp_path} is used by process {os.getpid()} (" in err, (line, err)
            assert not os.path.exists(fleet)

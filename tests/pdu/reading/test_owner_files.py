"""The owner's files for every product: as arguments, as options, missing, one too many."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from handlers import registry
from handlers.shared.errors import SettingsError
from pdu.pdu_list.names import PduCommand
from pdu.reading.owner_files import OwnerFiles
from tests.pdu.running import command_of, run
from tests.pdu.test_help import EVERY


def of_one_pdu(path: tuple[str, ...]) -> bool:
    """Whether a command is for one PDU, which the list may name."""
    return isinstance(command_of(path), PduCommand) or path[0] in (*registry.names(), "identify")


def _reads_a_list(path: tuple[str, ...]) -> bool:
    """Whether a command of many PDUs reads a list. The words of `where` are names of outlets, and
    `find --add` only adds to a list."""
    params = command_of(path).params
    options = [parameter for parameter in params if isinstance(parameter, click.Option)]
    # that of `register` is a flag: it lists handlers
    has_option = any("--list" in option.opts and not option.is_flag for option in options)
    return has_option and path not in (("where",), ("find",)) and not of_one_pdu(path)


def _is_list_argument(parameter: click.Parameter) -> bool:
    shown = parameter.metavar or ""
    return parameter.name == "list_word" or shown.startswith(("[LIST ", "[LIST] "))


def test_every_command_that_reads_a_list_takes_it_as_an_argument_too() -> None:
    paths = [path for path in EVERY if _reads_a_list(path)]
    assert ("check",) in paths
    assert ("exporter",) in paths
    for path in paths:
        parameters = command_of(path).params
        assert any(_is_list_argument(parameter) for parameter in parameters), path


@pytest.fixture
def known_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A list that is known by PDU_LIST, with its logins beside it. Nothing answers its PDU."""
    (tmp_path / "lists").mkdir()
    path = tmp_path / "lists" / "hall.csv"
    path.write_text("name,handler,address,auth,settings\nleft,snmp,127.0.0.1:9,a,timeout=0.2\n")
    (tmp_path / "lists" / "logins.toml").write_text('[auth.a]\ncommunity = "public"\n')
    (tmp_path / "lists" / "logins.toml").chmod(0o600)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PDU_LIST", str(path))
    return path


@pytest.mark.parametrize(
    "words",
    [["check", "--lines"], ["exporter", "--listen", "nowhere"]],
    ids=lambda words: " ".join(words[:2]),
)
def test_a_list_that_is_known_is_that_of_many_pdus_too_and_said(
    words: list[str], known_list: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, err = run(capsys, *words)
    logins = known_list.with_name("logins.toml")
    assert f"note: the list of PDUs is {known_list}, with the logins of {logins}\n" in err, err
    assert "give the list" not in err
    assert "unknown login" not in out + err


def test_a_given_list_is_not_said_and_has_its_own_logins(
    known_list: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PDU_LIST", "gone.csv")
    files = OwnerFiles(list=str(known_list))
    assert files.add_known_list() is files
    assert files.files().auths["a"].secrets == {"community": "public"}
    monkeypatch.setenv("PDU_AUTH", "gone.toml")
    with pytest.raises(SettingsError, match="gone.toml cannot be read"):
        files.files()
    # a file that no PDU needs is not read
    known_list.write_text("name,handler,address\nleft,snmp,127.0.0.1:9\n")
    assert files.files().auths == {}
    assert capsys.readouterr().err == ""

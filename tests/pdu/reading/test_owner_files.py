"""The owner's files for every product: as arguments, as options, missing, one too many."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from handlers import registry
from pdu.cli.error_output import Usage
from pdu.pdu_list.names import PduCommand
from pdu.reading.owner_files import OwnerFiles
from tests.pdu.running import command_of
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
    for path in paths:
        parameters = command_of(path).params
        assert any(_is_list_argument(parameter) for parameter in parameters), path


def test_the_list_is_the_given_one_else_the_users_and_one_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PDU_AUTH", raising=False)
    own_list, logins = tmp_path / "pdus.csv", tmp_path / "logins.toml"
    monkeypatch.setenv("PDU_LIST", str(own_list))
    logins.touch()
    assert OwnerFiles("hall.csv").add_known_list() == OwnerFiles("hall.csv")
    assert OwnerFiles().add_known_list() == OwnerFiles(str(own_list), str(logins))
    given_logins = OwnerFiles(auth="hall.toml")
    assert given_logins.add_known_list() == given_logins._replace(list=str(own_list))
    monkeypatch.setenv("PDU_LIST", "")
    assert OwnerFiles("hall.csv").require_list() == "hall.csv"
    with pytest.raises(Usage, match="^give the list of PDUs: --list FILE"):
        OwnerFiles().add_known_list()

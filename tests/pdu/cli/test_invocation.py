"""Printed command lines begin as the program was started, so that they run when pasted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pdu.cli import invocation
from pdu.pdu_list.login_options import Login
from tests import needs


@pytest.fixture
def bin_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the programs `pdu` and `python3`, which is the PATH, in the present folder."""
    folder = tmp_path / "my venv" / "bin"
    folder.mkdir(parents=True)
    for name in ("pdu", "python3"):
        (folder / name).touch(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(folder))
    return folder


def started(monkeypatch: pytest.MonkeyPatch, path: str) -> str:
    monkeypatch.setattr(sys, "argv", [path, "status"])
    return invocation.program()


def test_a_program_on_the_path_is_called_by_its_name(
    bin_: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert started(monkeypatch, str(bin_ / "pdu")) == "pdu"
    assert started(monkeypatch, "pdu") == "pdu"


def test_another_one_is_called_by_its_path(bin_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.defpath)
    assert started(monkeypatch, str(bin_ / "pdu")) == "'my venv/bin/pdu'"
    monkeypatch.chdir(bin_)
    assert started(monkeypatch, str(bin_ / "pdu")) == "./pdu"
    (bin_ / "below").mkdir()
    monkeypatch.chdir(bin_ / "below")
    assert started(monkeypatch, str(bin_ / "pdu")) == f"'{bin_}/pdu'"


def test_the_folder_of_its_code_is_called_by_its_python(
    bin_: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(bin_ / "python3"))
    (tmp_path / "clone" / "pdu").mkdir(parents=True)
    assert started(monkeypatch, "clone/pdu") == "python3 clone/pdu"
    assert Login({"timeout": "5"}).command_line("status", "snmp", "a b") == (
        "python3 clone/pdu status snmp 'a b' -s timeout=5"
    )
    monkeypatch.setenv("PATH", os.defpath)
    assert started(monkeypatch, "clone/pdu") == f"'{bin_}/python3' clone/pdu"


def test_outside_a_clone_the_line_says_where_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(invocation, "_CODE", str(tmp_path))
    assert invocation.build_line("a.json") == (
        f"python3 packaging/build.py --profile {tmp_path}/a.json    # in a clone of the project"
    )


@pytest.mark.parametrize("shell", ["sh", "bash", "zsh", "fish"])
def test_a_text_is_one_word_of_a_shell_or_three_dots(shell: str) -> None:
    program = needs.program(shell)
    for text in ("r1", "a b", "$(x)", "`x`", "web'1", '"', "!x", "~", "*", "D\\user", "#", "a,b"):
        line = f"printf %s {invocation.shell_word(text)}"
        assert subprocess.check_output([program, "-c", line], text=True) == text
    # fish reads these otherwise than the other shells
    for text in ("a\\", "\\';x;'", "\\\\", "\x1b[2J", "a\nb"):
        assert invocation.shell_word(text) == "..."

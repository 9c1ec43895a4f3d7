"""Completion in real shells: what pdu offers, and that files are offered where pdu has nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Optional

import pytest

from tests import needs
from tests.needs import ROOT
from tests.waiting import PATIENCE_S

from .running import run
from .shell_completion import Zsh, complete_in_fish

BASH = shutil.which("bash")
# Completes a line as bash does: the function's words, else, with `-o default`, the names of files.
# `compgen` cannot run in the way readline does, so `complete -p` says what readline falls back to.
SCRIPT = """
eval "$1"
pdu() {{ {python} -m pdu "$@"; }}
env() {{ shift $(( $# - 1 )); command env "${{saved[@]}}" {python} -m pdu; }}
compopt() {{ printf 'compopt %s %s\\n' "$1" "$2"; }}
shift
COMP_WORDS=(pdu "$@")
COMP_CWORD=$#
saved=(_PDU_COMPLETE=bash_complete COMP_WORDS="${{COMP_WORDS[*]}}" COMP_CWORD=$COMP_CWORD)
_pdu_completion pdu
printf '%s\\n' "${{COMPREPLY[@]}}"
complete -p pdu
"""


@pytest.fixture(scope="module")
def script() -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pdu", "completion", "bash"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )
    return done.stdout


def completed(script: str, *words: str) -> list[str]:
    assert BASH is not None
    done = subprocess.run(
        [BASH, "-c", SCRIPT.format(python=sys.executable), "bash", script, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )
    assert done.stderr == ""
    *lines, registered = done.stdout.splitlines()
    assert "-o bashdefault" in registered and "-o default" in registered
    return [line for line in lines if line]


FILES = ["compopt -o default"]


@pytest.mark.sample(3)
@pytest.mark.skipif(BASH is None, reason="bash is missing: apt-get install bash")
@pytest.mark.parametrize(
    "words, offered",
    [
        (["check", "pd"], FILES),
        (["replay", ""], FILES),
        (["status", "nut", "h", "--ca-pem", "c"], FILES),
        (["check", "list.csv", "--auth", ""], FILES),
        (["record", "snmp", "h", "-o", "x"], FILES),
        (["check", "list.csv", "--archives", "d"], ["compopt -o dirnames"]),
        (["status", "snmp", "h", "--snmp-version", ""], ["1", "2c", "3"]),
        (["status", "snmp", "h", "--priv-protocol", "AES1"], ["AES192", "AES192C"]),
        (["status", "snmp", "h", "--auth-protocol", "SHA2"], ["SHA224", "SHA256"]),
        # nothing to offer: readline completes a file, because of `-o default`
        (["status", "snmp", "h", "--secret-file", "community=/e"], []),
        # bash makes three words of --option=value
        (["status", "snmp", "h", "--auth-protocol", "=", "SHA2"], ["SHA224", "SHA256"]),
        (["status", "snmp", "h", "--snmp-version", "=", ""], ["1", "2c", "3"]),
        (["status", "nut", "h", "--ca-pem", "=", "c"], FILES),
        (["cy"], ["cycle"]),
        (["help", "cy"], ["cycle"]),
    ],
)
def test_bash_completes(words: list[str], offered: list[str], script: str) -> None:
    assert completed(script, *words) == offered


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with files to complete; the folder `bin` beside it has the command pdu."""
    folder = tmp_path_factory.mktemp("shells")
    (folder / "here" / "old").mkdir(parents=True)
    for name in ("ca.pem", "pdus.csv", "two words.csv"):
        (folder / "here" / name).touch()
    (folder / "bin").mkdir()
    command = folder / "bin" / "pdu"
    command.write_text(
        f'#!/bin/sh\nexec "{sys.executable}" "{ROOT}/pdu/__main__.py" "$@"\n', "utf-8"
    )
    command.chmod(0o755)
    return folder


def environment(folder: Path) -> dict[str, str]:
    # zsh reads and writes a list of its functions in HOME
    path = os.pathsep.join((str(folder / "bin"), os.environ["PATH"]))
    return {"PATH": path, "HOME": str(folder), "LANG": "C.UTF-8"}


def written(folder: Path, shell: str, capsys: pytest.CaptureFixture[str]) -> Path:
    code, out, _ = run(capsys, "completion", shell)
    assert code == 0
    script = folder / f"pdu.{shell}"
    script.write_text(out, "utf-8")
    return script


ALL = ["ca.pem", "old/", "pdus.csv", "two words.csv"]
# The end of a line, and what is offered for its last word. None: what the shell offers for a
# command that it does not know.
LINES: list[tuple[str, Optional[list[str]]]] = [
    ("sta", ["statistic", "status"]),
    ("help exp", ["exporter"]),
    ("check ", None),
    ("check 'two w", None),
    ("check ~/her", None),
    ("replay pd", None),
    ("check list.csv --auth c", None),
    ("status nut h --ca-pem c", None),
    ("record snmp h -o ./", None),
    ("status nut h --ca-pem=c", ["--ca-pem=ca.pem"]),
    ("status snmp h --secret-file community=c", ["community=ca.pem"]),
    ("check list.csv --archives ", ["old/"]),
    ("status snmp h --snmp-version ", ["1", "2c", "3"]),
    ("status snmp h --auth-protocol SHA2", ["SHA224", "SHA256"]),
    ("status snmp h --auth-protocol=SHA2", ["--auth-protocol=SHA224", "--auth-protocol=SHA256"]),
]
PARTS = pytest.mark.parametrize("lines", [LINES[number::3] for number in range(3)])


@pytest.mark.sample(1)
@PARTS
def test_zsh_completes(
    lines: list[tuple[str, Optional[list[str]]]], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = needs.program("zsh")
    script = written(folder, "zsh", capsys)
    with Zsh(program, script, folder / "here", environment(folder)) as zsh:
        assert zsh.completed("no-such-command ").split() == [
            "no-such-command", "ca.pem", "old", "pdus.csv", "two\\", "words.csv",
        ]  # fmt: skip
        for words, offered in lines:
            other = zsh.completed(f"no-such-command {words}")
            shown = zsh.completed(f"pdu {words}").rstrip()
            if offered is None:
                assert other != f"no-such-command {words}"
                assert shown == other.replace("no-such-command", "pdu", 1).rstrip()
            else:
                line = f"pdu {words}".split(" ")[:-1]
                assert sorted(shown.split(" ")) == sorted([*line, *offered])


@pytest.mark.sample(1)
@PARTS
def test_fish_completes(
    lines: list[tuple[str, Optional[list[str]]]], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = needs.program("fish")
    script = written(folder, "fish", capsys)

    def offers(line: str) -> list[str]:
        return complete_in_fish(program, script, folder / "here", environment(folder), line)

    assert offers("no-such-command ") == ALL
    for words, offered in lines:
        other = offers(f"no-such-command {words}") if offered is None else offered
        assert other and offers(f"pdu {words}") == other, words


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_without_the_command_on_the_path_files_are_completed(
    shell: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program, here = needs.program(shell), folder / "here"
    script = written(folder, shell, capsys)
    without = {**environment(folder), "PATH": os.environ["PATH"]}
    if shutil.which("pdu", path=without["PATH"]) is not None:
        pytest.skip("the command pdu is installed on this machine")
    if shell == "zsh":
        with Zsh(program, script, here, without) as zsh:
            assert zsh.completed("pdu check pd") == "pdu check pdus.csv "
    else:
        assert complete_in_fish(program, script, here, without, "pdu check pd") == ["pdus.csv"]


def test_zsh_reads_the_script_before_its_own_completion_is_set_up(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As in a new ~/.zshrc, to which only the script was added."""
    script = written(folder, "zsh", capsys)
    done = subprocess.run(
        [needs.program("zsh"), "-f", "-c", "source $1; print $_comps[pdu]", "zsh", script],
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("_pdu_completion\n", "")

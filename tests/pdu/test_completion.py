"""Completion: what pdu offers, and that real shells offer it."""

from __future__ import annotations

import csv
import json
import os
import shlex
import sys
from pathlib import Path
from typing import Optional

import pytest

from pdu import root
from tests import needs, terminal
from tests.needs import ROOT
from tests.waiting import run_program

from .running import run


def variables(*words: str) -> dict[str, str]:
    """The variables with which bash asks the command to complete the last of these words."""
    line = " ".join(("pdu", *words))
    return {"_PDU_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words))}


@pytest.mark.parametrize(
    "words, completions",
    [
        (["sta"], ["status", "statistic"]),
        (["help", "sta"], ["status", "statistic"]),
        (["status", "ra"], ["raritan"]),
        (["status", "nut", "h", "--user"], ["--username"]),
        (["snmp", "show", "sentry"], ["sentry3", "sentry4"]),
        (["nosuch", "sta"], ["status", "statistic"]),
        (["snmp", "nosuch", "3"], [""]),
    ],
)
def test_commands_handlers_options_and_families_are_completed(
    words: list[str],
    completions: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in variables(*words).items():
        monkeypatch.setenv(name, value)
    assert root.run([]) == 0
    assert [line.partition(",")[2] for line in capsys.readouterr().out.splitlines()] == completions


def test_a_script_is_printed_for_each_shell_and_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    for shell, line in (("bash", "_PDU_COMPLETE=bash_complete"), ("zsh", "compdef"), ("fish", "")):
        code, out, _ = run(capsys, "completion", shell)
        assert code == 0
        assert line in out
        document = json.loads(run(capsys, "completion", shell, "--json")[1])
        assert document == {"shell": shell, "script": out.removesuffix("\n")}


# Completes a line as bash does: what the function of the script leaves for readline.
BASH = """
eval "$1"
pdu() {{ {python} -m pdu "$@"; }}
env() {{ shift $(( $# - 1 )); command env "${{line[@]}}" {python} -m pdu; }}
compopt() {{ printf 'compopt %s %s\\n' "$1" "$2"; }}
shift
COMP_WORDS=(pdu "$@")
COMP_CWORD=$#
line=(_PDU_COMPLETE=bash_complete COMP_WORDS="${{COMP_WORDS[*]}}" COMP_CWORD=$COMP_CWORD)
_pdu_completion pdu
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.mark.parametrize(
    "words, completions",
    [
        (["check", "pd"], ["compopt -o default"]),
        (["status", "snmp", "h", "--snmp-version", ""], ["1", "2c", "3"]),
    ],
)
def test_bash_completes(
    words: list[str], completions: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    script = run(capsys, "completion", "bash")[1]
    program = BASH.format(python=shlex.quote(sys.executable))
    lines = printed([needs.program("bash"), "-c", program, "bash", script, *words], ROOT)
    assert [line for line in lines if line] == completions


def printed(
    command: list[str], folder: Path, environment: Optional[dict[str, str]] = None
) -> list[str]:
    process = run_program(command, cwd=folder, env=environment, check=True)
    assert process.stderr == ""
    return process.stdout.splitlines()


@pytest.mark.parametrize(
    "shell, arguments, completions",
    [
        (
            "fish",
            ["--no-config", "-c", 'source $argv[1]; complete -C "pdu sta"'],
            ["statistic", "status"],
        ),
        (
            "zsh",
            # the last word is $0 of the command
            [
                "-f",
                "-c",
                "autoload -Uz compinit; compinit -i; source $1; print $_comps[pdu]",
                "zsh",
            ],
            ["_pdu_completion"],
        ),
    ],
)
def test_a_shell_reads_its_script(
    shell: str,
    arguments: list[str],
    completions: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    program = needs.program(shell)
    script = tmp_path / "script"
    script.write_text(run(capsys, "completion", shell)[1], "utf-8")
    _write_program(tmp_path, "")
    # zsh reads and writes a list of its functions in HOME
    path = os.pathsep.join((str(tmp_path), os.environ["PATH"]))
    environment = {"PATH": path, "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    lines = printed([program, *arguments, str(script)], tmp_path, environment)
    assert [line.partition("\t")[0] for line in lines] == completions


def _write_program(folder: Path, begin: str) -> None:
    """A program `pdu` in a folder, which begins with these lines of sh."""
    command = folder / "pdu"
    lines = ["#!/bin/sh", begin, f'exec "{sys.executable}" "{ROOT}/pdu/__main__.py" "$@"', ""]
    command.write_text("\n".join(lines))
    command.chmod(0o755)


#: how a shell is started, and the line that reads its script
SHELLS = {
    "bash": (["--norc", "--noprofile", "-i"], "source ./script"),
    "zsh": (["-f", "-i"], "autoload -U compinit; compinit -u; source ./script"),
    "fish": (["--no-config", "-i"], "source ./script"),
}


#: names of PDUs, each by what is typed of it
NAMES = {
    "r1": "r1;touch made",
    "t": "t|touch made",
    "x": "x$(touch made)",
    "l": "l 1",
    "we": "web'1",
    "a": "a\\b*",
}


@pytest.mark.parametrize("shell", SHELLS)
def test_a_name_that_a_shell_completes_is_one_word_of_the_line(
    shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """TAB and RETURN in a shell on a terminal. The program keeps what it is called with."""
    program = needs.program(shell)
    arguments, reading = SHELLS[shell]
    (tmp_path / "script").write_text(run(capsys, "completion", shell)[1], "utf-8")
    _write_program(tmp_path, '[ -n "$_PDU_COMPLETE" ] || { printf "%s\\n" "$2" >> called; exit; }')
    with open(tmp_path / "pdus.csv", "w", newline="") as file:
        rows = [[name, "netio", "192.0.2.7"] for name in NAMES.values()]
        csv.writer(file).writerows([["name", "handler", "address"], *rows])
    environment = {
        "PATH": os.pathsep.join((str(tmp_path), os.environ["PATH"])),
        "HOME": str(tmp_path),
        "PDU_LIST": str(tmp_path / "pdus.csv"),
        "TERM": "dumb",
        "PS1": "$ ",
        "LANG": "C.UTF-8",
    }
    command = ["sh", "-c", 'cd "$0"; exec "$@"', str(tmp_path), program, *arguments]
    lines = [reading, *(f"pdu status {begin}\t" for begin in NAMES), "exit", ""]
    terminal.run(command, environment, "", "\n".join(lines).encode())
    assert (tmp_path / "called").read_text().splitlines() == list(NAMES.values())
    assert not (tmp_path / "made").exists()

"""Completion in a real bash: what pdu offers, and that a file is offered where pdu has nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.handlers.command.running import run
from tests.needs import ROOT
from tests.waiting import PATIENCE_S

BASH = shutil.which("bash")
# Completes a line as bash does: the function's words, else, with `-o default`, the names of files.
# `compgen` cannot run in the way readline does, so `complete -p` says what readline falls back to.
SCRIPT = """
eval "$1"
pdu() {{ {python} -m handlers "$@"; }}
env() {{ shift $(( $# - 1 )); command env "${{saved[@]}}" {python} -m handlers; }}
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
        [sys.executable, "-m", "handlers", "completion", "bash"],
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


pytestmark = pytest.mark.skipif(BASH is None, reason="no bash here")
FILES = ["compopt -o default"]


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
        (["status", "snmp", "h", "--priv-protocol", "AES1"], ["AES192"]),
        (["status", "snmp", "h", "--auth-protocol", "SHA2"], ["SHA224", "SHA256"]),
        # nothing to offer: readline completes a file, because of `-o default`
        (["status", "snmp", "h", "--secret-file", "community=/e"], []),
        (["cy"], ["cycle"]),
        (["help", "cy"], ["cycle"]),
    ],
)
def test_bash_completes(words: list[str], offered: list[str], script: str) -> None:
    assert completed(script, *words) == offered


@pytest.mark.parametrize(
    "shell, words", [("zsh", "|| _files"), ("fish", "__fish_complete_path (commandline -ct)")]
)
def test_other_shells_complete_files_where_nothing_is_offered(
    shell: str, words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, out, _ = run(capsys, "completion", shell)
    assert code == 0 and words in out
    program = shutil.which(shell)
    if program is not None:
        file = tmp_path / "script"
        file.write_text(out, "utf-8")
        done = subprocess.run(
            [program, "-n", str(file)], timeout=PATIENCE_S, env=dict(os.environ), check=False
        )
        assert done.returncode == 0

"""Completion: what pdu offers, and that real shells offer it, and files where pdu has nothing."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import Optional

import pytest

from pdu import root
from tests import needs
from tests.needs import ROOT
from tests.waiting import PATIENCE_S, bounded

from .running import run

BASH = shutil.which("bash")


def variables(*words: str) -> dict[str, str]:
    """The variables with which bash asks the command to complete the last of these words."""
    line = " ".join(("pdu", *words))
    return {"_PDU_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words))}


@pytest.mark.parametrize(
    "words, offered",
    [
        (["sta"], ["status", "statistic"]),
        (["help", "sta"], ["status", "statistic"]),
        (["status", "ra"], ["raritan"]),
        (["status", "nut", "h", "--fing"], ["--fingerprint"]),
        (["snmp", "show", "sentry"], ["sentry3", "sentry4"]),
        (["nosuch", "sta"], ["status", "statistic"]),
        (["snmp", "nosuch", "3"], [""]),
    ],
)
def test_commands_handlers_options_and_families_are_completed(
    words: list[str],
    offered: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in variables(*words).items():
        monkeypatch.setenv(name, value)
    assert root.run([]) == 0
    assert [line.partition(",")[2] for line in capsys.readouterr().out.splitlines()] == offered


def test_a_script_is_printed_for_each_shell_and_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    for shell, line in (("bash", "_PDU_COMPLETE=bash_complete"), ("zsh", "compdef"), ("fish", "")):
        code, out, _ = run(capsys, "completion", shell)
        assert code == 0 and line in out
        document = json.loads(run(capsys, "completion", shell, "--json")[1])
        assert document == {"shell": shell, "script": out.removesuffix("\n")}


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
FILES = ["compopt -o default"]


@pytest.mark.skipif(BASH is None, reason="bash is missing: apt-get install bash")
@pytest.mark.parametrize(
    "words, offered",
    [
        (["check", "pd"], FILES),
        (["energy", "month", "2026-10", "--pages", "d"], ["compopt -o dirnames"]),
        (["status", "snmp", "h", "--snmp-version", ""], ["1", "2c", "3"]),
        # bash makes three words of --option=value
        (["status", "snmp", "h", "--auth-protocol", "=", "SHA2"], ["SHA224", "SHA256"]),
        (["status", "nut", "h", "--ca-pem", "=", "c"], FILES),
    ],
)
def test_bash_completes(
    words: list[str], offered: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    script = run(capsys, "completion", "bash")[1]
    program = SCRIPT.format(python=sys.executable)
    *lines, registered = printed([str(BASH), "-c", program, "bash", script, *words], ROOT)
    assert "-o bashdefault" in registered and "-o default" in registered
    assert [line for line in lines if line] == offered


def printed(
    command: list[str], folder: Path, environment: Optional[dict[str, str]] = None
) -> list[str]:
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with files to complete in `here`, and the command pdu in `bin`."""
    folder = tmp_path_factory.mktemp("shells")
    (folder / "here" / "old").mkdir(parents=True)
    for name in ("ca.pem", "pdus.csv", "two words.csv"):
        (folder / "here" / name).touch()
    command = folder / "bin" / "pdu"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT}/pdu/__main__.py" "$@"\n')
    command.chmod(0o755)
    return folder


def environment(folder: Path) -> dict[str, str]:
    # zsh reads and writes a list of its functions in HOME
    path = os.pathsep.join((str(folder / "bin"), os.environ["PATH"]))
    return {"PATH": path, "HOME": str(folder), "LANG": "C.UTF-8"}


def script_of(shell: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    path = folder / f"pdu.{shell}"
    path.write_text(run(capsys, "completion", shell)[1], "utf-8")
    return path


# The end of a line, and what is offered for its last word. None: what the shell offers for a
# command that it does not know.
LINES: list[tuple[str, Optional[list[str]]]] = [
    ("sta", ["statistic", "status"]),
    ("check 'two w", None),
    ("status nut h --ca-pem=c", ["--ca-pem=ca.pem"]),
    ("status snmp h --secret-file community=c", ["community=ca.pem"]),
    ("energy month 2026-10 --pages ", ["old/"]),
    ("status snmp h --auth-protocol=SHA2", ["--auth-protocol=SHA224", "--auth-protocol=SHA256"]),
]


def test_fish_completes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program, script = needs.program("fish"), script_of("fish", folder, capsys)

    def offers(line: str) -> list[str]:
        source = 'source $argv[1]; complete -C "$argv[2]"'
        command = [program, "--no-config", "-c", source, str(script), line]
        lines = printed(command, folder / "here", environment(folder))
        return [line.partition("\t")[0] for line in lines]

    for words, offered in LINES:
        expected = offers(f"no-such-command {words}") if offered is None else offered
        assert expected and offers(f"pdu {words}") == expected, words


# Tab inserts all matches, one after the other; Ctrl-D sends the line's text with a NUL after it.
ZSH = r"""
unsetopt list_beep
source {script}
send-line() {{ print -rn -- "$BUFFER"$'\0' >&{lines} }}
zle -N send-line
zle -C all-matches complete-word _generic
zstyle ':completion:all-matches:*' insert yes
zstyle ':completion:all-matches::::' completer _all_matches _complete
bindkey -e
bindkey '^I' all-matches
bindkey '^D' send-line
zle-line-init() {{ print -rn -- $'ready\0' >&{lines} }}     # from now on zle reads the keys
zle -N zle-line-init
"""


def zsh_lines(
    program: str, script: Path, folder: Path, environment: dict[str, str]
) -> Generator[str, str, None]:
    """The lines after a press of Tab at the end of each line that is sent to this generator."""
    lines, writer = os.pipe()
    terminal, inner = os.openpty()
    (folder / ".zshrc").write_text(ZSH.format(script=script, lines=writer), "utf-8")
    process = subprocess.Popen(
        [program, "--no-global-rcs", "-i"],
        cwd=folder,
        stdin=inner,
        stdout=inner,
        stderr=inner,
        start_new_session=True,
        pass_fds=(writer,),
        env={**environment, "ZDOTDIR": str(folder), "TERM": "dumb"},
    )
    buffer, end = b"", time.monotonic() + PATIENCE_S
    try:
        with bounded(process):
            while time.monotonic() < end:
                for descriptor in select.select([lines, terminal], [], [], 1.0)[0]:
                    octets = os.read(descriptor, 4096)
                    buffer += octets if descriptor == lines else b""
                while b"\0" in buffer:
                    line, _, buffer = buffer.partition(b"\0")
                    text = yield line.decode()
                    os.write(terminal, b"\x15" + text.encode() + b"\t\x04")
    finally:
        for descriptor in (lines, writer, terminal, inner):
            os.close(descriptor)


def test_zsh_completes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program, script = needs.program("zsh"), script_of("zsh", folder, capsys)
    with contextlib.closing(
        zsh_lines(program, script, folder / "here", environment(folder))
    ) as zsh:
        assert next(zsh) == "ready"
        for words, offered in LINES:
            line = zsh.send(f"pdu {words}").rstrip()
            if offered is None:
                other = zsh.send(f"no-such-command {words}").rstrip()
                assert line == other.replace("no-such-command", "pdu") != f"pdu {words}"
            else:
                assert sorted(line.split(" ")) == sorted(
                    [*f"pdu {words}".split(" ")[:-1], *offered]
                )


def test_zsh_reads_the_script_before_its_own_completion_is_set_up(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As in a new ~/.zshrc, to which only the script was added."""
    script = script_of("zsh", folder, capsys)
    line = "source $1; print $_comps[pdu]"
    command = [needs.program("zsh"), "-f", "-c", line, "zsh", str(script)]
    assert printed(command, folder, environment(folder)) == ["_pdu_completion"]

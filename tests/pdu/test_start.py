"""Start, help, completion and end of the command."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Union

import pytest
from hypothesis import given, strategies

from handlers import VERSION
from pdu import root
from pdu.core.cli import suggestions
from pdu.core.cli.exit_codes import INTERRUPTED, READER_GONE, code_of
from pdu.core.cli.exit_handling import missing_package_advice
from tests.needs import ROOT, pythons
from tests.pdu.running import options
from tests.peers import PEERS
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import apc
from tests.waiting import PATIENCE_S

Stream = Union[int, IO[bytes]]


def run(
    command: list[str],
    folder: Path = ROOT,
    stdout: Stream = subprocess.PIPE,
    stderr: Stream = subprocess.PIPE,
    variables: Mapping[str, str] = {},
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        text=True,
        timeout=PATIENCE_S,
        env={**os.environ, **variables},
        check=False,
    )


@pytest.mark.parametrize("words", ["--version", "--help", "supports AP8959"])
def test_a_closed_standard_output_is_an_output_that_cannot_be_written(words: str) -> None:
    done = run(["sh", "-c", f"'{sys.executable}' -m pdu {words} >&-"])
    assert done.returncode == code_of("settings")
    (line,) = done.stderr.splitlines()
    assert line.startswith("settings: the standard output cannot be written")


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_version_is_said_before_the_command_line_is_imported(option: str) -> None:
    start = str(ROOT / "pdu" / "__main__.py")
    done = run([sys.executable, "-X", "importtime", start, option])
    assert done.stdout.startswith(f"pdu {VERSION}, ")
    names = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "pdu.start" in names
    assert not names & {"click", "logging", "pdu.root", "pdu.core.cli"}


def test_a_version_that_nobody_can_read_is_an_error() -> None:
    with open("/dev/full", "wb") as full:
        done = run([sys.executable, "-m", "pdu", "--version"], stdout=full)
    assert done.returncode == 2 and "cannot be written" in done.stderr


def help_of(name: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert root.run([name, "--help"]) == 0
    return " ".join(capsys.readouterr().out.split())


def test_help_announces_a_question_for_a_secret_only_where_one_is_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`exporter` runs unattended, so it asks for nothing."""
    assert ["you are asked" in help_of(name, capsys) for name in ("find", "check", "exporter")] == [
        True,
        True,
        False,
    ]


def test_the_command_runs_by_its_path_from_another_folder(tmp_path: Path) -> None:
    link = tmp_path / "other-name"
    link.symlink_to(ROOT / "pdu")
    for path in (ROOT / "pdu", link):
        done = run([sys.executable, str(path), "snmp", "families", "sentry4"], tmp_path)
        assert done.returncode == 0 and "sentry4" in done.stdout


def test_a_missing_package_is_reported_in_one_line_with_the_remedy() -> None:
    # -S: without site-packages
    done = run([sys.executable, "-S", "-E", "-m", "pdu", "status", "nut", "h"])
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "package click, which" in done.stderr and "pipx install --force ." in done.stderr


def test_only_packages_that_pdu_requires_are_to_be_installed() -> None:
    project = (
        (ROOT / "pyproject.toml")
        .read_text("utf-8")
        .partition("dependencies = [")[2]
        .partition("]")[0]
    )
    required = re.findall(r'"(\w+)[>;]', project)
    assert len(required) > 2 and all(
        missing_package_advice(ModuleNotFoundError(name=name)) for name in required
    )
    assert missing_package_advice(ModuleNotFoundError(name="pysnmp.hlapi")).count("pysnmp") == 1
    for name in ("pdu_snmp.late", "_ssl", "handlers.nut", None):
        assert missing_package_advice(ModuleNotFoundError(name=name)) == ""


OLD = {
    version: path
    for version, path in pythons().items()
    if tuple(map(int, version.split("."))) < (3, 9)
}


@pytest.mark.skipif(not OLD, reason="a Python before 3.9 is missing: pyenv install 3.8")
@pytest.mark.parametrize("python", OLD.values(), ids=list(OLD))
@pytest.mark.parametrize(
    "program",
    [["-m", "pdu", "status", "nut", "h"], ["packaging/build.py"], ["-m", "tests.demo"]],
    ids=" ".join,
)
def test_an_old_python_is_refused_in_one_line(python: Path, program: list[str]) -> None:
    done = run([str(python), "-B", *program])
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (
        2,
        "",
        1,
    ) and "needs Python 3.9" in done.stderr


@pytest.mark.parametrize("call", ["status", "statistic", "labels", "off"])
def test_a_call_over_snmp_imports_neither_pysnmp_nor_asyncio(call: str) -> None:
    """pysnmp's import alone takes as long as the whole call."""
    program = (
        "import sys; from pdu.start import main; code = main(sys.argv[1:]);"
        " found = {'pysnmp', 'pyasn1', 'asyncio'} & set(sys.modules);"
        " sys.exit(code or bool(found))"
    )
    with Agent(apc.rpdu2(outlets=4)) as agent:
        address = f"127.0.0.1:{agent.port}"
        command = [call, "snmp", address, *(["1", "--yes"] if call == "off" else [])]
        done = run(
            [sys.executable, "-c", program, *command], variables={"PDU_COMMUNITY": "private"}
        )
        assert (done.returncode, done.stderr) == (0, "") and agent.requests


@pytest.mark.parametrize("more, code", [("", 3), ("threading.Thread(target=write).start();", 3)])
def test_what_was_begun_is_ended_before_the_process_ends(more: str, code: int) -> None:
    """Also where the process does not wait for Python to free its objects."""
    program = (
        "import atexit, os, sys, threading, time; from pdu import start;"
        " write = lambda: (time.sleep(0.2), os.write(1, b'thread '));"
        " atexit.register(lambda: os.write(1, b'atexit '));"
        f" start.main = lambda: {code}; sys.stdout.write('output ');"
        f" {more} start.program()"
    )
    done = run([sys.executable, "-c", program])
    assert (done.returncode, done.stderr) == (code, "")
    assert set(done.stdout.split()) == {"output", "atexit", *(["thread"] if more else [])}


def test_ctrl_c_while_the_command_loads_is_quiet(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text(
        "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nraise SystemExit('not reached')\n"
    )
    done = run(
        [sys.executable, "-m", "pdu", "--help"],
        variables={"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
    )
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


def test_ctrl_c_in_the_first_milliseconds_is_quiet(tmp_path: Path) -> None:
    # one of the first imports
    (tmp_path / "signal.py").write_text("raise KeyboardInterrupt\n")
    done = run(
        [sys.executable, "-m", "pdu", "--help"],
        variables={"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


# With PYTHONUNBUFFERED=1 the output fails when a line is printed, otherwise when the buffer is
# flushed.
FAMILIES, HELP, NO_HOST = ["snmp", "families"], ["--help"], ["status", "nut", "--json"]


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "unbuffered, arguments",
    [
        ("", FAMILIES),
        ("1", FAMILIES),
        ("", HELP),
        ("1", HELP),
        ("", ["snmp", "show", "rpcm"]),
        ("", ["status", "--help"]),
    ],
)
def test_a_broken_pipe_ends_the_command_quietly(unbuffered: str, arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        command = [sys.executable, "-m", "pdu", *arguments]
        done = run(command, stdout=writer, variables={"PYTHONUNBUFFERED": unbuffered})
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (READER_GONE, "")


@pytest.mark.sample(3)
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs Linux's /dev/full")
@pytest.mark.parametrize(
    "unbuffered, arguments",
    [
        ("", FAMILIES),
        ("1", FAMILIES),
        ("", HELP),
        ("1", HELP),
        ("", NO_HOST),
        ("1", NO_HOST),
        ("", [*FAMILIES, "--json"]),
        ("", ["snmp", "show", "rpcm"]),
        ("", ["status", "--help"]),
    ],
)
def test_an_output_that_cannot_be_written_is_named_in_one_line(
    unbuffered: str, arguments: list[str]
) -> None:
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "pdu", *arguments]
        done = run(command, stdout=full, variables={"PYTHONUNBUFFERED": unbuffered})
    assert (done.returncode, done.stderr) == (
        2,
        (
            "settings: the standard output cannot be written (No space left on device); "
            "the command itself may have been carried out\n"
        ),
    )


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs Linux's /dev/full")
@pytest.mark.parametrize("gone", [True, False], ids=["a pipe without a reader", "a full disk"])
def test_ctrl_c_has_its_exit_code_even_if_standard_error_cannot_be_written(gone: bool) -> None:
    program = (
        "import signal\nfrom pdu.core.cli import exit_handling\n"
        "raise SystemExit(exit_handling.run(lambda: signal.raise_signal(signal.SIGINT) or 0))"
    )
    reader, writer = (
        os.pipe() if gone else (os.open(os.devnull, os.O_RDONLY), os.open("/dev/full", os.O_WRONLY))
    )
    os.close(reader)
    try:
        done = run([sys.executable, "-c", program], stderr=writer)
    finally:
        os.close(writer)
    assert (done.returncode, done.stdout) == (INTERRUPTED, "")


@pytest.mark.sample(1)
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs Linux's /dev/full")
@pytest.mark.parametrize(
    "arguments", [["snmp", "families"], ["status", "none", "192.0.2.7"]], ids=" ".join
)
def test_the_exit_code_is_2_if_neither_output_nor_errors_can_be_written(
    arguments: list[str],
) -> None:
    with open("/dev/full", "wb") as full:
        done = run([sys.executable, "-m", "pdu", *arguments], stdout=full, stderr=full)
    assert done.returncode == 2


# ---- completion ----------------------------------------------------------------------------------


def asked(*words: str) -> dict[str, str]:
    """Return the variables with which bash asks the command to complete the last of these words."""
    return {
        "_PDU_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(("pdu", *words)),
        "COMP_CWORD": str(len(words)),
    }


def test_the_program_prints_completions() -> None:
    done = run([sys.executable, "-m", "pdu"], variables=asked("sta"))
    assert (done.stdout, done.stderr) == ("plain,status\nplain,statistic\n", "")


@pytest.mark.parametrize(
    "words, offered",
    [
        (["sta"], ["status", "statistic"]),
        (["help", "sta"], ["status", "statistic"]),
        (["status", "ra"], ["raritan"]),
        (["status", "nut", "h", "--fing"], ["--fingerprint"]),
        (["snmp", "show", "sentry"], ["sentry3", "sentry4"]),
    ],
)
def test_commands_handlers_options_and_families_are_completed(
    words: list[str],
    offered: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in asked(*words).items():
        monkeypatch.setenv(name, value)
    root.run([])
    assert [line.partition(",")[2] for line in capsys.readouterr().out.splitlines()] == offered


@pytest.mark.parametrize("words", [["nosuch", "sta"], ["snmp", "nosuch", "3"]])
def test_completion_after_an_unknown_command_is_not_an_error(
    words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in asked(*words).items():
        monkeypatch.setenv(name, value)
    assert root.run([]) == 0


def test_the_completion_script_is_printed_for_bash_and_zsh_and_refused_for_tcsh(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bash = shutil.which("bash")
    assert bash is not None
    assert root.run(["completion", "bash"]) == 0
    script = capsys.readouterr().out
    assert (
        "_PDU_COMPLETE=bash_complete" in script and run([bash, "-n", "-c", script]).returncode == 0
    )
    assert root.run(["completion", "zsh"]) == 0 and "compdef" in capsys.readouterr().out
    assert root.run(["completion", "bash", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "shell": "bash",
        "script": script.removesuffix("\n"),
    }
    assert root.run(["completion", "tcsh"]) == 2


@pytest.mark.sample(1)
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs Linux's /dev/full")
@pytest.mark.parametrize("more", [[], ["--debug"]])
def test_a_reading_is_printed_although_its_warning_or_log_cannot_be(more: list[str]) -> None:
    with PEERS["raritan"]() as peer, open("/dev/full", "wb") as full:
        arguments, secrets = options(peer)
        words = ["status", "raritan", peer.address, *arguments, *more, "--json"]
        done = run(
            [sys.executable, "-m", "pdu", *words, "-s", "link_units=2"],
            stderr=full,
            variables={f"PDU_{key.upper()}": value for key, value in secrets.items()},
        )
    assert done.returncode == 0 and json.loads(done.stdout)["outlets"]


def advice(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The sentence for a wrong word, without its end, which names the help."""
    assert root.run(words) == code_of("usage")
    told = capsys.readouterr().err
    return told.partition(": ")[2].rpartition(" (")[0]


ON = ("ON", "power-on", "turn_on", "poweron", "enable", "start")
OFF = ("Off", "power-off", "turn_off", "poweroff", "shutdown", "disable")
DIRECTIONS = [
    *((word, "on switches outlets on", "off ") for word in ON),
    *((word, "off switches outlets off", "on ") for word in OFF),
]


@pytest.mark.parametrize("word, right, wrong", DIRECTIONS)
def test_a_word_for_switching_leads_to_the_command_that_does_it(
    word: str, right: str, wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = advice([word, "nut", "192.0.2.9", "3"], capsys)
    assert told.endswith((right, f"did you mean {word.lower()}?")) and wrong not in told


@pytest.mark.parametrize(
    "words, right",
    [
        (["reboot"], "cycle switches an outlet off, and on again"),
        (["powercycle"], "cycle switches an outlet off"),
        (["who"], "identify says what a device is"),
        (["scan"], "find searches a network for PDUs"),
        (["power"], "on and off switch outlets, cycle"),
        (["amps"], "statistic shows load and energy"),
        (["list"], "status lists"),
        (["statuss"], "did you mean status?"),
        (["STATUS"], "did you mean status?"),
        (["xyzzy"], "choose from status, "),
        (["snmp", "on", "3"], "see pdu on --help"),
        (["config"], "-s KEY=VALUE"),
        (["simulate"], "replay"),
        (["doctor"], "identify"),
        (["register"], "register.sh"),
        (["upload"], "register.sh"),
    ],
)
def test_a_wrong_word_leads_to_a_command(
    words: list[str], right: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert right in advice(words, capsys)


@pytest.mark.parametrize(
    "typed, right",
    [
        ("-c", "use PDU_COMMUNITY"),
        ("-v2c", "give --snmp-version"),
        ("-y", "give --yes"),
        ("-p", "use PDU_PASSWORD"),
        ("--force", "give --yes"),
    ],
)
def test_an_option_of_other_tools_leads_to_ours(
    typed: str, right: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = advice(["off", "snmp", "h", "1", typed], capsys)
    assert right in told and "Possible" not in told


TYPED = strategies.text("onfupdwer-_ ", min_size=1, max_size=7) | strategies.sampled_from(
    ["dwon", "dow", "own", "upp", "donw", "onn"]
)


@given(TYPED)
def test_similarity_never_picks_a_direction(word: str) -> None:
    """A word that is not in the table never leads to `up` alone or to `down` alone."""
    told = suggestions.similar_word(word, root.ROOT.by_name)
    assert ("on" in told.split()) == ("off" in told.split())
    assert told not in [f"did you mean {word}?" for word in ("on", "off", "up", "down")]

"""The command as a process: its start, and its end where output, packages or Python are missing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Union

import pytest

from handlers import VERSION
from pdu.cli.exit_codes import INTERRUPTED
from tests.needs import ROOT, pythons
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import apc
from tests.waiting import PATIENCE_S, run_program

Stream = Union[int, IO[bytes]]
PDU = (sys.executable, "-m", "pdu")
needs_full = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs Linux's /dev/full")


def run(
    command: Sequence[str],
    folder: Path = ROOT,
    stdout: Stream = subprocess.PIPE,
    stderr: Stream = subprocess.PIPE,
    variables: Mapping[str, str] = {},
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, without input and with these environment variables besides."""
    return subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        text=True,
        timeout=PATIENCE_S,
        env={**os.environ, **variables},
    )


def test_the_version_needs_no_package() -> None:
    process = run([sys.executable, "-S", "-E", "-m", "pdu", "--version"])
    assert process.returncode == 0
    assert process.stdout.startswith(f"pdu {VERSION}, ")


def test_a_missing_package_is_reported_in_one_line_with_the_remedy() -> None:
    # -S: without site-packages
    process = run([sys.executable, "-S", "-E", "-m", "pdu", "status", "nut", "h"])
    assert (process.returncode, process.stdout) == (2, "")
    assert "package click, which" in process.stderr
    assert "pipx install --force ." in process.stderr
    assert process.stderr.count("\n") == 1


def test_the_command_runs_by_its_path_from_another_folder(tmp_path: Path) -> None:
    link = tmp_path / "other-name"
    link.symlink_to(ROOT / "pdu")
    for path in (ROOT / "pdu", link):
        process = run([sys.executable, str(path), "snmp", "show", "netio"], tmp_path)
        assert process.returncode == 0
        assert "netio" in process.stdout


OLD = [path for version, path in pythons().items() if tuple(map(int, version.split("."))) < (3, 9)]


@pytest.mark.skipif(not OLD, reason="a Python before 3.9 is missing: pyenv install 3.8")
def test_an_old_python_is_refused_in_one_line() -> None:
    for python in OLD:
        process = run([str(python), "-B", "-m", "pdu", "status", "nut", "h"])
        assert (process.returncode, process.stdout) == (2, "")
        assert "needs Python 3.9" in process.stderr
        assert process.stderr.count("\n") == 1


def test_a_status_over_snmp_does_not_import_pysnmp() -> None:
    """Its import takes as long as the whole call."""
    program = (
        "import sys; from pdu.start import main; code = main(sys.argv[1:]);"
        " sys.exit(code or 'pysnmp' in sys.modules)"
    )
    with Agent(apc.rpdu2(outlets=4)) as agent:
        command = [sys.executable, "-c", program, "status", "snmp", f"127.0.0.1:{agent.port}"]
        process = run(command, variables={"PDU_COMMUNITY": "private"})
    assert (process.returncode, process.stderr) == (0, "")
    assert agent.requests


@pytest.mark.parametrize(
    "module, code",
    [
        ("click", -signal.SIGINT),
        ("signal", INTERRUPTED),  # one of the first imports
    ],
)
def test_ctrl_c_while_the_command_loads_is_quiet(module: str, code: int, tmp_path: Path) -> None:
    interrupt = {
        "click": "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nraise SystemExit('late')",
        "signal": "raise KeyboardInterrupt",
    }
    (tmp_path / f"{module}.py").write_text(interrupt[module])
    path = f"{tmp_path}{os.pathsep}{ROOT}"
    process = run([*PDU, "--help"], variables={"PYTHONPATH": path})
    assert process.returncode == code
    assert process.stdout == ""
    assert process.stderr == ""


UNWRITABLE = "settings: the standard output cannot be written: No space left on device"


@needs_full
def test_a_command_that_was_sent_may_have_been_carried_out() -> None:
    program = (
        "import sys; from pdu.outlets import switching; switching.AGAIN_S = 0.0;"
        " from pdu.start import main; sys.exit(main(sys.argv[1:]))"
    )
    with Agent(apc.rpdu2(outlets=4)) as agent, open("/dev/full", "wb") as full:
        command = [sys.executable, "-c", program, "off", "snmp", f"127.0.0.1:{agent.port}"]
        variables = {"PDU_COMMUNITY": "private"}
        process = run([*command, "1", "--yes"], stdout=full, variables=variables)
        assert agent.writes()
    advice = "a command that was sent may have been carried out"
    assert (process.returncode, process.stderr) == (2, f"{UNWRITABLE}; {advice}\n")


@needs_full
def test_a_reading_has_carried_out_no_command() -> None:
    with Agent(apc.rpdu2(outlets=4)) as agent, open("/dev/full", "wb") as full:
        command = [*PDU, "status", "snmp", f"127.0.0.1:{agent.port}"]
        process = run(command, stdout=full, variables={"PDU_COMMUNITY": "private"})
        assert not agent.writes()
    assert (process.returncode, process.stderr) == (2, f"{UNWRITABLE}\n")


def test_a_pool_of_threads_that_a_handler_left_does_not_hold_the_program() -> None:
    code = (
        "import sys, time; from concurrent.futures import ThreadPoolExecutor;"
        " from pdu import start; ThreadPoolExecutor(1).submit(time.sleep, 3600);"
        " sys.argv = ['pdu', '--version']; start.program()"
    )
    process = run_program([sys.executable, "-c", code], cwd=ROOT)
    assert process.returncode == 0, process.stderr
    assert process.stdout.startswith("pdu ")

"""`.ci/setup` and `.ci/run` on machines that lack a program.

Python and pip are stand-ins that log their arguments.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.needs import PACKAGES, ROOT, programs

# The real programs on a Machine's PATH. Others are missing, such as make, curl, apt-get and
# dpkg-query.
TOOLS = ("sh", "cat", "chmod", "cp", "dirname", "grep", "id", "mkdir", "rm", "sleep")
PYTHON = """#!/bin/sh
echo "$*" >>"$LOG"
case "$*" in
    -V) echo "Python 3.11.7" ;;
    "-m venv"*) for folder; do :; done; mkdir -p "$folder/bin" && cp "$0" "$folder/bin/python" ;;
    "-m pip"*) [ ! -e "$LOG.pip-fails" ] ;;
    *ensurepip*) [ ! -e "$LOG.no-ensurepip" ] ;;
esac
"""


class Machine:
    """A machine with TOOLS only and, if `python`, the stand-in for Python."""

    def __init__(self, folder: Path, python: bool = True) -> None:
        self.bin, self.log, self.venv = folder / "bin", folder / "log", folder / "venv"
        self.bin.mkdir()
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found, tool
            (self.bin / tool).symlink_to(found)
        if python:
            (self.bin / "python3").write_text(PYTHON)
            (self.bin / "python3").chmod(0o755)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        self.log.write_text("")
        return subprocess.run(
            ["sh", *command],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=30,
            env={"PATH": str(self.bin), "VENV": str(self.venv), "LOG": str(self.log)},
        )

    def env(self, *, pip_fails: bool = False, which: str = "env") -> int:
        mark = Path(f"{self.log}.pip-fails")
        mark.touch() if pip_fails else mark.unlink(missing_ok=True)
        return self.run(".ci/setup", which).returncode

    def did(self) -> list[str]:
        """The last run's calls that change the environment, in order, each as "venv" or "pip"."""
        return [
            line.split()[1]
            for line in self.log.read_text().splitlines()
            if line.startswith(("-m venv", "-m pip"))
        ]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_environment_is_made_once_and_repaired_after_a_move(machine: Machine) -> None:
    assert machine.env() == 0 and machine.did() == ["venv", "pip"]
    assert machine.env() == 0 and machine.did() == []
    machine.venv = machine.venv.rename(machine.venv.with_name("moved"))
    assert (
        machine.env() == 0
        and machine.did() == ["venv"]
        and str(machine.venv) in (machine.venv / "bin" / "pdu").read_text()
    )


def test_the_environment_holds_the_command_of_this_tree(machine: Machine) -> None:
    assert machine.env() == 0
    command = machine.venv / "bin" / "pdu"
    machine.log.write_text("")
    done = subprocess.run(
        [command, "status", "a b"],
        cwd="/",
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env={"PATH": str(machine.bin), "LOG": str(machine.log)},
    )
    assert (done.returncode, done.stderr, machine.log.read_text()) == (
        0,
        "",
        f"{ROOT / 'handlers' / '__main__.py'} status a b\n",
    )


def test_if_pip_fails_the_error_names_pypi_and_the_setting_for_a_mirror(machine: Machine) -> None:
    Path(f"{machine.log}.pip-fails").touch()
    done = machine.run(".ci/setup", "env")
    assert (
        done.returncode == 1
        and "Does this machine reach PyPI?" in done.stderr
        and "PIP_INDEX_URL" in done.stderr
    )


def test_an_environment_is_made_again_after_a_failed_installation(machine: Machine) -> None:
    assert machine.env(pip_fails=True) != 0
    assert machine.env() == 0 and machine.did() == ["venv", "pip"]
    (machine.venv / ".installed").write_text("other requirements")
    assert machine.env(pip_fails=True) != 0 and machine.did() == ["pip"]
    # because the failed run may have installed some packages
    assert machine.env() == 0 and machine.did() == ["venv", "pip"]


def test_the_tests_environment_is_the_small_one_with_more_packages(machine: Machine) -> None:
    assert machine.env() == 0
    assert machine.env(which="tests") == 0 and machine.did() == ["pip"]
    assert "-r requirements.txt -r tests/requirements.txt" in machine.log.read_text()
    assert machine.env(which="tests") == 0 and machine.did() == []
    assert machine.env() == 0 and machine.did() == []


def test_from_nothing_the_tests_environment_is_made_in_two_steps(machine: Machine) -> None:
    assert machine.env(which="tests") == 0 and machine.did() == ["venv", "pip", "pip"]


def test_after_an_interrupted_upgrade_the_small_environment_is_made_again(machine: Machine) -> None:
    assert machine.env() == 0
    assert machine.env(which="tests", pip_fails=True) != 0 and machine.did() == ["pip"]
    # the failed run may have replaced some packages of the small one
    assert machine.env() == 0 and machine.did() == ["venv", "pip"]


def test_a_step_that_takes_longer_says_that_it_still_runs(machine: Machine) -> None:
    program = machine.bin / "python3"
    program.write_text(PYTHON.replace('"-m pip"*) [', '"-m pip"*) sleep 3; ['))
    done = machine.run(".ci/setup", "env")
    assert done.returncode == 0 and "\n  2 s\n" in done.stderr


def test_a_folder_that_another_tool_made_becomes_the_environment(machine: Machine) -> None:
    (machine.venv / "bin").mkdir(parents=True)
    shutil.copy(machine.bin / "python3", machine.venv / "bin" / "python")
    assert machine.env() == 0 and machine.did() == ["venv", "pip"]


def test_changed_requirements_are_installed_into_the_existing_environment(machine: Machine) -> None:
    assert machine.env() == 0
    (machine.venv / ".installed").write_text("other requirements")
    assert machine.env() == 0 and machine.did() == ["pip"]


def only_line(done: subprocess.CompletedProcess[str]) -> str:
    """The only line that a failed run prints."""
    assert done.returncode == 1 and not done.stdout
    (line,) = done.stderr.splitlines()
    return line


def test_without_ensurepip_the_install_command_is_named(machine: Machine) -> None:
    Path(f"{machine.log}.no-ensurepip").touch()
    assert (
        only_line(machine.run(".ci/setup", "env"))
        == "The module venv is missing (Debian: apt-get install python3-venv)"
    )


@pytest.mark.parametrize(
    "command, line",
    [
        ((".ci/setup", "env"), "python3 is missing (Debian: apt-get install python3 python3-venv)"),
        ((".ci/setup", "curl"), "curl is missing (Debian: apt-get install curl)"),
        ((".ci/run",), "make is missing (Debian: apt-get install make python3-venv)"),
    ],
)
def test_a_missing_program_is_named_with_its_install_command(
    tmp_path: Path, command: Sequence[str], line: str
) -> None:
    assert only_line(Machine(tmp_path, python=False).run(*command)) == line


def test_missing_system_packages_are_not_an_error_and_are_named_with_their_install_command(
    machine: Machine,
) -> None:
    done = machine.run(".ci/setup", "system")
    assert done.returncode == 0 and "are skipped" in done.stderr
    assert all(
        package in done.stderr.partition("apt-get install")[2]
        for package in ("snmpd", "nut-server", "curl", "openssl")
    )
    assert "apt-get install chromium chromium-driver" in done.stderr


@pytest.mark.parametrize("module", ["tests.demo", "tests.dcimanager"])
def test_without_the_environment_the_command_that_makes_it_is_named(module: str) -> None:
    # -S hides the installed packages
    bare = [sys.executable, "-S", "-E", "-m", module, "--help"]
    done = subprocess.run(
        bare, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "is missing: make env" in only_line(done)


def test_a_skip_names_one_command_for_all_programs_that_are_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.needs.found", lambda name: "" if name in PACKAGES else name)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception) as skipped:
        programs("corosync", "corosync-quorumtool", "pacemakerd", "sh")
    assert str(skipped.value) == (
        "corosync, corosync-quorumtool, pacemakerd are missing: apt-get install corosync pacemaker"
    )
    with pytest.raises(pytest.skip.Exception, match="^curl is missing: apt-get install curl$"):
        programs("curl")
    assert programs("sh") == ["sh"]

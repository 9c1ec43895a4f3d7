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

from tests import terminal
from tests.needs import PACKAGES, ROOT, programs
from tests.waiting import PATIENCE_S, run_program

# The real programs on a Machine's PATH. Others are missing, such as make, curl, apt-get and
# dpkg-query.
TOOLS = ("sh", "cat", "chmod", "cp", "dirname", "grep", "id", "mkdir", "rm", "sleep", "flock")
PYTHON = """#!/bin/sh
echo "$*" >>"$LOG"
case "$*" in
    -V) echo "Python 3.11.7" ;;
    "-m venv"*) for folder; do :; done; mkdir -p "$folder/bin" && cp "$0" "$folder/bin/python" ;;
    "-m pip"*) [ ! -e "$LOG.pip-fails" ] ;;
    "-c import pysnmp"*) [ ! -e "$LOG.import-fails" ] ;;
    *ensurepip*) [ ! -e "$LOG.no-ensurepip" ] ;;
esac
"""


class Machine:
    """A machine with TOOLS only and, if `python`, the stand-in for Python."""

    def __init__(self, folder: Path, python: bool = True) -> None:
        self.bin, self.log, self.venv = folder / "bin", folder / "log", folder / "venv"
        self.bin.mkdir()
        for tool in TOOLS:
            path = shutil.which(tool)
            assert path, tool
            (self.bin / tool).symlink_to(path)
        if python:
            (self.bin / "python3").write_text(PYTHON)
            (self.bin / "python3").chmod(0o755)

    def environment(self, **more: str) -> dict[str, str]:
        return {
            "PATH": str(self.bin),
            "VENV": str(self.venv),
            "LOG": str(self.log),
            "POLICY": f"{self.log}.policy",
            **more,
        }

    def run(self, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
        self.log.write_text("")
        return run_program(["sh", *command], cwd=ROOT, env=self.environment(**more))

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
    assert machine.env() == 0
    assert machine.did() == ["venv", "pip"]
    assert machine.env() == 0
    assert machine.did() == []
    machine.venv = machine.venv.rename(machine.venv.with_name("moved"))
    assert machine.env() == 0
    assert machine.did() == ["venv"]
    assert str(machine.venv) in (machine.venv / "bin" / "pdu").read_text()


def test_the_environment_holds_the_command_of_this_tree(machine: Machine) -> None:
    assert machine.env() == 0
    command = machine.venv / "bin" / "pdu"
    machine.log.write_text("")
    process = run_program(
        [command, "status", "a b"], cwd="/", env={"PATH": str(machine.bin), "LOG": str(machine.log)}
    )
    assert process.returncode == 0
    assert process.stderr == ""
    assert machine.log.read_text() == f"{ROOT / 'pdu' / '__main__.py'} status a b\n"


def test_the_environment_knows_the_vendors_import_lines(machine: Machine) -> None:
    assert machine.env() == 0
    folder = machine.venv / "lib" / "python3.11" / "site-packages"
    folder.mkdir(parents=True)
    file = folder / "zz_vendor_names.pth"
    file.write_text(str(ROOT / "packaging" / "vendor_names"))  # as release 5.0 wrote it
    assert machine.env() == 0
    (line,) = file.read_text().splitlines()
    assert line == str(ROOT / "packaging" / "import_names" / "vendors")


def test_the_environment_writes_the_stubs_of_the_binding(machine: Machine) -> None:
    assert machine.env() == 0
    assert "packaging/idl_stubs.py" in machine.log.read_text().splitlines()


def test_if_pip_fails_the_error_names_pypi_and_the_setting_for_a_mirror(machine: Machine) -> None:
    Path(f"{machine.log}.pip-fails").touch()
    run = machine.run(".ci/setup", "env")
    assert run.returncode == 1
    assert "Does this machine reach PyPI?" in run.stderr
    assert "PIP_INDEX_URL" in run.stderr


def test_an_environment_is_made_again_after_a_failed_installation(machine: Machine) -> None:
    assert machine.env(pip_fails=True) != 0
    assert machine.env() == 0
    assert machine.did() == ["venv", "pip"]
    (machine.venv / ".installed").write_text("other requirements")
    assert machine.env(pip_fails=True) != 0
    assert machine.did() == ["pip"]
    # because the failed run may have installed some packages
    assert machine.env() == 0
    assert machine.did() == ["venv", "pip"]


def test_an_environment_whose_packages_cannot_be_imported_is_made_again(machine: Machine) -> None:
    mark = Path(f"{machine.log}.import-fails")
    mark.touch()
    run = machine.run(".ci/setup", "env")
    assert run.returncode == 1
    assert "cannot be imported" in run.stderr
    assert "PyPI" not in run.stderr
    mark.unlink()
    assert machine.env() == 0
    assert machine.did() == ["venv", "pip"]


def test_two_at_once_install_one_after_the_other(machine: Machine) -> None:
    program = machine.bin / "python3"
    program.write_text(PYTHON.replace('"-m pip"*) [', '"-m pip"*) sleep 1; ['))
    machine.log.write_text("")
    several = [
        subprocess.Popen(
            ["sh", ".ci/setup", "env"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=machine.environment(),
        )
        for _ in range(2)
    ]
    texts = [process.communicate(timeout=PATIENCE_S)[1] for process in several]
    assert [process.returncode for process in several] == [0, 0]
    assert machine.did() == ["venv", "pip"]
    assert sum(b"waiting for it" in text for text in texts) == 1


def test_the_tests_environment_is_the_small_one_with_more_packages(machine: Machine) -> None:
    assert machine.env() == 0
    assert machine.env(which="tests") == 0
    assert machine.did() == ["pip"]
    assert "-r requirements.txt -r tests/requirements.txt" in machine.log.read_text()
    assert machine.env(which="tests") == 0
    assert machine.did() == []
    assert machine.env() == 0
    assert machine.did() == []


def test_after_an_interrupted_upgrade_the_small_environment_is_made_again(machine: Machine) -> None:
    assert machine.env() == 0
    assert machine.env(which="tests", pip_fails=True) != 0
    assert machine.did() == ["pip"]
    # the failed run may have replaced some packages of the small one
    assert machine.env() == 0
    assert machine.did() == ["venv", "pip"]


def test_a_folder_that_another_tool_made_becomes_the_environment(machine: Machine) -> None:
    (machine.venv / "bin").mkdir(parents=True)
    shutil.copy(machine.bin / "python3", machine.venv / "bin" / "python")
    assert machine.env() == 0
    assert machine.did() == ["venv", "pip"]


def only_line(done: subprocess.CompletedProcess[str]) -> str:
    """The only line that a failed run prints, besides that it waits for another test's."""
    assert done.returncode == 1
    assert not done.stdout
    (line,) = (line for line in done.stderr.splitlines() if not line.endswith("waiting for it"))
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
    run = machine.run(".ci/setup", "system")
    assert run.returncode == 0
    assert "are skipped" in run.stderr
    assert all(
        package in run.stderr.partition("apt-get install")[2]
        for package in ("snmpd", "nut-server", "curl", "openssl")
    )
    assert "apt-get install chromium chromium-driver" in run.stderr


@pytest.mark.parametrize("module", ["tests.demo", "tests.dcimanager"])
def test_without_the_environment_the_command_that_makes_it_is_named(module: str) -> None:
    # -S hides the installed packages
    bare = [sys.executable, "-S", "-E", "-m", module, "--help"]
    process = run_program(bare, cwd=ROOT)
    assert (process.returncode, process.stdout) == (1, "")
    assert "is missing: make env" in only_line(process)


def test_a_skip_names_one_command_for_all_programs_that_are_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.needs.found", lambda name: "" if name in PACKAGES else name)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception) as skipped:
        programs("upsd", "snmpd", "sh")
    assert str(skipped.value) == ("upsd, snmpd are missing: apt-get install nut-server snmpd")
    with pytest.raises(pytest.skip.Exception, match="^curl is missing: apt-get install curl$"):
        programs("curl")
    assert programs("sh") == ["sh"]


# Debian's programs as stand-ins: installed packages are lines of a file, and snmpd has a service.
DEBIAN = {
    "id": "echo 0",
    "apt-get": """echo "apt-get $*" >>"$LOG"
"$POLICY" || echo "services: $?" >>"$LOG"
for name; do case $name in install | -*) ;; *) echo "$name" >>"$LOG.installed" ;; esac; done""",
    "dpkg-query": """case "$*" in
    "-L snmpd") echo /usr/sbin/snmpd /etc/init.d/snmpd /lib/systemd/system/snmpd.service ;;
    "-L "*) ;;
    *Package*) while read -r name; do printf '%s ' "$name"; done <"$LOG.installed" ;;
    *) for name; do :; done; grep -qx -- "$name" "$LOG.installed" && echo "install ok installed" ;;
esac""",
    "systemctl": 'echo "systemctl $*" >>"$LOG"',
    "update-rc.d": 'echo "update-rc.d $*" >>"$LOG"',
}


@pytest.fixture
def debian(machine: Machine) -> Machine:
    """A Debian machine whose user is root. It has the service cron already."""
    for name, text in DEBIAN.items():
        (machine.bin / name).unlink(missing_ok=True)
        (machine.bin / name).write_text(f"#!/bin/sh\n{text}\n")
        (machine.bin / name).chmod(0o755)
    Path(f"{machine.log}.installed").write_text("cron\n")
    return machine


def aptitude(machine: Machine) -> list[str]:
    """The last run's calls of apt-get and what it was told about services, and of what disables
    services.
    """
    starts = ("apt-get", "services", "systemctl", "update-rc.d")
    return [line for line in machine.log.read_text().splitlines() if line.startswith(starts)]


def test_without_a_terminal_what_is_missing_is_named_and_nothing_is_installed(
    debian: Machine,
) -> None:
    run = debian.run(".ci/setup", "offer")
    assert run.returncode == 0
    assert aptitude(debian) == []
    first, debians, *_, last = run.stderr.splitlines()
    assert first == "Some tests need what is not installed here:"
    assert debians.startswith("  from Debian, as root: snmpd snmp nut-server ")
    assert last == "Those tests are skipped. To install it: make system"


@pytest.mark.sample(1)
@pytest.mark.parametrize("asked", ["system", "offer"])
def test_on_request_packages_are_named_and_installed_without_their_services(
    debian: Machine, asked: str
) -> None:
    run = debian.run(".ci/setup", asked, **({"CI": "true"} if asked == "offer" else {}))
    assert run.returncode == 0
    assert "Installing from Debian: snmpd snmp nut-server " in run.stderr
    install, services, legacy, unit, *_ = aptitude(debian)
    assert install.startswith(
        "apt-get install -y -qq --no-install-recommends snmpd snmp nut-server"
    )
    assert services == "services: 101"
    assert (legacy, unit) == ("update-rc.d snmpd disable", "systemctl disable snmpd.service")
    assert (
        "Their services were not started, and do not start by themselves: snmpd.service\n"
        in run.stderr
    )
    assert not Path(f"{debian.log}.policy").exists()


def test_a_policy_of_the_machines_owner_stays(debian: Machine) -> None:
    policy = Path(f"{debian.log}.policy")
    policy.write_text("#!/bin/sh\nexit 104\n")
    policy.chmod(0o755)
    assert debian.run(".ci/setup", "system").returncode == 0
    assert "services: 104" in aptitude(debian)
    assert policy.read_text() == "#!/bin/sh\nexit 104\n"


@pytest.mark.parametrize("answer, installs", [(b"y\n", True), (b"n\n", False), (b"\n", False)])
def test_a_terminal_is_asked_before_anything_is_installed(
    debian: Machine, answer: bytes, installs: bool
) -> None:
    debian.log.write_text("")
    question = "Install it now? Services are not started. [y/N]"
    output = terminal.run(
        ["sh", str(ROOT / ".ci" / "setup"), "offer"], debian.environment(), question, answer
    )
    assert output.code == 0
    assert any(line.startswith("apt-get install") for line in aptitude(debian)) == installs

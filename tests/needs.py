"""System programs, and packages outside `.venv`, that some tests need.

If one is missing, the tests that need it are skipped, or fail if CI is set. The reason names the
command that installs it. Recordings and schemas of others: tests/foreign_files.
"""

from __future__ import annotations

import functools
import glob
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import NoReturn, Optional

ROOT = Path(__file__).resolve().parents[1]

PACKAGES = {
    "snmpd": "snmpd",
    "snmpget": "snmp",
    "snmpwalk": "snmp",
    "snmpbulkwalk": "snmp",
    "upsd": "nut-server",
    "dummy-ups": "nut-server",
    "snmp-ups": "nut-snmp",
    "upsc": "nut-client",
    "curl": "curl",
    "git": "git",
    "openssl": "openssl",
    "promtool": "prometheus",
    "prometheus-node-exporter": "prometheus-node-exporter",
    "certutil": "libnss3-tools",
    "pk12util": "libnss3-tools",
    "zsh": "zsh",
    "fish": "fish",
    "shellcheck": "shellcheck",
    "valgrind": "valgrind",
}
_ELSEWHERE = os.pathsep.join(("/usr/sbin", "/sbin", "/lib/nut", "/usr/lib/nut", "/usr/libexec/nut"))


def found(name: str) -> Optional[str]:
    """The path of a program, None if it is missing."""
    return shutil.which(name) or shutil.which(name, path=_ELSEWHERE)


def program(name: str) -> str:
    """The path of a program. If it is missing, skips the test, or fails it if CI is set."""
    return programs(name)[0]


def programs(*names: str) -> list[str]:
    """The paths of programs. If some are missing, skips the test, or fails it if CI is set, with
    one command that installs all of them.
    """
    paths = [path for path in map(found, names) if path]
    if len(paths) == len(names):
        return paths
    lacking = [name for name in names if not found(name)]
    packages = dict.fromkeys(PACKAGES[name] for name in lacking)
    verb = "is" if len(lacking) == 1 else "are"
    missing(
        f"{', '.join(lacking)} {verb} missing: apt-get install {' '.join(packages)}",
        fail=bool(os.environ.get("CI")),
    )


def missing(reason: str, fail: bool) -> NoReturn:
    """Skips the test, or fails it."""
    # Not imported above: benchmarks import this module too, and most start faster without pytest.
    import pytest

    if fail:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def _for_this_python(name: str) -> Path:
    """The folder of packages that are compiled for one Python, as .ci/setup names it."""
    return ROOT / ".cache" / "{}-{}.{}".format(name, *sys.version_info[:2])


def localhost() -> str:
    """The name of this machine. If it does not resolve, skips the test, or fails it if CI is set.

    A container without /etc/hosts has no such name. Tests that only need an address use 127.0.0.1.
    """
    try:
        socket.getaddrinfo("localhost", None)
    except OSError:
        missing("localhost does not resolve: see /etc/hosts", fail=bool(os.environ.get("CI")))
    return "localhost"


def clients() -> str:
    """The folder with other projects' clients of PDUs, which are not in .venv (.ci/setup says why).

    If it is missing, skips the test: they do not run on each Python.
    """
    folder = _for_this_python("clients")
    if not (folder / ".installed").is_file():
        missing("other projects' clients of PDUs are missing: sh .ci/setup clients", fail=False)
    return str(folder)


@functools.lru_cache(maxsize=1)
def pythons() -> dict[str, Path]:
    """The Pythons in pyenv and PATH that start, by version ("3.9"), including
    versions below 3.9.
    """
    # pyenv's folders come first, because its scripts in PATH take ten times as long to start.
    pyenv = os.environ.get("PYENV_ROOT", str(Path.home() / ".pyenv"))
    folders = [
        *sorted(glob.glob(f"{glob.escape(pyenv)}/versions/*/bin")),
        *os.environ.get("PATH", "").split(os.pathsep),
    ]
    versions: dict[str, Path] = {}
    for folder in folders:
        for path in map(Path, sorted(glob.glob(f"{glob.escape(folder)}/python[23].*[0-9]"))):
            version = path.name[len("python") :]
            if version not in versions and _runs(path):
                versions[version] = path
    return versions


def _runs(python: Path) -> bool:
    """Whether this Python starts: pyenv's scripts in PATH fail for versions that are
    not selected.
    """
    if not os.access(python, os.X_OK):
        return False
    return (
        subprocess.run(
            [python, "-S", "-c", ""], stdin=subprocess.DEVNULL, capture_output=True, timeout=300
        ).returncode
        == 0
    )

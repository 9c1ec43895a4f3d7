"""Programs of the system and recordings next to the project, which some tests need.

A missing program skips the test and names the command that installs it; where CI is set, it fails the test. Recordings under
another licence are kept outside the project; a clone without them skips their tests.
"""
from __future__ import annotations

import functools
import os
import shutil
import subprocess
from pathlib import Path
from typing import Dict, Optional

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"

PACKAGES = {
    "snmpd": "snmpd", "snmpget": "snmp", "snmpset": "snmp", "snmpwalk": "snmp", "snmpbulkget": "snmp", "snmpbulkwalk": "snmp",
    "upsd": "nut-server", "dummy-ups": "nut-server", "snmp-ups": "nut-snmp", "upsc": "nut-client",
    "upscmd": "nut-client", "upsrw": "nut-client", "smidump": "smitools", "curl": "curl", "openssl": "openssl",
    "prometheus": "prometheus", "promtool": "prometheus", "prometheus-snmp-exporter": "prometheus-snmp-exporter",
    "certutil": "libnss3-tools", "pk12util": "libnss3-tools",
}
_ELSEWHERE = os.pathsep.join(("/usr/sbin", "/sbin", "/lib/nut", "/usr/lib/nut", "/usr/libexec/nut"))


def found(name: str) -> Optional[str]:
    """The path of a program, None if it is missing."""
    return shutil.which(name) or shutil.which(name, path=_ELSEWHERE)


def program(name: str) -> str:
    """The path of a program. Where it is missing, skips the test, or fails it where CI is set."""
    path = found(name)
    if path:
        return path
    reason = f"{name} is missing: apt-get install {PACKAGES[name]}"
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def pysmi() -> str:
    """The folder with the package pysmi, which is not in .venv (.ci/setup says why).

    Where pysmi is missing, skips the test, or fails it where CI is set.
    """
    folder = ROOT / ".cache" / "pysmi"
    if (folder / "pysmi").is_dir():
        return str(folder)
    reason = "pysmi is missing: sh .ci/setup system"
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def shared(*parts: str) -> Path:
    """A file or folder next to the project. Skips the test if it is missing."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"no recordings next to the project ({'/'.join(parts)})")
    return path


@functools.lru_cache(maxsize=1)
def pythons() -> Dict[str, Path]:
    """Other Pythons of this machine by their version ("3.9"), including those below 3.9 and those of pyenv."""
    # pyenv's folders first: its scripts in PATH start ten times slower, and are then not needed.
    folders = [*sorted(Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob("versions/*/bin")),
               *map(Path, os.environ.get("PATH", "").split(os.pathsep))]
    found: Dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.glob("python[23].*[0-9]")):
            version = path.name[len("python"):]
            if version not in found and _runs(path):
                found[version] = path
    return found


def _runs(python: Path) -> bool:
    """Whether this Python starts: pyenv's scripts in PATH fail for versions that are not selected."""
    if not os.access(python, os.X_OK):
        return False
    return subprocess.run([python, "-S", "-c", ""], stdin=subprocess.DEVNULL, capture_output=True, timeout=60).returncode == 0

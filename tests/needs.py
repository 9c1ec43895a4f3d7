"""What a test needs beyond Python: programs from the system's packages, and recordings beside the project.

A missing program skips the test with the line that installs it; with CI set it is a failure instead. Recordings under
another licence lie outside the project, so a clone without them skips, always.
"""
from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"

PACKAGES = {
    "snmpd": "snmpd", "snmpget": "snmp", "snmpset": "snmp", "snmpwalk": "snmp", "snmpbulkget": "snmp", "snmpbulkwalk": "snmp",
    "upsd": "nut-server", "dummy-ups": "nut-server", "snmp-ups": "nut-snmp", "upsc": "nut-client",
    "upscmd": "nut-client", "upsrw": "nut-client", "curl": "curl", "openssl": "openssl",
    "certutil": "libnss3-tools", "pk12util": "libnss3-tools",
}
_ELSEWHERE = os.pathsep.join(("/usr/sbin", "/sbin", "/lib/nut", "/usr/lib/nut", "/usr/libexec/nut"))


def program(name: str) -> str:
    """The path of a program; else the test is skipped with the way to get it, or fails where CI is set."""
    package = PACKAGES[name]
    found = shutil.which(name) or shutil.which(name, path=_ELSEWHERE)
    if found:
        return found
    reason = f"{name} is missing: apt-get install {package}"
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def shared(*parts: str) -> Path:
    """A file or folder of the recordings beside the project; the test is skipped where there is none."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"no recordings beside the project ({'/'.join(parts)})")
    return path

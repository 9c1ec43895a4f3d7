"""SNMPv3 at each of its security levels, with and without the package cryptography, by every
command that asks one PDU. The PDU is a real snmpd.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.needs import ROOT, program
from tests.servers.snmpd import AUTH_PASSWORD, PRIV_PASSWORD, USERS, Snmpd
from tests.simulators.snmp_agent.devices import BUILT_IN
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.against("Net-SNMP snmpd")

LEVELS = {
    "noAuthNoPriv": ["--username", "plain"],
    "noAuthNoPriv by name": ["--username", "plain", "--auth-protocol", "none"],
    "authNoPriv": ["--username", "sha", "--auth-protocol", "SHA"],
    "authNoPriv by name": [
        *("--username", "sha", "--auth-protocol", "SHA", "--priv-protocol", "none"),
    ],
    "authPriv": ["--username", "shaaes", "--auth-protocol", "SHA", "--priv-protocol", "AES"],
}
COMMANDS: Sequence[Sequence[str]] = (
    ("status", "snmp"),
    ("statistic", "snmp"),
    ("labels", "snmp"),
    ("outlets", "snmp"),
    ("off", "snmp"),
    ("record", "snmp"),
    ("identify",),
)
_RUN = "import sys{0}\nfrom handlers.command.start import main\nsys.exit(main(sys.argv[1:]))"
_WITHOUT = "\nsys.modules['cryptography'] = None"


@pytest.fixture(scope="module")
def pdu() -> Iterator[Snmpd]:
    program("snmpd")
    users = [user for user in USERS if user.name in ("plain", "sha", "shaaes")]
    with Snmpd(BUILT_IN["apc-rpdu2"](), users=users) as served:
        yield served


def called(
    pdu: Snmpd, command: Sequence[str], level: str, without: bool, folder: Path
) -> subprocess.CompletedProcess[str]:
    """One command, with both passwords in the environment, whether it needs them or not."""
    more = {"off": ["3", "--yes"], "record": ["--out", str(folder / "recorded")]}
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PDU_")}
    passwords = {"PDU_AUTH_PASSWORD": AUTH_PASSWORD, "PDU_PRIV_PASSWORD": PRIV_PASSWORD}
    if command == ("identify",):
        more["identify"] = ["--handler", "snmp"]
    return subprocess.run(
        [
            sys.executable,
            "-c",
            _RUN.format(_WITHOUT if without else ""),
            *command,
            f"127.0.0.1:{pdu.port}",
            *more.get(command[0], []),
            "--snmp-version",
            "3",
            *LEVELS[level],
        ],
        cwd=ROOT,
        env={**kept, **passwords},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_each_level_of_security_works_where_its_packages_are(
    pdu: Snmpd, command: Sequence[str], level: str, tmp_path: Path
) -> None:
    """Only privacy needs cryptography."""
    is_private = level == "authPriv"
    done = called(pdu, command, level, not is_private, tmp_path)
    assert done.returncode == 0, done.stderr
    if is_private:
        refused = called(pdu, command, level, True, tmp_path / "no")
        assert refused.returncode == 2, refused.stdout
        assert "SNMPv3 with privacy needs the Python package cryptography" in refused.stderr
        assert AUTH_PASSWORD not in refused.stderr and PRIV_PASSWORD not in refused.stderr

"""SNMPv3 at each of its security levels, with and without the package cryptography, by every
command that asks one PDU. The PDU is a real snmpd.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Callable, NamedTuple

import pytest

from tests.needs import program
from tests.pdu.monitoring.halls import private
from tests.pdu.running import run, run_apart
from tests.servers.snmpd import AUTH_PASSWORD, PRIV_PASSWORD, USERS, Snmpd, User
from tests.simulators.snmp_agent.devices import BUILT_IN

pytestmark = pytest.mark.against("Net-SNMP snmpd")

AUTH = {"PDU_AUTH_PASSWORD": AUTH_PASSWORD}
BOTH = {**AUTH, "PDU_PRIV_PASSWORD": PRIV_PASSWORD}
PUBLIC = {"PDU_COMMUNITY": "public"}


class Level(NamedTuple):
    """Options of a command, and the variables with its passwords."""

    options: Sequence[str]
    variables: Mapping[str, str]


V3 = ("--snmp-version", "3", "--username")
# a protocol of none says that the passwords are for other PDUs
LEVELS = {
    "noAuthNoPriv": Level([*V3, "plain"], {}),
    "noAuthNoPriv by name": Level([*V3, "plain", "--auth-protocol", "none"], BOTH),
    "authNoPriv": Level([*V3, "sha", "--auth-protocol", "SHA"], AUTH),
    "authNoPriv by name": Level(
        [*V3, "sha", "--auth-protocol", "SHA", "--priv-protocol", "none"], BOTH
    ),
    "authPriv": Level([*V3, "shaaes", "--auth-protocol", "SHA", "--priv-protocol", "AES"], BOTH),
}
#: the words before the host, and those after it
COMMANDS = {
    "status": (["status", "snmp"], []),
    "statistic": (["statistic", "snmp"], []),
    "outlets": (["outlets", "snmp"], []),
    "off": (["off", "snmp"], ["3", "--yes"]),
    "record": (["record", "snmp"], ["--json"]),
    "identify": (["identify"], ["--handler", "snmp"]),
}
# each level by one command, and each other command at one level
PAIRS = [
    *(("status", level) for level in LEVELS),
    *((command, "authNoPriv") for command in COMMANDS if command != "status"),
]
# exit code, standard output and standard error of a command at a level
Call = Callable[[str, Level], tuple[int, str, str]]


@pytest.fixture(scope="module")
def pdu() -> Iterator[Snmpd]:
    program("snmpd")
    users = [user for user in USERS if user.name in ("plain", "sha", "shaaes")]
    with Snmpd(BUILT_IN["apc-rpdu2"](), users=users) as snmpd:
        yield snmpd


def words(pdu: Snmpd, command: str, options: Sequence[str]) -> list[str]:
    """A command line for the PDU."""
    begin, end = COMMANDS[command]
    return [*begin, f"127.0.0.1:{pdu.port}", *end, *options]


@pytest.fixture
def call(pdu: Snmpd, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    for key in [key for key in os.environ if key.startswith("PDU_")]:
        monkeypatch.delenv(key)

    def called(command: str, level: Level) -> tuple[int, str, str]:
        for key, value in level.variables.items():
            monkeypatch.setenv(key, value)
        return run(capsys, *words(pdu, command, level.options))

    return called


@pytest.mark.parametrize("command, level", PAIRS)
def test_each_level_of_security_works(call: Call, command: str, level: str) -> None:
    code, _, error = call(command, LEVELS[level])
    assert code == 0, error


@pytest.mark.parametrize("variables", [{}, AUTH, BOTH], ids=["none", "one", "both"])
def test_only_privacy_needs_the_package_cryptography(
    pdu: Snmpd, variables: Mapping[str, str]
) -> None:
    """In a process for which it is missing."""
    pairs = [(command, level) for command, level in PAIRS if LEVELS[level].variables == variables]
    lines = [words(pdu, command, LEVELS[level].options) for command, level in pairs]
    environment = {key: text for key, text in os.environ.items() if not key.startswith("PDU_")}
    environment.update(variables)

    results = run_apart(lines, "sys.modules['cryptography'] = None", environment)

    assert len(results) == len(pairs)
    for (command, level), (code, _, error) in zip(pairs, results):
        is_private = level == "authPriv"
        assert code == (2 if is_private else 0), (command, level, error)
        assert ("privacy needs the Python package cryptography" in error) is is_private
        assert AUTH_PASSWORD not in error
        assert PRIV_PASSWORD not in error


def test_passwords_that_are_for_other_pdus_do_no_harm(call: Call) -> None:
    variables = {**BOTH, **PUBLIC, "PDU_AUTH_PROTOCOL": "SHA"}
    code, _, error = call("status", Level(["--snmp-version", "2c"], variables))
    assert code == 0, error


def test_a_list_names_what_its_logins_would_not_use(
    pdu: Snmpd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The environment's passwords are for any PDU of a list, also for those of version 2c."""
    password = private(tmp_path / "password", AUTH_PASSWORD)
    logins = private(
        tmp_path / "logins.toml",
        f"""[auth.idle]
snmp_version = "3"
username = "sha"
auth_password_file = "{password}"

[auth.unsaid]
community = "public"
auth_protocol = "SHA"
username = "sha"
auth_password_file = "{password}"
""",
    )
    hall = tmp_path / "hall.csv"
    hall.write_text(f"""name,handler,address,auth
plain,snmp,127.0.0.1:{pdu.port},
idle,snmp,127.0.0.1:{pdu.port},idle
unsaid,snmp,127.0.0.1:{pdu.port},unsaid
""")
    for key, value in {**AUTH, **PUBLIC}.items():
        monkeypatch.setenv(key, value)

    _, out, _ = run(capsys, "check", str(hall), "--auth", str(logins), "--json")

    plain, idle, unsaid = json.loads(out)["pdus"]
    assert "error" not in plain
    assert "auth_password has no effect without a protocol" in str(idle["error"])
    assert "auth_protocol has no effect without SNMPv3" in str(unsaid["error"])


def test_the_other_kind_of_aes256_is_named_when_the_device_understands_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program("snmpd")
    # a digest shorter than the key: only then the two kinds differ
    reeder = User("shaaes256c", "SHA", "AES-256-C")
    for key, value in BOTH.items():
        monkeypatch.setenv(key, value)
    with Snmpd(BUILT_IN["apc-rpdu2"](), users=[reeder]) as snmpd:
        options = [*V3, reeder.name, "--auth-protocol", "SHA", "-s", "timeout=1", "-s", "retries=0"]
        line = words(snmpd, "status", options)
        _, _, error = run(capsys, *line, "--priv-protocol", "AES256")
        code, _, _ = run(capsys, *line, "--priv-protocol", "AES256C")
    assert "--priv-protocol AES256C" in error
    assert code == 0

"""SNMPv3 at each of its security levels, with and without the package cryptography, by every
command that asks one PDU. The PDU is a real snmpd.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Callable

import pytest

from tests.needs import program
from tests.pdu.running import run, run_apart
from tests.servers.snmpd import AUTH_PASSWORD, PRIV_PASSWORD, USERS, Snmpd, User
from tests.simulators.snmp_agent.devices import BUILT_IN

pytestmark = pytest.mark.against("Net-SNMP snmpd")

AUTH, PRIV = f"PDU_AUTH_PASSWORD={AUTH_PASSWORD}", f"PDU_PRIV_PASSWORD={PRIV_PASSWORD}"
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
# a command and its level -> exit code, standard output and standard error
Call = Callable[[Sequence[str], "Level"], tuple[int, str, str]]


@pytest.fixture(scope="module")
def pdu() -> Iterator[Snmpd]:
    program("snmpd")
    users = [user for user in USERS if user.name in ("plain", "sha", "shaaes")]
    with Snmpd(BUILT_IN["apc-rpdu2"](), users=users) as served:
        yield served


#: the passwords that each level is given; a protocol of none says that they are for other PDUs
PASSWORDS = {
    "noAuthNoPriv": [],
    "noAuthNoPriv by name": [AUTH, PRIV],
    "authNoPriv": [AUTH],
    "authNoPriv by name": [AUTH, PRIV],
    "authPriv": [AUTH, PRIV],
}


# a level's options, and the passwords that it is given
Level = tuple[Sequence[str], Sequence[str]]


def of(level: str) -> Level:
    return ["--snmp-version", "3", *LEVELS[level]], PASSWORDS[level]


def _line(pdu: Snmpd, command: Sequence[str], options: Sequence[str], folder: Path) -> list[str]:
    more = {
        "off": ["3", "--yes"],
        "record": ["--out", str(folder / "recorded")],
        "identify": ["--handler", "snmp"],
    }
    return [*command, f"127.0.0.1:{pdu.port}", *more.get(command[0], []), *options]


def _passwords(variables: Sequence[str]) -> dict[str, str]:
    return dict(one.split("=", 1) for one in variables)


@pytest.fixture
def call(
    pdu: Snmpd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    """Runs a command in this process."""

    def called(command: Sequence[str], level: Level) -> tuple[int, str, str]:
        options, variables = level
        for key in [key for key in os.environ if key.startswith("PDU_")]:
            monkeypatch.delenv(key)
        for key, value in _passwords(variables).items():
            monkeypatch.setenv(key, value)
        return run(capsys, *_line(pdu, command, options, tmp_path))

    return called


@pytest.mark.sample(14)
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_each_level_of_security_works(call: Call, command: Sequence[str], level: str) -> None:
    code, _, error = call(command, of(level))
    assert code == 0, error


# Each level by one command, and each other command at a level: what the package is needed for
# depends on the level, and what a command imports does not.
_PAIRS = [
    *((COMMANDS[0], level) for level in LEVELS if level != "authPriv"),
    *((command, "authNoPriv") for command in COMMANDS[1:]),
]


def _without_cryptography(
    pdu: Snmpd, pairs: Sequence[tuple[Sequence[str], str]], passwords: Sequence[str], folder: Path
) -> list[tuple[int, str, str]]:
    """Commands, each at a level, in a process for which the package is missing."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PDU_")}
    lines = [_line(pdu, command, of(level)[0], folder) for command, level in pairs]
    environment = {**kept, **_passwords(passwords)}
    return run_apart(lines, "sys.modules['cryptography'] = None", environment)


@pytest.mark.parametrize("passwords", [[], [AUTH], [AUTH, PRIV]])
def test_a_level_without_privacy_needs_no_cryptography(
    pdu: Snmpd, passwords: Sequence[str], tmp_path: Path
) -> None:
    pairs = [(command, level) for command, level in _PAIRS if PASSWORDS[level] == passwords]
    results = _without_cryptography(pdu, pairs, passwords, tmp_path)
    assert len(results) == len(pairs) >= 1
    assert all(code == 0 for code, _, _ in results), results


def test_privacy_without_cryptography_is_refused(pdu: Snmpd, tmp_path: Path) -> None:
    pairs = [(command, "authPriv") for command in COMMANDS]
    results = _without_cryptography(pdu, pairs, [AUTH, PRIV], tmp_path)
    for code, _, error in results:
        assert code == 2
        assert "SNMPv3 with privacy needs the Python package cryptography" in error
        assert AUTH_PASSWORD not in error and PRIV_PASSWORD not in error
    assert len(results) == len(COMMANDS)


V3 = ["--snmp-version", "3", "--username", "sha"]
UNUSED = {
    "a password without a protocol": (V3, [AUTH], "PDU_AUTH_PASSWORD", "--auth-protocol"),
    "the second password": (
        [*V3, "--auth-protocol", "SHA"],
        [AUTH, PRIV],
        "PDU_PRIV_PASSWORD",
        "--priv-protocol",
    ),
    "protocols without the version": (
        ["--username", "sha", "--auth-protocol", "SHA"],
        [AUTH, "PDU_COMMUNITY=public"],
        "--username",
        "--snmp-version 3",
    ),
    "another version": (
        ["--snmp-version", "2c", "--auth-protocol", "SHA"],
        ["PDU_COMMUNITY=public"],
        "auth_protocol",
        "--snmp-version 3",
    ),
    "a variable without the version": (
        [],
        [AUTH, "PDU_COMMUNITY=public", "PDU_PRIV_PROTOCOL=AES"],
        "priv_protocol",
        "--snmp-version 3",
    ),
}


@pytest.mark.parametrize("case", UNUSED)
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_what_would_not_be_used_is_an_error_before_anything_is_sent(
    call: Call, command: Sequence[str], case: str
) -> None:
    """Else a request leaves with less security than its owner meant."""
    options, variables, unused, remedy = UNUSED[case]
    code, shown, error = call(command, (options, variables))
    assert code == 2, shown
    assert error.startswith(f"settings: {unused} has no effect without ")
    assert error.endswith(f": give {remedy}\n") and not shown


def test_passwords_that_are_for_other_pdus_do_no_harm(call: Call) -> None:
    variables = [AUTH, PRIV, "PDU_AUTH_PROTOCOL=SHA", "PDU_COMMUNITY=public"]
    options = ["--snmp-version", "2c"]
    code, _, error = call(("status", "snmp"), (options, variables))
    assert code == 0, error


def test_a_list_names_what_its_logins_would_not_use(
    pdu: Snmpd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The environment's passwords are for any PDU of a list, also for those of version 2c."""
    hall, logins, password = (tmp_path / name for name in ("hall.csv", "logins.toml", "password"))
    hall.write_text(
        "name,handler,address,auth\n"
        f"plain,snmp,127.0.0.1:{pdu.port},\n"
        f"idle,snmp,127.0.0.1:{pdu.port},idle\n"
        f"unsaid,snmp,127.0.0.1:{pdu.port},unsaid\n"
    )
    logins.write_text(
        f"""
[auth.idle]
snmp_version = "3"
username = "sha"
auth_password_file = "{password}"

[auth.unsaid]
username = "sha"
community = "public"
auth_protocol = "SHA"
auth_password_file = "{password}"
"""
    )
    password.write_text(AUTH_PASSWORD)
    for file in (logins, password):
        file.chmod(0o600)
    monkeypatch.setenv("PDU_COMMUNITY", "public")
    monkeypatch.setenv("PDU_AUTH_PASSWORD", AUTH_PASSWORD)
    _, shown, _ = run(capsys, "check", str(hall), "--auth", str(logins), "--json")
    found = {one["name"]: one.get("error") for one in json.loads(shown)["pdus"]}
    assert found["plain"] is None
    assert "auth_password has no effect without a protocol" in str(found["idle"])
    assert "auth_protocol has no effect without SNMPv3" in str(found["unsaid"])


def test_the_other_kind_of_aes256_is_named_when_the_device_understands_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program("snmpd")
    # a digest shorter than the key: only then the two kinds differ
    reeder = User("shaaes256c", "SHA", "AES-256-C")
    options = ["--snmp-version", "3", "--username", reeder.name, "--auth-protocol", "SHA"]
    for key, value in _passwords([AUTH, PRIV]).items():
        monkeypatch.setenv(key, value)
    with Snmpd(BUILT_IN["apc-rpdu2"](), users=[reeder]) as served:
        for command in (("status", "snmp"), ("identify",)):
            line = _line(served, command, options, tmp_path)
            _, out, error = run(capsys, *line, "--priv-protocol", "AES256")
            assert "--priv-protocol AES256C" in out + error and "closed" not in out
            code, out, error = run(capsys, *line, "--priv-protocol", "AES256C")
            assert code == 0, error

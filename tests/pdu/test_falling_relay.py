"""A relay that falls back a second after a command is not told as switched by any tool, with real
waits. Outlets 1 of two units feed one machine.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pdu import root
from pdu.core.cli.exit_codes import NOT_SEEN
from pdu.nut_driver.driver_protocol import FAILED as NUT_FAILED
from tests.pdu.falling_relay import Falling
from tests.pdu.gateway.running import TOKENS, gateway
from tests.pdu.monitoring.halls import private
from tests.pdu.nut_driver.driver_process import Socket, driving
from tests.pdu.shared_load import PDUS, Room, Unit, room
from tests.simulators.snmp_agent.devices import apc
from tests.waiting import until

MACHINE = "row1/m1"
CLIENTS = """
[client.admin]
token_file = "admin.token"
machines = ["*"]
may = ["read", "switch"]
"""
FENCE_FAILED = 1  # the exit code of a fence agent
SITE = ("--drawing", "hall.power.toml", "--list", "hall.csv", "--auth", "logins.toml")


class FallingUnit(Falling, Unit):
    """One of two units that share the load of their machines."""


@pytest.fixture
def falling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    private(tmp_path / "clients.toml", CLIENTS)
    private(tmp_path / "admin.token", TOKENS["admin"] + "\n")
    with room(tmp_path, unit_class=FallingUnit) as made:
        yield made


def put_off(made: Room) -> None:
    for pdu in PDUS:
        made.off(pdu, "1")


@pytest.mark.parametrize("call, outlet", [("off", "1"), ("on", "4"), ("cycle", "1")])
def test_one_outlet(call: str, outlet: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDU_COMMUNITY", "private")
    more = ("--pause", "1") if call == "cycle" else ()
    with Falling(apc.rpdu2(outlets=8)) as agent:
        words = [call, "snmp", f"127.0.0.1:{agent.port}", outlet, "--yes", *more]
        assert root.run(words) == NOT_SEEN


def pdu_machine(action: str, confirm: str) -> int:
    words = ["machine", action, MACHINE, *SITE, "--state-dir", "kept", "--yes"]
    if action != "on":
        words += ["--confirm", confirm, "--power-timeout", "3"]
    if action == "cycle":
        words += ["--pause", "0"]
    return root.run(words)


CONFIRMED = [
    ("off", "state"),
    ("off", "current"),
    ("on", "state"),
    ("cycle", "state"),
    ("cycle", "current"),
]


@pytest.mark.sample(1)
@pytest.mark.parametrize("action, confirm", CONFIRMED)
def test_a_machine(action: str, confirm: str, falling: Room) -> None:
    if action == "on":
        put_off(falling)
    assert pdu_machine(action, confirm) == NOT_SEEN


def fence(action: str, confirm: str, monkeypatch: pytest.MonkeyPatch) -> int:
    given = {
        "action": action,
        "plug": MACHINE,
        "confirm": confirm,
        "list": "hall.csv",
        "auth": "logins.toml",
        "drawing": "hall.power.toml",
        "state_dir": "kept",
        "power_wait": "0",
        "power_timeout": "3",
    }
    text = "".join(f"{key}={value}\n" for key, value in given.items())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    return root.run(["fence"])


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "action, confirm",
    [("off", "state"), ("off", "current"), ("on", "state"), ("reboot", "state")],
)
def test_a_fence_agent(
    action: str, confirm: str, falling: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    if action == "on":
        put_off(falling)
    assert fence(action, confirm, monkeypatch) == FENCE_FAILED


@pytest.mark.sample(1)
@pytest.mark.parametrize("confirm", ["state", "current"])
def test_a_gateway(confirm: str, falling: Room) -> None:
    proof = ("--confirm", "current", "--power-timeout", 3, "--state-dir", "kept")
    with gateway(falling.folder, *(proof if confirm == "current" else ())) as running:
        for action in ("off", "restart", "on"):
            if action == "on":
                put_off(falling)
            answer = running.switch("row1%2Fm1", action)
            assert answer.status == 424, (action, answer.text)


def test_a_nut_driver(falling: Room) -> None:
    folder = falling.folder
    folder.joinpath("run").mkdir()
    falling.off("left", "4")
    with (
        driving(folder / "hall.csv", folder / "logins.toml", folder / "run", "--pause", "0"),
        Socket(folder / "run", "left") as client,
    ):
        assert until(lambda: "ADDCMD outlet.1.load.off" in client.dump())
        for command in ("1.load.off", "2.load.cycle", "4.load.on"):
            client.send(f"INSTCMD outlet.{command} TRACKING 7\n".encode())
            told = client.until("TRACKING")[-1]
            assert told == f"TRACKING 7 {NUT_FAILED}", command

"""`--confirm current`: a welded relay is not told as off, over any of the gateway's interfaces."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from pdu.core.cli.exit_codes import NOT_SEEN
from tests.needs import program
from tests.pdu.fence.site import OUTLET, Site, site
from tests.pdu.gateway.running import TOKENS, Gateway, gateway
from tests.pdu.monitoring.halls import HASTY, environment, private
from tests.pdu.running import run
from tests.waiting import PATIENCE_S

CLIENTS = """
[client.admin]
token_file = "admin.token"
machines = ["srv-1"]
may = ["read", "switch"]
"""


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path) as made:
        private(tmp_path / "clients.toml", CLIENTS)
        private(tmp_path / "admin.token", TOKENS["admin"] + "\n")
        yield made


def _running(machine: Site, tls: bool = False) -> AbstractContextManager[Gateway]:
    options = ["--confirm", "current", "--power-timeout", 3, "--state-dir", machine.file("state")]
    return gateway(machine.folder, *options, tls=tls, program=HASTY)


def test_a_machine_is_proven_off_at_its_meters_and_comes_back(machine: Site) -> None:
    with _running(machine) as running:
        answer = running.switch("srv-1", "restart")
        assert (answer.status, machine.draws) == (200, True), answer.text
        assert sorted(machine.commands()) == ["Off", "Off", "On", "On"]
        answer = running.switch("srv-1", "off")
        assert (answer.status, machine.draws) == (200, False), answer.text
        assert running.ask("GET", "/v1/machines/srv-1").json["state"] == "off"


def test_a_welded_relay_is_not_off_and_a_restart_does_not_switch_on(machine: Site) -> None:
    machine.pdus["right"].outlet(OUTLET).welded = True
    with _running(machine) as running:
        answer = running.switch("srv-1", "restart")
        assert answer.status == 424 and "right/3 carries 0.7 A" in answer.text
        assert machine.commands() == ["Off", "Off"]
        found = running.ask("GET", "/v1/machines/srv-1").json
        assert found["state"] == "unknown", found


def test_a_gateway_that_restarts_and_the_other_programs_keep_the_doubt(
    machine: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing flows any more, but nobody has seen the machine off: an outlet may carry again."""
    machine.pdus["right"].outlet(OUTLET).welded = True
    with _running(machine) as running:
        assert running.switch("srv-1", "off").status == 424
    machine.pdus["right"].outlet(OUTLET).welded = False
    with _running(machine) as running:
        found = running.ask("GET", "/v1/machines/srv-1").json
        assert found["state"] == "unknown" and "was not proven off" in found["reason"], found
        assert running.ask("GET", "/v1/machines/srv-1/proof").json["provable"] is False
        code, _, err = machine.run("status")
        assert code == 1 and "was not proven off: right/3 carries 0.7 A" in err
        assert machine.run("monitor")[0] == 1
        files = ["--drawing", "hall.power.toml", "--list", "hall.csv", "--auth", "logins.toml"]
        words = [word if word.startswith("--") else machine.file(word) for word in files]
        state = ["--state-dir", machine.file("state")]
        code, out, _ = run(capsys, "machine", "status", "srv-1", *words, *state)
        assert code == NOT_SEEN and out.startswith("srv-1 is unknown\n")
        # another program proves it
        assert machine.run("off")[0] == 0
        assert running.ask("GET", "/v1/machines/srv-1").json["state"] == "off"
        assert machine.run("status")[:2] == (2, "Status: OFF\n")


@pytest.mark.against("Debian's fence_redfish")
def test_fence_redfish_does_not_say_off_for_a_welded_relay(machine: Site) -> None:
    machine.pdus["right"].outlet(OUTLET).welded = True
    with _running(machine, tls=True) as running:
        options = {
            "ip": "127.0.0.1",
            "ipport": running.port,
            "username": "admin",
            "password": TOKENS["admin"],
            "ssl_insecure": 1,
            "systems_uri": "/redfish/v1/Systems/srv-1",
            "action": "off",
            "power_timeout": 5,
        }
        done = subprocess.run(
            [program("fence_redfish")],
            input="".join(f"{key}={value}\n" for key, value in options.items()),
            env=environment(),
            capture_output=True,
            text=True,
            timeout=2 * PATIENCE_S,
        )
        assert done.returncode != 0 and machine.draws, done.stdout
        assert "Powered OFF" not in done.stdout


def test_a_client_can_ask_beforehand_whether_off_could_be_proven(machine: Site) -> None:
    path = "/v1/machines/srv-1/proof"
    with _running(machine) as running:
        found = running.ask("GET", path).json
        assert found["provable"] and "its only power on 20" in found["sentences"][0], found
        machine.pdus["left"].outlet(OUTLET).drawn = lambda: 0.0
        found = running.ask("GET", path).json
        assert not found["provable"] and "left/3 stopped to carry" in found["sentences"][0]
    with gateway(machine.folder, program=HASTY) as running:
        found = running.ask("GET", path).json
        assert not found["provable"] and "--confirm current" in found["sentences"][0]
    assert machine.commands() == []

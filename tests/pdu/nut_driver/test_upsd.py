"""Real clients of a real upsd read and switch PDUs of each handler through `pdu nut-driver`."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pdu.nut_driver import names
from pdu.pdus.polling import read_nameplate
from pdu.site.owner_files import OwnerFiles
from pdu_common.helper import PduPortView
from tests.handlers.nut.given import ADMIN_SETTINGS, handler, states
from tests.needs import program
from tests.pdu.monitoring import halls
from tests.pdu.monitoring.halls import Hall, hall
from tests.pdu.running import options
from tests.servers.upsd import ADMIN, Upsd
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import apc
from tests.waiting import PATIENCE_S, until

from .driver_process import Socket, await_data, driving, log_of, run, upscmd

pytestmark = pytest.mark.against("NUT upsd")
HANDLERS = ("nut", "raritan", "redfish", "snmp")


class Behind(NamedTuple):
    """A hall behind a real upsd."""

    hall: Hall
    fleet: Path
    upsd: Upsd

    @property
    def where(self) -> str:
        return f"{self.upsd.host}:{self.upsd.port}"


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    """A PDU of each handler and a dead one behind upsd. ups.conf is what the command prints."""
    with (
        hall(tmp_path_factory.mktemp("hall")) as made,
        Agent(apc.rpdu2(outlets=2, relay_s=3600)) as stuck,
    ):
        fleet = made.list(f"stuck relay,snmp,{stuck.host}:{stuck.port},snmp,", dead=True)
        printed = halls.run("nut-driver", fleet, "--ups-conf")
        assert printed.returncode == 0, printed.stderr
        with Upsd([], more=printed.stdout, max_age=3) as upsd:
            numbers = fleet.with_name("numbers.json")
            with driving(
                fleet, made.logins, upsd.state_path,
                "--every", 1, "--pause", 0, "--numbers", numbers,
            ):  # fmt: skip
                await_data(upsd, *HANDLERS, "stuck-relay")
                yield Behind(made, fleet, upsd)


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", HANDLERS)
def test_a_pdu_read_through_upsd_gives_the_view_of_its_own_handler(
    behind: Behind, name: str
) -> None:
    through = handler(behind.upsd, device=name)
    target = OwnerFiles(str(behind.fleet), str(behind.hall.logins)).pdus([name])[0]
    own = target.handler.make(target.data())
    labels = own.labels()
    # each outlet's number here is its place there
    place = {one.identity: str(number) for number, one in enumerate(labels, 1)}

    def is_same() -> bool:
        mine, theirs = own.statistic(), through.statistic()
        energies = {place[one.identity]: one.consumption for one in mine.ports}
        return (
            {place[one]: state for one, state in states(own.status()).items()}
            == states(through.status())
            and theirs.load == pytest.approx(mine.load, abs=1e-6)
            and {one.identity: one.consumption for one in theirs.ports} == pytest.approx(energies)
        )

    # a simulator's energy counters may run on between the two readings
    assert until(is_same, every=0.2), (own.statistic(), through.statistic())
    assert [one[1:] for one in through.labels()] == [
        (one.number or one.identity, one.name) for one in labels
    ]


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", HANDLERS)
def test_upsd_has_every_figure_that_pdu_outlets_has(behind: Behind, name: str) -> None:
    peer = behind.hall.peers[name]
    (target,) = OwnerFiles(str(behind.fleet), str(behind.hall.logins)).pdus([name])

    def shown() -> dict[str, float | None]:
        """What `pdu outlets` shows, under NUT's names and in NUT's units."""
        arguments, secrets = options(peer)
        done = halls.run(
            "outlets", name, peer.address, *arguments, "--json",
            **{f"PDU_{key.upper()}": value for key, value in secrets.items()},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        figures = {
            "input.current": found["load_a"],
            "input.realpower": found["power_w"],
            "input.energy": _wh(found["energy_kwh"]),
        }
        for number, one in enumerate(found["outlets"], 1):
            own = f"outlet.{number}."
            figures[own + "current"] = one["current_a"]
            figures[own + "realpower"] = one["power_w"]
            figures[own + "energy"] = _wh(one["energy_kwh"])
        return figures

    def served() -> dict[str, float | None]:
        found = dict(
            line.split(": ", 1)
            for line in run(program("upsc"), f"{name}@{behind.where}").splitlines()
            if ": " in line
        )
        lines = [key for key in found if re.fullmatch(r"input\.L[1-3]\.current", key)]
        if lines:
            found["input.current"] = str(sum(float(found[key]) for key in lines))
        return {key: float(found[key]) if key in found else None for key in wanted}

    wanted = shown()
    assert any(wanted[key] for key in wanted if key.endswith("current") and "outlet" in key)
    assert any(wanted[key] for key in wanted if key.endswith("realpower"))

    def is_same() -> bool:
        wanted.update(shown())
        return served() == {
            key: value if value is None else pytest.approx(value, rel=1e-3)
            for key, value in wanted.items()
        }

    # a simulator's meters may run on between the two readings
    assert until(is_same), (served(), wanted)
    said = read_nameplate(target)
    for variable, text in (
        ("device.serial", said.serial),
        ("device.mfr", said.manufacturer),
        ("device.model", said.model),
        ("ups.firmware", said.firmware),
    ):
        answer = f'VAR {name} {variable} "{text}"' if text else "ERR VAR-NOT-SUPPORTED"
        asked = f"GET VAR {name} {variable}"
        # read after the outlets
        assert until(lambda asked=asked, answer=answer: behind.upsd.ask(asked) == answer), said  # type: ignore[misc]
    assert any((said.serial, said.firmware, said.model)) or name == "nut"


def _wh(kwh: float | None) -> float | None:
    return None if kwh is None else 1000 * kwh


def test_upsc_lists_the_outlets_and_upsrw_nothing_to_set(behind: Behind) -> None:
    listed = dict(
        line.split(": ", 1)
        for line in run(program("upsc"), f"snmp@{behind.where}").splitlines()
        if ": " in line
    )
    assert listed["device.type"] == "pdu" and listed["outlet.count"] == "8"
    assert listed["ups.status"] == "OL" and listed["driver.name"] == names.DRIVER
    assert listed["outlet.1.switchable"] == "yes" and listed["outlet.1.status"] in ("on", "off")
    # read after the outlets
    assert until(lambda: "APC" in behind.upsd.ask("GET VAR snmp device.description"), every=0.1)
    assert "outlet." not in run(program("upsrw"), f"snmp@{behind.where}")
    assert "dead" in run(program("upsc"), "-l", behind.where)


@pytest.mark.trial
def test_upscmd_switches_and_cycles_each_pdu(behind: Behind) -> None:
    program("upscmd")

    def switched(name: str) -> list[str]:
        """What was wrong."""
        books, wrong = behind.hall.peers[name].books, []
        identity = list(books().states)[0]
        for command, wanted in (("cycle", True), ("off", False), ("on", True)):
            shown = upscmd(behind.upsd, name, f"outlet.1.load.{command}")
            if "SUCCESS" not in shown or books().states[identity] is not wanted:
                wrong.append(f"{name} {command}: {shown}")
        return wrong

    with ThreadPoolExecutor(len(HANDLERS)) as pool:
        wrong = [one for found in pool.map(switched, HANDLERS) for one in found]
    assert wrong == [], log_of(behind.fleet)


@pytest.mark.trial
def test_upsd_reports_a_command_without_effect_as_failed_and_never_takes_the_driver_for_dead(
    behind: Behind,
) -> None:
    program("upscmd")
    shown: list[str] = []
    asking = threading.Thread(
        target=lambda: shown.append(upscmd(behind.upsd, "stuck-relay", "outlet.1.load.off"))
    )
    asking.start()
    with Socket(behind.upsd.state_path, "stuck-relay") as client:
        client.send(b"NOBROADCAST\n")
        # ten seconds, and upsd allows three without a sign of life
        while asking.is_alive():
            client.send(b"PING\n")
            assert client.line() == "PONG"
            assert behind.upsd.has_data("stuck-relay")
            asking.join(0.25)
    assert "FAILED" in shown[0]
    assert "outlet 1 (1) off: not proven" in log_of(behind.fleet)


def test_the_state_is_there_when_the_command_has_succeeded(behind: Behind) -> None:
    pdu = handler(behind.upsd, device="raritan", **ADMIN_SETTINGS)
    for down in (True, False):
        call = pdu.port_down if down else pdu.port_up
        answer = call(PduPortView(identity="2"))
        assert answer.power_status.name == ("DOWN" if down else "UP")


def test_a_dead_pdu_is_stale_and_the_others_are_not(behind: Behind) -> None:
    assert until(lambda: behind.upsd.ask("GET VAR dead ups.status") == "ERR DATA-STALE")
    assert "STALE" in upscmd(behind.upsd, "dead", "outlet.1.load.on").upper()
    assert all(behind.upsd.has_data(one) for one in HANDLERS)


def test_pynutclient_reads_and_switches(behind: Behind) -> None:
    theirs: Any = importlib.import_module("PyNUTClient.PyNUT")
    client = theirs.PyNUTClient(
        behind.upsd.host, behind.upsd.port, ADMIN.name, ADMIN.password, False, PATIENCE_S
    )
    with contextlib.closing(client._PyNUTClient__srv_handler):
        assert client.GetUPSVars("redfish")[b"device.type"] == b"pdu"
        assert b"outlet.2.load.off" in client.GetUPSCommands("redfish")
        books = behind.hall.peers["redfish"].books
        identity = list(books().states)[1]
        for command, wanted in (("off", False), ("on", True)):
            client.RunUPSCommand("redfish", f"outlet.2.load.{command}")
            assert until(lambda wanted=wanted: books().states[identity] is wanted)  # type: ignore[misc]


def test_home_assistants_client_reads_and_switches(behind: Behind) -> None:
    aionut: Any = pytest.importorskip("aionut")
    books = behind.hall.peers["snmp"].books

    async def used() -> None:
        client = aionut.AIONUTClient(
            behind.upsd.host, behind.upsd.port, ADMIN.name, ADMIN.password, timeout=PATIENCE_S
        )
        assert (await client.list_ups())["snmp"] == "snmp"
        variables = await client.list_vars("snmp")
        # what its integration makes a switch of
        assert variables["device.type"] == "pdu" and variables["outlet.3.switchable"] == "yes"
        assert {"outlet.3.load.on", "outlet.3.load.off"} <= await client.list_commands("snmp")
        for command, wanted in (("off", False), ("on", True)):
            assert await client.run_command("snmp", f"outlet.3.load.{command}") == "OK"
            assert until(lambda wanted=wanted: books().states["3"] is wanted)  # type: ignore[misc]
        client.shutdown()

    asyncio.run(used())

"""A simulated room whose PDUs speak NUT, SNMP, Redfish and JSON-RPC, and the files that the product
needs to reach them. What an inlet shows is what its own meter measures, whatever the outlets show.
"""

from __future__ import annotations

import contextlib
import functools
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Callable, NamedTuple, Optional

from tests.pdu.monitoring.halls import private
from tests.pdu.site.machines.alive_command import asking
from tests.pdu.site.machines.physics import ON, UNSAID, Figures, Machine, Room, SeenPdu
from tests.pdu.site.machines.room_kinds import Case
from tests.simulators.nut_server import ADMIN, NutServer
from tests.simulators.redfish import Model as RedfishModel, Pdu as RedfishUnit, RedfishService
from tests.simulators.redfish.answer import Answer as RedfishAnswer
from tests.simulators.redfish.server import Request as RedfishRequest
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import raritan
from tests.simulators.xerus import Model, XerusPdu
from tests.simulators.xerus.jsonrpc import Caller
from tests.simulators.xerus.sensors import NumericSensor
from tests.simulators.xerus.server import Answer, Request

# what one request to a PDU takes, in simulated s
_REQUEST_S = 0.05
TOKEN = "admin-0123456789abcdef0123"  # noqa: S105  of a gateway of the tests


class WiredRoom:
    """A room that several threads use. A `RoomClock`."""

    def __init__(self, room: Room) -> None:
        self._room, self._lock = room, threading.Lock()

    def _pass(self) -> None:
        """What a request takes."""
        self._room.advance(_REQUEST_S)

    def see(self, pdu: str) -> SeenPdu:
        with self._lock:
            self._pass()
            return self._room.see(pdu)

    def tell(self, pdu: str, identity: str, on: bool) -> bool:
        """Send a command. Returns whether the PDU has this outlet."""
        with self._lock:
            self._pass()
            return self._room.command(pdu, identity, on) != UNSAID

    def answers(self, machine: Machine) -> bool:
        """Whether a machine lives."""
        with self._lock:
            self._pass()
            return self._room.answers(machine)

    def monotonic(self) -> float:
        return self._room.time

    def now(self) -> float:
        return self._room.wall

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._room.advance(max(0.0, seconds))


class RealRoom(WiredRoom):
    """A room whose time is this computer's."""

    def __init__(self, room: Room) -> None:
        super().__init__(room)
        self._begun = time.monotonic() - room.time
        # what is simulated is past
        room.wall_offset = time.time() - room.time - 3600.0
        self._is_simulated = False

    @contextlib.contextmanager
    def simulated(self) -> Iterator[None]:
        """Until the block ends, time is simulated."""
        self._is_simulated = True
        try:
            yield
        finally:
            self._is_simulated = False
            self._begun = time.monotonic() - self._room.time

    def _pass(self) -> None:
        if self._is_simulated:
            super()._pass()
        else:
            self._room.advance(max(0.0, time.monotonic() - self._begun - self._room.time))


# ---- NUT -----------------------------------------------------------------------------------------


class NutPdu:
    """A PDU of a room behind a NUT driver. A `Device` of the simulated server."""

    def __init__(self, name: str, room: WiredRoom) -> None:
        self.name, self.description, self._room = name, "a PDU of a room", room

    def variables(self) -> dict[str, str]:
        seen = self._room.see(self.name)
        found = {
            "device.serial": f"SN-{self.name}",
            "device.mfr": "ACME",
            "device.type": "pdu",
            "driver.name": "simulated",
            "ups.status": "OL",
            "outlet.count": str(len(seen.outlets)),
            **_named("input", seen.inlet_figures),
        }
        for identity, one in seen.outlets.items():
            found[f"outlet.{identity}.id"] = identity
            found[f"outlet.{identity}.switchable"] = "yes"
            found[f"outlet.{identity}.status"] = one.state
            found.update(_named(f"outlet.{identity}", one.figures))
        return found

    def writable(self) -> list[str]:
        return []

    def commands(self) -> list[str]:
        outlets = self._room.see(self.name).outlets
        return [f"outlet.{one}.load.{verb}" for one in outlets for verb in ("on", "off")]

    def run(self, command: str, parameter: Optional[str]) -> str:
        _, identity, _, verb = command.split(".")
        return "SUCCESS" if self._room.tell(self.name, identity, verb == "on") else "ERR FAILED"

    def set(self, variable: str, value: str) -> str:
        return "ERR READONLY"

    def states(self) -> dict[str, Optional[bool]]:
        return {}

    def load_a(self) -> Optional[float]:
        return None

    def energy_kwh(self) -> dict[str, float]:
        return {}


def _named(place: str, figures: Figures) -> dict[str, str]:
    found = {"current": figures.amperes, "realpower": figures.watts}
    return {f"{place}.{name}": f"{one:g}" for name, one in found.items() if one is not None}


# ---- SNMP, by PDU2-MIB ---------------------------------------------------------------------------

_A, _W, _ON_OFF = 1, 5, 14


class SnmpPdu(Agent):
    """A PDU of a room as a Raritan PX."""

    def __init__(self, name: str, room: WiredRoom) -> None:
        self._name, self._room = name, room
        self._outlets = list(room.see(name).outlets)
        # what each was told last
        self._told: dict[str, bool] = {}
        super().__init__(raritan.px(outlets=len(self._outlets)))

    def exchange(self, data: bytes) -> Optional[bytes]:
        seen = self._room.see(self._name)
        self._show(seen)
        answer = super().exchange(data)
        for identity in self._outlets:
            is_on = self.device.text(f"{raritan.SWITCHING}.3.1.{identity}") == "7"
            if is_on is not self._told[identity]:
                self._room.tell(self._name, identity, is_on)
        return answer

    def _show(self, seen: SeenPdu) -> None:
        put, value = self.device.put, ".4"
        for identity, one in seen.outlets.items():
            self._told[identity] = one.state == ON
            state = "7" if one.state == ON else "8"
            put(f"{raritan.SWITCHING}.2.1.{identity}", "1" if one.state == ON else "0")
            put(f"{raritan.SWITCHING}.3.1.{identity}", state)
            put(f"{raritan.OUTLET_SENSOR}.3.1.{identity}.{_ON_OFF}", state)
            place = f"{raritan.OUTLET_SENSOR}{value}.1.{identity}"
            put(f"{place}.{_A}", _milli(one.figures.amperes))
            put(f"{place}.{_W}", f"{one.figures.watts or 0:.0f}")
        # by lines; a unit of one line has it all on the first
        whole = seen.inlet_figures
        lines = [*seen.lines.values(), 0.0, 0.0][:3]
        put(f"{raritan.INLET_SENSOR}{value}.1.1.{_A}", _milli(max(lines)))
        put(f"{raritan.INLET_SENSOR}{value}.1.1.{_W}", f"{whole.watts or 0:.0f}")
        for number, amperes in enumerate(lines, 1):
            put(f"{raritan.POLE_SENSOR}{value}.1.1.{number}.{_A}", _milli(amperes))


def _milli(amperes: Optional[float]) -> str:
    return f"{1000 * (amperes or 0):.0f}"


# ---- JSON-RPC ------------------------------------------------------------------------------------


class JsonPdu(XerusPdu):
    """A PDU of a room as a Xerus unit."""

    def __init__(self, name: str, room: WiredRoom) -> None:
        self._name, self._room = name, room
        self._seen = room.see(name)
        super().__init__(Model(outlets=len(self._seen.outlets)))
        unit = self.units[0]
        for outlet in unit.outlets:
            _follow(outlet.sensors.fitted, self._outlet(str(outlet.relay.number + 1)))
        _follow(unit.inlets[0].sensors.fitted, lambda: self._seen.inlet_figures)

    def _outlet(self, identity: str) -> Callable[[], Figures]:
        return lambda: self._seen.outlets[identity].figures

    def answer(self, request: Request, caller: Caller) -> Answer:
        with self.lock:
            self._seen = self._room.see(self._name)
            relays = {str(one.number + 1): one for one in self.units[0].relays.all}
            for identity, relay in relays.items():
                relay.on = self._seen.outlets[identity].state == ON
            answer = super().answer(request, caller)
            for identity, relay in relays.items():
                if relay.on is not (self._seen.outlets[identity].state == ON):
                    self._room.tell(self._name, identity, relay.on)
            return answer


def _follow(sensors: Mapping[str, object], figures: Callable[[], Figures]) -> None:
    current, power = sensors["current"], sensors["activePower"]
    assert isinstance(current, NumericSensor) and isinstance(power, NumericSensor)
    current.follow(lambda: figures().amperes or 0.0)
    power.follow(lambda: figures().watts or 0.0)


# ---- Redfish -------------------------------------------------------------------------------------


class RedfishPdu(RedfishService):
    """A PDU of a room as a Redfish service."""

    def __init__(self, name: str, room: WiredRoom) -> None:
        self._name, self._room = name, room
        seen = room.see(name)
        self._seen = seen
        super().__init__(RedfishModel((RedfishUnit(outlets=tuple(seen.outlets)),)))
        for identity in seen.outlets:
            # what flows is what the room says
            self.outlet(identity).welded = True
            self.outlet(identity).drawn = functools.partial(self._amperes, identity)
        for plant in self.plants.values():
            plant.shown_a = lambda: self._seen.inlet_figures.amperes or 0.0

    def _amperes(self, identity: str) -> float:
        return self._seen.outlets[identity].figures.amperes or 0.0

    def answer(self, request: RedfishRequest) -> RedfishAnswer:
        with self.lock:
            self._seen = self._room.see(self._name)
            told = {identity: one.state == ON for identity, one in self._seen.outlets.items()}
            for identity, is_on in told.items():
                if self.outlet(identity).on is not is_on:
                    self.turn(identity, is_on)
            answer = super().answer(request)
            for identity, is_on in told.items():
                if self.outlet(identity).on is not is_on:
                    self._room.tell(self._name, identity, not is_on)
            return answer


# ---- the files -----------------------------------------------------------------------------------


class WiredPdu(NamedTuple):
    """How a PDU is reached."""

    #: its line of the list, after the name
    line: str
    #: its login
    login: str
    ca_pem: str = ""
    #: in front of the room's identities
    prefix: str = ""


@contextlib.contextmanager
def _over_nut(name: str, room: WiredRoom) -> Iterator[WiredPdu]:
    with NutServer([NutPdu(name, room)]) as server:
        yield WiredPdu(
            f"nut,127.0.0.1:{server.port},{name},device={name}",
            f'username = "{ADMIN.name}"\npassword = "{ADMIN.password}"\n',
        )


@contextlib.contextmanager
def _over_snmp(name: str, room: WiredRoom) -> Iterator[WiredPdu]:
    with SnmpPdu(name, room) as agent:
        yield WiredPdu(
            f"snmp,127.0.0.1:{agent.port},{name},timeout=20",
            'community = "private"\n',
            prefix="1.",
        )


@contextlib.contextmanager
def _over_json(name: str, room: WiredRoom) -> Iterator[WiredPdu]:
    with JsonPdu(name, room) as pdu:
        yield WiredPdu(
            f"raritan,127.0.0.1:{pdu.port},{name},ca_pem={name}.pem",
            f'username = "{pdu.user}"\npassword = "{pdu.password}"\n',
            pdu.ca_pem,
        )


@contextlib.contextmanager
def _over_redfish(name: str, room: WiredRoom) -> Iterator[WiredPdu]:
    with RedfishPdu(name, room) as pdu:
        yield WiredPdu(
            f"redfish,{pdu.host}:{pdu.port},{name},ca_pem={name}.pem",
            f'username = "{pdu.user}"\npassword = "{pdu.password}"\n',
            pdu.ca_pem,
        )


PROTOCOLS: Mapping[str, Callable[[str, WiredRoom], AbstractContextManager[WiredPdu]]] = {
    "nut": _over_nut,
    "snmp": _over_snmp,
    "raritan": _over_json,
    "redfish": _over_redfish,
}


@contextlib.contextmanager
def wired(
    folder: Path, case: Case, protocol: str, kind: type[WiredRoom] = WiredRoom
) -> Iterator[tuple[WiredRoom, str]]:
    """Serve the PDUs of a case, and write list, logins, drawing and the gateway's clients. With the
    room the program that says whether the machine lives.
    """
    room = kind(case.room)
    with contextlib.ExitStack() as stack:
        pdus = {
            name: stack.enter_context(PROTOCOLS[protocol](name, room)) for name in case.room.pdus
        }
        rows = [f"{name},{one.line}" for name, one in pdus.items()]
        (folder / "hall.csv").write_text(
            "\n".join(["name,handler,address,auth,settings", *rows, ""])
        )
        private(
            folder / "logins.toml",
            "".join(f"[auth.{name}]\n{one.login}" for name, one in pdus.items()),
        )
        for name, one in pdus.items():
            (folder / f"{name}.pem").write_text(one.ca_pem)
        prefix = next(iter(pdus.values())).prefix
        cords = [f"{pdu}/{prefix}{outlet}" for pdu, outlet in case.drawn.cords]
        (folder / "hall.power.toml").write_text(
            _drawing(list(case.room.pdus), case.drawn.name, cords, case.drawn.needs)
        )
        private(
            folder / "clients.toml",
            '[client.admin]\ntoken_file = "admin.token"\nmachines = ["*"]\n'
            'may = ["read", "switch"]\n',
        )
        private(folder / "admin.token", TOKEN + "\n")
        alive = stack.enter_context(asking(lambda: room.answers(case.srv)))
        yield room, alive


def _drawing(pdus: Sequence[str], machine: str, cords: Sequence[str], needs: int) -> str:
    """All PDUs are in one rack."""
    lines = ['[[feed]]\nname = "A"\n']
    lines += [f'[[pdu]]\nname = "{name}"\ninputs = ["A"]\nrack = "1"\n' for name in pdus]
    named = ", ".join(f'"{one}"' for one in cords)
    lines.append(f'[[machine]]\nname = "{machine}"\ncords = [{named}]\nneeds = {needs}\n')
    return "\n".join(lines)

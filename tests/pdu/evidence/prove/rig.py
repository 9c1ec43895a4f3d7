"""A simulated unit of each handler whose relays, meters and answers can lie, and a proof of it.

The lie is in the unit, behind its real protocol: a `Plant` says what the relays do and what the
unit shows of them, and the four simulators serve it.
"""

from __future__ import annotations

import contextlib
import math
import multiprocessing
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Callable, NamedTuple, Optional

import pytest

from pdu.evidence.prove import unit_reading
from pdu.evidence.prove.document import OwnerAnswers, UnitProof
from pdu.evidence.prove.run import NOT_ANSWERED, Plan, Tools, prove
from pdu.evidence.prove.unit_reading import ProofClock, ProofTrace, UnitUnderTest
from pdu.evidence.prove.watchdog import Watchdog, run_watchdog
from pdu.pdus.handler_loading import LoadedHandler, load
from pdu_common.connection import PduData, PduSnmpData
from tests.simulators.nut_server import ADMIN, NutServer, SwitchedPdu
from tests.simulators.redfish import (
    Fault as RedfishFault,
    Model as RedfishModel,
    Pdu,
    RedfishService,
    resources,
)
from tests.simulators.snmp_agent import Agent, Device
from tests.simulators.snmp_agent.device import Arcs, Row, Value, dotted
from tests.simulators.snmp_agent.devices import apc
from tests.simulators.xerus import Fault, Model, XerusPdu
from tests.simulators.xerus.outlet import Outlet as XerusOutlet
from tests.simulators.xerus.pdu import Pdu as XerusObject, PduUnit
from tests.simulators.xerus.relays import Relay
from tests.waiting import finished

VOLTS = 230.0
#: what the unit itself draws, in no outlet, in A
OWN_A = 0.14
OUTLETS = ("1", "2", "3", "4")
TARGET, OFF_AT_FIRST = "2", "4"
# a handler reads back for so long, in real seconds; the usual 10 would only be waited
_CONFIRM_S = 0.3


class FastClock:
    """Real time, with the time that was slept added at once."""

    def __init__(self) -> None:
        self.skipped = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.skipped

    def sleep(self, seconds: float) -> None:
        self.skipped += seconds


@dataclass
class Plant:
    """Relays and meters, and what the unit shows of them."""

    clock: FastClock
    #: outlet -> whether its contact is closed
    contact: dict[str, bool] = field(
        default_factory=lambda: {one: one != OFF_AT_FIRST for one in OUTLETS}
    )
    #: A of an outlet that is on
    load_a: float = 1.28
    # ---- the lies
    stuck: bool = False
    #: a command to an outlet moves this one instead
    moves: Mapping[str, str] = field(default_factory=dict)
    late_s: float = 0.0
    falls_back_s: Optional[float] = None
    #: the outlets' figures are those of the first reading
    frozen: bool = False
    factor: float = 1.0
    #: the unit shows what was commanded, and moves nothing
    echoes: bool = False
    #: its outlets' figures follow what it shows
    figures_follow: bool = False
    #: from the first command on, an outlet is shown in the next one's place
    renumbers: bool = False
    #: the same without a command, so many seconds after the first reading
    renumbers_after_s: Optional[float] = None
    #: the unit's own count of its outlets, if it lies
    says_count: Optional[int] = None
    #: the inlet's meter renews its figures so seldom, in s
    inlet_renews_s: float = 0.0
    #: called with the number of each command
    on_command: Callable[[int], None] = lambda number: None
    # ---- what happened
    commands: list[tuple[str, bool]] = field(default_factory=list)
    begin_wh: float = 1000.0
    _inlet: Optional[tuple[Optional[int], float]] = None
    _echoed: dict[str, bool] = field(default_factory=dict)
    _due: list[tuple[float, str, bool]] = field(default_factory=list)

    def command(self, outlet: str, on: bool) -> None:
        """What a unit does that got a command."""
        outlet = self._place(outlet)
        self.commands.append((outlet, on))
        self.on_command(len(self.commands))
        outlet = self.moves.get(outlet, outlet)
        if self.echoes:
            self._echoed[outlet] = on
        elif not self.stuck:
            self._due.append((self.clock() + self.late_s, outlet, on))
            if self.falls_back_s is not None and not on:
                self._due.append((self.clock() + self.falls_back_s, outlet, True))
        self.settle()

    def settle(self) -> None:
        now = self.clock()
        for due in sorted(one for one in self._due if one[0] <= now):
            self._due.remove(due)
            self.contact[due[1]] = due[2]

    def _place(self, outlet: str) -> str:
        after_s = self.renumbers_after_s
        is_now = self.clock.skipped >= after_s if after_s is not None else bool(self.commands)
        if not (self.renumbers or after_s is not None) or not is_now:
            return outlet
        return OUTLETS[OUTLETS.index(outlet) % (len(OUTLETS) - 1) + 1] if outlet != "4" else "1"

    def shown(self, outlet: str) -> bool:
        """The state that the unit reports."""
        self.settle()
        place = self._place(outlet)
        return self._echoed.get(place, self.contact[place])

    def amperes(self, outlet: str) -> float:
        """What the outlet's meter shows."""
        self.settle()
        place = self._place(outlet)
        closed = place != OFF_AT_FIRST if self.frozen else self.contact[place]
        if self.figures_follow:
            closed = self._echoed.get(place, closed)
        return self.load_a * self.factor if closed else 0.0

    def inlet_a(self) -> float:
        """What the inlet's meter shows: always the truth, with what the unit itself draws."""
        self.settle()
        number = math.floor(self.clock() / self.inlet_renews_s) if self.inlet_renews_s else None
        if number is None or self._inlet is None or self._inlet[0] != number:
            true = OWN_A + sum(self.load_a for one in OUTLETS if self.contact[one])
            self._inlet = number, true
        return self._inlet[1]

    def watt_hours(self, outlet: str) -> float:
        """The outlet's counter; it stands still if the meter is frozen."""
        on = outlet != OFF_AT_FIRST
        run = 0.0 if self.frozen or not on else self.load_a * VOLTS * self.clock.skipped / 3600
        return self.begin_wh + run

    def inlet_wh(self) -> float:
        return sum(map(self.watt_hours, OUTLETS))


class Rig(NamedTuple):
    """A running simulator of a plant."""

    unit: UnitUnderTest
    plant: Plant
    #: the answer to the command of this number is lost; the command is carried out
    lose_answer: Callable[[int], None]
    #: no request is answered, until it is called with False
    silent: Callable[[bool], None]
    #: of the simulator
    faults: Any = None


def quick(name: str) -> LoadedHandler:
    """A handler of the tree, with a short time for reading back."""
    found = load(name)
    return found._replace(make=lambda data: _quickened(found.make(data)))


def _quickened(pdu: Any) -> Any:
    up, down = pdu.port_up, pdu.port_down
    pdu.port_up = lambda port: up(port, deadline=_CONFIRM_S)
    pdu.port_down = lambda port: down(port, deadline=_CONFIRM_S)
    return pdu


# ---- SNMP ----------------------------------------------------------------------------------------


class _SnmpDevice(Device):
    """An APC unit that shows a plant."""

    plant: Plant
    _COMMANDS = f"{apc.RPDU2_CONTROL}.5"

    _shown_at = -1.0

    def _show(self) -> None:
        plant = self.plant
        # a walk asks for hundreds of rows in a moment
        now = plant.clock()
        if 0 <= now - self._shown_at < 0.02:
            return
        self._shown_at = now
        for one in OUTLETS:
            self.put(f"{apc.RPDU2_STATUS}.5.{one}", "2" if plant.shown(one) else "1")
            amperes = plant.amperes(one)
            self.put(f"{apc.RPDU2_METERED}.6.{one}", str(round(10 * amperes)))
            self.put(f"{apc.RPDU2_METERED}.7.{one}", str(round(amperes * VOLTS)))
            self.put(f"{apc.RPDU2_METERED}.11.{one}", str(int(plant.watt_hours(one) / 100)))
        self.put(f"{apc.RPDU2_PHASE}.5.1", str(round(10 * plant.inlet_a())))
        self.put(f"{apc.RPDU2_DEVICE}.5.1", str(round(plant.inlet_a() * VOLTS / 10)))
        self.put(f"{apc.RPDU2_DEVICE}.9.1", str(int(plant.inlet_wh() / 100)))

    def get(self, oid: Arcs) -> Optional[Row]:
        with self._lock:
            self._show()
            return super().get(oid)

    def next(self, oid: Arcs) -> Optional[tuple[Arcs, Row]]:
        with self._lock:
            self._show()
            return super().next(oid)

    def write(self, oid: Arcs, tag: int, value: Value) -> str:
        with self._lock:
            name = dotted(oid)
            if name.startswith(f"{self._COMMANDS}."):
                self.record(oid, tag, value, "")
                self.plant.command(name.rpartition(".")[2], value == 1)
                self._shown_at = -1.0
                return ""
            return super().write(oid, tag, value)


@contextlib.contextmanager
def snmp(plant: Plant) -> Iterator[Rig]:
    made = apc.rpdu2(outlets=len(OUTLETS), phases=1).device
    device = _SnmpDevice(made.rows(), made.rules)
    device.plant = plant
    if plant.says_count is not None:
        device.put(apc.RPDU2_COUNT, str(plant.says_count))
    with Agent(device) as agent:
        params = {
            "version": "2",
            "port": str(agent.port),
            "community": "private",
            "timeout": "1",
            "retries": "0",
        }

        def lose(number: int) -> None:
            def on_command(at: int) -> None:
                agent.faults.lose_set_answers = at == number

            plant.on_command = on_command
            # the fault is looked up when the answer is about to be sent
            if number == 1:
                agent.faults.lose_set_answers = True

        def silent(is_silent: bool) -> None:
            agent.faults.silent = is_silent

        yield Rig(
            UnitUnderTest(quick("snmp"), PduSnmpData(agent.host, params)), plant, lose, silent
        )


# ---- NUT -----------------------------------------------------------------------------------------


class _NutPdu(SwitchedPdu):
    """A PDU behind a NUT driver that shows a plant."""

    plant: Plant

    def _look(self) -> dict[str, str]:
        if not hasattr(self, "plant"):  # the constructor looks, too
            return super()._look()
        found = super()._look()
        found["input.current"] = f"{self.plant.inlet_a():.2f}"
        found["input.realpower"] = f"{self.plant.inlet_a() * VOLTS:.1f}"
        found["input.energy"] = str(round(self.plant.inlet_wh()))
        if self.plant.says_count is not None:
            found["outlet.count"] = str(self.plant.says_count)
        return found

    def _outlet(self, key: str) -> dict[str, str]:
        if hasattr(self, "plant"):
            self._on[key] = self.plant.shown(key)
        found = super()._outlet(key)
        if hasattr(self, "plant"):
            amperes = self.plant.amperes(key)
            found[f"outlet.{key}.current"] = f"{amperes:.2f}"
            found[f"outlet.{key}.realpower"] = f"{amperes * VOLTS:.1f}"
            found[f"outlet.{key}.energy"] = str(round(self.plant.watt_hours(key)))
        return found

    def turn(self, key: str, on: bool) -> None:
        self.plant.command(key, on)


@contextlib.contextmanager
def nut(plant: Plant) -> Iterator[Rig]:
    device = _NutPdu("pdu", outlets=len(OUTLETS))
    device.plant = plant
    with NutServer([device]) as server:
        settings = {
            "port": str(server.port),
            "device": "pdu",
            "username": ADMIN.name,
            "password": ADMIN.password,
            "timeout": "2",
        }

        def lose(number: int) -> None:
            # a command is not always followed by the answer to it alone: the tracking id
            def rewrite(words: str, answer: bytes) -> Optional[bytes]:
                is_lost = words.startswith("INSTCMD") and len(plant.commands) == number
                return None if is_lost else answer

            server.faults.rewrite = rewrite

        def silent(is_silent: bool) -> None:
            server.faults.closes_at_once = is_silent

        unit = UnitUnderTest(quick("nut"), PduData(server.host, settings))
        yield Rig(unit, plant, lose, silent, server.faults)


# ---- Xerus ---------------------------------------------------------------------------------------


def _lacking(outlet: str) -> Callable[[XerusObject], Any]:
    own = XerusObject.getOutlets

    def lacking(unit: XerusObject) -> Any:
        return [one for one in own(unit) if str(one.relay.number + 1) != outlet]

    return lacking


@contextlib.contextmanager
def raritan(plant: Plant) -> Iterator[Rig]:
    with pytest.MonkeyPatch.context() as patch:
        # the sensors keep these methods, so they are replaced before the unit is made
        patch.setattr(
            XerusOutlet, "amperes", lambda self: plant.amperes(str(self.relay.number + 1))
        )
        patch.setattr(XerusOutlet, "volts", lambda self: VOLTS)
        patch.setattr(PduUnit, "line_current", lambda self, inlet, line: plant.inlet_a())
        model = Model(
            outlets=len(OUTLETS),
            off=(int(OFF_AT_FIRST),),
            in_rush_guard_ms=0,
            live=not plant.frozen,
        )
        if plant.says_count is not None:
            # it tells no count: its list lacks an outlet, which the label of the last one shows
            patch.setattr(XerusObject, "getOutlets", _lacking(TARGET))
        with XerusPdu(model, clock=plant.clock) as pdu:
            unit = pdu.units[0]

            def show() -> None:
                for relay in unit.relays.all:
                    relay.on = plant.shown(str(relay.number + 1))

            def switch(on: bool) -> Callable[..., None]:
                def act(relays: list[Relay], *_: Any, **__: Any) -> None:
                    for relay in relays:
                        plant.command(str(relay.number + 1), on)
                    show()

                return act

            setattr(unit.relays, "on", switch(True))
            setattr(unit.relays, "off", switch(False))
            pdu.clockwork.watchers.append(show)
            settings = {
                "port": str(pdu.port),
                "username": pdu.user,
                "password": pdu.password,
                "ca_pem": pdu.ca_pem,
                "timeout": "5",
            }

            def lose(number: int) -> None:
                pdu.faults.order(Fault.DROP_AFTER_WRITE, skip=number - 1, method="setPowerState")

            def silent(is_silent: bool) -> None:
                pdu.faults.clear()
                if is_silent:
                    pdu.faults.order(Fault.CLOSE_BEFORE, count=None)

            yield Rig(
                UnitUnderTest(quick("raritan"), PduData(pdu.host, settings)), plant, lose, silent
            )


# ---- Redfish -------------------------------------------------------------------------------------


def _counting(outlets: int) -> Callable[..., Any]:
    own = resources.collection

    def counting(path: str, kind: str, *more: Any) -> Any:
        found = own(path, kind, *more)
        if kind == "OutletCollection":
            found["Members@odata.count"] = outlets
        return found

    return counting


@contextlib.contextmanager
def redfish(plant: Plant) -> Iterator[Rig]:
    pdu = Pdu(outlets=OUTLETS, branches=("A",), phases=1, off=(OFF_AT_FIRST,))
    with contextlib.ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        if plant.says_count is not None:
            patch.setattr(resources, "collection", _counting(plant.says_count))
        service = stack.enter_context(RedfishService(RedfishModel((pdu,)), clock=plant.clock))
        outlets = {outlet.id: outlet for outlet in service.outlets.values()}

        def show() -> None:
            for name, outlet in outlets.items():
                outlet.on = plant.shown(name)
                outlet.welded = True
                outlet.wh = plant.watt_hours(name)

        def wire(name: str) -> None:
            def switch(verb: str, lag: float) -> float:
                plant.command(name, verb == "On")
                show()
                return 0.0

            setattr(outlets[name], "switch", switch)
            outlets[name].drawn = lambda: plant.amperes(name)

        for name in outlets:
            wire(name)
        whole = service.plants["1"]
        patch.setattr(whole, "main_lines", lambda main: {1: round(plant.inlet_a(), 3)})
        show()
        service.clockwork.watchers.append(show)
        settings = {
            "port": str(service.port),
            "username": service.user,
            "password": service.password,
            "ca_pem": service.ca_pem,
            "timeout": "5",
        }

        def lose(number: int) -> None:
            service.faults.order(RedfishFault.DROP_AFTER_WRITE, skip=number - 1, method="POST")

        def silent(is_silent: bool) -> None:
            service.faults.clear()
            if is_silent:
                service.faults.order(RedfishFault.CLOSE_BEFORE, count=None)

        yield Rig(
            UnitUnderTest(quick("redfish"), PduData(service.host, settings)), plant, lose, silent
        )


RIGS = {"snmp": snmp, "nut": nut, "raritan": raritan, "redfish": redfish}


class InThread(Watchdog):
    """The guard as a thread, on the clock of the rig; the process has tests of its own."""

    def __init__(
        self, unit: UnitUnderTest, trace: ProofTrace, clock: ProofClock, patience_s: float
    ) -> None:
        self._unit, self._trace, self._clock = unit, trace, clock
        self._given = None
        self._pipe, theirs = multiprocessing.Pipe()
        #: what it told a person
        self.said: list[str] = []

        def live() -> None:
            with contextlib.closing(theirs):
                run_watchdog(theirs, unit, trace, self.said.append, clock, patience_s)

        self._thread = threading.Thread(target=live, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Returns when it has had its last word."""
        super().close()
        finished(self._thread)


def proven(
    rig: Rig,
    *,
    owner: OwnerAnswers = NOT_ANSWERED,
    look: Optional[bool] = None,
    outlet: str = TARGET,
    watch_s: float = 300.0,
    said: Optional[list[str]] = None,
    patience_s: float = 20.0,
    records: bool = True,
) -> UnitProof:
    """A proof of a rig. Reads over SNMP as the command does. `said` gets what the guard told, and
    `patience_s` is how long it tries when nobody waits any more. Without `records`, no recording is
    made and replayed, which takes much of the time.
    """
    patch = pytest.MonkeyPatch()
    if not records:
        patch.setattr(unit_reading, "record_unit", lambda *_: ("", ("left out",)))
    try:
        return _proven(rig, owner, look, outlet, watch_s, said, patience_s)
    finally:
        patch.undo()


def _proven(
    rig: Rig,
    owner: OwnerAnswers,
    look: Optional[bool],
    outlet: str,
    watch_s: float,
    said: Optional[list[str]],
    patience_s: float,
) -> UnitProof:
    clock = ProofClock(rig.plant.clock, rig.plant.clock.sleep)
    trace = ProofTrace(clock.monotonic(), str)
    wish = Plan(rig.unit, "rig", outlet, True, watch_s, "simulated")
    guarded = InThread(rig.unit, trace, clock, patience_s)
    try:
        means = Tools(trace, guarded, clock, owner=lambda: owner, look=lambda: look)
        return prove(wish, means)
    finally:
        guarded.close()
        if said is not None:
            said += guarded.said


def plant(**lies: Any) -> Plant:
    """A plant with these lies."""
    return Plant(FastClock(), **lies)

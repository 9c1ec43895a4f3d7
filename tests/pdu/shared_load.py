"""Two simulated APC units over SNMP whose outlets feed the same machines: what one outlet no longer
carries, the other one does.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Optional

from handlers.shared.meter_figures import MeterFigures
from pdu.site.machines.evidence import EvidenceFile, MachineEvidence, VerifiedCord
from tests.pdu.monitoring.halls import private
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import apc

PDUS = ("left", "right")
OUTLETS = 4
#: machine -> its current in 0.1 A; machine m1 has outlet 1 of both units, and so on
MACHINES = {"row1/m1": 20, "row1/m2": 12, "row2/m3": 8}
_STATE = f"{apc.RPDU2_STATUS}.5"
_DRAWING = """
[[feed]]
name = "A"
breaker_a = 16
[[feed]]
name = "B"
breaker_a = 16
[[pdu]]
name = "left"
inputs = ["A"]
[[pdu]]
name = "right"
inputs = ["B"]
"""


class Unit(Agent):
    """Computes the currents of both units anew before each answer."""

    room: Optional[Room] = None

    def exchange(self, data: bytes) -> Optional[bytes]:
        if self.room is not None:
            self.room.flow()
        return super().exchange(data)


class Room(NamedTuple):
    """The folder has hall.power.toml, hall.csv and logins.toml."""

    folder: Path
    units: Mapping[str, Unit]
    #: supplies that carry nothing, as PDU and outlet
    dead: set[tuple[str, str]]

    def on(self, pdu: str, outlet: str) -> bool:
        return self.units[pdu].device.text(f"{_STATE}.{outlet}") == "2"

    def off(self, pdu: str, outlet: str) -> None:
        """Open a relay without a command."""
        self.units[pdu].device.put(f"{_STATE}.{outlet}", "1")

    def flow(self) -> None:
        """Each machine's current is shared by its supplies that have power."""
        sums = {(pdu, phase): 0 for pdu in PDUS for phase in range(3)}
        for number in range(1, OUTLETS + 1):
            outlet = str(number)
            total = dict(enumerate(MACHINES.values(), 1)).get(number, 0)
            works = [pdu for pdu in PDUS if self.on(pdu, outlet) and (pdu, outlet) not in self.dead]
            for pdu in PDUS:
                flows = total // len(works) if pdu in works else 0
                self.units[pdu].device.put(f"{apc.RPDU2_METERED}.6.{outlet}", str(flows))
                self.units[pdu].device.put(f"{apc.RPDU2_METERED}.7.{outlet}", str(23 * flows))
                sums[pdu, number % 3] += flows
        for pdu in PDUS:
            whole = sum(flows for (name, _), flows in sums.items() if name == pdu)
            self.units[pdu].device.put(f"{apc.RPDU2_DEVICE}.5.1", str(23 * whole // 10))
        for (pdu, phase), flows in sums.items():
            self.units[pdu].device.put(f"{apc.RPDU2_PHASE}.5.{phase + 1}", str(flows))


@contextlib.contextmanager
def room(folder: Path, unit_class: type[Unit] = Unit) -> Iterator[Room]:
    """The units run until the block ends."""
    with contextlib.ExitStack() as stack:
        units = {pdu: unit_class(apc.rpdu2(outlets=OUTLETS)) for pdu in PDUS}
        for unit in units.values():
            stack.enter_context(unit)
        made = Room(folder, units, set())
        for unit in units.values():
            unit.room = made
            for number in range(1, OUTLETS + 1):
                unit.device.put(f"{_STATE}.{number}", "2")
        rows = [f"{pdu},snmp,127.0.0.1:{unit.port},snmp,timeout=20" for pdu, unit in units.items()]
        (folder / "hall.csv").write_text("\n".join(["name,handler,address,auth,settings", *rows]))
        private(folder / "logins.toml", '[auth.snmp]\ncommunity = "private"\n')
        machines = [
            f'[[machine]]\nname = "{name}"\ncords = ["left/{n}", "right/{n}"]\n'
            for n, name in enumerate(MACHINES, 1)
        ]
        (folder / "hall.power.toml").write_text("".join([_DRAWING, *machines]))
        _verify(folder, units)
        yield made


def _verify(folder: Path, units: Mapping[str, Unit]) -> None:
    """As if the cabling of all machines had been tried."""
    with EvidenceFile(str(folder / "hall.verified.jsonl")).appending() as file:
        for number, name in enumerate(MACHINES, 1):
            cords = [
                VerifiedCord(
                    pdu, str(number), f"snmp 127.0.0.1 {unit.port} ", "", MeterFigures(0.4)
                )
                for pdu, unit in units.items()
            ]
            file.append(MachineEvidence(name, time.time() - 60.0, cords, 1.0, 1.0, 1.0))

"""Outlets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from .metered import Device, Sensors
from .relays import Relay
from .sensors import Awake

if TYPE_CHECKING:
    from .pdu import PduUnit

# result codes, Outlet.idl and Pdu.idl
NOT_SWITCHABLE, DISABLED, INHIBITED, INVALID = 1, 3, 5, 1
Json = dict[str, Any]


class Outlet(Device):
    """An outlet. `current` is the current of its load in A while it is on; a test may change it."""

    def __init__(self, unit: PduUnit, relay: Relay) -> None:
        number = relay.number
        path = f"/model/pdu/0/outlet/{number}"
        super().__init__(unit, "pdumodel.Outlet", f"outlet.{number}", [path])
        model = unit.model
        self.pdu = unit
        self.relay = relay
        self.switchable = model.power_control and number + 1 not in model.not_switchable
        self.disabled = number + 1 in model.disabled
        self.current = round(0.2 + 0.05 * (number % 8), 3)
        self.settings = {
            "name": model.names.get(number + 1, ""),
            "startupState": 3,
            "usePduCycleDelay": True,
            "cycleDelay": model.cycle_delay_s,
            "nonCritical": number + 1 in model.load_shed,
            "sequenceDelay": 0,
        }
        self.awake = Awake()
        self.sensors = Sensors(
            unit, f"O{number}", path if model.well_known_sensors else None, self.awake, model.live
        )
        if model.metering == "outlet":
            self._meter()
        if self.switchable:
            self.sensors.state("outletState", self._reported_state)

    def _meter(self) -> None:
        self.sensors.numeric(
            {
                "voltage": self.volts,
                "current": self.amperes,
                "activePower": self.watts,
                "apparentPower": lambda: self.volts() * self.amperes(),
                "powerFactor": lambda: self.pdu.POWER_FACTOR,
                "lineFrequency": lambda: self.pdu.FREQUENCY,
            }
        )
        self.energy = self.sensors.counter(
            "activeEnergy", 1000.5 * (self.relay.number + 1), self.watts
        )

    def volts(self) -> float:
        return self.pdu.VOLTAGE if self.relay.on else 0.0

    def amperes(self) -> float:
        return self.current if self.relay.on else 0.0

    def watts(self) -> float:
        return self.volts() * self.amperes() * self.pdu.POWER_FACTOR

    # -- the interface

    def getMetaData(self) -> Json:
        return {
            "label": str(self.relay.number + 1),
            "isSwitchable": self.switchable,
        }

    def getState(self) -> Json:
        relay = self.relay
        state = self._reported_state() if self.switchable else None
        return {
            "available": state is not None,
            "powerState": state or 0,
            "switchOnInProgress": relay.waiting,
            "cycleInProgress": relay.cycling,
            "lastPowerStateChange": relay.changed,
            "isLoadShed": relay.load_shed,
            "isSuspended": relay.suspended,
        }

    def _reported_state(self) -> Optional[int]:
        """The state that the unit reports; None while `stale_looks` is above 0 or the relay's board
        does not answer.
        """
        return int(self.relay.on) if self.relay.board_answers and not self.pdu.stale_looks else None

    def state(self) -> Optional[bool]:
        """True for on, False for off, None for unknown: not switchable, stuck, or the relay's board
        does not answer.
        """
        return (
            self.relay.on
            if self.switchable and self.relay.board_answers and not self.relay.stuck
            else None
        )

    def refusal(self) -> int:
        """The result code of a command for this outlet; 0 if the outlet may be switched."""
        if not self.switchable:
            return NOT_SWITCHABLE
        if self.pdu.inhibited():
            return INHIBITED
        return DISABLED if self.disabled else 0

    def getIOP(self) -> Json:
        return {
            "i": self.pdu.inlets[self.pdu.home_inlet(self.relay.number)],
            "o": self.pdu.protector_of(self),
            "p": [],
        }

    def getParents(self) -> list[Device]:
        return [self.pdu.protector_of(self) or self.pdu.source_of(self.relay.number)]

    def getChildren(self) -> list[Device]:
        return []

    def setPowerState(self, pstate: int) -> int:
        code = self.refusal()
        if not code and pstate:
            self.pdu.relays.on([self.relay], sequence=False, cancelable=False)
        elif not code:
            self.pdu.relays.off([self.relay])
        if not code:
            self.announce(pstate)
        return code

    def announce(self, state: int, cycle: bool = False) -> None:
        """Reports an accepted power command for this outlet as an event."""
        self.unit.emit("pdumodel.Outlet.PowerControlEvent", self, state=state, cycle=cycle)

    def cyclePowerState(self) -> int:
        code = self.refusal()
        if not code:
            self.pdu.relays.cycle([self.relay], sequence=False)
            self.announce(1, cycle=True)
        return code

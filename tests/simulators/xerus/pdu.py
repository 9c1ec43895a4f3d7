"""One PDU: its parts, and the interface pdumodel.Pdu."""

from __future__ import annotations

from typing import Any, Optional

from .inlet import Inlet
from .metered import Device, Sensor, Sensors
from .model import Model
from .objects import Served, Site, Unit
from .outlet import INHIBITED, INVALID, NOT_SWITCHABLE, Outlet
from .panels import PowerMeterController
from .protector import Protector
from .relays import Delays, Relay, Relays, in_order
from .sensors import AccumulatingSensor, Awake
from .services.health import HardwareHealth
from .transfer import TransferSwitch

_PER_PROTECTOR = 8  # outlets behind one breaker, at most
# index of generation 4.4, the first simulated one with the setting inhibitRelayControl
_INHIBIT_FROM = 3
Json = dict[str, Any]


class PduUnit(Unit):
    """One unit and its parts."""

    VOLTAGE = 230.0
    FREQUENCY = 50.0
    POWER_FACTOR = 0.95

    def __init__(self, site: Site, model: Model, link_id: int = 0) -> None:
        super().__init__(site, link_id)
        self.model = model
        self.settings: Json = {
            "name": "",
            "startupState": 2,
            "cycleDelay": model.cycle_delay_s,
            "inRushGuardDelay": model.in_rush_guard_ms,
            "inhibitRelayControl": model.inhibit_relay_control,
        }
        self._protector_numbers: list[int] = []
        # outlet states are unavailable until this many further calls of getOutlets
        self.stale_looks = 0
        self.relays = Relays(
            self.clockwork, [self._relay(number) for number in range(model.outlets)], self._delays()
        )
        self.relays.held = frozenset(number - 1 for number in model.load_shed)
        self.inlets = [Inlet(self, number) for number in range(model.inlets)]
        self.transfer_switch = TransferSwitch(self) if model.transfer_switch else None
        self.outlets = [Outlet(self, relay) for relay in self.relays.all]
        self.protectors = self._protectors()
        self.health = HardwareHealth(self)
        self.meters = PowerMeterController(self) if model.meters is not None else None
        self.pdu = Pdu(self)

    def _relay(self, number: int) -> Relay:
        """The relay of an outlet, counted from 0, as the model has it; the model counts from 1."""
        model = self.model
        printed = number + 1
        relay = Relay(number, printed not in (*model.off, *model.suspended, *model.load_shed))
        relay.suspended = printed in model.suspended
        relay.load_shed = printed in model.load_shed
        relay.board_answers = printed not in model.no_relay_board
        relay.stuck = printed in model.stuck
        return relay

    def _delays(self) -> Delays:
        def cycle(number: int) -> float:
            settings = self.outlets[number].settings
            chosen = self.settings if settings["usePduCycleDelay"] else settings
            return float(chosen["cycleDelay"])

        return Delays(
            self.model.relay_delay,
            lambda: self.settings["inRushGuardDelay"] / 1000,
            cycle,
            lambda number: self.outlets[number].settings["sequenceDelay"] / 1000,
        )

    # -- feeds and currents

    def _protectors(self) -> list[Protector]:
        """One for up to _PER_PROTECTOR outlets on the same line of an inlet; also fills
        `_protector_numbers`, the protector of each outlet.

        A unit with no more outlets than that has none.
        """
        if self.model.outlets <= _PER_PROTECTOR:
            return []
        places = [
            (
                self._home_inlet(number),
                self.line_of(number),
                number // (_PER_PROTECTOR * self.model.phases),
            )
            for number in range(self.model.outlets)
        ]
        distinct = sorted(set(places))
        self._protector_numbers = [distinct.index(place) for place in places]
        return [
            Protector(self, number, inlet, line) for number, (inlet, line, _) in enumerate(distinct)
        ]

    def _home_inlet(self, number: int) -> int:
        return 0 if self.transfer_switch else number * self.model.inlets // self.model.outlets

    def home_inlet(self, number: int) -> int:
        """The inlet that `getIOP` names: the first one behind a transfer switch, whichever is in
        use.
        """
        return self._home_inlet(number)

    def source_of(self, number: int) -> Device:
        """The transfer switch, else the inlet, that feeds outlet `number` or its protector."""
        return self.transfer_switch or self.inlets[self._home_inlet(number)]

    def fed_by_source(self, source: Device) -> list[Device]:
        """The protectors of an inlet or a transfer switch, or the outlets of a unit without any."""
        fed: list[Device] = []
        for outlet in self.outlets:
            if self.source_of(outlet.relay.number) is source:
                fed.append(self.protector_of(outlet) or outlet)
        return list(dict.fromkeys(fed))

    def inlet_of(self, outlet: Outlet) -> int:
        """The inlet that feeds the outlet now."""
        if self.transfer_switch:
            return self.transfer_switch.selected
        return self._home_inlet(outlet.relay.number)

    def line_of(self, number: int) -> int:
        return number % self.model.phases

    def protector_of(self, outlet: Outlet) -> Optional[Protector]:
        if not self.protectors:
            return None
        return self.protectors[self._protector_numbers[outlet.relay.number]]

    def line_current(self, inlet: int, line: int) -> float:
        """The current of a line in A; on the standby inlet of a transfer switch, the model's
        `standby_current`.
        """
        if self.transfer_switch and inlet != self.transfer_switch.selected:
            return self.model.standby_current
        return sum(
            outlet.amperes()
            for outlet in self.outlets
            if self.inlet_of(outlet) == inlet and self.line_of(outlet.relay.number) == line
        )

    def load(self) -> float:
        """The sum of the line currents of the inlets in use, in A."""
        selected = self.transfer_switch.selected if self.transfer_switch else None
        return sum(sum(inlet.lines()) for inlet in self.inlets if selected in (None, inlet.number))

    def energy(self) -> float:
        """The energy that all inlets have counted, in Wh."""
        return sum(inlet.energy.stored for inlet in self.inlets)

    def count_from(self, wh: dict[int, float]) -> None:
        """Sets the energy counters in Wh: outlets by their number from 1; inlets, lines and unit
        from the sum of the outlets.
        """
        for outlet in self.outlets:
            outlet.energy.stored = wh[outlet.relay.number + 1]
        share = sum(wh.values()) / len(self.inlets)
        for inlet in self.inlets:
            for sensors, count in [
                (inlet.sensors, share),
                *((pole.sensors, share / 3) for pole in inlet.poles),
            ]:
                counter = sensors.fitted.get("activeEnergy")
                if isinstance(counter, AccumulatingSensor):
                    counter.stored = count
        self.pdu.energy.stored = sum(wh.values())

    def inhibited(self) -> bool:
        return self.firmware.index >= _INHIBIT_FROM and bool(self.settings["inhibitRelayControl"])


class Pdu(Served):
    def __init__(self, unit: PduUnit) -> None:
        super().__init__(unit, "pdumodel.Pdu", "pdu.0", ["/model/pdu/0"])
        self._pdu = unit
        self._awake = Awake()
        # no well-known ids are documented
        self._sensors = Sensors(unit, "PDU0", None, self._awake, unit.model.live)
        if unit.model.metering != "none":
            self._meter()

    def _meter(self) -> None:
        inlets = self._pdu.inlets

        def watts() -> float:
            return sum(inlet.watts() for inlet in inlets)

        self._sensors.numeric({"activePower": watts})
        self.energy = self._sensors.counter(
            "activeEnergy", sum(inlet.energy.stored for inlet in inlets), watts
        )

    # -- identity and parts

    def getNameplate(self) -> Json:
        model = self._pdu.model
        return {
            "manufacturer": "Raritan",
            "brand": "Raritan",
            "model": model.product,
            "serialNumber": model.serial,
        }

    def getMetaData(self) -> Json:
        model = self._pdu.model
        return {
            "nameplate": self.getNameplate(),
            "ctrlBoardSerial": "SIMBOARD01",
            "fwRevision": f"{self.unit.firmware.release}.5-50000",
            "hasSwitchableOutlets": any(outlet.switchable for outlet in self._pdu.outlets),
            "hasMeteredOutlets": model.metering == "outlet" and model.outlets > 0,
        }

    def getSensors(self) -> dict[str, Sensor]:
        self._awake.fetched()
        return self._sensors.fitted

    def getOutlets(self) -> list[Outlet]:
        listed = self._pdu.model.listed
        self._pdu.stale_looks = max(0, self._pdu.stale_looks - 1)
        return [self._pdu.outlets[number - 1] for number in listed] if listed else self._pdu.outlets

    def getOverCurrentProtectors(self) -> list[Protector]:
        return self._pdu.protectors

    def getInlets(self) -> list[Inlet]:
        return self._pdu.inlets

    def getTransferSwitches(self) -> list[Device]:
        return [self._pdu.transfer_switch] if self._pdu.transfer_switch else []

    def getPeripheralDeviceManager(self) -> Served:
        return self.unit.named("peripheraldevicemanager")

    # -- settings

    def getSettings(self) -> Json:
        return self._pdu.settings

    def setSettings(self, settings: Json) -> int:
        order = settings["outletPowerStateSequence"]
        if order and sorted(order) != list(range(len(self._pdu.outlets))):
            return INVALID
        self._pdu.settings = {**self._pdu.settings, **settings}
        return 0

    # -- switching several outlets

    def setAllOutletPowerStates(self, pstate: int) -> int:
        if self._pdu.inhibited():
            return INHIBITED
        return self._switch(self._allowed(self._pdu.outlets), pstate, sequence=True)

    def setMultipleOutletPowerStates(
        self, outletNumbers: list[int], state: int, respectSequence: bool
    ) -> int:
        outlets = [self._pdu.outlets[number] for number in outletNumbers]
        return self._refusal(outlets) or self._switch(
            self._allowed(outlets), state, respectSequence
        )

    def cycleAllOutletPowerStates(self) -> int:
        if self._pdu.inhibited():
            return INHIBITED
        return self._cycle(self._allowed(self._pdu.outlets), sequence=True)

    def cycleMultipleOutletPowerStates(
        self, outletNumbers: list[int], respectSequence: bool
    ) -> int:
        outlets = [self._pdu.outlets[number] for number in outletNumbers]
        return self._refusal(outlets) or self._cycle(self._allowed(outlets), respectSequence)

    @staticmethod
    def _allowed(outlets: list[Outlet]) -> list[Outlet]:
        """The outlets that may be switched.

        A command for all outlets skips those without a relay and disabled ones.
        """
        return [outlet for outlet in outlets if not outlet.refusal()]

    def _refusal(self, outlets: list[Outlet]) -> int:
        """The result code that a command for these outlets gets; 0: it may run.

        Outlets without a relay are skipped.
        """
        codes = {outlet.refusal() for outlet in outlets}
        return max(codes - {NOT_SWITCHABLE}, default=0)

    def _switch(self, outlets: list[Outlet], state: int, sequence: bool) -> int:
        relays = [outlet.relay for outlet in outlets]
        if state:
            self._pdu.relays.on(self._order(relays, sequence), sequence)
        else:
            self._pdu.relays.off(relays)
        for outlet in outlets:
            outlet.announce(state)
        return 0

    def _cycle(self, outlets: list[Outlet], sequence: bool) -> int:
        relays = [outlet.relay for outlet in outlets]
        self._pdu.relays.cycle(self._order(relays, sequence), sequence)
        for outlet in outlets:
            outlet.announce(1, cycle=True)
        return 0

    def _order(self, relays: list[Relay], sequence: bool) -> list[Relay]:
        order = self._pdu.settings.get("outletPowerStateSequence") if sequence else None
        return in_order(relays, order)

    def getOutletSequenceState(self) -> Json:
        plans = self._pdu.relays.plans()
        if not plans:
            return {}
        return {
            "sequenceRunning": True,
            "nextOutletToSwitch": plans[0].relay.number,
            "outletsRemaining": len(plans),
        }

    def cancelOutletSequence(self) -> None:
        self._pdu.relays.cancel()

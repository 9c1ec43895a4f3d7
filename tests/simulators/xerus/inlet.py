"""Inlets, with one line or with three lines and neutral."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from .metered import Device, Sensors
from .sensors import Awake

if TYPE_CHECKING:
    from .pdu import PduUnit

NEUTRAL = 3
Json = dict[str, Any]


class Pole(NamedTuple):
    line: int
    sensors: Sensors


class Inlet(Device):
    def __init__(self, unit: PduUnit, number: int) -> None:
        path = f"/model/pdu/0/inlet/{number}"
        super().__init__(unit, "pdumodel.Inlet", f"inlet.{number}", [path])
        self.pdu = unit
        self.number = number
        self.enabled = True
        self.settings = {"name": ""}
        model = unit.model
        self.awake = Awake()
        self._path = path if model.well_known_sensors else None
        self.sensors = Sensors(unit, f"I{number}", self._path, self.awake, model.live)
        metered = model.metering != "none"
        if metered:
            self._meter()
        self.poles = (
            [self._pole(line, metered) for line in range(NEUTRAL + 1)] if model.phases == 3 else []
        )

    # -- figures

    def lines(self) -> list[float]:
        """The line currents in A, neutral left out."""
        return [self.pdu.line_current(self.number, line) for line in range(self.pdu.model.phases)]

    def neutral(self) -> float:
        """The current of the neutral in A, for line currents 120° apart."""
        a, b, c = self.lines()
        return math.sqrt(max(0.0, a * a + b * b + c * c - a * b - b * c - c * a))

    def volts(self) -> float:
        """The voltage in V: from line to line with three lines, from line to neutral with one."""
        return self.pdu.VOLTAGE * math.sqrt(3) if self.pdu.model.phases == 3 else self.pdu.VOLTAGE

    def watts(self) -> float:
        return self.volt_amperes() * self.pdu.POWER_FACTOR

    def volt_amperes(self) -> float:
        return sum(self.lines()) * self.pdu.VOLTAGE

    def _meter(self) -> None:
        self.sensors.numeric(
            {
                "voltage": self.volts,
                "current": lambda: max(self.lines()),
                "activePower": self.watts,
                "apparentPower": self.volt_amperes,
                "powerFactor": lambda: self.pdu.POWER_FACTOR,
                "lineFrequency": lambda: self.pdu.FREQUENCY,
                "residualCurrent": lambda: 0.0046,
                "residualACCurrent": lambda: 0.0043,
                "residualDCCurrent": lambda: -0.0004,
            }
        )
        self.energy = self.sensors.counter("activeEnergy", self._start_wh(), self.watts)
        interface = "pdumodel.ResidualCurrentStateSensor"
        self.sensors.state("residualCurrentStatus", lambda: 0, interface)
        if self.pdu.model.phases == 3:
            self.sensors.numeric(
                {
                    "unbalancedCurrent": self._unbalance,
                    "unbalancedVoltage": lambda: 0.0,
                    "unbalancedLineLineVoltage": lambda: 0.0,
                }
            )

    def _start_wh(self) -> float:
        return 5_000_000.25 + 1000.0 * self.number

    def _unbalance(self) -> float:
        """The largest deviation of a line current from the mean of all lines, in percent of the
        mean.
        """
        lines = self.lines()
        mean = sum(lines) / len(lines)
        return max(abs(line - mean) for line in lines) / mean * 100 if mean else 0.0

    def _pole(self, line: int, metered: bool) -> Pole:
        path = f"{self._path}/pole/{line}" if self._path else None
        sensors = Sensors(self.pdu, f"I{self.number}P{line}", path, self.awake, self.pdu.model.live)
        if metered and line == NEUTRAL:
            sensors.numeric({"current": self.neutral})
        elif metered:
            self._meter_line(sensors, line)
        return Pole(line, sensors)

    def _meter_line(self, sensors: Sensors, line: int) -> None:
        def amperes() -> float:
            return self.pdu.line_current(self.number, line)

        def volt_amperes() -> float:
            return amperes() * self.pdu.VOLTAGE

        def watts() -> float:
            return volt_amperes() * self.pdu.POWER_FACTOR

        sensors.numeric(
            {"voltage": self.volts, "voltageLN": lambda: self.pdu.VOLTAGE, "current": amperes}
        )
        # 4.0 and later; a line of a real unit of 3.6 had only the three sensors above
        if self.pdu.firmware.index >= 2:
            sensors.numeric(
                {
                    "activePower": watts,
                    "apparentPower": volt_amperes,
                    "powerFactor": lambda: self.pdu.POWER_FACTOR,
                }
            )
            sensors.counter("activeEnergy", self._start_wh() / self.pdu.model.phases, watts)

    # -- the interface

    def getMetaData(self) -> Json:
        return {"label": f"I{self.number + 1}", "rating": {"current": 32, "decimalCurrent": 32.0}}

    def getParents(self) -> list[Device]:
        return []

    def getChildren(self) -> list[Device]:
        switch = self.pdu.transfer_switch
        return [switch] if switch is not None else self.pdu.fed_by_source(self)

    def getPoles(self) -> list[Json]:
        """Inlet.idl: each pole's line, id of its node in the circuit, and its fitted sensors."""
        return [
            {"line": pole.line, "nodeId": pole.line + 1, **pole.sensors.fitted}
            for pole in self.poles
        ]

    def isEnabled(self) -> bool:
        return self.enabled

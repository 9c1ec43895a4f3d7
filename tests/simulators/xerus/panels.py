"""A power meter controller: power meters, panels and their branch circuits.

Source: PowerMeterController.idl, PowerMeter.idl, Panel.idl and Circuit.idl (meters are indexed by
their id, circuits by the position of their first pole, from 0).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Optional

from .inlet import NEUTRAL, Pole
from .metered import Sensor, Sensors
from .objects import Served
from .sensors import AccumulatingSensor, Awake

if TYPE_CHECKING:
    from .pdu import PduUnit

ONE_PHASE, SPLIT_PHASE, THREE_PHASE = range(3)
_LINES = {ONE_PHASE: 1, SPLIT_PHASE: 2, THREE_PHASE: 3}
_LINE_TO_NEUTRAL, _LINE_TO_LINE, _THREE_LINES = 0, 1, 3
_TYPE_OF = {1: _LINE_TO_NEUTRAL, 2: _LINE_TO_LINE, 3: _THREE_LINES}
VOLTAGE = 230.0
Json = dict[str, Any]


@dataclass(frozen=True)
class CircuitModel:
    """A branch circuit: its first `position` and its `lines`, both from 0; `amperes` on each line;
    `wh` counted at the start.
    """

    position: int
    lines: tuple[int, ...] = (0,)
    amperes: float = 1.5
    wh: float = 1000.0
    name: str = ""
    metered: bool = True


@dataclass(frozen=True)
class MeterModel:
    """A power meter, or a panel if `circuits` is given, even as an empty tuple.

    number      the id of the meter board
    amperes     current on each line in A, in addition to the circuits' current
    wh          energy in Wh that the mains have counted at the start
    mains       false: no current transformers at the mains
    size        number of circuit positions
    odd_even    the labels of the positions are first the odd numbers, then the even ones
    """

    number: int = 1
    type: int = THREE_PHASE
    circuits: Optional[tuple[CircuitModel, ...]] = None
    amperes: float = 0.5
    wh: float = 250_000.0
    mains: bool = True
    size: int = 42
    odd_even: bool = False
    name: str = ""

    @property
    def lines(self) -> range:
        return range(_LINES[self.type])

    def line_current(self, line: int) -> float:
        circuits = [circuit for circuit in self.circuits or () if line in circuit.lines]
        return self.amperes + sum(circuit.amperes for circuit in circuits)


class Configured(Served):
    """A part with sensors and settings."""

    settings: Json
    awake: Awake
    sensors: Sensors

    def getSensors(self) -> dict[str, Sensor]:
        self.awake.fetched()
        return self.sensors.fitted

    def getSettings(self) -> Json:
        return self.settings


class Meter(Configured):
    """A power meter."""

    def __init__(
        self, unit: PduUnit, model: MeterModel, interface: str = "pdumodel.PowerMeter"
    ) -> None:
        super().__init__(unit, interface, f"powermeter.{model.number}")
        self.model = model
        self.settings: Json = {"name": model.name}
        self.awake = Awake()
        self.sensors = Sensors(unit, f"PM{model.number}", None, self.awake, unit.model.live)
        self.poles = [
            Pole(line, Sensors(unit, f"PM{model.number}P{line}", None, self.awake, unit.model.live))
            for line in (*model.lines, NEUTRAL)
        ]
        self.energy: Optional[AccumulatingSensor] = None
        self.sensors.numeric({"voltage": lambda: VOLTAGE, "lineFrequency": lambda: 50.0})
        if model.mains:
            self._meter()

    def _meter(self) -> None:
        self.sensors.numeric({"current": lambda: max(self.lines()), "activePower": self._watts})
        self.energy = self.sensors.counter("activeEnergy", self.model.wh, self._watts)
        for pole in self.poles[:-1]:
            pole.sensors.numeric({"current": partial(self.model.line_current, pole.line)})

    def lines(self) -> list[float]:
        """The line currents in A, neutral left out."""
        return [self.model.line_current(line) for line in self.model.lines]

    def _watts(self) -> float:
        return sum(self.lines()) * VOLTAGE

    # -- the interface

    def getConfig(self) -> Json:
        return {"powerMeterId": self.model.number, "type": self.model.type}

    def getPoles(self) -> list[Json]:
        return [
            {
                "line": pole.line,
                "label": "ABCN"[pole.line],
                "nodeId": pole.line,
                **pole.sensors.fitted,
            }
            for pole in self.poles
        ]


class Panel(Meter):
    """A power meter with branch circuits."""

    def __init__(self, unit: PduUnit, model: MeterModel) -> None:
        super().__init__(unit, model, "pdumodel.Panel")
        circuits = sorted(model.circuits or (), key=lambda circuit: circuit.position)
        self.circuits = {circuit.position: Circuit(unit, self, circuit) for circuit in circuits}
        self._panel_settings: Json = {
            "panelSize": model.size,
            "labelingScheme": int(model.odd_even),
        }

    def label(self, position: int) -> str:
        """The label of a position (from 0); "" beyond the panel.

        Source: Panel.idl, LabelingScheme.
        """
        numbers = range(1, self._panel_settings["panelSize"] + 1)
        odd = numbers[::2]
        even = numbers[1::2]
        if position >= len(numbers):
            return ""
        if not self._panel_settings["labelingScheme"]:
            return str(numbers[position])
        return str(odd[position] if position < len(odd) else even[position - len(odd)])

    def getPanelSettings(self) -> Json:
        return self._panel_settings

    def getCircuits(self) -> dict[int, Circuit]:
        return self.circuits


class Circuit(Configured):
    """A branch circuit."""

    def __init__(self, unit: PduUnit, panel: Panel, model: CircuitModel) -> None:
        meter = panel.model.number
        super().__init__(unit, "pdumodel.Circuit", f"circuit.{meter}.{model.position}")
        self.panel = panel
        self.model = model
        self.settings: Json = {"name": model.name}
        self.awake = Awake()
        self.sensors = Sensors(
            unit, f"PM{meter}C{model.position}", None, self.awake, unit.model.live
        )
        self.energy: Optional[AccumulatingSensor] = None
        if model.metered:
            self.sensors.numeric({"current": lambda: model.amperes, "activePower": self._watts})
            self.energy = self.sensors.counter("activeEnergy", model.wh, self._watts)

    def _watts(self) -> float:
        return self.model.amperes * VOLTAGE * len(self.model.lines)

    def getConfig(self) -> Json:
        return {"position": self.model.position, "type": _TYPE_OF[len(self.model.lines)]}

    def getPoles(self) -> list[Json]:
        return [
            {"line": line, "label": self.panel.label(self.model.position + number), "nodeId": line}
            for number, line in enumerate(self.model.lines)
        ]


class PowerMeterController(Served):
    """/model/pmc, with the meters that an administrator configured."""

    def __init__(self, unit: PduUnit) -> None:
        super().__init__(unit, "pdumodel.PowerMeterController", "pmc", ["/model/pmc"])
        self.meters: dict[int, Meter] = {
            meter.number: Meter(unit, meter) if meter.circuits is None else Panel(unit, meter)
            for meter in unit.model.meters or ()
        }

    def getPowerMeters(self) -> dict[int, Meter]:
        return self.meters

    # -- for the true state

    def circuits(self) -> Iterator[tuple[str, Circuit]]:
        """The branch circuits by identity: "p<id of the meter>.<position from 1>"."""
        for number, meter in sorted(self.meters.items()):
            if not isinstance(meter, Panel):
                continue
            for position, circuit in sorted(meter.circuits.items()):
                yield f"p{number}.{position + 1}", circuit

    def load(self) -> float:
        """The sum of the currents of all metered mains, in A."""
        return sum(sum(meter.lines()) for meter in self.meters.values() if meter.model.mains)

    def counted(self) -> float:
        """The energy that all mains have counted, in Wh."""
        return sum(
            meter.energy.stored for meter in self.meters.values() if meter.energy is not None
        )

"""Lines and protectors of a Xerus PDU with their ratings, for tools; in no archive.

Source: Inlet.idl, OverCurrentProtector.idl.
"""

from __future__ import annotations

from typing import NamedTuple, Optional

from handlers.raritan.discovery import ListedUnit
from handlers.raritan.handler import Session
from handlers.raritan.readings import NOT_FITTED, SensorReading, ask_field
from handlers.raritan.rpc import Bulk, Pending, Structure
from handlers.raritan.rpc.pdumodel import Inlet, OverCurrentProtector, Pdu, Pole, PowerLine, Rating
from handlers.shared.meter_figures import measured

from ..topology import BREAKER, LINE, MeteredPart
from .nameplate import find_units

_LINES = {PowerLine.L1: "L1", PowerLine.L2: "L2", PowerLine.L3: "L3"}


class _AskedInlet(NamedTuple):
    metadata: Pending[Inlet.MetaData]
    sensors: Pending[Inlet.Sensors]
    poles: Pending[list[Pole]]


class _AskedProtector(NamedTuple):
    metadata: Pending[OverCurrentProtector.MetaData]
    sensors: Pending[OverCurrentProtector.Sensors]


def read_topology(session: Session) -> list[MeteredPart]:
    """Current and rating of each line and protector: 3 round trips for every 300 calls besides
    those that find the units.
    """
    bulk = Bulk(session.agent)
    units = [_Unit(bulk, unit) for unit in find_units(session) if unit.has_pdu]
    bulk.perform()
    for unit in units:
        unit.ask_parts(bulk)
    bulk.perform()
    for unit in units:
        unit.ask_readings(bulk)
    bulk.perform()
    return [meter for unit in units for meter in unit.meters()]


class _LineReading(NamedTuple):
    #: such as `L1`, or `I2.L1` of a unit with several inlets
    label: str
    #: in A, of the inlet
    rating: Optional[float]
    #: of its current
    reading: SensorReading


class _Unit:
    """One unit. What it cannot say is left out: a tool works with less."""

    def __init__(self, bulk: Bulk, unit: ListedUnit) -> None:
        self._unit = unit.unit
        pdu = unit.unit.proxy(Pdu)
        self._inlet_list = bulk.add(pdu.getInlets)
        self._protector_list = bulk.add(pdu.getOverCurrentProtectors)
        self._inlets: list[_AskedInlet] = []
        self._protectors: list[_AskedProtector] = []
        self._lines: list[_LineReading] = []
        self._currents: list[SensorReading] = []

    def ask_parts(self, bulk: Bulk) -> None:
        """Queue what the inlets and protectors are."""
        if self._inlet_list.error is None:
            for inlet in self._unit.each_once(self._inlet_list.get(), "getInlets"):
                self._inlets.append(
                    _AskedInlet(
                        bulk.add(inlet.getMetaData),
                        bulk.add(inlet.getSensors),
                        bulk.add(inlet.getPoles),
                    )
                )
        if self._protector_list.error is None:
            method = "getOverCurrentProtectors"
            for answer in self._unit.each_once(self._protector_list.get(), method):
                self._protectors.append(
                    _AskedProtector(bulk.add(answer.getMetaData), bulk.add(answer.getSensors))
                )

    def ask_readings(self, bulk: Bulk) -> None:
        """Queue the currents of lines and protectors; `ask_parts` was answered before."""
        for number, inlet in enumerate(self._inlets, 1):
            inlet_prefix = f"I{number}." if len(self._inlets) > 1 else ""
            rating = None if inlet.metadata.error else _amperes(inlet.metadata.get().rating)
            for line, sensors in _line_sensors(inlet):
                label = self._unit.prefixed(inlet_prefix + line)
                reading = ask_field(bulk, self._unit, sensors, "current")
                self._lines.append(_LineReading(label, rating, reading))
        for protector in self._protectors:
            if protector.sensors.error is None:
                reading = ask_field(bulk, self._unit, protector.sensors.get(), "current")
                self._currents.append(reading)
            else:
                self._currents.append(NOT_FITTED)

    def meters(self) -> list[MeteredPart]:
        """The lines of each inlet, and the protectors by their printed labels."""
        parts = [
            MeteredPart(LINE, line.label, measured(line.reading.figure()), line.rating)
            for line in self._lines
        ]
        for number, (protector, reading) in enumerate(zip(self._protectors, self._currents)):
            rating = None if protector.metadata.error else _amperes(protector.metadata.get().rating)
            parts.append(
                MeteredPart(BREAKER, self._label(number), measured(reading.figure()), rating)
            )
        return parts

    def _label(self, number: int) -> str:
        metadata = self._protectors[number].metadata
        label = "" if metadata.error else metadata.get().label
        return self._unit.prefixed(label or f"C{number + 1}")


def _line_sensors(inlet: _AskedInlet) -> list[tuple[str, Structure]]:
    """Names of the lines of an inlet, neutral left out, with their sensors."""
    if inlet.poles.error is not None:
        return []
    lines: list[tuple[str, Structure]] = [
        (_LINES[pole.line], pole) for pole in inlet.poles.get() if pole.line in _LINES
    ]
    if not lines and inlet.sensors.error is None:
        # an inlet with one line may list no poles
        lines = [("L1", inlet.sensors.get())]
    return lines


def _amperes(rating: Rating) -> Optional[float]:
    """Newer firmware reports decimals; 0 means that it is not known."""
    return rating.decimalCurrent or float(rating.current) or None

"""Lines, protectors and outlets of a Xerus PDU with their ratings, for tools; in no archive.

Source: Inlet.idl, OverCurrentProtector.idl, Outlet.idl (getIOP: inlet, protector and poles of an
outlet).
"""

from __future__ import annotations

from typing import NamedTuple, Optional

from handlers.raritan.discovery import ListedUnit
from handlers.raritan.handler import Session
from handlers.raritan.readings import Reading, amount, ask
from handlers.raritan.rpc import Bulk, Pending
from handlers.raritan.rpc.pdumodel import (
    Inlet,
    Outlet,
    OverCurrentProtector,
    Pdu,
    Pole,
    PowerLine,
    Rating,
)

from ..topology import BREAKER, LINE, MeteredPart, OutletFacts, Topology
from .nameplate import find_units

_LINES = {PowerLine.L1: "L1", PowerLine.L2: "L2", PowerLine.L3: "L3"}


class _AskedInlet(NamedTuple):
    inlet: Inlet
    metadata: Pending[Inlet.MetaData]
    sensors: Pending[Inlet.Sensors]
    poles: Pending[list[Pole]]


class _AskedProtector(NamedTuple):
    protector: OverCurrentProtector
    metadata: Pending[OverCurrentProtector.MetaData]
    sensors: Pending[OverCurrentProtector.Sensors]


def read_topology(session: Session) -> Topology:
    """Current and rating of each line and protector; rating, lines and protector of each outlet: 3
    round trips for every 300 calls besides those that find the units.
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
    return Topology(
        [meter for unit in units for meter in unit.meters()],
        {name: facts for unit in units for name, facts in unit.outlets().items()},
    )


class _Unit:
    """One unit. What it cannot say is left out: a tool works with less."""

    def __init__(self, bulk: Bulk, unit: ListedUnit) -> None:
        self._unit, self._listed = unit.unit, unit
        pdu = unit.unit.proxy(Pdu)
        self._inlet_list = bulk.add(pdu.getInlets)
        self._protector_list = bulk.add(pdu.getOverCurrentProtectors)
        self._inlets: list[_AskedInlet] = []
        self._protectors: list[_AskedProtector] = []
        self._paths = bulk.add_each(Outlet.getIOP, unit.outlets)
        self._metadata = bulk.add_each(Outlet.getMetaData, unit.outlets)
        self._lines: list[tuple[str, Optional[float], Optional[Reading]]] = []
        self._currents: list[Optional[Reading]] = []

    def ask_parts(self, bulk: Bulk) -> None:
        """Queue what the inlets and protectors are."""
        if self._inlet_list.error is None:
            for inlet in self._unit.each_once(self._inlet_list.get(), "getInlets"):
                self._inlets.append(
                    _AskedInlet(
                        inlet,
                        bulk.add(inlet.getMetaData),
                        bulk.add(inlet.getSensors),
                        bulk.add(inlet.getPoles),
                    )
                )
        if self._protector_list.error is None:
            method = "getOverCurrentProtectors"
            for answer in self._unit.each_once(self._protector_list.get(), method):
                self._protectors.append(
                    _AskedProtector(
                        answer, bulk.add(answer.getMetaData), bulk.add(answer.getSensors)
                    )
                )

    def ask_readings(self, bulk: Bulk) -> None:
        """Queue the currents of lines and protectors."""
        for number, inlet in enumerate(self._inlets, 1):
            inlet_prefix = f"I{number}." if len(self._inlets) > 1 else ""
            rating = None if inlet.metadata.error else _amperes(inlet.metadata.get().rating)
            poles = inlet.poles.get() if inlet.poles.error is None else []
            lines = [(_LINES[pole.line], pole.current) for pole in poles if pole.line in _LINES]
            if not lines and inlet.poles.error is None and inlet.sensors.error is None:
                # an inlet with one line may list no poles
                lines = [("L1", inlet.sensors.get().current)]
            for line, sensor in lines:
                reading = ask(bulk, self._unit, sensor)
                self._lines.append((self._unit.prefixed(inlet_prefix + line), rating, reading))
        for protector in self._protectors:
            sensors = None if protector.sensors.error else protector.sensors.get()
            self._currents.append(ask(bulk, self._unit, sensors.current) if sensors else None)

    def meters(self) -> list[MeteredPart]:
        """The lines of each inlet, and the protectors by their printed labels."""
        parts = [
            MeteredPart(LINE, label, amount(reading).value, rating)
            for label, rating, reading in self._lines
        ]
        for number, (protector, reading) in enumerate(zip(self._protectors, self._currents)):
            rating = None if protector.metadata.error else _amperes(protector.metadata.get().rating)
            parts.append(MeteredPart(BREAKER, self._label(number), amount(reading).value, rating))
        return parts

    def outlets(self) -> dict[str, OutletFacts]:
        """By identity."""
        places = {part.protector.target: number for number, part in enumerate(self._protectors)}
        inlets = {part.inlet.target: number for number, part in enumerate(self._inlets, 1)}
        facts_by_outlet: dict[str, OutletFacts] = {}
        for identity, path, metadata in zip(self._listed.identities(), self._paths, self._metadata):
            lines: tuple[str, ...] = ()
            breaker = ""
            if path.error is None:
                inlet, protector, poles = path.get()
                number = inlets.get(self._unit.mine(inlet).target) if inlet is not None else None
                inlet_prefix = f"I{number}." if len(self._inlets) > 1 else ""
                if number is not None:
                    lines = tuple(
                        self._unit.prefixed(inlet_prefix + _LINES[pole.line])
                        for pole in poles
                        if pole.line in _LINES
                    )
                place = places.get(self._unit.mine(protector).target) if protector else None
                breaker = self._label(place) if place is not None else ""
            rating = None if metadata.error else _amperes(metadata.get().rating)
            facts_by_outlet[identity] = OutletFacts(rating, lines, breaker)
        return facts_by_outlet

    def _label(self, number: int) -> str:
        metadata = self._protectors[number].metadata
        label = "" if metadata.error else metadata.get().label
        return self._unit.prefixed(label or f"C{number + 1}")


def _amperes(rating: Rating) -> Optional[float]:
    """Newer firmware reports decimals; 0 means that it is not known."""
    return rating.decimalCurrent or float(rating.current) or None

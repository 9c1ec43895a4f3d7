"""Lines and protectors of a Xerus PDU with their ratings, for tools; in no archive.

A *part* is one line of an inlet (L1) or one overcurrent protector (C1), with its current and its
rating in A. What cannot be read is a part, too, whose current is not known: without it, the others
would look like all. Calls to the unit are sent in one request, a *bulk*: each returns a `Pending`,
which has the answer or its `error` when the bulk is performed. Source: Inlet.idl,
OverCurrentProtector.idl.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Optional, TypeVar, Union

from handlers.raritan.handler import Session
from handlers.raritan.meters import InletMeter
from handlers.raritan.readings import NOT_FITTED, SensorReading, ask_listed, listed_parts
from handlers.raritan.rpc import Bulk, Interface, Pending, present
from handlers.raritan.rpc.pdumodel import Inlet, OverCurrentProtector, Pdu, Rating
from handlers.raritan.units import XerusUnit
from handlers.shared.meter_figures import NotKnown, NotMetered

from ..topology import BREAKER, LINE, MeteredPart, unread_part
from .nameplate import find_units

_HOLE = NotKnown("the list of these parts has a hole in its place")


AnInterface = TypeVar("AnInterface", bound=Interface)


class _Inlet(NamedTuple):
    """An inlet, with the calls that read it: `meter` its line currents, `metadata` its rating."""

    meter: InletMeter
    metadata: Pending[Inlet.MetaData]


class _Protector(NamedTuple):
    """An overcurrent protector, by the calls that read it: `metadata` its label and rating,
    `sensors` which of its values have a sensor.
    """

    metadata: Pending[OverCurrentProtector.MetaData]
    sensors: Pending[OverCurrentProtector.Sensors]


def read_topology(session: Session) -> list[MeteredPart]:
    """Current and rating of each line and protector of all units of a PDU, in A. Usually 3 round
    trips, one for each bulk, besides those that find the units; a bulk of more than 300 calls takes
    several.

        > getInlets, getOverCurrentProtectors          < 1 inlet, 2 protectors
        > getSensors, getMetaData of each              < L1 16 A; C1 16 A, C2 16 A
        > readings of their sensors                    < 3.1 A; 1.2 A, 1.9 A
        [MeteredPart(LINE, "L1", 3.1, 16.0), MeteredPart(BREAKER, "C1", 1.2, 16.0), ...]
    """
    bulk = Bulk(session.agent)
    units = [_Unit(bulk, row.unit) for row in find_units(session) if row.has_pdu]
    bulk.perform()
    for unit in units:
        unit.ask_parts(bulk)
    bulk.perform()
    for unit in units:
        unit.ask_readings(bulk)
    bulk.perform()
    meters: list[MeteredPart] = []
    for unit in units:
        meters += unit.meters()
    return meters


class _Unit:
    """The lines and protectors of one unit, read in three steps, after each of which the caller
    performs the bulk: __init__ queues the lists of inlets and protectors, `ask_parts` what each of
    them is, `ask_readings` their currents. Then `meters` returns them. `_inlets` and `_protectors`
    have None for a null in a list, `_currents` those of the protectors in their order;
    `_unread_parts` stands for lists that cannot be read.
    """

    def __init__(self, bulk: Bulk, unit: XerusUnit) -> None:
        self._unit = unit
        pdu = unit.proxy(Pdu)
        self._inlet_list = bulk.add(pdu.getInlets)
        self._protector_list = bulk.add(pdu.getOverCurrentProtectors)
        self._inlets: list[Optional[_Inlet]] = []
        self._protectors: list[Optional[_Protector]] = []
        self._currents: list[SensorReading] = []
        self._unread_parts: list[MeteredPart] = []

    def ask_parts(self, bulk: Bulk) -> None:
        """Queue in `bulk` the calls that ask what each inlet and protector is; fills `_inlets` and
        `_protectors`, in which a null stays as None, so that those behind it keep their numbers. A
        list that cannot be read becomes one of `_unread_parts`. Raises Denied if the account may
        not list them.
        """
        inlets = listed_parts(self._inlet_list, "inlets")
        if isinstance(inlets, NotKnown):
            self._unread_parts.append(self._unread_part(LINE, inlets))
        else:
            for inlet in self._proxies_in_order(inlets, "getInlets"):
                if inlet is None:
                    self._inlets.append(None)
                    continue
                meter = InletMeter(self._unit, inlet, with_power=False)
                meter.ask_sensors(bulk)
                self._inlets.append(_Inlet(meter, bulk.add(inlet.getMetaData)))
        protectors = listed_parts(self._protector_list, "overcurrent protectors")
        if isinstance(protectors, NotKnown):
            self._unread_parts.append(self._unread_part(BREAKER, protectors))
        else:
            for protector in self._proxies_in_order(protectors, "getOverCurrentProtectors"):
                if protector is None:
                    self._protectors.append(None)
                    continue
                metadata = bulk.add(protector.getMetaData)
                self._protectors.append(_Protector(metadata, bulk.add(protector.getSensors)))

    def _proxies_in_order(
        self, references: Sequence[Optional[AnInterface]], method: str
    ) -> list[Optional[AnInterface]]:
        """The proxies of the references that a list of the unit has, through which it is called,
        with None where a reference is null. `method`: the call that answered the list, for the
        error of one that is there twice.

        [inlet 1, null, inlet 3]    [Inlet proxy, None, Inlet proxy]
        """
        listed_references = [reference for reference in references if reference is not None]
        proxies = iter(self._unit.each_once(listed_references, method))
        return [None if reference is None else next(proxies) for reference in references]

    def ask_readings(self, bulk: Bulk) -> None:
        """Queue in `bulk` the calls for the currents of lines and protectors, when the calls of
        `ask_parts` are answered. The meter of each inlet keeps the currents of its lines;
        `_currents` gets one SensorReading for each protector, which has the current once `bulk` was
        sent. NOT_FITTED, a reading without a call, is that of a protector without a sensor.
        """
        for inlet in filter(None, self._inlets):
            inlet.meter.ask_readings(bulk)
        for protector in self._protectors:
            current = NOT_FITTED
            if protector is not None:
                current = ask_listed(bulk, self._unit, protector.sensors, "current")
            self._currents.append(current)

    def meters(self) -> list[MeteredPart]:
        """The lines of each inlet, then the protectors by their printed labels, then what stands
        for lists that cannot be read.

        one inlet, protectors C1, C2         L1, L2, L3, C1, C2
        two inlets                           I1.L1, I1.L2, I1.L3, I2.L1, ...
        two inlets, the second is null       I1.L1, I1.L2, I1.L3, I2.L? (not known)
        """
        parts: list[MeteredPart] = []
        has_several_inlets = len(self._inlets) > 1
        for number, inlet in enumerate(self._inlets, 1):
            prefix = f"I{number}." if has_several_inlets else ""
            if inlet is None:
                parts.append(self._unread_part(LINE, _HOLE, prefix))
            else:
                parts += self._lines(inlet, prefix)
        for number, (protector, current) in enumerate(zip(self._protectors, self._currents), 1):
            label, rating_a = f"C{number}", None
            if protector is None:
                parts.append(MeteredPart(BREAKER, self._unit.prefixed(label), _HOLE))
                continue
            if not protector.metadata.error:
                metadata = protector.metadata.get()
                label = metadata.label or label
                rating_a = _amperes(metadata.rating)
            part = MeteredPart(
                kind=BREAKER,
                label=self._unit.prefixed(label),
                current_a=current.figure(),
                rating_a=rating_a,
            )
            parts.append(part)
        return [*parts, *self._unread_parts]

    def _lines(self, inlet: _Inlet, prefix: str) -> list[MeteredPart]:
        """The lines of an inlet, with the inlet's rating; one part, L?, if its currents cannot be
        read. `prefix`: of their labels, "I2." of the second one of several.
        """
        currents = inlet.meter.line_currents()
        if isinstance(currents, (NotKnown, NotMetered)):
            return [self._unread_part(LINE, currents, prefix)]
        rating_a = None if inlet.metadata.error else _amperes(inlet.metadata.get().rating)
        parts: list[MeteredPart] = []
        for line, current in currents.items():
            label = self._unit.prefixed(f"{prefix}{line}")
            parts.append(MeteredPart(LINE, label, current, rating_a))
        return parts

    def _unread_part(
        self, kind: str, why: Union[NotKnown, NotMetered], prefix: str = ""
    ) -> MeteredPart:
        """What stands for lines or breakers (`kind`) that cannot be read, with the reason."""
        return unread_part(kind, why.reason, self._unit.prefixed(prefix))


def _amperes(rating: Rating) -> Optional[float]:
    """The current of a rating in A, None if it is 0 or absent: decimalCurrent, which newer firmware
    has, else current.

    decimalCurrent 12.5, current 13    12.5
    current 16                         16.0
    current 0                          None
    """
    for field in ("decimalCurrent", "current"):
        amperes = getattr(rating, field) if present(rating, field) else None
        if amperes:
            return float(amperes)
    return None

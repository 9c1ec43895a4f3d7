"""Mains and branches of a Redfish PDU with their ratings, for tools; in no archive.

A *circuit* is a JSON resource of one of the mains, which has lines, or of a branch, which has a
breaker. A *part* is one line (L1) or breaker (B1), with its current and its rating in A. What
cannot be read is a part, too, with `?` in its label: without it, the others would look like all.
Source: Circuit.v1 (RatedCurrentAmps, PolyPhaseCurrentAmps).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Optional

from handlers.http.strict_json import number
from handlers.redfish import quantities
from handlers.redfish.handler import Session
from handlers.redfish.members import Member
from handlers.redfish.metering import circuits_of
from handlers.redfish.pdus import read_pdus
from handlers.redfish.quantities import Reader, Sensors
from handlers.redfish.resources import (
    Flow,
    child,
    no_usable_id,
    status_meaning,
    status_word,
    usable_id,
)
from handlers.redfish.responses import Json
from handlers.shared.errors import PduHandlerError
from handlers.shared.meter_figures import Figure, NotKnown, NotMetered, measured

from ..topology import BREAKER, LINE, MeteredPart, unread_part

_LINES = {"Line1": "L1", "Line2": "L2", "Line3": "L3"}

# of what the circuits themselves show: no sensors are read
_WITHOUT_SENSORS = Reader(Sensors(), quantities.AMPERES)


def read_topology(session: Session) -> list[MeteredPart]:
    """Current and rating of each line and branch of all PDUs of the service, in A. Up to 2 round
    trips more than `status`. Figures that only a sensor has are not known.

        > GET .../RackPDUs/1/Mains        < {"Members": [{"Id": "A", "RatedCurrentAmps": 16, ...}]}
        > GET .../RackPDUs/1/Branches     < {"Members": [{"Id": "B1", ...}]}
        [MeteredPart(LINE, "L1", 1.5, 16.0), MeteredPart(BREAKER, "B1", 0.7)]
    """
    service, config = session
    parts: list[MeteredPart] = []
    for unit in read_pdus(service, config.pdu):
        parts += lines_of(unit.prefix, circuits_of(service, unit, "Mains"))
        parts += branches_of(unit.prefix, circuits_of(service, unit, "Branches"))
    return parts


def lines_of(prefix: str, mains: Sequence[Member]) -> Iterator[MeteredPart]:
    """The lines of the mains of a PDU; with several mains, their labels have the Id. An element of
    `mains` is the circuit of one of them, or the PduHandlerError why it cannot be read. One whose
    status says that nothing flows through it is left out. `prefix`: of the labels, "2." of PDU 2.

    >>> main = {"Id": "A", "PolyPhaseCurrentAmps": {"Line1": {"Reading": 1.5}}}
    >>> [part.label for part in lines_of("2.", [main])]
    ['2.L1']
    >>> [part.label for part in lines_of("2.", [main, {**main, "Id": "B"}])]
    ['2.A.L1', '2.B.L1']
    """
    has_several = len(mains) > 1
    for circuit in mains:
        if isinstance(circuit, PduHandlerError):
            yield unread_part(LINE, circuit.reason, prefix)
        elif has_several and not usable_id(circuit):
            yield unread_part(LINE, no_usable_id().reason, prefix)
        elif status_meaning(circuit).circuit_flow is not Flow.NONE:
            own_prefix = f"{prefix}{usable_id(circuit)}." if has_several else prefix
            yield from _lines(own_prefix, circuit)


def _lines(prefix: str, circuit: Json) -> Iterator[MeteredPart]:
    """The lines of one circuit; one more, L?, if it does not show all of them. `prefix`: of the
    labels.

    >>> circuit = {"RatedCurrentAmps": 16, "PolyPhaseCurrentAmps": {"Line1": {"Reading": 1.5}}}
    >>> list(_lines("", circuit))
    [MeteredPart(kind='line', label='L1', current_a=1.5, rating_a=16.0)]
    >>> [part.label for part in _lines("", {**circuit, "PhaseWiringType": "ThreePhase5Wire"})]
    ['L1', 'L?']
    """
    currents = _line_currents(circuit)
    load = quantities.current(circuit, _WITHOUT_SENSORS)
    if not currents and not isinstance(load, NotKnown):
        currents = {"L1": load}
    rating_a = _rating(circuit)
    for label, current in currents.items():
        yield MeteredPart(LINE, f"{prefix}{label}", _fresh(circuit, current), rating_a)
    are_all_measured = all(measured(current) is not None for current in currents.values())
    if isinstance(load, NotKnown) and are_all_measured:
        yield unread_part(LINE, load.reason, prefix)


def _line_currents(circuit: Json) -> Mapping[str, Figure]:
    """Label of each line that the circuit shows -> its current in A.

    >>> lines = {"Line2": {"Reading": 1.5}, "Neutral": {"Reading": 0}}
    >>> _line_currents({"PolyPhaseCurrentAmps": lines})
    {'L2': 1.5}
    """
    lines = child(circuit, "PolyPhaseCurrentAmps")
    currents: dict[str, Figure] = {}
    for key, label in _LINES.items():
        if key in lines:
            currents[label] = _shown(lines, key)
    return currents


def branches_of(prefix: str, branches: Sequence[Member]) -> Iterator[MeteredPart]:
    """The breakers of the branches of a PDU, except those whose status says that nothing flows
    through them. Of a branch that cannot be read, `branches` has the error. `prefix`: of labels.

    >>> branch = {"Id": "A", "CurrentAmps": {"Reading": 2.5}}
    >>> [(part.label, part.current_a) for part in branches_of("2.", [branch])]
    [('2.A', 2.5)]
    >>> [part.label for part in branches_of("2.", [branch, {**branch, "Id": ""}])]
    ['2.A', '2.B?']
    """
    for circuit in branches:
        if isinstance(circuit, PduHandlerError):
            yield unread_part(BREAKER, circuit.reason, prefix)
        elif not usable_id(circuit):
            yield unread_part(BREAKER, no_usable_id().reason, prefix)
        elif status_meaning(circuit).circuit_flow is not Flow.NONE:
            yield MeteredPart(
                kind=BREAKER,
                label=f"{prefix}{usable_id(circuit)}",
                current_a=_fresh(circuit, _branch_current(circuit)),
                rating_a=_rating(circuit),
            )


def _branch_current(circuit: Json) -> Figure:
    """The current of a branch in A: None if it shows none, NotMetered if it has several lines.

    >>> _branch_current({"CurrentAmps": {"Reading": 2.5}}), _branch_current({})
    (2.5, None)
    >>> two_lines = {"Line1": {"Reading": 3.5}, "Line2": {"Reading": 1.0}}
    >>> _branch_current({"PolyPhaseCurrentAmps": two_lines})
    NotMetered(reason='several lines have a current each')
    """
    if "CurrentAmps" in circuit:
        return _shown(circuit, "CurrentAmps")
    currents = list(_line_currents(circuit).values())
    if len(currents) > 1:
        return NotMetered("several lines have a current each")
    return currents[0] if currents else None


def _shown(resource: Json, key: str) -> Figure:
    """The figure in an excerpt of a sensor, the member `key` of a resource. Null is not known.

    >>> _shown({"CurrentAmps": {"Reading": 2.5}}, "CurrentAmps")
    2.5
    >>> _shown({"CurrentAmps": None}, "CurrentAmps")
    NotKnown(reason='CurrentAmps is null')
    """
    figure = _WITHOUT_SENSORS.excerpt(resource, key)
    return NotKnown(f"{key} is null") if figure is None else figure


def _fresh(circuit: Json, current: Figure) -> Figure:
    """The current of a circuit; NotKnown if the circuit's status says that it may be old.

    >>> _fresh({}, 2.5)
    2.5
    >>> _fresh({"Status": {"State": "UnavailableOffline"}}, 2.5)
    NotKnown(reason='its Status is UnavailableOffline')
    """
    if current is None or status_meaning(circuit).circuit_flow is Flow.AS_SHOWN:
        return current
    return NotKnown(f"its Status is {status_word(circuit)}")


def _rating(resource: Json) -> Optional[float]:
    """The rating of a circuit in A; None if it shows none, or 0."""
    return number(resource.get("RatedCurrentAmps")) or None

"""Mains and branches of a Redfish PDU with their ratings, for tools; in no archive.

Source: Circuit.v1 (RatedCurrentAmps, PolyPhaseCurrentAmps).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Optional

from handlers.http.strict_json import number
from handlers.redfish.figures import excerpt
from handlers.redfish.handler import Session
from handlers.redfish.members import members
from handlers.redfish.pdus import ServicePdu, read_units
from handlers.redfish.resources import child, link, status_state, text
from handlers.redfish.responses import Json
from handlers.redfish.service import RedfishService
from handlers.shared.meter_figures import measured

from ..topology import BREAKER, LINE, MeteredPart

_LINES = {"Line1": "L1", "Line2": "L2", "Line3": "L3"}


def read_topology(session: Session) -> list[MeteredPart]:
    """Current and rating of each line and branch. Up to 2 round trips more than `status`. Figures
    that only a sensor has stay unknown.
    """
    service, config = session
    meters: list[MeteredPart] = []
    for unit in read_units(service, config.pdu):
        meters += lines_of(unit.prefix, _circuits(service, unit, "Mains"))
        branches = _circuits(service, unit, "Branches")
        meters += (parse_branch(unit.prefix, resource) for resource in branches)
    return meters


def lines_of(prefix: str, mains: list[Json]) -> Iterator[MeteredPart]:
    """The lines of the mains; with several mains, each with its Id."""
    for circuit in mains:
        inlet_prefix = f"{prefix}{text(circuit, 'Id')}." if len(mains) > 1 else prefix
        rating = _rating(circuit)
        poly = child(circuit, "PolyPhaseCurrentAmps")
        line_excerpts = [
            (label, excerpt(poly, key)) for key, label in _LINES.items() if key in poly
        ]
        for label, figure in line_excerpts or [("L1", excerpt(circuit, "CurrentAmps"))]:
            current = measured(figure.value) if figure else None
            yield MeteredPart(LINE, inlet_prefix + label, current, rating)


def parse_branch(prefix: str, circuit: Json) -> MeteredPart:
    """A branch; its current is known if it has a single one."""
    figure = excerpt(circuit, "CurrentAmps")
    if figure is None or measured(figure.value) is None:
        poly = child(circuit, "PolyPhaseCurrentAmps")
        currents = [
            current for current in (excerpt(poly, key) for key in _LINES) if current is not None
        ]
        figure = currents[0] if len(currents) == 1 else None
    current = measured(figure.value) if figure is not None else None
    return MeteredPart(BREAKER, prefix + text(circuit, "Id"), current, _rating(circuit))


def _rating(resource: Json) -> Optional[float]:
    return number(resource.get("RatedCurrentAmps")) or None


def _circuits(service: RedfishService, pdu: ServicePdu, key: str) -> list[Json]:
    target = link(pdu.resource, key)
    circuits = members(service, service.get_expanded(target)) if target is not None else []
    return [circuit for circuit in circuits if status_state(circuit) != "Absent"]

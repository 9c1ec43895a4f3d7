"""Mains, branches and outlets of a Redfish PDU with their ratings, for tools; in no archive.

Source: Circuit.v1 (RatedCurrentAmps, PolyPhaseCurrentAmps), Outlet.v1 (Links.BranchCircuit,
PhaseWiringType, VoltageType).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Optional

from handlers.redfish.figures import excerpt, number
from handlers.redfish.handler import Session
from handlers.redfish.links import parts
from handlers.redfish.members import members
from handlers.redfish.resources import child, link, status_state, text
from handlers.redfish.responses import Json
from handlers.redfish.service import RedfishService
from handlers.redfish.units import ServicePdu, read_outlets, read_units

from ..topology import BREAKER, LINE, MeteredPart, OutletFacts, Topology

_LINES = {"Line1": "L1", "Line2": "L2", "Line3": "L3"}


def read_topology(session: Session) -> Topology:
    """Current and rating of each line and branch; rating and branch of each outlet. Up to 2 round
    trips more than `status`. Figures that only a sensor has stay unknown.
    """
    service, config = session
    meters: list[MeteredPart] = []
    facts: dict[str, OutletFacts] = {}
    for unit in read_units(service, config.pdu):
        branches = {_path(resource): resource for resource in _circuits(service, unit, "Branches")}
        meters += lines_of(unit.prefix, _circuits(service, unit, "Mains"))
        meters += (parse_branch(unit.prefix, resource) for resource in branches.values())
        facts.update(
            (name, facts_of(unit.prefix, resource, branches))
            for name, resource in read_outlets(service, unit)
        )
    return Topology(meters, facts)


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
            yield MeteredPart(LINE, inlet_prefix + label, figure.value if figure else None, rating)


def parse_branch(prefix: str, circuit: Json) -> MeteredPart:
    """A branch; its current is known if it has a single one."""
    figure = excerpt(circuit, "CurrentAmps")
    if figure is None or figure.value is None:
        poly = child(circuit, "PolyPhaseCurrentAmps")
        currents = [
            current for current in (excerpt(poly, key) for key in _LINES) if current is not None
        ]
        figure = currents[0] if len(currents) == 1 else None
    current = figure.value if figure is not None else None
    return MeteredPart(BREAKER, prefix + text(circuit, "Id"), current, _rating(circuit))


def facts_of(prefix: str, outlet: Json, branches: Mapping[str, Json]) -> OutletFacts:
    """Rating and branch of an outlet."""
    target = link(child(outlet, "Links"), "BranchCircuit")
    branch = branches.get("/".join(parts(target))) if isinstance(target, str) else None
    return OutletFacts(
        _rating(outlet),
        (),
        prefix + text(branch, "Id") if branch is not None else "",
    )


def _rating(resource: Json) -> Optional[float]:
    return number(resource.get("RatedCurrentAmps")) or None


def _path(resource: Json) -> str:
    return "/".join(parts(text(resource, "@odata.id")))


def _circuits(service: RedfishService, pdu: ServicePdu, key: str) -> list[Json]:
    target = link(pdu.resource, key)
    circuits = members(service, service.get_expanded(target)) if target is not None else []
    return [circuit for circuit in circuits if status_state(circuit) != "Absent"]

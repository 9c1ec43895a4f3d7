"""Sensors whose values are in no other resource."""
from __future__ import annotations

import contextlib
from typing import Dict, Iterable, Iterator, Mapping, Tuple

from ..errors import ProtocolError, Refused
from .answers import Json
from .members import is_whole, links_of
from .resources import child, entries, link, text
from .service import RedfishService
from .units import Unit

_MANY = 8       # from here on two requests for all sensors of a PDU cost less than one for each


def read(service: RedfishService, units: Iterable[Unit], sources: Iterable[str]) -> Mapping[str, Json]:
    """The sensors behind sources. One that is missing, or elsewhere, is left out.

    A round trip for each; for many of them 2 for each PDU instead, where the service expands its chassis' list of sensors.
    """
    paths: Dict[str, str] = {}
    for source in sources:
        with contextlib.suppress(ProtocolError):
            paths[source] = service.path(source)
    found: Dict[str, Json] = {}
    if len(paths) > _MANY and service.expands:
        for unit in units:
            with contextlib.suppress(Refused, ProtocolError):       # then they are read one by one
                found.update(_listed(service, unit))
    missing = [path for path in dict.fromkeys(paths.values()) if path not in found]
    found.update((path, one) for path, one in zip(missing, service.all(missing)) if isinstance(one, dict))
    return {source: found[path] for source, path in paths.items() if path in found}


def _listed(service: RedfishService, unit: Unit) -> Iterator[Tuple[str, Json]]:
    """The sensors of a PDU by their path, as far as their list has them whole."""
    # > GET /redfish/v1/Chassis/PDU
    # > GET /redfish/v1/Chassis/PDU/Sensors?$expand=.($levels=1)
    chassis = entries(child(unit.resource, "Links"), "Chassis")
    owners = [unit.resource, *(service.get(one.get("@odata.id")) for one in chassis)]
    for there in (link(owner, "Sensors") for owner in owners):
        for one in links_of(service, service.expanded(there)) if there is not None else ():
            if is_whole(one) and text(one, "@odata.id"):
                yield service.path(one["@odata.id"]), one

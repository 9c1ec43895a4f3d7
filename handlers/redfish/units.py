"""The PDUs of a service, and the identities of their outlets.

An identity is the outlet's `Id` ("A1", "OUTLET7"). Where the service has several PDUs and the setting `pdu` names none, the PDU's
Id precedes it: "1.A1".
"""
from __future__ import annotations

import collections
from typing import List, NamedTuple, Optional, Tuple

from ..errors import Named, NoSuchOutlet, ProtocolError, SettingsError, Unsupported
from .answers import Json
from .links import parts
from .members import is_whole, links_of, members
from .resources import identity, link, text
from .service import RedfishService

_COLLECTIONS = ("RackPDUs", "TransferSwitches", "FloorPDUs")       # of PowerEquipment_v1; tried in this order
_WITHOUT_OUTLETS = ("FloorPDU", "Switchgear", "PowerShelf", "Bus", "BatteryShelf")     # PowerDistribution.EquipmentType
_MOST_PDUS = 100


class Unit(NamedTuple):
    """One PDU: the prefix of its outlets' identities, and its resource."""

    prefix: str
    resource: Json


def units(service: RedfishService, wanted: str) -> List[Unit]:
    """The PDUs of a service: usually 2 round trips where it expands two levels, else 3, plus 1 for each PDU that is only a link.

    `wanted` is the setting `pdu`. Raises Unsupported if there are no PDUs, ProtocolError if two have the same Id, SettingsError
    if the service does not list the PDU or collection that `wanted` names, or has too many PDUs and `wanted` names none of them.
    """
    collection, _, named = wanted.rpartition("/")
    found = _listed(service, collection)
    ids = [identity(one) for one in found]
    refuse_twice(service, "PDUs with the Id", ids)
    service.units = [parts(text(one, "@odata.id")) for one in found if text(one, "@odata.id")]
    if named:
        if named not in ids:
            raise SettingsError((Named("pdu", noun="handler setting "), f": {named[:60]!r} is not among the PDUs that were read: "
                                 f"{service.login.quoted(', '.join(map(repr, ids[:10])))}{' and so on' * (len(ids) > 10)}"))
        return [Unit("", found[ids.index(named)])]
    if len(found) > _MOST_PDUS:
        raise SettingsError((f"the service has {len(found)} PDUs, and one call reads at most {_MOST_PDUS}: name one in ",
                             Named("pdu", noun="the handler setting ")))
    if len(found) == 1:
        return [Unit("", found[0])]
    return [Unit(f"{one}.", resource) for one, resource in zip(ids, found)]


def _listed(service: RedfishService, wanted: str) -> List[Json]:
    root = service.root()
    # > GET /redfish/v1/PowerEquipment?$expand=.($levels=2)
    # < {"RackPDUs": {"@odata.id": ..., "Members": [{"Id": "1", "Outlets": {"@odata.id": ...}, ...}]}, ...}
    start = link(root, "PowerEquipment") or link(root, "PowerDistribution")
    if not start:
        raise Unsupported("the service lists no power equipment: see whether newer firmware does, or use another handler "
                          "for this PDU")
    equipment = service.expanded(start, 2)
    straight = "Members" in equipment or is_pdu(equipment)      # Panduit's PowerDistribution leads straight to the PDUs
    if straight and wanted in ("", _COLLECTIONS[0]):
        found = members(service, equipment) if "Members" in equipment else [equipment]
        if found:
            return found
    for name in [wanted] if wanted else _COLLECTIONS:
        entry = equipment.get(name)
        if not isinstance(entry, dict) or not entry.keys() & {"Members", "@odata.id"}:
            continue
        collection = entry if "Members" in entry else service.expanded(entry.get("@odata.id"))
        found = members(service, collection)
        if found:
            return found
    if wanted:
        raise SettingsError((Named("pdu", noun="handler setting "), ": the service lists nothing in the collection "
                             f"{wanted[:60]!r}; give the Id of a PDU, or COLLECTION/ID with another collection of the service"))
    raise Unsupported("the service lists no PDUs under its power equipment: see whether newer firmware does, or use another "
                      "handler for this PDU")


def is_pdu(resource: Json) -> bool:
    """Whether a resource is a PDU itself and not a list of collections."""
    return is_whole(resource) and any(link(resource, key) is not None for key in ("Outlets", "Mains"))


def refuse_twice(service: RedfishService, what: str, identities: List[str]) -> None:
    """Raise ProtocolError if one of `identities` occurs twice. `what` describes them in the error."""
    for one, times in collections.Counter(identities).most_common(1):
        if times > 1:
            raise ProtocolError(f"the device lists two {what} {service.login.quoted(one)!r}")


def every_outlet(service: RedfishService, wanted: str) -> List[Tuple[str, Json]]:
    """Identity and resource of each outlet of the PDUs that `units` returns, in the service's order."""
    found = [outlet for unit in units(service, wanted) for outlet in outlets(service, unit)]
    refuse_twice(service, "outlets that are called", [name for name, _ in found])
    return found


def outlets(service: RedfishService, unit: Unit, metered: bool = False) -> List[Tuple[str, Json]]:
    """Identity and resource of each outlet, in the PDU's order. Usually 1 round trip, 1 more per further page or linked outlet.

    With `metered`, the result is empty if the PDU does not list its outlets. Otherwise, raises Unsupported for such a PDU unless
    its EquipmentType is one without outlets, and ProtocolError for an empty list without a count.
    """
    # > GET /redfish/v1/PowerEquipment/RackPDUs/1/Outlets?$expand=.($levels=1)
    # < {"Members": [{"Id": "A1", "PowerState": "On", ...}, ...], "Members@odata.count": 11}
    target = link(unit.resource, "Outlets") if metered else _outlets_link(unit)
    if target is None:
        return []
    collection = service.expanded(target)
    listed = members(service, collection)
    if not (listed or metered or type(collection.get("Members@odata.count")) is int):
        raise ProtocolError("the device lists no outlets, and does not say that it has none")
    return [(unit.prefix + identity(one), one) for one in listed]


def _outlets_link(unit: Unit) -> Optional[object]:
    """The link to the outlets; None for equipment without outlets. Raises Unsupported if a PDU does not list its outlets."""
    collection = link(unit.resource, "Outlets")
    if collection is None and text(unit.resource, "EquipmentType") not in _WITHOUT_OUTLETS:
        raise Unsupported("the service does not list the outlets of this PDU: see whether newer firmware does, or use another "
                          "handler for this PDU")
    return collection


class Found(NamedTuple):
    """An outlet, and its link in the collection."""

    link: object
    resource: Json


def find(service: RedfishService, wanted: str, sought: str) -> Found:
    """The outlet with the identity `sought`, read now. Raises NoSuchOutlet, and ProtocolError if it reads two such outlets.

    Usually 2 round trips after those of `units`.
    """
    every = units(service, wanted)
    found = [one for unit in every if sought.startswith(unit.prefix) for one in _found(service, unit, sought[len(unit.prefix):])]
    if len(found) > 1:                      # an Id twice in a PDU, or Ids with dots: "2.A" of "1" and "A" of "1.2"
        raise ProtocolError(f"the device lists two outlets that are called {sought[:60]!r}")
    if not found:
        names = service.login.quoted(" or ".join(f"'{unit.prefix}N'" for unit in every[:5])) + " and so on" * (len(every) > 5)
        called = "" if any(sought.startswith(unit.prefix) for unit in every) else f"; its outlets are now called {names}"
        raise NoSuchOutlet(f"the PDU has no outlet {sought[:60]!r}{called}: poll it and look at its ports")
    return found[0]


def _found(service: RedfishService, unit: Unit, own: str) -> List[Found]:
    """Outlets with the Id `own`. If just one link ends with this Id, it is read first; the Id in the resource decides."""
    collection = _outlets_link(unit)
    listed = links_of(service, service.get(collection)) if collection is not None else []
    likely = [one for one in listed if own and text(one, "@odata.id").rstrip("/").rpartition("/")[2] == own]
    if len(likely) == 1:
        link_, outlet = likely[0]["@odata.id"], service.get(likely[0]["@odata.id"])
        if identity(outlet) == own:
            return [Found(link_, outlet)]
    return [Found(entry.get("@odata.id"), outlet) for entry, outlet in zip(listed, members(service, {"Members": listed}))
            if identity(outlet) == own]

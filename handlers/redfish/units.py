"""The PDUs of a service, and the identities of their outlets.

Only the setting `pdu` leads to equipment other than rack PDUs: nothing is kept between calls, and
an empty list of rack PDUs must not make "A1" the outlet of a transfer switch. An identity is the
outlet's `Id` ("A1", "OUTLET7"). Where the collection has several PDUs and the setting names none,
the PDU's Id precedes it: "1.A1".
"""

from __future__ import annotations

import collections
from collections.abc import Sequence
from typing import NamedTuple, Optional
from urllib.parse import unquote

from common.logger import get_logger

from ..shared.errors import (
    NamedSetting,
    NoSuchOutlet,
    PduHandlerError,
    ProtocolError,
    SettingsError,
    Unsupported,
)
from .links import parts
from .members import (
    Member,
    each_member,
    entries_of,
    errors_of,
    is_full_resource,
    read_list,
    readable,
)
from .resources import is_absent, link, required_id, text, usable_id
from .responses import Json
from .service import RESOURCE_ERRORS, RedfishService

# of PowerEquipment_v1
_RACKS, *_OTHERS = ("RackPDUs", "TransferSwitches", "FloorPDUs", "PowerShelves")
# PowerDistribution.EquipmentType
_WITHOUT_OUTLETS = ("FloorPDU", "Switchgear", "PowerShelf", "Bus", "BatteryShelf")
_MOST_PDUS = 100
#: errors that concern one of several PDUs, so that the others are read
UNIT_ERRORS = (*RESOURCE_ERRORS, Unsupported)
LOGGER = get_logger(__name__)


class ServicePdu(NamedTuple):
    """One PDU of the service."""

    #: what its outlets' identities begin with: its Id and a dot, '' if it is the only one
    prefix: str
    #: its resource, a PowerDistribution
    resource: Json


def read_units(service: RedfishService, pdu_setting: str) -> list[ServicePdu]:
    """The PDUs of a service, as `readable_units`, for what needs all of them: raises the error of
    one that cannot be read.
    """
    pdus, errors = readable_units(service, pdu_setting)
    if errors:
        raise errors[0]
    return pdus


def readable_units(
    service: RedfishService, pdu_setting: str
) -> tuple[list[ServicePdu], list[PduHandlerError]]:
    """The PDUs of a service, and the errors of those that cannot be read: usually 2 round trips
    where it expands two levels, else 3, plus 1 for each PDU that is only a link.

    `pdu_setting` is the setting `pdu`: an Id, `COLLECTION/ID`, or `COLLECTION/` for all its PDUs.
    Without a collection, it is that of the rack PDUs. If an Id is wanted, other PDUs need not be
    readable, nor have a usable Id.

    Raises Unsupported if there are no rack PDUs; ProtocolError for two with the same Id or list of
    outlets, and for several of which one has no usable Id; SettingsError if the service does not
    list what `pdu_setting` names, or lists too many PDUs; the error of a PDU if none can be read.
    """
    collection, _, pdu_id = pdu_setting.rpartition("/")
    return _read_listed_pdus(service, _pdu_entries(service, collection), pdu_id)


def _read_listed_pdus(
    service: RedfishService, entries: Sequence[Json], pdu_id: str
) -> tuple[list[ServicePdu], list[PduHandlerError]]:
    """As `readable_units`, of PDUs that are listed: 1 round trip for each that is only a link."""
    members = each_member(service, {"Members": entries})
    pdus = readable(members)
    if not pdus:
        raise errors_of(members)[0]
    service.units = _link_parts(pdus)
    errors = [] if pdu_id else errors_of(members)
    pdus_to_read = (
        [ServicePdu("", _pdu_with_id(service, pdu_id, members))]
        if pdu_id
        else _all(service, pdus, len(members))
    )
    raise_if_shared(pdus_to_read, pdus, "Outlets")
    return pdus_to_read, [name_and_log(error, pdus_to_read) for error in errors]


def _read_pdu_of_outlet(
    service: RedfishService, entries: Sequence[Json], pdu_id: str, sought: str
) -> Optional[ServicePdu]:
    """The PDU of the outlet `sought`, if the links of the list show which it is, so that no other
    one is read: 1 round trip. None if all have to be read.

    The links show it if just one ends with the Id (DSP0266, "Resource URI patterns"), its resource
    has this Id, and its list of outlets is below it, so that it cannot be another PDU's, too.
    Raises the error of this PDU.
    """
    if len(entries) < 2 or all(map(is_full_resource, entries)):
        return None  # nothing would be saved
    likely = [
        entry
        for entry in entries
        if (part := _last_part(entry))
        and (part == pdu_id if pdu_id else sought.startswith(f"{part}."))
    ]
    if len(likely) != 1:
        return None
    target = likely[0]["@odata.id"]
    part = _last_part(likely[0])
    try:
        pdu = service.get(target)
    except UNIT_ERRORS as error:
        others = [ServicePdu(f"{name}.", {}) for name in filter(None, map(_last_part, entries))]
        raise (error if pdu_id else name_unit(error, others, f"{part}.")) from None
    outlets = link(pdu, "Outlets")
    holder = parts(target) if isinstance(target, str) else []
    is_below = isinstance(outlets, str) and parts(outlets)[: len(holder)] == holder
    if usable_id(pdu) != part or not is_below:
        return None
    service.units = _link_parts(entries)
    return ServicePdu("" if pdu_id else f"{part}.", pdu)


def _link_parts(resources: Sequence[Json]) -> Sequence[Sequence[str]]:
    """The parts of the link of each resource or link that has one."""
    targets = (text(entry, "@odata.id") for entry in resources)
    return [parts(target) for target in targets if target]


def name_and_log(
    error: PduHandlerError, pdus: Sequence[ServicePdu], prefix: str = ""
) -> PduHandlerError:
    """As `name_unit`, and logged where there are other PDUs, which are read."""
    error = name_unit(error, pdus, prefix)
    if "pdu" in error.keys:
        LOGGER.warning(f"its outlets are left out: {error}")
    return error


def name_unit(
    error: PduHandlerError, pdus: Sequence[ServicePdu], prefix: str = ""
) -> PduHandlerError:
    """The error of one PDU of several, with the setting that leaves it out: another PDU of `pdus`.
    `prefix`: what the identities of its outlets begin with, if that is known.
    """
    other_names = [pdu.prefix[:-1] for pdu in pdus if pdu.prefix and pdu.prefix != prefix]
    if other_names:
        which = f"PDU {prefix[:-1]!r}" if prefix else "one of several PDUs"
        setting = NamedSetting("pdu", other_names[0], "the handler setting ")
        error.set_reason(
            (f"{which} of this service: ", *error.parts, "; leave it out with ", setting)
        )
    return error


def _pdu_with_id(service: RedfishService, pdu_id: str, members: Sequence[Member]) -> Json:
    """The PDU with this Id. Raises ProtocolError for two, the error of a member that cannot be read
    and may be it, else SettingsError.
    """
    pdus = readable(members)
    same = [pdu for pdu in pdus if usable_id(pdu) == pdu_id]
    raise_if_twice(service, "PDUs with the Id", [pdu_id] * len(same))
    if same:
        return same[0]
    for error in errors_of(members):  # this may be the PDU
        raise error
    ids = [repr(usable_id(pdu)) for pdu in pdus if usable_id(pdu)]
    id_list = service.login.quoted(", ".join(ids[:10]))
    if len(ids) > 10:
        id_list += " and so on"
    raise SettingsError(
        (
            NamedSetting("pdu", noun="handler setting "),
            f": {pdu_id[:60]!r} is not among the PDUs that were read: {id_list}",
        )
    )


def _all(service: RedfishService, pdus: Sequence[Json], count: int) -> list[ServicePdu]:
    """The PDUs that were read, of `count`."""
    if count > _MOST_PDUS:
        raise SettingsError(
            (
                (
                    f"the service has {count} PDUs, and one call reads at most {_MOST_PDUS}:"
                    " name one in "
                ),
                NamedSetting("pdu", noun="the handler setting "),
            )
        )
    if count == 1:
        return [ServicePdu("", pdu) for pdu in pdus]
    ids = [_own_id(pdu) for pdu in pdus]
    raise_if_twice(service, "PDUs with the Id", ids)
    return [ServicePdu(f"{pdu_id}.", pdu) for pdu_id, pdu in zip(ids, pdus)]


def _pdu_entries(service: RedfishService, collection_name: str) -> Sequence[Json]:
    """The PDUs of a collection as it lists them, links or whole resources; '' for the rack PDUs."""
    root = service.root()
    # > GET /redfish/v1/PowerEquipment?$expand=.($levels=2)
    # < {"RackPDUs": {"@odata.id": ..., "Members": [{"Id": "1", "Outlets": {"@odata.id": ...},
    #       ...}]}, ...}
    start = link(root, "PowerEquipment") or link(root, "PowerDistribution")
    if not start:
        raise Unsupported(
            "the service lists no power equipment: see whether newer firmware does, or use another"
            " handler for this PDU"
        )
    equipment = service.get_expanded(start, 2)
    racks = collection_name in ("", _RACKS)
    if racks and "Members" not in equipment and is_pdu(equipment):
        return [equipment]
    # Panduit's PowerDistribution leads straight to the PDUs.
    entry = (
        equipment if racks and "Members" in equipment else equipment.get(collection_name or _RACKS)
    )
    if isinstance(entry, dict) and entry.keys() & {"Members", "@odata.id"}:
        collection = entry if "Members" in entry else service.get_expanded(entry.get("@odata.id"))
        entries = entries_of(service, collection)
        if entries:
            return entries
    raise _nothing(equipment, collection_name)


def _nothing(equipment: Json, collection_name: str) -> PduHandlerError:
    """The error for a collection that is missing or empty.

    It names the setting that leads to another one.
    """
    if collection_name:
        return SettingsError(
            (
                NamedSetting("pdu", noun="handler setting "),
                (
                    f": the service lists nothing in the collection {collection_name[:60]!r}; give"
                    " the Id of a PDU, or COLLECTION/ID with another collection of the service"
                ),
            )
        )
    examples = [f"{name}/ID" for name in _OTHERS if isinstance(equipment.get(name), dict)]
    if not examples:
        return Unsupported(
            "the service lists no PDUs under its power equipment: see whether newer firmware does,"
            " or use another handler for this PDU"
        )
    return Unsupported(
        (
            (
                "the service lists no rack PDUs now, and other equipment is read only by name: if"
                f" the PDU is not a rack PDU, give {' or '.join(examples)} in "
            ),
            NamedSetting("pdu", noun="the handler setting "),
        )
    )


def is_pdu(resource: Json) -> bool:
    """Whether a resource is a PDU itself and not a list of collections."""
    return is_full_resource(resource) and any(
        link(resource, key) is not None for key in ("Outlets", "Mains")
    )


def _own_id(resource: Json) -> str:
    """The Id of a PDU of several. Raises ProtocolError without a usable one."""
    identifier = usable_id(resource)
    if not identifier:
        raise ProtocolError(
            (
                (
                    "the device has several PDUs, and lists one of them without a usable Id, so its"
                    " outlets have no identity: name another one in "
                ),
                NamedSetting("pdu", noun="the handler setting "),
            )
        )
    return identifier


def raise_if_shared(pdus_to_read: Sequence[ServicePdu], pdus: Sequence[Json], *keys: str) -> None:
    """Raise ProtocolError if one of the chosen PDUs links to the same resource as another PDU: the
    outlets or figures in it are not those of both. `keys`: the properties that hold the links."""
    for key in keys:
        targets = [link(pdu_resource, key) for pdu_resource in pdus]
        link_counts = collections.Counter(
            tuple(parts(target)) for target in targets if isinstance(target, str)
        )
        for pdu in pdus_to_read:
            target = link(pdu.resource, key)
            if isinstance(target, str) and link_counts[tuple(parts(target))] > 1:
                raise ProtocolError(
                    f"two PDUs of the device link to the same {key}, which cannot be those of both"
                )


def raise_if_twice(service: RedfishService, what: str, identities: list[str]) -> None:
    """Raise ProtocolError if one of `identities` occurs twice.

    `what` describes them in the error.
    """
    for identity, times in collections.Counter(identities).most_common(1):
        if times > 1:
            raise ProtocolError(f"the device lists two {what} {service.login.quoted(identity)!r}")


class OutletResource(NamedTuple):
    """One outlet, as a list of outlets has it."""

    identity: str
    #: its resource, an Outlet; only its Id if it cannot be read
    resource: Json
    #: the resource of its PDU, a PowerDistribution
    pdu: Json


def read_all_outlets(service: RedfishService, pdu_setting: str) -> list[OutletResource]:
    """Each outlet of the PDUs that `readable_units` returns, in the service's order. Raises the
    error of a PDU only if no outlet of another one can be read.
    """
    pdus, errors = readable_units(service, pdu_setting)
    outlets: list[OutletResource] = []
    for pdu in pdus:
        try:
            outlets_of_pdu = read_outlets(service, pdu)
        except UNIT_ERRORS as error:
            errors.append(name_and_log(error, pdus, pdu.prefix))
        else:
            outlets += [
                OutletResource(name, outlet, pdu.resource) for name, outlet in outlets_of_pdu
            ]
    if errors and not outlets:
        raise errors[0]
    raise_if_twice(
        service, "outlets that are called", [listed_outlet.identity for listed_outlet in outlets]
    )
    return outlets


def read_outlets(service: RedfishService, pdu: ServicePdu) -> list[tuple[str, Json]]:
    """Identity and resource of each outlet, in the PDU's order; of an outlet that cannot be read,
    the resource is only its Id. Usually 1 round trip, 1 more per further page or linked outlet.

    Raises Unsupported for a PDU that does not list its outlets, unless its EquipmentType is one
    without outlets, and ProtocolError for an empty list without a count. Raises an outlet's error
    if no outlet can be read, or if its link does not show its Id.
    """
    # > GET /redfish/v1/PowerEquipment/RackPDUs/1/Outlets?$expand=.($levels=1)
    # < {"Members": [{"Id": "A1", "PowerState": "On", ...}, ...], "Members@odata.count": 11}
    target = _outlets_link(pdu)
    if target is None:
        return []
    collection = read_list(service, target)
    entries = entries_of(service, collection)
    _refuse_empty(collection, entries)
    outlets = named_members(entries, each_member(service, {"Members": entries}))
    return [(pdu.prefix + required_id(outlet), outlet) for outlet in outlets]


def named_members(entries: Sequence[Json], members: Sequence[Member]) -> list[Json]:
    """The members of a list; a member that cannot be read has only the Id that its link shows.

    Source: DSP0266, "Resource URI patterns": the last part of a member's link is its Id. Services
    that write another Id usually put the same text before it ("OUTLET7" at Outlets/7), so the Id is
    taken from the link only if all the other members have it there in the same way. Raises the
    member's error if they do not.
    """
    part_and_id_pairs = [
        (_last_part(entry), required_id(member))
        for entry, member in zip(entries, members)
        if not isinstance(member, PduHandlerError)
    ]
    ends_with_part = all(
        part and identifier.endswith(part) for part, identifier in part_and_id_pairs
    )
    prefixes = {identifier[: len(identifier) - len(part)] for part, identifier in part_and_id_pairs}
    resources: list[Json] = []
    for entry, member in zip(entries, members):
        if isinstance(member, PduHandlerError):
            part = _last_part(entry)
            if not (part and ends_with_part and len(prefixes) == 1):
                raise member
            member = {"Id": "".join(prefixes) + part}
        resources.append(member)
    return resources


def _last_part(entry: Json) -> str:
    """The last part of a member's link, '' without a link."""
    target = text(entry, "@odata.id").partition("?")[0].partition("#")[0]
    return unquote(target.rstrip("/").rpartition("/")[2])


def _refuse_empty(collection: Json, entries: Sequence[Json]) -> None:
    if not entries and type(collection.get("Members@odata.count")) is not int:
        raise ProtocolError("the device lists no outlets, and does not say that it has none")


def _outlets_link(pdu: ServicePdu) -> Optional[object]:
    """The link to the outlets; None for equipment without outlets, and among several PDUs for an
    absent one and one that only meters.

    Raises Unsupported if a PDU does not list its outlets.
    """
    collection = link(pdu.resource, "Outlets")
    is_without_outlets = text(pdu.resource, "EquipmentType") in _WITHOUT_OUTLETS
    is_one_of_several = bool(pdu.prefix)
    only_meters = link(pdu.resource, "Mains") is not None
    may_lack_list = is_without_outlets or (
        is_one_of_several and (only_meters or is_absent(pdu.resource))
    )
    if collection is None and not may_lack_list:
        raise Unsupported(
            "the service does not list the outlets of this PDU: see whether newer firmware does, or"
            " use another handler for this PDU"
        )
    return collection


class FoundOutlet(NamedTuple):
    """One outlet of a PDU."""

    #: its link in the collection
    link: object
    #: its resource, an Outlet
    resource: Json
    #: the resource of its PDU, a PowerDistribution
    pdu: Json


def find_outlet(service: RedfishService, pdu_setting: str, sought: str) -> FoundOutlet:
    """The outlet with the identity `sought`, read now. Other outlets and PDUs need not be readable,
    and are not read where the links show which PDU and outlet it is. Raises NoSuchOutlet, and
    ProtocolError if it reads two such outlets.

    Usually 2 round trips after those of `readable_units`, of which it saves those to other PDUs.
    """
    collection, _, pdu_id = pdu_setting.rpartition("/")
    entries = _pdu_entries(service, collection)
    pdu_of_outlet = _read_pdu_of_outlet(service, entries, pdu_id, sought)
    pdus, errors = (
        ([pdu_of_outlet], []) if pdu_of_outlet else _read_listed_pdus(service, entries, pdu_id)
    )
    matches: list[FoundOutlet] = []
    for pdu in pdus:
        if sought.startswith(pdu.prefix):
            outlets, outlet_errors = _outlets_with_id(service, pdu, sought[len(pdu.prefix) :])
            matches += outlets
            errors += outlet_errors
    # an Id twice in a PDU, or Ids with dots: "2.A" of "1" and "A" of "1.2"
    if len(matches) > 1:
        raise ProtocolError(f"the device lists two outlets that are called {sought[:60]!r}")
    if not matches and errors:  # this may be the outlet
        raise errors[0]
    if not matches:
        raise NoSuchOutlet(
            f"the PDU has no outlet {sought[:60]!r}{_now_called(service, pdus, sought)}: poll it"
            " and look at its ports"
        )
    return matches[0]


def _now_called(service: RedfishService, pdus: Sequence[ServicePdu], sought: str) -> str:
    """The form of the identities, for an error; '' if `sought` has it."""
    if any(sought.startswith(pdu.prefix) for pdu in pdus):
        return ""
    names = service.login.quoted(" or ".join(f"'{pdu.prefix}N'" for pdu in pdus[:5]))
    if len(pdus) > 5:
        names += " and so on"
    return f"; its outlets are now called {names}"


def _outlets_with_id(
    service: RedfishService, pdu: ServicePdu, identifier: str
) -> tuple[list[FoundOutlet], list[PduHandlerError]]:
    """The PDU's outlets with the Id `identifier`, and the errors of outlets that cannot be read.

    If just one link ends with this Id, it is read first; the Id in the resource decides.
    """
    target = _outlets_link(pdu)
    if target is None:
        return [], []
    collection = service.get(target)
    entries = entries_of(service, collection)
    _refuse_empty(collection, entries)
    likely = [
        entry["@odata.id"] for entry in entries if identifier and _last_part(entry) == identifier
    ]
    if len(likely) == 1:
        outlet = service.get(likely[0])
        if required_id(outlet) == identifier:
            return [FoundOutlet(likely[0], outlet, pdu.resource)], []
    members = each_member(service, {"Members": entries})
    outlets = [
        FoundOutlet(entry.get("@odata.id"), outlet, pdu.resource)
        for entry, outlet in zip(entries, members)
        if not isinstance(outlet, PduHandlerError) and required_id(outlet) == identifier
    ]
    return outlets, errors_of(members)

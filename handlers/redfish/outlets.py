"""The outlets of the PDUs of a service, and their identities. An entry of a list of outlets is a
link, {"@odata.id": ".../Outlets/A1"}, or the whole resource; a Member is the resource behind an
entry, or the error of reading it.

An identity is the outlet's `Id` ("A1", "OUTLET7"), after the PDU's where the service lists several
PDUs, or the setting `pdu_in_identity` wants it: "1.A1".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Optional, Union

from common.logger import get_logger

from ..shared.errors import (
    NamedSetting,
    NoSuchOutlet,
    PduHandlerError,
    ProtocolError,
    Unsupported,
)
from .members import Member, each_member, entries_of, is_full_resource, read_list
from .pdus import (
    PDU_ERRORS,
    ServicePdu,
    last_part,
    name_pdu,
    pdu_entries,
    raise_if_twice,
    read_each_pdu,
    read_pdu_of,
    read_pdus,
)
from .resources import is_absent, link, no_usable_id, required_id, text, unknown_reason
from .responses import Json
from .service import RedfishService
from .settings import PduChoice

LOGGER = get_logger(__name__)
# PowerDistribution.EquipmentType
_WITHOUT_OUTLETS = ("FloorPDU", "Switchgear", "PowerShelf", "Bus", "BatteryShelf")


class ListedOutlet(NamedTuple):
    """One outlet, as a list of outlets has it.

    >>> outlet = ListedOutlet("1.A1", "A1", "/redfish/v1/Outlets/A1", {"PowerState": "On"}, {})
    >>> outlet.reason
    ''
    >>> outlet._replace(resource={}).reason
    'its PowerState is missing'
    """

    identity: str
    #: its `Id`, which is also the last part of its identity
    id: str
    #: its link in the list
    link: object
    #: its resource, an Outlet; {} if it cannot be read
    resource: Json
    #: the resource of its PDU, a PowerDistribution
    pdu: Json
    #: why it cannot be read
    error: Optional[PduHandlerError] = None

    @property
    def reason(self) -> str:
        """Why its state is not known, "" if it is."""
        if self.error is not None:
            return f"it cannot be read: {self.error.reason}"
        return unknown_reason(self.resource, self.pdu)


def read_all_outlets(service: RedfishService, choice: PduChoice) -> list[ListedOutlet]:
    """Each outlet of the PDUs that `choice` asks for, in the service's order. Raises the error of a
    PDU whose outlets cannot be read.

        > GET .../RackPDUs, .../RackPDUs/1/Outlets, .../RackPDUs/2/Outlets
        < {"Members": [{"Id": "A1", "PowerState": "On"}]}          1.A1, and 2.A1 of the second
    """
    pdus = read_pdus(service, choice)
    outlets: list[ListedOutlet] = []
    for pdu in pdus:
        try:
            outlets += read_outlets(service, pdu)
        except PDU_ERRORS as error:
            raise name_pdu(error, pdus, pdu.prefix) from None
    identities = [outlet.identity for outlet in outlets]
    raise_if_twice(service, "outlets that are called", identities)
    return outlets


def read_outlets(service: RedfishService, pdu: ServicePdu) -> list[ListedOutlet]:
    """The outlets of a PDU, in its order, also those that cannot be read: usually 1 round trip, 1
    more for each further page or linked outlet. Raises an outlet's error if no outlet can be read,
    or if its link does not show its Id, and the errors of the list.

        > GET .../RackPDUs/1/Outlets?$expand=.($levels=1)
        < {"Members": [{"Id": "A1", "PowerState": "On"}, {"@odata.id": ".../Outlets/A2"}]}
        > GET .../Outlets/A2
        < 503                             A1, and A2 with its error
    """
    outlets = _read_each_outlet(service, pdu)
    errors = [outlet.error for outlet in outlets if outlet.error]
    if errors and len(errors) == len(outlets):
        raise errors[0]
    for outlet in outlets:
        if not outlet.id:
            raise outlet.error or no_usable_id()
    return outlets


def _read_each_outlet(service: RedfishService, pdu: ServicePdu) -> list[ListedOutlet]:
    """The outlets of a PDU, in its order; [] for a PDU without outlets. One that cannot be read has
    its `error`. Usually 1 round trip, 1 more per further page or linked outlet.

        PDU {"Outlets": {"@odata.id": ".../RackPDUs/1/Outlets"}}
        < {"Members": [{"Id": "A1", "PowerState": "On"}, {"@odata.id": ".../Outlets/A2"}]}
        < 503 for A2                           A1, and A2 with its error

    Raises Unsupported for a PDU that does not list its outlets, unless its EquipmentType is one
    without outlets, and ProtocolError for an empty list.
    """
    # > GET /redfish/v1/PowerEquipment/RackPDUs/1/Outlets?$expand=.($levels=1)
    # < {"Members": [{"Id": "A1", "PowerState": "On", ...}, ...], "Members@odata.count": 11}
    target = _outlets_link(pdu)
    if target is None:
        return []
    collection = read_list(service, target)
    entries = entries_of(service, collection)
    _refuse_empty(pdu, entries)
    members = each_member(service, {"Members": entries})
    return _listed_outlets(service, pdu, entries, members)


def _listed_outlets(
    service: RedfishService, pdu: ServicePdu, entries: Sequence[Json], members: Sequence[Member]
) -> list[ListedOutlet]:
    """An outlet for each entry of a list. `members`: the resource behind each entry, or the error.
    An outlet without an Id of its own, which is also one that cannot be read, has the Id that its
    link shows, as the other links do; "" if they show none. Raises ProtocolError for an Id that
    cannot be one.

        {"Id": "OUTLET7", "@odata.id": ".../Outlets/7"}         Id OUTLET7
        {"Id": "", "@odata.id": ".../Outlets/8"}                Id OUTLET8, as the link of OUTLET7
        HttpBusy,  "@odata.id": ".../Outlets/9"                 Id OUTLET9, with the error

    Source: DSP0266, "Resource URI patterns": the last part of a member's link is its Id. HPE G2
    leaves some Ids empty (Cray-HPE's hms-hmcollector takes the link's number).
    """
    own_ids = [_own_id(member) for member in members]
    # what stands before the link's last part in each Id: "OUTLET"; None if that differs
    prefix = _id_prefix(own_ids, [last_part(entry) for entry in entries])
    outlets: list[ListedOutlet] = []
    for entry, member, own_id in zip(entries, members, own_ids):
        outlet_id = own_id or _id_of_link(service, entry, prefix)
        resource: Json = {}
        error: Optional[PduHandlerError] = None
        if isinstance(member, PduHandlerError):
            error = member
        else:
            resource = member
        outlet = ListedOutlet(
            identity=pdu.prefix + outlet_id,
            id=outlet_id,
            link=entry.get("@odata.id"),
            resource=resource,
            pdu=pdu.resource,
            error=error,
        )
        outlets.append(outlet)
    return outlets


def _own_id(member: Member) -> str:
    """The Id in an outlet's resource; "" for an empty one, and for one that cannot be read.

    >>> _own_id({"Id": "OUTLET7"}), _own_id({"Id": ""})
    ('OUTLET7', '')
    """
    if isinstance(member, PduHandlerError) or not member.get("Id"):
        return ""
    return required_id(member)


def _id_prefix(own_ids: Sequence[str], link_parts: Sequence[str]) -> Optional[str]:
    """What stands in each Id before the last part of its link: "OUTLET" in OUTLET7 of Outlets/7.
    Empty Ids do not count; "" if all are empty. None if it is not the same in all, or if an Id does
    not end with that part.

    >>> _id_prefix(["OUTLET7", ""], ["7", "8"])
    'OUTLET'
    >>> _id_prefix(["OUTLET7", "A8"], ["7", "8"]) is None
    True
    """
    prefixes: list[str] = []
    for own_id, part in zip(own_ids, link_parts):
        if not own_id:
            continue
        if not part or not own_id.endswith(part):
            return None
        prefixes.append(own_id[: -len(part)])
    if not prefixes:
        return ""
    if len(set(prefixes)) > 1:
        return None
    return prefixes[0]


def _id_of_link(service: RedfishService, entry: Json, prefix: Optional[str]) -> str:
    """The Id that the link of an entry shows: `prefix` and the last part of the link. "" if
    `prefix` is None, because other Ids do not end as their links do, and for a link to another
    service.

        prefix "OUTLET", {"@odata.id": ".../Outlets/7"}         "OUTLET7"
        prefix None,     {"@odata.id": ".../Outlets/7"}         ""
    """
    part = last_part(entry)
    if prefix is None or not part:
        return ""
    try:
        service.path(entry["@odata.id"])
    except ProtocolError:  # a link to another service
        return ""
    return prefix + part


def _refuse_empty(pdu: ServicePdu, entries: Sequence[Json]) -> None:
    """Raise ProtocolError for an empty list, also if it counts 0 outlets, unless the equipment is
    of a kind without outlets.

    >>> _refuse_empty(ServicePdu("", {"EquipmentType": "FloorPDU"}), [])
    >>> _refuse_empty(ServicePdu("", {"EquipmentType": "RackPDU"}), [])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    handlers.shared.errors.ProtocolError: the device lists no outlets of this PDU: ...
    """
    if not entries and text(pdu.resource, "EquipmentType") not in _WITHOUT_OUTLETS:
        raise ProtocolError(
            "the device lists no outlets of this PDU: is it a model with outlets, and may the"
            " account see them?"
        )


def _outlets_link(pdu: ServicePdu) -> Optional[str]:
    """The link to the outlets; None for equipment without outlets, and among several PDUs of which
    the setting names none, for an absent one and one that only meters.

    Raises Unsupported if a PDU does not list its outlets, ProtocolError if it does, without a link.

    >>> _outlets_link(ServicePdu("", {"Outlets": {"@odata.id": "/redfish/v1/RackPDUs/1/Outlets"}}))
    '/redfish/v1/RackPDUs/1/Outlets'
    >>> _outlets_link(ServicePdu("", {"EquipmentType": "FloorPDU"})) is None
    True
    """
    collection = link(pdu.resource, "Outlets")
    if collection is not None:
        return collection
    if text(pdu.resource, "EquipmentType") in _WITHOUT_OUTLETS:
        return None
    only_meters = "Mains" in pdu.resource
    if pdu.may_lack_outlets and (only_meters or is_absent(pdu.resource)):
        LOGGER.warning(f"PDU {pdu.id} lists no outlets, so it is taken as one that only meters")
        return None
    raise Unsupported(
        "the service does not list the outlets of this PDU: see whether newer firmware does, or"
        " use another handler for this PDU"
    )


def find_outlet(service: RedfishService, choice: PduChoice, identity: str) -> ListedOutlet:
    """The outlet with this identity, read now. If the links show which one it is, no other outlet
    and no other PDU is read: usually 6 round trips, 4 where the service expands two levels. Else
    all that may have it are read; what cannot be read has the Id that its link shows.

    Raises NoSuchOutlet, and ProtocolError for two such outlets.

        > GET .../RackPDUs                  of "2.A1" the link /RackPDUs/2, and no other
        > GET .../RackPDUs/2                its Id is 2
        > GET .../RackPDUs/2/Outlets        of its links the one that ends with A1
        > GET .../RackPDUs/2/Outlets/A1     its Id is A1
    """
    entries = pdu_entries(service, choice.collection)
    pdu = read_pdu_of(service, choice, entries, identity)
    if pdu is not None:
        linked_outlet = _read_linked_outlet(service, pdu, identity)
        if linked_outlet is not None:
            return linked_outlet
    pdus = read_each_pdu(service, choice, entries, identity)
    outlets: list[ListedOutlet] = []
    for pdu in pdus:
        if identity.startswith(pdu.prefix):
            outlets += _read_each_outlet(service, pdu)
    matches = [outlet for outlet in outlets if outlet.identity == identity]
    # an Id twice in a PDU, or Ids with dots: "2.A" of "1" and "A" of "1.2"
    if len(matches) > 1:
        raise ProtocolError(f"the device lists two outlets that are called {identity[:60]!r}")
    if matches:
        return _read_again(service, matches[0])
    for outlet in outlets:
        if outlet.error:  # it may be the outlet
            raise outlet.error
    raise _no_such_outlet(service, pdus, identity)


def _read_linked_outlet(
    service: RedfishService, pdu: ServicePdu, identity: str
) -> Optional[ListedOutlet]:
    """The outlet with this identity, read without the others of `pdu`: 2 round trips. None if the
    links of its list do not show which one it is.

        > GET .../RackPDUs/2/Outlets        "2.A1": of its links one ends with A1
        > GET .../RackPDUs/2/Outlets/A1
        < {"Id": "A1", "PowerState": "On"}  the outlet
        < {"Id": "OUTLETA1", ...}           None: the links do not end with the Ids
        two links that end with A1          None
    """
    target = _outlets_link(pdu)
    if target is None or not identity.startswith(pdu.prefix):
        return None
    outlet_id = identity[len(pdu.prefix) :]
    all_entries = entries_of(service, read_list(service, target))
    entries = [entry for entry in all_entries if _may_have_id(entry, outlet_id)]
    if len(entries) != 1 or not last_part(entries[0]):
        return None
    link_to_outlet = entries[0]["@odata.id"]
    resource = service.get(link_to_outlet)
    if resource.get("Id") != outlet_id:
        return None
    return ListedOutlet(
        identity=identity, id=outlet_id, link=link_to_outlet, resource=resource, pdu=pdu.resource
    )


def _may_have_id(entry: Json, outlet_id: str) -> bool:
    """Whether an entry of a list may be the outlet with this Id. An entry that is a whole resource
    has its own Id; one that is a link ends with the Id, or with the number in it:

    >>> link = {"@odata.id": "/redfish/v1/RackPDUs/1/Outlets/7"}
    >>> _may_have_id(link, "7"), _may_have_id(link, "OUTLET7"), _may_have_id(link, "OUTLET17")
    (True, True, False)
    """
    if is_full_resource(entry):
        return bool(entry["Id"] == outlet_id)
    part = last_part(entry)
    if not part or not outlet_id.endswith(part):
        return False
    before = outlet_id[: -len(part)]
    is_within_number = before[-1:].isdecimal() and part[0].isdecimal()
    return not is_within_number


def _read_again(service: RedfishService, outlet: ListedOutlet) -> ListedOutlet:
    """The outlet with its own resource, read now: 1 round trip. A list may have less of it, such as
    no actions. Raises the error of an outlet that cannot be read, and ProtocolError for a resource
    with another Id.

        > GET .../Outlets/A1
        < {"Id": "A1", "PowerState": "On", "Actions": {"#Outlet.PowerControl": ...}}
    """
    if outlet.error is not None:
        raise outlet.error
    resource = service.get(outlet.link)
    if resource.get("Id") != outlet.resource.get("Id"):
        raise ProtocolError("the outlet has another Id in its list than in its own resource")
    return outlet._replace(resource=resource)


def _no_such_outlet(
    service: RedfishService, pdus: Sequence[ServicePdu], identity: str
) -> NoSuchOutlet:
    """The error, which says how outlets are called now if `identity` has another form.

    "A1" of a service with two PDUs     ...; its outlets are now called '1.N' or '2.N'
    "1.A1" of a service with one PDU    ...; the service lists one PDU now, ...
    """
    reason: list[Union[str, NamedSetting]] = [f"the PDU has no outlet {identity[:60]!r}"]
    prefixes = [pdu.prefix for pdu in pdus]
    if not identity.startswith(tuple(prefixes)):
        names = " or ".join(f"'{prefix}N'" for prefix in prefixes[:5])
        ending = " and so on" if len(prefixes) > 5 else ""
        reason.append(f"; its outlets are now called {service.login.quoted(names)}{ending}")
    elif "." in identity and not pdus[0].prefix:
        reason.append(
            "; the service lists one PDU now, and does not name it in its outlets' identities: if"
            " it listed several before, give "
        )
        reason.append(NamedSetting("pdu_in_identity", "yes", "the handler setting "))
    return NoSuchOutlet((*reason, ": poll it and look at its ports"))

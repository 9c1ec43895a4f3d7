"""The PDUs of a service: which are read, and what the identities of their outlets begin with.

A list of PDUs has entries: each a link, {"@odata.id": ".../RackPDUs/1"}, or the whole resource,
{"Id": "1", "Outlets": ...}. A Member is the resource behind an entry, or the error of reading it.
With several PDUs, "1.A1" is the outlet A1 of the PDU with the Id 1, and "1." is the PDU's prefix.
`choice` is the setting `pdu`: the collection, and the Id of one PDU, "" for all; `in_identity` is
the setting `pdu_in_identity`: the prefix is also that of an only PDU.

Only the setting `pdu` leads to equipment other than rack PDUs: nothing is kept between calls, and
an empty list of rack PDUs must not make "A1" the outlet of a transfer switch. It does not change
identities: else "A1" would be another PDU's outlet after the next change of the setting.
"""

from __future__ import annotations

import collections
from collections.abc import Sequence
from typing import NamedTuple, Optional
from urllib.parse import unquote

from ..http.errors import HttpLoginRefused
from ..shared.errors import (
    Denied,
    NamedSetting,
    PduHandlerError,
    ProtocolError,
    SettingsError,
    Unreachable,
    Unsupported,
)
from .links import parts
from .members import (
    Member,
    each_member,
    entries_of,
    errors_of,
    is_full_resource,
    readable,
)
from .resources import child, link, required_id, text, usable_id
from .responses import Json, TooManyRequests
from .service import RESOURCE_ERRORS, RedfishService
from .settings import PduChoice

# of PowerEquipment_v1
_RACKS, *_OTHER_COLLECTIONS = ("RackPDUs", "TransferSwitches", "FloorPDUs", "PowerShelves")
_MOST_PDUS = 100
# in the link of the service root (rumart/hpe-g2-pdu-api); a later firmware has PowerEquipment
_HPE_OF_2018 = "/RackPower/"
#: errors that may concern one of several PDUs, so that the others can be read without it
PDU_ERRORS = (*RESOURCE_ERRORS, Unsupported, Denied, Unreachable)
#: those among them that concern every one
_COMMON_ERRORS = (HttpLoginRefused, TooManyRequests)


class ServicePdu(NamedTuple):
    """One PDU of the service.

    >>> ServicePdu("1.", {"Id": "1"}).id
    '1'
    """

    #: what its outlets' identities begin with: its Id and a dot, or ''
    prefix: str
    #: its resource, a PowerDistribution
    resource: Json
    #: whether it is one of several of which none is named: it may be absent, or only meter
    may_lack_outlets: bool = False

    @property
    def id(self) -> str:
        """The Id in the prefix; '' if it has none."""
        return self.prefix[:-1]


def read_pdus(service: RedfishService, choice: PduChoice) -> list[ServicePdu]:
    """The PDUs of a service: usually 2 round trips where it expands two levels, else 3, plus 1 for
    each PDU that is only a link, or for the chosen one alone.

    If the setting chooses one, other PDUs need not be readable, nor have a usable Id; where the
    links show which PDU it is, they are not read.

    Raises the error of a PDU that cannot be read; Unsupported if there are no rack PDUs;
    ProtocolError for two with the same Id or list of outlets, and for one without a usable Id that
    needs it; SettingsError if the service does not list what is chosen, or lists too many PDUs.

        > GET /redfish/v1/PowerEquipment?$expand=.($levels=2)
        < {"RackPDUs": {"Members": [{"Id": "1", ...}, {"@odata.id": ".../RackPDUs/2"}]}}
        > GET .../RackPDUs/2
        < {"Id": "2", ...}                  the PDUs with the prefixes "1." and "2."
    """
    entries = pdu_entries(service, choice.collection)
    if choice.pdu_id:
        named_pdu = _read_pdu_by_link(service, entries, choice.pdu_id)
        if named_pdu is not None:
            return [named_pdu]
    members = _read_members(service, entries, choice)
    pdus = _chosen_pdus(service, choice, members)
    for entry, member in zip(entries, members):
        if not choice.pdu_id and isinstance(member, PduHandlerError):
            raise name_pdu(member, pdus, _link_prefix(entry))
    return pdus


def read_pdu_of(
    service: RedfishService, choice: PduChoice, entries: Sequence[Json], identity: str
) -> Optional[ServicePdu]:
    """The PDU of the outlet with this identity, read without the other PDUs: 1 round trip. None if
    that is not possible: then all have to be read. `entries`: the PDUs as their list has them.

    It is possible if the PDU is the only one, or if just one link of the list ends with an Id with
    which the identity begins.

        identity "2.A1", entries {"@odata.id": ".../RackPDUs/1"}, {"@odata.id": ".../RackPDUs/2"}
        > GET .../RackPDUs/2
        < {"Id": "2", "Outlets": {"@odata.id": ".../RackPDUs/2/Outlets"}}
    """
    if len(entries) < 2 or all(map(is_full_resource, entries)):
        pdus = _chosen_pdus(service, choice, _read_members(service, entries, choice))
        matches = [pdu for pdu in pdus if identity.startswith(pdu.prefix)]
        return matches[0] if len(matches) == 1 else None
    if choice.pdu_id:
        return _read_pdu_by_link(service, entries, choice.pdu_id)
    pdu_ids = [_shown_id(entry) for entry in entries if identity.startswith(_link_prefix(entry))]
    return _read_pdu_by_link(service, entries, pdu_ids[0]) if len(pdu_ids) == 1 else None


def read_each_pdu(
    service: RedfishService, choice: PduChoice, entries: Sequence[Json], identity: str
) -> list[ServicePdu]:
    """The PDUs that can be read, for a command to the outlet with this identity: 1 round trip for
    each. Raises the error of a PDU that cannot be read and may have the outlet: its link ends with
    the Id in the identity, or no PDU that was read has this Id.

        identity "2.A1"
        > GET .../RackPDUs/1, GET .../RackPDUs/2
        < 503, {"Id": "2", ...}             the PDU 2
        < {"Id": "1", ...}, 503             raises HttpBusy
    """
    if choice.pdu_id:
        named_pdu = _read_pdu_by_link(service, entries, choice.pdu_id)
        if named_pdu is not None:
            return [named_pdu]
    members = [_member_or_error(service, entry) for entry in entries]
    pdus = _chosen_pdus(service, choice, members)
    # the links need not end with the Ids: then it may be the outlet of any that was not read
    is_pdu_unread = "." in identity and not any(identity.startswith(pdu.prefix) for pdu in pdus)
    for entry, member in zip(entries, members):
        if choice.pdu_id or not isinstance(member, PduHandlerError):
            continue
        if is_pdu_unread or identity.startswith(_link_prefix(entry)):
            raise member
    return pdus


def _chosen_pdus(
    service: RedfishService, choice: PduChoice, members: Sequence[Member]
) -> list[ServicePdu]:
    """The PDUs among the `members` that could be read, with their prefixes, or only the one that
    the setting names. Sets `service.pdu_links`, the links of all PDUs, by which the service refuses
    an answer that belongs to another PDU.

    Raises the error of the first member if none could be read; ProtocolError for two PDUs with the
    same Id or list of outlets, and for one of several without a usable Id; SettingsError for an Id
    that is not listed.

        members {"Id": "1"}, {"Id": "2"}                   prefixes "1." and "2."
        the same, and the setting pdu=2                    prefix "2."
        the member {"Id": "1"} alone                       prefix ""
    """
    pdus = readable(members)
    if not pdus:
        raise errors_of(members)[0]
    service.pdu_links = _link_parts(pdus)  # they tell it whose resource an answer is
    has_prefix = choice.in_identity or len(members) > 1
    if choice.pdu_id:
        prefix = f"{choice.pdu_id}." if has_prefix else ""
        chosen_pdus = [ServicePdu(prefix, _pdu_with_id(service, choice.pdu_id, members))]
    elif len(members) > 1:
        chosen_pdus = _listed_pdus(service, pdus, len(members))
    else:
        only_pdu = pdus[0]
        prefix = f"{required_id(only_pdu)}." if has_prefix else ""
        chosen_pdus = [ServicePdu(prefix, only_pdu)]
    raise_if_shared(chosen_pdus, pdus, "Outlets")
    return chosen_pdus


def _read_members(
    service: RedfishService, entries: Sequence[Json], choice: PduChoice
) -> list[Member]:
    """The PDUs that a list links or includes, in its order, read together; an error in the place of
    one that cannot be read. If the service does not answer for a PDU, and the setting names none,
    the error that is raised says which PDU it is, and how to leave it out.

        > GET .../RackPDUs/1, GET .../RackPDUs/2
        < {"Id": "1"}, 503                  [{"Id": "1"}, HttpBusy(...)]
        no answer for RackPDUs/2            raises "PDU '2' of this service: ...", with advice
    """
    try:
        return each_member(service, {"Members": entries})
    except PDU_ERRORS as error:
        # the operation ends with the path that was asked for; without a path, nothing was sent
        silent_pdu_id = last_part({"@odata.id": error.operation})
        if choice.pdu_id or not silent_pdu_id:
            raise
        listed_pdus = [ServicePdu(prefix=_link_prefix(entry), resource={}) for entry in entries]
        raise name_pdu(error, listed_pdus, f"{silent_pdu_id}.") from None


def _member_or_error(service: RedfishService, entry: Json) -> Member:
    """The PDU behind an entry of the list, or its error, also where the service does not answer for
    it: 1 round trip, none for one that is included in full. Raises errors of login and load.

        > GET .../RackPDUs/2
        < {"Id": "2", ...}                  the resource
        no answer                           HttpUnreachable(...)
    """
    try:
        (member,) = each_member(service, {"Members": [entry]})
    except _COMMON_ERRORS:
        raise
    except PDU_ERRORS as error:
        return error
    return member


def _read_pdu_by_link(
    service: RedfishService, entries: Sequence[Json], pdu_id: str
) -> Optional[ServicePdu]:
    """The PDU `pdu_id`, if the links of the list show which it is, so that no other one is read: 1
    round trip. None if they do not show it, and where the list has only one PDU or includes all in
    full, which costs no reading. Raises the error of this PDU.

        pdu_id "2", entries {"@odata.id": ".../RackPDUs/1"}, {"@odata.id": ".../RackPDUs/2"}
        > GET .../RackPDUs/2                     the only link that ends with 2
        < {"Id": "2", "Outlets": {"@odata.id": ".../RackPDUs/2/Outlets"}}     ServicePdu("2.", ...)
        < {"Id": "A", ...}                       None: the links do not end with the Ids
        < {"Id": "2", "Outlets": {"@odata.id": ".../Outlets"}}    None: perhaps also another PDU's

    Sets `service.pdu_links`, the links of all PDUs, by which the service refuses an answer that
    belongs to another PDU. Source: DSP0266, "Resource URI patterns".
    """
    if len(entries) < 2 or all(map(is_full_resource, entries)):
        return None
    targets = [text(entry, "@odata.id") for entry in entries if _shown_id(entry) == pdu_id]
    if len(targets) != 1 or not targets[0]:
        return None
    target = targets[0]
    pdu = service.get(target)
    if usable_id(pdu) != pdu_id or not _lists_outlets_below(pdu, target):
        return None
    service.pdu_links = _link_parts(entries)
    return ServicePdu(f"{pdu_id}.", pdu)


def _shown_id(entry: Json) -> str:
    """The Id of a PDU as its list shows it: its own if it is included in full, else the last part
    of its link; "" without a link.

    >>> _shown_id({"@odata.id": "/redfish/v1/RackPDUs/1"}), _shown_id({"Id": "A"})
    ('1', 'A')
    """
    return text(entry, "Id") if is_full_resource(entry) else last_part(entry)


def _link_prefix(entry: Json) -> str:
    """The prefix of a PDU as its list shows it: "1." for {"@odata.id": ".../RackPDUs/1"}; "" for an
    entry without Id and link."""
    shown_id = _shown_id(entry)
    return f"{shown_id}." if shown_id else ""


def _lists_outlets_below(pdu: Json, target: str) -> bool:
    """Whether the PDU's link to its outlets begins with `target`, the link to the PDU: then the
    outlets are not also those of another PDU.

    >>> pdu = {"Outlets": {"@odata.id": "/redfish/v1/RackPDUs/1/Outlets"}}
    >>> _lists_outlets_below(pdu, "/redfish/v1/RackPDUs/1")
    True
    >>> _lists_outlets_below(pdu, "/redfish/v1/RackPDUs/2")
    False
    """
    outlets = child(pdu, "Outlets").get("@odata.id")
    if not isinstance(outlets, str):
        return False
    pdu_parts = parts(target)
    return parts(outlets)[: len(pdu_parts)] == pdu_parts


def _link_parts(resources: Sequence[Json]) -> Sequence[Sequence[str]]:
    """The link of each of these resources or links, in parts: ["redfish", "v1", ...]; without those
    that have none."""
    targets = [text(entry, "@odata.id") for entry in resources]
    return [parts(target) for target in targets if target]


def name_pdu(
    error: PduHandlerError, pdus: Sequence[ServicePdu], prefix: str = ""
) -> PduHandlerError:
    """The error of one PDU of several, with the advice to set `pdu` to another one of `pdus`, so
    that this one is not read. `prefix`: what the identities of its outlets begin with, "" if that
    is not known. An error that concerns every PDU is unchanged.

    >>> pdus = [ServicePdu("1.", {}), ServicePdu("2.", {})]
    >>> name_pdu(Unsupported("it lists no outlets"), pdus, "2.").reason
    "PDU '2' of this service: it lists no outlets; leave it out with the handler setting pdu=1"
    """
    if isinstance(error, _COMMON_ERRORS):
        return error
    other_ids = [pdu.id for pdu in pdus if pdu.prefix not in ("", prefix)]
    if not other_ids:
        return error
    subject = f"PDU {prefix[:-1]!r}" if prefix else "one of several PDUs"
    error.set_reason(
        (
            f"{subject} of this service: ",
            *error.parts,
            "; leave it out with ",
            NamedSetting("pdu", other_ids[0], "the handler setting "),
        )
    )
    return error


def _pdu_with_id(service: RedfishService, pdu_id: str, members: Sequence[Member]) -> Json:
    """The PDU among `members` with the Id `pdu_id`:

    members {"Id": "1"}, {"Id": "2"}    pdu_id "2": the second
    members {"Id": "2"}, {"Id": "2"}    pdu_id "2": raises ProtocolError
    members {"Id": "1"}, HttpBusy       pdu_id "2": raises the error, for it may be the PDU
    members {"Id": "1"}                 pdu_id "2": raises SettingsError
    """
    pdus = readable(members)
    matches = [pdu for pdu in pdus if usable_id(pdu) == pdu_id]
    raise_if_twice(service, "PDUs with the Id", [pdu_id] * len(matches))
    if matches:
        return matches[0]
    errors = errors_of(members)
    if errors:  # this may be the PDU
        raise errors[0]
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


def _listed_pdus(service: RedfishService, pdus: Sequence[Json], count: int) -> list[ServicePdu]:
    """The PDUs `pdus`, which were read of the `count` that the service lists, 2 or more. Raises
    SettingsError for more than 100, ProtocolError for one without a usable Id, and for an Id twice.

        {"Id": "1"}, {"Id": "2"}            prefixes "1." and "2."
    """
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
    ids = [_own_id(pdu) for pdu in pdus]
    raise_if_twice(service, "PDUs with the Id", ids)
    listed_pdus: list[ServicePdu] = []
    for pdu_id, pdu in zip(ids, pdus):
        listed_pdus.append(ServicePdu(f"{pdu_id}.", pdu, may_lack_outlets=True))
    return listed_pdus


def pdu_entries(service: RedfishService, collection_name: str) -> Sequence[Json]:
    """The PDUs of a collection as it lists them, links or whole resources; '' for the rack PDUs.
    Raises Unsupported, or SettingsError for a collection that the setting names, if it lists none.
    """
    # > GET /redfish/v1/PowerEquipment?$expand=.($levels=2)
    # < {"RackPDUs": {"@odata.id": ..., "Members": [{"Id": "1", "Outlets": {"@odata.id": ...},
    #       ...}]}, ...}
    equipment = service.get_expanded(_equipment_link(service.root()), 2)
    entry = equipment.get(collection_name or _RACKS)
    if collection_name in ("", _RACKS):
        if "Members" in equipment:
            entry = equipment  # Panduit's PowerDistribution is itself the list of PDUs
        elif is_pdu(equipment):
            return [equipment]
    if not isinstance(entry, dict):
        raise _no_pdus(equipment, collection_name)
    collection: Json = entry
    if "Members" not in entry:
        if "@odata.id" not in entry:
            raise _no_pdus(equipment, collection_name)
        collection = service.get_expanded(entry["@odata.id"])
    entries = entries_of(service, collection)
    if not entries:
        raise _no_pdus(equipment, collection_name)
    return entries


def _equipment_link(root: Json) -> str:
    """The link of the service root to its power equipment. Raises Unsupported without one, and for
    one to an API that this handler does not read.

    >>> _equipment_link({"PowerEquipment": {"@odata.id": "/redfish/v1/PowerEquipment"}})
    '/redfish/v1/PowerEquipment'
    """
    target = link(root, "PowerEquipment") or link(root, "PowerDistribution")
    if not target:
        raise Unsupported(
            "the service lists no power equipment: see whether newer firmware does, or use another"
            " handler for this PDU"
        )
    if _HPE_OF_2018 in target:
        raise Unsupported(
            "this is HPE's older API, of firmware of 2018, which this handler does not read: use"
            " the handler snmp, or update the PDU's firmware"
        )
    return target


def _no_pdus(equipment: Json, collection_name: str) -> PduHandlerError:
    """The error for a collection that is missing or empty. `equipment`: the service's list of
    collections; `collection_name`: the one that the setting `pdu` names, "" for the rack PDUs.

    collection_name "FloorPDUs"                SettingsError: the service lists nothing in it
    "", equipment has TransferSwitches         Unsupported: give TransferSwitches/ID
    "", equipment has no other collection      Unsupported: the service lists no PDUs

    >>> _no_pdus({"TransferSwitches": {"Members": []}}, "").reason[-73:]
    " is not a rack PDU, give TransferSwitches/ID in the handler setting 'pdu'"
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
    examples = [
        f"{name}/ID" for name in _OTHER_COLLECTIONS if isinstance(equipment.get(name), dict)
    ]
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
    """Whether a resource is a PDU itself and not a list of collections.

    >>> is_pdu({"Id": "1", "Outlets": {"@odata.id": "/redfish/v1/Outlets"}})
    True
    >>> is_pdu({"RackPDUs": {"@odata.id": "/redfish/v1/PowerEquipment/RackPDUs"}})
    False
    """
    return is_full_resource(resource) and bool(resource.keys() & {"Outlets", "Mains"})


def _own_id(resource: Json) -> str:
    """The Id of a PDU, which is in the identities of its outlets, because the service has several
    PDUs. Raises ProtocolError without a usable one.

    >>> _own_id({"Id": "1"})
    '1'
    """
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


def raise_if_shared(chosen_pdus: Sequence[ServicePdu], pdus: Sequence[Json], *keys: str) -> None:
    """Raise ProtocolError if one of the chosen PDUs links to the same resource as another PDU: the
    outlets or figures in it are not those of both. `keys`: the properties that hold the links.

    >>> first = {"Id": "1", "Outlets": {"@odata.id": "/redfish/v1/RackPDUs/1/Outlets"}}
    >>> raise_if_shared([ServicePdu("1.", first)], [first], "Outlets")
    >>> second = {**first, "Id": "2"}
    >>> raise_if_shared([ServicePdu("1.", first)], [first, second], "Outlets")
    ... # doctest: +ELLIPSIS
    Traceback (most recent call last):
    handlers.shared.errors.ProtocolError: two PDUs of the device link to the same Outlets, ...
    """
    for key in keys:
        link_counts = collections.Counter(_link_under(pdu, key) for pdu in pdus)
        for pdu in chosen_pdus:
            target = _link_under(pdu.resource, key)
            if target and link_counts[target] > 1:
                raise ProtocolError(
                    f"two PDUs of the device link to the same {key}, which cannot be those of both"
                )


def _link_under(pdu: Json, key: str) -> tuple[str, ...]:
    """The parts of the link in a property; () for a property without one, which is an error where
    it is read.

    >>> _link_under({"Outlets": {"@odata.id": "/redfish/v1/RackPDUs/1/Outlets"}}, "Outlets")
    ('', 'redfish', 'v1', 'rackpdus', '1', 'outlets')
    """
    target = child(pdu, key).get("@odata.id")
    if not isinstance(target, str):
        return ()
    return tuple(parts(target))


def raise_if_twice(service: RedfishService, noun: str, identities: list[str]) -> None:
    """Raise ProtocolError if one of `identities` occurs twice. `noun`: what they are, for the
    error.

        "outlets that are called", ["A1", "A2"]     returns
        "outlets that are called", ["A1", "A1"]     ... lists two outlets that are called 'A1'
    """
    count_by_identity = collections.Counter(identities)
    for identity, count in count_by_identity.most_common(1):
        if count > 1:
            quoted_identity = service.login.quoted(identity)
            raise ProtocolError(f"the device lists two {noun} {quoted_identity!r}")


def last_part(entry: Json) -> str:
    """The last part of a member's link, '' without a link.

    >>> last_part({"@odata.id": "/redfish/v1/RackPDUs/1/Outlets/A%201"})
    'A 1'
    """
    without_query, _, _ = text(entry, "@odata.id").partition("?")
    path, _, _ = without_query.partition("#")
    _, _, part = path.rstrip("/").rpartition("/")
    return unquote(part)

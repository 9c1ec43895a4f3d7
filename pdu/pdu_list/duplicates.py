"""Which PDUs of a list are the same unit under two names. Pure.

Two PDUs are one unit if their host and port are one, whatever handlers read them. Behind one port
may be several units: the setting `pdu` of Redfish *chooses* one; without it, all of them are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from .listed_pdu import ALL_UNITS, ListedPdu, Place, place_of
from .logins import DeviceLogin


class Duplicate(NamedTuple):
    """Two PDUs of a list that are the same unit, or of which one is a part of the other."""

    #: the one that counts in sums
    counted_pdu: ListedPdu
    #: the one that does not
    repeated_pdu: ListedPdu
    #: where `repeated_pdu` is read
    place: Place


def find_duplicates(
    devices: Iterable[ListedPdu], logins: Mapping[str, DeviceLogin]
) -> Iterator[Duplicate]:
    """Each PDU that is already in the list under another name, with the one that is counted: the
    first of the list, or the one that reads all units of its port. `logins`: by name; one may have
    a port, or choose a unit.

    >>> from handlers.shared.address import Address
    >>> hall = ListedPdu("hall", "redfish", Address("192.0.2.7"))
    >>> one, two = (
    ...     ListedPdu(f"r{unit}", "redfish", Address("192.0.2.7"), settings=(("pdu", unit),))
    ...     for unit in "12"
    ... )
    >>> (pair,) = find_duplicates([one, hall], {})
    >>> pair.counted_pdu.name, pair.repeated_pdu.name
    ('hall', 'r1')
    >>> list(find_duplicates([one, two], {}))
    []
    """
    devices_by_port: dict[Place, list[tuple[ListedPdu, Place]]] = {}
    for device in devices:
        place = place_of(device, logins)
        host_and_port = place._replace(choice=ALL_UNITS)
        devices_by_port.setdefault(host_and_port, []).append((device, place))
    for placed_devices in devices_by_port.values():
        first_by_choice: dict[str, ListedPdu] = {}
        for device, place in placed_devices:
            first_by_choice.setdefault(place.choice, device)
        for device, place in placed_devices:
            first_pdu = first_by_choice.get(ALL_UNITS, first_by_choice[place.choice])
            if first_pdu is not device:
                yield Duplicate(counted_pdu=first_pdu, repeated_pdu=device, place=place)

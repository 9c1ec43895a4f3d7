"""Which PDUs of a list are the same unit under two names. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .listed_pdu import ListedPdu, Place, place_of


class Duplicate(NamedTuple):
    """Two PDUs of a list that are the same unit, or of which one is a part of the other."""

    #: counts in sums
    counted: ListedPdu
    #: does not
    again: ListedPdu
    place: Place


def find_duplicates(devices: Iterable[ListedPdu]) -> Iterator[Duplicate]:
    """Each PDU that is already in the list, under another name.

    Units of one address differ by the port (NAT), or by what a setting chooses; a PDU that reads
    all units of an address has each of them.
    """
    at_address: dict[Place, list[tuple[ListedPdu, Place]]] = {}
    for device in devices:
        place = place_of(device)
        at_address.setdefault(place._replace(choice=""), []).append((device, place))
    for placed_devices in at_address.values():
        if len(placed_devices) < 2:
            continue
        # the first that reads all units (""), and the first of each choice
        first_by_choice: dict[str, ListedPdu] = {}
        for device, place in placed_devices:
            first_by_choice.setdefault(place.choice, device)
        reader_of_all = first_by_choice.get("")
        for device, place in placed_devices:
            first = reader_of_all or first_by_choice[place.choice]
            if first is not device:
                yield Duplicate(counted=first, again=device, place=place)

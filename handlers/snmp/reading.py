"""One device read through one profile: which outlets it has, their states, labels and figures."""
from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Dict, List, NamedTuple, Optional

from pdu_common.helper import EnumPowerStatus

from .. import host
from ..errors import ProtocolError
from .figures import Figure, Total
from .profile import Outlets, Profile
from .sources import Source
from .values import number, shown
from .walks import Reader

States = Dict[str, EnumPowerStatus]


class Found(NamedTuple):
    """A device that answers as a family: its outlets with their states, in the device's order.

    `outlets` is None where the device has meters of the family and no outlets.
    """

    profile: Profile
    outlets: Optional[Outlets]
    states: States
    reader: Reader


class Readings(NamedTuple):
    """What the device meters, in A, W and kWh; outlets without a figure are not in the dictionaries."""

    load: Optional[Decimal]
    power: Optional[Decimal]
    energy: Optional[Decimal]
    current_of: Dict[str, Decimal]
    power_of: Dict[str, Decimal]
    energy_of: Dict[str, Decimal]


def by_states(profile: Profile, reader: Reader) -> Optional[Found]:
    """The profile's first way to reach outlets whose states have rows, or whose own count is above zero; else None.

    One walk of each state source tried, one GET of its count. Raises ProtocolError where the device lists fewer outlets
    than it counts.
    """
    for outlets in profile.outlets:
        states = outlets.states.read(reader) if outlets.states else {}
        counted = _count(outlets.count, reader) if outlets.states else 0
        if states or counted:
            return Found(profile, outlets, _complete(outlets, states, counted, reader), reader)
    return None


def by_other_rows(profile: Profile, reader: Reader) -> Optional[Found]:
    """For a device that answers no state: its outlets as UNKNOWN, else its meters alone; None where it has neither.

    What tells no state is not switched: a command could not be confirmed, and such units only meter.
    """
    for outlets in profile.outlets:
        listed = outlets.rows.rows(reader) if outlets.rows else {}
        if listed:
            return Found(profile, replace(outlets, control=None), dict.fromkeys(listed, EnumPowerStatus.UNKNOWN), reader)
    totals = (profile.load, profile.energy, profile.power)
    if any(total is not None and total.read(reader) is not None for total in totals):
        return Found(profile, None, {}, reader)
    return None


def has_no_outlets(profile: Profile, reader: Reader) -> bool:
    """Whether it is proven that the device has no outlets, so that an empty table is right and not lost.

    The proof is a family without outlets, a number of outlets that is 0 in every row, or a table whose rows all say that
    they are no outlets.
    """
    return not profile.outlets or any(_has_none(outlets, reader) for outlets in profile.outlets)


def _has_none(outlets: Outlets, reader: Reader) -> bool:
    for source in (outlets.count, outlets.none_if_zero):
        rows = source.rows(reader) if source else {}
        if rows and all(number(value) == 0 for value in rows.values()):
            return True
    return outlets.states is not None and outlets.states.lists_no_outlet(reader)


def by_identity(profile: Profile, reader: Reader) -> Optional[Found]:
    """A device of a family that has no outlets, whatever it answers of its meters; None for every other family."""
    return None if profile.outlets else Found(profile, None, {}, reader)


def _count(source: Optional[Source], reader: Reader) -> int:
    """The device's own number of outlets, summed over its units; 0 where it does not tell."""
    if source is None:
        return 0
    numbers = [number(value) for value in source.rows(reader).values()]
    return sum(int(n) for n in numbers if n is not None and n > 0)


def _complete(outlets: Outlets, states: States, counted: int, reader: Reader) -> States:
    if len(states) < counted and outlets.rows is not None:
        listed = dict.fromkeys(outlets.rows.rows(reader), EnumPowerStatus.UNKNOWN)
        states = {**listed, **states}
    if len(states) < counted:
        raise ProtocolError(f"the device says that it has {counted} outlets and listed {len(states)}; poll it again")
    return states


def labels(found: Found) -> List[host.Label]:
    """What is printed on the unit and what its owner typed, for each outlet; two walks at most."""
    if found.outlets is None:
        return []
    numbers = found.outlets.number.rows(found.reader) if found.outlets.number else {}
    names = found.outlets.name.rows(found.reader) if found.outlets.name else {}
    return [host.label(identity, shown(numbers[identity]) if identity in numbers else identity.rpartition(".")[2],
                       shown(names.get(identity, ""))) for identity in found.states]


def meter(found: Found, with_power: bool = True) -> Readings:
    """All figures that the profile names; one walk for each object. Without `with_power`, nothing in W is read."""
    outlets = found.outlets
    current = _of_outlets(outlets.current if outlets else None, found)
    energy = _of_outlets(outlets.energy if outlets else None, found)
    power = _of_outlets(outlets.power if outlets else None, found) if with_power else {}
    return Readings(
        load=_total(found.profile.load, current, found.reader),
        power=_total(found.profile.power, power, found.reader) if with_power else None,
        energy=_total(found.profile.energy, energy, found.reader),
        current_of=current, power_of=power, energy_of=energy)


def _of_outlets(figure: Optional[Figure], found: Found) -> Dict[str, Decimal]:
    """A figure of the outlets that the device lists: a meter's padding rows are none of them."""
    read = figure.read(found.reader) if figure else {}
    return {identity: read[identity] for identity in found.states if identity in read}


def _total(total: Optional[Total], of_outlets: Dict[str, Decimal], reader: Reader) -> Optional[Decimal]:
    if total is None:
        return None
    read = total.read(reader)
    if read is None and total.else_outlets and of_outlets:
        return sum(of_outlets.values(), Decimal(0))
    return read

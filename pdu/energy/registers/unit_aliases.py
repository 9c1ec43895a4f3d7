"""PDUs of an audit that are one unit under two names: the list that was read had it twice. Pure.

A journal has handler and address, and not the settings: at one address there can be several units,
behind NAT or a NUT server. So two names are one unit only if their serial numbers are the same,
too, or, without any, if all of their registers are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from handlers.shared.address import Address
from handlers.shared.errors import printable

from ...core.inventory.listed_pdu import ListedPdu, Place, place_of

#: (what a name means, serial number)
Said = tuple[str, str]


class Seen(NamedTuple):
    """What the readings of a PDU say of which unit it is."""

    name: str
    units: frozenset[Said]
    #: when the first reading began and the last one ended, in s
    begin: float
    end: float
    #: the usual time between two polls, in s
    usual_gap: float
    #: register -> the last reading, in kWh
    registers: Mapping[str, float]


class Same(NamedTuple):
    """A unit that was read under two names."""

    #: counts in sums
    counted: str
    again: str
    #: whether the other name counts in no sum: all of its time is also the counted one's
    is_within: bool

    def sentence(self) -> str:
        """As a sentence."""
        both = f"{printable(self.counted, 40)} and {printable(self.again, 40)}"
        if self.is_within:
            return (
                f"{both} are one unit under two names: sums count it once, as"
                f" {printable(self.counted, 40)}."
            )
        return (
            f"{both} are one unit under two names, each read for a time of its own: what lies in"
            " both is in sums twice. Audit the times apart."
        )


def same(pdus: Iterable[Seen]) -> Iterator[Same]:
    """Names of one unit. Of two that were read at the same time, the one that was read longer
    counts, else the first by its name.
    """
    at: dict[Place, list[Seen]] = {}
    for pdu in pdus:
        for address in {_spelled(unit) for unit, _ in pdu.units if unit}:
            at.setdefault(address, []).append(pdu)
    gone: set[str] = set()
    for those in at.values():
        sorted_pdus = sorted(those, key=lambda pdu: (round(pdu.begin - pdu.end), pdu.name))
        for place, pdu in enumerate(sorted_pdus):
            first = next((two for two in sorted_pdus[:place] if _is_one(two, pdu)), None)
            if first is not None and pdu.name not in gone and first.name not in gone:
                near = max(first.usual_gap, pdu.usual_gap)
                is_within = first.begin - near <= pdu.begin and pdu.end <= first.end + near
                if is_within:
                    gone.add(pdu.name)
                yield Same(first.name, pdu.name, is_within)


def _is_one(pdu: Seen, second: Seen) -> bool:
    if pdu.begin >= second.end or second.begin >= pdu.end:
        return False  # it was renamed
    mine, others = (
        {(_spelled(unit), serial) for unit, serial in two.units} for two in (pdu, second)
    )
    common = mine & others
    if any(serial for _, serial in common):
        return True
    is_silent = not any(serial for _, serial in (*mine, *others))
    return bool(common) and is_silent and _are_alike(pdu.registers, second.registers)


def _are_alike(registers: Mapping[str, float], second: Mapping[str, float]) -> bool:
    """Whether the last readings are the same but for what flowed between two polls of a round."""
    if registers.keys() != second.keys() or not any(registers.values()):
        return False
    return all(
        abs(registers[name] - second[name]) <= _APART * max(registers[name], 1.0)
        for name in registers
    )


#: the share by which registers of one unit may differ, read twice in a round
_APART = 1e-3


def _spelled(unit: str) -> Place:
    """Handler and address in one spelling."""
    handler, _, address = unit.partition(" ")
    return place_of(ListedPdu("", handler, Address(address)))


def alias_map(aliases: Sequence[Same]) -> Mapping[str, str]:
    """The names that count in no sum -> under which name they do."""
    return {alias.again: alias.counted for alias in aliases if alias.is_within}

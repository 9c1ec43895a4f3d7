"""PDUs of an audit that are one unit under two names: the list that was read had it twice. Pure.

A journal has handler and address, and not the settings: at one address there can be several units,
behind NAT or a NUT server. So two names are one unit only if their serial numbers are the same,
too, or, without any, if all of their registers are. One unit may have two addresses: then serial
number and registers are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple, Union

from handlers.shared.address import Address
from handlers.shared.errors import SettingsError, printable

from ...pdus.listed_pdu import ListedPdu, Place, place_of
from .poll import OWN

#: (what a name means, serial number)
UnitKey = tuple[str, str]


class UnitEvidence(NamedTuple):
    """What the readings of a PDU say of which unit it is."""

    name: str
    units: frozenset[UnitKey]
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
    main: str
    alias: str
    #: whether the other name counts in no sum: all of its time is also the main one's
    is_within: bool

    def sentence(self) -> str:
        """As a sentence."""
        both = f"{printable(self.main, 40)} and {printable(self.alias, 40)}"
        if self.is_within:
            return (
                f"{both} are one unit under two names: sums count it once, as"
                f" {printable(self.main, 40)}."
            )
        return (
            f"{both} are one unit under two names, each read for a time of its own: what lies in"
            " both is in sums twice. Audit the times apart."
        )


def same(pdus: Iterable[UnitEvidence]) -> Iterator[Same]:
    """Names of one unit. Of two that were read at the same time, the one that was read longer
    counts, else the first by its name.
    """
    candidates: dict[Union[Place, str], list[UnitEvidence]] = {}
    for pdu in pdus:
        identities = [(_unit_place(unit), serial) for unit, serial in pdu.units if unit]
        for key in {key for pair in identities for key in pair if key}:
            candidates.setdefault(key, []).append(pdu)
    aliases: set[str] = set()
    pairs: set[tuple[str, str]] = set()
    for those in candidates.values():
        sorted_pdus = sorted(those, key=lambda pdu: (round(pdu.begin - pdu.end), pdu.name))
        for place, pdu in enumerate(sorted_pdus):
            first = next((two for two in sorted_pdus[:place] if _is_one(two, pdu)), None)
            if first is None or (first.name, pdu.name) in pairs:
                continue
            pairs.add((first.name, pdu.name))
            if pdu.name not in aliases and first.name not in aliases:
                near = max(first.usual_gap, pdu.usual_gap)
                is_within = first.begin - near <= pdu.begin and pdu.end <= first.end + near
                if is_within:
                    aliases.add(pdu.name)
                yield Same(first.name, pdu.name, is_within)


def _is_one(pdu: UnitEvidence, second: UnitEvidence) -> bool:
    if pdu.begin >= second.end or second.begin >= pdu.end:
        return False  # it was renamed
    mine, others = (
        {(_unit_place(unit), serial) for unit, serial in two.units} for two in (pdu, second)
    )
    common = mine & others
    if any(serial for _, serial in common):
        return True
    is_silent = not any(serial for _, serial in (*mine, *others))
    serials = {serial for _, serial in mine} & {serial for _, serial in others}
    is_possible = (common and is_silent) or any(serials)
    return bool(is_possible) and _are_alike(pdu.registers, second.registers)


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


def _unit_place(unit: str) -> Place:
    """Handler and address in one spelling."""
    handler, _, address = unit.partition(" ")
    return place_of(ListedPdu("", handler, Address(address)))


def alias_map(aliases: Sequence[Same]) -> Mapping[str, str]:
    """The names that count in no sum -> under which name they do."""
    return {pair.alias: pair.main for pair in aliases if pair.is_within}


class Holding(NamedTuple):
    """An outlet, or with OWN a whole PDU, in the hands of a customer, from `begin` to `end` (s)."""

    customer: str
    pdu: str
    outlet: str
    begin: float
    end: float

    def sentence_part(self) -> str:
        """Such as `r1, outlet 4 (Acme)`."""
        outlet = f"outlet {printable(self.outlet, 40)}" if self.outlet != OWN else "inlet"
        return f"{printable(self.pdu, 40)}, {outlet} ({printable(self.customer, 60)})"


def check_held_once(holdings: Iterable[Holding], names: Mapping[str, str]) -> None:
    """That no outlet of a unit is billed twice under two names (`names`: as `alias_map`).

    Raises SettingsError if two customers have one outlet at the same time, or if an inlet is billed
    beside an outlet. What one customer has twice is counted once.
    """
    holdings_by_unit: dict[str, list[Holding]] = {name: [] for name in names.values()}
    for holding in holdings:
        unit = names.get(holding.pdu, holding.pdu)
        if unit in holdings_by_unit:
            holdings_by_unit[unit].append(holding)
    for of_unit in holdings_by_unit.values():
        for first, second in combinations(of_unit, 2):
            is_outlet_twice = first.outlet == second.outlet and first.customer != second.customer
            is_inlet_beside = (first.outlet == OWN) != (second.outlet == OWN)
            is_at_one_time = first.begin < second.end and second.begin < first.end
            if first.pdu != second.pdu and is_at_one_time and (is_outlet_twice or is_inlet_beside):
                raise SettingsError(
                    f"{first.sentence_part()} and {second.sentence_part()} are billed at the same"
                    " time, and are one unit under two names"
                )

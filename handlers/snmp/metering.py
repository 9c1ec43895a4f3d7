"""Figures and labels of a detected device."""
from __future__ import annotations

from decimal import Decimal
from typing import Dict, List, NamedTuple, Optional

from .. import host
from .decoding import shown, text
from .device import Found
from .figures import Figure, Total


class Readings(NamedTuple):
    """Figures in A, W and kWh; None if there is no total. The dictionaries have only outlets with a figure."""

    load: Optional[Decimal]
    power: Optional[Decimal]
    energy: Optional[Decimal]
    current_of: Dict[str, Decimal]
    power_of: Dict[str, Decimal]
    energy_of: Dict[str, Decimal]


class Labels(List[host.Label]):
    """The labels of a device. `caution`: a sentence for people about its identities, or ""."""

    caution = ""


def labels(found: Found) -> Labels:
    """Number and name of each outlet. The number defaults to the last arc of the identity."""
    if found.outlets is None:
        return Labels()
    numbers = found.outlets.number.rows(found.reader) if found.outlets.number else {}
    names = found.outlets.name.rows(found.reader) if found.outlets.name else {}
    listed = Labels(
        host.label(identity, shown(numbers.get(identity, "")) or identity.rpartition(".")[2],
                   shown(names.get(identity, ""))) for identity in found.states)
    units = found.outlets.position[0].rows(found.reader) if found.outlets.position else {}
    chained = len({text(units[identity]) for identity in found.states if identity in units})
    if chained > 1:
        listed.caution = (f"the outlets of this chain's {chained} units are numbered "
                          "consecutively: if a unit joins or leaves the chain, an identity may become another "
                          "unit's outlet, so compare number and name again then")
    return listed


def meter(found: Found, with_power: bool = True) -> Readings:
    """The device's figures. Without `with_power`, power is left out."""
    outlets = found.outlets
    current = _of_outlets(outlets.current if outlets else None, found)
    energy = _of_outlets(outlets.energy if outlets else None, found)
    power = _of_outlets(outlets.power if outlets else None, found) if with_power else {}
    return Readings(
        load=_total(found.profile.load, current, found),
        power=_total(found.profile.power, power, found) if with_power else None,
        energy=_total(found.profile.energy, energy, found),
        current_of=current, power_of=power, energy_of=energy)


def _of_outlets(figure: Optional[Figure], found: Found) -> Dict[str, Decimal]:
    """The figure of each listed outlet that has one. Other rows, such as padding and meters without an outlet, are left out."""
    read = figure.read(found.reader) if figure else {}
    return {identity: read[identity] for identity in found.states if identity in read}


def _total(total: Optional[Total], of_outlets: Dict[str, Decimal], found: Found) -> Optional[Decimal]:
    return total.read(found.reader, {identity: of_outlets.get(identity) for identity in found.states}) if total else None

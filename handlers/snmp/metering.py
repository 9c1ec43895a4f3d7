"""Figures and labels of a detected device."""

from __future__ import annotations

from decimal import Decimal
from typing import Optional

from .. import ahead, host
from ..decimals import as_float
from ..named import NamedTuple
from . import foresight
from .decoding import shown, text
from .device import SnmpDevice
from .figures import Figure, Total


class DeviceFigures(NamedTuple):
    """Figures of a device.

    None if there is no total; the dictionaries have only outlets with a figure.
    """

    load: Optional[Decimal]  #: A
    power: Optional[Decimal]  #: W
    energy: Optional[Decimal]  #: kWh
    current_of: dict[str, Decimal]  #: identity -> A
    power_of: dict[str, Decimal]  #: identity -> W
    energy_of: dict[str, Decimal]  #: identity -> kWh


class Labels(list[host.Label]):
    """The labels of a device. `caution`: a sentence for people about its identities, or ""."""

    caution = ""


def labels(device: SnmpDevice) -> Labels:
    """Number and name of each outlet. The number defaults to the last arc of the identity."""
    if device.outlets is None:
        return Labels()
    foresight.more(device.profile, device.outlets, device.reader, (ahead.LABELS,))
    numbers = device.outlets.number.rows(device.reader) if device.outlets.number else {}
    names = device.outlets.name.rows(device.reader) if device.outlets.name else {}
    listed = Labels()
    for identity in device.states:
        number = shown(numbers.get(identity, "")) or identity.rpartition(".")[2]
        listed.append(host.label(identity, number, shown(names.get(identity, ""))))
    units = device.outlets.position[0].rows(device.reader) if device.outlets.position else {}
    chained = len({text(units[identity]) for identity in device.states if identity in units})
    if chained > 1:
        listed.caution = (
            f"the outlets of this chain's {chained} units are numbered "
            "consecutively: if a unit joins or leaves the chain, an identity may become another "
            "unit's outlet, so compare number and name again then"
        )
    return listed


def meter(device: SnmpDevice, with_power: bool = True) -> DeviceFigures:
    """The device's figures. Without `with_power`, power is left out."""
    outlets, ceilings = device.outlets, device.profile.ceilings
    purposes = (ahead.FIGURES, ahead.POWER) if with_power else (ahead.FIGURES,)
    foresight.more(device.profile, outlets, device.reader, purposes)
    current = _of_outlets(outlets.current if outlets else None, device, ceilings.outlet_a)
    energy = _of_outlets(outlets.energy if outlets else None, device)
    load = _total(device.profile.load, current, device, ceilings.part_a)
    energy_total = _total(device.profile.energy, energy, device, counters=True)
    if not with_power:
        return DeviceFigures(load, None, energy_total, current, {}, energy)
    power = _of_outlets(outlets.power if outlets else None, device, ceilings.outlet_w)
    power_total = _total(device.profile.power, power, device, ceilings.part_w)
    return DeviceFigures(load, power_total, energy_total, current, power, energy)


def measured(device: SnmpDevice, with_power: bool = False) -> host.Figures:
    """The figures of a device, and of each outlet that has one."""
    read = meter(device, with_power)
    ports = [
        host.PortFigures(
            identity,
            as_float(read.current_of.get(identity)),
            as_float(read.energy_of.get(identity)),
            as_float(read.power_of.get(identity)),
        )
        for identity in device.states
        if identity in read.current_of or identity in read.energy_of or identity in read.power_of
    ]
    return host.Figures(as_float(read.load), as_float(read.energy), ports, as_float(read.power))


def _of_outlets(
    figure: Optional[Figure], device: SnmpDevice, most: Optional[Decimal] = None
) -> dict[str, Decimal]:
    """The figure of each listed outlet that has one.

    Other rows, such as padding and meters without an outlet, are left out.
    """
    read = figure.read(device.reader, most) if figure else {}
    return {identity: read[identity] for identity in device.states if identity in read}


def _total(
    total: Optional[Total],
    of_outlets: dict[str, Decimal],
    device: SnmpDevice,
    most: Optional[Decimal] = None,
    counters: bool = False,
) -> Optional[Decimal]:
    if total is None:
        return None
    outlets = {identity: of_outlets.get(identity) for identity in device.states}
    return total.read(device.reader, outlets, most, counters)

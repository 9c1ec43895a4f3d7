"""Figures and labels of a detected device."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple, Optional

from .. import host
from ..shared import prefetch
from ..shared.decimals import as_float
from ..shared.errors import PduHandlerError
from . import prefetch_list
from .decoding import shown, text
from .device import SnmpDevice, outlets_read
from .figures import Total
from .reader import Reader


class _Asked(NamedTuple):
    total: Optional[Total]
    of_outlets: Mapping[str, Decimal]  #: the figures of outlets, also of ones that are not listed
    most: Optional[Decimal] = None  #: see `Total.read`
    counters: bool = False  #: see `Total.read`


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
    inlet_load: Optional[Decimal] = None  #: A, of the inlet's own meter
    inlet_power: Optional[Decimal] = None  #: W, of the inlet's own meter


class Labels(list[host.Label]):
    """The labels of a device. `caution`: a sentence for people about its identities, or ""."""

    caution = ""


def labels(device: SnmpDevice) -> Labels:
    """Number and name of each outlet. The number defaults to the last arc of the identity."""
    if device.outlets is None:
        return Labels()
    prefetch_list.prefetch_unforeseen(
        device.profile, device.outlets, device.reader, (prefetch.LABELS,)
    )
    numbers = device.outlets.number.rows(device.reader) if device.outlets.number else {}
    names = device.outlets.name.rows(device.reader) if device.outlets.name else {}
    listed = Labels()
    for identity in outlets_read(device):
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
    purposes = (prefetch.FIGURES, prefetch.POWER) if with_power else (prefetch.FIGURES,)
    prefetch_list.prefetch_unforeseen(device.profile, outlets, device.reader, purposes)
    reader = device.reader
    current = outlets.current.read(reader, ceilings.outlet_a) if outlets and outlets.current else {}
    energy = outlets.energy.read(reader) if outlets and outlets.energy else {}
    power = (
        outlets.power.read(reader, ceilings.outlet_w)
        if with_power and outlets and outlets.power
        else {}
    )
    profile = device.profile
    load_total, energy_total, power_total, inlet_load, inlet_power = _totals(
        device,
        _Asked(profile.load, current, ceilings.part_a),
        _Asked(profile.energy, energy, counters=True),
        _Asked(profile.power if with_power else None, power, ceilings.part_w),
        _Asked(profile.inlet, {}, ceilings.part_a),
        _Asked(profile.inlet_power if with_power else None, {}, ceilings.part_w),
    )
    # other rows are padding, and meters without an outlet
    listed = outlets_read(device)
    current_of, power_of, energy_of = (
        {identity: read[identity] for identity in listed if identity in read}
        for read in (current, power, energy)
    )
    return DeviceFigures(
        load_total,
        power_total,
        energy_total,
        current_of,
        power_of,
        energy_of,
        inlet_load,
        inlet_power,
    )


def read_statistic(device: SnmpDevice, with_power: bool = False) -> host.Figures:
    """The figures of a device, and of each outlet that has one."""
    read = meter(device, with_power)
    ports = [
        host.PortFigures(
            identity,
            as_float(read.current_of.get(identity)),
            as_float(read.energy_of.get(identity)),
            as_float(read.power_of.get(identity)),
        )
        for identity in outlets_read(device)
        if identity in read.current_of or identity in read.energy_of or identity in read.power_of
    ]
    return host.Figures(
        as_float(read.load),
        as_float(read.energy),
        ports,
        as_float(read.power),
        as_float(read.inlet_load),
        as_float(read.inlet_power),
    )


def _totals(device: SnmpDevice, *asked: _Asked) -> list[Optional[Decimal]]:
    """The totals. One is None if it would be another with the rows that the answers lack, as other
    columns show that were read: it is a smaller sum, or another source's.
    """
    reader, states = device.reader, device.states
    totals = [_total(one, reader, states) for one in asked]
    # by now, all columns are read
    is_whole = not reader.lacks_rows() and not reader.absent_objects()
    if is_whole and all(one.of_outlets.keys() <= states.keys() for one in asked):
        return totals
    filled = reader.filled()
    try:
        listed = outlets_read(device)
        whole = [
            _total(one, filled, (*listed, *(of for of, value in one.of_outlets.items() if value)))
            for one in asked
        ]
    except PduHandlerError:  # the rows that are missing contradict others
        return [None] * len(asked)
    return [total if total == other else None for total, other in zip(totals, whole)]


def _total(asked: _Asked, reader: Reader, outlets: Iterable[str]) -> Optional[Decimal]:
    if asked.total is None:
        return None
    of_outlets = {identity: asked.of_outlets.get(identity) for identity in outlets}
    return asked.total.read(reader, of_outlets, asked.most, asked.counters)

"""Figures and labels of a detected device."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Optional

from .. import host
from ..shared import prefetch
from ..shared.decimals import float_or_none
from ..shared.errors import PduHandlerError
from ..shared.named_tuples import NamedTuple
from . import prefetch_list
from .decoding import printable_text, text
from .device import SnmpDevice, outlets_read
from .figures import Total
from .reader import Reader


class _TotalRequest(NamedTuple):
    total: Optional[Total]
    of_outlets: Mapping[str, Decimal]  #: the figures of outlets, also of ones that are not listed
    most: Optional[Decimal] = None  #: see `Total.read_from`
    counters: bool = False  #: see `Total.read_from`


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
    device_labels = Labels()
    for identity in outlets_read(device):
        number = printable_text(numbers.get(identity, "")) or identity.rpartition(".")[2]
        device_labels.append(host.label(identity, number, printable_text(names.get(identity, ""))))
    units = device.outlets.position[0].rows(device.reader) if device.outlets.position else {}
    unit_count = len({text(units[identity]) for identity in device.states if identity in units})
    if unit_count > 1:
        device_labels.caution = (
            f"the outlets of this chain's {unit_count} units are numbered "
            "consecutively: if a unit joins or leaves the chain, an identity may become another "
            "unit's outlet, so compare number and name again then"
        )
    return device_labels


def meter(device: SnmpDevice, with_power: bool = True) -> DeviceFigures:
    """The device's figures. Without `with_power`, power is left out."""
    outlets, ceilings = device.outlets, device.profile.ceilings
    purposes = (prefetch.FIGURES, prefetch.POWER) if with_power else (prefetch.FIGURES,)
    prefetch_list.prefetch_unforeseen(device.profile, outlets, device.reader, purposes)
    reader = device.reader
    current = (
        outlets.current.read_from(reader, ceilings.outlet_a) if outlets and outlets.current else {}
    )
    energy = outlets.energy.read_from(reader) if outlets and outlets.energy else {}
    power = (
        outlets.power.read_from(reader, ceilings.outlet_w)
        if with_power and outlets and outlets.power
        else {}
    )
    profile = device.profile
    load_total, energy_total, power_total, inlet_load, inlet_power = _totals(
        device,
        _TotalRequest(profile.load, current, ceilings.part_a),
        _TotalRequest(profile.energy, energy, counters=True),
        _TotalRequest(profile.power if with_power else None, power, ceilings.part_w),
        _TotalRequest(profile.inlet, {}, ceilings.part_a),
        _TotalRequest(profile.inlet_power if with_power else None, {}, ceilings.part_w),
    )
    # other rows are padding, and meters without an outlet
    outlets_of_device = outlets_read(device)
    current_of, power_of, energy_of = (
        {
            identity: figure_by_outlet[identity]
            for identity in outlets_of_device
            if identity in figure_by_outlet
        }
        for figure_by_outlet in (current, power, energy)
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
    figures = meter(device, with_power)
    ports = [
        host.PortFigures(
            identity,
            float_or_none(figures.current_of.get(identity)),
            float_or_none(figures.energy_of.get(identity)),
            float_or_none(figures.power_of.get(identity)),
        )
        for identity in outlets_read(device)
        if identity in figures.current_of
        or identity in figures.energy_of
        or identity in figures.power_of
    ]
    return host.Figures(
        float_or_none(figures.load),
        float_or_none(figures.energy),
        ports,
        float_or_none(figures.power),
        float_or_none(figures.inlet_load),
        float_or_none(figures.inlet_power),
    )


def _totals(device: SnmpDevice, *requests: _TotalRequest) -> list[Optional[Decimal]]:
    """The totals. One is None if it would be another with the rows that the answers lack, as other
    columns show that were read: it is a smaller sum, or another source's.
    """
    reader, states = device.reader, device.states
    totals = [_total(request, reader, states) for request in requests]
    # by now, all columns are read
    is_whole = not reader.lacks_rows() and not reader.absent_objects()
    if is_whole and all(request.of_outlets.keys() <= states.keys() for request in requests):
        return totals
    filled_rows = reader.fill_rows()
    try:
        outlets = outlets_read(device)
        totals_of_all_rows = [
            _total(
                request,
                filled_rows,
                (*outlets, *(of for of, value in request.of_outlets.items() if value)),
            )
            for request in requests
        ]
    except PduHandlerError:  # the rows that are missing contradict others
        return [None] * len(requests)
    return [
        total if total == total_of_all_rows else None
        for total, total_of_all_rows in zip(totals, totals_of_all_rows)
    ]


def _total(request: _TotalRequest, reader: Reader, outlets: Iterable[str]) -> Optional[Decimal]:
    if request.total is None:
        return None
    of_outlets = {identity: request.of_outlets.get(identity) for identity in outlets}
    return request.total.read_from(reader, of_outlets, request.most, request.counters)

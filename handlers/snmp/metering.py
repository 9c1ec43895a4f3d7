"""Figures and labels of a detected device."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import compress, zip_longest
from typing import NamedTuple, Optional

from .. import dcimanager
from ..shared.decimals import float_or_none
from ..shared.errors import PduHandlerError
from ..shared.meter_figures import MeterFigures
from .decoding import printable_text
from .device import SnmpDevice, all_outlets, outlets_read
from .figures import Total
from .reader import Reader


class _TotalRequest(NamedTuple):
    total: Optional[Total]
    of_outlets: Mapping[str, Decimal]  #: the figures of outlets, also of ones that are not listed
    most: Optional[Decimal] = None  #: see `Total.read_from`
    counters: bool = False  #: see `Total.read_from`


def labels(device: SnmpDevice) -> list[dcimanager.Label]:
    """Number and name of each outlet. The number defaults to the last arc of the identity. If
    several outlets have the same, their units stand before it: "2:7"."""
    if device.outlets is None:
        return []
    printed = device.outlets.number.rows(device.reader) if device.outlets.number else {}
    names = device.outlets.name.rows(device.reader) if device.outlets.name else {}
    numbers = {
        identity: printable_text(printed.get(identity, "")) or identity.rpartition(".")[2]
        for identity in outlets_read(device)
    }
    return [
        dcimanager.label(identity, number, printable_text(names.get(identity, "")))
        for identity, number in _distinct(numbers).items()
    ]


def _distinct(numbers: Mapping[str, str]) -> Mapping[str, str]:
    """The numbers; if some are the same, each after those arcs of the identity before the last that
    differ. They are as before if that does not help."""
    if len(set(numbers.values())) == len(numbers):
        return numbers
    units = {identity: identity.split(".")[:-1] for identity in numbers}
    differing = [len(set(arcs)) > 1 for arcs in zip_longest(*units.values())]
    with_units = {
        identity: ":".join([*compress(arcs, differing), numbers[identity]])
        for identity, arcs in units.items()
    }
    return with_units if len(set(with_units.values())) == len(numbers) else numbers


def read_statistic(device: SnmpDevice, with_power: bool = True) -> dcimanager.Figures:
    """The figures of a device, and of each outlet that has one. Without `with_power`, power is left
    out.
    """
    outlets, profile, reader = device.outlets, device.profile, device.reader
    ceilings = profile.ceilings
    currents = (
        outlets.current.read_from(reader, ceilings.outlet_a) if outlets and outlets.current else {}
    )
    energies = outlets.energy.read_from(reader) if outlets and outlets.energy else {}
    powers = (
        outlets.power.read_from(reader, ceilings.outlet_w)
        if with_power and outlets and outlets.power
        else {}
    )
    requests = (
        _TotalRequest(profile.load, currents, ceilings.part_a),
        _TotalRequest(profile.energy, energies, counters=True),
        _TotalRequest(profile.power if with_power else None, powers, ceilings.part_w),
        _TotalRequest(profile.inlet, {}, ceilings.part_a),
        _TotalRequest(profile.inlet_power if with_power else None, {}, ceilings.part_w),
    )
    if any(_needs_outlets(request, reader) for request in requests):
        device = device._replace(states=all_outlets(device), is_counted=True)
    load_a, energy_kwh, power_w, inlet_a, inlet_w = _totals(device, requests)
    rows_with_figure = {*currents, *energies, *powers}
    ports = {
        identity: MeterFigures(
            current_a=float_or_none(currents.get(identity)),
            power_w=float_or_none(powers.get(identity)),
            energy_kwh=float_or_none(energies.get(identity)),
        )
        # other rows are padding, and meters without an outlet
        for identity in outlets_read(device)
        if identity in rows_with_figure
    }
    return dcimanager.Figures(
        float_or_none(load_a),
        float_or_none(energy_kwh),
        ports,
        float_or_none(power_w),
        float_or_none(inlet_a),
        float_or_none(inlet_w),
    )


def _needs_outlets(request: _TotalRequest, reader: Reader) -> bool:
    """Whether all outlets must be known for a total: it is by unit, or there is none without their
    own figures."""
    if request.total is None or not request.total.needs_outlets:
        return False
    return request.total.unit is not None or _total(request, reader, ()) is None


def _totals(device: SnmpDevice, requests: Sequence[_TotalRequest]) -> list[Optional[Decimal]]:
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

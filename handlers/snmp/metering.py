"""Figures and labels of a detected device."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import chain, compress, zip_longest
from typing import NamedTuple, Optional

from pdu_common.helper import EnumPowerStatus

from .. import dcimanager
from ..dcimanager.rows import Raw
from ..shared.errors import PduHandlerError
from ..shared.labels import name_text
from ..shared.meter_figures import (
    NOT_ASKED,
    Figure as MeterFigure,
    MeterFigures,
    NotKnown,
    NotMetered,
)
from .decoding import printable_text
from .device import SnmpDevice, all_outlets, has_joined_meters, is_list_proven, outlets_read
from .figures import ExactFigure, Figure, Total
from .reader import LOST, Lost, Reader
from .sources.base import is_nameless


class _OutletRows(NamedTuple):
    """One figure of the outlets, and of rows that are not listed as outlets."""

    figure: Optional[Figure]
    rows: Mapping[str, ExactFigure]
    #: the same of the outlets' other figures
    other_rows: Sequence[Mapping[str, ExactFigure]] = ()

    def of(self, identity: str) -> ExactFigure:
        """The figure of one outlet. Without a row in any column of its unit's meters it has no
        meter; without one here alone, or if there is one column, the row is missing."""
        unit = _unit_of(identity)
        if identity in self.rows or self.figure is None:
            return self.rows.get(identity)
        if any(map(is_nameless, self.rows)):
            return NotKnown(f"the answers lack the outlet of a row of {self.figure.objects}")
        if not _has_meters(self.rows, unit):
            return None
        others = [rows for rows in self.other_rows if _has_meters(rows, unit)]
        if others and not any(identity in rows for rows in others):
            return None
        return NotKnown(f"the answers have no row {identity} of {self.figure.objects}")


class _TotalRequest(NamedTuple):
    """A total to be read."""

    total: Total  #: without figures if the family has none
    outlets: _OutletRows
    most: Optional[Decimal] = None  #: see `Total.read_from`
    counters: bool = False  #: see `Total.read_from`

    def read(
        self, reader: Reader, outlets: Iterable[str] = (), metered_units: Collection[str] = ()
    ) -> ExactFigure:
        """The total of a device with these outlets. `metered_units`: see `Total.read_from`."""
        of_outlets = {identity: self.outlets.of(identity) for identity in outlets}
        return self.total.read_from(
            reader, of_outlets, self.most, counters=self.counters, metered_units=metered_units
        )

    def needs_outlets(self, reader: Reader) -> bool:
        """Whether all outlets must be known: it is by unit, or there is none without their own
        figures."""
        by_unit = self.total.unit is not None
        return by_unit or (self.total.else_outlets and self.read(reader) is None)


def labels(device: SnmpDevice, encoding: str = "") -> list[dcimanager.Label]:
    """Number and name of each outlet; `encoding` is that of texts that are not UTF-8, "" if it is
    not known. The number defaults to the last arc of the identity. If several outlets have the
    same, their units stand before it: "2:7"."""
    if device.outlets is None:
        return []
    printed = device.outlets.number.rows(device.reader) if device.outlets.number else {}
    names = device.outlets.name.rows(device.reader) if device.outlets.name else {}
    numbers = {
        identity: _shown(printed.get(identity, ""), encoding) or identity.rpartition(".")[2]
        for identity in outlets_read(device)
    }
    return [
        dcimanager.label(identity, number, _shown(names.get(identity, ""), encoding))
        for identity, number in _distinct(numbers).items()
    ]


def _shown(raw: Raw, encoding: str) -> str:
    """A name or number for people."""
    return printable_text(name_text(raw, encoding) if isinstance(raw, bytes) else raw)


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


def unanswered_objects(device: SnmpDevice) -> Sequence[str]:
    """The single objects of load and energy that the device was asked for and did not answer, so
    that these figures are taken as not metered."""
    profile = device.profile
    totals = [total for total in (profile.load, profile.energy) if total is not None]
    return [name for total in totals for name in total.unanswered(device.reader)]


def read_statistic(device: SnmpDevice, *, with_power: bool = True) -> dcimanager.Figures:
    """The figures of a device, and of each outlet that has a meter. Without `with_power`, power is
    left out.
    """
    reader = device.reader
    requests = _requests(device, reader, with_power=with_power)
    if any(request.needs_outlets(reader) for request in requests) or has_joined_meters(device):
        device = device._replace(states=all_outlets(device), is_counted=True)
    for request in requests:
        request.read(reader, device.states)
    # by now, all columns are read
    whole = reader.whole() if reader.lacks_rows() else reader
    requests = _requests(device, whole, with_power=with_power)
    device = _with_metered(device, requests, whole)
    load_a, energy_kwh, power_w, inlet_a, inlet_w = map(_as_float, _totals(device, requests, whole))
    currents, energies, powers = (request.outlets for request in requests[:3])
    ports = {
        identity: MeterFigures(
            current_a=_as_float(currents.of(identity)),
            power_w=_as_float(powers.of(identity)) if with_power else NOT_ASKED,
            energy_kwh=_as_float(energies.of(identity)),
        )
        # other rows are padding, and meters without an outlet
        for identity in outlets_read(device)
        if any(of.of(identity) is not None for of in (currents, energies, powers))
    }
    if not with_power:
        power_w = inlet_w = NOT_ASKED
    return dcimanager.Figures(load_a, energy_kwh, ports, power_w, inlet_a, inlet_w)


def _with_metered(
    device: SnmpDevice, requests: Sequence[_TotalRequest], reader: Reader
) -> SnmpDevice:
    """The device with the outlets of which a meter has a row and the list has none: padding, unless
    a GET of the list says otherwise. No outlet is missing in a list that is proven."""
    if is_list_proven(device):
        return device
    listed = outlets_read(device)
    metered = dict.fromkeys(chain.from_iterable(request.outlets.rows for request in requests))
    for row in metered:
        if row in listed or is_nameless(row):
            continue
        if device.outlets is None or not device.outlets.has_row(reader, row):
            break  # neither are the others
        device = device._replace(states={**device.states, row: EnumPowerStatus.UNKNOWN})
    return device


def _outlet_rows(device: SnmpDevice, reader: Reader, *, with_power: bool) -> list[_OutletRows]:
    """Currents, energies and powers of the outlets."""
    outlets, ceilings = device.outlets, device.profile.ceilings
    if outlets is None:
        return [_OutletRows(None, {})] * 3
    figures = (
        (outlets.current, ceilings.outlet_a),
        (outlets.energy, None),
        (outlets.power if with_power else None, ceilings.outlet_w),
    )
    rows = [{} if figure is None else figure.rows_from(reader, most) for figure, most in figures]
    if sum(map(bool, rows)) > 1:
        unmetered = _unmetered([figure for figure, _ in figures if figure], reader)
        rows = [{row: of for row, of in column.items() if row not in unmetered} for column in rows]
    return [
        _OutletRows(figure, rows[number], (*rows[:number], *rows[number + 1 :]))
        for number, (figure, _) in enumerate(figures)
    ]


def _unmetered(figures: Sequence[Figure], reader: Reader) -> Collection[str]:
    """The outlets without a row in any column of their meters, if a GET of one says so too."""
    values = [figure.source.rows(reader) for figure in figures]
    rows = [
        row
        for row in dict.fromkeys(chain.from_iterable(values))
        if all(_is_hole(of_figure.get(row, LOST)) for of_figure in values)
    ]
    if rows and figures[0].source.value_of(reader, rows[-1]) is not None:
        return ()
    return rows


def _is_hole(value: Raw) -> bool:
    return isinstance(value, Lost) and value.is_hole


def _has_meters(rows: Mapping[str, ExactFigure], unit: str) -> bool:
    """Whether a column has a meter of this unit of a chain."""
    return any(of is not None and _unit_of(row) == unit for row, of in rows.items())


def _requests(device: SnmpDevice, reader: Reader, *, with_power: bool) -> Sequence[_TotalRequest]:
    """The totals, with the figures of outlets that are read."""
    profile, ceilings = device.profile, device.profile.ceilings
    currents, energies, powers = _outlet_rows(device, reader, with_power=with_power)
    power, inlet_power = (profile.power, profile.inlet_power) if with_power else (None, None)
    nothing = _OutletRows(None, {})
    return (
        _TotalRequest(profile.load or Total(), currents, ceilings.part_a),
        _TotalRequest(profile.energy or Total(), energies, counters=True),
        _TotalRequest(power or Total(), powers, ceilings.part_w),
        _TotalRequest(profile.inlet or Total(), nothing, ceilings.part_a),
        _TotalRequest(inlet_power or Total(), nothing, ceilings.part_w),
    )


def _totals(
    device: SnmpDevice, requests: Sequence[_TotalRequest], reader: Reader
) -> Sequence[ExactFigure]:
    """The totals, of whole tables."""
    try:
        outlets = list(outlets_read(device))
        totals = [_total(request, reader, outlets) for request in requests]
        if any(isinstance(total, NotMetered) for total in totals):
            # a unit without a row of one total has a meter if another total has its row
            units = _metered_units(requests, reader)
            totals = [_total(request, reader, outlets, units) for request in requests]
    except PduHandlerError as error:  # the rows that are lost contradict others
        return [NotKnown(error.reason) for _ in requests]
    is_measured = any(isinstance(total, Decimal) for total in totals)
    # which may still ask for the device's number of units
    missing_unit = device.profile.missing_unit(device.reader) if is_measured else ""
    if not missing_unit:
        return totals
    return [total if total is None else NotKnown(missing_unit) for total in totals]


def _total(
    request: _TotalRequest,
    reader: Reader,
    outlets: Sequence[str],
    metered_units: Collection[str] = (),
) -> ExactFigure:
    """One total, unless it would be another with a meter whose outlet is not listed."""
    total = request.read(reader, outlets, metered_units)
    unlisted = [row for row in _unlisted(request) if row not in outlets]
    if unlisted and total != request.read(reader, (*outlets, *unlisted), metered_units):
        return NotKnown(f"{request.total.objects} has the row {unlisted[0]}, which is no outlet")
    return total


def _unlisted(request: _TotalRequest) -> list[str]:
    """The rows with a figure, also those that are not listed as outlets."""
    rows = request.outlets.rows
    return [row for row, figure in rows.items() if isinstance(figure, Decimal) and figure]


def _metered_units(requests: Sequence[_TotalRequest], reader: Reader) -> set[str]:
    """The units of a chain with a row of any meter that was read."""
    units: set[str] = set()
    for total, outlets, *_ in requests:
        if total.unit is not None:
            units |= total.metered_units(reader)
            units.update(total.unit.of(row) for row, of in outlets.rows.items() if of is not None)
    return units


def _as_float(figure: ExactFigure) -> MeterFigure:
    return float(figure) if isinstance(figure, Decimal) else figure


def _unit_of(identity: str) -> str:
    return identity.rpartition(".")[0]

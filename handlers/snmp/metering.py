"""Figures and labels of a detected device."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from itertools import chain, compress, zip_longest
from typing import NamedTuple, Optional

from pdu_common.helper import EnumPowerStatus

from .. import dcimanager
from ..dcimanager.rows import Raw
from ..shared.errors import ProtocolError
from ..shared.labels import name_text
from ..shared.meter_figures import (
    NOT_ASKED,
    Figure,
    MeterFigures,
    NotKnown,
    NotMetered,
)
from .decoding import printable_text
from .device import SnmpDevice, all_outlets, has_joined_meters, is_list_proven, outlets_read
from .figures import ExactFigure, Measurement, Total
from .outlets import Outlets
from .reader import LOST, Lost, Reader, WholeTables, decided
from .sources.base import is_unidentified, object_name


class _OutletRows(NamedTuple):
    """One figure of the outlets, and of rows that are not listed as outlets."""

    figure: Optional[Measurement]
    rows: Mapping[str, ExactFigure]
    #: the same of the outlets' other figures
    other_rows: Sequence[Mapping[str, ExactFigure]] = ()

    def of(self, identity: str) -> ExactFigure:
        """The figure of one outlet. Without a row in any column of its unit's meters it has no
        meter; without one here alone, or if there is one column, the row is missing."""
        if self.figure is None:
            return None
        if identity in self.rows:
            return self.rows[identity]
        if any(map(is_unidentified, self.rows)):
            return NotKnown(f"the answers lack the outlet of a row of {self.figure.objects}")
        unit = _unit_of(identity)
        if not _has_meters(self.rows, unit):
            return None
        other_columns = [rows for rows in self.other_rows if _has_meters(rows, unit)]
        is_in_another = any(identity in rows for rows in other_columns)
        if other_columns and not is_in_another:
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
        figures = {identity: self.outlets.of(identity) for identity in outlets}
        return self.total.read_from(
            reader,
            figures,
            self.most,
            counters=self.counters,
            metered_units=metered_units,
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
    outlets, reader = device.outlets, device.reader
    if outlets is None:
        return []
    printed_numbers = outlets.number.rows(reader) if outlets.number else {}
    names = outlets.name.rows(reader) if outlets.name else {}
    numbers: dict[str, str] = {}
    for identity in outlets_read(device):
        printed_number = _shown_text(printed_numbers.get(identity, ""), encoding)
        last_arc = identity.rpartition(".")[2]
        numbers[identity] = printed_number or last_arc
    outlet_labels: list[dcimanager.Label] = []
    for identity, number in _distinct(numbers).items():
        name = _shown_text(names.get(identity, ""), encoding)
        label = dcimanager.label(identity, number, name)
        outlet_labels.append(label)
    return outlet_labels


def lost_labels(device: SnmpDevice) -> list[tuple[str, str]]:
    """Outlet -> why its number or its name is not known, of those whose labels other outlets
    have."""
    return decided(partial(_lost_labels, device), device.reader)


def _lost_labels(device: SnmpDevice, whole: WholeTables) -> list[tuple[str, str]]:
    outlets = device.outlets
    sources = (outlets.number, outlets.name) if outlets else ()
    reasons: list[tuple[str, str]] = []
    for source in filter(None, sources):
        for identity, value in source.rows(whole).items():
            if isinstance(value, Lost) and identity in device.states:
                reasons.append((identity, f"{object_name(source)}: {value.reason}"))
    return reasons


def _shown_text(raw: Raw, encoding: str) -> str:
    """A name or number for people."""
    if isinstance(raw, bytes):
        return printable_text(name_text(raw, encoding))
    return printable_text(raw)


def _distinct(numbers: Mapping[str, str]) -> Mapping[str, str]:
    """The numbers; if some are the same, each after those arcs of the identity before the last that
    differ. They are as before if that does not help."""
    if len(set(numbers.values())) == len(numbers):
        return numbers
    units = {identity: identity.split(".")[:-1] for identity in numbers}
    differing: list[bool] = []
    for arcs_there in zip_longest(*units.values()):
        differing.append(len(set(arcs_there)) > 1)
    numbers_with_units: dict[str, str] = {}
    for identity, number in numbers.items():
        parts = [*compress(units[identity], differing), number]
        numbers_with_units[identity] = ":".join(parts)
    distinct_numbers = set(numbers_with_units.values())
    if len(distinct_numbers) < len(numbers):
        return numbers
    return numbers_with_units


def unanswered_objects(device: SnmpDevice, figures: dcimanager.Figures) -> Sequence[str]:
    """The objects of load and energy that the device was asked for and did not answer, so that
    these figures are taken as not metered."""
    profile = device.profile
    names: list[str] = []
    for total, figure in ((profile.load, figures.load_a), (profile.energy, figures.energy_kwh)):
        if total is not None and figure is None:
            names += total.unanswered(device.reader)
    return names


def read_statistic(device: SnmpDevice, *, with_power: bool = True) -> dcimanager.Figures:
    """The figures of a device, and of each outlet that has a meter. Without `with_power`, power is
    left out.
    """
    return decided(partial(_statistic, device, with_power=with_power), device.reader)


def _statistic(device: SnmpDevice, whole: WholeTables, *, with_power: bool) -> dcimanager.Figures:
    """The figures, as these tables show them. The outlets are listed as a status lists them: by
    whole tables, a row of padding whose mark is lost would be one."""
    requests = _requests(device, whole, with_power=with_power)
    if any(request.needs_outlets(whole) for request in requests) or has_joined_meters(device):
        device = device._replace(states=all_outlets(device), is_counted=True)
    device = _with_metered(device, requests, whole)
    load_a, energy_kwh, power_w, inlet_a, inlet_w = map(_as_float, _totals(device, requests, whole))
    currents, energies, powers = (request.outlets for request in requests[:3])
    ports: dict[str, MeterFigures] = {}
    for identity in outlets_read(device):
        current, energy = currents.of(identity), energies.of(identity)
        power = powers.of(identity)
        if current is None and energy is None and power is None:
            continue  # padding, or a meter without an outlet
        ports[identity] = MeterFigures(
            current_a=_as_float(current),
            power_w=_as_float(power) if with_power else NOT_ASKED,
            energy_kwh=_as_float(energy),
        )
    if not with_power:
        power_w = inlet_w = NOT_ASKED
    return dcimanager.Figures(
        load_a=load_a,
        energy_kwh=energy_kwh,
        ports=ports,
        power_w=power_w,
        inlet_a=inlet_a,
        inlet_w=inlet_w,
    )


def _with_metered(
    device: SnmpDevice, requests: Sequence[_TotalRequest], reader: Reader
) -> SnmpDevice:
    """The device with the outlets of which a meter has a row and the list has none: padding, unless
    a GET of the list says otherwise. No outlet is missing in a list that is proven."""
    if is_list_proven(device):
        return device
    listed = outlets_read(device)
    states = dict(device.states)
    metered = dict.fromkeys(chain.from_iterable(request.outlets.rows for request in requests))
    for row in metered:
        if row in listed or is_unidentified(row):
            continue
        if device.outlets is None or not device.outlets.has_row(reader, row):
            break  # neither are the others
        states[row] = EnumPowerStatus.UNKNOWN
    return device._replace(states=states)


def _outlet_rows(device: SnmpDevice, reader: Reader, *, with_power: bool) -> list[_OutletRows]:
    """Currents, energies and powers of the outlets."""
    outlets, ceilings = device.outlets, device.profile.ceilings
    if outlets is None:
        return [_OutletRows(None, {})] * 3
    power = outlets.power if with_power else None
    figures = (outlets.current, outlets.energy, power)
    limits = (ceilings.outlet_a, None, ceilings.outlet_w)
    rows: list[dict[str, ExactFigure]] = []
    for figure, most in zip(figures, limits):
        rows.append(figure.rows_from(reader, most) if figure else {})
    if sum(map(bool, rows)) > 1:
        for unmetered_row in _unmetered(outlets, reader, with_power=with_power):
            for rows_of_figure in rows:
                rows_of_figure.pop(unmetered_row, None)
    currents, energies, powers = rows
    return [
        _OutletRows(outlets.current, currents, (energies, powers)),
        _OutletRows(outlets.energy, energies, (currents, powers)),
        _OutletRows(power, powers, (currents, energies)),
    ]


def _unmetered(outlets: Outlets, reader: Reader, *, with_power: bool) -> Collection[str]:
    """The outlets without a row in any column of their meters, if a GET of one says so too: models
    of many families switch outlets that they do not meter."""
    power = outlets.power if with_power else None
    figures = [figure for figure in (outlets.current, outlets.energy, power) if figure]
    values = [figure.source.rows(reader) for figure in figures]
    unmetered_rows: list[str] = []
    for row in dict.fromkeys(chain.from_iterable(values)):
        values_of_row = [of_figure.get(row, LOST) for of_figure in values]
        if all(map(_is_unanswered, values_of_row)):
            unmetered_rows.append(row)
    if unmetered_rows:
        value = figures[0].source.value_of(reader, unmetered_rows[-1])
        if value is not None:
            return ()
    return unmetered_rows


def _is_unanswered(value: Raw) -> bool:
    return isinstance(value, Lost) and value.is_unanswered


def _has_meters(rows: Mapping[str, ExactFigure], unit: str) -> bool:
    """Whether a column has a meter of this unit of a chain."""
    return any(figure is not None and _unit_of(row) == unit for row, figure in rows.items())


def _requests(device: SnmpDevice, reader: Reader, *, with_power: bool) -> Sequence[_TotalRequest]:
    """The totals, with the figures of outlets that are read."""
    profile, ceilings = device.profile, device.profile.ceilings
    currents, energies, powers = _outlet_rows(device, reader, with_power=with_power)
    no_rows = _OutletRows(None, {})
    no_total = Total()
    power = profile.power if with_power else None
    inlet_power = profile.inlet_power if with_power else None
    return (
        _TotalRequest(profile.load or no_total, currents, ceilings.part_a),
        _TotalRequest(profile.energy or no_total, energies, counters=True),
        _TotalRequest(power or no_total, powers, ceilings.part_w),
        _TotalRequest(profile.inlet or no_total, no_rows, ceilings.part_a),
        _TotalRequest(inlet_power or no_total, no_rows, ceilings.part_w),
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
    except ProtocolError as error:
        if error.operation or not reader.lacks_rows():  # a request that failed, as in `decided`
            raise
        # the rows that are lost contradict others
        return [NotKnown(error.reason) for _ in requests]
    if not any(isinstance(total, Decimal) for total in totals):
        return totals
    missing_unit = device.profile.missing_unit(reader)
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
    unlisted: list[str] = []
    for row, figure in request.outlets.rows.items():
        if isinstance(figure, Decimal) and figure and row not in outlets:
            unlisted.append(row)
    if not unlisted:
        return total
    total_of_all_rows = request.read(reader, (*outlets, *unlisted), metered_units)
    if total_of_all_rows != total:
        return NotKnown(f"{request.total.objects} has the row {unlisted[0]}, which is no outlet")
    return total


def _metered_units(requests: Sequence[_TotalRequest], reader: Reader) -> set[str]:
    """The units of a chain with a row of any meter that was read."""
    units: set[str] = set()
    for request in requests:
        total = request.total
        if total.unit is None:
            continue
        units |= total.metered_units(reader)
        for row, figure in request.outlets.rows.items():
            if figure is not None:
                units.add(total.unit.of(row))
    return units


def _as_float(figure: ExactFigure) -> Figure:
    return float(figure) if isinstance(figure, Decimal) else figure


def _unit_of(identity: str) -> str:
    return identity.rpartition(".")[0]

"""A total's next figure is another quantity: it never takes the place of one whose answer is lost,
in what DCImanager is shown as in what `pdu statistic` reads with power. Nor is the total shown as
one that the device does not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from handlers.shared.errors import PduHandlerError
from handlers.shared.meter_figures import Figure, NotKnown
from handlers.snmp.metering import read_statistic
from handlers.snmp.objects import Column
from handlers.snmp.parts import parts_of
from handlers.snmp.read_scope import FIGURES, VIEW_FIGURES
from tests.handlers.snmp import units
from tests.handlers.snmp.memory import Memory, Value
from tests.handlers.snmp.units import FAMILIES
from tests.simulators.snmp_units import Fixture

Totals = Mapping[str, Figure]
#: units whose next figure is the same quantity, of another table
SAME_QUANTITY = {"baytech": "sBTAModulesRPCCurrent and sRPCCurrent are both what the RPC carries"}


def read_totals(unit: Fixture, device: Memory, *, with_power: bool) -> Totals:
    """The totals by name, none if it is an error."""
    try:
        snmp_device = units.find(unit, device, FIGURES if with_power else VIEW_FIGURES)
        figures = read_statistic(snmp_device, with_power=with_power)
    except PduHandlerError:
        return {}
    totals: dict[str, Figure] = {"load": figures.load_a, "energy": figures.energy_kwh}
    if with_power:
        totals["power"] = figures.power_w
        totals["inlet"] = figures.inlet_a
        totals["inlet power"] = figures.inlet_w
    return totals


def value_columns(unit: Fixture, device: Memory) -> Iterator[list[str]]:
    """The columns of values of each total, one for each of its figures."""
    tables = units.find(unit, device, FIGURES).tables
    for total in FAMILIES[unit.key].totals:
        columns: list[str] = []
        for figure in total.figures:
            parts = [part for part in parts_of(figure.source) if isinstance(part, Column)]
            columns += [tables.resolve(part.oid) for part in parts[:1]]
        yield columns


def rows_below(unit: Fixture, column: str) -> list[str]:
    return [oid for oid in unit.rows if oid.startswith(f"{column}.")]


def doubled(unit: Fixture, columns: list[str]) -> dict[str, Value]:
    """Twice the numbers of these columns: counters with another zero."""
    values: dict[str, Value] = {}
    for column in columns:
        for oid in rows_below(unit, column):
            value = unit.rows[oid].value
            if isinstance(value, int):
                values[oid] = 2 * value
    return values


def other_totals(before: Totals, after: Totals) -> list[str]:
    """The totals that were measured and are another figure, or none, now."""
    changes: list[str] = []
    for name, total in after.items():
        total_before = before.get(name)
        if not isinstance(total_before, float) or isinstance(total, NotKnown):
            continue
        if total != total_before:
            changes.append(f"{name}: {total_before} is {total}")
    return changes


@units.EACH
@pytest.mark.sample(12)
def test_the_next_figure_does_not_replace_one_whose_walk_is_empty(unit: Fixture) -> None:
    """A GET still answers each row of the walk."""
    device = units.memory(unit)
    changes: list[str] = []
    for columns in value_columns(unit, device):
        for place, column in enumerate(columns[:-1]):
            later_columns = [other for other in columns[place + 1 :] if other != column]
            with device.holding(doubled(unit, later_columns)):
                changes += changes_without_walk(unit, device, column)
    assert bool(changes) is (unit.name in SAME_QUANTITY), changes


def changes_without_walk(unit: Fixture, device: Memory, column: str) -> list[str]:
    """The totals that are others if a walk of this column is empty."""
    rows = [oid.removeprefix(f"{column}.") for oid in rows_below(unit, column)]
    changes: list[str] = []
    for with_power in (False, True):
        device.unwalked = {}
        before = read_totals(unit, device, with_power=with_power)
        device.unwalked = {column: rows}
        after = read_totals(unit, device, with_power=with_power)
        changes += other_totals(before, after)
    device.unwalked = {}
    return changes

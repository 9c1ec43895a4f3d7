"""One row of one column is missing in the answers, of each unit: an outlet that another column of
its table shows stays, with its state or as UNKNOWN; and its figures and its label stay too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from handlers.shared.errors import PduHandlerError
from handlers.shared.meter_figures import MeterFigures
from handlers.snmp import metering
from handlers.snmp.profile import is_below, oids
from handlers.snmp.states import State
from pdu_common.helper import EnumPowerStatus
from tests.handlers.snmp import units
from tests.handlers.snmp.memory import of_rows
from tests.handlers.snmp.units import FAMILIES, FIXTURES, find, memory
from tests.simulators.snmp_units import Fixture

UNKNOWN = EnumPowerStatus.UNKNOWN
#: families in which the row that is missing is the only one that says what the others are
NAMES_ALONE = {"rittal-cmc3": "the variable's name says what its value is"}


def of_its_table(column: str, columns: Mapping[str, list[str]]) -> Iterator[str]:
    """The other columns of the same table (RFC 2578, 7.10)."""
    table = column.rpartition(".")[0]
    return (other for other in columns if other != column and other.rpartition(".")[0] == table)


def missing_rows(unit: Fixture) -> Iterator[str]:
    """Objects of columns that a status walks, of which another one of the table has the row: of
    each column the first, the last and one between."""
    device = of_rows(unit.rows)
    units.find(unit, device)
    columns = device.walked_columns()
    for column, rows in columns.items():
        rows_of_others: set[str] = set()
        for other in of_its_table(column, columns):
            rows_of_others.update(columns[other])
        rows_shown = [row for row in rows if row in rows_of_others]
        if len(rows) < 2 or not rows_shown:
            continue
        between = rows_shown[len(rows_shown) // 2]
        for row in dict.fromkeys((rows_shown[0], between, rows_shown[-1])):
            yield f"{column}.{row}"


@units.EACH
@pytest.mark.sample(20)
def test_no_outlet_is_left_out_and_no_state_is_another_one(unit: Fixture) -> None:
    whole = units.find(unit, of_rows(unit.rows)).states
    for missing_row in missing_rows(unit):
        device = of_rows(unit.rows)
        with device.without([missing_row]):
            try:
                states = units.find(unit, device).states
            except PduHandlerError:
                continue
        if unit.key not in NAMES_ALONE:
            kept = [identity for identity in states if identity in whole]
            assert kept == list(whole), missing_row
        # a row may be an outlet if what would say that it is padding is missing
        for identity, state in states.items():
            assert state in (whole.get(identity), UNKNOWN), missing_row


def test_no_outlet_shows_anothers_figures_without_the_table_of_the_first_list() -> None:
    """A family with several lists of outlets takes the next one if a device lacks the tables from
    which the states of the first are read. No outlet may then show the figure of another row."""
    changes: list[str] = []
    for unit in FIXTURES:
        outlets = FAMILIES[unit.key].outlets
        if len(outlets) < 2 or outlets[0].states is None:
            continue
        device = memory(unit)
        ports_before = metering.read_statistic(find(unit, device)).ports
        try:
            with device.without(objects_in_tables_of(unit, outlets[0].states)):
                ports = metering.read_statistic(find(unit, device)).ports
        except PduHandlerError:
            continue
        changes += [f"{unit.name} {change}" for change in changed_figures(ports_before, ports)]
    assert changes == []


def objects_in_tables_of(unit: Fixture, states: State) -> list[str]:
    """The unit's objects in the tables from which the states are read."""
    resolve = find(unit, memory(unit)).tables.resolve
    tables = {resolve(oid).rpartition(".")[0] for oid in oids(states)}
    return [oid for oid in unit.rows if any(is_below(oid, table) for table in tables)]


def changed_figures(
    before: Mapping[str, MeterFigures], after: Mapping[str, MeterFigures]
) -> Iterator[str]:
    """The figures of outlets that are listed both times, and that are others now."""
    for identity in after.keys() & before.keys():
        for name in ("current_a", "power_w", "energy_kwh"):
            figure_before = getattr(before[identity], name)
            figure_now = getattr(after[identity], name)
            if isinstance(figure_now, float) and figure_now != figure_before:
                yield f"{identity} {name}: {figure_before} -> {figure_now}"

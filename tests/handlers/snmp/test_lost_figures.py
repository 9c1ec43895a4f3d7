"""A walk leaves out a row, or is answered empty, while GETs answer the same objects: each figure
that the whole unit has is the same, or the answer says that it is not known; and each outlet stays.
"""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Collection, Mapping

import pytest

from handlers.dcimanager.views import Figures
from handlers.shared.errors import PduHandlerError
from handlers.shared.meter_figures import Figure
from handlers.snmp.computed import Complete
from handlers.snmp.metering import read_statistic
from handlers.snmp.objects import Column, Scalar
from handlers.snmp.parts import parts_of
from handlers.snmp.read_scope import FIGURES
from pdu_common.helper import EnumPowerStatus
from tests.handlers.snmp import units
from tests.handlers.snmp.units import FAMILIES
from tests.needs import ROOT
from tests.simulators.snmp_units import Fixture

#: units that lose a figure with a row without a word, by the reason why nothing proves the loss
UNPROVEN_ROWS = {
    "it is the only meter of its unit of the chain, which may be a unit without meters": (
        "eaton-power-pdu"
    ),
}
_ALONE = "no other column of its table is read, so the device looks like one without the table"
#: likewise, with all rows of a column: the energies of outlets, and never a total
UNPROVEN_COLUMNS = {
    _ALONE: "eaton-epdu eaton-power-pdu",
    "one walk reads all these meters, so the device looks like one without them": (
        "clever-mpro clever-mpro_zero"
    ),
}
#: units that lose an outlet's figures with a row: nothing else that is read shows the row
UNPROVEN_PORTS = {"eaton-genesis2", "eaton-power-pdu", "gude-epc"}
#: units that lose outlets of a status with all rows of a column
UNPROVEN_LISTS = {_ALONE: "hpe-ipdu powertek-v2"}


def totals(figures: Figures) -> dict[str, Figure]:
    return {"load": figures.load_a, "energy": figures.energy_kwh}


def energies(figures: Figures) -> dict[str, Figure]:
    return {identity: port.energy_kwh for identity, port in figures.ports.items()}


def other_figures(whole: Figures, figures: Figures) -> list[str]:
    """The figures that are measured both times, and are not the same."""
    before = {**totals(whole), **energies(whole)}
    after = {**totals(figures), **energies(figures)}
    changes: list[str] = []
    for name, figure in before.items():
        figure_now = after.get(name)
        are_measured = isinstance(figure, float) and isinstance(figure_now, float)
        if are_measured and figure_now != figure:
            changes.append(f"{name}: {figure} is {figure_now}")
    return changes


def silent_losses(whole: Figures, figures: Figures) -> list[str]:
    """The figures of `whole` that these neither have nor call not known, in an error or in the
    log."""
    if figures.not_known():
        return []
    losses: list[str] = []
    for name, total in totals(whole).items():
        if isinstance(total, float) and not isinstance(totals(figures)[name], float):
            losses.append(name)
    if figures.outlets_not_known():
        return losses
    for identity, energy in energies(whole).items():
        if isinstance(energy, float) and energies(figures).get(identity) is None:
            losses.append(f"the energy of {identity}")
    return losses


class Losses:
    """What a unit's statistic loses without a word if walks leave out some rows."""

    def __init__(self, unit: Fixture) -> None:
        self._unit = unit
        self._device = units.memory(unit)
        self._whole = units.view_figures(unit, self._device)
        columns = self._device.walked_columns()
        self.columns = {column: rows for column, rows in columns.items() if rows}

    def without(self, left_out: Mapping[str, Collection[str]]) -> list[str]:
        """The figures that are lost so. None of the others may change."""
        self._device.unwalked = left_out
        try:
            figures = units.view_figures(self._unit, self._device)
        except PduHandlerError:
            return []
        assert other_figures(self._whole, figures) == [], left_out
        return [f"{left_out}: {loss}" for loss in silent_losses(self._whole, figures)]


def is_named(unit: Fixture, unproven: Mapping[str, str]) -> bool:
    return any(unit.name in names.split() for names in unproven.values())


@units.EACH
@pytest.mark.sample(12)
def test_a_figure_without_its_row_is_the_same_or_said_to_be_not_known(unit: Fixture) -> None:
    """Of each column: the first row, the last and one between."""
    losses = Losses(unit)
    silent: list[str] = []
    for column, rows in losses.columns.items():
        if len(rows) < 2:
            continue
        between = rows[len(rows) // 2]
        for row in dict.fromkeys((rows[0], between, rows[-1])):
            silent += losses.without({column: [row]})
    assert bool(silent) is is_named(unit, UNPROVEN_ROWS), silent


@units.EACH
@pytest.mark.sample(12)
def test_a_figure_without_rows_of_two_columns_is_the_same_or_said_to_be_not_known(
    unit: Fixture,
) -> None:
    """Of each two columns of a table: the first row of one and the last of the other, so that both
    have as many rows as before."""
    losses = Losses(unit)
    silent: list[str] = []
    for column, other in itertools.permutations(losses.columns, 2):
        rows = losses.columns[column]
        other_rows = losses.columns[other]
        is_one_table = column.rpartition(".")[0] == other.rpartition(".")[0]
        if is_one_table and min(len(rows), len(other_rows)) > 1:
            silent += losses.without({column: rows[:1], other: other_rows[-1:]})
    if not is_named(unit, UNPROVEN_ROWS):
        assert silent == []


@units.EACH
@pytest.mark.sample(12)
def test_a_figure_without_its_column_is_the_same_or_said_to_be_not_known(unit: Fixture) -> None:
    """A column that is read alone of its table proves nothing: without it, the device looks like
    one without the table. Of a total, a GET of a first row tells the two apart.
    """
    losses = Losses(unit)
    tables = [column.rpartition(".")[0] for column in losses.columns]
    silent: list[str] = []
    silent_beside_others: list[str] = []
    for column, rows in losses.columns.items():
        losses_of_column = losses.without({column: rows})
        silent += losses_of_column
        assert not any(loss.endswith((": load", ": energy")) for loss in losses_of_column)
        if tables.count(column.rpartition(".")[0]) > 1:
            silent_beside_others += losses_of_column
    if is_named(unit, UNPROVEN_COLUMNS):
        assert silent
    else:
        assert silent_beside_others == []


@units.EACH
@pytest.mark.sample(12)
def test_no_outlet_is_left_out_of_a_statistic_without_a_row(unit: Fixture) -> None:
    """Of each column: the first row or the last. Its figures are the same, or said to be not
    known."""
    device = units.memory(unit)
    whole = read_statistic(units.find(unit, device, FIGURES)).ports
    left_out: list[str] = []
    for column, rows in device.walked_columns().items():
        for row in dict.fromkeys((*rows[:1], *rows[-1:])) if len(rows) > 1 else ():
            device.unwalked = {column: [row]}
            with contextlib.suppress(PduHandlerError):
                ports = read_statistic(units.find(unit, device, FIGURES)).ports
                left_out += [f"{column}.{row}: {o}" for o in whole if o not in ports]
    assert bool(left_out) is (unit.name in UNPROVEN_PORTS), left_out


@units.EACH
@pytest.mark.sample(12)
def test_no_outlet_is_left_out_of_a_status_without_a_column(unit: Fixture) -> None:
    """Its state is the same or UNKNOWN. An outlet that is added is UNKNOWN: a row may be one if
    what would say that it is padding is lost."""
    device = units.memory(unit)
    whole = units.find(unit, device).states
    left_out: list[str] = []
    for column, rows in device.walked_columns().items():
        device.unwalked = {column: rows}
        try:
            states = units.find(unit, device).states
        except PduHandlerError:
            continue
        left_out += [f"{column}: {outlet}" for outlet in whole if outlet not in states]
        for outlet, state in states.items():
            assert state in (whole.get(outlet), EnumPowerStatus.UNKNOWN), (column, outlet)
    assert bool(left_out) is is_named(unit, UNPROVEN_LISTS), left_out


def families_of(unproven: Mapping[str, str]) -> set[str]:
    key_by_name = {unit.name: unit.key for unit in units.FIXTURES}
    return {key_by_name[name] for names in unproven.values() for name in names.split()}


@pytest.mark.parametrize(
    "unproven, words",
    [
        (UNPROVEN_ROWS, "with the only row of a unit"),
        (UNPROVEN_COLUMNS, "loses its figures without a word"),
        (UNPROVEN_LISTS, "loses its outlets"),
    ],
    ids=["rows", "columns", "lists"],
)
def test_the_families_in_which_nothing_proves_a_loss_are_documented(
    unproven: Mapping[str, str], words: str
) -> None:
    page = (ROOT / "docs" / "dev" / "families.md").read_text()
    (line,) = (line for line in page.splitlines() if words in line)
    assert set(re.findall("`(.+?)`", line)) == families_of(unproven)


def counted_tables(unit: Fixture) -> dict[str, str]:
    """The columns of the unit's totals of which it can count the rows, by the object that does."""
    tables = units.find(unit, units.memory(unit), FIGURES).tables
    count_by_column: dict[str, str] = {}
    for part in parts_of(FAMILIES[unit.key].totals):
        if not isinstance(part, Complete):
            continue
        column, count = part.source, part.count
        if isinstance(column, Column) and isinstance(count, Scalar) and not column.optional:
            count_by_column[tables.resolve(column.oid)] = tables.resolve(count.oid)
    return count_by_column


def test_a_total_whose_table_is_empty_beside_its_count_is_not_unmetered() -> None:
    """By walk and by GET, as an agent answers that has not filled its tables yet."""
    for unit in units.FIXTURES:
        for column, count in counted_tables(unit).items():
            device = units.memory(unit)
            rows = device.walk(column)
            if not rows:
                continue
            device.put(count, len(rows))
            table = column.rpartition(".")[0]
            objects = [oid for oid in unit.rows if oid.startswith(f"{table}.") and oid != count]
            try:
                whole = totals(units.view_figures(unit, device))
                with device.without(objects):
                    totals_now = totals(units.view_figures(unit, device))
            except PduHandlerError:
                continue
            for name, total in totals_now.items():
                is_unmetered = total is None
                assert not (is_unmetered and isinstance(whole[name], float)), (unit.name, column)

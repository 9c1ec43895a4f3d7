"""No number that a meter shows when it has no value becomes a current or a power, in any family."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import NamedTuple, Optional

import pytest

from handlers.shared.ceilings import LARGEST
from handlers.shared.errors import ProtocolError
from handlers.shared.meter_figures import NotKnown
from handlers.snmp.decoding import Rows
from handlers.snmp.device import SnmpDevice
from handlers.snmp.figures import Ceilings, Measurement, Total
from handlers.snmp.objects import Column
from handlers.snmp.profile import is_below, oids
from handlers.snmp.read_scope import FIGURES
from handlers.snmp.tables import Tables
from tests.handlers.snmp import units
from tests.handlers.snmp.exact_figures import read_exactly
from tests.handlers.snmp.memory import Memory, Value, of_rows, tables
from tests.simulators.snmp_units import Fixture, fixture

WIDE = (-(2**31), 2**31 - 1, 2**32 - 1, -(2**63), 2**63 - 1, 2**64 - 1)
NARROW = (2**16 - 1, 2**15 - 1)
#: the numbers of 16 and 32 bits as a text of amperes, in tenths to thousandths
SCALED = ("6553.5", "3276.7", "655.35", "327.67", "21474836.47", "4294967.295")
RACK = Ceilings()


class Declared(NamedTuple):
    """A figure of a family, and what the MIB's part can carry at most; None for an energy."""

    kind: str
    figure: Measurement
    most: Optional[Decimal]


def declared(device: SnmpDevice) -> Iterator[Declared]:
    """The figures of the device's outlets, and those of its totals."""
    profile = device.profile
    outlets = device.outlets
    ceilings = profile.ceilings
    figures_of_outlets = (
        (
            ("current", outlets.current, ceilings.outlet_a),
            ("power", outlets.power, ceilings.outlet_w),
            ("energy", outlets.energy, None),
        )
        if outlets is not None
        else ()
    )
    for kind, figure, most in figures_of_outlets:
        if figure is not None:
            yield Declared(kind, figure, most)
    for kind, total, most in (
        ("current", profile.load, ceilings.part_a),
        ("power", profile.power, ceilings.part_w),
        ("energy", profile.energy, None),
    ):
        for figure in total.figures if total is not None else ():
            yield Declared(kind, figure, most)


@functools.cache
def memory_of(name: str) -> Memory:
    """The unit of this name, made once: it is read with another value for each trial."""
    return of_rows(fixture(name).rows)


def is_text(unit: Fixture, oid: str) -> bool:
    return isinstance(memory_of(unit.name).get(oid), (str, bytes))


@contextmanager
def planted(unit: Fixture, oid: str, value: Value) -> Iterator[Memory]:
    """The unit with another value of one object, as text where the object is a text."""
    device = memory_of(unit.name)
    with device.holding({oid: str(value) if is_text(unit, oid) else value}):
        yield device


def feeding(
    unit: Fixture, device: SnmpDevice, figure: Measurement
) -> Iterator[tuple[str, set[str]]]:
    """The first object of each column whose value becomes the figure's, and the rows that it feeds.

    Columns that only select or join rows are left out.
    """
    whole = device.tables
    identities = whole[figure.source].keys()
    columns = {whole.resolve(oid) for oid in oids(figure.source)}
    for oid in unit.rows:
        columns_of_object = [column for column in columns if is_below(oid, column)]
        if not columns_of_object:
            continue
        try:
            with planted(unit, oid, 7) as memory:
                sevens = Tables(memory, whole.root)[figure.source]
            with planted(unit, oid, 9) as memory:
                nines = Tables(memory, whole.root)[figure.source]
        except ProtocolError:  # a number of rows
            continue
        fed_rows = changed_values(sevens, nines)
        if fed_rows and sevens.keys() == nines.keys() == identities:
            columns.remove(columns_of_object[0])
            yield oid, fed_rows


def changed_values(rows: Rows, other_rows: Rows) -> set[str]:
    """The rows that have another value there, and are empty in neither."""
    changed_rows: set[str] = set()
    for row in rows.keys() & other_rows:
        value, other_value = rows[row], other_rows[row]
        if value != other_value and "" not in (value, other_value):
            changed_rows.add(row)
    return changed_rows


class Planted(NamedTuple):
    """A figure of a unit, an object that feeds it, the rows that it feeds, and the unit."""

    figure: Declared
    oid: str
    rows: frozenset[str]
    device: SnmpDevice

    def measured_rows(self, unit: Fixture, value: Value) -> list[str]:
        """The rows that the object feeds and that have a figure while it has this value."""
        figures = self.figures(unit, value)
        return [row for row in self.rows if row in figures]

    def figures(self, unit: Fixture, value: Value) -> dict[str, Decimal]:
        """The figures while the object has this value, by row."""
        _, figure, most = self.figure
        with planted(unit, self.oid, value) as memory:
            figures = figure.rows(Tables(memory, self.device.tables.root), most)
        return {row: value for row, value in figures.items() if isinstance(value, Decimal)}


@functools.cache
def _each_planted(name: str) -> tuple[Planted, ...]:
    """The values planted in all figures of a unit; kept, because it takes long."""
    unit = fixture(name)
    device = units.find(unit, memory_of(name))
    trials = []
    for declared_figure in declared(device):
        for oid, rows in feeding(unit, device, declared_figure.figure):
            trials.append(Planted(declared_figure, oid, frozenset(rows), device))
    return tuple(trials)


def each_planted(unit: Fixture, *kinds: str) -> list[Planted]:
    return [
        planted_figure
        for planted_figure in _each_planted(unit.name)
        if planted_figure.figure.kind in kinds
    ]


@pytest.mark.sample(8)
@units.EACH_MECHANISM
def test_a_current_or_power_that_is_a_fill_of_16_32_or_64_bits_is_not_measured(
    unit: Fixture,
) -> None:
    for trial in each_planted(unit, "current", "power"):
        fills: list[Value] = [*WIDE, *NARROW]
        is_rack_pdu = trial.device.profile.ceilings == RACK
        if trial.figure.kind == "current" and is_text(unit, trial.oid) and is_rack_pdu:
            fills += SCALED
        for fill in fills:
            assert trial.measured_rows(unit, fill) == [], (trial.figure.kind, trial.oid, fill)


@pytest.mark.sample(8)
@units.EACH_MECHANISM
def test_an_energy_passes_through_16_bits_and_is_not_measured_at_32_and_64(unit: Fixture) -> None:
    for trial in each_planted(unit, "energy"):
        for fill in (*WIDE, *NARROW):
            # a text with decimals is never an integer (see `scale_of_integers`)
            if fill in WIDE or trial.figure.figure.scale_of_integers is None:
                is_measured = bool(trial.measured_rows(unit, fill))
                assert is_measured == (fill in NARROW), (trial.oid, fill)


@pytest.mark.sample(8)
@units.EACH_MECHANISM
def test_an_energy_is_read_on_both_sides_of_each_nines_and_of_the_wrap_of_its_register(
    unit: Fixture,
) -> None:
    nines = [10**digits - 1 for digits in range(5, 10)]
    before_a_wrap = [2**31 - 2, 2**32 - 2]
    after_a_wrap = [0, 1]
    for trial in each_planted(unit, "energy"):
        figure = trial.figure.figure
        for value in (*nines, *before_a_wrap, *after_a_wrap):
            if str(value) in figure.absent + figure.padding:
                continue
            # a text with decimals is never an integer (see `scale_of_integers`)
            if figure.scale_of_integers is None or value == 0:
                assert trial.measured_rows(unit, value), (trial.oid, value)


@pytest.mark.sample(8)
@units.EACH_MECHANISM
def test_no_energy_is_10_15_kwh_or_more(unit: Fixture) -> None:
    for trial in each_planted(unit, "energy"):
        for value in (3 * 10**17, 2**64 - 2):
            figures = trial.figures(unit, value)
            excessive = [row for row in trial.rows if figures.get(row, 0) >= LARGEST]
            assert excessive == [], (trial.oid, value)


@pytest.mark.sample(8)
@units.EACH_MECHANISM
@pytest.mark.parametrize("fill", [2**16 - 1, -(2**31)])
def test_a_device_with_a_fill_shows_no_figure_that_no_pdu_carries(unit: Fixture, fill: int) -> None:
    for trial in each_planted(unit, "current", "power"):
        whole = read_exactly(trial.device)
        with planted(unit, trial.oid, fill) as memory:
            filled = read_exactly(units.find(unit, memory, FIGURES))
        # a fill only takes figures away, also where another meter then serves for it
        assert largest(filled.load_a) <= largest(whole.load_a), (trial.oid, fill)
        assert largest(filled.power_w) <= largest(whole.power_w), (trial.oid, fill)
        for figures, true_figures in (
            (filled.currents, whole.currents),
            (filled.powers, whole.powers),
        ):
            assert largest(*figures.values()) <= largest(*true_figures.values()), (trial.oid, fill)


def largest(*figures: Optional[Decimal]) -> Decimal:
    """The largest figure that is measured, 0 without one."""
    measured_figures = [figure for figure in figures if figure is not None]
    return max(measured_figures, default=Decimal(0))


@pytest.mark.parametrize(
    "name, most", [("outlet_a", 64), ("outlet_w", 30_000), ("part_a", 300), ("part_w", 200_000)]
)
def test_a_figure_above_the_ceiling_is_not_measured(name: str, most: int) -> None:
    ceiling = getattr(RACK, name)
    figure = Measurement(Column("1.3.1"), Decimal("0.01"))
    above = NotKnown(f"row 1 of 1.3.1 reads '{100 * most + 1}'")
    for raw, expected in ((0, 0), (100 * most, most), (100 * most + 1, above)):
        device = tables({"1.3.1.1": raw})
        assert figure.rows(device, ceiling) == {"1": expected}
        assert Total((figure,)).read(device, None, most=ceiling) == expected
        # without a ceiling
        assert figure.measured_rows(device) == {"1": Decimal(raw) / 100}

"""No number that a meter shows when it has no value becomes a current or a power, in any family."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple, Optional

import pytest

from handlers.shared.errors import ProtocolError
from handlers.shared.meter_figures import NotKnown
from handlers.snmp.device import SnmpDevice
from handlers.snmp.figures import COUNTERS, Ceilings, Figure, Total
from handlers.snmp.profile import oids
from handlers.snmp.reader import Reader
from handlers.snmp.sources import Column
from tests.handlers.snmp import units
from tests.handlers.snmp.exact_figures import read_exactly
from tests.handlers.snmp.memory import Memory, Value, of_rows, reader, table
from tests.recordings import Fixture, fixture

WIDE = (-(2**31), 2**31 - 1, 2**32 - 1, -(2**63), 2**63 - 1, 2**64 - 1)
NARROW = (2**16 - 1, 2**15 - 1)
#: the numbers of 16 and 32 bits as a text of amperes, in tenths to thousandths
SCALED = ("6553.5", "3276.7", "655.35", "327.67", "21474836.47", "4294967.295")
RACK = Ceilings()


class Declared(NamedTuple):
    """A figure of a family, and what the MIB's part can carry at most; None for an energy."""

    kind: str
    figure: Figure
    most: Optional[Decimal]


def declared(found: SnmpDevice) -> Iterator[Declared]:
    profile, outlets, ceilings = found.profile, found.outlets, found.profile.ceilings
    if outlets is not None:
        for kind, figure, most in (
            ("current", outlets.current, ceilings.outlet_a),
            ("power", outlets.power, ceilings.outlet_w),
            ("energy", outlets.energy, None),
        ):
            if figure is not None:
                yield Declared(kind, figure, most)
    for kind, total, most in (
        ("current", profile.load, ceilings.part_a),
        ("power", profile.power, ceilings.part_w),
        ("energy", profile.energy, None),
    ):
        for figure in total.figures if total is not None else ():
            yield Declared(kind, figure, most)


def planted(unit: Fixture, oid: str, value: Value) -> Memory:
    """The unit with another value of one object, as text where the object is a text."""
    device = of_rows(unit.rows)
    device.put(oid, str(value) if isinstance(device.get(oid), (str, bytes)) else value)
    return device


def is_text(unit: Fixture, oid: str) -> bool:
    return isinstance(of_rows(unit.rows).get(oid), (str, bytes))


def feeding(unit: Fixture, found: SnmpDevice, figure: Figure) -> Iterator[tuple[str, set[str]]]:
    """The first object of each column whose value becomes the figure's, and the rows that it feeds.

    Columns that only select or join rows are left out.
    """
    true = figure.source.rows(found.reader)
    columns = {found.reader.resolve(oid) for oid in oids(figure.source)}
    columns_done: set[str] = set()
    for oid in unit.rows:
        column = next(
            (candidate for candidate in columns if f"{oid}.".startswith(f"{candidate}.")), ""
        )
        if not column or column in columns_done:
            continue
        try:
            seven, nine = (
                figure.source.rows(Reader(planted(unit, oid, n), found.reader.root)) for n in (7, 9)
            )
        except ProtocolError:  # a number of rows
            continue
        fed = {one for one in true if "" not in (seven.get(one), nine.get(one))}
        fed = {one for one in fed if seven.get(one) != nine.get(one)}
        if fed and seven.keys() == nine.keys() == true.keys():
            columns_done.add(column)
            yield oid, fed


class Planted(NamedTuple):
    """A figure of a unit, an object that feeds it, and the rows that it feeds."""

    figure: Declared
    oid: str
    fed: frozenset[str]
    found: SnmpDevice


@functools.cache
def _each_planted(name: str) -> tuple[Planted, ...]:
    """Of all figures of the unit of this name; it takes longer than the tests that need it."""
    unit = fixture(name)
    device = units.find(unit, of_rows(unit.rows))
    return tuple(
        Planted(declared_figure, oid, frozenset(fed), device)
        for declared_figure in declared(device)
        for oid, fed in feeding(unit, device, declared_figure.figure)
    )


def each_planted(unit: Fixture, *kinds: str) -> list[Planted]:
    return [
        planted_figure
        for planted_figure in _each_planted(unit.name)
        if planted_figure.figure.kind in kinds
    ]


@pytest.mark.sample(8)
@units.EACH
def test_a_current_or_power_that_is_a_fill_of_16_32_or_64_bits_is_not_measured(
    unit: Fixture,
) -> None:
    for declared_figure, oid, fed, device in each_planted(unit, "current", "power"):
        fills: list[Value] = [*WIDE, *NARROW]
        if (
            declared_figure.kind == "current"
            and is_text(unit, oid)
            and device.profile.ceilings == RACK
        ):
            fills += SCALED
        for fill in fills:
            rows = declared_figure.figure.rows_from(
                Reader(planted(unit, oid, fill), device.reader.root), declared_figure.most
            )
            assert not any(isinstance(rows.get(row), Decimal) for row in fed), (
                declared_figure.kind,
                oid,
                fill,
            )


@pytest.mark.sample(8)
@units.EACH
def test_an_energy_passes_through_16_bits_and_is_not_measured_at_32_and_64(unit: Fixture) -> None:
    for declared_figure, oid, fed, device in each_planted(unit, "energy"):
        for fill in (*WIDE, *NARROW):
            listed = declared_figure.figure.rows_from(
                Reader(planted(unit, oid, fill), device.reader.root), declared_figure.most
            )
            rows = [row for row in fed if isinstance(listed.get(row), Decimal)]
            # a text with decimals is never an integer (see `scale_of_integers`)
            if fill in WIDE or declared_figure.figure.scale_of_integers is None:
                assert bool(rows) == (fill in NARROW), (oid, fill)


@pytest.mark.sample(8)
@units.EACH
def test_an_energy_is_read_on_both_sides_of_each_nines_and_of_the_wrap_of_its_register(
    unit: Fixture,
) -> None:
    for (_, figure, most), oid, fed, device in each_planted(unit, "energy"):
        passed = [10**digits - 1 for digits in range(5, 10)]
        for wrap in (2**31, COUNTERS.get(figure.syntax, 2**32)):
            passed += [wrap - 2, 0, 1]
        for value in passed:
            if str(value) in figure.absent + figure.padding:
                continue
            listed = figure.rows_from(Reader(planted(unit, oid, value), device.reader.root), most)
            # a text with decimals is never an integer (see `scale_of_integers`)
            if figure.scale_of_integers is None or value == 0:
                assert any(isinstance(listed.get(row), Decimal) for row in fed), (oid, value)


@pytest.mark.sample(8)
@units.EACH
@pytest.mark.parametrize("fill", [2**16 - 1, -(2**31)])
def test_a_device_with_a_fill_shows_no_figure_that_no_pdu_carries(unit: Fixture, fill: int) -> None:
    for _, oid, _, device in each_planted(unit, "current", "power"):
        true, read = (
            read_exactly(device),
            read_exactly(units.find(unit, planted(unit, oid, fill), for_figures=True)),
        )
        for figures, expected in (
            ({"": read.load_a}, {"": true.load_a}),
            ({"": read.power_w}, {"": true.power_w}),
            (read.currents, true.currents),
            (read.powers, true.powers),
        ):
            largest = max(
                [figure for figure in expected.values() if figure is not None], default=Decimal(0)
            )
            assert all(figure is None or figure <= 2 * largest for figure in figures.values()), (
                oid,
                fill,
            )


@pytest.mark.parametrize(
    "name, most",
    [("outlet_a", 64), ("outlet_w", 30_000), ("part_a", 300), ("part_w", 200_000)],
)
def test_a_figure_above_the_ceiling_is_not_measured(name: str, most: int) -> None:
    ceiling = getattr(RACK, name)
    for raw, shown in ((0, 0), (100 * most, most), (100 * most + 1, None)):
        figure, device = (
            Figure(Column("1.3.1"), Decimal("0.01")),
            reader(table("1.3.1", {"1": raw})),
        )
        unknown = NotKnown(f"row 1 of 1.3.1 reads '{raw}'")
        wanted = unknown if shown is None else shown
        assert figure.rows_from(device, ceiling) == {"1": wanted}
        assert Total((figure,)).read_from(device, {}, ceiling) == wanted
        assert figure.read_from(device) == {"1": Decimal(raw) / 100}

"""One row of one column is missing in the answers, of each unit: an outlet that another column of
its table shows stays, with its state or as UNKNOWN; and its figures and its label stay too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Optional

import pytest

from handlers.shared.errors import PduHandlerError
from handlers.shared.meter_figures import Figure, MeterFigures, NotKnown
from handlers.snmp import metering
from handlers.snmp.device import read_without_states
from handlers.snmp.evidence import SIMULATED, Evidence
from handlers.snmp.figures import Measurement, Total
from handlers.snmp.frozen_value import replace
from handlers.snmp.outlets import Outlets
from handlers.snmp.profile import Profile, is_below, oids
from handlers.snmp.read_scope import FIGURES
from handlers.snmp.sources import Column, Concat
from handlers.snmp.states import State
from pdu_common.helper import EnumPowerStatus
from tests.handlers.snmp import units
from tests.handlers.snmp.exact_figures import read_exactly
from tests.handlers.snmp.memory import Memory, of_rows, reader, table
from tests.handlers.snmp.units import FAMILIES, FIXTURES, find, memory
from tests.recordings import Fixture, fixture
from tests.simulators.snmp_agent import Row
from tests.simulators.snmp_agent.device import INTEGER

UNKNOWN = EnumPowerStatus.UNKNOWN
#: families in which the row that is missing is the only one that says what the others are
NAMES_ALONE = {"rittal-cmc3": "the variable's name says what its value is"}


def walked(device: Memory) -> dict[str, Mapping[str, object]]:
    """Each column that was walked, with its rows."""
    walks = [request for request in device.asked if request.startswith("walk ")]
    columns = [walk.removeprefix("walk ") for walk in walks]
    return {column: dict(device.walk(column)) for column in columns}


def of_its_table(column: str, columns: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """The other columns of the same table (RFC 2578, 7.10)."""
    table = column.rpartition(".")[0]
    return (other for other in columns if other != column and other.rpartition(".")[0] == table)


def missing_rows(unit: Fixture) -> Iterator[str]:
    """Objects of columns that a status walks, of which another one of the table has the row: of
    each column the first, the last and one between."""
    device = of_rows(unit.rows)
    units.find(unit, device)
    columns = walked(device)
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


def test_an_outlet_whose_state_is_missing_keeps_its_figures_and_its_name() -> None:
    """NETIO-PRODUCTS-NETIO-MIB: netioOutputState of output 3, whose meter and name are there."""
    unit = fixture("netio")
    device = of_rows(unit.rows)
    whole = metering.read_statistic(units.find(unit, device, FIGURES))

    with device.without(["1.3.6.1.4.1.47952.1.1.1.3.3"]):
        snmp_device = units.find(unit, device)
        statistic = metering.read_statistic(snmp_device)
        labels = metering.labels(snmp_device)

    assert "3" not in snmp_device.states  # nothing that a status reads shows it
    assert statistic.ports == whole.ports
    assert [label.identity for label in labels] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    "object_of_output_3",
    [
        pytest.param("1.3.6.1.4.1.30966.8.1.8.1.3.0", id="outputCurrent"),
        pytest.param("1.3.6.1.4.1.30966.8.1.10.3.0", id="outputEnergy"),
        pytest.param("1.3.6.1.4.1.30966.8.1.11.3.0", id="outputPower"),
    ],
)
def test_a_row_that_one_column_lacks_costs_no_other_outlet_its_figure(
    object_of_output_3: str,
) -> None:
    """Clever MPDU with four outputs."""
    unit = fixture("clever-mpdu")
    device = of_rows(unit.rows)
    whole = metering.read_statistic(units.find(unit, device, FIGURES)).ports

    with device.without([object_of_output_3]):
        ports = metering.read_statistic(units.find(unit, device, FIGURES)).ports

    for identity, figures in whole.items():
        if identity != "3":
            assert ports[identity] == figures
    assert list(ports) == list(whole)
    (changed,) = [figure for figure in ports["3"] if figure not in whole["3"]]
    assert isinstance(changed, NotKnown)


@pytest.mark.parametrize("missing", [(1,), (2,), (1, 2), (2, 3)])
def test_a_sum_is_not_known_without_rows_that_the_device_counts(missing: tuple[int, ...]) -> None:
    """CPQPOWER-MIB: pduOutputPower of one or two of three PDUs (numOfPdu)."""
    unit = fixture("hpe-pdu-module")
    number_of_pdus = "1.3.6.1.4.1.232.165.2.1.1.0"
    power = "1.3.6.1.4.1.232.165.2.3.1.1.4"
    rows = dict(unit.rows)
    rows[number_of_pdus] = Row(INTEGER, 3)
    rows[f"{power}.3"] = Row(INTEGER, 100)
    device = of_rows(rows)

    with device.without([f"{power}.{row}" for row in missing]):
        figures = metering.read_statistic(units.find(unit, device, FIGURES))

    assert figures.power_w == NotKnown("the answers lack a row of pduOutputPower for 0")


def test_a_sum_over_a_part_that_measures_nothing_has_the_parts_row_as_its_reason() -> None:
    unit = fixture("hpe-pdu-module_partial")
    figures = metering.read_statistic(units.find(unit, of_rows(unit.rows), FIGURES))
    assert figures.power_w == NotKnown("row 2 of pduOutputPower reads '-1'")


NAME, CURRENT = Column("1.3.9.1.1"), Column("1.3.9.1.2")
METERED = Profile(
    key="metered",
    vendor="Maker",
    models=("Strip",),
    mib="",
    outlets=(Outlets(rows=NAME, current=Measurement(CURRENT)),),
    load=Total(else_outlets=True),
    evidence=Evidence(current=SIMULATED.current),
)


@pytest.mark.parametrize(
    "second, load_a, with_current",
    [
        pytest.param(4, 12, ["1", "2", "3"], id="measured"),
        pytest.param(-1, None, ["1", "3"], id="not measured"),
    ],
)
def test_a_sum_over_outlets_has_all_outlets_that_any_column_shows(
    second: int, load_a: Optional[int], with_current: list[str]
) -> None:
    """The name of outlet 2 is lost, its current is not."""
    names = table(NAME.oid, {"1": "a", "3": "c"})
    currents = table(CURRENT.oid, {"1": 3, "2": second, "3": 5})
    device = read_without_states(METERED, reader({**names, **currents}))
    assert device is not None
    assert list(device.states) == ["1", "3"]

    figures = read_exactly(device)

    assert figures.load_a == load_a
    assert list(figures.currents) == with_current


@pytest.mark.parametrize("unlisted", [4, 0], ids=["carries current", "carries nothing"])
def test_a_sum_over_outlets_is_not_known_beside_a_meter_of_no_outlet(unlisted: int) -> None:
    """The meters are in another table, so that their rows do not show an outlet."""
    meter = Column("1.3.8.1.2")
    profile = replace(METERED, outlets=(Outlets(rows=NAME, current=Measurement(meter)),))
    objects = {
        **table(NAME.oid, {"1": "a", "3": "c"}),
        **table(meter.oid, {"1": 3, "2": unlisted, "3": 5}),
    }
    device = read_without_states(profile, reader(objects))
    assert device is not None
    figures = metering.read_statistic(device, with_power=True)
    lost = NotKnown("the outlets' figures has the row 2, which is no outlet")
    assert figures.load_a == (lost if unlisted else 8.0)
    assert list(figures.ports) == ["1", "3"]


def test_a_sum_whose_lost_rows_contradict_others_is_not_known() -> None:
    """Row 2 of the first table has lost its current, and another table has a row 2."""
    other = Column("1.3.8.1.2")
    profile = replace(METERED, load=Total((Measurement(Concat((CURRENT, other))),)))
    objects = {
        **table(NAME.oid, {"1": "a", "2": "b"}),
        **table(CURRENT.oid, {"1": 3}),
        **table(other.oid, {"2": 5}),
    }
    device = read_without_states(profile, reader(objects))
    assert device is not None

    load = metering.read_statistic(device).load_a

    assert load == NotKnown("two tables of the device have the row 2")


def unread(row: int, column: int) -> NotKnown:
    return NotKnown(f"row {row} of 1.3.9.1.{column} reads no answer")


def test_an_outlet_with_any_figure_is_among_the_figures() -> None:
    """Outlet 4 has none: no column has a row of it, so it has no meter."""
    current, energy, power = (Measurement(Column(f"1.3.9.1.{column}")) for column in (2, 3, 4))
    (outlets,) = METERED.outlets
    profile = replace(
        METERED,
        outlets=(replace(outlets, current=current, energy=energy, power=power),),
        evidence=Evidence(
            current=SIMULATED.current, energy=SIMULATED.energy, power=SIMULATED.power
        ),
    )
    names = table(NAME.oid, {"1": "outlet", "2": "outlet", "3": "outlet", "4": "outlet"})
    figures = {f"1.3.9.1.{column}.{column - 1}": 7 for column in (2, 3, 4)}
    device = read_without_states(profile, reader({**names, **figures}))
    assert device is not None
    ports = metering.read_statistic(device, with_power=True).ports
    assert ports == {
        "1": MeterFigures(current_a=7.0, power_w=unread(1, 4), energy_kwh=unread(1, 3)),
        "2": MeterFigures(current_a=unread(2, 2), power_w=unread(2, 4), energy_kwh=7.0),
        "3": MeterFigures(current_a=unread(3, 2), power_w=7.0, energy_kwh=unread(3, 3)),
    }


_NO_ROW = NotKnown("the answers have no row 2 of 1.3.7.1.2")


@pytest.mark.parametrize(
    "outlets_with_current, outlets_with_energy, energy_of_2",
    [
        pytest.param(["1", "2", "3"], ["1", "3"], _NO_ROW, id="it has another meter"),
        pytest.param([], ["1", "3"], _NO_ROW, id="there is one column"),
        pytest.param(["1", "3"], ["1", "3"], None, id="it has no meter"),
        pytest.param(["1", "3"], ["1", "2", "3"], 7.0, id="measured"),
    ],
)
def test_an_outlet_without_a_row_has_no_meter_only_if_no_column_of_meters_has_one(
    outlets_with_current: list[str], outlets_with_energy: list[str], energy_of_2: Figure
) -> None:
    """Of three outlets. Each column is in a table of its own, so that no other one of its table has
    the row."""
    current, energy = Column("1.3.8.1.2"), Column("1.3.7.1.2")
    outlets = Outlets(
        rows=NAME,
        current=Measurement(current) if outlets_with_current else None,
        energy=Measurement(energy),
    )
    evidence = replace(METERED.evidence, energy=SIMULATED.energy)
    profile = replace(METERED, outlets=(outlets,), evidence=evidence)
    objects = {
        **table(NAME.oid, {"1": "outlet", "2": "outlet", "3": "outlet"}),
        **table(current.oid, dict.fromkeys(outlets_with_current, 3)),
        **table(energy.oid, dict.fromkeys(outlets_with_energy, 7)),
    }
    device = read_without_states(profile, reader(objects))
    assert device is not None
    ports = metering.read_statistic(device).ports
    assert ports.get("2", MeterFigures()).energy_kwh == energy_of_2
    assert ports["3"].energy_kwh == 7.0


def test_a_meter_without_outlets_has_no_labels() -> None:
    profile = replace(METERED, outlets=(), load=Total((Measurement(CURRENT),)))
    device = read_without_states(profile, reader(table(CURRENT.oid, {"1": 3})))
    assert device is not None
    assert device.outlets is None
    assert metering.labels(device) == []
    assert read_exactly(device).load_a == 3


@pytest.mark.parametrize(
    ("name", "columns", "index", "totals"),
    [
        (
            "racktivity",
            ("1.3.6.1.4.1.34097.9.80.1.1.6", "1.3.6.1.4.1.34097.9.80.1.1.9"),
            "2.2",
            ("load_a", "energy_kwh"),
        ),
        (
            "hpe-mapdu2_metered",
            ("1.3.6.1.4.1.232.165.7.2.2.1.9", "1.3.6.1.4.1.232.165.7.2.2.1.11"),
            "0.1",
            ("load_a",),
        ),
        (
            "hpe-mapdu3_metered",
            ("1.3.6.1.4.1.232.165.11.2.2.1.9", "1.3.6.1.4.1.232.165.11.2.2.1.11"),
            "1.1",
            ("load_a",),
        ),
    ],
)
def test_a_row_that_all_columns_of_the_figures_lack_is_no_missing_meter(
    name: str, columns: tuple[str, ...], index: str, totals: tuple[str, ...]
) -> None:
    """The unit has that meter, as other columns of its table show: without it, a sum is unknown."""
    unit = fixture(name)
    rows = dict(unit.rows)
    for column in columns:
        del rows[f"{column}.{index}"]

    device = units.find(unit, of_rows(rows), FIGURES)
    figures = metering.read_statistic(device, with_power=False)

    for total in totals:
        assert isinstance(getattr(figures, total), NotKnown)


def test_no_outlet_shows_anothers_figures_without_the_table_of_the_first_list() -> None:
    """Of families with several lists of outlets: in which the table of states, as walks and GETs
    show it, may be missing now, and the next list has other rows."""
    changes: list[str] = []
    for unit in FIXTURES:
        outlets = FAMILIES[unit.key].outlets
        if len(outlets) < 2 or outlets[0].states is None:
            continue
        device = memory(unit)
        whole = metering.read_statistic(find(unit, device)).ports
        try:
            with device.without(objects_beside_states(unit, outlets[0].states)):
                ports = metering.read_statistic(find(unit, device)).ports
        except PduHandlerError:
            continue
        changes += [f"{unit.name} {change}" for change in changed_figures(whole, ports)]
    assert changes == []


def objects_beside_states(unit: Fixture, states: State) -> list[str]:
    """The unit's objects in the tables from which the states are read."""
    reader = find(unit, memory(unit)).reader
    tables = {reader.resolve(oid).rpartition(".")[0] for oid in oids(states)}
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

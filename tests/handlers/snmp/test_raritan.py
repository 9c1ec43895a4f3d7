"""Sensors of PDU2-MIB with a signed reading, an unsigned one, or neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Callable, NamedTuple, Optional

import pytest

from handlers.snmp import detection
from handlers.snmp.profiles import PROFILES, raritan
from handlers.snmp.read_scope import FIGURES
from tests.handlers.snmp.exact_figures import ExactFigures, read_exactly
from tests.handlers.snmp.memory import Memory, of_rows, tables
from tests.simulators.snmp_agent import Row
from tests.simulators.snmp_agent.device import INTEGER
from tests.simulators.snmp_units import fixture

E = "1.3.6.1.4.1.13742.6."


class Sensor(NamedTuple):
    """A sensor of PDU2-MIB: the entries of its readings and of its configuration, index and type,
    and how the figure is read.
    """

    readings: str
    configuration: str
    row: str
    kind: int
    read: Callable[[ExactFigures], Optional[Decimal]]


UNIT, INLET = ("5.1.3.1", "3.2.5.1", "1"), ("5.2.3.1", "3.3.4.1", "1.1")
POLE, PROTECTOR = ("5.2.4.1", "3.3.6.1", "1.1.1"), ("5.3.3.1", "3.4.4.1", "1.1")
OUTLET = ("5.4.3.1", "3.5.4.1", "1.1")
SENSORS = {
    "inlet A": Sensor(*INLET, 1, attrgetter("load_a")),
    "inlet W": Sensor(*INLET, 5, attrgetter("power_w")),
    "inlet kWh": Sensor(*INLET, 8, attrgetter("energy_kwh")),
    "pole A": Sensor(*POLE, 1, attrgetter("load_a")),
    "protector A": Sensor(*PROTECTOR, 1, attrgetter("load_a")),
    "unit W": Sensor(*UNIT, 5, attrgetter("power_w")),
    "unit kWh": Sensor(*UNIT, 8, attrgetter("energy_kwh")),
    "outlet A": Sensor(*OUTLET, 1, lambda figures: figures.currents.get("1.1")),
    "outlet W": Sensor(*OUTLET, 5, lambda figures: figures.powers.get("1.1")),
    "outlet kWh": Sensor(*OUTLET, 8, lambda figures: figures.energies.get("1.1")),
}
EACH_SENSOR = pytest.mark.parametrize("sensor", SENSORS.values(), ids=list(SENSORS))
UNDEFINED = pytest.mark.parametrize("undefined", [0, 2**32 - 52, 47, None])


def unit(sensor: Sensor, value: Optional[int], signed: Optional[int] = None, **more: int) -> Memory:
    """A PDU with one inlet, one outlet and one sensor. None: no row."""
    device = Memory(
        {
            "1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.13742.6",
            f"{E}3.2.2.1.2.1": 1,
            f"{E}3.2.2.1.4.1": 1,
            f"{E}3.3.3.1.5.1.1": 2,
            f"{E}3.3.5.1.1.1.1.1": 1,
            f"{E}3.5.3.1.2.1.1": "1",
            f"{E}4.1.2.1.3.1.1": 7,
        }
    )
    add(device, sensor, value, signed, **more)
    return device


def add(
    device: Memory, sensor: Sensor, value: Optional[int], signed: Optional[int] = None, **more: int
) -> None:
    """`more`: `digits` (1 if not given), and the `minimum` and `maximum` of the signed reading."""
    for entry, number, held in (
        (sensor.readings, 2, 1),
        (sensor.readings, 4, value),
        (sensor.readings, 6, signed),
        (sensor.configuration, 7, more.get("digits", 1)),
        (sensor.configuration, 26, more.get("maximum")),
        (sensor.configuration, 27, more.get("minimum")),
    ):
        if held is not None:
            device.put(f"{E}{entry}.{number}.{sensor.row}.{sensor.kind}", held)


def figure(device: Memory, sensor: Sensor) -> Optional[Decimal]:
    return sensor.read(read_exactly(detection.detect(device, PROFILES, FIGURES)))


def scaled(sensor: Sensor, value: int, digits: int = 1) -> Decimal:
    return Decimal(value).scaleb(-digits - 3 * (sensor.kind == 8))


@pytest.mark.sample(21)
@EACH_SENSOR
@UNDEFINED
@pytest.mark.parametrize("digits", [0, 3])
def test_a_sensor_that_can_be_negative_has_its_signed_reading(
    sensor: Sensor, undefined: Optional[int], digits: int
) -> None:
    device = unit(sensor, undefined, 52, minimum=-63000, maximum=63000, digits=digits)
    assert figure(device, sensor) == scaled(sensor, 52, digits)


@pytest.mark.parametrize("name", [name for name in SENSORS if name != "protector A"])
def test_a_reading_of_0_counts_only_if_the_sensor_is_available(name: str) -> None:
    """By a TruthValue, true(1) or false(2): 0 is neither."""
    sensor = SENSORS[name]
    for available, expected in ((1, Decimal(0)), (2, None), (0, None)):
        device = unit(sensor, 0)
        device.put(f"{E}{sensor.readings}.2.{sensor.row}.{sensor.kind}", available)
        assert figure(device, sensor) == expected


@pytest.mark.sample(11)
@EACH_SENSOR
@UNDEFINED
def test_a_negative_reading_is_no_figure(sensor: Sensor, undefined: Optional[int]) -> None:
    assert figure(unit(sensor, undefined, -52, minimum=-63000), sensor) is None


@pytest.mark.parametrize("kind", ["A", "W", "kWh"])
def test_a_total_below_0_is_not_replaced_by_the_sum_of_the_outlets(kind: str) -> None:
    inlet = SENSORS[f"inlet {kind}"]
    outlet = SENSORS[f"outlet {kind}"]
    device = unit(inlet, 0, -1250, minimum=-63000)
    add(device, outlet, 139)
    assert figure(device, inlet) is None
    device = unit(outlet, 139)
    assert figure(device, inlet) == scaled(outlet, 139)  # an inlet without this sensor


@pytest.mark.sample(11)
@EACH_SENSOR
@UNDEFINED
def test_a_sensor_whose_range_has_neither_form_has_no_figure(
    sensor: Sensor, undefined: Optional[int]
) -> None:
    assert figure(unit(sensor, undefined, 0, minimum=-63000, maximum=0), sensor) is None
    assert figure(unit(sensor, undefined, None, minimum=-63000), sensor) is None


@pytest.mark.parametrize("name", ["inlet A", "inlet W", "inlet kWh", "pole A"])
def test_a_minimum_that_an_answer_lacks_is_not_taken_for_0(name: str) -> None:
    sensor = SENSORS[name]
    for signed, expected in ((52, None), (47, scaled(sensor, 47))):
        device = unit(sensor, 47, signed)
        device.put(f"{E}{sensor.configuration}.27.{sensor.row}.4", 0)  # of its voltage
        assert figure(device, sensor) == expected


@pytest.mark.parametrize("name", ["outlet A", "outlet W", "outlet kWh"])
def test_signed_and_unsigned_outlets_of_a_table_are_read_each_by_its_own_column(
    name: str,
) -> None:
    first = SENSORS[name]
    device = unit(first, 0, 52, minimum=-63000)
    # a second outlet
    device.put(f"{E}3.5.3.1.2.1.2", "2")
    device.put(f"{E}4.1.2.1.3.1.2", 7)
    device.put(f"{E}3.2.2.1.4.1", 2)
    second = first._replace(row="1.2")
    add(device, second, 640, 0, minimum=0, digits=2)

    figures = read_exactly(detection.detect(device, PROFILES, FIGURES))

    figures_by_kind = {1: figures.currents, 5: figures.powers, 8: figures.energies}
    expected = {"1.1": scaled(first, 52), "1.2": scaled(first, 640, 2)}
    assert figures_by_kind[first.kind] == expected


#: the entries of inlets, of their sensors and of their poles
INLET_TABLES = ("3.3.3.1", "3.3.4.1", "3.3.5.1", "3.3.6.1", "5.2.3.1", "5.2.4.1")


def second_inlet(rows: Mapping[str, Row]) -> dict[str, Row]:
    """The objects of a second inlet like the first."""
    of_second: dict[str, Row] = {}
    for oid, row in rows.items():
        for entry in INLET_TABLES:
            column, _, index = oid.removeprefix(f"{E}{entry}.").partition(".")
            if oid.startswith(f"{E}{entry}.") and f"{index}.".startswith("1.1."):
                of_second[f"{E}{entry}.{column}.1.2{index[3:]}"] = row
    return of_second


@pytest.mark.parametrize("name", ["raritan-px2", "raritan-px2_signed", "raritan-px2_sensors"])
def test_the_sum_over_two_inlets_is_not_known_without_all_rows_of_one(name: str) -> None:
    """By walk and by GET: no column shows the inlet, only the number of inlets."""
    rows = fixture(name).rows
    one_inlet = read_exactly(detection.detect(of_rows(rows), PROFILES))
    of_second = second_inlet(rows)
    device = of_rows({**rows, **of_second, f"{E}3.2.2.1.2.1": Row(INTEGER, 2)})

    both = read_exactly(detection.detect(device, PROFILES))
    with device.without(of_second):
        lost = read_exactly(detection.detect(device, PROFILES))

    for total in ("load_a", "power_w", "energy_kwh"):
        of_one = getattr(one_inlet, total)
        if of_one is not None:
            assert getattr(both, total) == 2 * of_one, total
            assert getattr(lost, total) is None, total
    assert both.load_a is not None


def test_signed_readings_without_their_unsigned_column_are_in_the_order_of_their_rows() -> None:
    poles, kind = raritan.INLET_POLES, raritan.CURRENT
    rows = [f"1.{pole}" for pole in range(1, 31)]
    signed, _ = poles.of_signed(kind)
    device = tables({f"{signed.oid}.{row}.{kind}": 5 for row in rows})

    readings = raritan.signed(device, poles, kind, dict.fromkeys(rows, -10))

    assert readings == dict.fromkeys(rows, 5)
    assert list(readings) == rows


#: outletDeviceCapabilities: bit 0 is a sensor of type 1
WITH_CURRENT = b"\x80"


@pytest.mark.parametrize(
    "digits, figures, walks",
    [
        ((1, 1, 1), ("5.2", "5.2", "5.2"), 0),
        ((1, 2, 2), ("5.2", "0.52", "0.52"), 1),
        ((1, 1, None), ("5.2", "5.2", None), 1),
    ],
    ids=["the same", "others", "none"],
)
def test_outlets_with_the_same_sensors_share_the_digits_of_the_first_and_the_last(
    digits: Sequence[Optional[int]], figures: Sequence[Optional[str]], walks: int
) -> None:
    """All are read if these two differ, or one has none."""
    sensor = SENSORS["outlet A"]
    column = f"{E}{sensor.configuration}.7"
    device = unit(sensor, None)
    device.put(f"{E}3.2.2.1.4.1", len(digits))
    for number, digits_of_outlet in enumerate(digits, 1):
        row = f"1.{number}"
        device.put(f"{E}3.5.3.1.2.{row}", str(number))
        device.put(f"{E}3.5.3.1.10.{row}", WITH_CURRENT)
        device.put(f"{E}4.1.2.1.3.{row}", 7)
        device.put(f"{E}{sensor.readings}.4.{row}.1", 52)
        device.put(f"{E}{sensor.configuration}.27.{row}.1", 0)
        if digits_of_outlet is not None:
            device.put(f"{column}.{row}.1", digits_of_outlet)

    currents = read_exactly(detection.detect(device, PROFILES, FIGURES)).currents

    expected = {f"1.{n}": Decimal(figure) for n, figure in enumerate(figures, 1) if figure}
    assert currents == expected
    assert device.asked.count(f"walk {column}") == walks

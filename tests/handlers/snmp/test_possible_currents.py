"""A current below W/V of the same meter is not possible, and one far above it not likely: where a
MIB has all three for a meter, the scale in which a family reads the current is compared with what
recordings of real units show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

import pytest

from handlers.snmp.decoding import number
from handlers.snmp.measurements import Measurement
from handlers.snmp.objects import Column
from handlers.snmp.parts import parts_of
from handlers.snmp.profile import ENTERPRISES
from tests.handlers.snmp import recorded, units
from tests.handlers.snmp.memory import plain
from tests.simulators.snmp_agent import Row

TENS, ONES, TENTHS = Decimal(10), Decimal(1), Decimal("0.1")
THOUSANDTHS = Decimal("0.001")
# Readings are rounded: an HPE unit shows 0.65 A, 153 W and 228.3 V. The least power factor of a
# recorded outlet is 0.14.
MOST_POWER_FACTOR, LEAST_POWER_FACTOR = Decimal("1.05"), Decimal("0.11")


class Meters(NamedTuple):
    """The columns of one table of meters, below `table`, with their scales by the MIB."""

    family: str
    table: str
    current: int
    power: int
    watts: Decimal  #: what a power of 1 means, in W
    voltage: int
    volts: Decimal  #: what a voltage of 1 means, in V
    recordings: str  #: those that show such meters


# PowerNet-MIB, ENLOGIC-PDU-MIB, CPQPOWER-MIB, RNX-UPDU-MIB
METERS = (
    Meters(
        family="apc-rpdu2",
        table="318.1.1.26.6.3.1",
        current=5,
        power=7,
        watts=TENS,
        voltage=6,
        volts=ONES,
        recordings="apc_ap8853 apc_ap8959eu3 apc_apdu9959eu3",
    ),
    Meters(
        family="enlogic",
        table="38446.1.3.4.1",
        current=5,
        power=7,
        watts=ONES,
        voltage=6,
        volts=ONES,
        recordings="enlogic-pdu_v2",
    ),
    Meters(
        family="hpe-mapdu3",
        table="232.165.11.2.2.1",
        current=11,
        power=20,
        watts=ONES,
        voltage=3,
        volts=TENTHS,
        recordings="hpe-mapdu_pdu3",
    ),
    Meters(
        family="riedo-updu",
        table="55108.1.3.1.1",
        current=11,
        power=7,
        watts=ONES,
        voltage=10,
        volts=THOUSANDTHS,
        recordings="rnx-updu_rn3214",
    ),
)


def scale_of(meters: Meters) -> Decimal:
    """The scale in which the family's profile reads the current."""
    oid = f"{ENTERPRISES}{meters.table}.{meters.current}"
    scales: set[Decimal] = set()
    for part in parts_of(units.FAMILIES[meters.family]):
        if isinstance(part, Measurement):
            columns = [column for column in parts_of(part.source) if isinstance(column, Column)]
            if oid in [column.oid for column in columns]:
                scales.add(part.scale)
    (scale,) = scales
    return scale


def column_of(rows: Mapping[str, Row], meters: Meters, arc: int) -> dict[str, Decimal]:
    """The numbers above 0 of a column."""
    prefix = f"{ENTERPRISES}{meters.table}.{arc}."
    numbers: dict[str, Decimal] = {}
    for oid, row in rows.items():
        value = number(plain(row)) if oid.startswith(prefix) else None
        if value is not None and value > 0:
            numbers[oid.removeprefix(prefix)] = value
    return numbers


def power_factors(rows: Mapping[str, Row], meters: Meters) -> Iterator[Decimal]:
    """W / (V * A) of each meter that shows all three."""
    currents = column_of(rows, meters, meters.current)
    powers = column_of(rows, meters, meters.power)
    voltages = column_of(rows, meters, meters.voltage)
    for row in currents.keys() & powers.keys() & voltages.keys():
        watts = powers[row] * meters.watts
        volt_amperes = voltages[row] * meters.volts * currents[row] * scale_of(meters)
        yield watts / volt_amperes


@pytest.mark.against("recordings of real units, in memory")
@pytest.mark.parametrize("meters", METERS, ids=lambda meters: meters.family)
def test_a_current_is_possible_beside_the_power_and_voltage_of_its_meter(meters: Meters) -> None:
    for name in meters.recordings.split():
        factors = list(power_factors(recorded.rows(name), meters))
        assert factors
        for factor in factors:
            assert LEAST_POWER_FACTOR <= factor <= MOST_POWER_FACTOR, name

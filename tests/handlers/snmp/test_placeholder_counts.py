"""A count or a mark that reads a register without a value (65535, or 2^31 - 1) makes a total not
known: never another one, nor that of a unit without a meter."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from handlers.shared.errors import PduHandlerError
from handlers.shared.meter_figures import Figure, NotKnown
from tests.handlers.snmp import units
from tests.handlers.snmp.memory import Memory
from tests.simulators.snmp_units import Fixture, fixture

FILLED_REGISTERS = (65535, 2**31 - 1)
#: counts and marks are small; a figure may be so, too
MOST = 96


def totals(unit: Fixture, device: Memory) -> dict[str, Figure]:
    """Load and energy; not known after an error."""
    try:
        figures = units.view_figures(unit, device)
    except PduHandlerError as error:
        return dict.fromkeys(("load", "energy"), NotKnown(str(error)))
    return {"load": figures.load_a, "energy": figures.energy_kwh}


def small_numbers(unit: Fixture, device: Memory) -> Iterator[str]:
    """The objects that were read, and hold a small number."""
    roots = {request.partition(" ")[2] for request in device.asked}
    for oid in unit.rows:
        is_read = any(oid == root or oid.startswith(f"{root}.") for root in roots)
        value = device.get(oid)
        if is_read and isinstance(value, int) and 0 <= value <= MOST:
            yield oid


@pytest.mark.parametrize(
    "name, count",
    [
        ("bachmann-bluenet2", "1.3.6.1.4.1.31770.2.2.4.2.1.20.3"),  # blueNet2DeviceNumberOfPhases
        ("aten-pe2", "1.3.6.1.4.1.21317.1.3.2.3.1.2.1.7.3"),  # staStatusOutletCount
    ],
)
@pytest.mark.parametrize("register", FILLED_REGISTERS)
def test_a_unit_whose_count_is_a_placeholder_may_have_a_meter(
    name: str, count: str, register: int
) -> None:
    unit = fixture(name)
    device = units.memory(unit)
    assert all(isinstance(total, float) for total in totals(unit, device).values())
    device.put(count, register)
    assert all(isinstance(total, NotKnown) for total in totals(unit, device).values())


@units.EACH
@pytest.mark.sample(12)
def test_no_placeholder_unsets_a_total_or_changes_the_load(unit: Fixture) -> None:
    """Each small number that a unit answers, as such a register. An energy may be one."""
    device = units.memory(unit)
    try:
        whole = totals(unit, device)
    except PduHandlerError:
        return
    for oid in list(small_numbers(unit, device)):
        for register in FILLED_REGISTERS:
            with device.holding({oid: register}):
                now = totals(unit, device)
            for name, total in whole.items():
                if isinstance(total, float):
                    assert isinstance(now[name], (float, NotKnown)), (oid, register, name)
            if isinstance(whole["load"], float) and isinstance(now["load"], float):
                assert now["load"] == whole["load"], (oid, register)

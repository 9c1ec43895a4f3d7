"""The figures of an SNMP device as decimals, as its digits say, so that tests compare them exactly.

The handler computes with decimals, and makes floats of the results. The shortest text of a float is
the decimal that it was made from.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple, Optional

from handlers.shared.meter_figures import Figure, measured
from handlers.snmp import metering
from handlers.snmp.device import SnmpDevice


class ExactFigures(NamedTuple):
    """A total that there is not is None; the figures of outlets are by identity."""

    load_a: Optional[Decimal]
    power_w: Optional[Decimal]
    energy_kwh: Optional[Decimal]
    currents: dict[str, Decimal]
    powers: dict[str, Decimal]
    energies: dict[str, Decimal]
    inlet_a: Optional[Decimal] = None
    inlet_w: Optional[Decimal] = None


def read_exactly(device: SnmpDevice, with_power: bool = True) -> ExactFigures:
    """The figures of the device and of its outlets as decimals: 0.1 A is Decimal("0.1")."""
    figures = metering.read_statistic(device, with_power=with_power)
    currents = {}
    powers = {}
    energies = {}
    for identity, port in figures.ports.items():
        current_a = _exact(port.current_a)
        if current_a is not None:
            currents[identity] = current_a
        power_w = _exact(port.power_w)
        if power_w is not None:
            powers[identity] = power_w
        energy_kwh = _exact(port.energy_kwh)
        if energy_kwh is not None:
            energies[identity] = energy_kwh
    return ExactFigures(
        _exact(figures.load_a),
        _exact(figures.power_w),
        _exact(figures.energy_kwh),
        currents,
        powers,
        energies,
        _exact(figures.inlet_a),
        _exact(figures.inlet_w),
    )


def _exact(figure: Figure) -> Optional[Decimal]:
    """None if it is not measured."""
    value = measured(figure)
    if value is None:
        return None
    return Decimal(repr(value).removesuffix(".0"))

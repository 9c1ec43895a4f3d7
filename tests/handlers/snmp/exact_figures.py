"""The figures of an SNMP device as decimals, as its digits say, so that tests compare them exactly.

The handler computes with decimals, and makes floats of the results. The shortest text of a float is
the decimal that it was made from.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple, Optional

from handlers.shared.meter_figures import measured
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
    """What the device measures."""
    figures = metering.read_statistic(device, with_power=with_power)
    currents, powers, energies = (
        {
            identity: _decimal(value)
            for identity, port in figures.ports.items()
            for value in [measured(getattr(port, name))]
            if value is not None
        }
        for name in ("current_a", "power_w", "energy_kwh")
    )
    load_a, power_w, energy_kwh, inlet_a, inlet_w = (
        None if (value := measured(figure)) is None else _decimal(value)
        for figure in (
            figures.load_a,
            figures.power_w,
            figures.energy_kwh,
            figures.inlet_a,
            figures.inlet_w,
        )
    )
    return ExactFigures(load_a, power_w, energy_kwh, currents, powers, energies, inlet_a, inlet_w)


def _decimal(value: float) -> Decimal:
    return Decimal(repr(value).removesuffix(".0"))

"""The figures of an SNMP device as decimals, as its digits say, so that tests compare them exactly.

The handler computes with decimals, and makes floats of the results. The shortest text of a float is
the decimal that it was made from.
"""

from __future__ import annotations

from collections.abc import Mapping
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


def read_exactly(device: SnmpDevice) -> ExactFigures:
    """The figures of the device and of its outlets as decimals: 0.1 A is Decimal("0.1")."""
    figures = metering.read_statistic(device, with_power=True)
    return ExactFigures(
        _exact(figures.load_a),
        _exact(figures.power_w),
        _exact(figures.energy_kwh),
        _exact_of_outlets({name: port.current_a for name, port in figures.ports.items()}),
        _exact_of_outlets({name: port.power_w for name, port in figures.ports.items()}),
        _exact_of_outlets({name: port.energy_kwh for name, port in figures.ports.items()}),
        _exact(figures.inlet_a),
        _exact(figures.inlet_w),
    )


def _exact_of_outlets(figure_by_outlet: Mapping[str, Figure]) -> dict[str, Decimal]:
    """Of the outlets that are measured."""
    exact_figures = {outlet: _exact(figure) for outlet, figure in figure_by_outlet.items()}
    return {outlet: exact for outlet, exact in exact_figures.items() if exact is not None}


def _exact(figure: Figure) -> Optional[Decimal]:
    """None if it is not measured."""
    value = measured(figure)
    if value is None:
        return None
    return Decimal(repr(value).removesuffix(".0"))

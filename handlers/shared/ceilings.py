"""What no meter of a PDU measures: one table for every handler.

A meter without a value shows its largest number, and a figure above what the parts of a PDU can
carry is none. No figure and no scale, of whatever unit, reaches LARGEST.
"""

from __future__ import annotations

from decimal import Decimal

from .decimals import CONTEXT
from .meter_figures import Figure, MeterFigures, NotKnown, measured

# About twice the largest parts of rack PDUs: outlets of 32 A (IEC 60309) at 415 V, inlets of 125 A
# (IEC 60309) with three phases at 480 V. An overload stays below them: a breaker trips within
# minutes at twice its rating.
OUTLET_A, OUTLET_W = Decimal(64), Decimal(30_000)
PART_A, PART_W = Decimal(300), Decimal(200_000)  # of a line, an inlet or a circuit
_MOST_PARTS = Decimal(100)  # of a total: lines, link units or devices of a server

#: are no figure, which is then not known: the largest numbers of 32 and 64 bits, signed and
#: unsigned, and the smallest ones
PLACEHOLDERS = frozenset(
    map(Decimal, (*(2**n - 1 for n in (31, 32, 63, 64)), *(-(2**n) for n in (31, 63))))
)
#: of a register of 16 bits; a counter of energy passes through them
PLACEHOLDERS_16 = frozenset(map(Decimal, (2**15 - 1, 2**16 - 1, -(2**15))))
# A PDU of 200 kW counts 10^15 Wh in half a million years.
LARGEST = Decimal(10**15)
_PLACEHOLDER_FLOATS = frozenset(map(float, PLACEHOLDERS))


def is_placeholder(value: float) -> bool:
    """Whether a number, as the device sent it, is no figure: it is one of PLACEHOLDERS, or beyond
    every quantity (LARGEST).

    >>> is_placeholder(2**31 - 1), is_placeholder(230)
    (True, False)
    """
    return float(value) in _PLACEHOLDER_FLOATS or abs(float(value)) >= float(LARGEST)


def bounded_port(port: MeterFigures) -> MeterFigures:
    """The figures of an outlet or a branch circuit; not known above what it can carry.

    >>> port = bounded_port(MeterFigures(current_a=4000.0, power_w=880.0))
    >>> port.current_a, port.power_w
    (NotKnown(reason='4000 A is more than a PDU can carry'), 880.0)
    """
    return port._replace(
        current_a=_at_most(port.current_a, PART_A, "A"),
        power_w=_at_most(port.power_w, PART_W, "W"),
        energy_kwh=bounded_energy(port.energy_kwh),
    )


def bounded_current(total: Figure) -> Figure:
    """A total in A; not known above what a PDU can carry, 30,000 A.

    >>> bounded_current(4.2), bounded_current(4e6)
    (4.2, NotKnown(reason='4e+06 A is more than a PDU can carry'))
    """
    return _at_most(total, CONTEXT.multiply(PART_A, _MOST_PARTS), "A")


def bounded_power(total: Figure) -> Figure:
    """A total in W; not known above what a PDU can carry, 20 MW.

    >>> bounded_power(900.0), bounded_power(9e7)
    (900.0, NotKnown(reason='9e+07 W is more than a PDU can carry'))
    """
    return _at_most(total, CONTEXT.multiply(PART_W, _MOST_PARTS), "W")


def bounded_energy(energy: Figure) -> Figure:
    """An energy in kWh; not known from LARGEST on.

    >>> bounded_energy(6468.0), bounded_energy(1e15)
    (6468.0, NotKnown(reason='1e+15 kWh is more than a PDU can carry'))
    """
    value = measured(energy)
    if value is None or value < float(LARGEST):
        return energy
    return _excessive(value, "kWh")


def _at_most(figure: Figure, most: Decimal, unit: str) -> Figure:
    """The figure; not known if it is above `most`.

    >>> _at_most(16.0, OUTLET_A, "A"), _at_most(None, OUTLET_A, "A")
    (16.0, None)
    >>> _at_most(4000.0, OUTLET_A, "A").reason
    '4000 A is more than a PDU can carry'
    """
    value = measured(figure)
    if value is None or value <= float(most):
        return figure
    return _excessive(value, unit)


def _excessive(value: float, unit: str) -> NotKnown:
    """The figure in place of one that no PDU reaches."""
    return NotKnown(f"{value:g} {unit} is more than a PDU can carry")

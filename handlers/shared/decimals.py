"""Decimal arithmetic that does not depend on the host's decimal context.

The operators of Decimal compute in the context of the thread, which belongs to the platform: with
three digits of precision they turn 8667.456 kWh into 8670, and with its traps they raise
`decimal.Rounded`. Whatever computes a figure therefore calls the methods of CONTEXT. Comparing
Decimals, making them from text, and converting them to int, float or text depend on no context.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from functools import reduce

# Python's own defaults, all of them given: a host may have changed decimal.DefaultContext, from
# which Context takes the rest.
CONTEXT = Context(
    prec=28,
    rounding=ROUND_HALF_EVEN,
    Emin=-999999,
    Emax=999999,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[InvalidOperation, DivisionByZero, Overflow],
)


def decimal_sum(values: Iterable[Decimal]) -> Decimal:
    """The sum, 0 for no values."""
    return reduce(CONTEXT.add, values, Decimal(0))

"""Factors from the unit of a device's value to A, W or kWh: a current of 15 tenths is 1.5 A."""

from __future__ import annotations

from decimal import Decimal

TENTHS = Decimal("0.1")
HUNDREDTHS = Decimal("0.01")
THOUSANDTHS = Decimal("0.001")
ONES = Decimal(1)

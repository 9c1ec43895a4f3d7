"""Measurements: what the values of a source mean in A, W or kWh, and how they are summed."""
from __future__ import annotations

from decimal import Decimal
from typing import Dict, Optional, Tuple

from ..host.rows import Raw
from .decoding import number, text
from .frozen import Frozen
from .reader import Reader
from .sources.base import Source

_FILLED = (Decimal(2**32 - 1), Decimal(2**31 - 1))


class Figure(Frozen):
    """A measurement: value * `scale` is in A, W or kWh, exactly.

    `absent`: values that mean "not measured"; so do texts that are no number, the largest numbers of 32 bits (-1 where a
    device has no sign, and what others fill such a field with), and numbers below zero, unless
    `magnitude` says that the sign is only a direction (then |value| counts). `exponent`: the power of ten that the
    device reports for each value (-2: value / 100); a row without one has no figure. `factor`: the factor that the device
    reports, negative for a divisor (-10: value / 10). `unit`: a text that the device puts behind the number.
    `scale_of_integers`: the scale where the same object comes as INTEGER instead of text.
    """

    source: Source
    scale: Decimal = Decimal(1)
    absent: Tuple[str, ...] = ("-1",)
    exponent: Optional[Source] = None
    factor: Optional[Source] = None
    unit: str = ""
    scale_of_integers: Optional[Decimal] = None
    magnitude: bool = False

    MOST_DIGITS = 12

    def __post_init__(self) -> None:
        for scale in (self.scale, self.scale_of_integers):
            if scale is not None and not (scale.is_finite() and scale > 0):
                raise ValueError(f"scale {scale} is not above zero")

    def read(self, reader: Reader) -> Dict[str, Decimal]:
        """Identity -> figure, for rows that have one."""
        rows = self.source.rows(reader)
        if not rows:
            return {}
        exponents = self.exponent.rows(reader) if self.exponent else {}
        factors = self.factor.rows(reader) if self.factor else {}
        read = {identity: self._figure(value, exponents.get(identity), factors.get(identity))
                for identity, value in rows.items()}
        return {identity: figure for identity, figure in read.items() if figure is not None}

    def _figure(self, raw: Raw, exponent: Optional[Raw], factor: Optional[Raw]) -> Optional[Decimal]:
        value = number(raw, self.unit)
        if value is None or value in _FILLED or text(raw) in self.absent or (value < 0 and not self.magnitude):
            return None
        scale = self.scale if self.scale_of_integers is None or not isinstance(raw, int) else self.scale_of_integers
        value = abs(value) * scale
        if self.exponent:
            power = None if exponent is None else number(exponent)
            if power is None or power != int(power) or abs(power) > self.MOST_DIGITS:
                return None
            value = value.scaleb(int(power))
        if self.factor:
            times = None if factor is None else number(factor)
            if times is None:
                return None
            value = value / -times if times < 0 else value * times if times > 0 else value
        return value


class Total(Frozen):
    """The device's own sum: the first of `figures` that has rows, over all its rows (a scalar has one).

    `else_outlets`: where none has, the sum over the outlets' own figures.
    """

    figures: Tuple[Figure, ...] = ()
    else_outlets: bool = False

    def __post_init__(self) -> None:
        if not self.figures and not self.else_outlets:
            raise ValueError("figures is empty; give at least one, or else_outlets")

    def read(self, reader: Reader) -> Optional[Decimal]:
        """The sum of the first figure that has rows, None where none has. Does not look at the outlets."""
        rows = next((rows for rows in (figure.read(reader) for figure in self.figures) if rows), None)
        return None if rows is None else sum(rows.values(), Decimal(0))

"""States and measurements: what the values of a source mean."""
from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Dict, Iterable, Optional, Tuple

from pdu_common.helper import EnumPowerStatus

from ..host import Raw
from . import checks
from .sources import Source
from .values import number, text
from .walks import Reader


@dataclass(frozen=True)
class Doubt:
    """The state is UNKNOWN while `test` reads one of `values` for the outlet (a fuse, a lost connection), and where the
    device does not answer `test` for it: a reading that was cut short removes no doubt."""

    test: Source
    values: Tuple[str, ...]

    def __post_init__(self) -> None:
        checks.some(self.values, "values")

    def rises(self, mark: Optional[Raw]) -> bool:
        """Whether the value of `test` makes the state doubtful; no value does."""
        return mark is None or text(mark) in self.values


@dataclass(frozen=True)
class State:
    """On, off, or not known: only a value in `on` is UP, only one in `off` is DOWN, all others are UNKNOWN.

    Values are texts ("1", "On"), compared whole. A row whose value is in `absent` is no outlet. `confirm` is a second
    reading with the same values: where it says something else, or nothing, the state is UNKNOWN.
    """

    source: Source
    on: Tuple[str, ...]
    off: Tuple[str, ...]
    absent: Tuple[str, ...] = ()
    doubts: Tuple[Doubt, ...] = ()
    confirm: Optional[Source] = None

    def __post_init__(self) -> None:
        checks.some(self.on, "on")
        checks.some(self.off, "off")
        checks.once(self.absent, "absent")
        checks.disjoint((("on", self.on), ("off", self.off), ("absent", self.absent)))

    def read(self, reader: Reader) -> Dict[str, EnumPowerStatus]:
        """The state of every outlet, in the device's order; {} where the device has none of these objects."""
        rows = {identity: value for identity, value in self.source.rows(reader).items() if text(value) not in self.absent}
        if not rows:
            return {}
        doubts = [(doubt, doubt.test.rows(reader)) for doubt in self.doubts]
        second = self.confirm.rows(reader) if self.confirm else {}
        return {identity: self._settled(value, ((doubt, marks.get(identity)) for doubt, marks in doubts), second.get(identity))
                for identity, value in rows.items()}

    def lists_no_outlet(self, reader: Reader) -> bool:
        """Whether the table has rows and each says that it is no outlet."""
        rows = self.source.rows(reader)
        return bool(rows) and all(text(value) in self.absent for value in rows.values())

    def one(self, reader: Reader, identity: str) -> EnumPowerStatus:
        """The state of one outlet, UNKNOWN where the device does not tell."""
        value = self.source.one(reader, identity)
        if value is None:
            return EnumPowerStatus.UNKNOWN
        second = self.confirm.one(reader, identity) if self.confirm else None
        return self._settled(value, ((doubt, doubt.test.one(reader, identity)) for doubt in self.doubts), second)

    def _settled(self, value: Raw, doubts: Iterable[Tuple[Doubt, Optional[Raw]]], second: Optional[Raw]) -> EnumPowerStatus:
        state = self._meaning(value)
        if self.confirm and (second is None or self._meaning(second) is not state):
            return EnumPowerStatus.UNKNOWN
        return EnumPowerStatus.UNKNOWN if any(doubt.rises(mark) for doubt, mark in doubts) else state

    def _meaning(self, value: Raw) -> EnumPowerStatus:
        said = text(value)
        if said in self.on:
            return EnumPowerStatus.UP
        return EnumPowerStatus.DOWN if said in self.off else EnumPowerStatus.UNKNOWN


_FILLED = (Decimal(2**32 - 1), Decimal(2**31 - 1))


@dataclass(frozen=True)
class Figure:
    """A measurement: value * `scale` is in A, W or kWh, exactly.

    `absent`: values that mean "not measured"; so do texts that are no number, the largest numbers of 32 bits (-1 where a
    device has no sign, and what others fill such a field with), and numbers below zero, unless
    `magnitude` says that the sign is only a direction (then |value| counts). `digits`: where the device tells the decimal
    digits of each value (value / 10^digits); a row without them has no figure. `exponent`: the same told as a power of ten
    (-2: value / 100). `factor`: where the device tells a factor, negative for a divisor (-10: value / 10). `unit`: a text that the device puts behind the number.
    `scale_of_integers`: the scale where the same object comes as INTEGER instead of text.
    """

    source: Source
    scale: Decimal = Decimal(1)
    absent: Tuple[str, ...] = ("-1",)
    digits: Optional[Source] = None
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
        digits = self.digits.rows(reader) if self.digits else {}
        exponents = self.exponent.rows(reader) if self.exponent else {}
        factors = self.factor.rows(reader) if self.factor else {}
        read = {identity: self._figure(value, digits.get(identity), exponents.get(identity), factors.get(identity))
                for identity, value in rows.items()}
        return {identity: figure for identity, figure in read.items() if figure is not None}

    def _figure(self, raw: Raw, digits: Optional[Raw], exponent: Optional[Raw], factor: Optional[Raw]) -> Optional[Decimal]:
        value = number(raw, self.unit)
        if value is None or value in _FILLED or text(raw) in self.absent or (value < 0 and not self.magnitude):
            return None
        scale = self.scale if self.scale_of_integers is None or not isinstance(raw, int) else self.scale_of_integers
        value = abs(value) * scale
        if self.digits:
            places = None if digits is None else number(digits)
            if places is None or places != int(places) or not 0 <= places <= self.MOST_DIGITS:
                return None
            value = value.scaleb(-int(places))
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


@dataclass(frozen=True)
class Total:
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

"""Measurements in A, W or kWh, made from the values of a source.

    walk current {"1": 15, "2": 65535}, tenths of an ampere   {"1": 1.5, "2": NotKnown}

A source is an object of the device, or a function of several; `tables[source]` are its rows, with
NO_ANSWER (a `Missing`) where the answers lack one. A reading is what was read of one row: its
value, and the exponent and factor that scale it. A figure is what that is in A, W or kWh: a number
(`Decimal`), NotKnown (the meter shows no value now), NotMetered, or None: there is no meter.

    RowReading(15, exponent=-1, factor=None)   1.5 A

PLACEHOLDERS are the largest numbers of registers, by which meters say "no reading": 2^32 - 1, and
so on; PLACEHOLDERS_16 those of 16 bits, such as 65535, which a meter of energy passes through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, Optional

from ..shared.ceilings import (
    LARGEST,
    OUTLET_A,
    OUTLET_W,
    PART_A,
    PART_W,
    PLACEHOLDERS,
    PLACEHOLDERS_16,
)
from ..shared.decimals import CONTEXT
from ..shared.meter_figures import ExactFigure, NotKnown, NotMetered
from . import validation
from .cells import NO_ANSWER, Cell, Missing, Rows, is_index_missing
from .decoding import is_one_of, number, text
from .tables import Source, Tables, object_of

LEAST_NINES = 5
_QUOTED = 40


#: takes the rows of a source and that source, and gives the rows with `Missing` in place of each
#: value that is not current, as of a unit without communication
ValidRows = Callable[[Rows, Source], Rows]


class RowReading(NamedTuple):
    """What was read of one row: value 15, exponent -1 (15 tenths). A part is NO_ANSWER where the
    answers lack it, None if the measurement does not have it."""

    value: Cell
    exponent: Optional[Cell]  #: the power of ten of the value
    factor: Optional[Cell]  #: a multiplier, or a divisor if it is negative


@dataclass(frozen=True, eq=False)
class Measurement:
    """A measurement in A, W or kWh: value * `scale`, further scaled by `exponent` and `factor` if
    these are given. A value of `absent` means "not measured", one of `padding` that the row is
    none. `unit` is text that may follow the number, and `objects` are the names of all that is
    read, for a reason. With `scale_of_integers`, an INTEGER has another scale than a text. With
    `magnitude`, a number below 0 is a current in the other direction.

    No figure, whatever `absent` says: text that is not a number; 2^n - 1 for n of 31, 32, 63
    and 64, and -2^31 and -2^63; a number below 0, unless `magnitude` is set. Of currents and powers
    also 32767, 65535 and -32768, a text of five nines or more and no other digit,
    and a figure above what the part can carry. A register of energy passes through these; it has no
    value from 10^15 kWh on.

    Fields:
        source: the values, under the identities of outlets or meters.
        scale: what a value of 1 means, in A, W or kWh.
        absent: texts, including the `unit`, that mean "not measured". In every row: the device does
            not have the meters. In some rows only: these are not known now, but where 0 is such a
            text, which a meter also shows of what draws nothing.
        padding: values in rows of missing parts, such as a second line cord; a sum is complete
            without them, and a device with no other rows does not have the figure.
        exponent: the power of ten that the device reports for each value (-2: value / 100). A row
            without a usable one has no figure.
        factor: the factor that the device reports, negative for a divisor (-10: value / 10), 0 for
            none. A row without a usable one has no figure; one beyond `MOST_FACTOR` is not usable.
        unit: text that may follow the number.
        scale_of_integers: the scale of values that are INTEGER instead of text. A platform may
            return an INTEGER as text, so with this scale a text other than 0 has no figure unless
            at least one value of `source` has a decimal point.
        magnitude: the sign of a number is only a direction, and |value| is used.
        unmetered: why a row has no meter whose value is empty, which is how a source leaves out
            what it cannot use; without it, such a row is not known now.
        unit_of_row: the unit of each row, where a table numbers the rows of a whole chain.
    """

    source: Source
    scale: Decimal = Decimal(1)
    absent: tuple[str, ...] = ("-1",)
    padding: tuple[str, ...] = ()
    exponent: Optional[Source] = None
    factor: Optional[Source] = None
    unit: str = ""
    scale_of_integers: Optional[Decimal] = None
    magnitude: bool = False
    unmetered: str = ""
    unit_of_row: Optional[Source] = None

    MOST_DIGITS = 12
    MOST_FACTOR = 10_000

    def check(self) -> None:
        """Raises ValueError for a scale of 0 or less, or one that shifts more than MOST_DIGITS.

        >>> Measurement(None, scale=Decimal(0)).check()
        Traceback (most recent call last):
        ValueError: scale 0 is not a finite number above zero
        """
        validation.require_distinct_texts(self.absent, "absent")
        validation.require_distinct_texts(self.padding, "padding")
        for scale in (self.scale, self.scale_of_integers):
            if scale is None:
                continue
            if not (scale.is_finite() and scale > 0):
                raise ValueError(f"scale {scale} is not a finite number above zero")
            if abs(scale.adjusted()) > self.MOST_DIGITS:
                raise ValueError(
                    f"scale {scale:.1e} shifts the decimal point by more than {self.MOST_DIGITS}"
                    " digits"
                )

    def sources(self) -> Iterator[Source]:
        """The values, and what scales them."""
        yield from filter(None, (self.source, self.exponent, self.factor))

    @property
    def objects(self) -> str:
        """The names of the objects that are read, for a reason: "current, currentExponent"."""
        columns = filter(None, map(object_of, self.sources()))
        names = dict.fromkeys(column.object or column.oid for column in columns)
        return ", ".join(names)

    # ---- what is read ----

    def values(self, tables: Tables, valid_rows: Optional[ValidRows] = None) -> Rows:
        """The rows of the meters as the device answers them, without padding. `valid_rows` takes
        these rows and their source, and gives them with `Missing` for each without communication:

            padding ("-1",), walk current {"1": 15, "2": 7, "3": -1}   {"1": 15, "2": 7}
            the same, unit 2 has no communication                      {"1": 15, "2": Missing(…)}
        """
        rows = tables[self.source]
        if valid_rows is not None:
            rows = valid_rows(rows, self.source)
        return {row: value for row, value in rows.items() if not is_one_of(value, self.padding)}

    def readings(
        self, tables: Tables, valid_rows: Optional[ValidRows] = None
    ) -> dict[str, RowReading]:
        """What the device answers of each row without padding: its value, and what scales it.
        `valid_rows` takes the rows and their source, and gives them with `Missing` for each whose
        unit has no communication; None: all are valid.

            walk current {"1": 15, "2": 7}, walk exponent {"1": -1}
                {"1": RowReading(15, exponent=-1, factor=None),
                 "2": RowReading(7, exponent=NO_ANSWER, factor=None)}
        """
        rows = self.values(tables, valid_rows)
        exponents = tables[self.exponent] if self.exponent and rows else {}
        factors = tables[self.factor] if self.factor and rows else {}
        readings: dict[str, RowReading] = {}
        for row, value in rows.items():
            readings[row] = RowReading(
                value=value,
                exponent=exponents.get(row, NO_ANSWER) if self.exponent else None,
                factor=factors.get(row, NO_ANSWER) if self.factor else None,
            )
        return readings

    # ---- figures ----

    def rows(
        self, tables: Tables, most: Optional[Decimal] = None, valid_rows: Optional[ValidRows] = None
    ) -> dict[str, ExactFigure]:
        """The figure of each row in A, W or kWh, or why it has none. `most`: the largest A or W of
        a row, None for an energy. `valid_rows` takes rows and their source, and gives them with
        `Missing` for each without communication.

            walk current {"1": 15, "2": 65535}, tenths   {"1": 1.5 A, "2": NotKnown}
        """
        return self.figures(tables, self.readings(tables, valid_rows), most)

    def measured_rows(self, tables: Tables) -> dict[str, Decimal]:
        """The figure of each row that has one, in A, W or kWh: {"1": 1.5} of the values 15 and
        65535 of rows 1 and 2, in tenths."""
        figures = self.rows(tables)
        return {row: figure for row, figure in figures.items() if isinstance(figure, Decimal)}

    def figures(
        self, tables: Tables, readings: Mapping[str, RowReading], most: Optional[Decimal]
    ) -> dict[str, ExactFigure]:
        """The figure of each reading in A, W or kWh, or why it has none. If each value says "not
        measured" (`absent`, such as "-1"), no row has a meter: None in each. `most`: the largest A
        or W of a row, above which it is not known; None for an energy.

        >>> amperes = Measurement(None, Decimal("0.1"))
        >>> tenths = RowReading(15, exponent=None, factor=None)
        >>> amperes.figures(None, {"1": tenths}, most=Decimal(63))
        {'1': Decimal('1.5')}
        >>> unmetered = RowReading("-1", exponent=None, factor=None)
        >>> amperes.figures(None, {"1": unmetered, "2": unmetered}, most=Decimal(63))
        {'1': None, '2': None}
        """
        values = [reading.value for reading in readings.values()]
        if all(is_one_of(value, self.absent) for value in values):
            return dict.fromkeys(readings)
        has_decimal_point = any("." in text(value) for value in values)
        figures: dict[str, ExactFigure] = {}
        for row, reading in readings.items():
            scale = self._scale(reading.value, has_decimal_point=has_decimal_point)
            figure = self._figure(reading, scale, most)
            figures[row] = self._reason(tables, row, reading) if figure is None else figure
        return figures

    def _scale(self, value: Cell, *, has_decimal_point: bool) -> Optional[Decimal]:
        """What a value of 1 means, in A, W or kWh. A device answers 1.5 A as INTEGER 15, which
        has the `scale_of_integers` 0.1, or as the text "1.5", which has the `scale` 1:

        >>> amperes = Measurement(None, scale_of_integers=Decimal("0.1"))
        >>> amperes._scale(15, has_decimal_point=False)
        Decimal('0.1')

        A platform may return INTEGER 15 as the text "15", which is 1.5 A or 15 A. None for such a
        text, unless another text of the column has a decimal point, so that none was an INTEGER:

        >>> amperes._scale("15", has_decimal_point=False)
        >>> amperes._scale("15", has_decimal_point=True)
        Decimal('1')
        """
        if self.scale_of_integers is None:
            return self.scale
        if isinstance(value, int):
            return self.scale_of_integers
        is_zero = number(value, self.unit) == 0  # 0 in either scale
        if has_decimal_point or is_zero:
            return self.scale
        return None

    def _figure(
        self, reading: RowReading, scale: Optional[Decimal], most: Optional[Decimal]
    ) -> Optional[Decimal]:
        """The figure of a reading in A, W or kWh. `scale`: what a value of 1 means; None if nothing
        tells it. `most`: the largest A or W of a row, None for an energy.

        >>> amperes, tenth = Measurement(None), Decimal("0.1")
        >>> amperes._figure(RowReading(15, None, None), tenth, most=Decimal(63))
        Decimal('1.5')

        None for what is no figure: here 90 A, "not measured", a register's largest number, and a
        current below 0:

        >>> for value in (900, "-1", 65535, -5):
        ...     print(amperes._figure(RowReading(value, None, None), tenth, most=Decimal(63)))
        None
        None
        None
        None
        """
        value = number(reading.value, self.unit)
        if scale is None or value is None or is_one_of(reading.value, self.absent):
            return None
        if _is_placeholder(reading.value, value, most) or (value < 0 and not self.magnitude):
            return None
        figure: Optional[Decimal] = CONTEXT.multiply(CONTEXT.abs(value), scale)
        if figure is not None and reading.exponent is not None:
            figure = _times_power_of_ten(figure, number(reading.exponent))
        if figure is not None and reading.factor is not None:
            figure = _times_factor(figure, number(reading.factor))
        if figure is None:
            return None
        is_possible = figure < LARGEST if most is None else figure <= most
        return figure if is_possible else None

    # ---- why there is none ----

    def _reason(self, tables: Tables, row: str, reading: RowReading) -> ExactFigure:
        """Why a row has no figure, while others of its column may have one:

        reads 65535                                   NotKnown("row 2 of current reads '65535'")
        reads "", and `unmetered` says why            NotMetered(that reason)
        reads 0, and `absent` has "0": no meter, or
            nothing that draws a current              None
        """
        if is_one_of(reading.value, self.absent) and number(reading.value, self.unit) == 0:
            return None
        is_empty = not isinstance(reading.value, Missing) and not text(reading.value)
        if self.unmetered and is_empty:
            return NotMetered(self.unmetered)
        return NotKnown(self._row_text(tables, row, reading))

    def reason_if_answers_lack(
        self, tables: Tables, readings: Mapping[str, RowReading]
    ) -> Optional[NotKnown]:
        """Why a sum of these readings would be too small: the answers lack a value, an exponent or
        a factor; None if they lack none.

            {"1": 15, "2": NO_ANSWER}   NotKnown("row 2 of current reads no answer")
            {"1": 15, "2": 65535}       None: row 2 was answered
        """
        for row, reading in readings.items():
            if any(isinstance(cell, Missing) for cell in reading):
                return NotKnown(self._row_text(tables, row, reading))
        return None

    def _row_text(self, tables: Tables, row: str, reading: RowReading) -> str:
        """What was read of a row without a figure, for the reason why it has none. "2." is a row of
        unit 2 that the answers lack:

            "2", value 65535 and exponent -1    "row 2 of current, exponent reads '65535', '-1'"
            "2", value NO_ANSWER                "row 2 of current reads no answer"
            "2."                                "the answers lack a row of current for 2"
        """
        if is_index_missing(row):
            unit = tables.quoted(row.strip("."))  # some devices name their units in a column
            of_unit = f" for {unit}" if unit else ""
            return f"the answers lack a row of {self.objects}{of_unit}"
        texts: list[str] = []
        for cell in reading:  # its value, exponent and factor
            if isinstance(cell, Missing):
                texts.append(cell.reason)
            elif cell is not None:
                texts.append(repr(tables.quoted(cell, _QUOTED)))
        return f"row {row} of {self.objects} reads {', '.join(texts)}"


def _is_placeholder(raw: Cell, value: Decimal, most: Optional[Decimal]) -> bool:
    """Whether a value is what meters answer for "no reading": the largest number of a register of
    31 to 64 bits. Of a current or power, which has a `most`, also that of 15 or 16 bits, and a text
    of five nines or more. `raw`: as the device answers it, `value` its number.

    >>> _is_placeholder(2**32 - 1, Decimal(2**32 - 1), most=None)  # an energy
    True
    >>> most_amperes = Decimal(100)
    >>> _is_placeholder(65535, Decimal(65535), most_amperes)
    True
    >>> _is_placeholder("999.99", Decimal("999.99"), most_amperes)
    True

    An energy may read 65535, and an INTEGER 99999:

    >>> _is_placeholder(65535, Decimal(65535), most=None)
    False
    >>> _is_placeholder(99999, Decimal(99999), most_amperes)
    False
    """
    if most is None:  # an energy
        return value in PLACEHOLDERS
    digits = str(value).replace(".", "")
    is_nines = not isinstance(raw, int) and len(digits) >= LEAST_NINES and set(digits) == {"9"}
    return is_nines or value in PLACEHOLDERS or value in PLACEHOLDERS_16


def _times_power_of_ten(figure: Decimal, power: Optional[Decimal]) -> Optional[Decimal]:
    """A figure times ten to a power; None if the power is not usable: none, no whole number, or
    more than 12 digits.

    >>> _times_power_of_ten(Decimal(15), Decimal(-1)), _times_power_of_ten(Decimal(15), None)
    (Decimal('1.5'), None)
    >>> _times_power_of_ten(Decimal(15), Decimal("0.5"))
    """
    if power is None or power != int(power) or abs(int(power)) > Measurement.MOST_DIGITS:
        return None
    return CONTEXT.scaleb(figure, int(power))


def _times_factor(figure: Decimal, factor: Optional[Decimal]) -> Optional[Decimal]:
    """A figure times a factor as devices report it: a negative one is a divisor, and 0 says that
    there is none. None if the factor is not usable: none, or one beyond 10,000.

    >>> _times_factor(Decimal(15), Decimal(-10)), _times_factor(Decimal(15), Decimal(2))
    (Decimal('1.5'), Decimal('30'))
    >>> _times_factor(Decimal(15), Decimal(0)), _times_factor(Decimal(15), None)
    (Decimal('15'), None)
    """
    if factor is None or factor.copy_abs() > Measurement.MOST_FACTOR:
        return None
    if factor < 0:
        return CONTEXT.divide(figure, CONTEXT.minus(factor))
    return CONTEXT.multiply(figure, factor) if factor > 0 else figure


@dataclass(frozen=True)
class Ceilings:
    """The most that the parts of a family can carry, in A and W. A larger figure is not known,
    because meters without a value show their largest number. Energy has no ceiling.

    The defaults are those of handlers/shared/ceilings.py.

    Fields:
        outlet_a: of one outlet, in A.
        outlet_w: of one outlet, in W.
        part_a: of one row of the load: a line, an inlet, a bank, or a whole PDU; in A.
        part_w: of one row of the power, in W.
    """

    outlet_a: Decimal = OUTLET_A
    outlet_w: Decimal = OUTLET_W
    part_a: Decimal = PART_A
    part_w: Decimal = PART_W

    def check(self) -> None:
        """Raises ValueError unless each limit is above zero."""
        for name, value in vars(self).items():
            if not (value.is_finite() and value > 0):
                raise ValueError(f"{name} {value} is not a finite number above zero")

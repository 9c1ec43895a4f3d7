"""Measurements in A, W or kWh made from the values of a source, and their sums."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Callable, NamedTuple, Optional, Union

from ...dcimanager.rows import Raw
from ...shared.ceilings import (
    LARGEST,
    OUTLET_A,
    OUTLET_W,
    PART_A,
    PART_W,
    PLACEHOLDERS,
    PLACEHOLDERS_16,
)
from ...shared.decimals import CONTEXT
from ...shared.doubts import some
from ...shared.meter_figures import (
    ExactFigure as ExactFigure,
    NotKnown,
    NotMetered,
    exact_sum_if_complete,
)
from .. import validation
from ..decoding import Rows, number, text
from .frozen_value import FrozenValue, replace
from .reader import LOST, Lost, Reader
from .sources.base import (
    Source,
    is_one_of,
    is_unanswered,
    is_unidentified,
    object_name,
    objects_read,
)
from .sources.objects import Column, Scalar

LEAST_NINES = 5
_QUOTED = 40  # limit for a value in a reason, in characters


class RawFigure(NamedTuple):
    """What was read of one row, LOST where the answers lack it; None for a part that the
    measurement does not have."""

    value: Raw
    exponent: Optional[Raw]
    factor: Optional[Raw]


RawFigures = Mapping[str, RawFigure]  # by identity


class Measurement(FrozenValue):
    """A measurement in A, W or kWh: value * `scale`, further scaled by `exponent` and `factor` if
    these are given.

    "Not measured", whatever `absent` says: text that is not a number; 2^n - 1 for n of 31, 32, 63
    and 64, and -2^31 and -2^63; a number below 0, unless `magnitude` is set. Of currents and powers
    (see `Ceilings`) also 32767, 65535 and -32768, a text of five nines or more and no other digit,
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

    MOST_DIGITS = 12  # limit for the shift of the decimal point by a scale or an exponent
    MOST_FACTOR = 10_000  # limit for a factor and a divisor; 65535 is a register without a value

    def check(self) -> None:
        """Raises ValueError for a scale of 0 or less, or one that shifts more than MOST_DIGITS."""
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

    def read_from(self, reader: Reader, most: Optional[Decimal] = None) -> dict[str, Decimal]:
        """Identity -> figure, for rows with a figure. `most`: see `rows_from`."""
        value_by_row: dict[str, Decimal] = {}
        for identity, figure in self.rows_from(reader, most).items():
            if isinstance(figure, Decimal):
                value_by_row[identity] = figure
        return value_by_row

    def raw_figures(self, reader: Reader) -> RawFigures:
        """What was read of each row. Padding is left out."""
        rows = self.unpadded_rows(reader)
        if not rows:
            return {}
        exponents = _values_for(self.exponent, rows, reader)
        factors = _values_for(self.factor, rows, reader)
        raw_figures: dict[str, RawFigure] = {}
        for row, value in rows.items():
            raw_figures[row] = RawFigure(value, exponent=exponents[row], factor=factors[row])
        return raw_figures

    def unpadded_rows(self, reader: Reader) -> Rows:
        """Identity -> value, without the scale, which may be another request."""
        rows: Rows = {}
        for row, value in reader.rows(self.source).items():
            if not self._is_padding(value):
                rows[row] = value
        return rows

    def _is_padding(self, value: Raw) -> bool:
        return is_one_of(value, self.padding)

    def rows_from(self, reader: Reader, most: Optional[Decimal] = None) -> dict[str, ExactFigure]:
        """Identity -> figure as in `read_from`, and why a row has none: a sum without it is not
        complete. None in every row: they all are marked as not measured. Padding is left out.
        `most`: the most A or W of a row, None for an energy.
        """
        return self.figures_of(reader.once(self.raw_figures), most, reader)

    def figures_of(
        self, raw_figures: RawFigures, most: Optional[Decimal], reader: Reader
    ) -> dict[str, ExactFigure]:
        """The figure of each row that `raw_figures` read, as `rows_from` returns them."""
        values = [raw.value for raw in raw_figures.values()]
        if all(is_one_of(value, self.absent) for value in values):
            return dict.fromkeys(raw_figures)
        are_texts = self.scale_of_integers is None or any("." in text(value) for value in values)
        figures: dict[str, ExactFigure] = {}
        for identity, raw in raw_figures.items():
            figure = self._figure(raw, most, are_texts=are_texts)
            if figure is None:
                figures[identity] = self._reason_without(identity, raw, reader)
            else:
                figures[identity] = figure
        return figures

    def _reason_without(
        self, identity: str, raw: RawFigure, reader: Reader
    ) -> Union[NotKnown, NotMetered, None]:
        """Why a row has no figure. None if it shows a 0 that is in `absent`: not metered."""
        value = raw.value
        if is_one_of(value, self.absent) and number(value, self.unit) == 0:
            return None
        is_empty = not isinstance(value, Lost) and not text(value)
        if self.unmetered and is_empty:
            return NotMetered(self.unmetered)
        return NotKnown(self._row_text(identity, raw, reader))

    def missing_part(self, raw_figures: RawFigures, reader: Reader) -> Optional[NotKnown]:
        """Why a figure is not known because the answers lack a value, an exponent or a factor."""
        for identity, raw in raw_figures.items():
            is_lost = any(isinstance(part, Lost) for part in raw)
            if is_lost:
                return NotKnown(self._row_text(identity, raw, reader))
        return None

    def is_lacking(self, reader: Reader) -> bool:
        """Whether the device does not have the values: no walk answered one, nor a row that this
        figure leaves out, and no GET does of the first row and of the last, which other columns of
        the table show."""
        rows = reader.rows(self.source)
        if not all(map(is_unanswered, rows.values())):
            return False
        if not self.source.reads_single_rows() or self._has_other_rows(reader):
            return False
        first, *other_rows = rows
        for row in (first, *other_rows[-1:]):
            if is_unidentified(row) or self.source.value_of(reader, row) is not None:
                return False
        return True

    def has_row(self, row: str, reader: Reader) -> bool:
        """Whether a GET has a value of this row, which no walk of these values has answered."""
        is_single = self.source.reads_single_rows() and not is_unidentified(row)
        return is_single and self.source.value_of(reader, row) is not None

    def _has_other_rows(self, reader: Reader) -> bool:
        """Whether a column of the values has an answer in any row: padding, a neutral line, another
        kind of meter."""
        for part in objects_read(self.source):
            column = replace(part, suffix="") if isinstance(part, Column) else part
            if isinstance(column, Source):
                answers = reader.rows(column).values()
                if not all(isinstance(answer, Lost) for answer in answers):
                    return True
        return False

    @property
    def objects(self) -> str:
        """The names of the object that is read, and of its exponent and factor."""
        sources = filter(None, (self.source, self.exponent, self.factor))
        names = dict.fromkeys(map(object_name, sources))
        return ", ".join(names)

    def _row_text(self, identity: str, raw: RawFigure, reader: Reader) -> str:
        """What was read of a row that gives no figure. An identity that ends with a dot stands for
        a unit without rows (`Complete`, `EachUnit`): no index ends so.
        """
        if identity.endswith("."):
            unit = identity.strip(".")
            return f"the answers lack a row of {self.objects}{unit and f' for {unit}'}"
        texts: list[str] = []
        for part in raw:
            if isinstance(part, Lost):
                texts.append(part.reason)
            elif part is not None:
                texts.append(repr(reader.quoted(part, _QUOTED)))
        return f"row {identity} of {self.objects} reads {', '.join(texts)}"

    def _figure(
        self, raw: RawFigure, most: Optional[Decimal], *, are_texts: bool
    ) -> Optional[Decimal]:
        """The figure of one row, None if it has none. `most`: as in `rows_from`. `are_texts`:
        whether a text may have a figure (see `scale_of_integers`)."""
        if is_one_of(raw.value, self.absent):
            return None
        reading = number(raw.value, self.unit)
        if reading is None or _is_placeholder(raw.value, reading, most):
            return None
        if reading < 0 and not self.magnitude:
            return None
        if self.scale_of_integers is not None and isinstance(raw.value, int):
            scale = self.scale_of_integers
        elif reading == 0 or are_texts:
            scale = self.scale
        else:
            return None
        figure = CONTEXT.multiply(CONTEXT.abs(reading), scale)
        if self.exponent:
            power = number(raw.exponent)
            if power is None or not self._is_exponent(power):
                return None
            figure = CONTEXT.scaleb(figure, int(power))
        if self.factor:
            factor = number(raw.factor)
            if factor is None or factor.copy_abs() > self.MOST_FACTOR:
                return None
            figure = _multiply(figure, factor)
        return figure if _is_possible(figure, most) else None

    def _is_exponent(self, power: Decimal) -> bool:
        """Whether a number is whole, and shifts the decimal point by at most MOST_DIGITS."""
        return power == int(power) and abs(int(power)) <= self.MOST_DIGITS


def _is_possible(figure: Decimal, most: Optional[Decimal]) -> bool:
    """Whether a part can carry or count as much. `most`: see `Measurement.rows_from`."""
    return figure < LARGEST if most is None else figure <= most


def _is_placeholder(raw: Raw, reading: Decimal, most: Optional[Decimal]) -> bool:
    """Whether a value stands for "not measured": a register that is filled up; of a current or
    power also one of 16 bits, and a text with nines alone: 9999.99 A and 999999.99 W. `reading` is
    its number. `most`: None for an energy."""
    if reading in PLACEHOLDERS:
        return True
    if most is None:
        return False
    if reading in PLACEHOLDERS_16:
        return True
    if isinstance(raw, int):
        return False
    digits = str(reading).replace(".", "")
    return len(digits) >= LEAST_NINES and set(digits) == {"9"}


def _values_for(
    scale: Optional[Source], rows: Collection[str], reader: Reader
) -> Mapping[str, Optional[Raw]]:
    """The value of `scale` for each of `rows`, LOST for one that it lacks."""
    if scale is None:
        return dict.fromkeys(rows)
    values = reader.rows(scale)
    return {identity: values.get(identity, LOST) for identity in rows}


def _multiply(value: Decimal, factor: Decimal) -> Decimal:
    """`value` times a factor as devices report it: a negative one is a divisor, 0 is none."""
    if factor < 0:
        return CONTEXT.divide(value, CONTEXT.minus(factor))
    if factor > 0:
        return CONTEXT.multiply(value, factor)
    return value


class Ceilings(FrozenValue):
    """The most that the parts of a family can carry, in A and W. A larger figure is "not measured",
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
        for name in self.FIELDS:
            value = getattr(self, name)
            if not (value.is_finite() and value > 0):
                raise ValueError(f"{name} {value} is not a finite number above zero")


class Arcs(FrozenValue):
    """Some arcs of an index, such as those that name its unit.

    Fields:
        start: the first of them, counted from 0.
        stop: the arc after the last of them (none: to the end).
    """

    start: int = 0
    stop: Optional[int] = None

    def check(self) -> None:
        stop = self.stop
        if stop is not None and (self.start < 0) == (stop < 0) and self.start >= stop:
            raise ValueError(f"start {self.start}, stop {stop}: there is no arc between them")

    def of(self, index: str) -> str:
        """These arcs of an index, dotted."""
        return ".".join(index.split(".")[self.start : self.stop])


class _FiguresRead(NamedTuple):
    """What was read of the figures of a total."""

    rows: dict[str, ExactFigure]
    units: set[str]  #: the units of these rows
    #: why a figure is not known that the device lacks, while others of its table have rows
    reason_lacking: Optional[NotKnown]


class Total(FrozenValue):
    """A total of the device: the complete sum of the first figure that the device has. Any other
    source is another quantity, so it serves only a device that does not have this one: without a
    value, there is no total. In a chain, with `unit`, this holds for each unit.

    Fields:
        figures: a device has the first of them with rows (see `Measurement.rows_from`); a scalar
            has one row. There is no total if a row has no figure, or is missing in the answers, as
            a `Complete` or, with `Reader.whole`, another column of its table shows. A figure that a
            GET has no value of either is not metered, unless another source has one: that is
            another quantity.
        else_outlets: on a device without these figures, the sum over the outlets' own figures,
            provided that every outlet is metered.
        unit: the arcs that name the unit, in the indexes of the figures and in the identities of
            the outlets. There is no total if a unit with outlets has no figure.
        units: a source with a row for each unit of the chain, such as its number of inputs. There
            is no total if one of these units has no figure. If it lists only one unit, it is
            ignored, because a single unit may have a different number in each table.
        demanded: each unit of the family has a row of one of the figures, by the MIB and by its
            recordings, if only to say that it does not measure (padding). A unit without any is
            not known, where it else is not metered. With `else_outlets`, this holds for a unit
            with a metered outlet.
    """

    figures: tuple[Measurement, ...] = ()
    else_outlets: bool = False
    unit: Optional[Arcs] = None
    units: Optional[Source] = None
    demanded: bool = False

    def check(self) -> None:
        """There is a figure or `else_outlets`, and no figure of a chain's units is a Scalar."""
        if not self.figures and not self.else_outlets:
            raise ValueError("figures is empty; give at least one, or else_outlets")
        if self.demanded and not self.figures:
            raise ValueError("demanded is for figures, and figures is empty")
        if self.unit is None and self.units is not None:
            raise ValueError("units is given and unit is not: give the arcs that name the unit")
        has_scalar = any(isinstance(figure.source, Scalar) for figure in self.figures)
        if self.unit is not None and has_scalar:
            raise ValueError(
                "unit is given and a figure is a Scalar, which has no unit: it would be added to"
                " the units' sums"
            )

    def read_from(
        self,
        reader: Reader,
        outlets: Mapping[str, ExactFigure] = {},
        most: Optional[Decimal] = None,
        *,
        counters: bool = False,
        metered_units: Callable[[], Collection[str]] = tuple,
    ) -> ExactFigure:
        """The total, or why there is none.

        `outlets`: the figure of each listed outlet, None for one that is not metered. `most`: as in
        `Measurement.rows_from`. `counters`: the figures are counters, each with a zero of its own,
        and the first that a unit has is used for all units: the total would jump if another
        replaced it where an answer lacks it. `metered_units`: tells which units have any meter.
        """
        figures_read = self._read_figures(reader, most, counters=counters)
        if isinstance(figures_read, NotKnown):
            return figures_read
        if self._is_lost(outlets, reader):
            return NotKnown(f"the answers lack {self.objects}, which each unit has")
        rows, units = figures_read.rows, figures_read.units
        has_counters = counters and bool(units)
        if self.else_outlets and not has_counters:
            for identity, figure_of_outlet in outlets.items():
                if self._unit(identity) not in units:
                    rows[identity] = figure_of_outlet
            units.update(map(self._unit, outlets))
        if all(figure is None for figure in rows.values()):
            return None
        if figures_read.reason_lacking is not None:  # what takes its place is another quantity
            return figures_read.reason_lacking
        sum_of_rows = _sum_of_rows(rows)
        units_without_row = set(map(self._unit, outlets)) - units
        if not units_without_row and isinstance(sum_of_rows, Decimal):
            units_without_row = self._chain(reader) - units
        if units_without_row:
            return self._reason_without(units_without_row, reader, metered_units)
        return sum_of_rows

    def _read_figures(
        self, reader: Reader, most: Optional[Decimal], *, counters: bool
    ) -> Union[_FiguresRead, NotKnown]:
        """The rows of the figures: of the first that the device has, and with `unit` those of the
        next for the units that it lacks; or the reason why a value is not known. `most`,
        `counters`: as in `read_from`."""
        rows: dict[str, ExactFigure] = {}
        units: set[str] = set()
        reason_lacking: Optional[NotKnown] = None
        empty_figures: list[Measurement] = []
        for figure in self.figures:
            raw_figures: dict[str, RawFigure] = {}  # of units that no earlier figure has
            for row, raw_figure in reader.once(figure.raw_figures).items():
                if self._unit(row) not in units:
                    raw_figures[row] = raw_figure
            if not raw_figures and not units:
                empty_figures.append(figure)
            reason = figure.missing_part(raw_figures, reader)
            if reason is not None:
                if self.demanded or not figure.is_lacking(reader):
                    return reason
                reason_lacking = reason_lacking or reason
                first_row = next(iter(raw_figures))
                for empty_figure in empty_figures:
                    if empty_figure.has_row(first_row, reader):
                        return NotKnown(f"a walk of {empty_figure.objects} has none of its rows")
                continue
            rows.update(figure.figures_of(raw_figures, most, reader))
            units.update(map(self._unit, raw_figures))
            if units and (counters or not self.unit):
                break
        return _FiguresRead(rows=rows, units=units, reason_lacking=reason_lacking)

    def _is_lost(self, outlets: Mapping[str, ExactFigure], reader: Reader) -> bool:
        """Whether the answers lack each figure of a device, or of a unit, that has one. `outlets`:
        as in `read_from`."""
        if not self.demanded:
            return False
        if not self.else_outlets:
            return not any(reader.rows(figure.source) for figure in self.figures)
        units_without_row: set[str] = set()  # with a metered outlet
        for identity, figure_of_outlet in outlets.items():
            if figure_of_outlet is not None:
                units_without_row.add(self._unit(identity))
        for figure in self.figures:
            if not units_without_row:
                return False
            units_without_row.difference_update(map(self._unit, reader.rows(figure.source)))
        return bool(units_without_row)

    def _reason_without(
        self, units: set[str], reader: Reader, metered_units: Callable[[], Collection[str]]
    ) -> Union[NotKnown, NotMetered]:
        """Why there is no total if these units, which have outlets or are in the chain, have no
        row."""
        # A unit is certainly there if the chain lists it with a value. Without a chain, its outlets
        # show it.
        listed_units = self._chain(reader) or units
        units_without_value = self._units_without_value(reader)
        certain_units = units & listed_units
        unmetered_units = certain_units - units_without_value
        if unmetered_units:
            unmetered_units -= set(metered_units())
        if unmetered_units and not self.demanded:
            names = _names("unit", sorted(unmetered_units))
            return NotMetered(f"{names} without a meter")
        names = _names("unit", sorted(units))
        return NotKnown(f"the answers have no row of {self.objects} for {names}")

    @property
    def objects(self) -> str:
        """The names of the objects that are read."""
        return " or ".join(figure.objects for figure in self.figures) or "the outlets' figures"

    def metered_units(self, reader: Reader) -> set[str]:
        """The units with a row of a figure."""
        units: set[str] = set()
        for figure in self.figures:
            units.update(map(self._unit, figure.unpadded_rows(reader)))
        return units

    def unanswered(self, reader: Reader) -> Sequence[str]:
        """The names of the objects of the figures, if the device was asked for them and answered
        none: they are taken as not there."""
        for figure in self.figures:
            values = reader.rows(figure.source).values()
            if not all(isinstance(value, Lost) for value in values):
                return []
        return [figure.objects for figure in self.figures]

    @property
    def needs_outlets(self) -> bool:
        """Whether the total may depend on which outlets there are."""
        return self.else_outlets or self.unit is not None

    def is_listed(self, reader: Reader) -> bool:
        """Whether the device shows a row of one of the figures, with or without a value."""
        for figure in self.figures:
            if not all(map(is_unidentified, reader.once(figure.raw_figures))):
                return True
        return False

    def _chain(self, reader: Reader) -> set[str]:
        """The units that `units` lists, none if it lists only one."""
        if self.units is None:
            return set()
        units = set(map(self._unit, reader.rows(self.units)))
        return units if len(units) > 1 else set()

    def _units_without_value(self, reader: Reader) -> set[str]:
        """The units in `units` whose own row cannot be read: they may not be there."""
        if self.units is None:
            return set()
        rows = reader.rows(self.units)
        return {self._unit(row) for row, value in rows.items() if not text(value)}

    def _unit(self, index: str) -> str:
        """The unit of a row; all rows are of the unit "" if the family is no chain."""
        return self.unit.of(index) if self.unit else ""


def _sum_of_rows(rows: Mapping[str, ExactFigure]) -> ExactFigure:
    """The sum of rows, as `exact_sum_if_complete`; the reason names the rows without a meter."""
    unmetered_rows = [row for row, figure in rows.items() if figure is None]
    if unmetered_rows:
        names = _names("row", unmetered_rows)
        return NotMetered(f"{len(unmetered_rows)} of {len(rows)} ({names}) unmetered")
    return exact_sum_if_complete(rows.values())


def _names(noun: str, names: Sequence[str]) -> str:
    """The noun and its names, for a reason: "units 2, 3"."""
    plural = "" if len(names) == 1 else "s"
    # an index without the arcs of a unit is of a unit without a name
    shown_names = [name or "(no name)" for name in names]
    return f"{noun}{plural} {some(shown_names)}"

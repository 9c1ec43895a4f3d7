"""Measurements in A, W or kWh made from the values of a source, and their sums."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, Optional, Union

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
from ..shared.meter_figures import ExactFigure, NotKnown, NotMetered, exact_sum_if_complete
from ..shared.unknown_states import some
from . import validation
from .absence import lacks
from .arcs import Arcs
from .cells import NO_ANSWER, Cell, Missing, Rows, is_unidentified
from .decoding import counted_by, is_one_of, number, text
from .objects import Scalar
from .tables import Source, Tables, object_of

LEAST_NINES = 5
_QUOTED = 40


#: rows of a source -> the same, lost where what they say is not current
Mask = Callable[[Rows, Source], Rows]


class RawFigure(NamedTuple):
    """What was read of one row, NO_ANSWER where the answers lack it; None for a part that the
    measurement does not have."""

    value: Cell
    exponent: Optional[Cell]
    factor: Optional[Cell]


@dataclass(frozen=True, eq=False)
class Measurement:
    """A measurement in A, W or kWh: value * `scale`, further scaled by `exponent` and `factor` if
    these are given.

    No figure, whatever `absent` says: text that is not a number; 2^n - 1 for n of 31, 32, 63
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

    def sources(self) -> Iterator[Source]:
        """The values, and what scales them."""
        yield from filter(None, (self.source, self.exponent, self.factor))

    @property
    def objects(self) -> str:
        names = (object_of(source) for source in self.sources())
        return ", ".join(dict.fromkeys(name.object or name.oid for name in names if name))

    def values(self, tables: Tables, mask: Optional[Mask] = None) -> Rows:
        """The rows, without padding. `mask`: makes rows lost whose unit has no communication."""
        rows = tables[self.source]
        if mask is not None:
            rows = mask(rows, self.source)
        return {row: value for row, value in rows.items() if not is_one_of(value, self.padding)}

    def rows(
        self, tables: Tables, most: Optional[Decimal] = None, mask: Optional[Mask] = None
    ) -> dict[str, ExactFigure]:
        """The figure of each row, or why it has none; see `figures`."""
        return self.figures(tables, self.raw(tables, mask), most)

    def measured_rows(self, tables: Tables) -> dict[str, Decimal]:
        """The figure of each row that has one."""
        figures = self.rows(tables)
        return {row: figure for row, figure in figures.items() if isinstance(figure, Decimal)}

    def raw(self, tables: Tables, mask: Optional[Mask] = None) -> dict[str, RawFigure]:
        """What was read of each row."""
        rows = self.values(tables, mask)
        exponents = tables[self.exponent] if self.exponent and rows else {}
        factors = tables[self.factor] if self.factor and rows else {}
        return {
            row: RawFigure(
                value,
                exponents.get(row, NO_ANSWER) if self.exponent else None,
                factors.get(row, NO_ANSWER) if self.factor else None,
            )
            for row, value in rows.items()
        }

    def figures(
        self, tables: Tables, raw: Mapping[str, RawFigure], most: Optional[Decimal]
    ) -> dict[str, ExactFigure]:
        """The figure of each row, or why it has none; None in every row that is not measured.
        `most`: the most A or W of a row, None for an energy."""
        values = [part.value for part in raw.values()]
        if all(is_one_of(value, self.absent) for value in values):
            return dict.fromkeys(raw)
        are_texts = self.scale_of_integers is None or any("." in text(value) for value in values)
        figures: dict[str, ExactFigure] = {}
        for row, part in raw.items():
            figure = self._figure(part, most, are_texts=are_texts)
            figures[row] = self._reason(tables, row, part) if figure is None else figure
        return figures

    def _reason(self, tables: Tables, row: str, raw: RawFigure) -> ExactFigure:
        """Why a row has no figure. None, not metered, if it shows a 0 that is in `absent`."""
        if is_one_of(raw.value, self.absent) and number(raw.value, self.unit) == 0:
            return None
        if self.unmetered and not isinstance(raw.value, Missing) and not text(raw.value):
            return NotMetered(self.unmetered)
        return NotKnown(self.row_text(tables, row, raw))

    def missing_part(self, tables: Tables, raw: Mapping[str, RawFigure]) -> Optional[NotKnown]:
        """Why a figure is not known because the answers lack a value, an exponent or a factor."""
        for row, part in raw.items():
            if any(isinstance(value, Missing) for value in part):
                return NotKnown(self.row_text(tables, row, part))
        return None

    def row_text(self, tables: Tables, row: str, raw: RawFigure) -> str:
        """What was read of a row that gives no figure."""
        if is_unidentified(row):
            unit = tables.quoted(row.strip("."))  # some devices name their units in a column
            return f"the answers lack a row of {self.objects}{unit and f' for {unit}'}"
        texts = [
            part.reason if isinstance(part, Missing) else repr(tables.quoted(part, _QUOTED))
            for part in raw
            if part is not None
        ]
        return f"row {row} of {self.objects} reads {', '.join(texts)}"

    def _figure(
        self, raw: RawFigure, most: Optional[Decimal], *, are_texts: bool
    ) -> Optional[Decimal]:
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
            if power is None or power != int(power) or abs(int(power)) > self.MOST_DIGITS:
                return None
            figure = CONTEXT.scaleb(figure, int(power))
        if self.factor:
            factor = number(raw.factor)
            if factor is None or factor.copy_abs() > self.MOST_FACTOR:
                return None
            figure = _multiply(figure, factor)
        is_possible = figure < LARGEST if most is None else figure <= most
        return figure if is_possible else None


def _is_placeholder(raw: Cell, reading: Decimal, most: Optional[Decimal]) -> bool:
    """Whether a value is no figure, which is then not known: a register that is filled up; of a
    current or power also one of 16 bits, and a text with nines alone."""
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


def _multiply(value: Decimal, factor: Decimal) -> Decimal:
    """`value` times a factor as devices report it: a negative one is a divisor, 0 is none."""
    if factor < 0:
        return CONTEXT.divide(value, CONTEXT.minus(factor))
    return CONTEXT.multiply(value, factor) if factor > 0 else value


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


class _FiguresRead(NamedTuple):
    """What was read of the figures of a total."""

    rows: dict[str, ExactFigure]
    units: set[str]  #: the units of these rows
    #: why a figure is not known that the device lacks, while others of its table have rows
    reason_lacking: Optional[NotKnown]


@dataclass(frozen=True, eq=False)
class Total:
    """A total of the device: the complete sum of the first figure that the device has. Any other
    source is another quantity, so it serves only a device that does not have this one: without a
    value, there is no total. In a chain, with `unit`, this holds for each unit.

    Fields:
        figures: a device has the first of them with rows (see `Measurement.raw`); a scalar
            has one row. There is no total if a row has no figure, or is missing in the answers, as
            another column of its table shows, or a `Complete`. A figure that a GET has no value of
            either is not metered, unless another source has one: that is another quantity.
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

    def sources(self) -> Iterator[Source]:
        for figure in self.figures:
            yield from figure.sources()
        yield from filter(None, (self.units,))

    def read(
        self,
        tables: Tables,
        mask: Optional[Mask],
        outlets: Mapping[str, ExactFigure] = {},
        most: Optional[Decimal] = None,
        *,
        counters: bool = False,
        metered_units: Callable[[], Collection[str]] = tuple,
    ) -> ExactFigure:
        """The total, or why there is none.

        `mask`: makes rows of units without communication lost. `outlets`: the figure of each listed
        outlet. `counters`: the first figure that a unit has is used for all units, because another
        has another zero. `metered_units`: tells which units have any meter.
        """
        figures = self._read_figures(tables, mask, most, counters=counters)
        if isinstance(figures, NotKnown):
            return figures
        if self._is_lost(tables, outlets):
            return NotKnown(f"the answers lack {self.objects}, which each unit has")
        rows, units = figures.rows, figures.units
        if self.else_outlets and not (counters and units):
            rows.update({o: f for o, f in outlets.items() if self._unit(o) not in units})
            units.update(map(self._unit, outlets))
        if all(figure is None for figure in rows.values()):
            return None
        if figures.reason_lacking is not None:  # what takes its place is another quantity
            return figures.reason_lacking
        sum_of_rows = _sum_of_rows(rows)
        units_without_row = set(map(self._unit, outlets)) - units
        if not units_without_row and isinstance(sum_of_rows, Decimal):
            units_without_row = self._chain(tables) - units
        if units_without_row:
            return self._reason_without(tables, units_without_row, metered_units)
        return sum_of_rows

    def _read_figures(
        self,
        tables: Tables,
        mask: Optional[Mask],
        most: Optional[Decimal],
        *,
        counters: bool,
    ) -> Union[_FiguresRead, NotKnown]:
        """The rows of the first figure that the device has, and with `unit` those of the next for
        the units that it lacks; or the reason why a value is not known."""
        rows: dict[str, ExactFigure] = {}
        units: set[str] = set()
        reason_lacking: Optional[NotKnown] = None
        empty_figures: list[Measurement] = []
        for figure in self.figures:
            raw = {r: f for r, f in figure.raw(tables, mask).items() if self._unit(r) not in units}
            if not raw and not units:
                empty_figures.append(figure)
            reason = figure.missing_part(tables, raw)
            if reason is not None:
                is_counted = any(map(is_unidentified, raw))  # by the device, which shows no row
                # a unit without communication may answer nothing of what it has
                is_masked = figure.values(tables, mask) != figure.values(tables)
                is_missing = is_masked or not lacks(tables, figure.source, raw)
                if self.demanded or is_counted or is_missing:
                    return reason
                reason_lacking = reason_lacking or reason
                for empty in empty_figures:
                    if tables.has_cell(empty.source, next(iter(raw))):
                        return NotKnown(f"a walk of {empty.objects} has none of its rows")
                continue
            rows.update(figure.figures(tables, raw, most))
            units.update(map(self._unit, raw))
            if units and (counters or not self.unit):
                break
        return _FiguresRead(rows, units, reason_lacking)

    def _is_lost(self, tables: Tables, outlets: Mapping[str, ExactFigure]) -> bool:
        """Whether the answers lack each figure of a device, or of a unit, that has one."""
        if not self.demanded:
            return False
        if not self.else_outlets:
            return not any(tables[figure.source] for figure in self.figures)
        units = {self._unit(o) for o, figure in outlets.items() if figure is not None}
        for figure in self.figures:
            if units:
                units -= set(map(self._unit, tables[figure.source]))
        return bool(units)

    def _reason_without(
        self, tables: Tables, units: set[str], metered_units: Callable[[], Collection[str]]
    ) -> Union[NotKnown, NotMetered]:
        """Why there is no total if these units have no row. A unit is certainly there if the chain
        lists it with a value, or without a chain if its outlets show it."""
        rows = tables[self.units] if self.units else {}
        without_value = {self._unit(row) for row, value in rows.items() if not _is_value(value)}
        units_without_meter = (units & (self._chain(tables) or units)) - without_value
        if units_without_meter:
            units_without_meter -= set(metered_units())
        if units_without_meter and not self.demanded:
            return NotMetered(f"{_names('unit', sorted(units_without_meter))} without a meter")
        names = _names("unit", sorted(units))
        return NotKnown(f"the answers have no row of {self.objects} for {names}")

    @property
    def objects(self) -> str:
        names = dict.fromkeys(figure.objects for figure in self.figures)
        return " or ".join(names) or "the outlets' figures"

    def metered_units(self, tables: Tables, mask: Optional[Mask]) -> set[str]:
        """The units with a row of a figure."""
        return {self._unit(r) for figure in self.figures for r in figure.values(tables, mask)}

    def unanswered(self, tables: Tables) -> list[str]:
        """The objects of the figures, if the device was asked for them and answered none."""
        values = [v for figure in self.figures for v in tables[figure.source].values()]
        if all(isinstance(value, Missing) for value in values):
            return [figure.objects for figure in self.figures]
        return []

    @property
    def needs_outlets(self) -> bool:
        return self.else_outlets or self.unit is not None

    def is_listed(self, tables: Tables) -> bool:
        """Whether the device shows a row of one of the figures, with or without a value."""
        rows = [row for figure in self.figures for row in tables[figure.source]]
        return not all(map(is_unidentified, rows))

    def _chain(self, tables: Tables) -> set[str]:
        """The units that `units` lists, none if it lists only one."""
        units = set(map(self._unit, tables[self.units])) if self.units else set()
        return units if len(units) > 1 else set()

    def _unit(self, index: str) -> str:
        return self.unit.of(index) if self.unit else ""


def _sum_of_rows(rows: Mapping[str, ExactFigure]) -> ExactFigure:
    """The sum of rows; the reason names the rows without a meter."""
    unmetered_rows = [row for row, figure in rows.items() if figure is None]
    if unmetered_rows:
        names = _names("row", unmetered_rows)
        return NotMetered(f"{len(unmetered_rows)} of {len(rows)} ({names}) unmetered")
    return exact_sum_if_complete(rows.values())


def _is_value(value: Cell) -> bool:
    """Whether a value says that its unit is there: a text, or a count that is no placeholder."""
    return counted_by(value) is not None if number(value) is not None else bool(text(value))


def _names(noun: str, names: Sequence[str]) -> str:
    plural = "" if len(names) == 1 else "s"
    return f"{noun}{plural} {some([name or '(no name)' for name in names])}"

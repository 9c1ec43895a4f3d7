"""Measurements in A, W or kWh made from the values of a source, and their sums."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, Optional, Union

from ...dcimanager.rows import Raw
from ...shared.ceilings import LARGEST, PLACEHOLDERS, PLACEHOLDERS_16
from ...shared.decimals import CONTEXT
from ...shared.doubts import some
from ...shared.meter_figures import ExactFigure, NotKnown, NotMetered, exact_sum_if_complete
from ..decoding import Rows, number, text
from ..figures import Arcs
from ..reader import LOST, Lost
from .rows import is_one_of, is_unidentified
from .tables import Source, Tables, objects_of

LEAST_NINES = 5
_QUOTED = 40


class RawFigure(NamedTuple):
    """What was read of one row, LOST where the answers lack it; None for a part that the
    measurement does not have."""

    value: Raw
    exponent: Optional[Raw]
    factor: Optional[Raw]


@dataclass(frozen=True, eq=False)
class Measurement:
    """A measurement: value * `scale`, further scaled by `exponent` and `factor` if these are given;
    see figures.Measurement for the fields, and for what is "not measured" whatever they say."""

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

    MOST_DIGITS = 12
    MOST_FACTOR = 10_000

    def sources(self) -> Iterator[Source]:
        yield from filter(None, (self.source, self.exponent, self.factor))

    @property
    def objects(self) -> str:
        names = (next(objects_of([source]), None) for source in self.sources())
        return ", ".join(dict.fromkeys(name.object or name.oid for name in names if name))

    def values(self, tables: Tables, mask: Callable[[Rows, Source], Rows]) -> Rows:
        """The rows, without padding."""
        rows = mask(tables[self.source], self.source)
        return {row: value for row, value in rows.items() if not is_one_of(value, self.padding)}

    def raw(self, tables: Tables, mask: Callable[[Rows, Source], Rows]) -> dict[str, RawFigure]:
        """What was read of each row."""
        rows = self.values(tables, mask)
        exponents = tables[self.exponent] if self.exponent and rows else {}
        factors = tables[self.factor] if self.factor and rows else {}
        return {
            row: RawFigure(
                value,
                exponents.get(row, LOST) if self.exponent else None,
                factors.get(row, LOST) if self.factor else None,
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
        if self.unmetered and not isinstance(raw.value, Lost) and not text(raw.value):
            return NotMetered(self.unmetered)
        return NotKnown(self.row_text(tables, row, raw))

    def missing_part(self, tables: Tables, raw: Mapping[str, RawFigure]) -> Optional[NotKnown]:
        """Why a figure is not known because the answers lack a value, an exponent or a factor."""
        for row, part in raw.items():
            if any(isinstance(value, Lost) for value in part):
                return NotKnown(self.row_text(tables, row, part))
        return None

    def row_text(self, tables: Tables, row: str, raw: RawFigure) -> str:
        """What was read of a row that gives no figure."""
        if is_unidentified(row):
            unit = row.strip(".")
            return f"the answers lack a row of {self.objects}{unit and f' for {unit}'}"
        texts = [
            part.reason if isinstance(part, Lost) else repr(tables.quoted(part, _QUOTED))
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


def _is_placeholder(raw: Raw, reading: Decimal, most: Optional[Decimal]) -> bool:
    """Whether a value stands for "not measured": a register that is filled up; of a current or
    power also one of 16 bits, and a text with nines alone."""
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


class _FiguresRead(NamedTuple):
    """What was read of the figures of a total."""

    rows: dict[str, ExactFigure]
    units: set[str]  #: the units of these rows
    #: why a figure is not known that the device lacks, while others of its table have rows
    reason_lacking: Optional[NotKnown]


@dataclass(frozen=True, eq=False)
class Total:
    """A total of the device: the complete sum of the first figure that the device has; see
    figures.Total for the fields."""

    figures: tuple[Measurement, ...] = ()
    else_outlets: bool = False
    unit: Optional[Arcs] = None
    units: Optional[Source] = None
    demanded: bool = False

    def sources(self) -> Iterator[Source]:
        for figure in self.figures:
            yield from figure.sources()
        yield from filter(None, (self.units,))

    def read(
        self,
        tables: Tables,
        mask: Callable[[Rows, Source], Rows],
        outlets: Mapping[str, ExactFigure] = {},
        most: Optional[Decimal] = None,
        *,
        counters: bool = False,
        metered_units: Callable[[], Collection[str]] = tuple,
    ) -> ExactFigure:
        """The total, or why there is none.

        `mask`: makes rows of units without contact lost. `outlets`: the figure of each listed
        outlet. `counters`: the first figure that a unit has is used for all units, because another
        has another zero. `metered_units`: tells which units have any meter.
        """
        read = self._read_figures(tables, mask, most, counters=counters)
        if isinstance(read, NotKnown):
            return read
        if self._is_lost(tables, outlets):
            return NotKnown(f"the answers lack {self.objects}, which each unit has")
        rows, units = read.rows, read.units
        if self.else_outlets and not (counters and units):
            rows.update({o: f for o, f in outlets.items() if self._unit(o) not in units})
            units.update(map(self._unit, outlets))
        if all(figure is None for figure in rows.values()):
            return None
        if read.reason_lacking is not None:  # what takes its place is another quantity
            return read.reason_lacking
        sum_of_rows = _sum_of_rows(rows)
        missing = set(map(self._unit, outlets)) - units
        if not missing and isinstance(sum_of_rows, Decimal):
            missing = self._chain(tables) - units
        if missing:
            return self._reason_without(tables, missing, metered_units)
        return sum_of_rows

    def _read_figures(
        self,
        tables: Tables,
        mask: Callable[[Rows, Source], Rows],
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
                if self.demanded or not tables.lacks(figure.source):
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
        missing = {self._unit(o) for o, figure in outlets.items() if figure is not None}
        for figure in self.figures:
            if missing:
                missing -= set(map(self._unit, tables[figure.source]))
        return bool(missing)

    def _reason_without(
        self, tables: Tables, units: set[str], metered_units: Callable[[], Collection[str]]
    ) -> Union[NotKnown, NotMetered]:
        """Why there is no total if these units have no row. A unit is certainly there if the chain
        lists it with a value, or without a chain if its outlets show it."""
        rows = tables[self.units] if self.units else {}
        without_value = {self._unit(row) for row, value in rows.items() if not text(value)}
        unmetered = (units & (self._chain(tables) or units)) - without_value
        if unmetered:
            unmetered -= set(metered_units())
        if unmetered and not self.demanded:
            return NotMetered(f"{_names('unit', sorted(unmetered))} without a meter")
        names = _names("unit", sorted(units))
        return NotKnown(f"the answers have no row of {self.objects} for {names}")

    @property
    def objects(self) -> str:
        return " or ".join(figure.objects for figure in self.figures) or "the outlets' figures"

    def metered_units(self, tables: Tables, mask: Callable[[Rows, Source], Rows]) -> set[str]:
        """The units with a row of a figure."""
        return {self._unit(r) for figure in self.figures for r in figure.values(tables, mask)}

    def unanswered(self, tables: Tables) -> list[str]:
        """The objects of the figures, if the device was asked for them and answered none."""
        values = [v for figure in self.figures for v in tables[figure.source].values()]
        if all(isinstance(value, Lost) for value in values):
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
    unmetered = [row for row, figure in rows.items() if figure is None]
    if unmetered:
        names = _names("row", unmetered)
        return NotMetered(f"{len(unmetered)} of {len(rows)} ({names}) unmetered")
    return exact_sum_if_complete(rows.values())


def _names(noun: str, names: Sequence[str]) -> str:
    plural = "" if len(names) == 1 else "s"
    return f"{noun}{plural} {some([name or '(no name)' for name in names])}"

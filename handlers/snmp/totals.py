"""Totals of a device: the complete sum of a measurement."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, Optional, Union

from ..shared.meter_figures import ExactFigure, NotKnown, NotMetered, exact_sum_if_complete
from ..shared.unknown_states import some
from .absence import lacks
from .arcs import Arcs
from .cells import Cell, Missing, is_index_missing
from .decoding import counted_by, number, text
from .measurements import Measurement, RowReading, ValidRows
from .objects import Scalar
from .tables import Source, Tables


class _OwnFigures(NamedTuple):
    """What was read of the figures of a total."""

    figures: dict[str, ExactFigure]
    units: set[str]  #: the units of these rows
    #: why a figure is not known that the device has
    reason_missing: Optional[NotKnown] = None
    #: why a figure is not known that the device lacks, while others of its table have rows
    reason_without: Optional[NotKnown] = None


class _Summands(NamedTuple):
    """The rows that make a total, and the units that they are of."""

    figures: dict[str, ExactFigure]
    units: set[str]


@dataclass(frozen=True, eq=False)
class Total:
    """A total of the device: the complete sum of the first figure that the device has. Any other
    source is another quantity, so it serves only a device that does not have this one: without a
    value, there is no total. In a chain, with `unit`, this holds for each unit.

    Fields:
        figures: a device has the first of them with rows, padding left out; a scalar has one row.
            There is no total if a row has no figure, or is missing in the answers, as another
            column of its table shows, or a `Complete`. A figure that a GET has no value of either
            is not metered, unless another source has one: that is another quantity.
        else_outlets: on a device without these figures, the sum over the outlets' own figures,
            provided that every outlet is metered.
        unit: the arcs that name the unit, in the indexes of the figures and in the identities of
            the outlets. There is no total if a unit with outlets has no figure.
        units: a source with a row for each unit of the chain, such as its number of inputs. There
            is no total if one of these units has no figure. If it lists only one unit, it is
            ignored, because a single unit may have a different number in each table.
        always_there: each unit of the family has a row of one of the figures, by the MIB and by its
            recordings, if only to say that it does not measure (padding). A unit without any is
            not known, where it else is not metered. With `else_outlets`, this holds for a unit
            with a metered outlet.
    """

    figures: tuple[Measurement, ...] = ()
    else_outlets: bool = False
    unit: Optional[Arcs] = None
    units: Optional[Source] = None
    always_there: bool = False

    def check(self) -> None:
        """There is a figure or `else_outlets`, and no figure of a chain's units is a Scalar."""
        if not self.figures and not self.else_outlets:
            raise ValueError("figures is empty; give at least one, or else_outlets")
        if self.always_there and not self.figures:
            raise ValueError("always_there is for figures, and figures is empty")
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
        valid_rows: Optional[ValidRows],
        outlets: Mapping[str, ExactFigure] = {},
        most: Optional[Decimal] = None,
        *,
        counters: bool = False,
        metered_units: Callable[[], Collection[str]] = tuple,
    ) -> ExactFigure:
        """The total in A, W or kWh, or why there is none, by the first of these laws that applies:

            a value is missing of a figure that the device has       NotKnown
            no row has a meter                                       None
            only another quantity could take a figure's place        NotKnown
            a row is not known now                                   NotKnown
            a unit of the chain has no row                           NotKnown or NotMetered
            the sum of the rows                                      5.2 A, or NotMetered

        `valid_rows`: makes rows of units without communication missing. `outlets`: the figure of
        each listed outlet. `counters`: the first figure that a unit has is used for all units,
        because another has another zero. `metered_units`: tells which units have any meter.
        """
        own = self._own_figures(tables, valid_rows, most, counters=counters)
        reason_missing = own.reason_missing or self._reason_if_all_missing(tables, outlets)
        if reason_missing is not None:
            return reason_missing
        summands = self._summands(own, outlets, counters=counters)
        if all(figure is None for figure in summands.figures.values()):
            return None
        if own.reason_without is not None:
            return own.reason_without
        total = _sum_of_rows(summands.figures)
        if isinstance(total, NotKnown):
            return total
        reason = self._reason_if_unit_lacks(tables, total, summands.units, outlets, metered_units)
        return total if reason is None else reason

    def _own_figures(
        self,
        tables: Tables,
        valid_rows: Optional[ValidRows],
        most: Optional[Decimal],
        *,
        counters: bool,
    ) -> _OwnFigures:
        """The rows of the first figure that the device has, and with `unit` those of the next for
        the units that it lacks; or the reason why a value is not known."""
        figures: dict[str, ExactFigure] = {}
        units: set[str] = set()
        reason_without: Optional[NotKnown] = None
        empty_figures: list[Measurement] = []
        for figure in self.figures:
            all_readings = figure.readings(tables, valid_rows)
            readings = {row: r for row, r in all_readings.items() if self._unit(row) not in units}
            if not readings and not units:
                empty_figures.append(figure)
            reason = figure.missing_part(tables, readings)
            if reason is None:
                figures.update(figure.figures(tables, readings, most))
                units.update(map(self._unit, readings))
                if units and (counters or self.unit is None):
                    break
                continue
            if not self._is_there(tables, valid_rows, figure, readings):
                reason_without = reason_without or reason
                reason = _reason_if_walk_lost(tables, empty_figures, next(iter(readings)))
            if reason is not None:
                return _OwnFigures({}, set(), reason_missing=reason)
        return _OwnFigures(figures, units, reason_without=reason_without)

    def _summands(
        self, own: _OwnFigures, outlets: Mapping[str, ExactFigure], *, counters: bool
    ) -> _Summands:
        """The device's own rows, and with `else_outlets` the outlets of the units without one. Of
        `counters`, outlets serve only where no unit has a row: another has another zero."""
        figures, units = dict(own.figures), set(own.units)
        if self.else_outlets and not (counters and units):
            figures.update({o: f for o, f in outlets.items() if self._unit(o) not in units})
            units.update(map(self._unit, outlets))
        return _Summands(figures, units)

    def _reason_if_all_missing(
        self, tables: Tables, outlets: Mapping[str, ExactFigure]
    ) -> Optional[NotKnown]:
        if self.always_there and self._lacks_all(tables, outlets):
            return NotKnown(f"the answers lack {self.objects}, which each unit has")
        return None

    def _reason_if_unit_lacks(
        self,
        tables: Tables,
        total: ExactFigure,
        units: set[str],
        outlets: Iterable[str],
        metered_units: Callable[[], Collection[str]],
    ) -> Union[NotKnown, NotMetered, None]:
        """Why a sum over these units is no total; None if each unit with outlets is among them, and
        each that the chain lists. The chain is asked only for a total that is known so far."""
        units_without_row = set(map(self._unit, outlets)) - units
        if not units_without_row and isinstance(total, Decimal):
            units_without_row = self._chain(tables) - units
        if not units_without_row:
            return None
        return self._reason_without(tables, units_without_row, metered_units)

    def _is_there(
        self,
        tables: Tables,
        valid_rows: Optional[ValidRows],
        figure: Measurement,
        readings: Mapping[str, RowReading],
    ) -> bool:
        """Whether the device has a figure of which a value is missing: it counts a row that it does
        not show; its unit has no communication, and may answer nothing of what it has; or nothing
        proves that it has no such object."""
        if self.always_there or any(map(is_index_missing, readings)):
            return True
        is_invalid = figure.values(tables, valid_rows) != figure.values(tables)
        return is_invalid or not lacks(tables, figure.source, readings)

    def _lacks_all(self, tables: Tables, outlets: Mapping[str, ExactFigure]) -> bool:
        """Whether the answers lack each figure of a device, or of a unit with a metered outlet."""
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
        lists it with a value, or without a chain if its outlets show it. Units 7 and 8 have no row:

            neither shows any meter      NotMetered("units 7, 8 without a meter")
            8 shows a meter of its W     NotKnown("the answers have no row of lineAmps for unit 8")
        """
        rows = tables[self.units] if self.units else {}
        without_value = {self._unit(row) for row, value in rows.items() if not _is_value(value)}
        units_without_meter = (units & (self._chain(tables) or units)) - without_value
        if units_without_meter:
            units_without_meter -= set(metered_units())
        lost_units = units if self.always_there else units - units_without_meter
        if not lost_units:
            return NotMetered(f"{_names('unit', sorted(units_without_meter))} without a meter")
        names = _names("unit", sorted(lost_units))
        return NotKnown(f"the answers have no row of {self.objects} for {names}")

    @property
    def objects(self) -> str:
        names = dict.fromkeys(figure.objects for figure in self.figures)
        return " or ".join(names) or "the outlets' figures"

    def metered_units(self, tables: Tables, valid_rows: Optional[ValidRows]) -> set[str]:
        """The units with a row of a figure."""
        return {self._unit(r) for figure in self.figures for r in figure.values(tables, valid_rows)}

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
        return not all(map(is_index_missing, rows))

    def _chain(self, tables: Tables) -> set[str]:
        """The units that `units` lists, none if it lists only one."""
        units = set(map(self._unit, tables[self.units])) if self.units else set()
        return units if len(units) > 1 else set()

    def _unit(self, index: str) -> str:
        return self.unit.of(index) if self.unit else ""


def _reason_if_walk_lost(
    tables: Tables, empty_figures: Iterable[Measurement], row: str
) -> Optional[NotKnown]:
    """Why one of the figures without a row is not known: a GET has its value in a row that another
    figure has, so that the walk of it was lost. None if the device has none of them."""
    for figure in empty_figures:
        if tables.has_cell(figure.source, row):
            return NotKnown(f"a walk of {figure.objects} has none of its rows")
    return None


def _sum_of_rows(rows: Mapping[str, ExactFigure]) -> ExactFigure:
    """The sum of rows, or why there is none; the reason names the rows without a meter:

    >>> _sum_of_rows({"1.1": Decimal("0.60"), "1.2": Decimal("0.67")})
    Decimal('1.27')
    >>> _sum_of_rows({"1.1": Decimal("0.60"), "1.3": None, "1.4": None})
    NotMetered(reason='2 of 3 (rows 1.3, 1.4) unmetered')

    A row that is not known now may be why another seems to have no meter:

    >>> _sum_of_rows({"1.1": NotKnown("row 1.1 reads no answer"), "1.3": None})
    NotKnown(reason='row 1.1 reads no answer')
    """
    total = exact_sum_if_complete(rows.values())
    unmetered_rows = [row for row, figure in rows.items() if figure is None]
    if not isinstance(total, NotMetered) or not unmetered_rows:
        return total
    names = _names("row", unmetered_rows)
    return NotMetered(f"{len(unmetered_rows)} of {len(rows)} ({names}) unmetered")


def _is_value(value: Cell) -> bool:
    """Whether a value says that its unit is there: a text, or a count that is no placeholder.

    >>> _is_value("PDU 2"), _is_value(3), _is_value(""), _is_value(-1)
    (True, True, False, False)
    """
    return counted_by(value) is not None if number(value) is not None else bool(text(value))


def _names(noun: str, names: Sequence[str]) -> str:
    """
    >>> _names("unit", ["2"]), _names("row", ["1", "2"]), _names("unit", [""])
    ('unit 2', 'rows 1, 2', 'unit (no name)')
    """
    plural = "" if len(names) == 1 else "s"
    return f"{noun}{plural} {some([name or '(no name)' for name in names])}"

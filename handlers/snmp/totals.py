"""Totals of a device: the complete sum of a measurement, or why there is none.

    walk load {"1": 25, "2": 27}, tenths of an ampere   5.2 A
    walk load {"1": 25, "2": NO_ANSWER}                 NotKnown: 2.5 A would be too small

A figure is a number (`Decimal`) in A, W or kWh, NotKnown (a meter shows no value now), NotMetered,
or None: there is no such meter. A total may name several figures (`Measurement`), such as lines or
else banks: the first that the device has is used, because the others measure something else. In a
chain, `unit` says which numbers of a row's index are its unit: "2" of "2.7". Of a figure,
`readings` are what the device answers of each row, and `figures` what that is in A, W or kWh, by
row:

    readings {"1": 25, "2": "-1"}, tenths   figures {"1": 2.5 A, "2": NotKnown}
"""

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


class _MeterRows(NamedTuple):
    """The rows of the device's own meters that a total adds up: load {"1": 2.5 A, "2": 2.7 A}."""

    figures: dict[str, ExactFigure]  #: row -> A, W or kWh
    units: set[str]  #: the units of these rows
    #: why a meter that the device has shows no value now: there is no total
    reason_not_known: Optional[NotKnown] = None
    #: why there is no total if another figure has values: the device lacks the first figure, while
    #: other columns of its table have rows, and the other figure measures something else
    reason_another_quantity: Optional[NotKnown] = None


class _Summands(NamedTuple):
    """The rows that are added up to a total, of meters or of outlets: {"1": 2.5 A, "2": 2.7 A}."""

    figures: dict[str, ExactFigure]  #: row -> A, W or kWh
    units: set[str]  #: the units of these rows


@dataclass(frozen=True, eq=False)
class Total:
    """A total of the device: the complete sum of the first of `figures` that the device has; with
    `else_outlets`, on a device without any of them, the sum of its outlets' own figures. Any other
    source is another quantity, so it serves only a device that does not have this one: without a
    value, there is no total. In a chain, with `unit`, this holds for each unit, and `units` lists
    the units of the chain. With `always_there`, each unit of the family has a row of a figure. The
    unit of a row, or of an outlet, is `_unit("2.7")`: "2", or "" for a device that is no chain.

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
        """Raises ValueError, for the author of a profile, unless there is a figure or
        `else_outlets`, and with `unit` no figure is a Scalar, which has no unit.

        >>> Total().check()
        Traceback (most recent call last):
        ValueError: figures is empty; give at least one, or else_outlets
        """
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
        """What a total reads of a device: the sources of its figures, then the list of units."""
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
        """The total of the device in A, W or kWh, or why there is none. For a load of lines, else
        of banks, in tenths, by the first of these cases that applies:

            lines {"1": 25, "2": NO_ANSWER}                   NotKnown: a sum would be too small
            no row of lines, no row of banks                  None: no meter
            lines {"1": NO_ANSWER}, get lines.1 -> nothing,
                banks {"1": 52}                               NotKnown: banks may be less than lines
            lines {"1": 25, "2": 65535}                       NotKnown: row 2 is no figure
            lines {"1.1": 25}, and the chain has a unit 2     NotKnown or NotMetered
            lines {"1": 25, "2": 27}                          5.2 A
            no row of lines, banks {"1": 52}                  5.2 A

        valid_rows: takes the rows of a source and the source, and gives the rows with `Missing` for
            those of units without communication; None: all are valid.
        outlets: the figure of each listed outlet, for `else_outlets` and to tell the units.
        most: the largest A or W of a row, above which it is not known; None for an energy.
        counters: the rows are meter readings in kWh since an unknown day, so the figure of one unit
            never adds to another figure of the next.
        metered_units: called without arguments if a unit has no row; returns the units with any
            meter. A unit without any is not metered; one with another meter is not known.
        """
        meters = self._meter_rows(tables, valid_rows, most, counters=counters)
        not_known = meters.reason_not_known or self._reason_if_all_missing(tables, outlets)
        if not_known is not None:
            return not_known
        summands = self._summands(meters, outlets, counters=counters)
        if all(figure is None for figure in summands.figures.values()):
            return None
        total = meters.reason_another_quantity or _sum_of_rows(summands.figures)
        if isinstance(total, NotKnown):
            return total
        reason = self._reason_if_unit_lost(tables, total, summands.units, outlets, metered_units)
        return total if reason is None else reason

    def _meter_rows(
        self,
        tables: Tables,
        valid_rows: Optional[ValidRows],
        most: Optional[Decimal],
        *,
        counters: bool,
    ) -> _MeterRows:
        """The rows of the device's own meters that make the total: those of the first figure that
        it has; with `unit`, the next figure serves the units that the first does not measure, but
        not with `counters`. For a load of lines, else of banks, by unit:

            lines {"1.1": 2.5 A}, banks {"1.1": 1 A, "2.1": 2.7 A}
                figures {"1.1": 2.5 A, "2.1": 2.7 A}, units {"1", "2"}
            lines {"1.1": NO_ANSWER}, get lines.1.1 -> 25
                reason_not_known: "row 1.1 of lines reads no answer"
            lines {"1.1": NO_ANSWER}, get lines.1.1 -> nothing: it lacks lines; banks {"1.1": 1 A}
                figures {"1.1": 1 A}, reason_another_quantity: "row 1.1 of lines reads no answer"
        """
        figures: dict[str, ExactFigure] = {}
        units: set[str] = set()
        reason_another_quantity: Optional[NotKnown] = None
        empty_figures: list[Measurement] = []
        for figure in self.figures:
            readings: dict[str, RowReading] = {}
            for row, reading in figure.readings(tables, valid_rows).items():
                if self._unit(row) not in units:  # no earlier figure measures its unit
                    readings[row] = reading
            if not readings and not units:
                empty_figures.append(figure)
            reason = figure.reason_if_answers_lack(tables, readings)
            if reason is not None and not self._has_meter(tables, valid_rows, figure, readings):
                reason_another_quantity = reason_another_quantity or reason
                reason = _reason_if_walk_lost(tables, empty_figures, next(iter(readings)))
                readings = {}  # read as a device without this meter
            if reason is not None:
                return _MeterRows({}, set(), reason_not_known=reason)
            figures.update(figure.figures(tables, readings, most))
            units.update(map(self._unit, readings))
            if units and (counters or self.unit is None):
                break
        return _MeterRows(figures, units, reason_another_quantity=reason_another_quantity)

    def _summands(
        self, meters: _MeterRows, outlets: Mapping[str, ExactFigure], *, counters: bool
    ) -> _Summands:
        """What is added up: the rows of the device's meters, and with `else_outlets` the outlets of
        each unit without such a row. `outlets`: the figure of each outlet. `counters`: readings in
        kWh, of which those of outlets and of meters are never mixed, because they count from
        different days.

            meters {"1": 2.5 A}, outlets {"1.1": 1 A, "2.1": 2.7 A}
                figures {"1": 2.5 A, "2.1": 2.7 A}, units {"1", "2"}
            meters {"1": 2.5 kWh}, the outlets in kWh, `counters`
                figures {"1": 2.5 kWh}, units {"1"}
            the same without `else_outlets`
                figures {"1": 2.5 kWh}, units {"1"}
        """
        figures, units = dict(meters.figures), set(meters.units)
        are_outlets_added = self.else_outlets and not (counters and units)
        if not are_outlets_added:
            return _Summands(figures, units)
        for outlet, figure in outlets.items():
            if self._unit(outlet) not in meters.units:
                figures[outlet] = figure
        units.update(map(self._unit, outlets))
        return _Summands(figures, units)

    def _reason_if_all_missing(
        self, tables: Tables, outlets: Mapping[str, ExactFigure]
    ) -> Optional[NotKnown]:
        """Why there is no total of a family each of whose devices has the meter (`always_there`),
        if the answers have no row of it:

            walk load -> nothing   NotKnown("the answers lack load, which each unit has")
            walk load {"1": 25}    None
        """
        if self.always_there and self._is_each_row_missing(tables, outlets):
            return NotKnown(f"the answers lack {self.objects}, which each unit has")
        return None

    def _reason_if_unit_lost(
        self,
        tables: Tables,
        total: ExactFigure,
        units: set[str],
        outlets: Iterable[str],
        metered_units: Callable[[], Collection[str]],
    ) -> Union[NotKnown, NotMetered, None]:
        """Why the sum of the rows of these `units` is no total: a unit of the chain has no row;
        None if each has one. `metered_units`: called without arguments, returns the units with a
        meter of anything: a unit with one has lost its row here (NotKnown), one without any is not
        metered (NotMetered).

            units {"1"}, outlets 1.1 and 2.1              NotKnown or NotMetered: unit 2 has no row
            units {"1"}, the list of units has 1 and 2    NotKnown or NotMetered
            units {"1", "2"}, of these outlets or list    None
        """
        units_without_row = set(map(self._unit, outlets)) - units
        if not units_without_row and isinstance(total, Decimal):
            units_without_row = self._units_of_chain(tables) - units
        if not units_without_row:
            return None
        return self._reason_without_row(tables, units_without_row, metered_units)

    def _has_meter(
        self,
        tables: Tables,
        valid_rows: Optional[ValidRows],
        figure: Measurement,
        readings: Mapping[str, RowReading],
    ) -> bool:
        """Whether the device has the meter of a figure, of which the answers lack values in these
        `readings`: the total is then not known. Else it is read as a device without this meter.

            load {"1": 25, ".": NO_ANSWER}: it counts 2 rows, shows 1    True
            the unit of a row has no communication (`valid_rows`)        True
            load {"1": NO_ANSWER}, get load.1 -> 52                      True: the walk lost it
            load {"1": NO_ANSWER}, get load.1 -> nothing                 False
            the same, and each device has the figure (`always_there`)    True
        """
        if self.always_there or any(map(is_index_missing, readings)):
            return True
        all_values = figure.values(tables)
        is_any_without_communication = figure.values(tables, valid_rows) != all_values
        return is_any_without_communication or not lacks(tables, figure.source, readings)

    def _is_each_row_missing(self, tables: Tables, outlets: Mapping[str, ExactFigure]) -> bool:
        """Whether the answers have no row of any figure; with `else_outlets`, no row for a unit
        that has a metered outlet.

            walk load -> nothing                                        True
            walk load {"1": 25}                                         False
            with `else_outlets`, outlets {"2.1": 1 A}, load {"1": 25}   True: unit 2 has no row
            with `else_outlets`, outlets {"2.1": None}: no meter        False
        """
        if not self.else_outlets:
            return not any(tables[figure.source] for figure in self.figures)
        metered_outlets = [outlet for outlet, figure in outlets.items() if figure is not None]
        units_without_row = set(map(self._unit, metered_outlets))
        for figure in self.figures:
            if units_without_row:
                units_without_row -= set(map(self._unit, tables[figure.source]))
        return bool(units_without_row)

    def _reason_without_row(
        self, tables: Tables, units: set[str], metered_units: Callable[[], Collection[str]]
    ) -> Union[NotKnown, NotMetered]:
        """Why there is no total if these units have no row. One that is certainly there and has no
        meter of anything is not metered; any other is not known. It is certainly there if the
        chain's list has it with a value, or without such a list if its outlets show it.
        `metered_units`: called without arguments, returns the units with any meter. Units 7 and 8
        have no row:

            neither shows any meter      NotMetered("units 7, 8 without a meter")
            8 shows a meter of its W     NotKnown("the answers have no row of lineAmps for unit 8")
            the list of units lacks 8    NotKnown("the answers have no row of lineAmps for unit 8")
        """
        rows = tables[self.units] if self.units else {}
        uncertain_units = {self._unit(row) for row, value in rows.items() if not _is_value(value)}
        listed_units = self._units_of_chain(tables) or units
        unmetered_units = (units & listed_units) - uncertain_units
        if unmetered_units:
            unmetered_units -= set(metered_units())
        lost_units = units if self.always_there else units - unmetered_units
        if not lost_units:
            return NotMetered(f"{_with_noun('unit', sorted(unmetered_units))} without a meter")
        names = _with_noun("unit", sorted(lost_units))
        return NotKnown(f"the answers have no row of {self.objects} for {names}")

    @property
    def objects(self) -> str:
        """The names of the objects in the MIB, for a reason: "rPDULoadStatusLoad or bankLoad"."""
        names = dict.fromkeys(figure.objects for figure in self.figures)
        return " or ".join(names) or "the outlets' figures"

    def metered_units(self, tables: Tables, valid_rows: Optional[ValidRows]) -> set[str]:
        """The units that show a row of one of the figures, padding left out; without `unit`, ""
        for the device. `valid_rows` takes the rows of a source and the source, and gives them with
        `Missing` for units without communication.

            by unit, walk load {"1.1": 25, "2.1": 27}   {"1", "2"}
        """
        units: set[str] = set()
        for figure in self.figures:
            units.update(map(self._unit, figure.values(tables, valid_rows)))
        return units

    def unanswered(self, tables: Tables) -> list[str]:
        """The names of the figures' objects, if the device answered no value of any, else [].

        walk load -> nothing, or {"1": NO_ANSWER}   ["load"]
        walk load {"1": 25}                         []
        """
        values = [v for figure in self.figures for v in tables[figure.source].values()]
        if all(isinstance(value, Missing) for value in values):
            return [figure.objects for figure in self.figures]
        return []

    @property
    def needs_outlets(self) -> bool:
        """Whether the outlets must be listed: as summands, or because they tell the units."""
        return self.else_outlets or self.unit is not None

    def is_listed(self, tables: Tables) -> bool:
        """Whether the device shows a row of one of the figures, with or without a value."""
        rows = [row for figure in self.figures for row in tables[figure.source]]
        return not all(map(is_index_missing, rows))

    def _units_of_chain(self, tables: Tables) -> set[str]:
        """The units that the device lists, empty if it lists one or none: {"1", "2"} of the list
        {"1": "PDU 1", "2": "PDU 2"}."""
        units = set(map(self._unit, tables[self.units])) if self.units else set()
        return units if len(units) > 1 else set()

    def _unit(self, index: str) -> str:
        """The unit that the index of a row, or the identity of an outlet, names: "2" of "2.7"; ""
        for a device that is no chain."""
        return self.unit.of(index) if self.unit else ""


def _reason_if_walk_lost(
    tables: Tables, empty_figures: Iterable[Measurement], row: str
) -> Optional[NotKnown]:
    """Why a figure of which no row was walked is not known: a GET has its value, so that its walk
    was lost. None if the device has none of these figures. `row`: one that another figure has.

    walk lines -> nothing, get lines.1 -> 25        NotKnown("a walk of lines has none of its rows")
    walk lines -> nothing, get lines.1 -> nothing   None
    """
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

    A row that is not known now may be why another seems to have no meter. No row with a meter, or
    no row at all, is None:

    >>> _sum_of_rows({"1.1": NotKnown("row 1.1 reads no answer"), "1.3": None})
    NotKnown(reason='row 1.1 reads no answer')
    >>> _sum_of_rows({"1.3": None}), _sum_of_rows({})
    (None, None)
    """
    total = exact_sum_if_complete(rows.values())
    unmetered_rows = [row for row, figure in rows.items() if figure is None]
    if isinstance(total, NotMetered) and unmetered_rows:
        names = _with_noun("row", unmetered_rows)
        return NotMetered(f"{len(unmetered_rows)} of {len(rows)} ({names}) unmetered")
    return total


def _is_value(value: Cell) -> bool:
    """Whether a value says that its unit is there: a text, or a count from 0 on.

    >>> _is_value("PDU 2"), _is_value(3), _is_value(""), _is_value(-1)
    (True, True, False, False)
    """
    is_text = number(value) is None
    return bool(text(value)) if is_text else counted_by(value) is not None


def _with_noun(noun: str, names: Sequence[str]) -> str:
    """Some units or rows in a sentence, with their noun:

    >>> _with_noun("unit", ["2"]), _with_noun("row", ["1", "2"]), _with_noun("unit", [""])
    ('unit 2', 'rows 1, 2', 'unit (no name)')
    """
    plural = "" if len(names) == 1 else "s"
    return f"{noun}{plural} {some([name or '(no name)' for name in names])}"

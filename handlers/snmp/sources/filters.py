"""Sources that leave out rows of another source (padding, other units, neutral lines), or add empty values for missing rows,
so that no sum is formed without them."""
from __future__ import annotations

import re
from decimal import Decimal
from typing import Optional, Tuple

from ...errors import ProtocolError
from ...host.rows import Raw
from .. import validation
from ..decoding import Rows, number, text
from ..reader import Reader
from .base import Source

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)")


class Only(Source):
    """Rows of `source` whose value in `test` is one of `values`; with keep=false, all other rows.

    For padding rows, mixed tables, neutral lines. keep=true drops a row without a value in `test`, keep=false keeps it. If all
    `values` are whole numbers and a row's value in `test` is not one, the row is kept with an empty value, because it may be an
    outlet or a part of a sum.

    `demanded`: for a `test` that tells outlets from padding. A row without a value in it may be
    either: `rows` raises ProtocolError, and `one` has no value.
    """

    source: Source
    test: Source
    values: Tuple[str, ...]
    keep: bool = True
    demanded: bool = False

    def __post_init__(self) -> None:
        validation.some(self.values, "values")
        validation.compared(self.values, "values")

    def rows(self, reader: Reader) -> Rows:
        marks, rows = self.test.rows(reader), self.source.rows(reader)
        unmarked = [identity for identity in rows if identity not in marks] if self.demanded else []
        if unmarked:
            raise ProtocolError(f"the device lists the row {unmarked[0]} without the value that "
                                "tells outlets from padding; poll it again")
        fits = ((identity, value, self._fits(marks.get(identity)))
                for identity, value in rows.items())
        return {identity: "" if fit is None else value for identity, value, fit in fits if fit is not False}

    def one(self, reader: Reader, identity: str) -> Optional[Raw]:
        mark = self.test.one(reader, identity)
        fit = False if mark is None and self.demanded else self._fits(mark)
        value = None if fit is False else self.source.one(reader, identity)
        return "" if fit is None and value is not None else value

    def _fits(self, mark: Optional[Raw]) -> Optional[bool]:
        """Whether the row is kept; None: it is kept, but with an empty value."""
        said = None if mark is None else text(mark)
        if said is not None and not _WHOLE.fullmatch(said) and all(map(_WHOLE.fullmatch, self.values)):
            return None
        return (said in self.values) is self.keep


class Listed(Source):
    """All rows of `source`, with the values of `known`. A row that is empty in `source`, or that `known` leaves out, has an empty
    value, so that there is no sum."""

    source: Source
    known: Source

    def rows(self, reader: Reader) -> Rows:
        known = self.known.rows(reader)
        return {identity: known.get(identity, "") if text(value) else "" for identity, value in self.source.rows(reader).items()}


class Arc(Source):
    """Rows of `source` whose identity has one of `values` as its arc at `position` (0 is the first, -1 the last).

    With keep=false, all other rows. A row with a shorter identity has none of the values.
    """

    source: Source
    position: int
    values: Tuple[str, ...]
    keep: bool = True

    def __post_init__(self) -> None:
        validation.some(self.values, "values")

    def rows(self, reader: Reader) -> Rows:
        return {identity: value for identity, value in self.source.rows(reader).items() if self._fits(identity)}

    def one(self, reader: Reader, identity: str) -> Optional[Raw]:
        return self.source.one(reader, identity) if self._fits(identity) else None

    def _fits(self, identity: str) -> bool:
        arcs = identity.split(".")
        inside = -len(arcs) <= self.position < len(arcs)
        return (inside and arcs[self.position] in self.values) is self.keep


class OfUnits(Source):
    """The rows of `source` (one for each unit) whose unit has rows in `listed`.

    The identity of a row in `listed` begins with the unit's. For counts in a chain: a unit that only meters has no rows
    in `listed`, so its count is left out.
    """

    source: Source
    listed: Source

    def rows(self, reader: Reader) -> Rows:
        listed = [f"{identity}." for identity in self.listed.rows(reader)]
        units = self.source.rows(reader) if listed else {}
        begun = {identity[:end] for identity in listed for end, sign in enumerate(identity)
                 if sign == "." and identity[:end] in units}
        return {unit: value for unit, value in units.items() if unit in begun}


class EachUnit(Source):
    """All rows of `source`. For a unit of the chain without a row, a row with an empty value is added, so that there is no sum.

    `unit` has the unit of each row of `source`. Each of `units` reads units of the chain, such as a column with the unit of each
    outlet. One that reads a single unit is ignored, because a unit without a chain may have a different number in each table.
    No row is added if `source` has no rows.
    """

    source: Source
    unit: Source
    units: Tuple[Source, ...]

    def __post_init__(self) -> None:
        validation.some(self.units, "units")

    def rows(self, reader: Reader) -> Rows:
        rows = self.source.rows(reader)
        named = [{text(unit) for unit in units.rows(reader).values()} - {""} for units in self.units] if rows else []
        listed = set().union(*(units for units in named if len(units) > 1))
        if not listed:
            return rows
        found = {text(unit) for identity, unit in self.unit.rows(reader).items() if identity in rows}
        return {**rows, **{f"{unit}.": "" for unit in sorted(listed - found)}}          # the dot: no index ends with one


class Counted(Source):
    """The rows of `source` whose last arc is at most the device's own `count` (a scalar).

    For tables with a fixed number of rows. If the count is missing, not a number or below 0, all rows are kept. Raises
    ProtocolError if fewer rows than the count remain; `one` does not check this.
    """

    source: Source
    count: Source

    def rows(self, reader: Reader) -> Rows:
        counted = self._counted(reader)
        rows = {} if counted == 0 else self.source.rows(reader)
        fitting = {identity: value for identity, value in rows.items() if self._fits(identity, counted)}
        if counted is not None and len(fitting) < counted:
            raise ProtocolError(f"the device counts {counted:f} rows in a table, but it listed {len(fitting)} with a "
                                f"number up to {counted:f}; poll it again")
        return fitting

    def one(self, reader: Reader, identity: str) -> Optional[Raw]:
        return self.source.one(reader, identity) if self._fits(identity, self._counted(reader)) else None

    def _counted(self, reader: Reader) -> Optional[Decimal]:
        counted = number(self.count.one(reader, "0"))
        return None if counted is None or counted < 0 else counted

    @staticmethod
    def _fits(identity: str, counted: Optional[Decimal]) -> bool:
        arc = identity.rpartition(".")[2]
        return counted is None or (arc.isascii() and arc.isdigit() and int(arc) <= counted)

"""Where the values of outlets lie: sources turn what a device answers into {identity: value}.

The sources here read the device; those of `joins.py` and `pieces.py` are made of others. An identity is the row's index, dots kept
("7", "1.1.7"), or the number that a source defines where there is no table. `object` is the name in the MIB.
"""
from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Dict, Iterator, List, Optional, Tuple

from ..errors import NoSuchOutlet, ProtocolError
from ..host import Raw
from . import checks
from .values import LONGEST_NUMBER, Rows, text
from .walks import Reader


class Source(ABC):
    """Turns what the device answers into {identity: value}."""

    @abstractmethod
    def rows(self, reader: Reader) -> Rows:
        """All values, in the device's order; {} where the device has none of these objects."""

    def one(self, reader: Reader, identity: str) -> Optional[Raw]:
        """The value of one identity, None where there is none; as few round trips as the source allows."""
        return self.rows(reader).get(identity)


class Place(Source):
    """A source that has one object for each identity: it can be read alone and be written."""

    @abstractmethod
    def instance(self, reader: Reader, identity: str) -> str:
        """The OID of an identity's object, instance included. Raises NoSuchOutlet outside the source's bounds."""

    def one(self, reader: Reader, identity: str) -> Optional[Raw]:
        return reader.get(self.instance(reader, identity))


@dataclass(frozen=True)
class Column(Place):
    """A column of a table: the identity is the row's index.

    `suffix`: only rows whose index ends with these arcs, which are cut off (a sensor table's type: "14").
    """

    oid: str
    object: str = ""
    suffix: str = ""

    def __post_init__(self) -> None:
        checks.oid(self.oid, "oid")
        checks.suffix(self.suffix, "suffix")

    def rows(self, reader: Reader) -> Rows:
        tail = "." + self.suffix if self.suffix else ""
        return {index[:len(index) - len(tail)]: value for index, value in reader.walk(self.oid).items()
                if index.endswith(tail)}

    def instance(self, reader: Reader, identity: str) -> str:
        return reader.resolve(f"{self.oid}.{identity}") + ("." + self.suffix if self.suffix else "")


@dataclass(frozen=True)
class Scalar(Place):
    """One object of the whole device, instance included (`….0`), read by GET. Its identity is "0"."""

    oid: str
    object: str = ""

    def __post_init__(self) -> None:
        checks.oid(self.oid, "oid")

    def rows(self, reader: Reader) -> Rows:
        value = reader.get(self.oid)
        return {} if value is None else {"0": value}

    def instance(self, reader: Reader, identity: str) -> str:
        return reader.resolve(self.oid)


@dataclass(frozen=True)
class Span:
    """Outlets `first` to `last` lie at the sub-identifiers `sub`, `sub` + 1, and so on."""

    first: int
    last: int
    sub: int

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.last or self.sub < 0:
            raise ValueError(f"first {self.first}, last {self.last}, sub {self.sub} bound no outlets")


@dataclass(frozen=True)
class Spread(Place):
    """An object of its own for each outlet, at `oid`.SUB.`tail`; the identity is the outlet's number N.

    `spans` bound the numbers on both sides: nothing outside them is ever read as an outlet or written (one real MIB
    has "all outlets" right before outlet 1, another has limits right behind the last). `by_row`: what follows SUB is
    the row of a unit, and the identity is "row.N". `by_get` reads each number by GET, where a walk of `oid` would be
    longer than the spans.
    """

    oid: str
    spans: Tuple[Span, ...]
    object: str = ""
    tail: str = "0"
    by_row: bool = False
    by_get: bool = False

    def __post_init__(self) -> None:
        checks.oid(self.oid, "oid")
        checks.suffix(self.tail, "tail")
        checks.some(self.spans, "spans")
        checks.once([n for n, _ in self.numbers()], "spans")
        checks.once([sub for _, sub in self.numbers()], "spans")
        if self.by_row and self.by_get:
            raise ValueError("by_row and by_get do not go together: the rows are known from a walk only")

    def numbers(self) -> Iterator[Tuple[int, int]]:
        """Every outlet's number and its sub-identifier."""
        for span in self.spans:
            for n in range(span.first, span.last + 1):
                yield n, span.sub + n - span.first

    def rows(self, reader: Reader) -> Rows:
        if self.by_row:
            return self._rows_of_units(reader)
        found: Rows = {}
        walked = {} if self.by_get else reader.walk(self.oid)
        for n, sub in self.numbers():
            value = reader.get(self._oid(sub)) if self.by_get else walked.get(self.below(sub))
            if value is not None:
                found[str(n)] = value
        return found

    def _rows_of_units(self, reader: Reader) -> Rows:
        numbers = {str(sub): n for n, sub in self.numbers()}
        units: Dict[str, Dict[int, Raw]] = {}
        for index, value in reader.walk(self.oid).items():
            sub, _, row = index.partition(".")
            if row and sub in numbers:
                units.setdefault(row, {})[numbers[sub]] = value
        return {f"{row}.{n}": values[n] for row, values in units.items() for n, _ in self.numbers() if n in values}

    def instance(self, reader: Reader, identity: str) -> str:
        row, dot, n = identity.rpartition(".")
        sub = next((sub for number, sub in self.numbers() if str(number) == n), None)
        if sub is None or bool(dot) != self.by_row:
            raise NoSuchOutlet(f"outlet {identity[:40]!r} lies outside this family's numbers")
        return reader.resolve(f"{self.oid}.{sub}.{row}" if self.by_row else self._oid(sub))

    def _oid(self, sub: int) -> str:
        return f"{self.oid}.{self.below(sub)}"

    def below(self, sub: int) -> str:
        """What follows `oid` in the OID of a sub-identifier's object."""
        return f"{sub}.{self.tail}" if self.tail else str(sub)


@dataclass(frozen=True)
class Tables(Place):
    """The same table once for each unit, at `oid`.UNIT.`column`.ROW; the identity is "UNIT.ROW". One walk per unit."""

    oid: str
    first: int
    last: int
    column: str
    object: str = ""

    def __post_init__(self) -> None:
        checks.oid(self.oid, "oid")
        checks.given(self.column, "column")
        checks.suffix(self.column, "column")
        if not 0 <= self.first <= self.last:
            raise ValueError(f"first {self.first} and last {self.last} bound no units")

    def rows(self, reader: Reader) -> Rows:
        return {f"{unit}.{row}": value for unit in range(self.first, self.last + 1)
                for row, value in reader.walk(f"{self.oid}.{unit}.{self.column}").items()}

    def instance(self, reader: Reader, identity: str) -> str:
        unit, _, row = identity.partition(".")
        if not row or unit not in map(str, range(self.first, self.last + 1)):
            raise NoSuchOutlet(f"outlet {identity[:40]!r} lies outside this family's units")
        return reader.resolve(f"{self.oid}.{unit}.{self.column}.{row}")


@dataclass(frozen=True)
class Named(Place):
    """Rows of a table of variables, found by the variable's whole name (numbers change with the firmware).

    `names` and `values` are columns of that table. `pattern` matches the whole name; its groups are numbers, and the
    identity is the first arc of the row's index (the device) and these numbers: "2.14"; a name with a number of more than
    nine digits is none. Without a group it is the device
    alone: a variable that each device has once, such as a total. Raises ProtocolError where two variables give the same
    identity.
    """

    names: str
    values: str
    pattern: str
    object: str = ""

    def __post_init__(self) -> None:
        checks.oid(self.names, "names")
        checks.oid(self.values, "values")
        checks.pattern(self.pattern, "pattern")

    def rows(self, reader: Reader) -> Rows:
        walked = reader.walk(self.values)
        return {identity: walked[index] for identity, index in self._indexes(reader).items() if index in walked}

    def instance(self, reader: Reader, identity: str) -> str:
        index = self._indexes(reader).get(identity)
        if index is None:
            raise NoSuchOutlet(f"the device has no variable for outlet {identity[:40]!r}")
        return reader.resolve(f"{self.values}.{index}")

    def _indexes(self, reader: Reader) -> Dict[str, str]:
        expression, found = checks.pattern(self.pattern, "pattern"), {}
        for index, name in reader.names(self.names).items():
            match = expression.fullmatch(text(name))
            if match and all(group and group.isascii() and group.isdigit() and len(group) <= LONGEST_NUMBER
                             for group in match.groups()):
                parts: List[str] = [index.partition(".")[0], *(str(int(group)) for group in match.groups())]
                identity = ".".join(parts)
                if identity in found:
                    raise ProtocolError(f"two variables of the device are outlet {identity}")
                found[identity] = index
        return found

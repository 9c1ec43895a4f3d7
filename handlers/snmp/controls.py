"""How an outlet is switched. A control makes its checks and returns the objects and values to write, in order.

A control itself only reads. If it raises Unsupported, nothing was written.
"""
from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Dict, Iterable, List, Optional, Tuple, Union

from ..errors import Named, NoSuchOutlet, Unsupported
from ..host.rows import Raw
from . import validation
from .decoding import text
from .frozen import Frozen, changed
from .reader import Reader
from .sources import Packed, Place, Scalar, Source

Value = Union[int, str]
Order = Tuple[str, Value]           # OID with its instance, and value: int as INTEGER, text as OCTET STRING


class Control(Frozen, ABC):
    """Returns the writes that switch one outlet to the wanted state."""

    @abstractmethod
    def orders(self, reader: Reader, identity: str, up: bool) -> List[Order]:
        """The writes, in this order, once each. Raises Unsupported if the outlet must not be switched. The caller checks that the
        outlet exists: not every control raises NoSuchOutlet if it does not."""

    def over_automatic(self) -> Control:
        """The control to use with the setting `switch_automatic`: without the guards of automatic modes."""
        return changed(self, **{name: inner.over_automatic() for name, inner in self._inner().items()})

    @property
    def writes_neighbours(self) -> bool:
        """Whether a write repeats the states of other outlets, so that concurrent writes could undo each other."""
        return any(inner.writes_neighbours for inner in self._inner().values())

    @property
    def has_one_object(self) -> bool:
        """Whether a command writes a fixed value to a `Scalar`, which fits only a device with one outlet."""
        return any(inner.has_one_object for inner in self._inner().values())

    def kept(self, reader: Reader, identity: str, orders: List[Order]) -> bool:
        """Whether the device reports the states that `orders` set. True, without a request, if they set only one outlet."""
        return all(inner.kept(reader, identity, orders) for inner in self._inner().values())

    def covers(self, identities: Iterable[str], identity: str, orders: List[Order]) -> bool:
        """Whether `orders` set each of `identities` that is on the unit of `identity`. True if they set only one outlet."""
        return all(inner.covers(identities, identity, orders) for inner in self._inner().values())

    def _inner(self) -> Dict[str, Control]:
        return {name: field for name, field in vars(self).items() if isinstance(field, Control)}


class Write(Control):
    """Writes one value to one object. Give absolute values, not a toggle or a cycle."""

    at: Place
    on: Value
    off: Value

    def __post_init__(self) -> None:
        if self.on == self.off:
            raise ValueError(f"on and off are both {self.on!r}")
        validation.written(self.on, "on")
        validation.written(self.off, "off")

    def orders(self, reader: Reader, identity: str, up: bool) -> List[Order]:
        return [(self.at.instance(reader, identity), self.on if up else self.off)]

    @property
    def has_one_object(self) -> bool:
        return isinstance(self.at, Scalar)


class Verbs(Control):
    """An object for each verb. The value written is a delay in seconds; 0 is now."""

    on: Place
    off: Place
    value: Value = 0

    def __post_init__(self) -> None:
        if self.on == self.off:
            raise ValueError("on and off are the same object")
        validation.written(self.value, "value")

    def orders(self, reader: Reader, identity: str, up: bool) -> List[Order]:
        return [((self.on if up else self.off).instance(reader, identity), self.value)]

    @property
    def has_one_object(self) -> bool:
        return isinstance(self.on, Scalar) or isinstance(self.off, Scalar)


class Unlock(Control):
    """Writes `value` to the object `at`, then the command. For devices that ignore a command without this write."""

    at: Place
    value: Value
    then: Control

    def __post_init__(self) -> None:
        validation.written(self.value, "value")

    def orders(self, reader: Reader, identity: str, up: bool) -> List[Order]:
        return [(self.at.instance(reader, identity), self.value), *self.then.orders(reader, identity, up)]


class WritePacked(Control):
    """Writes the states of all outlets of a unit as one string, with one state changed.

    The text is read again right before the write. No other command to the device may run from this reading until the device
    shows the new text. Raises Unsupported if an outlet reports a value other than `on` and `off`, because the effect of writing
    it back is unknown; or if the string has more than `longest` characters, the most that the MIB allows in a write. A device
    that truncates a longer string could switch the outlets whose states are cut off.
    """

    at: Place
    packed: Packed
    on: str
    off: str
    longest: Optional[int] = None

    def __post_init__(self) -> None:
        if self.on == self.off:
            raise ValueError(f"on and off are both {self.on!r}")

    def orders(self, reader: Reader, identity: str, up: bool) -> List[Order]:
        row, position = self.packed.position(identity)
        held = self.at.one(reader.again(), row)
        values = [] if held is None else [part.strip() for part in text(held).split(self.packed.separator)]
        if not 1 <= position <= len(values):
            raise NoSuchOutlet(f"the device has no outlet {identity[:40]!r}")
        odd = [n for n, value in enumerate(values, 1) if value not in (self.on, self.off)]
        if odd:
            neighbour = self.packed.identity(row, odd[0])
            raise Unsupported(f"one write sets all outlets of this unit at once, and outlet {neighbour} reports "
                              f"{reader.quoted(values[odd[0] - 1], 20)!r}, neither on nor off: nothing was written")
        values[position - 1] = self.on if up else self.off
        packed = self.packed.separator.join(values)
        if self.longest is not None and len(packed) > self.longest:
            raise Unsupported(f"one write sets all outlets of this unit at once, and its {len(packed)} characters are more "
                              f"than the {self.longest} that the MIB allows: nothing was written")
        return [(self.at.instance(reader, row), packed)]

    @property
    def writes_neighbours(self) -> bool:
        return True

    def kept(self, reader: Reader, identity: str, orders: List[Order]) -> bool:
        row, written = self.packed.position(identity)[0], str(orders[-1][1]).split(self.packed.separator)
        read = self.packed.rows(reader)
        return all(read.get(self.packed.identity(row, n)) == value for n, value in enumerate(written, 1))

    def covers(self, identities: Iterable[str], identity: str, orders: List[Order]) -> bool:
        row, written = self.packed.position(identity)[0], str(orders[-1][1]).split(self.packed.separator)
        return all(n <= len(written) for other, n in map(self.packed.position, identities) if other == row)


class Guarded(Control):
    """A control that raises Unsupported if `test` (a lock, a right, a mode or a type) forbids the command for this outlet.
    `why` follows "outlet 3 is not switched: " in the message, for example "it is locked on the device".

    Give either `allow` or `refuse`. `allow`: permitted only if `test` reads one of these values. `refuse`: forbidden if
    `test` reads one of these values, or none although the device has the object for another outlet
    (only then a walk is needed). A device that has it for no outlet passes this guard, unless it is
    `demanded`: the MIB has the object for every outlet that is switched, so that a missing value
    always forbids the command. `automatic`: `test` reads an automatic mode that a command would end;
    the setting `switch_automatic` lifts this guard.
    """

    then: Control
    test: Source
    why: str
    allow: Tuple[str, ...] = ()
    refuse: Tuple[str, ...] = ()
    automatic: bool = False
    demanded: bool = False

    def __post_init__(self) -> None:
        if bool(self.allow) == bool(self.refuse):
            raise ValueError("give either allow or refuse")
        if self.demanded and self.allow:
            raise ValueError("demanded is for refuse: with allow, a missing value always forbids")
        validation.compared(self.allow, "allow")
        validation.compared(self.refuse, "refuse")
        validation.given(self.why, "why")

    def orders(self, reader: Reader, identity: str, up: bool) -> List[Order]:
        mark = self.test.one(reader, identity)
        if self._forbids(mark, reader):
            raise Unsupported((f"outlet {identity} is not switched: {self.why} "
                               f"({'no value' if mark is None else f'value {reader.quoted(mark, 20)}'})",
                               *(("; to switch it anyway, set ", Named("switch_automatic", "yes")) if self.automatic else ())))
        return self.then.orders(reader, identity, up)

    def _forbids(self, mark: Optional[Raw], reader: Reader) -> bool:
        if mark is None:
            return bool(self.allow or self.demanded or self.test.rows(reader))
        return (text(mark) not in self.allow) if self.allow else (text(mark) in self.refuse)

    def over_automatic(self) -> Control:
        return self.then.over_automatic() if self.automatic else super().over_automatic()


class Unmarked(Control):
    """A control whose command also executes commands that are marked for other outlets. Raises Unsupported if the mark of any
    other outlet is not in `quiet`, or if the marks that the device lists lack this outlet's: others
    may be missing too."""

    then: Control
    marks: Source
    quiet: Tuple[str, ...]
    why: str

    def __post_init__(self) -> None:
        validation.some(self.quiet, "quiet")
        validation.compared(self.quiet, "quiet")
        validation.given(self.why, "why")

    def orders(self, reader: Reader, identity: str, up: bool) -> List[Order]:
        marks = self.marks.rows(reader)
        if identity not in marks:
            raise Unsupported(f"outlet {identity} is not switched: {self.why}, and the device does "
                              "not list which outlets are marked")
        marked = [row for row, mark in marks.items()
                  if row != identity and text(mark) not in self.quiet]
        if marked:
            raise Unsupported(f"outlet {identity} is not switched: {self.why}: outlet {marked[0]} is marked")
        return self.then.orders(reader, identity, up)

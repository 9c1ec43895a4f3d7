"""Controls that a single built-in family needs each.

A control that a second family uses moves to controls.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Optional

from ...shared.errors import NamedSetting, NoSuchOutlet, Unsupported
from .. import validation
from ..decoding import text
from .controls import Control, Order, Value, object_of
from .frozen_value import replace
from .reader import Reader
from .sources import Packed, Source
from .sources.base import is_one_of


class Unlock(Control):
    """Writes to an object, then the command. For devices that ignore a command without this write.

    Fields:
        at: the objects that are written first; a source that can be written.
        value: the value written to them.
        then: the command.
    """

    at: Source
    value: Value
    then: Control

    def check(self) -> None:
        self.at.written_places()
        validation.require_writable_value(self.value, "value")

    def orders(self, reader: Reader, identity: str, *, up: bool) -> list[Order]:
        """The write that unlocks, then the orders of `then`."""
        unlocking_order = (object_of(self.at, reader, identity), self.value)
        return [unlocking_order, *self.then.orders(reader, identity, up=up)]


class WritePacked(Control):
    """Writes the states of all outlets of a unit as one string, with one state changed.

    The text is read right before the write. No other command to the device may run from this
    reading until the device shows the new text. Raises Unsupported if an outlet reports a value
    other than `on`, `off` and `empty`, because the effect of writing it back is unknown.

    Fields:
        at: the texts, by unit; a source that can be written.
        packed: the outlets in these texts.
        on: the value that switches on.
        off: the value that switches off.
        longest: the most characters that the MIB allows in a write. A longer text is refused: a
            device that truncates it could switch the outlets whose states are cut off.
        longest_unproven: the same with the setting `switch_unproven`: the most characters that a
            unit was seen to have in its own text.
        empty: the values of positions without an outlet, which are written back as they were read.
    """

    at: Source
    packed: Packed
    on: str
    off: str
    longest: Optional[int] = None
    longest_unproven: Optional[int] = None
    empty: tuple[str, ...] = ()

    def check(self) -> None:
        self.at.written_places()
        if self.on == self.off:
            raise ValueError(f"on and off are both {self.on!r}")
        validation.require_disjoint(
            (("on", (self.on,)), ("off", (self.off,)), ("empty", self.empty))
        )
        longest = self.longest or 0
        if self.longest_unproven is not None and self.longest_unproven <= longest:
            raise ValueError(
                f"longest_unproven is {self.longest_unproven}; give more than longest, {longest}"
            )

    def orders(self, reader: Reader, identity: str, *, up: bool) -> list[Order]:
        """The unit's text with the state of this outlet changed."""
        row, position = self.packed.position(identity)
        raw_text = self.at.value_of(reader, row)
        packed_text = "" if raw_text is None else text(raw_text)
        values = self.packed.values(packed_text)
        if not 1 <= position <= len(values) or values[position - 1] in self.empty:
            raise NoSuchOutlet(f"the device has no outlet {identity[:40]!r}")
        self._check_values(reader, row, values)
        values[position - 1] = self.on if up else self.off
        separator = self.packed.separator
        new_text = separator.join(values)
        if packed_text.endswith(separator):
            new_text += separator
        self._check_length(len(new_text))
        return [(object_of(self.at, reader, row), new_text)]

    def _check_values(self, reader: Reader, row: str, values: Sequence[str]) -> None:
        """Raises Unsupported if one of the values in the text of a row must not be written back."""
        writable_values = (self.on, self.off, *self.empty)
        for position, value in enumerate(values, 1):
            if value not in writable_values:
                outlet = self.packed.identity(row, position)
                raise Unsupported(
                    f"one write sets all outlets of this unit at once, and outlet {outlet}"
                    f" reports {reader.quoted(value, 20)!r}, neither on nor off: nothing was"
                    " written"
                )

    def _check_length(self, length: int) -> None:
        """Raises Unsupported for a text with more characters than `longest`."""
        if self.longest is None or length <= self.longest:
            return
        refusal = (
            f"one write sets all outlets of this unit at once, and its {length} characters are more"
            f" than the {self.longest} that are allowed: nothing was written"
        )
        remedy = (
            "; to try it on a unit without load, set ",
            NamedSetting("switch_unproven", "yes"),
        )
        may_be_tried = self.longest_unproven is not None and length <= self.longest_unproven
        raise Unsupported((refusal, *remedy) if may_be_tried else refusal)

    def use_unproven_limits(self) -> Control:
        """The control with `longest_unproven` in place of `longest`, if the profile has it."""
        if self.longest_unproven is None:
            return self
        return replace(self, longest=self.longest_unproven, longest_unproven=None)

    @property
    def writes_neighbours(self) -> bool:
        return True

    def is_carried_out(self, reader: Reader, identity: str, orders: list[Order]) -> bool:
        """Whether each outlet of the unit has the value that was written for it."""
        row, _ = self.packed.position(identity)
        value_by_outlet = reader.rows(self.packed)
        for position, value in enumerate(self._written_values(orders), 1):
            if value_by_outlet.get(self.packed.identity(row, position)) != value:
                return False
        return True

    def covers(self, identities: Iterable[str], identity: str, orders: list[Order]) -> bool:
        """Whether the text that is written has a value for each of the unit's outlets."""
        row, _ = self.packed.position(identity)
        value_count = len(self._written_values(orders))
        for outlet in identities:
            row_of_outlet, position = self.packed.position(outlet)
            if row_of_outlet == row and position > value_count:
                return False
        return True

    def _written_values(self, orders: list[Order]) -> list[str]:
        """The value that the last order writes for each outlet of its unit."""
        _, packed_text = orders[-1]
        return self.packed.values(str(packed_text))


class Unmarked(Control):
    """A control whose command also executes commands that are marked for other outlets. Raises
    Unsupported if another outlet is marked, or if the marks that the device lists lack this
    outlet's: others may be missing too.

    Fields:
        then: the control, if the command is permitted.
        marks: the mark of each outlet.
        quiet: the values of outlets that are not marked.
        why: follows "outlet 3 is not switched: " in the message.
    """

    then: Control
    marks: Source
    quiet: tuple[str, ...]
    why: str

    def check(self) -> None:
        validation.require_values(self.quiet, "quiet")
        validation.require_distinct_texts(self.quiet, "quiet")
        validation.require_text(self.why, "why")

    def orders(self, reader: Reader, identity: str, *, up: bool) -> list[Order]:
        """The orders of `then`. Raises Unsupported if another outlet is marked, or may be."""
        marks = reader.rows(self.marks)
        if identity not in marks:
            raise Unsupported(
                f"outlet {identity} is not switched: {self.why}, and the device does "
                "not list which outlets are marked"
            )
        for outlet, mark in marks.items():
            if outlet != identity and not is_one_of(mark, self.quiet):
                raise Unsupported(
                    f"outlet {identity} is not switched: {self.why}: outlet {outlet} is marked"
                )
        return self.then.orders(reader, identity, up=up)

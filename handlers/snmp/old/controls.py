"""How an outlet is switched. A control makes its checks and returns the objects and values to
write, in order.

A control itself only reads. If it raises Unsupported, nothing was written. It refuses a source that
cannot be written (`Source.written_places`) when it is checked. The controls that a single family
needs are in single_family.py.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Optional, Union

from ...dcimanager.rows import Raw
from ...dcimanager.snmp import Unsigned
from ...shared.errors import NamedSetting, Unsupported
from .. import validation
from .frozen_value import FrozenValue, replace
from .reader import Lost, Reader
from .sources import Scalar, Source
from .sources.base import is_one_of

Value = Union[int, str]
# OID with its instance, and value: int as INTEGER, `Unsigned` as such where the platform can, text
# as OCTET STRING
Order = tuple[str, Value]


class Control(FrozenValue, ABC):
    """How an outlet is switched: which objects are written, and what forbids it."""

    @abstractmethod
    def orders(self, reader: Reader, identity: str, *, up: bool) -> list[Order]:
        """The writes, in this order, once each. Raises Unsupported if the outlet must not be
        switched, or NoSuchOutlet if the device has no object for it. The caller checks that the
        outlet exists (not every control notices it), and makes the reader right before the writes.
        """

    def ignore_automatic(self) -> Control:
        """The control to use with the setting `switch_automatic`: without the guards of automatic
        modes. A control that has such a guard overrides this method.
        """
        inner_controls = self._inner()
        changed = {name: inner.ignore_automatic() for name, inner in inner_controls.items()}
        return replace(self, **changed)

    def use_unproven_limits(self) -> Control:
        """The control to use with the setting `switch_unproven`: with the limits that were seen on
        units instead of those of the MIB. A control that has such limits overrides this method.
        """
        inner_controls = self._inner()
        changed = {name: inner.use_unproven_limits() for name, inner in inner_controls.items()}
        return replace(self, **changed)

    @property
    def writes_neighbours(self) -> bool:
        """Whether a write repeats the states of other outlets, so that concurrent writes could undo
        each other.
        """
        return any(inner.writes_neighbours for inner in self._inner().values())

    @property
    def has_one_object(self) -> bool:
        """Whether a command writes a fixed value to a `Scalar`, which fits only a device with one
        outlet.
        """
        return any(inner.has_one_object for inner in self._inner().values())

    @property
    def obstacles(self) -> str:
        """What else may make the device answer a command with an error; "" if nothing is known."""
        obstacles = [inner.obstacles for inner in self._inner().values()]
        return "; ".join(filter(None, obstacles))

    def is_carried_out(self, reader: Reader, identity: str, orders: list[Order]) -> bool:
        """Whether the device reports the states that `orders` set.

        True, without a request, if they set only one outlet.
        """
        return all(
            inner.is_carried_out(reader, identity, orders) for inner in self._inner().values()
        )

    def covers(self, identities: Iterable[str], identity: str, orders: list[Order]) -> bool:
        """Whether `orders` set each of `identities` that is on the unit of `identity`.

        True if they set only one outlet.
        """
        return all(inner.covers(identities, identity, orders) for inner in self._inner().values())

    def _inner(self) -> dict[str, Control]:
        """The controls in this one, by field."""
        return {name: field for name, field in vars(self).items() if isinstance(field, Control)}


def object_of(at: Source, reader: Reader, identity: str) -> str:
    """The OID of the object that a command to an outlet writes. A `Scalar` is the object of every
    outlet (`has_one_object`), unless it is inside another source. Raises NoSuchOutlet."""
    oid = at.oid if isinstance(at, Scalar) else at.instance_oid(reader, identity)
    return reader.resolve(oid)


class Write(Control):
    """Writes one value to one object. Give absolute values, not a toggle or a cycle.

    Fields:
        at: the objects; a source that can be written.
        on: the value that switches on: a number as INTEGER, text as OCTET STRING.
        off: the value that switches off.
        unsigned: the objects are Unsigned32 or Gauge32.
        obstacle: what else may make the device answer a command with an error, such as a password
            of the outlet, and what to do: it begins the message.
    """

    at: Source
    on: Value
    off: Value
    unsigned: bool = False
    obstacle: str = ""

    def check(self) -> None:
        self.at.written_places()  # raises ValueError for a source that cannot be written
        are_numbers = isinstance(self.on, int) and isinstance(self.off, int)
        if self.unsigned and not are_numbers:
            raise ValueError("unsigned is for numbers")
        if self.on == self.off:
            raise ValueError(f"on and off are both {self.on!r}")
        validation.require_writable_value(self.on, "on")
        validation.require_writable_value(self.off, "off")

    def orders(self, reader: Reader, identity: str, *, up: bool) -> list[Order]:
        """The write of `on` or `off` to the outlet's object."""
        value = self.on if up else self.off
        if self.unsigned:
            value = Unsigned(value)
        return [(object_of(self.at, reader, identity), value)]

    @property
    def obstacles(self) -> str:
        return self.obstacle

    @property
    def has_one_object(self) -> bool:
        return isinstance(self.at, Scalar)


class Verbs(Control):
    """Writes one value to an object for on, or to another object for off.

    Fields:
        on: the objects that switch on; a source that can be written.
        off: the objects that switch off.
        value: the value written, a delay in seconds; 0 is now.
    """

    on: Source
    off: Source
    value: Value = 0

    def check(self) -> None:
        # they raise ValueError for a source that cannot be written
        self.on.written_places()
        self.off.written_places()
        if self.on == self.off:
            raise ValueError("on and off are the same object")
        validation.require_writable_value(self.value, "value")

    def orders(self, reader: Reader, identity: str, *, up: bool) -> list[Order]:
        """`value` to the object that switches the outlet on, or to that which switches it off."""
        objects = self.on if up else self.off
        return [(object_of(objects, reader, identity), self.value)]

    @property
    def has_one_object(self) -> bool:
        return isinstance(self.on, Scalar) or isinstance(self.off, Scalar)


class Guarded(Control):
    """A control that raises Unsupported if `test` (a lock, a right, a mode or a type) forbids the
    command for this outlet. Give either `allow` or `refuse`.

    Fields:
        then: the control, if the command is permitted.
        test: the values that decide.
        why: follows "outlet 3 is not switched: " in the message, for example "it is locked on the
            device".
        allow: the command is permitted only if `test` reads one of these values.
        refuse: it is forbidden if `test` reads one of these values, or none.
        automatic: `test` reads an automatic mode that a command would end; the setting
            `switch_automatic` lifts this guard.
        demanded: false if some firmware or models lack the object for all outlets: such a device
            passes this guard. A walk tells, if the value of this outlet is missing. For `refuse`.
    """

    then: Control
    test: Source
    why: str
    allow: tuple[str, ...] = ()
    refuse: tuple[str, ...] = ()
    automatic: bool = False
    demanded: bool = True

    def check(self) -> None:
        if bool(self.allow) == bool(self.refuse):
            raise ValueError("give either allow or refuse")
        if self.allow and not self.demanded:
            raise ValueError("demanded is for refuse: with allow, a missing value always forbids")
        validation.require_distinct_texts(self.allow, "allow")
        validation.require_distinct_texts(self.refuse, "refuse")
        validation.require_text(self.why, "why")

    def orders(self, reader: Reader, identity: str, *, up: bool) -> list[Order]:
        """The orders of `then`. Raises Unsupported if the outlet's value of `test` forbids them."""
        test_value = self.test.value_of(reader, identity)
        if not self._is_forbidden(test_value, reader):
            return self.then.orders(reader, identity, up=up)
        shown_value = "no value"
        if test_value is not None:
            shown_value = f"value {reader.quoted(test_value, 20) or 'is empty'}"
        if isinstance(test_value, Lost):
            shown_value = test_value.reason
        refusal = f"outlet {identity} is not switched: {self.why} ({shown_value})"
        if not self.automatic:
            raise Unsupported(refusal)
        setting = NamedSetting("switch_automatic", "yes")
        raise Unsupported((refusal, "; to switch it anyway, set ", setting))

    def _is_forbidden(self, test_value: Optional[Raw], reader: Reader) -> bool:
        """Whether an outlet with this value of `test`, None for no value, must not be switched."""
        if test_value is None:
            must_have_value = bool(self.allow) or self.demanded
            return must_have_value or bool(reader.rows(self.test))
        if self.allow:
            return not is_one_of(test_value, self.allow)
        return isinstance(test_value, Lost) or is_one_of(test_value, self.refuse)

    def ignore_automatic(self) -> Control:
        return self.then.ignore_automatic() if self.automatic else super().ignore_automatic()

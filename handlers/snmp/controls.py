"""How an outlet is switched, and what forbids it. Nothing here writes: a control gives the objects
and values to write, in order.

    outlet 7 on   [("1.3.6.1.4.1.318.1.1.12.3.3.1.1.4.7", 1)]

`tables[source]` are the rows of an object of the device, {index: value}, here mostly the one row of
the outlet, by GET: {"7": 1}, {} without it; `tables.with_all_rows` the tables with all rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Optional, Protocol, Union

from ..dcimanager.snmp import Unsigned
from ..shared.errors import NamedSetting, ProtocolError, Unsupported
from . import validation
from .cells import Cell, Missing
from .decoding import is_one_of
from .filters import none_of, tested
from .objects import Scalar
from .tables import Computed, Source, Tables, object_of

Value = Union[int, str]
#: OID with its instance, and value: int as INTEGER, `Unsigned` as such where the platform can, text
#: as OCTET STRING
VarBind = tuple[str, Value]


@dataclass(frozen=True, eq=False)
class Guard:
    """Forbids the command for an outlet by the value of `test`: one that is not in `allow`, or one
    that is in `refuse` or tells nothing (-1, or a text where `refuse` has numbers), or none. `why`
    is the reason, such as "it is locked". An `automatic` mode is one that a command would end; the
    owner's setting `switch_automatic` lifts it. If `always_there` is false, some devices lack the
    object of `test` for all outlets, and their outlets are switched.

    Fields:
        test: what forbids it, for each outlet.
        why: follows "outlet 3 is not switched: ".
        allow: the values with which the outlet is switched.
        refuse: the values with which it is not.
        automatic: an automatic mode that a command would end, which `switch_automatic` lifts.
        always_there: false if some devices lack the object for all outlets: these pass.
    """

    test: Source
    why: str
    allow: tuple[str, ...] = ()
    refuse: tuple[str, ...] = ()
    automatic: bool = False
    always_there: bool = True

    def check(self) -> None:
        """Raises ValueError unless either `allow` or `refuse` is given, and `why`.

        >>> Guard(None, "it is locked").check()
        Traceback (most recent call last):
        ValueError: give either allow or refuse
        """
        if bool(self.allow) == bool(self.refuse):
            raise ValueError("give either allow or refuse")
        if self.allow and not self.always_there:
            raise ValueError(
                "always_there is for refuse: with allow, a missing value always forbids"
            )
        validation.require_distinct_texts(self.allow, "allow")
        validation.require_distinct_texts(self.refuse, "refuse")
        validation.require_text(self.why, "why")

    def raise_if_forbidden(self, tables: Tables, identity: str) -> None:
        """Raise Unsupported if this outlet must not be switched now, with the reason. For `refuse`
        ("1",), "it is locked":

            get lock.7 -> 0          nothing is raised
            get lock.7 -> 1          "outlet 7 is not switched: it is locked (value 1)"
            get lock.7 -> nothing    "outlet 7 is not switched: it is locked (no value)"
            the same, walk lock -> nothing, and `always_there` is false: nothing is raised
        """
        value = tables[self.test].get(identity)
        may_lack_object = bool(self.refuse) and not self.always_there
        is_object_absent = value is None and may_lack_object and not tables.with_all_rows[self.test]
        if is_object_absent or self._is_allowed(value):
            return
        value_text = "no value"
        if isinstance(value, Missing):
            value_text = value.reason
        elif value is not None:
            value_text = f"value {tables.quoted(value, 20) or 'is empty'}"
        refusal = f"outlet {identity} is not switched: {self.why} ({value_text})"
        if not self.automatic:
            raise Unsupported(refusal)
        setting = NamedSetting("switch_automatic", "yes")
        raise Unsupported((refusal, "; to switch it anyway, set ", setting))

    def _is_allowed(self, value: Optional[Cell]) -> bool:
        """Whether an outlet with this value of `test` is switched; None, no value, never is.

        >>> lock = Guard(None, "it is locked", refuse=("1",))
        >>> lock._is_allowed(0), lock._is_allowed(1), lock._is_allowed(None)
        (True, False, False)
        >>> mode = Guard(None, "its mode is not manual", allow=("manual",))
        >>> mode._is_allowed("manual"), mode._is_allowed("timer")
        (True, False)

        A value that tells nothing does not allow it:

        >>> lock._is_allowed(-1), lock._is_allowed(Missing("no answer"))
        (False, False)
        """
        if self.allow or value is None:
            return is_one_of(value, self.allow)
        is_other_than_refused = none_of(*self.refuse)
        return tested(value, is_other_than_refused) is True  # None if the value tells nothing


class Control(Protocol):
    """How an outlet is switched: what to write, and what one write does to other outlets."""

    @property
    def at(self) -> Source:
        """The objects that are written."""

    @property
    def obstacle(self) -> str:
        """What else may make the device answer a command with an error."""

    @property
    def writes_neighbours(self) -> bool:
        """Whether one write also holds the states of other outlets."""

    def with_unproven_limits(self) -> Control:
        """The control to use with the setting `switch_unproven`: with the limits that were seen on
        units in place of those of the MIB."""

    def varbinds(self, tables: Tables, identity: str, *, up: bool) -> list[VarBind]:
        """The objects to write, one after the other, the command last. Raises Unsupported if the
        outlet must not be switched, ProtocolError without an object for it."""

    def covers(self, identities: Iterable[str], identity: str, varbinds: list[VarBind]) -> bool:
        """Whether the write says a state for each of these outlets that it sets: one that it does
        not know would be switched off. `varbinds`: what is written to switch `identity`; 8 outlets
        and a value with 8 states: True, with 7: False."""

    def is_carried_out(self, tables: Tables, identity: str, varbinds: list[VarBind]) -> bool:
        """Whether each other outlet of the write reads as it was written, after the write of
        `varbinds` to switch `identity`."""


@dataclass(frozen=True, eq=False)
class Write:
    """Writes `on` or `off` to the outlet's object `at`; or, with `off_at`, `on` to the object `at`
    and `off` to the object `off_at`: a column for each verb. `first` is an object that is written
    before, with its value; `unsigned` says that the objects are Unsigned32.

    Fields:
        at: the outlets' objects.
        on: what is written to switch on: a number as INTEGER, text as OCTET STRING.
        off: the same to switch off.
        off_at: the objects to switch off, if these are others.
        unsigned: the objects are Unsigned32 or Gauge32.
        obstacle: what else may make the device answer a command with an error.
        first: an object and the value that is written to it before the command.
    """

    at: Source
    on: Value
    off: Value
    off_at: Optional[Source] = None
    unsigned: bool = False
    obstacle: str = ""
    first: Optional[tuple[Source, Value]] = None
    writes_neighbours: ClassVar[bool] = False

    def check(self) -> None:
        """Raises ValueError for values that cannot be written, or that do not differ.

        >>> Write(None, on=1, off=1).check()
        Traceback (most recent call last):
        ValueError: on and off are both 1
        """
        are_numbers = isinstance(self.on, int) and isinstance(self.off, int)
        if self.unsigned and not are_numbers:
            raise ValueError("unsigned is for numbers")
        if self.off_at is None and self.on == self.off:
            raise ValueError(f"on and off are both {self.on!r}")
        if self.at == self.off_at:
            raise ValueError("at and off_at are the same object")
        validation.require_writable_value(self.on, "on")
        validation.require_writable_value(self.off, "off")
        first_source, first_value = self.first or (None, 0)
        validation.require_writable_value(first_value, "first")
        for source in (self.at, self.off_at, first_source):
            if isinstance(source, Computed):
                raise ValueError("a function of rows cannot be written; give an object")

    def with_unproven_limits(self) -> Write:
        return self

    def varbinds(self, tables: Tables, identity: str, *, up: bool) -> list[VarBind]:
        """What to write to switch an outlet on (`up`) or off, the command last: an object that must
        be set before, then the outlet's own. For on 1, off 2, first (unlock, 5), outlet "7":

            up      [("….unlock.0", 5), ("….outletCtl.7", 1)]
            down    [("….unlock.0", 5), ("….outletCtl.7", 2)]
        """
        value = self.on if up else self.off
        source = self.off_at if self.off_at and not up else self.at
        command = (source, Unsigned(value) if self.unsigned else value)
        writes = [self.first, command] if self.first else [command]
        return [(cell_of(tables, source, identity), value) for source, value in writes]

    def covers(self, identities: Iterable[str], identity: str, varbinds: list[VarBind]) -> bool:
        return True

    def is_carried_out(self, tables: Tables, identity: str, varbinds: list[VarBind]) -> bool:
        return True


def writes_scalar(control: Control) -> bool:
    """Whether a command writes one object of the whole device, which would switch all outlets.

    >>> control = Write(Scalar("1.3.6.1.4.1.99999.1.0"), on=1, off=2)
    >>> writes_scalar(control)
    True
    """
    at, off_at = control.at, getattr(control, "off_at", None)
    return isinstance(at, Scalar) or isinstance(off_at, Scalar)


def cell_of(tables: Tables, source: Source, identity: str) -> str:
    """The OID to write for an outlet that the device has listed. Raises ProtocolError if it has no
    row now, as of a unit that has left the chain.

    outlet "7", source outletCtl    "1.3.6.1.4.1.99999.1.4.7"
    """
    column = object_of(source)
    cell = column.cell(tables, identity) if column else None
    if cell is None:
        raise ProtocolError(
            f"the device listed outlet {identity[:40]!r} and has no object to switch it now: a unit"
            " may have left the chain; poll it again"
        )
    return tables.resolve(cell)

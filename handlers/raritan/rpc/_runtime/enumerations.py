"""The base class of enumerations."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, ClassVar, Optional, TypeVar

from .codec import IdlValue, read_int
from .declarations import Caller
from .registry import idl_name

if TYPE_CHECKING:
    from typing_extensions import Self

E = TypeVar("E", bound=enum.IntEnum)


class _ElementNames:
    """The attribute `values` of an enumeration: the names of its elements, ["PS_OFF", "PS_ON"]."""

    def __get__(self, member: object, owner: type[enum.Enum]) -> list[str]:
        return [element.name for element in owner]


class _EnumerationBase(IdlValue):
    """What an enumeration has that is no element of it."""

    # declared in this base, because in an enumeration mypy would take it for an element
    values = _ElementNames()
    # The element for all ordinals that the enumeration does not list, as the vendor's binding has
    # it for some; "" if there is none. What is decoded equals the element, and keeps its ordinal.
    _unlisted: ClassVar[str] = ""


def unlisted(cls: type[E], value: object, word: str) -> Optional[E]:
    """A member for an integer that the enumeration does not list, named `<word>_<n>`; None for a
    value of another type.

    >>> class PowerState(enum.IntEnum):
    ...     PS_OFF = 0
    >>> unlisted(PowerState, 7, "UNKNOWN").name
    'UNKNOWN_7'
    """
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    member = int.__new__(cls, value)
    member._name_ = f"{word}_{value}"
    member._value_ = value
    return member


class Enumeration(_EnumerationBase, enum.IntEnum):
    """Base of enumerations. An ordinal without a name becomes `UNKNOWN_<n>`, or what
    `_unlisted` names, and is sent back unchanged.

    >>> from ..pdumodel import Outlet
    >>> Outlet.PowerState.decode(1), Outlet.PowerState.decode(7)
    (pdumodel.Outlet.PowerState.PS_ON, pdumodel.Outlet.PowerState.UNKNOWN_7)
    >>> Outlet.PowerState.decode(7).encode()
    7

    An ordinal that is missing from an answer becomes -1, never the element that happens to be 0.
    """

    @property
    def val(self) -> int:
        """The ordinal, under its documented name."""
        return int(self.value)

    @classmethod
    def get_elements(cls) -> list[Self]:
        """All named elements."""
        return list(cls)

    def encode(self) -> int:
        """The ordinal, which is the JSON of the element."""
        return self.val

    @classmethod
    def decode(cls, json: int) -> Self:
        """The element with that ordinal, listed or not.

        Raises ValueError for text, null and fractions.
        """
        return cls(json)

    @classmethod
    def idl_value(cls, json: object, agent: Caller) -> Enumeration:
        """The element of an ordinal, listed or not."""
        return cls(read_int(json))

    @classmethod
    def idl_missing(cls, in_constructor: bool) -> Enumeration:
        """Element 0 in a structure that a caller makes, else -1, which no element has."""
        return cls(0 if in_constructor else -1)

    def idl_json(self) -> int:
        """The ordinal. Raises TypeError for the -1 of a missing element."""
        if self.val < 0:
            raise TypeError(f"{self} is no element of its enumeration")
        return self.val

    @classmethod
    def _missing_(cls, value: object) -> Optional[Enumeration]:
        """A member for an ordinal that this release of the IDL does not list; Python calls it for
        such a value.

        PowerState(7)             UNKNOWN_7, equal to no element
        LinkUnitStatus(77)        UNKNOWN, with the value 77: its IDL says `unlisted UNKNOWN`
        """
        if cls._unlisted and isinstance(value, int) and value >= 0:
            element = cls[cls._unlisted]
            member = int.__new__(cls, element)  # equal to the element, with the ordinal as value
            member._name_ = element.name
            member._value_ = value
            return member
        return unlisted(cls, value, "UNKNOWN")

    def __eq__(self, other: object) -> bool:
        """Equal by the ordinal, but never to an element of another enumeration."""
        is_other = isinstance(other, Enumeration) and type(other) is not type(self)
        return not is_other and int.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return int.__hash__(self)

    def __str__(self) -> str:
        return f"{idl_name(type(self))}.{self.name}"

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)  # from Python 3.11 on, IntEnum shows the ordinal

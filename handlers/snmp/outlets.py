"""The outlets of a family in one group of tables: states, commands, labels and figures."""

from __future__ import annotations

from typing import Optional

from .controls import Control
from .decoding import text
from .figures import Figure
from .frozen_value import FrozenValue
from .reader import Reader
from .sources.base import Source
from .states import State


class Outlets(FrozenValue):
    """One way to read and switch the outlets of a family. All its parts except the counts share the
    same identities.

    Fields:
        states: lists the outlets, and says which are on.
        control: how they are switched; none if they are not.
        rows: adds outlets without a state as UNKNOWN if there are no states, if these are fewer
            than `count`, or if a unit's count is missing, negative or not a number.
        count: the device's own number of outlets, by unit. If fewer are listed in all, that is an
            error. If nothing is listed, a 0 in every row proves that there are no outlets.
        none_if_zero: another number whose 0 in every row proves that there are no outlets. Above 0
            it contradicts the setting `metered_only`.
        number: what is printed on the unit.
        name: what its users call the outlet.
        current: in A.
        power: in W.
        energy: in kWh.
        position: for tables that number the outlets of a chain consecutively: the columns with the
            unit of each row and the outlet's number on it. A command reads them before its write
            and again before it believes the state: if they differ, the row is another outlet by
            now.
    """

    states: Optional[State] = None
    control: Optional[Control] = None
    rows: Optional[Source] = None
    count: Optional[Source] = None
    none_if_zero: Optional[Source] = None
    number: Optional[Source] = None
    name: Optional[Source] = None
    current: Optional[Figure] = None
    power: Optional[Figure] = None
    energy: Optional[Figure] = None
    position: tuple[Source, ...] = ()

    def __post_init__(self) -> None:
        if self.states is None and self.rows is None:
            raise ValueError("neither states nor rows: nothing would list the outlets")
        if self.control is not None and self.states is None:
            raise ValueError("control without states: a command could not be confirmed")

    def position_of(self, reader: Reader, identity: str) -> tuple[str, ...]:
        """The values of `position` for one outlet, "" for a missing one; () without `position`."""
        values = (source.value_of(reader, identity) for source in self.position)
        return tuple("" if value is None else text(value) for value in values)

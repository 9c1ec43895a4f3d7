"""The outlets of a family in one group of tables: states, commands, labels and figures.

A guard forbids a command by the value of an object, such as a lock. `tables` are the answers of the
device: `tables.one_row("7")` reads outlet 7 alone, by GET, and its `outlet` is then "7", else "".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Optional

from ..shared.errors import Unsupported
from ..shared.switching import CONFIRM_SECONDS
from .controls import Control, Guard, VarBind
from .measurements import Measurement
from .states import Condition, State
from .tables import Source, Tables


@dataclass(frozen=True, eq=False)
class Outlets:
    """One way to read and switch the outlets of a family: `states` lists them and says which are
    on, `control` how they are switched, `guards` what forbids it, and `rows` is a second list,
    without states. The identities of the outlets, such as "7", are the same in all but the counts.

    Fields:
        states: lists the outlets, and says which are on.
        control: how they are switched; none if they are not.
        guards: what forbids a command, checked in this order.
        rows: adds outlets without a state as UNKNOWN if there are no states, if these are fewer
            than `count`, or if a unit's count is missing, negative or not a number.
        count: the device's own number of outlets, by unit. If fewer are listed in all, that is an
            error. If nothing is listed, a 0 in every row proves that there are no outlets.
        is_count_of_listed: a unit is compared with its count only if it has rows in the table of
            states; others may report a number too, of outlets that they meter.
        none_if_zero: another number whose 0 in every row proves that there are no outlets. Above 0
            it contradicts a table without outlets, and the setting `metered_only`.
        counts_unlisted: that number also counts outlets that a unit meters and does not list, so it
            does not contradict the setting.
        number: what is printed on the unit.
        name: what its users call the outlet.
        current: in A.
        power: in W.
        energy: in kWh.
        settling_s: the seconds for which the device may report the wanted state although the relay
            does not follow. A command confirms no longer than 10 s, so it is at most that.
        conditions: of each outlet; those of units are the profile's own.
        has_joined_meters: the figures are joined to the list by its values, so that no meter shows
            a row that the list lacks.
    """

    states: Optional[State] = None
    control: Optional[Control] = None
    guards: tuple[Guard, ...] = ()
    rows: Optional[Source] = None
    count: Optional[Source] = None
    is_count_of_listed: bool = False
    none_if_zero: Optional[Source] = None
    counts_unlisted: bool = False
    number: Optional[Source] = None
    name: Optional[Source] = None
    current: Optional[Measurement] = None
    power: Optional[Measurement] = None
    energy: Optional[Measurement] = None
    settling_s: int = 0
    conditions: tuple[Condition, ...] = ()
    has_joined_meters: bool = False

    def check(self) -> None:
        """Raises ValueError, for the author of a profile, unless something lists the outlets, and
        what is switched has states to confirm a command.

        >>> Outlets().check()
        Traceback (most recent call last):
        ValueError: neither states nor rows: nothing would list the outlets
        """
        if self.states is None and self.rows is None:
            raise ValueError("neither states nor rows: nothing would list the outlets")
        if self.control is not None and self.states is None:
            raise ValueError("control without states: a command could not be confirmed")
        if not 0 <= self.settling_s <= CONFIRM_SECONDS:
            raise ValueError(
                f"settling_s is {self.settling_s}; give 0 to {CONFIRM_SECONDS:g}, the seconds for"
                " which a command is confirmed"
            )

    def varbinds(
        self, tables: Tables, identity: str, *, up: bool, is_automatic_ended: bool = False
    ) -> list[VarBind]:
        """What a command writes to switch an outlet on (`up`) or off, in order. Each guard is asked
        before. `is_automatic_ended`: the owner allows to end an automatic mode, so that guards of
        such a mode are not asked. Raises Unsupported if a guard forbids the command, ProtocolError
        if the outlet has no object.

            get lock.7 -> 0   [("….outletCtl.7", 1)]
            get lock.7 -> 1   Unsupported("outlet 7 is not switched: it is locked (value 1)")
        """
        if self.control is None:
            raise Unsupported(f"outlet {identity} has no command")
        if not tables.outlet:
            tables = tables.one_row(identity)
        for guard in self.guards:
            if not (guard.automatic and is_automatic_ended):
                guard.raise_if_forbidden(tables, identity)
        return self.control.varbinds(tables, identity, up=up)

    def figures(self) -> Iterator[Measurement]:
        """The figures that each outlet of this family has: current, power and energy, if any."""
        yield from filter(None, (self.current, self.power, self.energy))

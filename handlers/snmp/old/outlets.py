"""The outlets of a family in one group of tables: states, commands, labels and figures."""

from __future__ import annotations

from typing import Optional

from ...shared.switching import CONFIRM_SECONDS
from ..decoding import text
from .contact import Contact, SwitchedInContact, figure_in_contact, state_in_contact
from .controls import Control
from .figures import Measurement
from .frozen_value import FrozenValue, parts_of, replace
from .reader import Reader
from .sources.base import NO_VALUE, Source
from .sources.chains import ByUnit
from .sources.objects import Column
from .states import UNKNOWN, Decision, State


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
        contact: marks of each outlet; those of units are in the profile's own `contact`.
    """

    states: Optional[State] = None
    control: Optional[Control] = None
    rows: Optional[Source] = None
    count: Optional[Source] = None
    none_if_zero: Optional[Source] = None
    counts_unlisted: bool = False
    number: Optional[Source] = None
    name: Optional[Source] = None
    current: Optional[Measurement] = None
    power: Optional[Measurement] = None
    energy: Optional[Measurement] = None
    settling_s: int = 0
    contact: tuple[Contact, ...] = ()

    def check(self) -> None:
        """Something lists the outlets, and what is switched has states to confirm a command."""
        if self.states is None and self.rows is None:
            raise ValueError("neither states nor rows: nothing would list the outlets")
        if self.control is not None and self.states is None:
            raise ValueError("control without states: a command could not be confirmed")
        if not 0 <= self.settling_s <= CONFIRM_SECONDS:
            raise ValueError(
                f"settling_s is {self.settling_s}; give 0 to {CONFIRM_SECONDS:g}, the seconds for"
                " which a command is confirmed"
            )

    def in_contact(self, contact: tuple[Contact, ...]) -> Outlets:
        """These outlets as they are read, with the marks `contact` of their units, too."""
        contact = (*contact, *self.contact)
        states, control = self.states, self.control
        return replace(
            self,
            states=state_in_contact(states, contact) if states else None,
            control=SwitchedInContact(control, contact) if control else None,
            current=figure_in_contact(self.current, contact),
            power=figure_in_contact(self.power, contact),
            energy=figure_in_contact(self.energy, contact),
            contact=contact,
        )

    def reported_at(self, reader: Reader, row: str) -> Decision:
        """The state that the value in this row of the states' table means, whatever contradicts
        it."""
        if self.states is None:
            return Decision(UNKNOWN, "these outlets report no state")
        source = self.states.source
        column = source.source if isinstance(source, ByUnit) else source
        value = column.value_of(reader, row)
        if value is None:
            return self.states.without_row
        return self.states.reported(reader, value)

    def has_row(self, reader: Reader, identity: str) -> bool:
        """Whether the list of the outlets has this one, read alone."""
        if self.states is not None:
            return self.states.row_from(reader, identity) is not None
        return self.rows is not None and self.rows.value_of(reader, identity) is not None

    def read_before_row(self, reader: Reader, identity: str) -> None:
        """Read the state of an outlet of a chain, and what contradicts it, before its row is
        checked: so the check is the last request before a command.

        Only on the first unit of the chain, where the outlet's number is its row. Elsewhere the row
        is not known before the check."""
        unit, _, row = identity.rpartition(".")
        if self.states is None or unit:
            return
        sources = [self.states.source]
        sources += [doubt.test for doubt in self.states.doubts]
        for source in sources:
            if isinstance(source, ByUnit):
                source.source.value_of(reader, row)

    @property
    def has_moving_rows(self) -> bool:
        """Whether a unit that joins or leaves a chain moves the rows of others."""
        return self.states is not None and isinstance(self.states.source, ByUnit)

    def is_row_read_last(self, reader: Reader, identity: str) -> bool:
        """Whether the last request was the check of the row of an outlet of a chain."""
        source = self.states.source if self.states else None
        if not isinstance(source, ByUnit) or not isinstance(source.unit, Column):
            return False
        if reader.walked:  # which walks were after the GETs is not kept
            return False
        last_oid = next(reversed(reader.got))
        return last_oid == reader.resolve(source.unit.instance_oid(reader, identity))

    def row_of(self, reader: Reader, identity: str) -> Optional[str]:
        """The row of the states' table that is this outlet now, None if there is none. The
        identity itself where no unit that joins or leaves moves a row (see `ByUnit`)."""
        source = self.states.source if self.states else None
        if isinstance(source, ByUnit):
            return source.row_of(reader, identity)
        return identity

    def unread_name(self, reader: Reader, row: str) -> str:
        """The objects that name a row of a chain's table, with their values, for a row whose name
        was answered; else ""."""
        source = self.states.source if self.states else None
        if not isinstance(source, ByUnit):
            return ""
        readings: dict[str, None] = {}  # unit and number may be parts of one object
        for column in parts_of((source.unit, source.number)):
            if not isinstance(column, Column):
                continue
            value = reader.rows(column).get(row)
            if value is None or text(value) in ("", NO_VALUE):
                return ""
            readings[f"{column.object} reads {reader.quoted(value, 40)!r}"] = None
        return ", ".join(readings)

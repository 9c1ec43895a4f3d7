"""What a device says of its contact with a unit, or with all that it measures.

It is a fact about the unit, so it counts for all that the device tells of it: states are UNKNOWN,
figures are not known, and no command is sent. A profile says it once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Optional

from ...dcimanager.rows import Raw
from ...shared.errors import Unsupported
from .. import validation
from ..decoding import Rows
from .controls import Control, Order
from .figures import Arcs, Measurement, Total
from .frozen_value import FrozenValue, replace
from .reader import LOST, Lost, Reader
from .sources import Scalar, Source
from .sources.base import ReadOnly, is_known_lacking, is_lacking, is_one_of, object_read
from .states import Doubt, State


class Contact(FrozenValue):
    """A mark: an object that shows whether the device has contact with a unit. What the device says
    of the unit is current only while the mark is good. A mark may also be of the whole device.

    Fields:
        mark: the mark of each unit, or the marks of the device, which all must be good.
        good: the values that the mark has while the device can tell of the unit.
        unit: the arcs that name the unit, in the identities of outlets and in the indexes of
            figures. None: the mark is of the device.
        part: the arcs that name the unit in the indexes of `mark`. A unit may have several marks,
            such as one of each inlet, which all must be good.
        optional: older firmware or some models lack the whole object (`is_lacking`). A missing
            value beside others is not good.
        why: what another value means, for an error.
    """

    mark: Source
    good: tuple[str, ...]
    unit: Optional[Arcs] = None
    part: Arcs = Arcs()
    optional: bool = False
    why: str = "the device has no contact with the unit"

    def check(self) -> None:
        """A mark of a unit is no Scalar, which is of the device."""
        validation.require_values(self.good, "good")
        validation.require_distinct_texts(self.good, "good")
        if self.unit is not None and isinstance(self.mark, Scalar):
            raise ValueError("unit is given and mark is a Scalar, which is of the whole device")
        validation.require_text(self.why, "why")

    def is_good(self, mark: Optional[Raw]) -> bool:
        """Whether the device can tell of the unit with this mark: a missing or lost one is not
        good."""
        return is_one_of(mark, self.good)

    def marks(self, reader: Reader) -> Rows:
        """Unit -> its mark; of several, one that is not good if there is one. {} without marks."""
        marks: Rows = {}
        for row, mark in reader.rows(self.mark).items():
            unit = self.part.of(row)
            if unit not in marks or self.is_good(marks[unit]):
                marks[unit] = mark
        return marks

    def is_lacking(self, reader: Reader, rows: Iterable[str]) -> bool:
        """Whether the device has a mark for none of these rows, and `optional` allows it."""
        return self.optional and is_lacking(self.mark, reader, map(self._first_mark, rows))

    def _first_mark(self, row: str) -> str:
        """The index of the first mark of a row's unit: marks of the device, and the several of a
        unit, are numbered from 1."""
        unit = self.unit.of(row) if self.unit else ""
        if unit and self.part == Arcs():
            return unit
        return f"{unit}.1" if unit else "1"

    def mark_of(self, marks: Rows, identity: str, source: Source) -> Optional[Raw]:
        """The mark among `marks` of the unit of a row of `source`, None if it has none. A Scalar is
        of the whole device, of which every mark must be good."""
        if self.unit is None or isinstance(object_read(source), Scalar):
            return self._worst(marks)
        return marks.get(self.unit.of(identity))

    def _worst(self, marks: Rows) -> Optional[Raw]:
        """The first mark that is not good, else any; None without marks."""
        for mark in marks.values():
            if not self.is_good(mark):
                return mark
        return next(iter(marks.values()), None)

    def refusal(self, reader: Reader, identity: str) -> str:
        """Why no command is sent to an outlet: the mark of its unit is not good. "" if it is good,
        and for a device that has no such marks and may lack them (`is_lacking`)."""
        marks = ContactMarks(self, self.mark)
        mark = marks.value_of(reader, identity)
        if self.is_good(mark) or self.is_lacking(reader, [identity]):
            return ""
        return self.objection(mark, reader)

    def objection(self, mark: Optional[Raw], reader: Reader) -> str:
        """Why nothing is certain with a mark that is not good."""
        if mark is None:
            return f"{self.why} ({self.object} has no value)"
        if isinstance(mark, Lost):
            return f"{self.object}: {mark.reason}"
        return f"{self.why} ({self.object} reads {reader.quoted(mark, 20)!r})"

    @property
    def object(self) -> str:
        """The name of the mark's object."""
        return getattr(self.mark, "object", "") or "the mark of its unit"


class ContactMarks(ReadOnly):
    """The mark of each row's unit, for the rows of `over`; {} on a device without marks."""

    WHY = "several outlets share an object"

    contact: Contact
    over: Source

    def rows(self, reader: Reader) -> Rows:
        """The mark of each row of `over`, LOST for one without a mark."""
        if is_known_lacking(self.contact.mark, reader):
            return {}
        rows = reader.rows(self.over)
        if self.contact.is_lacking(reader, rows):
            return {}
        marks = self.contact.marks(reader)
        mark_by_row: Rows = {}
        for row in rows:
            mark = self.contact.mark_of(marks, row, self.over)
            mark_by_row[row] = LOST if mark is None else mark
        return mark_by_row

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        """The mark of one row's unit: None if the device has no such marks, LOST if it lacks this
        one. By GET, where a unit has one mark."""
        contact = self.contact
        if is_known_lacking(contact.mark, reader):
            return None
        mark: Optional[Raw] = None
        if contact.unit is None or contact.part != Arcs():
            mark = contact.mark_of(contact.marks(reader), identity, self.over)
        elif unit := contact.unit.of(identity):
            mark = contact.mark.value_of(reader, unit)
        if mark is not None:
            return mark
        return None if contact.is_lacking(reader, [identity]) else LOST


class ValuesInContact(ReadOnly):
    """All rows of `source`. The value of a row is lost if its unit's mark is not good. A lost value
    is no figure, and there is no sum over it."""

    WHY = "it is of figures, which are only read"

    source: Source
    contact: Contact

    def rows(self, reader: Reader) -> Rows:
        """The rows of `source`, lost where the mark of the row's unit is not good; unchanged if the
        device has no such marks.
        """
        rows = reader.rows(self.source)
        if not rows or self.contact.is_lacking(reader, rows):
            return rows
        marks = self.contact.marks(reader)
        rows_in_contact: Rows = {}
        for identity, value in rows.items():
            mark = self.contact.mark_of(marks, identity, self.source)
            rows_in_contact[identity] = self._value(value, mark, reader)
        return rows_in_contact

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        """The value of one row, lost if its unit's mark is not good; None without the row."""
        value = self.source.value_of(reader, identity)
        if value is None:
            return None
        mark = ContactMarks(self.contact, self.source).value_of(reader, identity)
        if mark is None:  # the device has no such marks; one that is missing is lost here
            return value
        return self._value(value, mark, reader)

    def reads_single_rows(self) -> bool:
        return self.source.reads_single_rows()

    def _value(self, value: Raw, mark: Optional[Raw], reader: Reader) -> Raw:
        """`value`, lost with the reason if the mark is not good."""
        if self.contact.is_good(mark):
            return value
        return Lost(self.contact.objection(mark, reader))


class SwitchedInContact(Control):
    """Raises Unsupported for outlets of units with which the PDU has lost contact."""

    then: Control
    contacts: tuple[Contact, ...]

    def orders(self, reader: Reader, identity: str, *, up: bool) -> list[Order]:
        """The writes of `then`. Raises Unsupported if a mark of the outlet's unit is not good."""
        for contact in self.contacts:
            refusal = contact.refusal(reader, identity)
            if refusal:
                raise Unsupported(f"outlet {identity} is not switched: {refusal}")
        return self.then.orders(reader, identity, up=up)


def state_in_contact(state: State, contacts: Iterable[Contact]) -> State:
    """`state`, but UNKNOWN for outlets of a unit whose mark is not good."""
    doubts = tuple(
        Doubt(ContactMarks(contact, state.source), contact.good, contact.optional)
        for contact in contacts
    )
    return replace(state, doubts=(*doubts, *state.doubts))


def figure_in_contact(
    figure: Optional[Measurement], contacts: Iterable[Contact]
) -> Optional[Measurement]:
    """`figure`, but not known for rows of a unit whose mark is not good. None if it is None."""
    if figure is None:
        return None
    source = figure.source
    for contact in contacts:
        source = ValuesInContact(source, contact)
    return replace(figure, source=source)


def total_in_contact(total: Optional[Total], contacts: Iterable[Contact]) -> Optional[Total]:
    """`total`, but not known if it needs a unit whose mark is not good. None if it is None."""
    if total is None:
        return None
    figures = [figure_in_contact(figure, contacts) for figure in total.figures]
    figures_in_contact = [figure for figure in figures if figure is not None]
    return replace(total, figures=tuple(figures_in_contact))

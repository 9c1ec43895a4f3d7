"""The states of outlets: which values of a source mean on, and which mean off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Optional

from pdu_common.helper import EnumPowerStatus

from ...dcimanager.rows import Raw
from .. import validation
from ..decoding import Rows, text
from .frozen_value import FrozenValue
from .reader import Lost, Reader
from .sources.base import Source, is_known_lacking, is_lacking, is_one_of, object_name

UNKNOWN = EnumPowerStatus.UNKNOWN
_QUOTED = 40  # limit for a value in a reason, in characters


class Doubt(FrozenValue):
    """The state is UNKNOWN unless another object agrees, such as "fuse intact" or "not cycling".

    Fields:
        test: the values of that object, one for each outlet.
        quiet: the values with which the state is certain.
        optional: older firmware or some models lack the whole object, or it only tells of a command
            under way. A device that has it for no outlet (`is_lacking`) raises no doubt; a missing
            value beside others does.
    """

    test: Source
    quiet: tuple[str, ...]
    optional: bool = False

    def check(self) -> None:
        validation.require_values(self.quiet, "quiet")
        validation.require_distinct_texts(self.quiet, "quiet")

    def is_lacking(self, reader: Reader, identities: Iterable[str]) -> bool:
        """Whether the device has the object for none of these outlets, and `optional` allows it."""
        return self.optional and is_lacking(self.test, reader, identities)

    def is_raised_by(self, test_value: Optional[Raw]) -> bool:
        """Whether this value of `test`, None for no value, makes the state UNKNOWN."""
        return not is_one_of(test_value, self.quiet)


class Decision(NamedTuple):
    """The state of an outlet."""

    state: EnumPowerStatus
    #: why the state is not known, "" if it is known
    reason: str = ""


class State(FrozenValue):
    """States of outlets: UP, DOWN, or UNKNOWN for every value that is in none of the lists. Values
    are compared whole, and words without regard to capitals: units of one MIB have ON, On and on.

    Fields:
        source: lists the outlets; its values are strings to compare ("1", "On").
        on: the values that mean UP.
        off: the values that mean DOWN.
        absent: the values of rows that are not outlets.
        doubts: other objects, each of which may make the state UNKNOWN.
        confirm: a second source with the same values. If its state differs or is missing, the state
            is UNKNOWN.
    """

    source: Source
    on: tuple[str, ...]
    off: tuple[str, ...]
    absent: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    confirm: Optional[Source] = None

    def check(self) -> None:
        validation.require_values(self.on, "on")
        validation.require_values(self.off, "off")
        words: list[tuple[str, tuple[str, ...]]] = []
        for name in ("on", "off", "absent"):
            values = getattr(self, name)
            validation.require_distinct_texts(values, name)
            words.append((name, tuple(map(str.casefold, values))))
        validation.require_disjoint(words)

    def read_from(self, reader: Reader) -> dict[str, EnumPowerStatus]:
        """The state of every outlet; {} if the device lists none."""
        decisions = self.decisions_from(reader)
        return {identity: decision.state for identity, decision in decisions.items()}

    def decisions_from(self, reader: Reader) -> dict[str, Decision]:
        """The state of every outlet, with the reason why it is not known."""
        rows = self.rows_from(reader)
        if not rows:
            return {}
        tests: list[tuple[Doubt, Rows]] = []
        for doubt in self.doubts:
            if not doubt.is_lacking(reader, rows):
                tests.append((doubt, reader.rows(doubt.test)))
        confirming_rows = reader.rows(self.confirm) if self.confirm else {}
        decisions: dict[str, Decision] = {}
        for identity, value in rows.items():
            test_values = [(doubt, test_rows.get(identity)) for doubt, test_rows in tests]
            confirming_value = confirming_rows.get(identity)
            decisions[identity] = self._decide(reader, value, test_values, confirming_value)
        return decisions

    def rows_from(self, reader: Reader) -> Rows:
        """The outlets that the device lists, each with the value of its state."""
        rows = reader.rows(self.source)
        if not self.absent:
            return rows
        return {identity: value for identity, value in rows.items() if not self._is_absent(value)}

    def row_from(self, reader: Reader, identity: str) -> Optional[Raw]:
        """The value of one outlet's state, None if the device does not list it."""
        value = self.source.value_of(reader, identity)
        return None if value is None or self._is_absent(value) else value

    def _is_absent(self, value: Raw) -> bool:
        """Whether a value says that its row is no outlet; a lost one does not."""
        if isinstance(value, Lost):
            return False
        return text(value).casefold() in map(str.casefold, self.absent)

    def lists_no_outlet(self, reader: Reader) -> bool:
        """Whether the table has rows, and the values of all are in `absent`."""
        rows = reader.rows(self.source)
        return bool(rows) and all(map(self._is_absent, rows.values()))

    def state_of(self, reader: Reader, identity: str) -> Decision:
        """The state of one outlet, UNKNOWN if the device has no value for it."""
        value = self.source.value_of(reader, identity)
        if value is None:
            return self.without_row
        return self.state_by_value(reader, identity, value)

    @property
    def without_row(self) -> Decision:
        """The state of an outlet that has no row."""
        return Decision(UNKNOWN, f"the answers have no row of {object_name(self.source)}")

    def state_by_value(self, reader: Reader, identity: str, value: Raw) -> Decision:
        """The state of one outlet whose value of `source` was read."""
        confirming_value: Optional[Raw] = None
        if self.confirm:
            confirming_value = self.confirm.value_of(reader, identity)
        test_values: list[tuple[Doubt, Optional[Raw]]] = []
        for doubt in self.doubts:
            if is_known_lacking(doubt.test, reader):
                continue
            test_value = doubt.test.value_of(reader, identity)
            if test_value is None and doubt.is_lacking(reader, [identity]):
                continue
            test_values.append((doubt, test_value))
        return self._decide(reader, value, test_values, confirming_value)

    def _decide(
        self,
        reader: Reader,
        value: Raw,
        test_values: Sequence[tuple[Doubt, Optional[Raw]]],
        confirming_value: Optional[Raw],
    ) -> Decision:
        """The state of one outlet by its value of `source`. UNKNOWN if a doubt is raised by its
        value of `test`, or if the value of `confirm` does not mean the same state."""
        decision = self.reported(reader, value)
        if decision.state is UNKNOWN:
            return decision
        for doubt, test_value in test_values:
            if doubt.is_raised_by(test_value):
                return Decision(UNKNOWN, _value_text(doubt.test, test_value, reader))
        if self.confirm is None:
            return decision
        if confirming_value is not None and self.meaning(confirming_value) is decision.state:
            return decision
        reading = _value_text(self.source, value, reader)
        confirming_reading = _value_text(self.confirm, confirming_value, reader)
        return Decision(UNKNOWN, f"{reading}, and {confirming_reading}")

    def reported(self, reader: Reader, value: Raw) -> Decision:
        """What a value of `source` means without `doubts` and `confirm`; a reason if UNKNOWN."""
        state = self.meaning(value)
        reason = _value_text(self.source, value, reader) if state is UNKNOWN else ""
        return Decision(state, reason)

    def meaning(self, value: Raw) -> EnumPowerStatus:
        """UP or DOWN by the words `on` and `off`; UNKNOWN for any other value, and a lost one."""
        if isinstance(value, Lost):
            return EnumPowerStatus.UNKNOWN
        word = text(value).casefold()
        if word in map(str.casefold, self.on):
            return EnumPowerStatus.UP
        if word in map(str.casefold, self.off):
            return EnumPowerStatus.DOWN
        return EnumPowerStatus.UNKNOWN


def _value_text(source: Source, value: Optional[Raw], reader: Reader) -> str:
    """The reason for an UNKNOWN state: "sPDUOutletCtl reads '7'", or that it has no value."""
    name = object_name(source) or "an object of the device"
    if value is None:
        return f"{name} has no value"
    if isinstance(value, Lost):
        return f"{name}: {value.reason}"
    return f"{name} reads {reader.quoted(value, _QUOTED)!r}"

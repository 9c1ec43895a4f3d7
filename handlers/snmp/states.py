"""The states of outlets: which values of a source mean on, and which mean off."""
from __future__ import annotations

from typing import Dict, Iterable, Optional, Tuple

from pdu_common.helper import EnumPowerStatus

from ..host.rows import Raw
from . import validation
from .decoding import text
from .frozen import Frozen
from .reader import Reader
from .sources.base import Source


class Doubt(Frozen):
    """The state is UNKNOWN unless `test` reads one of `quiet` for the outlet, such as "fuse intact" or "not cycling".

    `optional`: older firmware or some models lack the whole object. A device that has it for no outlet raises no doubt; a missing
    value beside others does.
    """

    test: Source
    quiet: Tuple[str, ...]
    optional: bool = False

    def __post_init__(self) -> None:
        validation.some(self.quiet, "quiet")
        validation.compared(self.quiet, "quiet")

    def rises(self, mark: Optional[Raw]) -> bool:
        """Whether this value of `test` makes the state UNKNOWN; None is a missing value."""
        return mark is None or text(mark) not in self.quiet


class State(Frozen):
    """States of outlets. A value in `on` is UP, a value in `off` is DOWN, every other value is UNKNOWN.

    Values are strings ("1", "On"), compared whole. A row whose value is in `absent` is not an outlet. `confirm` is a second
    source with the same values: if its state differs or is missing, the state is UNKNOWN.
    """

    source: Source
    on: Tuple[str, ...]
    off: Tuple[str, ...]
    absent: Tuple[str, ...] = ()
    doubts: Tuple[Doubt, ...] = ()
    confirm: Optional[Source] = None

    def __post_init__(self) -> None:
        validation.some(self.on, "on")
        validation.some(self.off, "off")
        for name in ("on", "off", "absent"):
            validation.compared(getattr(self, name), name)
        validation.disjoint((("on", self.on), ("off", self.off), ("absent", self.absent)))

    def read(self, reader: Reader) -> Dict[str, EnumPowerStatus]:
        """The state of every outlet; {} if the device lists none."""
        rows = {identity: value for identity, value in self.source.rows(reader).items() if text(value) not in self.absent}
        if not rows:
            return {}
        marked = [(doubt, doubt.test.rows(reader)) for doubt in self.doubts]
        doubts = [(doubt, marks) for doubt, marks in marked if marks or not doubt.optional]
        second = self.confirm.rows(reader) if self.confirm else {}
        return {identity: self._settled(value, ((doubt, marks.get(identity)) for doubt, marks in doubts), second.get(identity))
                for identity, value in rows.items()}

    def lists_no_outlet(self, reader: Reader) -> bool:
        """Whether the table has rows, and the values of all are in `absent`."""
        rows = self.source.rows(reader)
        return bool(rows) and all(text(value) in self.absent for value in rows.values())

    def one(self, reader: Reader, identity: str) -> EnumPowerStatus:
        """The state of one outlet, UNKNOWN if the device has no value for it."""
        value = self.source.one(reader, identity)
        if value is None:
            return EnumPowerStatus.UNKNOWN
        second = self.confirm.one(reader, identity) if self.confirm else None
        marks = ((doubt, doubt.test.one(reader, identity)) for doubt in self.doubts)
        raised = [(doubt, mark) for doubt, mark in marks
                  if mark is not None or not doubt.optional or doubt.test.rows(reader)]
        return self._settled(value, raised, second)

    def _settled(self, value: Raw, doubts: Iterable[Tuple[Doubt, Optional[Raw]]], second: Optional[Raw]) -> EnumPowerStatus:
        state = self._meaning(value)
        if self.confirm and (second is None or self._meaning(second) is not state):
            return EnumPowerStatus.UNKNOWN
        return EnumPowerStatus.UNKNOWN if any(doubt.rises(mark) for doubt, mark in doubts) else state

    def _meaning(self, value: Raw) -> EnumPowerStatus:
        said = text(value)
        if said in self.on:
            return EnumPowerStatus.UP
        return EnumPowerStatus.DOWN if said in self.off else EnumPowerStatus.UNKNOWN

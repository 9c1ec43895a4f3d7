"""What a run needs of the world: PDUs, clocks and a journal. Tests have another one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Protocol

from ....errors import PduHandlerError
from ..drawing import Cord
from ..measured import Readings


class World(Protocol):
    """What a run needs of the world."""

    def read(self, pdus: Collection[str]) -> Readings:
        """Read these PDUs now. A PDU that cannot be read has an error in its reading."""

    def switch(self, cord: Cord, on: bool) -> str:
        """Send one command once. Returns the state that the PDU reports, else UNKNOWN.

        After an error the command may or may not have been carried out.
        """

    def now(self) -> float:
        """Seconds since 1970, for the journal."""

    def monotonic(self) -> float:
        """Seconds of a clock that nobody sets."""

    def sleep(self, seconds: float) -> None:
        """Wait."""

    def is_stopping(self) -> bool:
        """Whether somebody asked the run to stop."""


class Log(Protocol):
    """The journal."""

    def append(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Write these lines to the disk, all or none."""


class Surprise(PduHandlerError):
    """Something is not as it has to be."""

    kind = "not-proven"

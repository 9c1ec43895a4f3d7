"""What was read of a PDU's energy registers, wherever it is stored.

Energies are whole Wh, powers W, currents A. Times are seconds since 1970 in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Optional, Protocol

#: the name of the register of a PDU's inlet; outlets have the identities that `pdu outlets` shows
INLET = ""


class RegisterReadings(NamedTuple):
    """One register: a value for each poll of its PDU; None where it was not read."""

    wh: Sequence[Optional[int]]
    watts: Sequence[Optional[float]]
    amperes: Sequence[Optional[float]]
    #: why one of them has no value, if the unit has it; empty where the source does not say it
    reasons: Sequence[Optional[str]] = ()


class FailedPoll(NamedTuple):
    """A poll that read nothing."""

    time: float
    reason: str


class PduReadings(NamedTuple):
    """The polls of one PDU, in the order in which they were taken."""

    pdu: str
    #: each poll read its registers at some moment between these two; both rise
    earliest: Sequence[float]
    latest: Sequence[float]
    #: which unit answered, such as its serial number and firmware; "" if it did not say
    units: Sequence[str]
    #: the SNMP family of that unit; "" if it has none
    families: Sequence[str]
    #: how long that unit had been running, in s; None if it did not say
    uptimes: Sequence[Optional[float]]
    #: by outlet, or INLET
    registers: Mapping[str, RegisterReadings]
    failed: Sequence[FailedPoll] = ()


class Readings(Protocol):
    """A place where readings are stored. Its errors are those of handlers/shared/errors.py."""

    def pdus(self, begin: float, end: float) -> Sequence[str]:
        """The PDUs that were polled in a period, sorted."""
        ...

    def read_pdu(self, pdu: str, begin: float, end: float) -> PduReadings:
        """The polls of a PDU in a period, and around it."""
        ...

    def close(self) -> None:
        """Free what it holds."""
        ...

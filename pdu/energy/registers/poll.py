"""Which unit a poll of a PDU read, and when.

Times are seconds since 1970 in UTC.
"""

from __future__ import annotations

from typing import NamedTuple, Optional

#: the identity of the PDU's own register
OWN = ""


class UnitFacts(NamedTuple):
    """What many polls of a PDU have in common. Texts are "" where they were not read."""

    pdu: str
    #: what the name of the PDU means, such as handler and address
    unit: str
    #: what the unit itself says
    serial: str
    firmware: str
    #: the SNMP family, or another name of what the unit's registers are like
    family: str
    #: which run of the reader's machine the monotonic clock belongs to
    boot: str
    #: the greatest error that the unit states, in percent (eoPowerAccuracy of ENERGY-OBJECT-MIB)
    accuracy_percent: Optional[float]
    #: whether the kernel of the reader's machine called its clock synchronised; None: no word
    is_synced: Optional[bool]
    #: OWN, then the identities of the outlets
    registers: tuple[str, ...]
    #: what somebody wrote into labels of which unit it is
    label: str = ""


class Poll(NamedTuple):
    """One reading of one PDU. It was taken at some moment between `begin` and `end`."""

    unit: UnitFacts
    begin: float
    end: float
    #: the reader's monotonic clock at `begin`, in s; None if the source does not keep it
    monotonic: Optional[float] = None
    #: since the unit started, in s; None if it was not read
    uptime: Optional[float] = None

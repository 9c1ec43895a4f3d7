"""One poll of a PDU: what a source of readings yields.

Times are seconds since 1970 in UTC. A figure that a poll does not have is None.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Optional

from pdu_common.helper import EnumPowerStatus

from ...core.states import UNKNOWN

#: the identity of the PDU's own register
OWN = ""


class OutletFigures(NamedTuple):
    """What a poll read of one outlet, or of the PDU itself with the identity OWN."""

    identity: str
    kwh: Optional[float] = None
    amperes: Optional[float] = None
    watts: Optional[float] = None
    state: EnumPowerStatus = UNKNOWN


class Poll(NamedTuple):
    """One reading of one PDU. It was taken at some moment between `begin` and `end`."""

    pdu: str
    begin: float
    end: float
    outlets: Sequence[OutletFigures] = ()
    #: the reader's monotonic clock at `begin`, in s; None if the source does not keep it
    monotonic: Optional[float] = None
    #: which run of the reader's machine `monotonic` belongs to
    boot: str = ""
    #: what the name of the PDU means, such as handler and address
    unit: str = ""
    #: what somebody wrote into labels of which unit it is
    label: str = ""
    #: what the unit itself says, "" if this poll did not read it
    serial: str = ""
    firmware: str = ""
    #: since the unit started, in s
    uptime: Optional[float] = None
    #: the SNMP family, or another name of what the unit's registers are like
    family: str = ""
    #: the greatest error that the unit states, in percent (eoPowerAccuracy of ENERGY-OBJECT-MIB)
    accuracy_percent: Optional[float] = None
    #: whether the kernel of the reader's machine called its clock synchronised; None: no word
    is_synced: Optional[bool] = None
    #: why the poll failed, "" if it did not; a failed poll may have some of the outlets
    error: str = ""

"""Faults on demand, of a driver, of the server or of the network."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Callable, Optional


class Driver(Enum):
    """The condition of a device's driver."""

    WELL = "answers"
    STALE = "has no up-to-date data: ERR DATA-STALE"
    GONE = "is not running: ERR DRIVER-NOT-CONNECTED"
    WAITED_FOR = "has just been connected: ups.status WAIT and nothing else"


class Cut(bytes):
    """An answer after which the server closes the connection."""


# Maps the words of a request, joined by blanks, and its answer to the bytes to send; None: send no
# answer.
Rewrite = Callable[[str, bytes], Optional[bytes]]


@dataclass
class Faults:
    """By default there is no fault. Each field may be changed while the server runs."""

    rewrite: Optional[Rewrite] = None
    # like NUT before 2.8: no SET TRACKING, a plain OK for writes
    no_tracking: bool = False
    # LIST and GET need a valid USERNAME and PASSWORD: RFC 9271, 4.2.13
    login_to_read: bool = False
    # ATTACH and DETACH replace LOGIN and LOGOUT
    rfc_names: bool = False
    ignored: bool = False  # writes are acknowledged without effect
    # replaces the result that GET TRACKING ID returns: PENDING, ERR FAILED, ...
    tracked: Optional[str] = None
    # condition of each driver, by device; default WELL
    drivers: dict[str, Driver] = field(default_factory=dict)

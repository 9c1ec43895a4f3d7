"""Faults on demand: what a driver, a server or the network between can do to a client."""
from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Callable, Dict, Optional


class Driver(Enum):
    """How the driver of a device is."""

    WELL = "answers"
    STALE = "has lost its device: ERR DATA-STALE"
    GONE = "is not running: ERR DRIVER-NOT-CONNECTED"
    WAITED_FOR = "has just been connected: ups.status WAIT and nothing else"


class Cut(bytes):
    """An answer behind which the server closes the connection."""


# What becomes of the answer to a request, given its words in upper case and blanks: bytes, or None for silence.
Rewrite = Callable[[str, bytes], Optional[bytes]]


@dataclass
class Faults:
    """All off at first; each may be changed while the server runs."""

    rewrite: Optional[Rewrite] = None
    late_s: float = 0.0                             # before every answer
    no_tracking: bool = False                       # as before NUT 2.8: SET TRACKING is unknown, a plain OK for writes
    no_protver: bool = True                         # as NUT's own servers so far
    login_to_read: bool = False                     # as RFC 9271, 4.2.13 has it: nothing is answered before a login
    rfc_names: bool = False                         # ATTACH, DETACH and NUMATTACH are the only names of these requests
    ignored: bool = False                           # writes are accepted, reported as done, and not done
    tracked: Optional[str] = None                   # what every report says instead: PENDING, ERR FAILED, ...
    drivers: Dict[str, Driver] = field(default_factory=dict)       # by device; WELL where it is not named
    closes_at_once: bool = False                    # as a server beyond MAXCONN

"""Write once, then believe the device: the part of port_up and port_down that every handler shares."""
from __future__ import annotations

import contextlib
import time
from typing import Callable, Optional

from pdu_common.helper import EnumPowerStatus

from .errors import Denied, PduHandlerError, ProtocolError, Unreachable

CONFIRM_SECONDS = 10.0
FIRST_PAUSE_SECONDS, PAUSE_SECONDS = 0.1, 0.5       # most relays follow at once; a slow one is not asked too often


def switch(write: Callable[[], None], read: Callable[[], EnumPowerStatus], wanted: EnumPowerStatus, *,
           cached: bool = False, deadline: float = CONFIRM_SECONDS, pause: float = PAUSE_SECONDS,
           clock: Callable[[], float] = time.monotonic,
           sleep: Callable[[float], None] = time.sleep) -> EnumPowerStatus:
    """Call `write` once, then `read` until it gives `wanted` or `deadline` seconds are over; returns the last reading.

    `write` raises `Unreachable` where no answer came, `ProtocolError` where it cannot be read: then the state is read
    once, and anything but `wanted` raises that the outlet may or may not have switched. A write that was answered but
    cannot be read back is UNKNOWN: at once where the reading is denied, since a device blocks who knocks too often. With
    `cached`, the source follows only at its own next poll, so a state that is not the wanted one is UNKNOWN too. The time
    between readings grows up to `pause` seconds.
    """
    try:
        write()
    except (Unreachable, ProtocolError) as error:       # nothing was said of what the command did
        with contextlib.suppress(Denied):
            if _read_or_none(read) is wanted:
                return wanted
        raise Unreachable(f"no usable answer to the switching command, so the outlet may or may not have switched; "
                          f"poll the PDU before trying again ({error.reason})", error.host, error.operation) from error
    end = clock() + deadline
    wait = min(FIRST_PAUSE_SECONDS, pause)
    while True:
        try:
            seen = _read_or_none(read)
        except Denied:
            return EnumPowerStatus.UNKNOWN
        if seen is wanted:
            return wanted
        if clock() + wait > end:
            return EnumPowerStatus.UNKNOWN if seen is None or cached else seen
        sleep(wait)
        wait = min(2 * wait, pause)


def _read_or_none(read: Callable[[], EnumPowerStatus]) -> Optional[EnumPowerStatus]:
    try:
        return read()
    except Denied:
        raise
    except PduHandlerError:
        return None

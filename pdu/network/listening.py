"""Where a server of our own listens."""

from __future__ import annotations

import errno
from typing import Optional

from handlers.shared.address import Address
from handlers.shared.errors import SettingsError

_LAST_PORT = 65535


def listen_address(where: str, option: str, example: str) -> tuple[str, int]:
    """Host and port of ADDRESS:PORT; port 0 is any free one, no address all of this machine's.

    Raises SettingsError, which names the `option` and shows an `example`.
    """
    address = Address(where)
    port = address.port
    if port is None or port > _LAST_PORT:
        shown_place = repr(where[:60])
        raise SettingsError(f"{option} {shown_place}: give ADDRESS:PORT, such as {example}")
    return address.host, port


def port_advice(number: Optional[int]) -> str:
    """What to do about a port that cannot be used, as the end of a sentence; "" if the system's
    words say all. `number`: of the OSError.
    """
    if number == errno.EADDRINUSE:
        return ": another program uses this port; give another one, or stop that program"
    if number == errno.EACCES:
        return ": ports below 1024 need rights of their own; give one from 1024 on"
    return ""

"""Where a server of our own listens."""

from __future__ import annotations

from handlers.shared.address import Address
from handlers.shared.errors import SettingsError

_LAST_PORT = 65535


def listen_address(where: str, option: str, example: str) -> tuple[str, int]:
    """Host and port of ADDRESS:PORT; port 0 is any free one, no address all of this machine's.

    Raises SettingsError, which names the `option` and shows an `example`.
    """
    at = Address(where)
    if at.port is None or at.port > _LAST_PORT:
        raise SettingsError(f"{option} {where[:60]!r}: give ADDRESS:PORT, such as {example}")
    return at.host, at.port

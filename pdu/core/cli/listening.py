"""Where a server of our own listens; and what holds for every server that a tool asks with a login
of its own, such as Prometheus or NetBox.
"""

from __future__ import annotations

import ipaddress
from typing import Optional

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


def require_tls_for_login(scheme: str, host: Optional[str]) -> None:
    """Raises SettingsError if a login would go over a network without TLS."""
    if scheme != "https" and not _is_this_machine(host or ""):
        raise SettingsError(
            "the URL is http://, and a login would be readable on the way: give https://, or ask"
            " without a login"
        )


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

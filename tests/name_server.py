"""A machine without a name server."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest


def take_away(patch: pytest.MonkeyPatch) -> None:
    """Make socket.getaddrinfo fail for hosts that are no IP addresses, so that it asks nobody."""
    real = socket.getaddrinfo

    def look_up(host: Any, *more: Any, **others: Any) -> Any:
        if host is not None:
            text = host.decode("latin-1") if isinstance(host, bytes) else host
            try:
                ipaddress.ip_address(text)
            except ValueError:
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known") from None
        return real(host, *more, **others)

    patch.setattr(socket, "getaddrinfo", look_up)

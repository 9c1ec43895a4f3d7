"""What holds for every server that a tool asks with a login of its own, such as Prometheus or
NetBox.
"""

from __future__ import annotations

import ipaddress
from typing import Optional

from ...errors import SettingsError


def check_sealed(scheme: str, host: Optional[str]) -> None:
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

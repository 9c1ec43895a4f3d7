"""The certificate of a device that is not trusted, so that its owner can compare and pin it."""
from __future__ import annotations

import socket

from ..tls import Trust, sha256
from .client import Endpoint


def fingerprint(where: Endpoint, timeout: float) -> str:
    """The SHA-256 fingerprint that the device shows now; "" where it shows none. One connection; nothing is sent on it."""
    try:
        with socket.create_connection((where.host, where.port), timeout) as plain, \
                Trust(verify=False).context().wrap_socket(plain, server_hostname=where.host) as secured:
            return sha256(secured.getpeercert(binary_form=True) or b"")
    except (OSError, ValueError):
        return ""

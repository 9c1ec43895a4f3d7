"""The request for TLS. RFC 9271, section 4.2.12."""
from __future__ import annotations

from ..answers import Request
from .replies import ok


def starttls() -> Request[str]:
    """Start TLS. Nothing more may be sent before the answer."""
    # > STARTTLS
    # < OK STARTTLS
    return Request("STARTTLS", "STARTTLS", ok)

"""Facts about this handler that the tools need before they load it."""

from __future__ import annotations

from ..about import About

ABOUT = About(
    "NETIO PowerPDUs over their JSON API",
    "custom",
    is_codec=True,
)

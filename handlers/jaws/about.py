"""Facts about this handler that the tools need before they load it."""

from __future__ import annotations

from ..about import About

ABOUT = About(
    "Server Technology CDUs over JAWS",
    "custom",
    is_codec=True,
    snmp_families=("sentry4",),
)

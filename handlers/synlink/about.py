"""Facts about this handler that the tools need before they load it."""

from __future__ import annotations

from ..about import About

ABOUT = About(
    "Synaccess SynLink PDUs",
    "custom",
    is_codec=True,
    snmp_families=("synaccess-synlink",),
)

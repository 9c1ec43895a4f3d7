"""The facts that tools need before they load this handler."""

from __future__ import annotations

from ..about import About

ABOUT = About(
    "Raritan, Legrand and Server Technology PDUs (Xerus JSON-RPC)", "custom", username="admin"
)

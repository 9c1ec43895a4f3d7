"""Diagnostic data as a file."""
from __future__ import annotations

from ..agent import Agent


def download(agent: Agent) -> bytes:
    """The diagnostic data, an archive for the vendor's support: one round trip that takes long."""
    return agent.get("/cgi-bin/diag-data.cgi")

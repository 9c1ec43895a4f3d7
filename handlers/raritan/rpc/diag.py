"""Diagnostic log and data. Source: DiagLogSettings.idl."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._idl.diag import *
from ._runtime import scripts
from ._runtime.classes import public_names

if TYPE_CHECKING:
    from ._runtime.agent import Agent


def download(agent: Agent) -> bytes:
    """The diagnostic data, an archive for the vendor's support: one round trip.

    Set a longer `agent.timeout` if the device needs more time to collect the data.
    """
    return scripts.download(agent, "/cgi-bin/diag-data.cgi")


__all__ = public_names(globals())

"""Settings of Python's that are the same for all that runs in the process. They are noted when this
module is imported: before a handler is loaded.
"""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Sequence
from typing import Any, NamedTuple


class _Setting(NamedTuple):
    """A setting, and its value before a handler was loaded."""

    owner: Any
    name: str
    value: Any


_SETTINGS: Sequence[_Setting] = [
    _Setting(owner, name, getattr(owner, name))
    for owner, name in (
        (ssl, "_create_default_https_context"),
        (ssl, "create_default_context"),
        (logging.root.manager, "disable"),
    )
]


def restore_process() -> list[str]:
    """Give the settings their values again. Returns what was changed."""
    changes: list[str] = []
    for setting in _SETTINGS:
        if getattr(setting.owner, setting.name) != setting.value:
            setattr(setting.owner, setting.name, setting.value)
            changes.append(setting.name)
    if socket.getdefaulttimeout() is not None:
        socket.setdefaulttimeout(None)
        changes.append("the time-out of all sockets")
    return changes

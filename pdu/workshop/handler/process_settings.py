"""Settings of Python's that are the same for all that runs in the process. They are noted when this
module is imported: before a handler is loaded.
"""

from __future__ import annotations

import logging
import socket
import ssl
import urllib.request
from collections.abc import Sequence
from typing import Any, NamedTuple, Optional


class _Setting(NamedTuple):
    """A setting, and its value before a handler was loaded: `owner.name` was `value`."""

    owner: Any
    name: str
    value: Any


_SETTINGS: Sequence[_Setting] = [
    _Setting(owner, name, getattr(owner, name))
    for owner, name in (
        (ssl, "_create_default_https_context"),
        (ssl, "create_default_context"),
        (socket, "socket"),
        (socket, "getaddrinfo"),
        (logging.root.manager, "disable"),
    )
]


def restore_process() -> list[str]:
    """Give the settings their values again. Returns what was changed.

    the handler did                     result
    nothing                             []
    socket.setdefaulttimeout(5)         ["the time-out of all sockets"]
    logging.disable()                   ["disable"]
    urllib.request.install_opener(o)    ["what urlopen asks with"]
    """
    changes: list[str] = []
    for setting in _SETTINGS:
        if getattr(setting.owner, setting.name) != setting.value:
            setattr(setting.owner, setting.name, setting.value)
            changes.append(setting.name)
    if socket.getdefaulttimeout() is not None:
        socket.setdefaulttimeout(None)
        changes.append("the time-out of all sockets")
    opener = forget_opener()
    if opener is not None and _facts(opener) != _facts(urllib.request.build_opener()):
        changes.append("what urlopen asks with")
    return changes


def forget_opener() -> Optional[urllib.request.OpenerDirector]:
    """Let urlopen make an opener, in the environment of its next call. Returns the one that it had:
    its own, or one that was installed.
    """
    opener: Optional[urllib.request.OpenerDirector] = getattr(urllib.request, "_opener")
    setattr(urllib.request, "_opener", None)
    return opener


def _facts(opener: urllib.request.OpenerDirector) -> tuple[set[type], object]:
    """What it does with a request, and the headers that it gives each."""
    return {type(handler) for handler in getattr(opener, "handlers")}, opener.addheaders

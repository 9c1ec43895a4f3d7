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
    """A setting of a module or an object, and its value before a handler was loaded: the attribute
    `name` of `owner` was `value`.
    """

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
    """Give the settings of the process the values that they had before a handler was loaded.
    Returns, for people, those that had others.

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
    """Let urlopen make a new opener at its next call. An opener is what urlopen asks with: it keeps
    the proxies that the environment named when it was made. Returns the opener that urlopen had,
    its own or one that the handler installed; None if it had none yet.
    """
    opener: Optional[urllib.request.OpenerDirector] = getattr(urllib.request, "_opener")
    setattr(urllib.request, "_opener", None)
    return opener


def _facts(opener: urllib.request.OpenerDirector) -> tuple[set[type], object]:
    """What an opener does with a request: the classes of its handlers, and the headers that it adds
    to each request. Two openers with the same facts ask alike.
    """
    return {type(handler) for handler in getattr(opener, "handlers")}, opener.addheaders

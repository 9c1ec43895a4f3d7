"""Counts the round trips of a handler to its device, for `child.py`, by wrapping the standard
library's sockets.

A round trip is the first successful receive after one or more sends on a socket: requests that
leave together count once. TLS handshakes of `ssl.SSLSocket` are not counted. Runs in the worker
process, which serves one call at a time.
"""

from __future__ import annotations

import socket
import ssl
from typing import Any, Callable

SENDING, RECEIVING = (
    ("send", "sendall", "sendto", "sendmsg"),
    (
        "recv",
        "recv_into",
        "recvfrom",
        "recvfrom_into",
        "recvmsg",
    ),
)
count = 0
_sent: dict[int, bool] = {}


def begin() -> None:
    """Reset the count, because a new call begins."""
    global count
    count = 0
    _sent.clear()


def so_far() -> int:
    return count


def watch() -> None:
    """Count from now on."""
    for cls in (socket.socket, ssl.SSLSocket):
        for names, wrap in ((SENDING, _sending), (RECEIVING, _receiving)):
            for name in names:
                own = cls.__dict__.get(name) or getattr(cls, name)
                setattr(cls, name, wrap(own))


def _sending(own: Callable[..., Any]) -> Callable[..., Any]:
    def sending(self: Any, *arguments: Any, **named: Any) -> Any:
        _sent[id(self)] = True
        return own(self, *arguments, **named)

    return sending


def _receiving(own: Callable[..., Any]) -> Callable[..., Any]:
    def receiving(self: Any, *arguments: Any, **named: Any) -> Any:
        global count
        answer = own(self, *arguments, **named)
        if _sent.pop(id(self), False):
            count += 1
        return answer

    return receiving

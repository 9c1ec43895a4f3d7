"""Connections and answers within a time that several steps share."""

from __future__ import annotations

import math
import selectors
import socket
from collections.abc import Sequence
from typing import Any, Callable

#: how long after its deadline an answer that has arrived is still read, in s. Without an end, a
#: device that sends byte by byte would never be given up
LATE_S = 5.0
_LEAST_S = 0.001  # 0 would make a socket non-blocking


def connect(addresses: Sequence[Any], seconds_left: Callable[[], float]) -> socket.socket:
    """The socket of a TCP connection to the first of `addresses`, rows of socket.getaddrinfo, that
    accepts one. The time that `seconds_left` returns is shared evenly among those still to try, so
    that a dead address leaves time for the next one. Raises the OSError of the last address.

        10 s for [2001:db8::9]:443 and 192.0.2.9:443
        no answer of the first within 5 s; the second accepts: its socket
    """
    last_error = OSError("no address")
    for count, (family, kind, proto, _, address) in zip(range(len(addresses), 0, -1), addresses):
        sock = None
        try:
            # fails for IPv6 on a host without it, or without a free file descriptor
            sock = socket.socket(family, kind, proto)
            sock.settimeout(max(seconds_left(), _LEAST_S) / count)
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
        except OSError as error:
            last_error = error
            if sock is not None:
                sock.close()
    raise last_error


def limit(sock: socket.socket, seconds_left: float, longest: float = math.inf) -> None:
    """Let the next read of the socket take `seconds_left`, at most `longest` seconds. Raises
    socket.timeout if no time is left, unless something has arrived; 5 s after the deadline always.

    >>> here, there = socket.socketpair()
    >>> limit(here, seconds_left=4.0, longest=2.5)
    >>> here.gettimeout()
    2.5
    >>> try:
    ...     limit(here, seconds_left=0.0)
    ... except socket.timeout as error:
    ...     print(error)
    the answer was not complete in time
    >>> here.close(), there.close()
    (None, None)
    """
    is_over = seconds_left <= 0 and not is_readable(sock)
    is_late = seconds_left <= -LATE_S
    if is_over or is_late:
        raise socket.timeout("the answer was not complete in time")
    seconds = min(seconds_left, longest)
    sock.settimeout(max(seconds, _LEAST_S))


def is_readable(sock: Any, wait: float = 0.0) -> bool:
    """Whether the socket has something to read, or its end, within `wait` seconds. Asked after a
    deadline: a process that was too busy to look in time still reads what has arrived.

    >>> here, there = socket.socketpair()
    >>> is_readable(here)
    False
    >>> _ = there.send(b"OK")
    >>> is_readable(here)
    True
    >>> here.close(), there.close()
    (None, None)
    """
    # TLS: decrypted bytes, which the selector does not see
    if hasattr(sock, "pending") and sock.pending():
        return True
    # select refuses descriptors above 1023
    selector = getattr(selectors, "PollSelector", selectors.SelectSelector)
    with selector() as waiting:
        waiting.register(sock, selectors.EVENT_READ)
        return bool(waiting.select(wait))

"""Whether an answer has arrived, without a wait."""

from __future__ import annotations

import selectors
from typing import Any

#: how long after its deadline an answer that has arrived is still read, in s. Without an end, a
#: device that sends byte by byte would never be given up
LATE_S = 5.0


def is_readable(sock: Any, wait: float = 0.0) -> bool:
    """Whether the socket has something to read, or its end, within `wait` seconds.

    A process that is too busy looks at a socket late. So before a deadline counts as missed, this
    says whether the answer is already there.
    """
    # TLS: decrypted bytes, which the selector does not see
    if hasattr(sock, "pending") and sock.pending():
        return True
    # select refuses descriptors above 1023
    with getattr(selectors, "PollSelector", selectors.SelectSelector)() as waiting:
        waiting.register(sock, selectors.EVENT_READ)
        return bool(waiting.select(wait))

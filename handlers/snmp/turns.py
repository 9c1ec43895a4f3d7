"""One command at a time for devices whose commands repeat the states of other outlets.

A lock exists while somebody holds it or waits for it, and no longer: nothing is kept of a device between calls. It
reaches as far as the process; what another process or a person at the device does in between shows when every outlet is
compared after the write.
"""
from __future__ import annotations

import os
import threading
import weakref
from contextlib import contextmanager
from typing import Iterator, MutableMapping

from ..errors import Unreachable


class _Turn:
    """The right to command one device."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


_turns: MutableMapping[str, _Turn] = weakref.WeakValueDictionary()
_guard = threading.Lock()


@contextmanager
def alone(device: str, seconds: float) -> Iterator[None]:
    """Waits up to `seconds` until no other thread commands the device. Raises Unreachable where it does not end by then."""
    with _guard:
        turn = _turns.get(device) or _Turn()
        _turns[device] = turn
    if not turn.lock.acquire(timeout=max(0.0, seconds)):
        raise Unreachable("one write sets all outlets of this device at once, and another command to it has not ended: "
                          "nothing was written; try again")
    try:
        yield
    finally:
        turn.lock.release()


def _forget() -> None:
    """In a forked child: the threads that held the locks are not in it."""
    global _turns, _guard
    _turns, _guard = weakref.WeakValueDictionary(), threading.Lock()


os.register_at_fork(after_in_child=_forget)

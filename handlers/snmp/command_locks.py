"""One command at a time for devices whose commands repeat the states of other outlets.

A lock exists only while a thread holds it or waits for it, so nothing is kept between calls. It
covers one archive in one process. The write undoes what another archive, another process or a
person switches on the unit between the read and the write. The readings after it compare all
outlets of the unit with the written states.
"""

from __future__ import annotations

import os
import socket
import threading
import weakref
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager, suppress

from ..shared.errors import Unreachable

_locks: MutableMapping[str, threading.Lock] = weakref.WeakValueDictionary()
# RFC 4291, 2.5.5.2: before the octets of an IPv4 address
_IPV4_MAPPED = bytes(10) + b"\xff\xff"
_locks_guard = threading.Lock()


@contextmanager
def lock_outlet(device: str, seconds: float) -> Iterator[None]:
    """A block during which no other thread of this process sends a command to the same device.
    `device`: "HOST PORT"; two spellings of one address are one device. Names are not resolved: that
    may take long, and give another address a moment later.

        with lock_outlet("10.0.0.5 161", seconds=20.0):
            ... read the states of all outlets, write them with one changed ...

    Raises Unreachable, before the block runs, if the device is not free within `seconds`.
    """
    device = _with_one_spelling(device)
    with _locks_guard:
        lock = _locks.get(device) or threading.Lock()
        _locks[device] = lock
    if not lock.acquire(timeout=max(0.0, seconds)):
        raise Unreachable(
            "another command to this device has not ended: nothing was written; try again. The"
            " device takes one command at a time, because one write sets all outlets of a unit"
        )
    try:
        yield
    finally:
        lock.release()


def _with_one_spelling(device: str) -> str:
    """The device with one spelling of its address: an IP address as its octets, a name in lower
    case without a last dot.

    >>> _with_one_spelling("10.0.0.5 161"), _with_one_spelling("::ffff:10.0.0.5 161")
    ('0a000005 161', '0a000005 161')
    >>> _with_one_spelling("PDU1.example. 161")
    'pdu1.example 161'
    """
    host, space, port = device.rpartition(" ")
    address, percent, zone = host.partition("%")
    for family in (socket.AF_INET, socket.AF_INET6):
        with suppress(OSError, ValueError):
            packed_address = socket.inet_pton(family, address)
            octets = packed_address.removeprefix(_IPV4_MAPPED)
            return f"{octets.hex()}{percent}{zone}{space}{port}"
    name = host.rstrip(".").lower()
    return f"{name}{space}{port}"


def _forget() -> None:
    """Drop all locks in a forked child, which does not have the threads that held them: a lock
    held at the fork would never be released there."""
    global _locks, _locks_guard
    _locks, _locks_guard = weakref.WeakValueDictionary(), threading.Lock()


os.register_at_fork(after_in_child=_forget)

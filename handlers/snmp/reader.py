"""Reads of one call, each made once: a walk that proves a family is the walk that is read."""
from __future__ import annotations

from typing import Dict, Optional, Protocol

from ..host.rows import Raw
from .decoding import Walked

ROOT = "~"          # in a profile's OIDs: the root that belongs to the device's sysObjectID


class Device(Protocol):
    """What a profile may ask of a device; both raise the errors of handlers/errors.py."""

    def get(self, oid: str) -> Optional[Raw]: ...
    def walk(self, oid: str) -> Walked: ...


class Reader:
    """A device, and what it answered so far, for one call (or one reading): nothing in it grows old. `root` replaces a
    leading `~` in OIDs, for families whose root differs by product."""

    def __init__(self, device: Device, root: str = "") -> None:
        self._device, self.root = device, root
        self._walked: Dict[str, Walked] = {}
        self._got: Dict[str, Optional[Raw]] = {}
        self._names: Dict[str, Walked] = {}

    def walk(self, oid: str) -> Walked:
        """Index suffix -> value below `oid`, {} where the device has nothing there; one walk however often asked."""
        full = self.resolve(oid)
        if full not in self._walked:
            self._walked[full] = self._device.walk(full)
        return self._walked[full]

    def names(self, oid: str) -> Walked:
        """A walk of names, which do not change during a call: later readings of the call reuse it."""
        full = self.resolve(oid)
        if full not in self._names:
            self._names[full] = self.walk(oid)
        return self._names[full]

    def get(self, oid: str) -> Optional[Raw]:
        """One object, None where the device has none; one round trip however often asked."""
        full = self.resolve(oid)
        if full not in self._got:
            self._got[full] = self._device.get(full)
        return self._got[full]

    def resolve(self, oid: str) -> str:
        """`oid` with the root in the place of `~`."""
        return self.root + oid[len(ROOT):] if oid.startswith(ROOT) else oid

    def at(self, root: str) -> Reader:
        """The same device and memory, below another root."""
        other = Reader(self._device, root)
        other._walked, other._got, other._names = self._walked, self._got, self._names
        return other

    def again(self) -> Reader:
        """The same device with nothing remembered but names: for a reading that must be new."""
        other = Reader(self._device, self.root)
        other._names = self._names
        return other

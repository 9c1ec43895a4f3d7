"""Caches a device's answers, so that a status reuses the walk that detected the family."""

from __future__ import annotations

from typing import Optional, Protocol

from ..errors import LONGEST
from ..host.rows import Raw
from .decoding import Walked, shown

ROOT = "~"  # in a profile's OIDs: the family's root


class SnmpReads(Protocol):
    """The reads that profiles use. `get` and `walk` raise the errors of handlers/errors.py.
    `quoted` makes a device's text safe for an error."""

    def get(self, oid: str) -> Optional[Raw]: ...
    def walk(self, oid: str) -> Walked: ...
    def quoted(self, words: str) -> str: ...


class Reader:
    """Keeps the answers to walks and GETs (`walked`, `got`) and does not repeat an answered
    request.

    `root` replaces a leading `~` in OIDs, for families whose root differs by product.
    """

    def __init__(self, device: SnmpReads, root: str = "") -> None:
        self._device, self.root = device, root
        self.walked: dict[str, Walked] = {}
        self.got: dict[str, Optional[Raw]] = {}
        self._names: dict[str, Walked] = {}

    def walk(self, oid: str) -> Walked:
        """Index suffix -> value for all rows below `oid`; {} if the device has none."""
        full = self.resolve(oid)
        if full not in self.walked:
            self.walked[full] = self._device.walk(full)
        return self.walked[full]

    def names(self, oid: str) -> Walked:
        """A walk of a column of names. `again` keeps it: names are taken as fixed during a call."""
        full = self.resolve(oid)
        if full not in self._names:
            self._names[full] = self.walk(oid)
        return self._names[full]

    def get(self, oid: str) -> Optional[Raw]:
        """One object, None if the device does not have it."""
        full = self.resolve(oid)
        if full not in self.got:
            self.got[full] = self._device.get(full)
        return self.got[full]

    def quoted(self, raw: Raw, longest: int = 80) -> str:
        """A value for an error: one line of at most `longest` characters, or a notice if it holds a
        secret.
        """
        whole = shown(raw, LONGEST)
        said = self._device.quoted(whole)
        return said[:longest] if said == whole else said

    def resolve(self, oid: str) -> str:
        """`oid` with the root instead of `~`."""
        return self.root + oid[len(ROOT) :] if oid.startswith(ROOT) else oid

    def at(self, root: str) -> Reader:
        """The same device and answers, with another root."""
        other = Reader(self._device, root)
        other.walked = self.walked
        other.got = self.got
        other._names = self._names
        return other

    def again(self) -> Reader:
        """The same device without its answers, except names: for a reading that must be new."""
        other = Reader(self._device, self.root)
        other._names = self._names
        return other

"""Base classes of sources, which read {identity: value} from a device.

An identity is the index of a row with its dots ("7", "1.1.7"), unless the source defines another one.
"""
from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Optional

from ...errors import NoSuchOutlet
from ...host.rows import Raw
from ..decoding import Rows
from ..frozen import Frozen
from ..reader import Reader


class Source(Frozen, ABC):
    """Reads {identity: value} from the device."""

    @abstractmethod
    def rows(self, reader: Reader) -> Rows:
        """All values; {} if the device has none for this source. May raise ProtocolError for contradictory answers."""

    def one(self, reader: Reader, identity: str) -> Optional[Raw]:
        """The value of one identity, None if it has none. Reads all rows unless the class can read one."""
        return self.rows(reader).get(identity)


class Place(Source):
    """A source that knows the OID of each identity's object, for GET and SET."""

    @abstractmethod
    def instance(self, reader: Reader, identity: str) -> str:
        """The OID of an identity's object, instance included. Raises NoSuchOutlet if the source has none for it."""

    def one(self, reader: Reader, identity: str) -> Optional[Raw]:
        try:
            return reader.get(self.instance(reader, identity))
        except NoSuchOutlet:
            return None

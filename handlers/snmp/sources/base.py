"""Sources turn what a device answers into {identity: value}.

An identity is the row's index, dots kept ("7", "1.1.7"), or the number that a source defines where there is no table.
"""
from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Optional

from ...host.rows import Raw
from ..decoding import Rows
from ..frozen import Frozen
from ..reader import Reader


class Source(Frozen, ABC):
    """Turns what the device answers into {identity: value}."""

    @abstractmethod
    def rows(self, reader: Reader) -> Rows:
        """All values, in the device's order; {} if the device has none of these objects."""

    def one(self, reader: Reader, identity: str) -> Optional[Raw]:
        """The value of one identity, None where there is none; as few round trips as the source allows."""
        return self.rows(reader).get(identity)


class Place(Source):
    """A source that has one object for each identity: it can be read alone and be written."""

    @abstractmethod
    def instance(self, reader: Reader, identity: str) -> str:
        """The OID of an identity's object, instance included. Raises NoSuchOutlet outside the source's bounds."""

    def one(self, reader: Reader, identity: str) -> Optional[Raw]:
        return reader.get(self.instance(reader, identity))

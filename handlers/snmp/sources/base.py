"""Base classes of sources, which read {identity: value} from a device.

An identity is the index of a row with its dots ("7", "1.1.7"), unless the source defines another
one.

A command may be written through a source that knows the object of each identity. That object
follows from the identity alone (in `NamedRows`, from the variables' names too; in `ByUnit`, from
the unit and the number that its row shows). What the device answers otherwise can only forbid the
command, never send it to another object: a table that ends early, or that cannot be read, must not
make the command reach another outlet.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from itertools import accumulate
from typing import ClassVar, NoReturn, Optional

from ...dcimanager.rows import Raw
from ...shared.errors import NoSuchOutlet, Unsupported
from ..decoding import LONGEST_NUMBER, Rows
from ..frozen_value import FrozenValue
from ..reader import NAMELESS, UNMARKED, Lost, Reader


def no_object(identity: str) -> NoSuchOutlet:
    """The error for an identity that has no object in a source."""
    return NoSuchOutlet(f"the device has no object to switch outlet {identity[:40]!r}")


def is_number(word: str) -> bool:
    """Whether a word is a number of at most nine digits, as outlets and units have."""
    return word.isascii() and word.isdigit() and len(word) <= LONGEST_NUMBER


def unmarked_value(mark: Optional[Raw]) -> Raw:
    """The value of a row about which `mark` says nothing."""
    return lost_by(mark) if isinstance(mark, Lost) else UNMARKED


def lost_by(mark: Lost) -> Lost:
    """The value of a row that is lost with its mark."""
    return Lost(mark.reason)


def is_nameless(identity: str) -> bool:
    """Whether an identity stands for rows that are lost with their names."""
    return identity.endswith(NAMELESS)


def identity_prefixes(identity: str) -> Iterator[str]:
    """The first arcs of an identity, one more each time: "1", "1.4" and "1.4.2" of "1.4.2"."""
    return accumulate(identity.split("."), "{}.{}".format)


class Source(FrozenValue, ABC):
    """Reads {identity: value} from the device."""

    @abstractmethod
    def rows(self, reader: Reader) -> Rows:
        """All values; {} if the device has none for this source.

        May raise ProtocolError for contradictory answers.
        """

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        """The value of one identity, None if it has none.

        Reads all rows unless the class can read one.
        """
        return self.rows(reader).get(identity)

    def reads_single_rows(self) -> bool:
        """Whether `value_of` has a value for exactly the identities of `rows`, and most devices
        need not list these for it."""
        return False

    @abstractmethod
    def written_places(self) -> tuple[ObjectSource, ...]:
        """The places to which a command through this source may go.

        Raises ValueError with the reason if none can.
        """

    @abstractmethod
    def instance_oid(self, reader: Reader, identity: str) -> str:
        """The OID of an identity's object, instance included.

        Raises NoSuchOutlet if the source has none for it.
        """

    def identity_starts(self) -> Optional[frozenset[str]]:
        """The first arcs with which every identity of this source begins; None if they are not
        known without a reading.
        """
        return None


class ObjectSource(Source):
    """A source with an object of the device for each identity, for GET and SET."""

    def written_places(self) -> tuple[ObjectSource, ...]:
        return (self,)

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        try:
            return reader.get(self.instance_oid(reader, identity))
        except NoSuchOutlet:
            return None


class Filter(Source):
    """Some rows of `source`, under the same identities.

    A command goes to the object of `source`, for these rows only.
    """

    source: Source

    @abstractmethod
    def keeps(self, reader: Reader, identity: str) -> bool:
        """Whether the row of this identity, if `source` has one, is certainly not left out."""

    def written_places(self) -> tuple[ObjectSource, ...]:
        return self.source.written_places()

    def instance_oid(self, reader: Reader, identity: str) -> str:
        if not self.keeps(reader, identity):
            raise no_object(identity)
        return self.source.instance_oid(reader, identity)

    def identity_starts(self) -> Optional[frozenset[str]]:
        return self.source.identity_starts()


class RowFilter(Filter):
    """A filter that tells of each row whether it is left out."""

    def reads_single_rows(self) -> bool:
        return self.source.reads_single_rows()


class ReadOnly(Source):
    """A source without an object for each identity, so that no command can be
    written through it.
    """

    WHY: ClassVar[str]  # follows "cannot be written: "

    def written_places(self) -> NoReturn:
        raise ValueError(self._refusal())

    def instance_oid(self, reader: Reader, identity: str) -> NoReturn:
        raise Unsupported(self._refusal())

    def _refusal(self) -> str:
        return f"a {type(self).__name__} cannot be written: {self.WHY}"

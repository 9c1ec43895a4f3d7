"""Rows of a table of variables, selected by the variables' names."""
from __future__ import annotations

from typing import Dict, List

from ...errors import NoSuchOutlet, ProtocolError
from .. import validation
from ..decoding import LONGEST_NUMBER, Rows, text
from ..reader import Reader
from .base import Place


class Named(Place):
    """Rows of a table of variables, selected by name, because the variables' numbers change with the firmware.

    `names` and `values` are columns of that table. `pattern` matches the whole name. If a group matches anything but a number of
    at most nine digits, the row is left out. The identity is the first arc of the row's index (the device) and then the groups'
    numbers: "2.14". A group without a match adds none. Without groups the identity is the device, for a variable that each device
    has once, such as a total. If `values` has only some of the variables, the others have an empty value. Raises ProtocolError if
    two variables have the same identity.
    """

    names: str
    values: str
    pattern: str
    object: str = ""

    def __post_init__(self) -> None:
        validation.oid(self.names, "names")
        validation.oid(self.values, "values")
        validation.pattern(self.pattern, "pattern")

    def rows(self, reader: Reader) -> Rows:
        walked, indexes = reader.walk(self.values), self._indexes(reader)
        if walked.keys().isdisjoint(indexes.values()):
            return {}
        return {identity: walked.get(index, "") for identity, index in indexes.items()}

    def instance(self, reader: Reader, identity: str) -> str:
        index = self._indexes(reader).get(identity)
        if index is None:
            raise NoSuchOutlet(f"the device has no variable for outlet {identity[:40]!r}")
        return reader.resolve(f"{self.values}.{index}")

    def _indexes(self, reader: Reader) -> Dict[str, str]:
        expression, found = validation.pattern(self.pattern, "pattern"), {}
        for index, name in reader.names(self.names).items():
            match = expression.fullmatch(text(name))
            numbers = [group for group in match.groups() if group is not None] if match else []
            if match and all(group and group.isascii() and group.isdigit() and len(group) <= LONGEST_NUMBER
                             for group in numbers):
                parts: List[str] = [index.partition(".")[0], *(str(int(group)) for group in numbers)]
                identity = ".".join(parts)
                if identity in found:
                    raise ProtocolError(f"two variables of the device have the identity {identity}")
                found[identity] = index
        return found

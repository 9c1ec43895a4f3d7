"""The labels of outlets and branch circuits: a number and a name for each identity."""
from __future__ import annotations

from typing import NamedTuple

from .errors import printable


class Label(NamedTuple):
    """One outlet or branch circuit, for people and tools. DCImanager gets only the identity.

    `number`: as printed on the unit, as far as the handler knows. `name`: set by a user, or by the device. Either may be ''.
    """

    identity: str
    number: str
    name: str


def label(identity: str, number: str, name: str) -> Label:
    """A label, its number and name escaped and cut."""
    return Label(identity, printable(number), printable(name))

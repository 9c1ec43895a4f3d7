"""The labels of outlets and branch circuits: a number and a name for each identity."""

from __future__ import annotations

from typing import NamedTuple

from .errors import printable


class Label(NamedTuple):
    """One outlet or branch circuit, for people and tools. DCImanager gets only the identity."""

    #: as `status` lists it
    identity: str
    #: as printed on the unit, as far as the handler knows; '' if it does not
    number: str
    #: set by a user, or by the device; '' if there is none
    name: str


def label(identity: str, number: str, name: str) -> Label:
    """A label, its number and name escaped and cut."""
    return Label(identity, printable(number), printable(name))

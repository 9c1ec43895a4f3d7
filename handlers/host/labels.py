"""The answer of `labels`: what people read beside each identity."""
from __future__ import annotations

from typing import NamedTuple

from ..errors import printable


class Label(NamedTuple):
    """One outlet for people and tools; DCImanager itself shows the identity alone.

    `identity` is DCImanager's, `number` the one printed on the unit, `name` the one that the owner typed; '' where the
    device does not report it.
    """

    identity: str
    number: str
    name: str


def label(identity: str, number: str, name: str) -> Label:
    """A label from a device's texts, with control characters escaped."""
    return Label(identity, printable(number), printable(name))

"""What is printed on the unit beside each identity: for people and tools; DCImanager shows the identity alone."""
from __future__ import annotations

from typing import NamedTuple


class Label(NamedTuple):
    """One outlet as its handler's method `labels()` gives it; '' where the device does not tell.

    `identity` is what DCImanager shows, `number` what is printed on the unit, `name` what its owner typed.
    """

    identity: str
    number: str
    name: str

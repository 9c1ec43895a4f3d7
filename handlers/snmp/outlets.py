"""One way to reach the outlets of a family: their states, commands, labels and figures."""
from __future__ import annotations

from typing import Optional

from .controls import Control
from .figures import Figure
from .frozen import Frozen
from .sources.base import Source
from .states import State


class Outlets(Frozen):
    """One way in which the outlets of a family are reached; everything in it shares one identity space.

    `states` lists the outlets. `rows` lists them if the device reports no states (metered outlets), and in addition where
    `count`, the device's own number of outlets, says that there are more; those without a state are UNKNOWN.
    `none_if_zero` is a number that is 0 in every row of a unit without outlets: it allows an empty table, as a `count` of
    0 does, and is not compared with the table. `number` is printed on the unit, `name` was typed by its owner; figures are
    in A, W and kWh.
    """

    states: Optional[State] = None
    control: Optional[Control] = None
    rows: Optional[Source] = None
    count: Optional[Source] = None
    none_if_zero: Optional[Source] = None
    number: Optional[Source] = None
    name: Optional[Source] = None
    current: Optional[Figure] = None
    power: Optional[Figure] = None
    energy: Optional[Figure] = None

    def __post_init__(self) -> None:
        if self.states is None and self.rows is None:
            raise ValueError("neither states nor rows: nothing would list the outlets")
        if self.control is not None and self.states is None:
            raise ValueError("control without states: a command could not be confirmed")

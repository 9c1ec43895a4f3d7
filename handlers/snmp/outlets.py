"""The outlets of a family in one group of tables: states, commands, labels and figures."""
from __future__ import annotations

from typing import Optional

from .controls import Control
from .figures import Figure
from .frozen import Frozen
from .sources.base import Source
from .states import State


class Outlets(Frozen):
    """One way to read and switch the outlets of a family. All its parts except the counts share the same identities.

    `states` lists the outlets. `count` is the device's own number of outlets; if fewer are listed in all, that is an error.
    `rows` adds outlets without a state as UNKNOWN if there are no states, if these are fewer than `count`, or if a unit's
    count is missing, negative or not a number. If nothing is listed, a 0 in every row of `count` or of `none_if_zero` proves that
    there are no outlets. A `none_if_zero` above 0 contradicts the setting `metered_only`. `number` is printed on the unit; `name`
    can be set by its users. Figures are in A, W and kWh.
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

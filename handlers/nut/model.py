"""One NUT device as values: its outlets, the ways to switch them, and its totals."""
from __future__ import annotations

from typing import List, Mapping, NamedTuple, Optional, Tuple

from . import figures
from .members import Member

LOAD_IDENTITY = "load"          # the identity of a UPS's whole load


class Way(NamedTuple):
    """One way to switch: the instant command `name`, or with `value` the writable variable `name`."""

    name: str
    value: Optional[str] = None


class Outlet(NamedTuple):
    """One outlet; None for anything that its driver does not report, '' for an unknown `number`.

    `identity` is "7", in a chain "2.7", for a whole load "load". `state` is None if the state is missing, pending, contradictory
    or an unknown word. `current` A, `realpower` W, `power` VA, `energy` kWh. `state_variables`: those that hold the state.
    """

    identity: str
    number: str
    name: Optional[str]
    state: Optional[bool]
    switchable: Optional[str]
    current: Optional[float]
    realpower: Optional[float]
    power: Optional[float]
    energy: Optional[float]
    on: Optional[Way]
    off: Optional[Way]
    state_variables: Tuple[str, ...]


class NutDevice(NamedTuple):
    """Outlets and totals. `whole`: what has no prefix `device.D.`; `chain`: the members, {} if none lists or counts outlets."""

    outlets: List[Outlet]
    whole: Member
    chain: Mapping[int, Member]

    @property
    def load(self) -> Optional[float]:
        """Amperes."""
        return figures.total(figures.load, self.whole, self.chain, {one.identity: one.current for one in self._real()})

    @property
    def energy(self) -> Optional[float]:
        """kWh, cumulative."""
        return figures.total(figures.energy, self.whole, self.chain, {one.identity: one.energy for one in self._real()})

    def _real(self) -> List[Outlet]:
        return [outlet for outlet in self.outlets if outlet.identity != LOAD_IDENTITY]

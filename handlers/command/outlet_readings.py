"""Every outlet of a PDU with its state and figures, in one form for all handlers, for tools.

`outlet_reader.py` reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Optional

from ..labels import Label
from .output import STATES


class OutletReading(NamedTuple):
    """One outlet or branch circuit. None for a figure that is not metered or not known."""

    #: as `status` lists it
    identity: str
    #: as printed on the unit, "" if it is not known
    number: str
    name: str
    #: on, off or unknown
    state: str
    current_a: Optional[float] = None
    power_w: Optional[float] = None
    energy_kwh: Optional[float] = None


class UnitReading(NamedTuple):
    """A PDU. None for a figure that is not metered or not known."""

    load_a: Optional[float]
    power_w: Optional[float]
    energy_kwh: Optional[float]
    outlets: list[OutletReading]


def merged(
    states: Iterable[tuple[str, Any]],
    labels: Iterable[Label],
    currents: Mapping[str, Optional[float]],
    powers: Mapping[str, Optional[float]],
    energies: Mapping[str, Optional[float]],
) -> list[OutletReading]:
    """The outlets of `states` in its order; the other arguments by identity."""
    named = {one.identity: one for one in labels}
    return [
        OutletReading(
            identity,
            named[identity].number if identity in named else "",
            named[identity].name if identity in named else "",
            STATES[state.name],
            currents.get(identity),
            powers.get(identity),
            energies.get(identity),
        )
        for identity, state in states
    ]

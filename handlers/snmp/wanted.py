"""What a call needs of a device."""

from __future__ import annotations

from typing import NamedTuple


class Wanted(NamedTuple):
    """What a call needs of a device: chosen where the call opens, and handed down.

    A status, and what reads labels, needs every outlet with its state (`ALL_STATES`).
    """

    #: a command: of all outlets, this one; if its row is read alone, no other is listed
    outlet: str = ""
    #: a statistic: the outlets are listed, all as UNKNOWN, and only if a figure needs them
    figures: bool = False
    #: of the figures, those that the platform shows: no outlet without an energy is among them, so
    #: that currents of such outlets serve the load alone
    shown_alone: bool = False


ALL_STATES = Wanted()
FIGURES = Wanted(figures=True)
SHOWN_FIGURES = Wanted(figures=True, shown_alone=True)

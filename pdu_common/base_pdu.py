"""Double of the module that holds `BasePdu`."""

from __future__ import annotations

from typing import Any

from .helper import PduPortView, PduStatisticView, PduView


class BasePdu:
    """KNOWN: the name and the four methods to override.

    UNKNOWN: its module, and whether it is abstract.
    """

    def __init__(self, pdu_data: Any) -> None:
        self.pdu_data = pdu_data

    def status(self) -> PduView:
        """KNOWN: polls the PDU."""
        raise NotImplementedError

    def port_up(self, pdu_port_data: PduPortView) -> PduPortView:
        """KNOWN: switches a port on and returns it with its present state."""
        raise NotImplementedError

    def port_down(self, pdu_port_data: PduPortView) -> PduPortView:
        """KNOWN: switches a port off and returns it with its present state."""
        raise NotImplementedError

    def statistic(self) -> PduStatisticView:
        """KNOWN: load and energy."""
        raise NotImplementedError

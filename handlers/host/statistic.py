"""The answer of `statistic`. The field names of a port's view are not documented."""
from __future__ import annotations

import math
from typing import Dict, Iterable, Mapping, NamedTuple, Optional, Tuple

from pdu_common.helper import PduPortStatisticView, PduStatisticView

from ..errors import ProtocolError
from .fields import field_names
from .views import build, ports_of


class PortFigures(NamedTuple):
    """The figures of one outlet in A and kWh; None if not metered or not known."""

    identity: str
    load_a: Optional[float]
    energy_kwh: Optional[float]


_PORT_FIELDS: Mapping[str, Tuple[str, ...]] = {
    "identity": ("identity", "identify", "id", "port"),
    "energy": ("consumption", "total_consumption", "energy", "power_consumption"),
    "load": ("load", "amperage", "current"),
}


def statistic_view(load_a: Optional[float], energy_kwh: Optional[float], ports: Iterable[PortFigures]) -> PduStatisticView:
    """The view for `statistic`, with outlets if it has a list. None sets no field. Raises ProtocolError for nan and inf."""
    view = PduStatisticView()
    if load_a is not None:
        view.load = _finite(load_a, "load")
    if energy_kwh is not None:
        view.total_consumption = _finite(energy_kwh, "energy")
    target = ports_of(view)
    if target is not None:
        entries = (_port_statistic(figures) for figures in ports)
        target.extend(entry for entry in entries if entry is not None)
    return view


def _port_statistic(figures: PortFigures) -> Optional[PduPortStatisticView]:
    """One port's figures, under the field names of this platform's view; None if the view has no identity or cannot be made."""
    known = field_names(PduPortStatisticView)
    given: Dict[str, object] = {}
    for meaning, value in (("identity", figures.identity), ("energy", figures.energy_kwh), ("load", figures.load_a)):
        name = next((name for name in _PORT_FIELDS[meaning] if name in known), None)
        if name is not None and value is not None:
            given[name] = value if isinstance(value, str) else _finite(value, meaning)
        elif meaning == "identity":
            return None
    return build(PduPortStatisticView, given)


def _finite(value: float, what: str) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ProtocolError(f"a figure for {what} is not a finite number: {number}")
    return number

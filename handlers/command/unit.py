"""Every outlet of a PDU with its state and figures, in one form for all handlers, for tools.

`field/<handler>/outlets.py` defines the function `outlets`, which reads a unit in as few requests
as it can. Handlers without it, and archives, are read through DCImanager's calls.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Optional

from .. import registry
from ..errors import PduHandlerError, printable
from ..labels import Label
from .loading import LoadedHandler
from .output import STATES, metered

_FIELD = f"{__package__}.field"


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


def read(handler: LoadedHandler, data: Any) -> UnitReading:
    """The PDU that `data`, an argument of make_handler, names. Raises the errors of its handler."""
    module = f"{_FIELD}.{handler.shown}"
    if not registry.is_handler(handler.shown) or not _has_outlets(module):
        return _by_calls(handler, data)
    try:
        found: UnitReading = importlib.import_module(f"{module}.outlets").outlets(data)
    except PduHandlerError as error:
        from ..host import address  # imported late: 3 ms, which only an error needs

        raise error.at(address(data), "outlets") from None
    return found


def _has_outlets(module: str) -> bool:
    return all(importlib.util.find_spec(name) for name in (module, f"{module}.outlets"))


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


def _by_calls(handler: LoadedHandler, data: Any) -> UnitReading:
    """By `status`, `statistic` and, if the handler has it, `labels`: the round trips of all of
    them. No watts: DCImanager's views have none."""
    ports = handler.make(data).status().ports
    view = handler.make(data).statistic()
    pdu = handler.make(data)
    labels = [Label(*one) for one in pdu.labels()] if hasattr(pdu, "labels") else []
    return UnitReading(
        metered(view, "load"),
        None,
        metered(view, "total_consumption"),
        merged(
            [(printable(str(port.identity)), port.power_status) for port in ports],
            labels,
            {port.identity: getattr(port, "load", None) for port in view.ports},
            {},
            {port.identity: metered(port, "consumption") for port in view.ports},
        ),
    )

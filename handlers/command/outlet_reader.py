"""Reads every outlet of a PDU with its state and figures (`outlet_readings.py`).

`field/<handler>/outlets.py` defines the function `outlets`, which reads a unit in as few requests
as it can. Handlers without it, and archives, are read through DCImanager's calls.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from .. import registry
from ..errors import PduHandlerError, printable
from ..labels import Label
from .loading import LoadedHandler
from .outlet_readings import UnitReading, merged
from .output import metered


def read(handler: LoadedHandler, data: Any) -> UnitReading:
    """The PDU that `data`, an argument of make_handler, names. Raises the errors of its handler."""
    if not registry.is_handler(handler.shown) or not _has_outlets(handler.shown):
        return _by_calls(handler, data)
    try:
        module = importlib.import_module(f".field.{handler.shown}.outlets", __package__)
        found: UnitReading = module.outlets(data)
    except PduHandlerError as error:
        from ..host import address  # imported late: 3 ms, which only an error needs

        raise error.at(address(data), "outlets") from None
    return found


def _has_outlets(handler: str) -> bool:
    folder = f".field.{handler}"
    # without the folder, a search for a module in it would be an error
    return all(
        importlib.util.find_spec(name, __package__) for name in (folder, f"{folder}.outlets")
    )


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

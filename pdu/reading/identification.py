"""What a handler finds at an address, for `pdu identify`. An adapter, the functions that this
program has for a handler of its own, may know more of a device; else the handler's calls say it.
"""

from __future__ import annotations

import contextlib
from typing import Any, Optional

from handlers import registry
from handlers.dcimanager.snmp import known_endpoint
from handlers.shared.errors import PduHandlerError, printable

from ..inspection.adapters import adapter_of
from ..inspection.finding import LONGEST, HandlerFinding
from ..loading.handler_loading import LoadedHandler
from . import open_handler


def identify(handler: LoadedHandler, data: Any) -> HandlerFinding:
    """What the handler finds at the address in `data`, an argument of make_handler: the family of
    the device, "" if the handler does not read it, what can be read and switched, and as `unit` the
    manufacturer and model. Raises PduHandlerError if the device cannot be asked.

        snmp    HandlerFinding("snmp", family="apc-rpdu2", unit="APC AP8659", outlets=8, ...)
        x.py    HandlerFinding("x.py", family="x.py", why="its handler reads it", outlets=3, ...)
    """
    read_finding = adapter_of(handler.display_name).identify
    try:
        finding = _finding_of_calls(handler, data) if read_finding is None else read_finding(data)
    except PduHandlerError as error:
        raise error.at(known_endpoint(data), "identify") from None
    if not finding.family:
        return finding
    # without manufacturer and model, the finding is still of use
    with contextlib.suppress(PduHandlerError):
        with open_handler.opened(handler, data) as unit:
            plate = unit.nameplate()
        if plate.manufacturer or plate.model:
            unit_words = f"{plate.manufacturer} {plate.model or finding.family}".strip()
            finding.unit = printable(unit_words, LONGEST)
    return finding


def usual_tcp_port(handler: str) -> Optional[int]:
    """The port at which devices of a handler usually listen; None for SNMP, which is no TCP.

    >>> usual_tcp_port("nut")
    3493
    >>> usual_tcp_port("snmp")
    """
    return adapter_of(handler).tcp_port


def _finding_of_calls(handler: LoadedHandler, data: Any) -> HandlerFinding:
    """What the handler's calls `status` and `statistic` say of a unit, for a handler without an
    adapter. A finding's methods `note_...` write sentences about what was read into the finding.

    > status       < 1 on, 2 off         can read the states of 2 outlets (1 on, 1 off)
    > statistic    < 3.6 A, no energy    can report its load (3.6 A), cannot report its energy
    """
    name = handler.display_name
    finding = HandlerFinding(name, family=name, why="its handler reads it")
    basis = "what it answered to status and statistic"
    with open_handler.opened(handler, data) as unit:
        states = [state for _, state in unit.states()]
        finding.note_states(states, basis)
        finding.note_figures(lambda: unit.figures(with_power=False), basis, basis)
    if registry.is_handler(name):
        finding.note_switched(finding.outlets, finding.outlets, "the handler's own command")
    return finding

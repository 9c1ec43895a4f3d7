"""The codec of Server Technology's JAWS (JSON API Web Service, firmware 8.0m and later): which
requests its CDUs are read and switched with, and what their answers mean. Pure functions.

Source: what public clients of JAWS V1.06 rely on (Cray-HPE's hms-redfish-translation-layer with its
fake PDU, OpenCHAMI's power-control, napalm-servertech-pro2 0.1.5, Chromium's recovery client), as
the vendor's document is not public. Words of states that they do not show are those of
Sentry4-MIB, which describes the same firmware. A field without a sensor is missing. The energy of
an outlet is in Wh in the fake PDU's answers, and whole; one client reads it as kWh with tenths: a
decimal is no figure. That of a cord is in kWh.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Optional

from ..http.dialogue import Dialogue, Outlet, PduState, ReadRequest, WriteRequest
from ..http.strict_json import loads
from ..shared.errors import ProtocolError, Refused
from ..shared.meter_figures import MeterFigures

OUTLETS, LINES, CORDS = (f"/jaws/monitor/{name}" for name in ("outlets", "lines", "cords"))
STATES = {"on": True, "off": False}
# values of control_state with a command under way (Sentry4-MIB, st4OutletControlState)
UNSETTLED = ("pendon", "pendoff", "reboot", "shutdown", "eventreboot", "eventshutdown")
# the ends of values of status that do not deny the state: the alarms of an outlet's figures
TRUSTED = ("normal", "warning", "alarm", "limit")
# letters of unit and cord, and a number: also the path of a command
_ID = re.compile(r"[A-Za-z]{1,4}[1-9][0-9]{0,2}")
_NEUTRAL = re.compile(r"[A-Za-z]+4")  # the line with st4LineIndex 4
_FORM_ERRORS = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)


def read_unit(with_figures: bool) -> Dialogue[PduState]:
    """The outlets: one request, and two more for figures: load by lines, energy and power by
    cords. A unit without such rows has the sums of its outlets.
    """
    entries = yield from _rows(OUTLETS)
    outlets = tuple(_outlet(entry, identity) for identity, entry in entries.items())
    if not outlets:
        raise ProtocolError(
            "the PDU lists no outlets: is it a model with outlets, and may the account see them?"
        )
    if not with_figures:
        return PduState(outlets)
    # st4LineMonitorTable has no energy, and st4InputCordMonitorTable no current
    lines = yield from _rows(LINES, without="energy")
    cords = yield from _rows(CORDS, without="current")
    currents = [
        _figure(entry, "current") for name, entry in lines.items() if not _NEUTRAL.fullmatch(name)
    ]
    energies = [_figure(entry, "energy") for entry in cords.values()]
    powers = [_figure(entry, "active_power") for entry in cords.values()]
    return PduState(
        outlets,
        _sum(currents or [outlet.figures.current_a for outlet in outlets]),
        _sum(energies or [outlet.figures.energy_kwh for outlet in outlets]),
        _sum(powers or [outlet.figures.power_w for outlet in outlets]),
    )


def command(identity: str, on: bool) -> Dialogue[None]:
    """The command that switches one listed outlet. Its answer may precede the relay's movement."""
    # > PATCH /jaws/control/outlets/AA1 {"control_action": "off"}
    # < 204; 400 syntax, 404 no such outlet, 405, 409 no such field, 503 busy
    body = json.dumps({"control_action": "on" if on else "off"}).encode()
    yield WriteRequest(f"/jaws/control/outlets/{identity}", body, "PATCH", (200, 204))


def _rows(path: str, without: str = "") -> Dialogue[dict[str, Any]]:
    """The entries of a list by their ids. One whose entries are `without` a field, which tells it
    from the answer to another request, need not be there.
    """
    try:
        body = yield ReadRequest(path)
    except Refused as error:
        if without and error.code == "404":
            return {}
        raise
    try:
        document: Any = loads(body)
        if not isinstance(document, list):
            raise ValueError("no list")
        rows = {entry["id"]: dict(entry) for entry in document}
        if not all(_ID.fullmatch(name) and without not in row for name, row in rows.items()):
            raise ValueError("no ID, or another list")
    except _FORM_ERRORS:
        raise ProtocolError(
            "the answer is not JAWS's: has the PDU firmware 8.0m or later, and is this its web"
            " service?",
            body,
        ) from None
    if len(rows) != len(document):
        raise ProtocolError(f"{path} lists {len(document)} entries, but only {len(rows)} IDs", body)
    return rows


def _outlet(entry: Any, identity: str) -> Outlet:
    is_in_wh = type(entry.get("energy")) is int
    return Outlet(
        identity,
        str(entry.get("name") or "")[:100],
        _state(entry),
        MeterFigures(
            current_a=_figure(entry, "current"),
            power_w=_figure(entry, "active_power"),
            energy_kwh=_figure(entry, "energy", 1000) if is_in_wh else None,
        ),
    )


def _state(entry: Any) -> Optional[bool]:
    """The state, unless the outlet's status or a command under way denies it."""
    if not _is_trusted(entry) or _word(entry.get("control_state", "")) in UNSETTLED:
        return None
    return STATES.get(_word(entry.get("state")))


def _is_trusted(entry: Any) -> bool:
    """Whether the status does not deny the other values: "Not Found" does."""
    return _word(entry.get("status", "Normal")).endswith(TRUSTED)


def _word(value: object) -> str:
    return value.lower().replace(" ", "") if isinstance(value, str) else ""


def _figure(entry: Any, key: str, unit: int = 1) -> Optional[float]:
    """The value divided by `unit`. None if there is none, as without a sensor, or if it is no
    number of zero or more: one public test has texts with units.
    """
    value = entry.get(key)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value / unit if is_number and 0 <= value < 10**15 and _is_trusted(entry) else None


def _sum(figures: Sequence[Optional[float]]) -> Optional[float]:
    """The sum, if each row has a figure."""
    present = [figure for figure in figures if figure is not None]
    return sum(present) if present and len(present) == len(figures) else None

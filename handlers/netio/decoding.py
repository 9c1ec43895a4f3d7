"""The codec of NETIO PowerPDUs and PowerBOXes: which requests they are read and switched with, and
what their answers mean. Pure functions.

Source: "NETIO M2M API Protocol JSON" (netio-products.com/files/NETIO-M2M-API-Protocol-JSON.pdf,
JSON API 2.4) and the vendor's client (PyPI Netio 2.0.1). Other programs (Escape96X/MP_NETIO_BUTTON)
know answers of status 200 with `Errors`. Action 1 is on, 0 off; 2 and 3 are short pulses, 4
toggles: these are never sent. A user can reset Energy and TotalEnergy, but not EnergyNR and
TotalEnergyNR, which firmware up to 4 writes with an underscore. Inputs are no outlets.
"""

from __future__ import annotations

import json
from typing import Any

from ..http.dialogue import Dialogue, Outlet, PduState, ReadRequest, WriteRequest
from ..http.strict_json import FORM_ERRORS, loads, meter_figure
from ..shared.errors import ProtocolError, Refused
from ..shared.meter_figures import Figure, MeterFigures

PATH = "/netio.json"
STATES = {1: True, 0: False}
ON, OFF = 1, 0  # values of Action


def read_unit(*, with_figures: bool) -> Dialogue[PduState]:
    """The whole unit, with figures in any case: one request."""
    try:
        body = yield ReadRequest(PATH)
    except Refused as error:
        if error.code != "404":
            raise
        hint = "; switch JSON API on, on the unit's page M2M API Protocols; it has its own login"
        raise Refused((*error.parts, hint), error.code, error.host, error.operation) from None
    try:
        document: Any = loads(body)
        outlets = tuple(map(_outlet, document["Outputs"]))
        count, totals = document["Agent"]["NumOutputs"], document.get("GlobalMeasure", {})
        load = _figure(totals, "TotalCurrent")
        energy = _figure(totals, "TotalEnergyNR", "TotalEnergy_NR", "TotalEnergy")
        power = _figure(totals, "TotalLoad", unit=1)
        if type(count) is not int:
            raise ValueError("no count")
    except FORM_ERRORS:
        raise ProtocolError(
            "the answer is not NETIO's JSON: is its JSON API on, at this port?"
        ) from None
    different = len({outlet.identity for outlet in outlets})
    if not count == different == len(outlets):
        raise ProtocolError(
            f"the PDU says that it has {count} outputs, but lists {different} different IDs in "
            f"{len(outlets)} entries",
        )
    return PduState(outlets, load, energy, power)


def read_outlets() -> Dialogue[tuple[Outlet, ...]]:
    """The outlets: the same request."""
    return (yield from read_unit(with_figures=False)).outlets


def command(identity: str, *, on: bool) -> Dialogue[None]:
    """The command that switches one listed output."""
    # > POST /netio.json {"Outputs": [{"ID": 2, "Action": 0}]}
    # < 200 and the document; 400 syntax, 401 login, 403 an account that may only read
    # < 200 {"Errors": [...]} or {"result": {"error": ...}} for what it does not do
    orders = {"Outputs": [{"ID": int(identity), "Action": ON if on else OFF}]}
    body = yield WriteRequest(PATH, json.dumps(orders).encode())
    try:
        document: Any = loads(body)
        errors = document.get("Errors") or document.get("result", {}).get("error")
    except (ValueError, AttributeError, RecursionError):
        return  # the reading after the command decides
    if errors:
        words = f"the PDU answered the command with an error: {json.dumps(errors)}"
        # beside the document, the error may be of something else
        raise ProtocolError(words) if "Outputs" in document else Refused(words, "200")


def _outlet(entry: Any) -> Outlet:
    """An outlet from its entry in `Outputs`. Raises ValueError without an ID of 1 or more."""
    output, position = entry["ID"], entry.get("State")
    if type(output) is not int or output < 1:
        raise ValueError("no ID")
    state = STATES.get(position) if type(position) is int else None
    return Outlet(
        str(output),
        str(entry.get("Name") or "")[:100],
        state,
        MeterFigures(
            current_a=_figure(entry, "Current"),
            power_w=_figure(entry, "Load", unit=1),
            energy_kwh=_figure(entry, "EnergyNR", "Energy_NR", "Energy"),
        ),
        doubt=f"its State is {position!r}" if state is None else "",
    )


def _figure(fields: object, *names: str, unit: int = 1000) -> Figure:
    """The first of `names` that there is: mA as A, Wh as kWh."""
    return meter_figure(fields, *names, divisor=unit)

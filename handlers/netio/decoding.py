"""The codec of NETIO PowerPDUs and PowerBOXes: which requests they are read and switched with, and
what their answers mean. Pure functions.

An answer has `Outputs`, whose entries are the outlets, {"ID": 2, "State": 0, "Current": 8610}, and
of a metered unit `GlobalMeasure`, its totals: {"TotalCurrent": 8610}. Currents are in mA, powers in
W, energies in Wh. A function that returns a Dialogue yields requests, and is sent the bodies of
their answers. A Figure is a number, NotKnown (not now) or None (never).

Source: "NETIO M2M API Protocol JSON" (netio-products.com/files/NETIO-M2M-API-Protocol-JSON.pdf,
JSON API 2.4) and the vendor's client (PyPI Netio 2.0.1). Other programs (Escape96X/MP_NETIO_BUTTON)
know answers of status 200 with `Errors`. Action 1 is on, 0 off; 2 and 3 are short pulses, 4
toggles: these are never sent. A user can reset Energy and TotalEnergy, but not EnergyNR and
TotalEnergyNR, which firmware up to 4 writes with an underscore. Inputs are no outlets.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ..http.dialogue import Dialogue, Outlet, PduState, ReadRequest, WriteRequest, outlet_sums
from ..http.errors import HttpDenied, HttpLoginRefused
from ..http.strict_json import FORM_ERRORS, column, loads, meter_figure
from ..shared.errors import ProtocolError, Refused
from ..shared.meter_figures import (
    Figure,
    MeterFigures,
    NotKnown,
    denial_of_off,
    power_unless_denied,
)

PATH = "/netio.json"
STATES = {1: True, 0: False}
ON, OFF = 1, 0  # values of Action
# the energy counter of an output and that of the unit; the last is the one that a user can reset
_COUNTERS = (
    ("EnergyNR", "TotalEnergyNR"),
    ("Energy_NR", "TotalEnergy_NR"),
    ("Energy", "TotalEnergy"),
)
_OF_A_METER = {"Current", "Load", *(output for output, _ in _COUNTERS)}
_OF_THE_UNIT = {"TotalCurrent", "TotalLoad", *(total for _, total in _COUNTERS)}

_MAY_NOT_WRITE = (
    "the unit does not let this user switch (HTTP Error 403): on its page M2M API Protocols, JSON"
    " API has a switch of its own for writing, with a user of its own: turn it on, and give the"
    " handler that user and password"
)

Fields = dict[str, Any]


def read_unit(*, with_figures: bool) -> Dialogue[PduState]:
    """The unit by one request, whose answer has the figures, too, whatever `with_figures` is.
    Raises ProtocolError unless it lists as many outputs, each with an ID of its own, as it counts.

        > GET /netio.json
        < {"Agent": {"NumOutputs": 2}, "GlobalMeasure": {"TotalCurrent": 8610, ...},
           "Outputs": [{"ID": 1, "State": 1, "Current": 8610}, {"ID": 2, "State": 0}]}
    """
    try:
        body = yield ReadRequest(PATH)
    except Refused as error:
        if error.code != "404":
            raise
        hint = "; switch JSON API on, on the unit's page M2M API Protocols; it has its own login"
        raise Refused(
            (*error.parts, hint), code=error.code, host=error.host, operation=error.operation
        ) from None
    try:
        document: Any = loads(body)
        outputs = [dict(entry) for entry in document["Outputs"]]
        count = document["Agent"]["NumOutputs"]
        if type(count) is not int:
            raise ValueError("no count")
        unit = _unit(outputs, document.get("GlobalMeasure", {}))
    except FORM_ERRORS:
        raise ProtocolError(
            "the answer is not NETIO's JSON: is its JSON API on, at this port?"
        ) from None
    id_count = len({outlet.identity for outlet in unit.outlets})
    if not 0 < count == id_count == len(outputs):
        raise ProtocolError(
            f"the PDU says that it has {count} outputs, but lists {id_count} different IDs in "
            f"{len(outputs)} entries",
        )
    return unit


def read_outlets() -> Dialogue[tuple[Outlet, ...]]:
    """The outlets: one request."""
    return (yield from read_unit(with_figures=False)).outlets


def command(identity: str, *, on: bool) -> Dialogue[None]:
    """The command that switches one listed output: one request. Raises Refused for an answer that
    says that it is not carried out; ProtocolError if an error stands beside the outputs, and may be
    of something else; HttpDenied, with advice, if this user may not write.
    """
    # > POST /netio.json {"Outputs": [{"ID": 2, "Action": 0}]}
    # < 200 and the document; 400 syntax, 401 login, 403 where writing is off, or has another user
    # < 200 {"Errors": [...]} or {"result": {"error": ...}} for what it does not do
    output = {"ID": int(identity), "Action": ON if on else OFF}
    outputs = json.dumps({"Outputs": [output]})
    try:
        answer = yield WriteRequest(PATH, outputs.encode())
    except HttpDenied as error:
        if not isinstance(error, HttpLoginRefused):
            error.set_reason(_MAY_NOT_WRITE)
        raise
    try:
        document: Any = loads(answer)
        errors = document.get("Errors") or document.get("result", {}).get("error")
    except (ValueError, AttributeError, RecursionError):
        return  # the reading after the command decides
    if errors:
        words = f"the PDU answered the command with an error: {json.dumps(errors)}"
        # beside the document, the error may be of something else
        if "Outputs" in document:
            raise ProtocolError(words)
        raise Refused(words, "200")


def _unit(outputs: Sequence[Fields], totals: object) -> PduState:
    """The unit from its outputs and its totals, {} without them. Of its energy counters one kind is
    read: the first of `_COUNTERS` that outputs or totals have.

    >>> unit = _unit([{"ID": 1, "State": 1, "Current": 350}], {"TotalCurrent": 360})
    >>> unit.outlets[0].figures.current_a, unit.load_a
    (0.35, 0.36)
    """
    currents = _of_outputs(outputs, "Current")
    powers = _of_outputs(outputs, "Load", unit=1)
    volts = meter_figure(totals, "Voltage")
    output_energy, total_energy = _counters(outputs, totals)
    energies = _of_outputs(outputs, output_energy)
    outlets: list[Outlet] = []
    for entry, current, power, energy in zip(outputs, currents, powers, energies):
        figures = MeterFigures(
            current_a=current,
            power_w=power_unless_denied(power, volts, current),
            energy_kwh=energy,
        )
        outlets.append(_outlet(entry, figures))
    sums = outlet_sums(outlets)
    load_a = _total(totals, "TotalCurrent", sums.current_a)
    power_w = _total(totals, "TotalLoad", sums.power_w, unit=1)
    return PduState(
        outlets=tuple(outlets),
        load_a=load_a,
        energy_kwh=_total(totals, total_energy, sums.energy_kwh),
        power_w=power_unless_denied(power_w, volts, load_a),
    )


def _outlet(entry: Fields, figures: MeterFigures) -> Outlet:
    """An outlet from its entry in `Outputs`. Raises ValueError without an ID of 1 or more.

    >>> _outlet({"ID": 2, "Name": "web-1", "State": 0}, MeterFigures()).state
    False
    >>> _outlet({"ID": 2, "State": 0}, MeterFigures(power_w=225.0)).reason
    'it is reported as off, but its meter shows 225 W'
    """
    output = entry["ID"]
    if type(output) is not int or output < 1:
        raise ValueError("no ID")
    word = entry.get("State")
    state = STATES.get(word) if type(word) is int else None
    reason = f"its State is {word!r}" if state is None else ""
    meter_denies_off = denial_of_off(figures)
    if state is False and meter_denies_off:
        reason = meter_denies_off
        state = None
    return Outlet(
        identity=str(output),
        name=str(entry.get("Name") or "")[:100],
        state=state,
        figures=figures,
        reason=reason,
    )


def _counters(outputs: Sequence[Fields], totals: object) -> tuple[str, str]:
    """The names of the energy counter that is read, of an output and of the whole unit: the first
    of `_COUNTERS` that one of them has.

    >>> _counters([{"Energy": 13346, "EnergyNR": 13347}], {"TotalEnergyNR": 27044})
    ('EnergyNR', 'TotalEnergyNR')
    """
    total_fields = totals if isinstance(totals, dict) else {}
    for output_name, total_name in _COUNTERS:
        if total_name in total_fields or any(output_name in entry for entry in outputs):
            return output_name, total_name
    return _COUNTERS[0]


def _of_outputs(outputs: Sequence[Fields], name: str, unit: int = 1000) -> Sequence[Figure]:
    """The figure `name` of each output, mA as A and Wh as kWh (`unit` 1: W as they are). None, not
    metered, for an output that shows no figure at all: outputs 2 to 8 of a PowerPDU 8QS have no
    meter. Not known for one that shows others.

    >>> _of_outputs([{"ID": 1, "Current": 8610}, {"ID": 2}], "Current")
    [8.61, None]
    >>> _of_outputs([{"ID": 1, "Current": 8610}, {"ID": 2, "Load": 7}], "Current")[1].reason
    'there is no Current, which others of its kind have'
    """
    figures = column(outputs, name, divisor=unit)
    counters = {output_name for output_name, _ in _COUNTERS}
    is_missing_counter = name in counters and not any(name in entry for entry in outputs)
    for position, entry in enumerate(outputs):
        if not entry.keys() & _OF_A_METER:
            figures[position] = None
        elif is_missing_counter and entry.keys() & counters:
            figures[position] = NotKnown(f"{name} is missing, and the output has another counter")
    return figures


def _total(totals: object, name: str, output_sum: Figure, unit: int = 1000) -> Figure:
    """A figure of the whole unit, in A, W or kWh: the total `name`, divided by `unit`. If it has
    other totals and not this, `output_sum`, the sum over its outputs: a real unit shows the Load of
    each, and no TotalLoad. Not known if it has no totals though its outputs have meters: by the
    maker's document metered units have GlobalMeasure.

    >>> _total({"TotalCurrent": 8610}, "TotalCurrent", 8.6)
    8.61
    >>> _total({"TotalCurrent": 8610}, "TotalLoad", 2062.0, unit=1)
    2062.0
    >>> _total({}, "TotalCurrent", 8.6).reason
    'there is no TotalCurrent, though its outputs are metered'
    """
    if not isinstance(totals, dict):
        return meter_figure(totals, name)
    has_totals = bool(totals.keys() & _OF_THE_UNIT)
    is_by_output = output_sum is not None
    if name not in totals and has_totals and is_by_output:
        return output_sum
    evidence = ""
    if is_by_output:
        evidence = "its outputs are metered"
    elif has_totals:
        evidence = "the unit shows other totals"
    return column([totals], name, divisor=unit, evidence=evidence)[0]

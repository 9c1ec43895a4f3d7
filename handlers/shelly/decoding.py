"""The codec of Shelly relays of generation 2 and later (Pro 3, Pro 4PM, Plug, Power Strip): which
requests they are read and switched with, and what their answers mean. Pure functions.

A row or entry is what an answer says of one relay: {"id": 0, "output": true, "apower": 85.2}, under
the name switch:0. A function that returns a Dialogue yields requests, and is sent the bodies of
their answers. A Figure is a number, NotKnown (not now) or None (never).

Source: the maker's pages (shelly-api-docs.shelly.cloud/gen2: Switch, Authentication, Common Errors)
and the fixture of a real Power Strip Gen4 in home-assistant/core (power_strip_gen4.json). A relay
is `switch:ID`; its number on the unit is ID + 1. That of an add-on is `switch:100`: outlet 101.
Energy is in Wh, as the unit counts: after a restart it may be a little less, and
Switch.ResetCounters sets it to 0. Switch.Toggle and `toggle_after` are never sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Optional

from ..http.dialogue import Dialogue, Outlet, PduState, ReadRequest, WriteRequest, outlet_sums
from ..http.login_forms import DigestLogin
from ..http.strict_json import FORM_ERRORS, column, loads
from ..shared.errors import PduHandlerError, ProtocolError, Refused, printable
from ..shared.meter_figures import (
    Figure,
    MeterFigures,
    NotKnown,
    denial_of_off,
    power_unless_denied,
)

STATUS, CONFIG, SET = (
    f"/rpc/{name}" for name in ("Shelly.GetStatus", "Shelly.GetConfig", "Switch.Set")
)
LOGIN = DigestLogin(user="admin")  # "always", says the page on authentication
_SWITCH = re.compile(r"switch:(0|[1-9][0-9]{0,2})")
_ADD_ON = 100  # the first ID of a relay that is an add-on's
# of Common Errors, without -104 (deadline exceeded), which leaves open what was done
_DECLINED = (-103, -105, -108, -109, -114)
# errors of the meter, as far as the pages name them, or their beginnings
_METER_ERRORS = ("power_meter", "out_of_range", "calibration")
# fields that only a relay with a meter has
_OF_A_METER = {"current", "apower", "aenergy", "voltage"}
# by path: what its absence (404) says
_HINT_WITHOUT = {
    STATUS: "; a unit of generation 1 has no /rpc: this handler reads generation 2 and later",
    CONFIG: "; this unit does not tell the names of its relays",
}

Rows = dict[int, dict[str, Any]]


def read_unit(*, with_figures: bool) -> Dialogue[PduState]:
    """The relays, with figures in any case: one request."""
    outlets = yield from read_outlets()
    return PduState.with_totals(outlets, outlet_sums(outlets))


def read_outlets() -> Dialogue[tuple[Outlet, ...]]:
    """The unit's own relays, then those of add-ons: one request. The two kinds are decoded apart,
    because an add-on has its own kind of meter, or none.

        > GET /rpc/Shelly.GetStatus
        < {"switch:0": {"id": 0, "output": true}, "switch:100": {"id": 100, "output": false}}
        (Outlet("1", state=True), Outlet("101", state=False))
    """
    rows = yield from _rows(STATUS)
    own_rows: Rows = {}
    rows_of_add_ons: Rows = {}
    for number, entry in rows.items():
        if number < _ADD_ON:
            own_rows[number] = entry
        else:
            rows_of_add_ons[number] = entry
    return (*_outlets(own_rows), *_outlets(rows_of_add_ons))


def read_labels() -> Dialogue[tuple[Outlet, ...]]:
    """The relays with their names: one request, for the configuration.

    > GET /rpc/Shelly.GetConfig
    < {"switch:0": {"id": 0, "name": "web-1"}}      (Outlet("1", name="web-1"),)
    """
    rows = yield from _rows(CONFIG)
    outlets: list[Outlet] = []
    for number, entry in rows.items():
        outlets.append(Outlet(identity=str(number + 1), name=str(entry.get("name") or "")[:100]))
    return tuple(outlets)


def command(identity: str, *, on: bool) -> Dialogue[None]:
    """The command that switches one relay: one request. Raises Refused for an answer that says
    that it is not carried out, ProtocolError for one that leaves it open.
    """
    # > POST /rpc/Switch.Set {"id": 0, "on": false}
    # < 200 {"was_on": true}
    # < 500 {"code": -109, "message": ...} for a command that is not carried out
    # < 400 {"error": {"code": -103, "message": ...}}, as windkh/node-red-contrib-shelly 195 has it
    parameters = {"id": int(identity) - 1, "on": on}
    answer = yield WriteRequest(SET, json.dumps(parameters).encode(), fault_of=_fault)
    if not answer:
        return  # the reading after the command decides
    fault = _fault(answer)
    if fault is not None:
        raise fault
    try:
        document: Any = loads(answer)
        is_done = "was_on" in document
    except FORM_ERRORS:
        is_done = False
    if not is_done:
        raise ProtocolError("the answer to the command is not a Shelly's")


def _fault(answer: bytes) -> Optional[PduHandlerError]:
    """The error that the answer to a command has; None if it has none.

    >>> _fault(b'{"was_on": true}') is None
    True
    >>> _fault(b'{"code": -109, "message": "overtemp"}').reason
    'the unit says: overtemp (-109)'
    """
    try:
        document: Any = loads(answer)
        fault = document.get("error", document)
        code = fault["code"]
        reason = f"the unit says: {printable(str(fault['message']), 200)} ({code})"
    except FORM_ERRORS:
        return None
    return Refused(reason, str(code)) if code in _DECLINED else ProtocolError(reason)


def _rows(path: str) -> Dialogue[Rows]:
    """What the answer to `path` says of each relay, by its ID, in order: one request. Raises
    ProtocolError for an answer of another form, without relays, or with a gap in their IDs.

        > GET /rpc/Shelly.GetStatus
        < {"switch:0": {"id": 0, "output": true, ...}, "sys": {...}}
        {0: {"id": 0, "output": True, ...}}
    """
    try:
        body = yield ReadRequest(path)
    except Refused as error:
        if error.code == "404":
            error.set_reason((*error.parts, _HINT_WITHOUT[path]))
        raise
    try:
        rows = _rows_of_relays(loads(body))
    except FORM_ERRORS:
        raise ProtocolError(
            f"the answer to {path} is not a Shelly's: is this its web service, and is it of"
            " generation 2 or later?"
        ) from None
    own_numbers = sorted(number for number in rows if number < _ADD_ON)
    if not rows or own_numbers != list(range(len(own_numbers))):
        raise ProtocolError(
            f"the answer to {path} lists the relays {sorted(rows)}: is it a unit with relays, and"
            " is its profile `switch`?"
        )
    for number, row in rows.items():
        if type(row.get("id")) is not int or row["id"] != number:
            raise ProtocolError(f"an entry in the answer to {path} has the id of another relay")
    return dict(sorted(rows.items()))


def _rows_of_relays(document: Any) -> Rows:
    """The members `switch:ID` of an answer. Raises one of FORM_ERRORS for another form.

    >>> _rows_of_relays({"switch:0": {"id": 0, "output": True}, "sys": {"uptime": 4658036}})
    {0: {'id': 0, 'output': True}}
    """
    rows: Rows = {}
    for name, row in document.items():
        switch = _SWITCH.fullmatch(name)
        if switch is not None:
            rows[int(switch[1])] = dict(row)
    return rows


def _outlets(rows: Rows) -> Sequence[Outlet]:
    """The outlets from rows of the status, by the IDs of their relays. The rows are of one kind,
    the unit's own relays or those of add-ons: if one of them has a meter's field, all should.

    >>> row = {"id": 0, "output": True, "apower": 85.2, "aenergy": {"total": 6468282}}
    >>> (outlet,) = _outlets({0: row})
    >>> outlet.identity, outlet.state, outlet.figures.power_w, outlet.figures.energy_kwh
    ('1', True, 85.2, 6468.282)
    """
    entries = list(rows.values())
    currents = _figures(entries, "current", 1)
    voltages = _figures(entries, "voltage", 1)
    powers = _figures(entries, "apower", 1)
    energies = _figures([_with_energy(entry) for entry in entries], "energy", 1000)
    outlets: list[Outlet] = []
    for position, (number, entry) in enumerate(rows.items()):
        figures = MeterFigures(
            current_a=currents[position],
            power_w=power_unless_denied(powers[position], voltages[position], currents[position]),
            energy_kwh=energies[position],
        )
        outlets.append(_outlet(number, entry, figures))
    return outlets


def _outlet(number: int, entry: dict[str, Any], figures: MeterFigures) -> Outlet:
    """The outlet from its row of the status; ID 0 is outlet "1". Without a state if `output` is
    no truth value, or if the meter denies that it is off. Its reason also names errors and a timer.

    >>> _outlet(0, {"id": 0, "output": True}, MeterFigures()).state
    True
    >>> _outlet(0, {"id": 0, "output": False}, MeterFigures(power_w=85.2)).reason
    'it is reported as off, but its meter shows 85.2 W'
    """
    output = entry.get("output")
    reasons: list[str] = []
    if not isinstance(output, bool):
        reasons.append(f"its output is {output!r}")
    elif not output and denial_of_off(figures):
        reasons.append(denial_of_off(figures))
    state: Optional[bool] = None if reasons else output
    errors = entry.get("errors")
    if errors:
        reasons.append(f"its errors are {errors!r}")
    if "timer_started_at" in entry:
        reasons.append(f"its timer of {entry.get('timer_duration')!r} s runs, and then switches it")
    return Outlet(
        identity=str(number + 1),
        state=state,
        figures=figures,
        reason="; ".join(reasons),
    )


def _figures(entries: Sequence[dict[str, Any]], name: str, divisor: int) -> Sequence[Figure]:
    """The figure `name` of each relay, divided by `divisor`. Not known if the relay's meter has an
    error, or if the field is missing, though a relay has any field of a meter; None, not metered,
    if none has.

    >>> _figures([{"apower": 15.4}, {"apower": 1.7}], "apower", 1)
    [15.4, 1.7]
    >>> _figures([{"apower": 15.4}, {"output": True}], "apower", 1)[1].reason
    'there is no apower, which others of its kind have'
    >>> _figures([{"output": True}], "apower", 1)
    [None]
    """
    is_metered = any(_OF_A_METER & entry.keys() for entry in entries)
    evidence = "its relays are metered" if is_metered else ""
    figures = column(entries, name, divisor=divisor, evidence=evidence)
    for position, entry in enumerate(entries):
        if _has_meter_error(entry):
            figures[position] = NotKnown(f"its errors are {entry['errors']!r}")
    return figures


def _with_energy(entry: dict[str, Any]) -> dict[str, Any]:
    """The entry with its count of energy, `aenergy.total`, as a field of its own: no number for
    another form, of which nobody says what it counts.

    >>> _with_energy({"id": 0, "aenergy": {"total": 6468.282}})["energy"]
    6468.282
    """
    if "aenergy" not in entry:
        return entry
    counter = entry["aenergy"]
    total = counter.get("total") if isinstance(counter, dict) else f"aenergy {counter!r}"
    return {**entry, "energy": total}


def _has_meter_error(entry: dict[str, Any]) -> bool:
    """Whether one of the relay's errors is of its meter."""
    errors = entry.get("errors") or ()
    return any(word in str(errors) for word in _METER_ERRORS)

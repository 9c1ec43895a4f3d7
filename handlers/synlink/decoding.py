"""The codec of Synaccess SynLink's web API: which requests a unit is read and switched with, and
what its answers mean. Pure functions.

A row or entry is one object of a list: {"id": "3-286331153", "state": "ON"}. A function that
returns a Dialogue yields requests, and is sent the bodies of their answers. A Figure is a number,
NotKnown (not now) or None (never).

Source: the maker's references (synaccess-pdus.readme.io, "Outlets" and "Inlets";
synaccess.readme.io, "Inlet object" and "Outlet events"), its older Markdown of the API, which has
`outletUuid` and `sessionToken`, and its client (PyPI synlinkpy 0.0.14).
An outlet's id is its number and the serial number of its bank: a second bank may have its own
outlet 1. `state` is the relay's position, `voltageDetection` is measured behind the relay; if they
differ, the maker says, the relay may have a fault.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Callable, Optional, TypeVar

from ..http.dialogue import Dialogue, Outlet, PduState, ReadRequest, WriteRequest, outlet_sums
from ..http.login_forms import Cookie, FieldLogin, Member, SessionLogin
from ..http.strict_json import FORM_ERRORS, column, loads, meter_figure
from ..shared.errors import NamedSetting, ProtocolError, Refused
from ..shared.meter_figures import Figure, MeterFigures, NotKnown, measured, sum_if_complete

T = TypeVar("T")
DEVICE, OUTLETS, INLETS = (f"/api/{name}" for name in ("device", "outlets", "inlets"))
LOGIN = SessionLogin(
    path="/login",
    body={"username": "{user}", "password": "{password}"},
    # older firmware has the field
    keys={"key": (Cookie("SPID"), Member("sessionToken"))},
    requests=FieldLogin(headers={"Cookie": "SPID={key}"}),
    token=FieldLogin(headers={"Authorization": "Bearer {token}"}),
    # settings of the maker's older Markdown of the API
    advice=(
        "the unit may have as many sessions as it allows (webMaxUsers), and ends those that nobody"
        " uses for a time (webTimeout). A personal access token, ",
        NamedSetting("token", noun="the handler setting "),
        ", needs no session",
    ),
)
STATES = {"on": True, "off": False}
_OF_A_METER = {
    "inletLines",
    "inletCurrentRms",
    "inletActivePower",
    "inletEnergyAccumulation",
    "inletVoltageRms",
}
_ID = re.compile(r"[1-9][0-9]{0,2}-[A-Za-z0-9-]{1,40}")  # also the path of a command


def read_unit(*, with_figures: bool) -> Dialogue[PduState]:
    """The unit: outlets, and `with_figures` the figures of its inlets. Two requests, three
    `with_figures`. Raises ProtocolError unless the unit lists as many outlets as it counts.

        > GET /api/device, /api/outlets
        < {"numOutlets": 8, "numInlets": 1}, [{"id": "1-286331153", "state": "ON"}, ...]
        > GET /api/inlets
        < [{"inletCurrentRms": 4.2, ...}]      load_a 4.2
        < 404                                  with numInlets 1 or more: not known; else, as with
                                               older firmware, the sum of the outlets' currents
    """
    device = yield from _read(DEVICE, dict)
    outlets = yield from read_outlets()
    count = device.get("numOutlets")
    if type(count) is not int or not 0 < count == len(outlets):
        raise ProtocolError(
            f"the PDU says that it has {str(count)[:20]} outlets, but shows {len(outlets)}: may the"
            " account view all outlets?"
        )
    if not with_figures:
        return PduState(outlets)

    def totals_of(document: Any) -> MeterFigures:
        return _totals(device, _rows(document), outlets)

    try:
        totals = yield from _read(INLETS, totals_of)
    except Refused as error:
        if error.code != "404":
            raise
        count_of_inlets = device.get("numInlets", 0)
        if type(count_of_inlets) is int and count_of_inlets == 0:
            return PduState.with_totals(outlets, outlet_sums(outlets))
        totals = MeterFigures.not_known(f"{INLETS} is not read: {error.reason}")
    return PduState.with_totals(outlets, totals)


def read_outlets() -> Dialogue[tuple[Outlet, ...]]:
    """The outlets that the account sees: one request. Raises ProtocolError for an id twice.

    > GET /api/outlets
    < [{"id": "1-286331153", "outletIndex": 1, "state": "ON"}]
    """
    outlets = yield from _read(OUTLETS, lambda document: _outlets(_rows(document)))
    id_count = len({outlet.identity for outlet in outlets})
    if id_count != len(outlets):
        raise ProtocolError(f"the PDU lists {len(outlets)} outlets with {id_count} different ids")
    return outlets


def command(identity: str, *, on: bool) -> Dialogue[None]:
    """The command that switches one listed outlet. Its answer may precede the relay's movement."""
    # > PUT /api/outlets/1-286331153 {"state": "OFF"}; the client refuses small letters
    # < 200 and the outlet; which statuses refuse is not documented
    body = json.dumps({"state": "ON" if on else "OFF"}).encode()
    yield WriteRequest(f"{OUTLETS}/{identity}", body, "PUT")


def _read(path: str, decode: Callable[[Any], T]) -> Dialogue[T]:
    """What `decode` makes of the JSON at `path`: one request. Raises ProtocolError if it cannot be
    decoded.

        _read("/api/device", dict)
        > GET /api/device
        < {"numOutlets": 8}                    {"numOutlets": 8}
    """
    body = yield ReadRequest(path)
    try:
        return decode(loads(body))
    except FORM_ERRORS:
        raise ProtocolError(
            f"the answer to {path} is not a SynLink's: is this its web service, and is its firmware"
            " current?"
        ) from None


def _rows(document: Any) -> list[dict[str, Any]]:
    """The JSON `document` as a list of objects, none of them empty. Raises one of FORM_ERRORS for
    another form: ValueError or TypeError.

    >>> _rows([{"id": "1-286331153"}])
    [{'id': '1-286331153'}]
    """
    if not isinstance(document, list):
        raise ValueError("no list")
    rows = [dict(row) for row in document]
    if not all(rows):
        raise ValueError("an empty entry")
    return rows


def _outlets(rows: list[dict[str, Any]]) -> tuple[Outlet, ...]:
    """An outlet for each row, with its state and its current in A. If any outlet of the unit
    measures the voltage behind its relay, one without the measurement (`voltageDetection`) has no
    state.

    >>> rows = [{"id": "1-286331153", "state": "ON", "voltageDetection": True}]
    >>> [outlet.state for outlet in _outlets([*rows, {"id": "2-286331153", "state": "ON"}])]
    [True, None]
    """
    measures_voltage = any(row.get("voltageDetection") is not None for row in rows)
    # one Figure a row; the reason of a NotKnown begins with the outlet's id
    currents = column(rows, "currentRms", prefixes=_prefixes(rows))
    outlets: list[Outlet] = []
    for row, current in zip(rows, currents):
        outlet = _outlet(row, current, measures_voltage=measures_voltage)
        outlets.append(outlet)
    return tuple(outlets)


def _outlet(entry: dict[str, Any], current: Figure, *, measures_voltage: bool) -> Outlet:
    """An outlet from its entry; without a state if the unit contradicts it. Raises ValueError or
    KeyError without an id.

    >>> relay = {"id": "3-286331153", "outletIndex": 3, "state": "ON"}
    >>> outlet = _outlet({**relay, "voltageDetection": True}, 1.1, measures_voltage=True)
    >>> outlet.identity, outlet.number, outlet.state
    ('3-286331153', '3', True)
    >>> _outlet({**relay, "voltageDetection": False}, 1.1, measures_voltage=True).reason
    'its state is ON, voltageDetection False'
    """
    # older firmware has `outletUuid`
    identity = entry["id"] if "id" in entry else entry["outletUuid"]
    if not _ID.fullmatch(identity):
        raise ValueError("no id")
    state = _relay_position(entry)
    reasons = _contradictions(entry, position=state, measures_voltage=measures_voltage)
    if reasons:
        state = None
    health = entry.get("relayHealth")
    if health is not None and _word(health) != "ok":
        reasons.append(f"its relayHealth is {health!s}")
        if entry.get("voltageDetection") is None:
            # the position of a faulty relay says nothing without a measurement
            state = None
    index = entry.get("outletIndex")
    return Outlet(
        identity=identity,
        name=str(entry.get("outletName") or "")[:100],
        state=state,
        figures=MeterFigures(current_a=current),
        reason=", ".join(reasons),
        number=str(index) if type(index) is int else "",
    )


def _relay_position(entry: dict[str, Any]) -> Optional[bool]:
    """Whether `state` is on; None for another word. With older firmware it is true or false."""
    state = entry.get("state")
    return state if isinstance(state, bool) else STATES.get(_word(state))


def _contradictions(
    entry: dict[str, Any], *, position: Optional[bool], measures_voltage: bool
) -> list[str]:
    """What the entry says against the position of its relay, each as a reason; [] for nothing.
    `position`: True for ON in its `state`, False for OFF, None for another text. It must be equal
    to `voltageDetection`, if the entry has that; an entry without it must have a position.
    `measures_voltage`: whether outlets of this unit measure the voltage behind their relays.

    >>> entry = {"state": "ON", "voltageDetection": True}
    >>> _contradictions(entry, position=True, measures_voltage=True)
    []
    >>> _contradictions({"state": "ON"}, position=True, measures_voltage=True)
    ['there is no voltageDetection, which other outlets have']
    >>> _contradictions({**entry, "rebootStatus": "off"}, position=True, measures_voltage=True)
    ['its rebootStatus is off']
    """
    reasons: list[str] = []
    state = entry.get("state")
    voltage = entry.get("voltageDetection")
    if voltage is None and measures_voltage:
        reasons.append("there is no voltageDetection, which other outlets have")
    if voltage is None and position is None:
        reasons.append(f"its state is {state!r}")
    if voltage is not None and voltage is not position:
        reasons.append(f"its state is {state!s}, voltageDetection {voltage!s}")
    reboot = entry.get("rebootStatus", "none")
    if _word(reboot) != "none":
        reasons.append(f"its rebootStatus is {reboot!s}")
    return reasons


def _totals(device: Any, rows: Sequence[dict[str, Any]], outlets: Sequence[Outlet]) -> MeterFigures:
    """Load in A, energy in kWh and power in W of the unit, from the rows of its inlets. `device`:
    the answer to /api/device, which counts them. Load and power are sums over the inlets, of a
    transfer switch only over the active one; each inlet has the energy of the whole unit.

    >>> inlet = {"id": "A", "inletType": "Single", "inletCurrentRms": 4.2, "inletActivePower": 786}
    >>> totals = _totals({"numInlets": 1}, [{**inlet, "inletEnergyAccumulation": 6468}], [])
    >>> totals.current_a, totals.power_w, totals.energy_kwh
    (4.2, 786.0, 6468.0)
    """
    fault = _fault_of_inlets(device, rows)
    if fault:
        return MeterFigures.not_known(fault)
    inlets = _active_inlets(rows) if _is_transfer_switch(rows) else rows
    evidence = _evidence_of_meter(inlets, outlets)
    prefixes = _prefixes(inlets)
    lists_lines = any("inletLines" in inlet for inlet in inlets)
    currents: list[Figure] = []
    for inlet in inlets:
        currents += _currents(inlet, evidence, lists_lines=lists_lines)
    energies = column(inlets, "inletEnergyAccumulation", prefixes=prefixes, evidence=evidence)
    shown_powers = column(inlets, "inletActivePower", prefixes=prefixes, evidence=evidence)
    powers = [_power_w(inlet, power) for inlet, power in zip(inlets, shown_powers)]
    return MeterFigures(
        current_a=sum_if_complete(currents),
        power_w=sum_if_complete(powers),
        energy_kwh=_energy_of_unit(energies),
    )


def _fault_of_inlets(device: Any, rows: Sequence[dict[str, Any]]) -> str:
    """Why the rows of the inlets do not tell the unit's load; "" if they do. `device`: the answer
    to /api/device, which counts them in numInlets.

    >>> single = {"inletType": "Single"}
    >>> _fault_of_inlets({"numInlets": 1}, [single]), _fault_of_inlets({}, [single])
    ('', '')
    >>> _fault_of_inlets({"numInlets": 2}, [single])
    '1 inlets are listed, of 2'
    >>> transfer_switch = [{"inletType": "ATS"}, {"inletType": "ATS"}]
    >>> _fault_of_inlets({"numInlets": 2}, transfer_switch)
    '0 of its inlets are the active one'
    """
    type_names = [row.get("inletType") for row in rows]
    types = {_word(type_name) for type_name in type_names}
    count = device.get("numInlets")
    if "numInlets" not in device and types == {"single"}:
        count = 1
    if type(count) is not int or count != len(rows) or not rows:
        return f"{len(rows)} inlets are listed, of {count!r}"
    if len(types) > 1 or (len(rows) > 1 and "" in types):
        return f"its inlets are of the types {type_names}"
    active_count = len(_active_inlets(rows))
    if _is_transfer_switch(rows) and active_count != 1:
        return f"{active_count} of its inlets are the active one"
    return ""


def _is_transfer_switch(rows: Sequence[dict[str, Any]]) -> bool:
    """Whether the unit is a transfer switch, by the type of its first inlet: all have the same."""
    return _word(rows[0].get("inletType")) == "ats"


def _active_inlets(rows: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """The inlets of a transfer switch that feed the unit now: these have the figures."""
    return [row for row in rows if _is_active(row)]


def _evidence_of_meter(inlets: Sequence[dict[str, Any]], outlets: Sequence[Outlet]) -> str:
    """What says that the inlets have a meter; "" if nothing does.

    >>> _evidence_of_meter([{"inletVoltageRms": 208}], []), _evidence_of_meter([{}], [])
    ('the unit shows other figures', '')
    """
    if any(outlet.figures.current_a is not None for outlet in outlets):
        return "its outlets are metered"
    if any(inlet.keys() & _OF_A_METER for inlet in inlets):
        return "the unit shows other figures"
    return ""


def _energy_of_unit(energies: Sequence[Figure]) -> Figure:
    """The energy that each inlet shows; not known if they show different ones."""
    if any(energy != energies[0] for energy in energies):
        return NotKnown("its inlets show different energies")
    return energies[0]


def _is_active(inlet: dict[str, Any]) -> bool:
    """Whether an inlet of a transfer switch is the active one."""
    active = inlet.get("atsInletActive")
    return active is True or _word(active) == "true"


def _currents(inlet: dict[str, Any], evidence: str, *, lists_lines: bool) -> list[Figure]:
    """The currents of an inlet's lines in A: three of a three-phase inlet, else one; not known if
    it has another number of lines. `lists_lines`: whether any inlet of this unit lists its lines.
    `evidence`: what says that the inlets have a meter, "" for nothing: then a line without a
    current is not metered.

    >>> lines = [{"line": 1, "currentRms": 4.2}]
    >>> _currents({"inletPhase": "Single Phase", "inletLines": lines}, "", lists_lines=True)
    [4.2]
    >>> _currents({"inletPhase": "Three Phase", "inletLines": lines}, "", lists_lines=True)
    [NotKnown(reason="an inlet of 'Three Phase' lists 1 lines")]
    """
    # without such lists, each inlet has the current of its one line as a field of its own
    lines = inlet.get("inletLines", [] if lists_lines else [inlet])
    phase = inlet.get("inletPhase", "")
    line_count = 3 if _word(phase) == "three phase" else 1
    if len(lines) != line_count or not isinstance(phase, str):
        return [NotKnown(f"an inlet of {phase!r} lists {len(lines)} lines")]
    rows = [dict(line) for line in lines]
    prefixes = _prefixes(rows)
    return column(rows, "currentRms", "inletCurrentRms", prefixes=prefixes, evidence=evidence)


def _power_w(inlet: dict[str, Any], power: Figure) -> Figure:
    """The active `power` that an inlet shows, in W, as the maker's references say: some of its
    tables say kW. Not known if voltage, current and power factor say that it is in kW.

    >>> inlet = {"inletVoltageRms": 208, "inletCurrentRms": 4.2, "inletPowerFactor": 0.9}
    >>> _power_w(inlet, 786.0)
    786.0
    >>> _power_w(inlet, 0.786).reason
    'its inletActivePower is 0.786, though voltage and current make 786 W'
    """
    watts = measured(power)
    volts = measured(meter_figure(inlet, "inletVoltageRms"))
    amperes = measured(meter_figure(inlet, "inletCurrentRms"))
    factor = measured(meter_figure(inlet, "inletPowerFactor"))
    if watts is None or volts is None or amperes is None:
        return power
    calculated_w = volts * amperes
    if factor is not None:
        calculated_w *= factor
    is_in_kw = calculated_w > max(300 * watts, 1.0)
    if not is_in_kw:
        return power
    return NotKnown(
        f"its inletActivePower is {watts:g}, though voltage and current make {calculated_w:.0f} W"
    )


def _word(value: object) -> str:
    """A word in small letters; "" for what is no text."""
    return value.lower() if isinstance(value, str) else ""


def _prefixes(rows: Sequence[dict[str, Any]]) -> Sequence[str]:
    """What the reasons of rows begin with: the id, or of a line of an inlet, which has none, its
    number.

    >>> _prefixes([{"id": "3-286331153"}, {"line": 1}])
    ['3-286331153: ', '1: ']
    """
    return [f"{row.get('id', row.get('line'))}: " for row in rows]

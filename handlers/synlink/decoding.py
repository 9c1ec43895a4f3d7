"""The codec of Synaccess SynLink's web API: which requests a unit is read and switched with, and
what its answers mean. Pure functions.

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
from typing import Any, Callable, NamedTuple, Optional, TypeVar

from ..http.dialogue import Dialogue, Outlet, PduState, ReadRequest, WriteRequest
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


class _Totals(NamedTuple):
    """The figures of the whole unit."""

    load_a: Figure
    energy_kwh: Figure
    power_w: Figure


def read_unit(*, with_figures: bool) -> Dialogue[PduState]:
    """The outlets and their count: two requests; and one more for the figures of the inlets. A unit
    that counts no inlets, as older firmware, has the sum of its outlets' currents if it has no list
    of inlets (404). Of a unit that counts some, that list is not replaced.
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

    def read_inlets(document: Any) -> _Totals:
        return _inlets(device, _rows(document), outlets)

    try:
        totals = yield from _read(INLETS, read_inlets)
    except Refused as error:
        if error.code != "404":
            raise
        if device.get("numInlets", 0) == 0:
            currents = [outlet.figures.current_a for outlet in outlets]
            return PduState(outlets, load_a=sum_if_complete(currents))
        totals = _unknown(f"{INLETS} is not read: {error.reason}")
    return PduState(
        outlets=outlets,
        load_a=totals.load_a,
        energy_kwh=totals.energy_kwh,
        power_w=totals.power_w,
    )


def read_outlets() -> Dialogue[tuple[Outlet, ...]]:
    """The outlets that the account sees: one request."""
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
    """Ask for a path, and decode its JSON. Raises ProtocolError for another form."""
    body = yield ReadRequest(path)
    try:
        return decode(loads(body))
    except FORM_ERRORS:
        raise ProtocolError(
            f"the answer to {path} is not a SynLink's: is this its web service, and is its firmware"
            " current?"
        ) from None


def _rows(document: Any) -> list[dict[str, Any]]:
    if not isinstance(document, list):
        raise ValueError("no list")
    rows = [dict(row) for row in document]
    if not all(rows):
        raise ValueError("an empty entry")
    return rows


def _outlets(rows: list[dict[str, Any]]) -> tuple[Outlet, ...]:
    """The outlets. Where a unit measures the voltage behind its relays, one without the measurement
    has no state.
    """
    measures_voltage = any(row.get("voltageDetection") is not None for row in rows)
    currents = column(rows, "currentRms", places=_places(rows))
    outlets: list[Outlet] = []
    for row, current in zip(rows, currents):
        outlet = _outlet(row, current, measures_voltage=measures_voltage)
        outlets.append(outlet)
    return tuple(outlets)


def _outlet(entry: dict[str, Any], current: Figure, *, measures_voltage: bool) -> Outlet:
    """An outlet from its entry; without a state if the unit contradicts it. Raises ValueError or
    KeyError without an id.
    """
    # older firmware has `outletUuid`, and a `state` that is true or false
    identity = entry["id"] if "id" in entry else entry["outletUuid"]
    if not _ID.fullmatch(identity):
        raise ValueError("no id")
    state = entry.get("state")
    position: Optional[bool] = STATES.get(_word(state))
    if isinstance(state, bool):
        position = state
    voltage = entry.get("voltageDetection")
    reboot = entry.get("rebootStatus", "none")
    health = entry.get("relayHealth")
    is_measured = position is not None and voltage is position
    doubts = []
    if voltage is None and measures_voltage:
        doubts.append("there is no voltageDetection, which other outlets have")
    if position is None and voltage is None:
        doubts.append(f"its state is {state!r}")
    elif voltage is not None and not is_measured:
        doubts.append(f"its state is {state!s}, voltageDetection {voltage!s}")
    if _word(reboot) != "none":
        doubts.append(f"its rebootStatus is {reboot!s}")
    is_certain = not doubts
    if health is not None and _word(health) != "ok":
        doubts.append(f"its relayHealth is {health!s}")
        # the position of a faulty relay says nothing without a measurement
        is_certain = is_certain and is_measured
    index = entry.get("outletIndex")
    return Outlet(
        identity=identity,
        name=str(entry.get("outletName") or "")[:100],
        state=position if is_certain else None,
        figures=MeterFigures(current_a=current),
        doubt=", ".join(doubts),
        number=str(index) if type(index) is int else "",
    )


def _inlets(device: Any, rows: list[dict[str, Any]], outlets: Sequence[Outlet]) -> _Totals:
    """Load, energy and power of the unit. Of a transfer switch, the active inlet has the figures.
    Each inlet has the energy of the whole unit.
    """
    count = device.get("numInlets", len(rows))
    if type(count) is not int or count != len(rows) or not rows:
        return _unknown(f"{len(rows)} inlets are listed, of {count!r}")
    type_names = [row.get("inletType") for row in rows]
    types = {_word(type_name) for type_name in type_names}
    if len(types) > 1 or (len(rows) > 1 and "" in types):
        return _unknown(f"its inlets are of the types {type_names}")
    if types == {"ats"}:
        rows = [row for row in rows if _is_active(row)]
        if len(rows) != 1:
            return _unknown(f"{len(rows)} of its inlets are the active one")
    expected = ""
    if any(outlet.figures.current_a is not None for outlet in outlets):
        expected = "its outlets are metered"
    elif any(row.keys() & _OF_A_METER for row in rows):
        expected = "the unit shows other figures"
    places = _places(rows)
    lists_lines = any("inletLines" in row for row in rows)
    currents: list[Figure] = []
    for row in rows:
        currents += _currents(row, expected, lists_lines=lists_lines)
    energies = column(rows, "inletEnergyAccumulation", places=places, expected=expected)
    energy = energies[0]
    if any(other != energy for other in energies):
        energy = NotKnown("its inlets show different energies")
    shown_powers = column(rows, "inletActivePower", places=places, expected=expected)
    powers = [_power_w(row, shown) for row, shown in zip(rows, shown_powers)]
    return _Totals(
        load_a=sum_if_complete(currents),
        energy_kwh=energy,
        power_w=sum_if_complete(powers),
    )


def _unknown(reason: str) -> _Totals:
    unknown = NotKnown(reason)
    return _Totals(load_a=unknown, energy_kwh=unknown, power_w=unknown)


def _is_active(inlet: dict[str, Any]) -> bool:
    """Whether an inlet of a transfer switch is the active one."""
    active = inlet.get("atsInletActive")
    return active is True or _word(active) == "true"


def _currents(inlet: dict[str, Any], expected: str, *, lists_lines: bool) -> list[Figure]:
    """The currents of an inlet's lines: three of a three-phase inlet, else one. `lists_lines`:
    whether inlets of this unit list their lines; where none does, the inlet has its line's fields.
    """
    lines = inlet.get("inletLines", [] if lists_lines else [inlet])
    phase = inlet.get("inletPhase", "")
    line_count = 3 if _word(phase) == "three phase" else 1
    if len(lines) != line_count or not isinstance(phase, str):
        return [NotKnown(f"an inlet of {phase!r} lists {len(lines)} lines")]
    rows = [dict(line) for line in lines]
    places = _places(rows)
    return column(rows, "currentRms", "inletCurrentRms", places=places, expected=expected)


def _power_w(inlet: dict[str, Any], power: Figure) -> Figure:
    """The active `power` that an inlet shows, in W, as the maker's references say: some of its
    tables say kW. Not known if voltage, current and power factor say that it is in kW.
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
    return value.lower() if isinstance(value, str) else ""


def _places(rows: Sequence[dict[str, Any]]) -> Sequence[str]:
    """What the reasons of rows begin with; a line of an inlet has no id."""
    return [f"{row.get('id', row.get('line'))}: " for row in rows]

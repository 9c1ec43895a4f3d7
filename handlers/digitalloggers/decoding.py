"""The codec of Digital Loggers' power switches with a REST API (Web Power Switch Pro, Ethernet
Power Controller III and later): which requests they are read and switched with, and what their
answers mean. Pure functions.

A list has a member of each outlet by its position, from 0: /restapi/relay/outlets/all;/name/ is
answered with ["web-1", "web-2"]. A bus feeds the outlets, and has the meters. A function that
returns a Dialogue yields requests, and is sent the bodies of their answers.

Source: the maker's pages (digital-loggers.com/rest.html, digital-loggers.com/access_tokens.html),
its REST-style API Reference of 2024-06-27 ("Nonstandard 207": Link headers),
and what public clients rely on (PyPI power-switch-pro 1.1.1, written after the API's description of
2022-10-09). An outlet has three states: the persistent one is what it returns to after a restart,
the transient one what it is to become, the physical one that of the relay. Relays are counted from
0, outlets on the unit from 1. `cycle` is never sent. Energy is in kWh, as that client says; the
maker's pages name no unit.
"""

from __future__ import annotations

import re
from typing import Any

from ..http.dialogue import Dialogue, Outlet, PduState, ReadRequest, WriteRequest
from ..http.login_forms import DigestLogin, FieldLogin
from ..http.strict_json import FORM_ERRORS, column, loads
from ..http.unit_requests import FORM, form
from ..shared.errors import ProtocolError, Refused
from ..shared.meter_figures import Figure, MeterFigures, power_unless_denied, sum_if_complete

OUTLETS = "/restapi/relay/outlets"
_STATE, _NAME = "physical_state", "name"
STATES, NAMES = f"{OUTLETS}/all;/{_STATE}/", f"{OUTLETS}/all;/{_NAME}/"
#: a flat list: name, value, name, value
METERS = "/restapi/meter/values/all;/=name,value/"
# tokens: Wi-Fi models with firmware 1.10 or later
LOGIN = DigestLogin(
    basic_over_tls=True, token=FieldLogin(headers={"Authorization": "Bearer {token}"})
)
# each request with a body is refused without it
_NOT_FORGED = (("X-CSRF", "x"),)
_SEVERAL = (200, 207)  # several members are answered with "multi-status"
_OF_A_BUS = re.compile(r"bus\.([0-9]{1,2})\.([a-z_]+)")


def read_unit(*, with_figures: bool) -> Dialogue[PduState]:
    """The unit: its outlets, one request; `with_figures` its totals, one more. No outlet has
    figures of its own.

        > GET /restapi/relay/outlets/all;/physical_state/
        < 207 [true, false]                    outlets "1", on, and "2", off
        > GET /restapi/meter/values/all;/=name,value/
        < 207 ["bus.0.current", 1.5]           load_a 1.5
    """
    outlets = yield from read_outlets()
    if not with_figures:
        return PduState(outlets)
    totals = yield from _totals()
    return PduState.with_totals(outlets, totals)


def read_outlets() -> Dialogue[tuple[Outlet, ...]]:
    """The outlets: one request."""
    states = yield from _list(STATES, _STATE)
    return tuple(_outlet(position, state) for position, state in enumerate(states))


def read_labels() -> Dialogue[tuple[Outlet, ...]]:
    """The outlets with their names, which are a list of their own: two requests. Raises
    ProtocolError if the two lists differ in length.

        > GET /restapi/relay/outlets/all;/physical_state/, /restapi/relay/outlets/all;/name/
        < 207 [true, false], 207 ["web-1", "web-2"]     outlets "1", web-1, and "2", web-2
    """
    outlets = yield from read_outlets()
    names = yield from _list(NAMES, _NAME)
    if len(outlets) != len(names):
        raise ProtocolError(f"the unit lists {len(outlets)} states, but {len(names)} names")
    named_outlets: list[Outlet] = []
    for outlet, name in zip(outlets, names):
        text = name[:100] if isinstance(name, str) else ""
        named_outlets.append(outlet._replace(name=text))
    return tuple(named_outlets)


def command(identity: str, *, on: bool) -> Dialogue[None]:
    """The command that switches one listed outlet, for good: `state` sets the persistent and the
    transient state. Its answer may precede the relay's movement. Raises Refused, for a locked
    outlet with that hint.
    """
    # > PUT /restapi/relay/outlets/0/state/ value=false
    # < 204; 409 for an outlet that is locked
    position = int(identity) - 1
    path = f"{OUTLETS}/{position}/state/"
    value = "true" if on else "false"
    body = form({"value": value})
    try:
        yield WriteRequest(path, body, "PUT", content_type=FORM, headers=_NOT_FORGED)
    except Refused as error:
        if error.code == "409":
            error.set_reason((*error.parts, "; the outlet may be locked on the unit"))
        raise


def _list(path: str, member: str) -> Dialogue[list[Any]]:
    """The list at `path` of a `member` of all outlets, such as their names, in the order of their
    numbers: one request. Raises ProtocolError for another answer, and for one whose Link headers do
    not prove the numbers; HttpDenied if the account does not see all outlets.

        > GET /restapi/relay/outlets/all;/name/
        < 207 ["web-1", "web-2"]               ["web-1", "web-2"]
    """
    try:
        body = yield ReadRequest(path, answers=_SEVERAL, member=member)
    except Refused as error:
        if error.code == "404":
            hint = "; allow the REST-style API on the unit's page External APIs"
            error.set_reason((*error.parts, hint))
        raise
    try:
        entries = loads(body)
    except FORM_ERRORS:
        entries = None
    if not isinstance(entries, list) or not entries:
        raise ProtocolError(
            f"the answer to {path} is no list: is this a power switch with a REST API?"
        )
    return entries


def _outlet(position: int, state: object) -> Outlet:
    """The outlet at a place of the list, by its `physical_state`.

    >>> _outlet(0, True).state, _outlet(0, None).reason
    (True, 'its physical_state is None')
    """
    outlet = Outlet(identity=str(position + 1))
    if isinstance(state, bool):
        return outlet._replace(state=state)
    return outlet._replace(reason=f"its physical_state is {state!r}")


def _totals() -> Dialogue[MeterFigures]:
    """Current in A, power in W and energy in kWh, summed over the buses that feed the outlets: one
    request. A quantity is not metered if no bus has it, or the unit has no list of meters (404);
    not known if only some buses lack it. Raises ProtocolError for another answer.

        > GET /restapi/meter/values/all;/=name,value/
        < 207 ["bus.0.current", 1.5, "bus.0.power", 180]     current_a 1.5, power_w 180.0
    """
    try:
        body = yield ReadRequest(METERS, answers=_SEVERAL)
    except Refused as error:
        if error.code != "404":
            raise
        return MeterFigures()
    try:
        buses = _buses(loads(body))
    except FORM_ERRORS:
        raise ProtocolError(
            f"the answer to {METERS} is no list of names and values: try again"
        ) from None
    prefixes = [f"bus {number}: " for number in buses]
    rows = list(buses.values())

    currents = column(rows, "current", prefixes=prefixes)
    voltages = column(rows, "voltage", prefixes=prefixes)
    powers: list[Figure] = []
    shown_powers = column(rows, "power", prefixes=prefixes)
    for power, volts, amperes in zip(shown_powers, voltages, currents):
        powers.append(power_unless_denied(power, volts, amperes))
    return MeterFigures(
        current_a=sum_if_complete(currents),
        power_w=sum_if_complete(powers),
        energy_kwh=sum_if_complete(column(rows, "total_energy", prefixes=prefixes)),
    )


def _buses(entries: Any) -> dict[int, dict[str, Any]]:
    """The meters of each bus, by name. Raises one of FORM_ERRORS for another form.

    >>> _buses(["bus.0.current", 1.5, "bus.0.power", 180, "temperature", 31])
    {0: {'current': 1.5, 'power': 180}}
    """
    if not isinstance(entries, list):
        raise ValueError("no list")
    names = entries[::2]
    values = entries[1::2]
    if len(names) != len(values) or not all(isinstance(name, str) for name in names):
        raise ValueError("no pairs")
    if len(set(names)) != len(names):
        raise ValueError("a name twice")
    buses: dict[int, dict[str, Any]] = {}
    for name, value in zip(names, values):
        match = _OF_A_BUS.fullmatch(name)
        if match is not None:
            bus_meters = buses.setdefault(int(match[1]), {})
            bus_meters[match[2]] = value
    return buses

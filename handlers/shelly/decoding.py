"""The codec of Shelly relays of generation 2 and later (Pro 3, Pro 4PM, Plug, Power Strip): which
requests they are read and switched with, and what their answers mean. Pure functions.

Source: the maker's pages (shelly-api-docs.shelly.cloud/gen2: Switch, Authentication, Common Errors)
and the fixture of a real Power Strip Gen4 in home-assistant/core (power_strip_gen4.json). A relay
is `switch:ID`; its number on the unit is ID + 1. Energy is in Wh, as the unit counts: after a
restart it may be a little less, and Switch.ResetCounters sets it to 0. Switch.Toggle and
`toggle_after` are never sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from ..http.dialogue import Dialogue, Outlet, PduState, ReadRequest, WriteRequest
from ..http.login_forms import DigestLogin
from ..http.strict_json import FORM_ERRORS, column, loads
from ..shared.errors import ProtocolError
from ..shared.meter_figures import Figure, MeterFigures, NotKnown, sum_if_complete

STATUS, CONFIG, SET = (
    f"/rpc/{name}" for name in ("Shelly.GetStatus", "Shelly.GetConfig", "Switch.Set")
)
LOGIN = DigestLogin(user="admin")  # "always", says the page on authentication
_SWITCH = re.compile(r"switch:(0|[1-9][0-9]?)")
# errors of the meter, as far as the pages name them, or their beginnings
_METER_ERRORS = ("power_meter", "out_of_range", "calibration")
# fields that only a relay with a meter has
_OF_A_METER = {"current", "apower", "aenergy", "voltage"}

Rows = dict[int, dict[str, Any]]


def read_unit(*, with_figures: bool) -> Dialogue[PduState]:
    """The relays: two requests. The configuration has their names, and proves that none is missing;
    figures come with the states in any case.
    """
    rows = yield from _rows(STATUS)
    config = yield from _rows(CONFIG)
    if rows.keys() != config.keys():
        raise ProtocolError(
            f"the unit shows {len(rows)} relays, but its configuration has {len(config)}: try again"
        )
    outlets = _outlets(rows, config)
    return PduState(
        outlets=outlets,
        load_a=sum_if_complete(outlet.figures.current_a for outlet in outlets),
        energy_kwh=sum_if_complete(outlet.figures.energy_kwh for outlet in outlets),
        power_w=sum_if_complete(outlet.figures.power_w for outlet in outlets),
    )


def read_outlets() -> Dialogue[tuple[Outlet, ...]]:
    """The relays: one request."""
    rows = yield from _rows(STATUS)
    return _outlets(rows, {})


def command(identity: str, *, on: bool) -> Dialogue[None]:
    """The command that switches one relay."""
    # > POST /rpc/Switch.Set {"id": 0, "on": false}
    # < 200 {"was_on": true}; another status with the unit's code and message for a refusal
    order = {"id": int(identity) - 1, "on": on}
    yield WriteRequest(SET, json.dumps(order).encode())


def _rows(path: str) -> Dialogue[Rows]:
    """What an answer says of each relay, by its ID. Raises ProtocolError for another form."""
    body = yield ReadRequest(path)
    try:
        document: Any = loads(body)
        rows: Rows = {}
        for name, row in document.items():
            switch = _SWITCH.fullmatch(name)
            if switch is not None:
                rows[int(switch[1])] = dict(row)
    except FORM_ERRORS:
        raise ProtocolError(
            f"the answer to {path} is not a Shelly's: is this its web service, and is it of"
            " generation 2 or later?"
        ) from None
    if not rows or sorted(rows) != list(range(len(rows))):
        raise ProtocolError(
            f"the answer to {path} lists the relays {sorted(rows)}: is it a unit with relays, and"
            " is its profile `switch`?"
        )
    if any(row.get("id") != number for number, row in rows.items()):
        raise ProtocolError(f"an entry in the answer to {path} has the id of another relay")
    return dict(sorted(rows.items()))


def _outlets(rows: Rows, config: Rows) -> tuple[Outlet, ...]:
    """The outlets from the rows of the status, with the names from those of the configuration."""
    entries = list(rows.values())
    currents = _figures(entries, "current", 1)
    powers = _figures(entries, "apower", 1)
    energies = _figures([_with_energy(entry) for entry in entries], "energy", 1000)
    outlets = []
    for number, entry in rows.items():
        name = config.get(number, {}).get("name")
        state = entry.get("output")
        errors = entry.get("errors")
        doubt = f"its errors are {errors!r}" if errors else ""
        if not isinstance(state, bool):
            doubt = f"its output is {state!r}"
            state = None
        figures = MeterFigures(
            current_a=currents[number],
            power_w=powers[number],
            energy_kwh=energies[number],
        )
        outlet = Outlet(
            identity=str(number + 1),
            name=str(name or "")[:100],
            state=state,
            figures=figures,
            doubt=doubt,
        )
        outlets.append(outlet)
    return tuple(outlets)


def _figures(entries: Sequence[dict[str, Any]], name: str, divisor: int) -> Sequence[Figure]:
    """A figure of each relay; not known if the unit says that its meter has an error, or shows
    another figure of a relay.
    """
    is_metered = any(_OF_A_METER & entry.keys() for entry in entries)
    expected = "its relays are metered" if is_metered else ""
    figures = column(entries, name, divisor=divisor, expected=expected)
    for position, entry in enumerate(entries):
        if _has_meter_error(entry):
            figures[position] = NotKnown(f"its errors are {entry['errors']!r}")
    return figures


def _with_energy(entry: dict[str, Any]) -> dict[str, Any]:
    """The entry with its count of energy beside its other figures."""
    if "aenergy" not in entry:
        return entry
    counter = entry["aenergy"]
    total = counter.get("total") if isinstance(counter, dict) else counter
    return {**entry, "energy": total}


def _has_meter_error(entry: dict[str, Any]) -> bool:
    errors = entry.get("errors") or ()
    return any(word in str(errors) for word in _METER_ERRORS)

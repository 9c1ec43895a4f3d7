"""The codec of Server Technology's JAWS (JSON API Web Service, firmware 8.0m and later): which
requests its CDUs are read and switched with, and what their answers mean. Pure functions.

An entry or row is one object of a list: {"id": "AA1", "state": "On", "status": "Normal"}. Outlet
"AA1" is the first of the cord "AA", of the unit "A"; line "AA1" the first phase of that cord. A
status such as "Not Found" denies the other values of its entry. A unit with such a status is lost.
A function that returns a Dialogue yields requests, and is sent the bodies of their answers.

Source: what public clients of JAWS V1.06 rely on (Cray-HPE's hms-redfish-translation-layer with its
fake PDU, OpenCHAMI's power-control, Chromium's recovery client), and the answers of a PRO2 in the
tests of napalm-servertech-pro2, as the vendor's document is not public. Words of states that they
do not show are those of Sentry4-MIB, which describes the same firmware. A field without a sensor is
missing. The energy of a cord is in kWh. That of an outlet is in Wh in the fake PDU's answers, and
in kWh with tenths in the help texts of servertech_exporter, which repeat the vendor's words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Optional

from ..http.dialogue import Dialogue, Outlet, PduState, ReadRequest, WriteRequest, outlet_sums
from ..http.errors import HttpDenied, HttpLoginRefused
from ..http.strict_json import FORM_ERRORS, column, loads
from ..shared.errors import ProtocolError, Refused
from ..shared.meter_figures import (
    Figure,
    MeterFigures,
    NotKnown,
    denial_of_off,
    divided,
    first_metered,
    measured,
    power_unless_denied,
    sum_if_complete,
    sum_of_parts,
)
from ..shared.unknown_states import some

OUTLETS, UNITS, LINES, CORDS = (
    f"/jaws/monitor/{name}" for name in ("outlets", "units", "lines", "cords")
)
STATES = {"on": True, "off": False}
# values of control_state with a command under way (Sentry4-MIB, st4OutletControlState)
UNSETTLED = ("pendon", "pendoff", "reboot", "shutdown", "eventreboot", "eventshutdown")
# values of control_state that deny the state: "outlet state is unknown", and a tripped overcurrent
# protector (the same; the handler of SNMP decides alike)
DENYING = ("notset", "ocpoff", "ocpon")
# the ends of values of status that do not deny the state: the alarms of an outlet's figures
TRUSTED = ("normal", "warning", "alarm", "limit")
# letters of unit and cord, and a number: also the path of a command
_OUTLET_ID = re.compile(r"[A-Za-z]{1,4}[1-9][0-9]{0,2}")
_NEUTRAL = re.compile(r"[A-Za-z]+4")  # the line with st4LineIndex 4
_OF_A_METER = {
    "active_power",
    "active_power_status",
    "apparent_power",
    "current",
    "current_status",
    "current_utilized",
    "energy",
}
_WH, _KWH = 1000, 1  # units of energy, as how many of them make a kWh
_NO_OUTLETS_KWH = 100_000  # 16 A at 230 V without a pause for three years
_ENOUGH = 4  # figures with tenths are all whole by chance in one of 10,000 cases
_UNIT_NOT_KNOWN = (
    "no energy of an outlet is shown: it may be in Wh or in kWh, and neither its values nor the"
    " energy of the cords say which"
)

Entry = dict[str, Any]


class _OptionalList(NamedTuple):
    """The entries of a list that is not needed for the states, or `fault`, why it cannot be read or
    used: _OptionalList(fault="/jaws/monitor/lines is not read: ...")."""

    rows: Sequence[Entry] = ()
    #: why it cannot be read; "" if it was
    fault: str = ""


def read_unit(*, with_figures: bool) -> Dialogue[PduState]:
    """The PDU: outlets, and `with_figures` its figures. Load is the sum of the lines, energy and
    power that of the cords; each is that of the outlets if no line or cord has the sensor. What
    belongs to a lost unit is not known, and then no total is. Two requests, four `with_figures`:

        > GET /jaws/monitor/outlets, /jaws/monitor/units
        < [{"id": "AA1", "state": "On", ...}], [{"id": "A", "status": "Normal"}]
        > GET /jaws/monitor/lines, /jaws/monitor/cords
        < [{"id": "AA1", "current": 4.2, ...}], [{"id": "AA", "active_power": 786, ...}]
    """
    entries = yield from _outlet_entries()
    units = yield from _read_units(entries)
    status_by_lost_unit = _lost_units(units.rows)
    _raise_if_unlisted(status_by_lost_unit, entries)
    cautions = (units.fault,) if units.fault else ()
    if not with_figures:
        outlets = _without_lost_states(_outlets(entries), status_by_lost_unit)
        return PduState(outlets, cautions=cautions)
    # st4LineMonitorTable has no energy, and st4InputCordMonitorTable no current
    listed_lines = yield from _read_list_or_fault(LINES, units.rows, without="energy")
    listed_cords = yield from _read_list_or_fault(CORDS, units.rows, without="current")
    cord_names = _cord_names(entries, units.rows, listed_cords.rows)
    lines = _complete_lines(listed_lines, cord_names, listed_cords.rows)
    cords = _complete_cords(listed_cords, cord_names)
    energy_unit = _energy_unit(entries, cords.rows)
    energies = [_energy_kwh(energy, energy_unit) for energy in _figures(entries, "energy")]
    outlets = _without_lost_states(_outlets(entries, energies), status_by_lost_unit)
    if status_by_lost_unit:
        # the rows of the other units are no total
        first_unit, *_ = status_by_lost_unit
        reason = _lost_unit_reason(first_unit, status_by_lost_unit[first_unit])
        return PduState.with_totals(outlets, MeterFigures.not_known(reason), cautions)
    sums = outlet_sums(outlets)
    totals = MeterFigures(
        current_a=_total(lines, "line", "current", sums.current_a),
        power_w=_total(cords, "cord", "active_power", sums.power_w),
        energy_kwh=_total(cords, "cord", "energy", sums.energy_kwh),
    )
    return PduState.with_totals(outlets, totals, cautions)


def read_outlets() -> Dialogue[tuple[Outlet, ...]]:
    """The outlets that are listed, with the states that `read_unit` gives them: two requests."""
    entries = yield from _outlet_entries()
    units = yield from _read_units(entries)
    return _without_lost_states(_outlets(entries), _lost_units(units.rows))


def command(identity: str, *, on: bool) -> Dialogue[None]:
    """The command that switches one listed outlet. Its answer may precede the relay's movement."""
    # > PATCH /jaws/control/outlets/AA1 {"control_action": "off"}
    # < 204; 400 syntax, 404 no such outlet, 405, 409 no such field, 503 busy
    body = json.dumps({"control_action": "on" if on else "off"}).encode()
    yield WriteRequest(f"/jaws/control/outlets/{identity}", body, "PATCH")


# ---- lists ---------------------------------------------------------------------------------------


def _outlet_entries() -> Dialogue[Sequence[Entry]]:
    """The outlets' entries: one request. Raises ProtocolError for an empty list, and for ids that
    no CDU has.

        > GET /jaws/monitor/outlets
        < [{"id": "AA1", "name": "web-1", "state": "On", "status": "Normal"}]
    """
    entries = _entries(OUTLETS, (yield ReadRequest(OUTLETS)))
    if not entries:
        raise ProtocolError(
            "the PDU lists no outlets: is it a model with outlets, and may the account see them?"
        )
    if not all(_OUTLET_ID.fullmatch(entry["id"]) for entry in entries):
        raise _not_jaws(OUTLETS)
    return entries


def _read_units(outlets: Sequence[Entry]) -> Dialogue[_OptionalList]:
    """The list of units, by which a lost unit is noticed: one request. With a fault if the PDU has
    no such list (404), or the account may not see it. Raises the error of a list that cannot be
    read, and ProtocolError for one that lacks the unit of an outlet.

        > GET /jaws/monitor/units
        < [{"id": "A", "status": "Normal"}, {"id": "B", "status": "Not Found"}]       both
    """
    try:
        units = _entries(UNITS, (yield ReadRequest(UNITS)))
    except HttpLoginRefused:
        raise
    except (Refused, HttpDenied) as error:
        if isinstance(error, Refused) and error.code != "404":
            raise
        return _OptionalList(
            fault=f"{UNITS} is not read, so a linked unit that is lost is not noticed:"
            f" {error.reason}"
        )
    # outlets, lines and cords have a state (Sentry4-MIB: a unit has a status alone)
    unit_ids = tuple(unit["id"] for unit in units if "state" not in unit)
    for outlet in outlets:
        if not outlet["id"].startswith(unit_ids):
            raise ProtocolError(
                f"{UNITS} does not list the unit of outlet {outlet['id']!r}: it is the answer"
                " to another request, or not complete"
            )
    return _OptionalList(units)


def _read_list_or_fault(path: str, units: Sequence[Entry], without: str) -> Dialogue[_OptionalList]:
    """The list at `path`, which the states do not need: one request. With a fault if it cannot be
    read (404, too, for it may only be unavailable now), or if it is the answer to another request:
    its entries have the field `without`, or the id of a unit.

        > GET /jaws/monitor/cords
        < [{"id": "AA", "active_power": 786, "energy": 6468.2}]      that row
        < 404                                  fault "/jaws/monitor/cords is not read: ..."
    """
    try:
        entries = _entries(path, (yield ReadRequest(path)))
    except HttpLoginRefused:
        raise
    except (Refused, HttpDenied, ProtocolError) as error:
        return _OptionalList(fault=f"{path} is not read: {error.reason}")
    names = {unit["id"] for unit in units}
    if any(without in entry or entry["id"] in names for entry in entries):
        return _OptionalList(fault=f"{path} is not read: it is the answer to another request")
    return _OptionalList(entries)


def _cord_names(
    outlets: Sequence[Entry], units: Sequence[Entry], cords: Sequence[Entry]
) -> Sequence[str]:
    """The cords of the PDU, such as "AA": those of the outlets "AA1" and so on, those that are
    listed, and of a unit that has neither, its own letter, with which the names of its cords begin.

    >>> _cord_names([{"id": "AA1"}], [{"id": "A"}, {"id": "B"}], [])
    ['AA', 'B']
    """
    letters = [_letters(entry["id"]) for entry in (*outlets, *cords)]
    names = list(dict.fromkeys(letters))  # each once, in order
    units_without_cord = []
    for unit in units:
        if not any(name.startswith(unit["id"]) for name in names):
            units_without_cord.append(unit["id"])
    return names + units_without_cord


def _letters(name: str) -> str:
    """The letters of a name: of unit and cord. A cord may have a number besides."""
    return name.rstrip("0123456789")


def _complete_cords(cords: _OptionalList, names: Sequence[str]) -> _OptionalList:
    """The cords, not known if one of `names` has no row."""
    cord_names = {_letters(row["id"]) for row in cords.rows}
    missing_names = [name for name in names if name not in cord_names]
    return _with_fault(cords, CORDS, missing_names)


def _complete_lines(
    lines: _OptionalList, cord_names: Sequence[str], cords: Sequence[Entry]
) -> _OptionalList:
    """The lines without the neutrals; with a fault if one has no row. `cord_names`: those of the
    PDU, ["AA"]; `cords`: their entries, which have their capacities.

    A cord may have one, two or three lines. It should have line 1, each one before another of it,
    and as many as another cord of the same capacity:

    >>> lines = _OptionalList([{"id": "AA1"}, {"id": "AA3"}, {"id": "AAN"}])
    >>> _complete_lines(lines, ["AA"], []).fault
    '/jaws/monitor/lines is not complete: there is no row of AA2'
    """
    phases = [row for row in lines.rows if not _NEUTRAL.fullmatch(row["id"])]
    line_names = {row["id"] for row in phases}
    capacity_by_cord = dict.fromkeys(cord_names, "")
    for cord in cords:
        capacity_by_cord[_letters(cord["id"])] = repr(cord.get("power_capacity"))
    line_counts = _line_counts(capacity_by_cord, line_names)
    missing_names: list[str] = []
    for cord_name in cord_names:
        line_count = line_counts[capacity_by_cord[cord_name]]
        for number in range(1, line_count + 1):
            name = f"{cord_name}{number}"
            if name not in line_names:
                missing_names.append(name)
    return _with_fault(lines._replace(rows=phases), LINES, missing_names)


def _line_counts(capacity_by_cord: Mapping[str, str], lines: Collection[str]) -> dict[str, int]:
    """How many lines a cord of each capacity should have: the highest number in the names of the
    lines of such cords, and at least 1. `lines`: the names of all lines.

    >>> _line_counts({"AA": "7000"}, ["AA1", "AA2", "AA3"])
    {'7000': 3}
    """
    line_counts: dict[str, int] = {}
    for cord_name, capacity in capacity_by_cord.items():
        count = line_counts.get(capacity, 1)
        for line in lines:
            if line.startswith(cord_name):
                count = max(count, _line_number(line))
        line_counts[capacity] = count
    return line_counts


def _line_number(name: str) -> int:
    """The number at the end of the name of a line, 1 without one."""
    number = name[len(_letters(name)) :]
    return int(number[:3]) if number else 1


def _with_fault(rows: _OptionalList, path: str, missing_names: Sequence[str]) -> _OptionalList:
    """The list, with a fault that names the missing rows, unless it has one already."""
    if not missing_names or rows.fault:
        return rows
    return rows._replace(fault=f"{path} is not complete: there is no row of {some(missing_names)}")


def _entries(path: str, body: bytes) -> Sequence[Entry]:
    """The entries of the list in `body`, the answer to `path`, each with a status (None without
    one) and an id of its own. Raises ProtocolError for an answer of another form, and for an id
    twice.

    >>> _entries(UNITS, b'[{"id": "A", "status": "Normal"}, {"id": "B"}]')
    [{'status': 'Normal', 'id': 'A'}, {'status': None, 'id': 'B'}]
    """
    try:
        document: Any = loads(body)
    except (ValueError, RecursionError):
        raise ProtocolError(
            f"the answer to {path} is no JSON, or only a part of it: try again; if it stays so, is"
            " this the PDU's web service?"
        ) from None
    try:
        entries = _with_ids(document)
    except FORM_ERRORS:
        raise _not_jaws(path) from None
    id_count = len({entry["id"] for entry in entries})
    if id_count != len(entries):
        raise ProtocolError(f"{path} lists {len(entries)} entries, but only {id_count} IDs")
    # one without a status is not to be trusted
    return [{"status": None, **entry} for entry in entries]


def _with_ids(document: object) -> Sequence[Entry]:
    """The JSON `document` as a list of objects that all have an id. Raises one of FORM_ERRORS for
    another form: ValueError, KeyError or TypeError.

    >>> _with_ids([{"id": "AA1"}])
    [{'id': 'AA1'}]
    """
    if not isinstance(document, list):
        raise ValueError("no list")
    entries = [dict(entry) for entry in document]
    if not all(isinstance(entry["id"], str) for entry in entries):
        raise ValueError("no id")
    return entries


def _not_jaws(path: str) -> ProtocolError:
    """The error for an answer of another form."""
    return ProtocolError(
        f"the answer to {path} is not JAWS's: has the PDU firmware 8.0m or later, and is this its"
        " web service?"
    )


def _lost_units(units: Sequence[Entry]) -> dict[str, str]:
    """The status of each lost unit by its id.

    >>> _lost_units([{"id": "A", "status": "Normal"}, {"id": "B", "status": "Not Found"}])
    {'B': 'Not Found'}
    """
    return {unit["id"]: str(unit.get("status")) for unit in units if not _is_trusted(unit)}


def _raise_if_unlisted(status_by_lost_unit: Mapping[str, str], outlets: Sequence[Entry]) -> None:
    """Raise ProtocolError for a lost unit whose outlets are not listed: the list of outlets would
    look whole.

    >>> _raise_if_unlisted({"B": "Not Found"}, [{"id": "AA1"}, {"id": "BA1"}])
    >>> _raise_if_unlisted({"B": "Not Found"}, [{"id": "AA1"}])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    handlers.shared.errors.ProtocolError: the PDU lists its unit 'B' as 'Not Found', and none ...
    """
    for name, status in status_by_lost_unit.items():
        if not any(outlet["id"].startswith(name) for outlet in outlets):
            raise ProtocolError(
                f"the PDU lists its unit {name!r} as {status!r}, and none of that unit's"
                " outlets: check its link cable and its power, or unlink it on the PDU's web page"
            )


def _lost_unit_reason(name: str, status: str) -> str:
    """Why nothing is known of what belongs to a lost unit: "its unit 'B' is 'Not Found'"."""
    return f"its unit {name!r} is {status!r}"


def _without_lost_states(
    outlets: Iterable[Outlet], status_by_lost_unit: Mapping[str, str]
) -> tuple[Outlet, ...]:
    """The outlets; those of lost units without state, and with figures that are not known."""
    return tuple(_without_lost_state(outlet, status_by_lost_unit) for outlet in outlets)


def _without_lost_state(outlet: Outlet, status_by_lost_unit: Mapping[str, str]) -> Outlet:
    """The outlet; if its unit is lost, without state, and with figures that are not known.

    >>> outlet = Outlet("BA1", state=True)
    >>> _without_lost_state(outlet, {}).state
    True
    >>> lost_outlet = _without_lost_state(outlet, {"B": "Not Found"})
    >>> lost_outlet.state, lost_outlet.reason
    (None, "its unit 'B' is 'Not Found'")
    """
    for unit, status in status_by_lost_unit.items():
        if outlet.identity.startswith(unit):
            reason = _lost_unit_reason(unit, status)
            figures = MeterFigures.not_known(reason)
            return outlet._replace(state=None, figures=figures, reason=reason)
    return outlet


# ---- outlets -------------------------------------------------------------------------------------


def _outlets(entries: Sequence[Entry], energies: Sequence[Figure] = ()) -> Sequence[Outlet]:
    """An outlet for each entry, with its state, name and figures. `energies`: that of each in kWh;
    () if they were not asked for.

    >>> entry = {"id": "AA1", "name": "web-1", "status": "Normal", "state": "On", "current": 0.35}
    >>> (outlet,) = _outlets([entry], [6468.2])
    >>> outlet.identity, outlet.state, outlet.figures.current_a, outlet.figures.energy_kwh
    ('AA1', True, 0.35, 6468.2)
    """
    has_control_states = any("control_state" in entry for entry in entries)
    currents = _figures(entries, "current")
    powers = _figures(entries, "active_power")
    voltages = _figures(entries, "voltage")
    outlets: list[Outlet] = []
    for position, entry in enumerate(entries):
        figures = MeterFigures(
            current_a=currents[position],
            power_w=power_unless_denied(powers[position], voltages[position], currents[position]),
            energy_kwh=energies[position] if energies else None,
        )
        reason = _unknown_reason(entry, figures, has_control_states=has_control_states)
        outlet = Outlet(
            identity=entry["id"],
            name=str(entry.get("name") or "")[:100],
            state=None if reason else STATES[_word(entry["state"])],
            figures=figures,
            reason=reason,
        )
        outlets.append(outlet)
    return outlets


def _unknown_reason(entry: Entry, figures: MeterFigures, *, has_control_states: bool) -> str:
    """Why the state of an outlet is not known; "" if it is. `has_control_states`: whether any
    outlet of this PDU shows a control_state: then each should.

    >>> outlet = {"id": "AA1", "status": "Normal", "state": "Off"}
    >>> _unknown_reason(outlet, MeterFigures(), has_control_states=False)
    ''
    >>> _unknown_reason({**outlet, "status": "Not Found"}, MeterFigures(), has_control_states=False)
    "its status is 'Not Found'"
    >>> pending = {**outlet, "control_state": "Pend On"}
    >>> _unknown_reason(pending, MeterFigures(), has_control_states=True)
    "a command is under way: its control_state is 'Pend On'"
    >>> _unknown_reason(outlet, MeterFigures(current_a=0.35), has_control_states=False)
    'it is reported as off, but its meter shows 0.35 A'
    """
    if not _is_trusted(entry):
        return f"its status is {entry['status']!r}"
    control_state = _word(entry.get("control_state"))
    if control_state in UNSETTLED:
        return f"a command is under way: its control_state is {entry['control_state']!r}"
    if control_state in DENYING:
        return f"its control_state is {entry['control_state']!r}"
    state_word = _word(entry.get("state"))
    if state_word not in STATES:
        return f"its state is {entry.get('state')!r}"
    if has_control_states and "control_state" not in entry:
        return "there is no control_state, which other outlets have"
    return "" if STATES[state_word] else denial_of_off(figures)


def _is_trusted(entry: Entry) -> bool:
    """Whether the status does not deny the other values: "Not Found" does."""
    return _word(entry["status"]).endswith(TRUSTED)


def _word(value: object) -> str:
    """A word in small letters without blanks; "" for what is no text."""
    return value.lower().replace(" ", "") if isinstance(value, str) else ""


# ---- figures -------------------------------------------------------------------------------------


def _energy_unit(outlets: Sequence[Entry], cords: Sequence[Entry]) -> Optional[int]:
    """The unit of the outlets' energies, of which no document tells whether it is Wh or kWh: _WH
    (1000) or _KWH (1). None if both may be right. `outlets`, `cords`: their entries; the cords' are
    in kWh, and the outlets of all cannot have counted more.

    >>> def row(energy):
    ...     return {"id": "AA1", "status": "Normal", "energy": energy}
    >>> _energy_unit([row(701.3)], []) == _KWH
    True
    >>> _energy_unit([row(701), row(231), row(98), row(12)], [row(1.1)]) == _WH
    True
    >>> _energy_unit([row(701)], []) is None
    True
    """
    figures = [measured(figure) for figure in _figures(outlets, "energy")]
    energies = [figure for figure in figures if figure]
    if not energies:
        return _WH  # nothing, in any unit
    unit = _unit_by_size(energies)
    cord_kwh = measured(sum_if_complete(_figures(cords, "energy")))
    if cord_kwh is None:
        return unit
    # meters differ by some per cent, and the cord's has tenths
    most_kwh = 1.05 * cord_kwh + 0.1
    outlets_sum = sum(energies)
    if unit is None:
        # Too much as kWh: only so many whole figures prove Wh. For the sum alone may also be too
        # much because a user set the cord's counter back.
        is_too_much = outlets_sum / _KWH > most_kwh
        if not is_too_much or len(energies) < _ENOUGH:
            return None
        unit = _WH
    return unit if outlets_sum / unit <= most_kwh else None


def _unit_by_size(energies: Sequence[float]) -> Optional[int]:
    """The unit that the energies show by themselves: _KWH if one has a fraction, because Wh are
    whole; _WH if one is more kWh than an outlet can have counted (100,000); else None.

    >>> _unit_by_size([701.28, 231.0]) == _KWH, _unit_by_size([701280.0, 231812.0]) == _WH
    (True, True)
    >>> _unit_by_size([701.0, 231.0]) is None
    True
    """
    if any(energy != int(energy) for energy in energies):
        return _KWH
    if max(energies) >= _NO_OUTLETS_KWH:
        return _WH
    return None


def _energy_kwh(energy: Figure, energy_unit: Optional[int]) -> Figure:
    """An outlet's energy in kWh, from the figure that it shows in Wh or kWh, by `energy_unit`; not
    known if that is None, unless the figure is 0.

    >>> _energy_kwh(701280.0, _WH), _energy_kwh(701.28, _KWH), _energy_kwh(0.0, None)
    (701.28, 701.28, 0.0)
    """
    if energy_unit is None:
        return NotKnown(_UNIT_NOT_KNOWN) if measured(energy) else energy
    return divided(energy, energy_unit)


def _total(rows: _OptionalList, noun: str, key: str, outlet_sum: Figure) -> Figure:
    """The sum of the field `key` over the rows of lines or cords, which are called `noun`;
    `outlet_sum` if no row has such a sensor. Not known if the rows have a fault.

    >>> lines = _OptionalList([{"id": "AA1", "status": "Normal", "current": 4.2}])
    >>> _total(lines, "line", "current", outlet_sum=3.9)
    4.2
    >>> _total(_OptionalList(), "line", "current", outlet_sum=3.9)
    3.9
    >>> _total(_OptionalList(fault="lines are not read"), "line", "current", outlet_sum=3.9).reason
    'lines are not read'
    """
    if rows.fault:
        return NotKnown(rows.fault)
    figures: dict[str, Figure] = {}
    for row, figure in zip(rows.rows, _figures(rows.rows, key)):
        figures[row["id"]] = figure
    return first_metered(sum_of_parts(noun, figures), outlet_sum)


def _figures(entries: Sequence[Entry], key: str) -> Sequence[Figure]:
    """The value of the field `key` of each entry. None, not metered, if no entry has it, or if an
    entry has none of the meter's fields that others have: a linked unit may have no meter. Not
    known if only this entry lacks it, or if its status denies its values.

    >>> rows = [{"id": "AA1", "status": "Normal", "current": 4.2}]
    >>> _figures(rows, "current")
    [4.2]
    >>> _figures([*rows, {"id": "BA1", "status": "Not Found", "current": 1}], "current")[1].reason
    "BA1: its status is 'Not Found'"
    """
    prefixes = [f"{entry['id']}: " for entry in entries]
    figures = column(entries, key, prefixes=prefixes)
    meter_fields: set[str] = set()
    for entry in entries:
        meter_fields |= entry.keys() & _OF_A_METER
    for position, entry in enumerate(entries):
        if not _is_trusted(entry):
            reason = f"{entry['id']}: its status is {entry['status']!r}"
            figures[position] = NotKnown(reason)
        elif len(meter_fields) > 1 and not entry.keys() & meter_fields:
            figures[position] = None
    return figures

"""The codec of Server Technology's JAWS (JSON API Web Service, firmware 8.0m and later): which
requests its CDUs are read and switched with, and what their answers mean. Pure functions.

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
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Optional

from ..http.dialogue import Dialogue, Outlet, PduState, ReadRequest, WriteRequest
from ..http.errors import HttpDenied, HttpLoginRefused
from ..http.strict_json import FORM_ERRORS, loads, meter_figure
from ..shared.doubts import some
from ..shared.errors import ProtocolError, Refused
from ..shared.meter_figures import (
    Figure,
    MeterFigures,
    NotKnown,
    divided,
    measured,
    sum_if_complete,
)

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
_WH, _KWH = 1000, 1  # of them make a kWh
_NO_OUTLETS_KWH = 100_000  # 16 A at 230 V without a pause for three years
_NO_UNIT = (
    "no energy of an outlet is shown: it may be in Wh or in kWh, and neither its values nor the"
    " energy of the cords say which"
)

Entry = dict[str, Any]


class _OptionalList(NamedTuple):
    """The entries of a list that is not needed for the states."""

    rows: Sequence[Entry] = ()
    #: why it cannot be read; "" if it was
    fault: str = ""


def read_unit(*, with_figures: bool) -> Dialogue[PduState]:
    """The outlets, and whether each linked unit is there: two requests, and two more for figures:
    load by lines, energy and power by cords. A unit without such rows has the sums of its outlets.
    """
    entries = yield from _outlet_entries()
    units = yield from _read_units(entries)
    lost = _lost_units(units.rows)
    _raise_if_unlisted(lost, entries)
    if not with_figures:
        outlets = tuple(_drop_lost_state(_outlet(entry), lost) for entry in entries)
        return PduState(outlets, cautions=tuple(filter(None, (units.fault,))))
    # st4LineMonitorTable has no energy, and st4InputCordMonitorTable no current
    lines = yield from _read_optional(LINES, units.rows, without="energy")
    cords = yield from _read_optional(CORDS, units.rows, without="current")
    phases = lines._replace(rows=[row for row in lines.rows if not _NEUTRAL.fullmatch(row["id"])])
    energy_unit = _energy_unit(entries, cords.rows)
    outlets = tuple(_drop_lost_state(_outlet(entry, energy_unit), lost) for entry in entries)
    cautions = tuple(filter(None, (units.fault,)))
    for name, status in lost.items():
        # the rows of the others are no total
        unknown = NotKnown(f"its unit {name!r} is {status!r}")
        return PduState(outlets, unknown, unknown, unknown, cautions)
    return PduState(
        outlets,
        _total(phases, "current", [outlet.figures.current_a for outlet in outlets]),
        _total(cords, "energy", [outlet.figures.energy_kwh for outlet in outlets]),
        _total(cords, "active_power", [outlet.figures.power_w for outlet in outlets]),
        cautions,
    )


def read_outlets() -> Dialogue[tuple[Outlet, ...]]:
    """The outlets that are listed, with the states that `read_unit` gives them: two requests."""
    entries = yield from _outlet_entries()
    lost = _lost_units((yield from _read_units(entries)).rows)
    return tuple(_drop_lost_state(_outlet(entry), lost) for entry in entries)


def command(identity: str, *, on: bool) -> Dialogue[None]:
    """The command that switches one listed outlet. Its answer may precede the relay's movement."""
    # > PATCH /jaws/control/outlets/AA1 {"control_action": "off"}
    # < 204; 400 syntax, 404 no such outlet, 405, 409 no such field, 503 busy
    body = json.dumps({"control_action": "on" if on else "off"}).encode()
    yield WriteRequest(f"/jaws/control/outlets/{identity}", body, "PATCH")


# ---- lists ---------------------------------------------------------------------------------------


def _outlet_entries() -> Dialogue[Sequence[Entry]]:
    """Read the outlets' entries. Raises ProtocolError for none, or for ids like no CDU's."""
    entries = _entries(OUTLETS, (yield ReadRequest(OUTLETS)))
    if not entries:
        raise ProtocolError(
            "the PDU lists no outlets: is it a model with outlets, and may the account see them?"
        )
    if not all(_OUTLET_ID.fullmatch(entry["id"]) for entry in entries):
        raise _not_jaws(OUTLETS)
    return entries


def _read_units(outlets: Sequence[Entry]) -> Dialogue[_OptionalList]:
    """The list of units, which proves that none of them is lost. A fault if the PDU has no such
    list, or the account may not see it. Raises the error of a list that cannot be read, and
    ProtocolError for one without the unit of each outlet.
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
    for outlet in outlets:
        # outlets, lines and cords have a state (Sentry4-MIB: a unit has a status alone)
        if not any(outlet["id"].startswith(unit["id"]) and "state" not in unit for unit in units):
            raise ProtocolError(
                f"{UNITS} does not list the unit of outlet {outlet['id']!r}: it is the answer"
                " to another request, or not complete"
            )
    return _OptionalList(units)


def _read_optional(path: str, units: Sequence[Entry], without: str) -> Dialogue[_OptionalList]:
    """A list that the states do not need. Its entries are `without` a field, and have no id of
    `units`, which tells it from the answer to another request. 404 does not say that the unit lacks
    it: by the vendor's text, as QualiSystems' driver repeats it, the resource may also not be
    available.
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


def _entries(path: str, body: bytes) -> Sequence[Entry]:
    """The entries of a list, each with an id of its own."""
    try:
        document: Any = loads(body)
    except (ValueError, RecursionError):
        raise ProtocolError(
            f"the answer to {path} is no JSON, or only a part of it: try again; if it stays so, is"
            " this the PDU's web service?"
        ) from None
    try:
        if not isinstance(document, list):
            raise ValueError("no list")
        entries = [dict(entry) for entry in document]
        different = {entry["id"] for entry in entries}
        if not all(isinstance(name, str) for name in different):
            raise ValueError("no id")
    except FORM_ERRORS:
        raise _not_jaws(path) from None
    if len(different) != len(entries):
        raise ProtocolError(f"{path} lists {len(entries)} entries, but only {len(different)} IDs")
    return entries


def _not_jaws(path: str) -> ProtocolError:
    return ProtocolError(
        f"the answer to {path} is not JAWS's: has the PDU firmware 8.0m or later, and is this its"
        " web service?"
    )


def _lost_units(units: Sequence[Entry]) -> dict[str, str]:
    """The status of each unit that is not there, by its id."""
    return {unit["id"]: str(unit.get("status")) for unit in units if not _is_trusted(unit)}


def _raise_if_unlisted(status_by_lost_unit: Mapping[str, str], outlets: Sequence[Entry]) -> None:
    """Raise ProtocolError for a lost unit whose outlets are not listed."""
    for name, status in status_by_lost_unit.items():
        if not any(outlet["id"].startswith(name) for outlet in outlets):
            raise ProtocolError(
                f"the PDU lists its unit {name!r} as {status!r}, and none of that unit's"
                " outlets: check its link cable and its power, or unlink it on the PDU's web page"
            )


def _drop_lost_state(outlet: Outlet, status_by_unit: Mapping[str, str]) -> Outlet:
    """The outlet, without state and figures if its unit is not there."""
    for unit, status in status_by_unit.items():
        if outlet.identity.startswith(unit):
            doubt = f"its unit {unit!r} is {status!r}"
            figures = MeterFigures(NotKnown(doubt), NotKnown(doubt), NotKnown(doubt))
            return Outlet(outlet.identity, outlet.name, None, figures, doubt)
    return outlet


# ---- outlets -------------------------------------------------------------------------------------


def _outlet(entry: Entry, energy_unit: Optional[int] = None) -> Outlet:
    """One outlet. `energy_unit`: how many units of its energy make a kWh; None: not known."""
    doubt = _doubt(entry)
    return Outlet(
        entry["id"],
        str(entry.get("name") or "")[:100],
        None if doubt else STATES[_word(entry["state"])],
        MeterFigures(
            current_a=_figure(entry, "current"),
            power_w=_figure(entry, "active_power"),
            energy_kwh=_energy_kwh(_figure(entry, "energy"), energy_unit),
        ),
        doubt=doubt,
    )


def _doubt(entry: Entry) -> str:
    """Why the state is not known: the outlet's status or control_state denies it, or the word is
    none of STATES. "" if it is known."""
    if not _is_trusted(entry):
        return f"its status is {entry['status']!r}"
    control_state = _word(entry.get("control_state"))
    if control_state in UNSETTLED:
        return f"a command is under way: its control_state is {entry['control_state']!r}"
    if control_state in DENYING:
        return f"its control_state is {entry['control_state']!r}"
    if _word(entry.get("state")) not in STATES:
        return f"its state is {entry.get('state')!r}"
    return ""


def _is_trusted(entry: Entry) -> bool:
    """Whether the status does not deny the other values: "Not Found" does."""
    return _word(entry.get("status", "Normal")).endswith(TRUSTED)


def _word(value: object) -> str:
    return value.lower().replace(" ", "") if isinstance(value, str) else ""


# ---- figures -------------------------------------------------------------------------------------


def _energy_unit(outlets: Sequence[Entry], cords: Sequence[Entry]) -> Optional[int]:
    """The unit of the outlets' energies, as how many of it make a kWh; None if not certain.

    - One energy has a fraction: all are in kWh with tenths, as Wh are whole, and the firmware
      leaves out ".0".
    - All are whole: in Wh, but only if as kWh their sum would exceed the cords' energy. Without a
      cord's energy, only if one of them is more kWh than an outlet can have counted.

    In either unit, the outlets' sum must not exceed the cords' energy.
    """
    figures = [measured(_figure(entry, "energy")) for entry in outlets]
    energies = [figure for figure in figures if figure]
    if not energies:
        return _WH  # nothing, in any unit
    unit = _WH if all(energy == int(energy) for energy in energies) else _KWH
    cord_energy = measured(sum_if_complete(_figure(entry, "energy") for entry in cords))
    if cord_energy is None:
        return unit if unit == _KWH or max(energies) >= _NO_OUTLETS_KWH else None
    # meters differ by some per cent, and the cord's has tenths
    most_kwh = 1.05 * cord_energy + 0.1
    if sum(energies) / unit > most_kwh:
        return None
    # whole figures that would also fit as kWh may be either
    return None if unit == _WH and sum(energies) <= most_kwh else unit


def _energy_kwh(energy: Figure, energy_unit: Optional[int]) -> Figure:
    """An outlet's energy; not known if its unit is not, unless it is 0."""
    if energy_unit is None:
        return NotKnown(_NO_UNIT) if measured(energy) else energy
    return divided(energy, energy_unit)


def _total(rows: _OptionalList, key: str, outlets: Sequence[Figure]) -> Figure:
    """The sum of the field `key` over the rows of lines or cords; a unit that has none of them has
    the sum of its outlets' figures, `outlets`. Not known if the rows could not be read, or if only
    some of them have the field.
    """
    if rows.fault:
        return NotKnown(rows.fault)
    figures = [_figure(row, key) for row in rows.rows]
    if not figures:
        return sum_if_complete(outlets)
    without = [row["id"] for row, figure in zip(rows.rows, figures) if figure is None]
    if 0 < len(without) < len(figures):
        return NotKnown(f"{some(without)}: there is no {key}, which others of its kind have")
    return sum_if_complete(figures)


def _figure(entry: Entry, key: str) -> Figure:
    """The value; None if there is no such field, as without a sensor. Not known if it is no number
    of zero or more (one public test has texts with units), or if the entry's status denies it.
    """
    if not _is_trusted(entry):
        return NotKnown(f"{entry['id']}: its status is {entry['status']!r}")
    return meter_figure(entry, key, place=f"{entry['id']}: ")

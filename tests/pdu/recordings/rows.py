"""Files of SNMP rows, dumps of NUT and SETs to a replay: what the lines of rows.txt mean.

    value TEXT      `.1.3.6.1.4.1.9.1.0 = TEXT`, a line of snmpwalk, and its row without the OID
    file TEXT       a file, and its rows as a .snmprec has them; behind them, what was left out
    dump TEXT       a file, and its devices with what they have; `again` if it is read otherwise
                    than it was written
    unit FAMILY     a replay of this fixture, of which outlet 1 is on; then `set` lines:
    set OID=TYPE VALUE, ...     one SET of objects, with `control1` for the command of outlet 1 of
                    an apc-rpdu2 and `state1` for its state; shown are the error and its place, the
                    objects that changed, and what the unit notes of it

`python -m tests.tables tests.pdu.recordings.rows` writes right sides.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Optional

from handlers.shared.errors import SettingsError
from pdu.inspection.nut import reading
from pdu.recordings.nut import dump
from pdu.recordings.snmp import snmprec
from pdu.recordings.snmp.recorded_rows import SnmpRow, arcs, detect_device, dotted
from pdu.recordings.snmp.unit import SnmpUnit
from pdu_common.snmp_client.tool_api import GAUGE, INTEGER, OCTETS
from tests.simulators import snmp_units
from tests.tables import Case, Table, escaped, unescaped

TABLE = Table(Path(__file__).with_suffix(".txt"), operator=": ")
_TYPES = {"INTEGER": INTEGER, "GAUGE": GAUGE, "OCTETS": OCTETS}
_OID = "1.3.6.1.4.1.9.1.0"
#: rPDU2OutletSwitchedControlCommand, 1 on, 2 off, and rPDU2OutletSwitchedStatusState (PowerNet-MIB)
_OUTLETS = "1.3.6.1.4.1.318.1.1.26.9.2"
_APC = {"control": f"{_OUTLETS}.4.1.5.", "state": f"{_OUTLETS}.3.1.5."}


def shown(case: Case) -> str:
    """What comes of each text of a line, in turn."""
    texts: list[str] = []
    unit: Optional[SnmpUnit] = None
    for change in case.left.split(TABLE.separator):
        word, _, text = change.partition(": ")
        if word == "unit":
            unit = _unit(text)
        elif word == "set":
            assert unit is not None
            texts.append(_set(unit, text))
        elif word == "value":
            row = _rows(f".{_OID} = {unescaped(text)}\n")
            texts.append(row.removeprefix(f"{_OID}|"))
        else:
            texts.append((_rows if word == "file" else _devices)(unescaped(text)))
    return escaped(" & ".join(texts))


def _rows(text: str) -> str:
    """The rows of a file, and what it leaves out."""
    try:
        row_file = snmprec.parse(text)
    except SettingsError as error:
        return f"error: {error}"
    return "; ".join([*snmprec.snmprec_lines(row_file.rows), *row_file.skip_reasons]) or "nothing"


def _devices(text: str) -> str:
    """The devices of a dump."""
    try:
        devices = dump.parse(text)
    except SettingsError as error:
        return f"error: {error}"
    again = "" if dump.parse(dump.dump_text(devices)) == devices else " again"
    return "; ".join(_device(device) for device in devices) + again


def _device(device: reading.ServerDevice) -> str:
    parts = [device.name, device.description]
    parts += [f"{name}={value}" for name, value in device.variables.items()]
    parts += [f"writable {name}" for name in device.writable]
    parts += [f"command {name} {text}" for name, text in device.commands.items()]
    parts += [f"describe {name} {text}" for name, text in device.descriptions.items()]
    return ", ".join(part.strip() for part in parts if part)


def _unit(name: str) -> SnmpUnit:
    rows = {}
    for oid, row in snmp_units.fixture(name).rows.items():
        rows[arcs(oid)] = SnmpRow(row.tag, row.value)
    return SnmpUnit(rows, detect_device(rows))


def _set(unit: SnmpUnit, text: str) -> str:
    """The error of a SET, what it changes, and what the unit notes."""
    before = dict(unit.contents.rows)
    count = len(unit.writes)
    error, place = unit.set([_pair(part) for part in text.split(", ")])
    changes: list[str] = []
    for oid, row in before.items():
        now = unit.get(oid)
        if now is not None and now != row:
            changes.append(f"{_short(dotted(oid))}={now.raw!r}")
    notes = [_short(note) for note in unit.writes[count:]]
    return "; ".join([f"{error} {place}".strip(), *changes, *notes])


def _pair(text: str) -> tuple[tuple[int, ...], SnmpRow]:
    """Object and value of `control1=INTEGER 2`."""
    name, _, value = text.partition("=")
    match = re.fullmatch("(control|state)([0-9]+)", name)
    oid = _APC[match[1]] + match[2] if match else name
    kind, _, word = value.partition(" ")
    return arcs(oid), SnmpRow(_TYPES[kind], word.encode() if kind == "OCTETS" else int(word))


def _short(text: str) -> str:
    for name, oid in _APC.items():
        text = text.replace(oid, name)
    return text

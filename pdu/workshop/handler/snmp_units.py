"""SNMP devices for the check of a handler: from an owner's recording, or from the synthetic unit of
a family of PDUs.

A family is a make whose objects this pack knows by a profile: which OIDs are the states of outlets,
and which write switches them. Rows are what a unit answers: by OID, a type and a value. A simulated
unit is made of the rows and of a family that reads them.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Optional

from handlers.shared.errors import SettingsError, printable
from handlers.snmp.profile import is_below
from handlers.snmp.profiles import PROFILE_BY_KEY, PROFILES
from pdu_common.snmp_client.tool_api import OCTETS

from ...recordings.simulated_pdu import UnitFault
from ...recordings.snmp import snmprec
from ...recordings.snmp.recorded_rows import SYS_DESCR, Rows, SnmpRow, dotted
from ...recordings.snmp.recording_format import find_device
from ...recordings.snmp.unit import SnmpUnit
from ...recordings.snmp.unit_objects import state_objects
from .larger_snmp_units import enlarged_rows

#: a synthetic unit of each family, KEY.snmprec; the wheel has them at the same place
UNITS = Path(__file__).resolve().parents[3] / "tests" / "simulators" / "snmp_units"
#: a word that nothing else holds, so that the check finds where a handler shows it
COMMUNITY = f"community-{secrets.token_hex(8)}"
_WRITE = re.compile(r"(?P<oid>[0-9]+(\.[0-9]+)+)\.\{outlet\}\s*=\s*(?P<value>\S+)")
# the profile of --on and --off, whose name no profile of an owner has
_COMMANDS_FILE = "on-and-off.words"
_SYSTEM = "1.3.6.1.2.1.1"  # objects that every device has


class Device(NamedTuple):
    """The rows that a handler is checked on. Each case gets a simulated unit of its own:

    Device(rows, "apc-rpdu2", "a simulated APC, apc-rpdu2").unit(UnitFault.STUCK)
    """

    rows: Rows
    #: the key of the family that reads them, or the file of a profile
    key: str
    #: what it is, for people
    about: str
    #: the rows of a unit of this family with fewer outlets, for the case of two PDUs; {}: none
    smaller_rows: Rows = {}

    def unit(self, fault: UnitFault = UnitFault.NONE) -> SnmpUnit:
        """A new simulated unit of these rows, with this fault."""
        unit = SnmpUnit(self.rows, find_device(self.rows, self.key).device, fault)
        unit.smaller_rows = self.smaller_rows
        return unit


def empty_unit() -> SnmpUnit:
    """A unit that has no object but sysDescr, to see what a handler asks for."""
    return SnmpUnit({SYS_DESCR: SnmpRow(OCTETS, b"trial")}, None)


def recorded_device(text: str, key: str = "") -> Device:
    """The device of an owner's SNMP recording, whose text is lines such as "1.3.6.1.2.1.1.1.0|4|APC
    ...". `key`: the family that reads it, or the file of a profile; "" for the family that is
    detected. Raises SettingsError if none reads it.

        text                        key                            result
        rows of an APC rPDU2        ""                             "the recording, apc-rpdu2"
        rows of an unknown make     the profile of --on and --off  "the recording"
        rows of an unknown make     ""                             SettingsError: no family reads it
    """
    rows = snmprec.parse(text).rows
    device, why, _ = find_device(rows, key)
    is_of_commands = Path(key).name == _COMMANDS_FILE
    if device is None and is_of_commands:
        raise SettingsError(
            "--replay: the recording has no outlets at the object of --on and --off"
        )
    if device is None and key:
        raise SettingsError(f"--replay: {why}")
    if device is None:
        raise SettingsError(
            "--replay: no family reads this device: give --profile FILE.json"
            " (docs/own-pdu.md), or say what is written, such as"
            " --on '1.3.6.1.4.1.99999.2.1.3.{outlet} = 1'"
            " --off '1.3.6.1.4.1.99999.2.1.3.{outlet} = 0'"
        )
    key = key or device.profile.key
    about = "the recording" if is_of_commands else f"the recording, {device.profile.key}"
    return Device(rows, key, about)


def profile_of_commands(on: Sequence[str], off: Sequence[str], folder: Path) -> str:
    """Write the profile of a PDU that is known by two commands alone: `OID.{outlet} = VALUE`
    switches an outlet, and its state is read at the same OID. Returns the profile's file in
    `folder`; "" without commands. Raises SettingsError.

        on  ["1.3.6.1.4.1.99.1.{outlet} = 1"]
        off ["1.3.6.1.4.1.99.1.{outlet} = 0"]    a state "1" is on, "0" is off; 1 and 0 are written
        off ["1.3.6.1.4.1.99.2.{outlet} = 0"]    SettingsError: writes to two objects
        off ["power off"]                        SettingsError: is no write over SNMP

    In a profile, states are texts, and values to write are integers, if they have only digits. Its
    evidence, which each profile must give, is "MIB": the owner's word for what the objects mean.
    """
    if not on and not off:
        return ""
    if len(on) != 1 or len(off) != 1:
        raise SettingsError("over SNMP, give --on and --off once each: OID.{outlet} = VALUE")
    on_match, off_match = _parsed_write(on[0]), _parsed_write(off[0])
    oid = on_match["oid"]
    if off_match["oid"] != oid:
        raise SettingsError(
            "--on and --off are writes to two objects: describe the PDU by --profile FILE.json"
        )
    on_value, off_value = on_match["value"], off_match["value"]
    column = {"kind": "Column", "oid": oid, "object": "outletState"}
    control = {
        "kind": "Write",
        "at": column,
        "on": int(on_value) if on_value.isdecimal() else on_value,
        "off": int(off_value) if off_value.isdecimal() else off_value,
    }
    states = {"source": column, "on": [on_value], "off": [off_value]}
    profile = {
        "key": "unknown",
        "vendor": "Unknown",
        "models": ["unknown"],
        "mib": "unknown",
        "sys_object_ids": [],
        "outlets": [{"states": states, "control": control}],
        "evidence": {"state": "MIB", "switching": "MIB"},
    }
    file = folder / _COMMANDS_FILE
    file.write_text(json.dumps(profile), "utf-8")
    return str(file)


def _parsed_write(text: str) -> re.Match[str]:
    """A match with the groups `oid` and `value` of a write as an owner gives it. Raises
    SettingsError for a text of another form.

    >>> _parsed_write("1.3.6.1.4.1.99.1.{outlet} = 1").groupdict()
    {'oid': '1.3.6.1.4.1.99.1', 'value': '1'}
    """
    match = _WRITE.fullmatch(text.strip())
    if match is None:
        shown_text = printable(text, 80)
        raise SettingsError(f"{shown_text!r} is no write over SNMP: give OID.{{outlet}} = VALUE")
    return match


def family_device(key: str) -> Optional[Device]:
    """The device of a family, made of its synthetic unit: one outlet is in a state that no MIB has,
    neither on nor off, and there are 12 outlets, if the family reads so many. Its `smaller_rows`
    have the number of outlets of the synthetic unit; {} if that is the same. None for an unknown
    family, and for one without states.

    >>> device = family_device("netio")
    >>> device.about, len(device.unit().outlet_states()), device.unit().outlet_states()["4"]
    ('a simulated NETIO, netio', 12, None)
    >>> family_device("acme") is None
    True
    """
    profile = PROFILE_BY_KEY.get(key)
    if profile is None or not any(outlets.states for outlets in profile.outlets):
        return None
    fixture = Device(_family_rows(key), key, about="")
    rows = enlarged_rows(_with_unknown_outlet(fixture.unit()), key)
    has_more_outlets = len(rows) > len(fixture.rows)
    return Device(
        rows=rows,
        key=key,
        about=f"a simulated {profile.vendor}, {key}",
        smaller_rows=fixture.rows if has_more_outlets else {},
    )


def _with_unknown_outlet(unit: SnmpUnit) -> Rows:
    """The unit's rows, in which its last outlet has a state that no MIB has, so that it is neither
    on nor off. They stay as they are if the unit has such an outlet, or has only two outlets.

        states of the unit    {"1": True, "2": False, "3": True}
        of the result         {"1": True, "2": False, "3": None}
    """
    states = unit.outlet_states()
    if None not in states.values() and len(states) > 2:
        last_outlet = list(states)[-1]
        unit.turn_outlet(last_outlet, on=None)
    return unit.contents.rows


def _family_rows(key: str) -> Rows:
    """The rows of the family's synthetic unit, as they are in its file, such as netio.snmprec."""
    text = (UNITS / f"{key}.snmprec").read_text("utf-8")
    return snmprec.parse(text).rows


class _Hits(NamedTuple):
    """How many objects, of those that a handler asked for, the unit of a family has: `states` as
    states of outlets, `objects` at all. A unit with more states is larger than one with more
    objects.

    >>> max(_Hits(states=1, objects=2), _Hits(states=0, objects=9))
    _Hits(states=1, objects=2)
    """

    states: int = 0
    objects: int = 0


def requested_devices(requests: frozenset[str]) -> Iterator[Device]:
    """Yields the synthetic units of the families that have any of these objects, first the family
    with most of them as states of outlets, then with most of them at all. `requests`: the OIDs that
    a handler asked for. The objects that every device has, such as sysDescr, do not count:

    >>> requests = frozenset(["1.3.6.1.4.1.318.1.1.26.9.2.3.1.5", "1.3.6.1.2.1.1.1.0"])
    >>> [device.key for device in requested_devices(requests)][:1]
    ['apc-rpdu2']
    """
    objects = {oid for oid in requests if not is_below(oid, _SYSTEM)}
    hits_by_key: dict[str, _Hits] = {}
    for profile in PROFILES:
        path = UNITS / f"{profile.key}.snmprec"
        text = path.read_text("utf-8") if path.exists() else ""
        # most units have none of the objects: their rows need not be read
        if not any(f"\n{oid}" in text for oid in objects):
            continue
        hits = _hits(profile.key, objects)
        if hits > _Hits():
            hits_by_key[profile.key] = hits
    for key in sorted(hits_by_key, key=lambda key: hits_by_key[key], reverse=True):
        device = family_device(key)
        if device is not None:
            yield device


def _hits(key: str, objects: set[str]) -> _Hits:
    """How many of these objects the synthetic unit of the family `key` has; 0 for a family without
    outlets. `objects`: OIDs that a handler asked for.

    >>> _hits("apc-rpdu2", {"1.3.6.1.4.1.318.1.1.26.9.2.3.1.5"})
    _Hits(states=1, objects=1)
    """
    rows = _family_rows(key)
    device = find_device(rows, key).device
    if device is None or not device.states:
        return _Hits()
    oids = [dotted(oid) for oid in rows]
    return _Hits(
        states=_count_with_rows(objects, [dotted(oid) for oid in state_objects(rows, device)]),
        objects=_count_with_rows(objects, oids),
    )


def _count_with_rows(objects: set[str], oids: Sequence[str]) -> int:
    """How many of the objects have a row at their OID or below it. `oids`: those of the rows.

    >>> _count_with_rows({"1.3.6.1.4.1.99.1", "1.3.6.1.4.1.99.10"}, ["1.3.6.1.4.1.99.1.3"])
    1
    """
    count = 0
    for item in objects:
        if any(is_below(oid, item) for oid in oids):
            count += 1
    return count

"""Records and simulates SNMP devices. Recordings are .snmprec files or the output of snmpwalk."""
from __future__ import annotations

import os
from pathlib import Path
from typing import Any, List, Optional, Tuple

from ....errors import PduHandlerError, SettingsError
from ....snmp import detection
from ....snmp.device import Found
from ....snmp.profile import Profile
from ....snmp.profiles import PROFILES
from ..kinds import Kind, Recorder, Recording, Served
from ..serving import HOST
from . import recording, snmprec
from .rows import Memory, Rows
from .unit import Unit

_COMMUNITY = "public"


def _record(data: Any, recorder: Recorder) -> Recording:
    rows = recording.walked(data, recorder)
    clean = recording.scrubbed(rows, data, recorder.keep)
    return Recording("\n".join(snmprec.written(clean)) + "\n", f"{len(clean)} objects", _compared(rows, clean))


def _serve(text: str, port: int, profile: str = "") -> Served:
    from .agent import Agent  # imported late: it loads pysnmp's agent side
    parsed = snmprec.parse(text)
    if not parsed.rows:
        raise SettingsError("the recording has no object with a numeric OID: walk with snmpwalk -On")
    found, why = _found(parsed.rows, profile)
    unit = Unit(parsed.rows, found)
    agent = Agent(unit, port, os.environ.get("PDU_COMMUNITY") or _COMMUNITY)
    left_out = f"; {parsed.left_out} lines without a numeric OID are left out" if parsed.left_out else ""
    return Served(HOST, agent.port, why + left_out, f"snmp {HOST}:{agent.port}", lambda: list(unit.writes), agent.close)


def _found(rows: Rows, chosen: str) -> Tuple[Optional[Found], str]:
    """The rows read as the chosen family, or else as the detected one, and a sentence about the result."""
    try:
        if chosen:
            found = detection.read_as(Memory(rows), _profile(chosen))
        else:
            found = detection.detect(Memory(rows), PROFILES)
    except SettingsError:
        raise
    except PduHandlerError as error:
        return None, f"no family reads it, so it answers but accepts no command ({error.reason})"
    switched = found.outlets is not None and found.outlets.control is not None
    return found, (f"family {found.profile.key}, {len(found.states)} outlets, "
                   + ("which follow its commands" if switched else "which it cannot switch"))


def _profile(chosen: str) -> Profile:
    """A family by its key, or a profile in a JSON file."""
    known = PROFILES.named(chosen)
    if known is not None:
        return known
    from ....snmp import building, schema
    if not os.path.isfile(chosen):
        raise SettingsError(f"--profile {chosen[:60]!r} is neither a family (pdu snmp families lists them) nor a file")
    try:
        return building.read(Path(chosen))
    except schema.ProfileError as error:
        raise SettingsError(f"{chosen}: {error}") from None


def _compared(rows: Rows, clean: Rows) -> List[str]:
    """A sentence that says whether the scrubbed rows read as the same family, with the same states, as the device's own rows."""
    before, after = recording.detected(rows), recording.detected(clean)
    if before is None:
        return ["No family reads it: pdu draft starts a profile from the recording."]
    if after is None or after.profile.key != before.profile.key or list(after.states.values()) != list(before.states.values()):
        return [f"Without its names the device no longer reads as the family {before.profile.key}: record it again with "
                "--keep names, and remove private names from the file by hand."]
    return [f"It reads as the family {after.profile.key} with {len(after.states)} outlets, as the device does."]


KIND = Kind(tcp_port=None, rank=2, record=_record, is_recording=snmprec.is_recording, serve=_serve, serve_as=_serve)

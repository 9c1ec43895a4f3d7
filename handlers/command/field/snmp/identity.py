"""What a device is to the SNMP handler: families tried, objects seen, the one chosen and why, what each figure rests on."""
from __future__ import annotations

from collections import Counter
from typing import Any, Dict, Iterable, List, Mapping, Optional

from .... import host
from ....errors import PduHandlerError, ProtocolError, Unreachable, Unsupported
from ....host.rows import Raw
from ....host.snmp import Snmp
from ....snmp import catalogue, detection, metering
from ....snmp.decoding import Walked, shown
from ....snmp.device import Found, by_states
from ....snmp.evidence import Confidence, Proof
from ....snmp.frozen import Frozen, parts
from ....snmp.handler import SnmpPdu
from ....snmp.profile import Profile
from ....snmp.reader import Device, Reader
from ....snmp.settings import choose
from ...output import figure
from ..kinds import Identity

_RESTS = {Proof.DRIVER: "another program or an example, without the MIB's text", Proof.MIB: "the MIB's text",
          Proof.SIMULATED: "the MIB's text, tried on a simulator made from it", Proof.RECORDING: "the recording of a real unit",
          Proof.UNIT: "a real unit"}
_MOST_SECONDS = 60.0
_LONGEST = 120              # characters of one value


class Noted:
    """A device that is asked each thing once, and what it said."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self.got: Dict[str, Optional[Raw]] = {}
        self.walked: Dict[str, Walked] = {}

    def get(self, oid: str) -> Optional[Raw]:
        if oid not in self.got:
            self.got[oid] = self._device.get(oid)
        return self.got[oid]

    def walk(self, oid: str) -> Walked:
        if oid not in self.walked:
            self.walked[oid] = self._device.walk(oid)
        return self.walked[oid]


def identity(data: Any) -> Identity:
    """Raises Unreachable where it does not answer, SettingsError."""
    try:
        choice = choose(host.settings(data), {})
        device = Noted(Snmp(SnmpPdu(data), _MOST_SECONDS))
        return of_device(device, choice.profiles, choice.is_fixed)
    except PduHandlerError as error:
        raise error.at(host.address(data), "identify") from None


def of_device(device: Noted, profiles: Any, is_fixed: bool = False) -> Identity:
    """What a device is among these families."""
    reader = Reader(device)
    said, usable = detection.sys_object_id(reader, profiles)
    about = {"sysObjectID": said}
    description = reader.get(detection.SYS_DESCR)
    if description is not None:
        about["sysDescr"] = shown(description, _LONGEST)
    found_out = Identity("snmp", True, about=about)
    tried = list(detection.candidates(usable, profiles))
    try:
        found = detection.read_as(device, profiles[0]) if is_fixed else detection.detect(device, profiles)
    except (Unsupported, ProtocolError) as error:
        found_out.why = error.reason
        found_out.tried = [_row(one.profile, device, one.root) for one in tried]
        found_out.seen = _seen(device, [one.profile for one in tried])
        found_out.way_on = list(_WAY_ON)
        return found_out
    found_out.family = found.profile.key
    found_out.tried = _tried(tried, found, device)
    found_out.why = _why(found, usable, is_fixed)
    _capabilities(found, found_out)
    found_out.seen = _seen(device, [found.profile])
    return found_out


_WAY_ON = ["pdu record snmp HOST -o unit.snmprec    what it answers, without names and addresses",
            "pdu draft unit.snmprec --mib FILE       a profile to start from, with its evidence and doubts",
            "packaging/build.py --profile FILE.json  an archive that reads it (docs/own-pdu.md)"]


def _tried(tried: Iterable[detection.Candidate], found: Found, device: Noted) -> List[Dict[str, str]]:
    """What became of each candidate, up to the chosen one; those behind it were not needed."""
    rows: List[Dict[str, str]] = []
    reached = False
    for profile, root in tried:
        if reached:
            rows.append({"family": profile.key, "result": "not needed"})
        else:
            rows.append(_row(profile, device, root))
            reached = profile is found.profile and root == found.reader.root
    return rows or [{"family": found.profile.key, "result": "chosen by the setting 'profile'"}]


def _row(profile: Profile, device: Device, root: str) -> Dict[str, str]:
    try:
        found = by_states(profile, Reader(device, root))
    except Unreachable:
        raise
    except PduHandlerError as error:
        return {"family": profile.key, "result": error.reason}
    return {"family": profile.key, "result": f"{len(found.states)} outlets" if found else "no outlet reports a state"}


def _why(found: Found, usable: str, is_fixed: bool) -> str:
    if is_fixed:
        return "the setting 'profile' names it, and the device answers its objects"
    prefix = found.profile.match(usable)
    said = (f"sysObjectID {usable} begins with {'.'.join(usable.split('.')[:prefix])}" if prefix
            else "the device has no usable sysObjectID, and answers this family's objects")
    rows = (f"its table of outlets has {len(found.states)} rows" if found.states
            else "it lists no outlets, and has the family's meters")
    return f"{said}; {rows}"


def _capabilities(found: Found, out: Identity) -> None:
    profile, outlets = found.profile, found.outlets
    counted = Counter(state.name for state in found.states.values())
    states = ", ".join(f"{counted[name]} {name}" for name in ("UP", "DOWN", "UNKNOWN") if counted[name])
    if outlets is not None and outlets.states is not None and outlets.states.read(found.reader):
        out.can.append(f"read the states of {len(found.states)} outlets ({states})")
        out.rests["state"] = _basis(outlets.states, profile.evidence.state)
    elif found.states:
        out.cannot.append(f"read states: it reports none, so its {len(found.states)} outlets are UNKNOWN")
    else:
        out.cannot.append("read or switch outlets: it has none")
    _switching(found, out)
    read = metering.meter(found)
    for name, value, unit, total, proof in (("load", read.load, "A", profile.load, profile.evidence.current),
                                            ("power", read.power, "W", profile.power, profile.evidence.power),
                                            ("energy", read.energy, "kWh", profile.energy, profile.evidence.energy)):
        if value is None:
            out.cannot.append(f"tell its {name}" + ("" if total else f": the family '{profile.key}' has no such object"))
        else:
            out.can.append(f"tell its {name} ({figure(float(value), unit)})")
            first = next((one for one in total.figures if one.read(found.reader)), None) if total else None
            out.rests[name] = _basis(first, proof) if first else f"the sum over the outlets; {_RESTS.get(proof, 'nothing')}"
    for name, figures, source, proof in (
            ("current by outlet", read.current_of, outlets and outlets.current, profile.evidence.current),
            ("energy by outlet", read.energy_of, outlets and outlets.energy, profile.evidence.energy)):
        if figures:
            out.can.append(f"tell the {name} ({len(figures)} of {len(found.states)})")
            out.rests[name] = _basis(source, proof)
        elif found.states:
            out.cannot.append(f"tell the {name}")


def _switching(found: Found, out: Identity) -> None:
    profile = found.profile
    if found.outlets is None or found.outlets.control is None:
        if found.states:
            out.cannot.append("switch: it is read as a unit that only meters" if not profile.is_switched
                              else "switch: a command could not be confirmed, because no state is reported")
        return
    sure = profile.switching_confidence
    if sure is Confidence.LOW:
        out.cannot.append("switch, unless its owner sets switch_unproven=yes: the commands of this family are not certain. "
                          + profile.note)
    else:
        out.can.append("switch them (it was not tried here; a read-only community still refuses)")
    out.rests["switching"] = f"{_basis(found.outlets.control, profile.evidence.switching)}; confidence {sure.value}"


def _basis(part: Optional[Frozen], proof: Proof) -> str:
    names = ", ".join(dict.fromkeys(catalogue.objects(part))) if part is not None else ""
    return "; ".join(filter(None, (names, _RESTS.get(proof, ""))))


def _seen(device: Noted, profiles: Iterable[Profile]) -> List[Dict[str, Any]]:
    """The objects that were asked for, by their names in the MIB where a profile has them."""
    names = _object_names(profiles)
    rows: List[Dict[str, Any]] = [{"object": names.get(oid, oid), "oid": oid, "holds": "nothing" if value is None
                                   else shown(value, _LONGEST)} for oid, value in device.got.items()]
    return rows + [{"object": names.get(oid, oid), "oid": oid, "holds": _rows(len(held))}
                   for oid, held in device.walked.items()]


def _rows(count: int) -> str:
    return "nothing" if not count else "1 row" if count == 1 else f"{count} rows"


def _object_names(profiles: Iterable[Profile]) -> Mapping[str, str]:
    named = {detection.SYS_DESCR: "sysDescr", detection.SYS_OBJECT_ID: "sysObjectID"}
    for profile in profiles:
        for part in parts(profile):
            oid, name = getattr(part, "oid", ""), getattr(part, "object", "")
            if isinstance(oid, str) and isinstance(name, str) and oid and name:
                named.setdefault(oid, name)
    return named

"""A device as the SNMP handler sees it: families tried, objects read, the family chosen, and the
evidence of each figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Optional

from handlers import dcimanager
from handlers.dcimanager.snmp import Snmp
from handlers.shared.errors import PduHandlerError, ProtocolError, Refused, Unreachable, Unsupported
from handlers.shared.meter_figures import measured
from handlers.snmp import detection, metering
from handlers.snmp.decoding import printable_text
from handlers.snmp.device import SnmpDevice, read_states
from handlers.snmp.evidence import EvidenceLevel
from handlers.snmp.handler import SnmpPdu
from handlers.snmp.measurements import Measurement
from handlers.snmp.parts import parts_of
from handlers.snmp.profile import Profile
from handlers.snmp.settings import FamilySelection, select_families
from handlers.snmp.tables import SnmpReads, Tables, tables_of_device
from handlers.snmp.totals import Total

from ...cli.error_output import reason
from ...cli.output import counted
from ...supports import family_tables
from ...supports.recognition import UPS_ADVICE, recognise
from ...supports.recorded import UNPROVEN, evidence_of, switching_basis
from ..finding import LONGEST, HandlerFinding
from .reading import read_as_chosen

_SOURCES = {
    EvidenceLevel.DRIVER: "another program or an example",
    EvidenceLevel.MIB: "the MIB's text",
    EvidenceLevel.SIMULATED: "the MIB's text, tried on a simulator made from it",
    EvidenceLevel.RECORDING: "the recording of a real unit",
    EvidenceLevel.UNIT: "a real unit",
}
_MOST_SECONDS = 60.0


def identify(data: Any) -> HandlerFinding:
    """The device, and what can be read and switched: `HandlerFinding("snmp", family="apc-rpdu2",
    ...)`. Raises the errors of handlers/shared/errors.py.
    """
    device = Snmp(SnmpPdu(data), _MOST_SECONDS)
    choice = select_families(dcimanager.settings(data), {})
    return device_finding(tables_of_device(device), choice)


def device_finding(device: Tables, choice: FamilySelection) -> HandlerFinding:
    """The identity of a device read with `choice`. Its `family` is "" if no family of `choice`
    reads the device.

    `seen` has the objects that `device` has read.

        sysObjectID                family      why
        1.3.6.1.4.1.318.1.3.4.6    apc-rpdu2   sysObjectID ... begins with 1.3.6.1.4.1.318.1.3.4.6;
                                               the PDU lists 8 outlets
        1.3.6.1.4.1.9999.1         ""          no family of the SNMP handler fits
    """
    profiles = choice.profiles
    sys_object_id, product_id = detection.sys_object_id(device, profiles)
    out = HandlerFinding("snmp", about={"sysObjectID": sys_object_id})
    description = device.get(detection.SYS_DESCR)
    if description is not None:
        out.about["sysDescr"] = printable_text(description, LONGEST)
    if choice.is_fixed:
        candidates = list(detection.candidates_of(profiles[0], product_id))
    else:
        candidates = list(detection.candidates(product_id, profiles))
    try:
        read_device = read_as_chosen(device, choice)
    except (Unsupported, ProtocolError) as error:
        out.why = reason(error)
        out.other_device = recognise(product_id).sentence
        out.tried = [_candidate_row(candidate, candidates, device) for candidate in candidates]
        out.seen = _read_objects(device, [candidate.profile for candidate in candidates])
        return out
    profile = read_device.profile
    out.family = profile.key
    basis = _choice_basis(profile, product_id, is_fixed=choice.is_fixed)
    out.why = f"{basis}; {_listed_phrase(read_device)}"
    out.tried = _candidate_rows(candidates, read_device, device)
    switch_unproven = choice.switches_unproven(profile)
    _note_capabilities(read_device, switch_unproven=switch_unproven, out=out)
    out.seen = _read_objects(device, [profile])
    return out


def _candidate_rows(
    candidates: list[detection.Candidate], read_device: SnmpDevice, device: SnmpReads
) -> list[dict[str, str]]:
    """A row for each candidate with its result; "not needed" for those that detection did not try.

    [{"family": "apc-rpdu2", "result": "8 outlets"},
     {"family": "apc-rpdu", "result": "not needed"}]
    """
    profile, tables = read_device.profile, read_device.tables
    read_candidate = detection.Candidate(profile, tables.reading.root)
    tried_count = len(candidates)
    # a family whose states are read ends the search; one by its meters alone is the last resort
    if read_candidate in candidates and read_states(profile, tables):
        tried_count = candidates.index(read_candidate) + 1
    rows: list[dict[str, str]] = []
    for candidate in candidates[:tried_count]:
        rows.append(_candidate_row(candidate, candidates, device))
    for candidate in candidates[tried_count:]:
        rows.append({"family": _name(candidate, candidates), "result": "not needed"})
    return rows


def _candidate_row(
    candidate: detection.Candidate, candidates: list[detection.Candidate], device: SnmpReads
) -> dict[str, str]:
    """A row of the families tried: its name, and how many outlets it reads or why it does not:
    `{"family": "apc-rpdu2", "result": "8 outlets"}`. Raises Unreachable.
    """
    try:
        states = read_states(candidate.profile, tables_of_device(device, candidate.root))
    except Unreachable:
        raise
    except PduHandlerError as error:
        result = error.reason
    else:
        result = counted(len(states.states), "outlet") if states else "no outlet reports a state"
    return {"family": _name(candidate, candidates), "result": result}


def _name(candidate: detection.Candidate, candidates: list[detection.Candidate]) -> str:
    """The family's key, with the root of its tree if the family is tried at several: `apc-rpdu2`,
    or `gude-epc at 1.3.6.1.4.1.28507.1`.
    """
    profiles = [row.profile for row in candidates]
    if profiles.count(candidate.profile) == 1:
        return candidate.profile.key
    return f"{candidate.profile.key} at {candidate.root}"


def _choice_basis(profile: Profile, sys_object_id: str, *, is_fixed: bool) -> str:
    """A clause that says what chose the family: the setting (`is_fixed`), the sysObjectID, or the
    objects. `sys_object_id`: "" for one that names no product, such as Net-SNMP's.

    >>> from handlers.snmp.profiles import PROFILE_BY_KEY
    >>> apc = PROFILE_BY_KEY["apc-rpdu2"]
    >>> _choice_basis(apc, "", is_fixed=True)
    "the setting 'profile' names it"
    >>> _choice_basis(apc, "1.3.6.1.4.1.318.1.3.4.6", is_fixed=False)
    'sysObjectID 1.3.6.1.4.1.318.1.3.4.6 begins with 1.3.6.1.4.1.318.1.3.4.6'
    """
    if is_fixed:
        return "the setting 'profile' names it"
    arc_count = profile.match(sys_object_id)
    if arc_count:
        prefix = ".".join(sys_object_id.split(".")[:arc_count])
        return f"sysObjectID {sys_object_id} begins with {prefix}"
    return "the device has no usable sysObjectID, but has this family's objects"


def _listed_phrase(read_device: SnmpDevice) -> str:
    """What the PDU has of the family's objects: `the PDU lists 8 outlets`, or of one that only
    meters `the family has no outlets`.
    """
    if read_device.states:
        return f"the PDU lists {counted(len(read_device.states), 'outlet')}"
    if read_device.profile.outlets:
        return "the PDU lists no outlets, but has the family's meters"
    return "the family has no outlets"


def _note_capabilities(
    read_device: SnmpDevice, *, switch_unproven: bool, out: HandlerFinding
) -> None:
    """Note in `out` what can be read and switched of a device as its family.

    can       read the states of 8 outlets (7 on, 1 off); switch the outlets (not tried ...);
              report its load (3.6 A); report the current by outlet (8 of 8)
    cannot    report its power: the family 'akcp-relay' has no such object
    """
    _note_states(read_device, out)
    _note_switching(read_device, switch_unproven=switch_unproven, out=out)
    if read_device.profile.ups:
        out.cannot.append(f"read the UPS itself: {UPS_ADVICE}")
    try:
        figures = metering.read_statistic(read_device)
    except (ProtocolError, Refused, Unsupported) as error:
        out.cannot.append(f"report figures: {error.reason}")
        return
    _note_totals(read_device, figures, out)
    _note_outlet_figures(read_device, figures, out)


def _note_states(read_device: SnmpDevice, out: HandlerFinding) -> None:
    """Note in `out` the states, or that none is reported: `read the states of 8 outlets (7 on, 1
    off)`, `read states: it reports none (8 outlets)`.
    """
    states = read_device.outlets.states if read_device.outlets is not None else None
    if states is not None and states.rows(read_device.tables):
        basis = _basis(evidence_of(read_device.profile).state, [states])
        out.note_states(read_device.states.values(), basis)
    elif read_device.states:
        out.outlets = len(read_device.states)
        out.cannot.append(f"read states: it reports none ({counted(out.outlets, 'outlet')})")
    else:
        out.cannot.append("read or switch outlets: it has none")


def _note_totals(read_device: SnmpDevice, figures: dcimanager.Figures, out: HandlerFinding) -> None:
    """Note in `out` load (A), power (W) and energy (kWh) of the unit, with what they rest on.

    can        report its load (3.6 A)
    evidence   load: rPDU2PhaseStatusCurrent, ...; the MIB's text, tried on a simulator ...
    cannot     report its power: the family 'akcp-relay' has no such object
    """
    profile = read_device.profile
    levels, ceilings = evidence_of(profile), profile.ceilings
    rows = (
        ("load", figures.load_a, "A", profile.load, levels.current, ceilings.part_a),
        ("power", figures.power_w, "W", profile.power, levels.power, ceilings.part_w),
        ("energy", figures.energy_kwh, "kWh", profile.energy, levels.energy, None),
    )
    for name, value, unit_symbol, total, level, most in rows:
        if total is None:
            out.cannot.append(f"report its {name}: the family '{profile.key}' has no such object")
            continue
        summands = summed_figures(total, read_device.tables, most)
        basis = f"the sum over the outlets; {_SOURCES.get(level, 'nothing')}"
        if summands:
            basis = _basis(level, summands)
        out.note_total(name, value, unit_symbol, basis)


def _note_outlet_figures(
    read_device: SnmpDevice, figures: dcimanager.Figures, out: HandlerFinding
) -> None:
    """Note in `out` how many outlets have a current and an energy, and what that rests on: `report
    the current by outlet (8 of 8)`; the larger number is `metered_outlets`.
    """
    levels, outlets = evidence_of(read_device.profile), read_device.outlets
    ports = figures.ports.values()
    current_source = None if outlets is None else outlets.current
    energy_source = None if outlets is None else outlets.energy
    currents = [port.current_a for port in ports if measured(port.current_a) is not None]
    energies = [port.energy_kwh for port in ports if measured(port.energy_kwh) is not None]
    total = len(read_device.states)
    for name, count, basis in (
        ("current", len(currents), _basis(levels.current, [current_source])),
        ("energy", len(energies), _basis(levels.energy, [energy_source])),
    ):
        out.metered_outlets = max(out.metered_outlets, count)
        if count:
            out.can.append(f"report the {name} by outlet ({count} of {total})")
            out.evidence[f"{name} by outlet"] = basis
        elif total:
            out.cannot.append(f"report the {name} by outlet")


def _note_switching(read_device: SnmpDevice, *, switch_unproven: bool, out: HandlerFinding) -> None:
    """Note in `out` whether the family's commands are used, and how certain they are.

    can        switch the outlets (not tried here; needs a community or user that may write)
    cannot     switch without switch_unproven=yes: the commands of this family are ...
    cannot     switch: the family 'apc-ats' has no commands
    """
    profile = read_device.profile
    outlets = read_device.outlets
    is_stateless = False
    if outlets is not None and outlets.states is not None:
        is_stateless = not outlets.states.rows(read_device.tables)
    if outlets is None or outlets.control is None or is_stateless:
        why = f"the family '{profile.key}' has no commands"
        if profile.is_switched:
            why = "a command could not be confirmed, because no state is reported"
        if read_device.states:
            out.cannot.append(f"switch: {why}")
        return
    if profile.is_proven or switch_unproven:
        out.switchable_outlets = len(read_device.states)
        out.can.append(
            "switch the outlets (not tried here; needs a community or user that may write)"
        )
    else:
        note = f" {profile.note}" if profile.note else ""
        out.cannot.append(
            f"switch without switch_unproven=yes: the commands of this family are {UNPROVEN}.{note}"
        )
    basis = _basis(profile.evidence.switching, family_tables.written_objects(outlets.control))
    out.evidence["switching"] = f"{basis}; {switching_basis(profile)}"


def summed_figures(
    total: Total, tables: Tables, most: Optional[Decimal] = None
) -> list[Measurement]:
    """The figures that the total sums: for each unit of a chain the first figure that has all its
    values.

        figures of the load             unit 1    unit 2      returned
        inlet total                     3.6       missing     inlet total, for unit 1
        phases                          1.2 2.4   2.0 0.9     phases, for unit 2
        banks                           3.6       2.9         not needed
    """
    figures: list[Measurement] = []
    summed_members: set[str] = set()
    for figure in total.figures:
        if summed_members and total.unit is None:
            break  # the device is no chain, and further figures were not read
        members: set[str] = set()
        incomplete_members: set[str] = set()
        for index, value in figure.rows(tables, most).items():
            member = total.unit.of(index) if total.unit else ""
            members.add(member)
            if not isinstance(value, Decimal):
                incomplete_members.add(member)
        complete_members = members - incomplete_members
        if complete_members - summed_members:
            figures.append(figure)
            summed_members |= complete_members
    return figures


def _basis(level: EvidenceLevel, profile_parts: Iterable[Optional[family_tables.Part]]) -> str:
    """What a figure rests on: the objects of these parts by their names, and its evidence:
    `rPDU2PhaseStatusCurrent; the MIB's text, tried on a simulator made from it`.
    """
    objects: list[str] = []
    for part in profile_parts:
        if part is not None:
            objects += family_tables.object_names(part)
    names = ", ".join(dict.fromkeys(objects))
    texts = [text for text in (names, _SOURCES.get(level, "")) if text]
    return "; ".join(texts)


def _read_objects(device: Tables, profiles: Iterable[Profile]) -> list[dict[str, Any]]:
    """The objects that were read, with their names in the MIB where a profile has them.

    [{"object": "sysDescr", "oid": "1.3.6.1.2.1.1.1.0", "holds": "APC Web/SNMP ..."},
     {"object": "rPDU2PhaseStatusCurrent", "oid": "1.3.6.1.4.1.318...", "holds": "3 rows"}]
    """
    value_by_oid: dict[str, str] = {}
    for oid, value in device.reading.answers.gets.items():
        value_by_oid[oid] = "nothing" if value is None else printable_text(value, LONGEST)
    row_count_by_oid: dict[str, str] = {}
    for oid, rows in device.reading.answers.walks.items():
        row_count_by_oid[oid] = counted(len(rows), "row") if rows else "nothing"
    names = _object_names(profiles)
    objects: list[dict[str, Any]] = []
    for oid, text in (*value_by_oid.items(), *row_count_by_oid.items()):
        objects.append({"object": names.get(oid, oid), "oid": oid, "holds": text})
    return objects


def _object_names(profiles: Iterable[Profile]) -> Mapping[str, str]:
    """The names in the MIB, by their OIDs.

    >>> from handlers.snmp.profiles import PROFILE_BY_KEY
    >>> _object_names([])["1.3.6.1.2.1.1.1.0"]
    'sysDescr'
    >>> len(_object_names([PROFILE_BY_KEY["apc-rpdu2"]])) > 10
    True
    """
    name_by_oid = {detection.SYS_DESCR: "sysDescr", detection.SYS_OBJECT_ID: "sysObjectID"}
    for profile in profiles:
        for part in parts_of(profile):
            oid = getattr(part, "oid", "")
            name = getattr(part, "object", "")
            if isinstance(oid, str) and isinstance(name, str) and oid and name:
                name_by_oid.setdefault(oid, name)
    return name_by_oid

"""A device as the SNMP handler sees it, for `pdu identify`: families tried, objects read, the
family chosen, and the evidence of each figure.

A *family* (`Profile`) says how PDUs of one MIB are read; *candidates* are those that detection
tries on a device. The result is a `finding`, which each function `_note_...` fills in further: what
the handler `can` and `cannot` do, as phrases, and the `evidence` of that, what says it is right.
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
    ...)`. `data`: DCImanager's form of the PDU, which make_handler takes. Raises the errors of
    handlers/shared/errors.py.
    """
    snmp = Snmp(SnmpPdu(data), _MOST_SECONDS)
    choice = select_families(dcimanager.settings(data), {})
    return device_finding(tables_of_device(snmp), choice)


def device_finding(tables: Tables, choice: FamilySelection) -> HandlerFinding:
    """The finding of a device whose SNMP tables are `tables`, read as the family of `choice` that
    fits: the one that a setting names, or any. The family is "" if none reads the device:

        sysObjectID                family      why
        1.3.6.1.4.1.318.1.3.4.6    apc-rpdu2   sysObjectID ... begins with 1.3.6.1.4.1.318.1.3.4.6;
                                               the PDU lists 8 outlets
        1.3.6.1.4.1.9999.1         ""          no family of the SNMP handler fits

    `tried` then has a row for each candidate, `seen` one for each object that was read, and
    `other_device` says, if none fits, which devices that are no PDUs have the sysObjectID.
    """
    profiles = choice.profiles
    sys_object_id, product_id = detection.sys_object_id(tables, profiles)
    finding = HandlerFinding("snmp", about={"sysObjectID": sys_object_id})
    description = tables.get(detection.SYS_DESCR)
    if description is not None:
        finding.about["sysDescr"] = printable_text(description, LONGEST)
    if choice.is_fixed:
        candidates = list(detection.candidates_of(profiles[0], product_id))
    else:
        candidates = list(detection.candidates(product_id, profiles))
    try:
        device = read_as_chosen(tables, choice)
    except (Unsupported, ProtocolError) as error:
        finding.why = reason(error)
        finding.other_device = recognise(product_id).sentence
        finding.tried = [_candidate_row(candidate, candidates, tables) for candidate in candidates]
        finding.seen = _read_objects(tables, [candidate.profile for candidate in candidates])
        return finding
    profile = device.profile
    finding.family = profile.key
    basis = _choice_basis(profile, product_id, is_fixed=choice.is_fixed)
    finding.why = f"{basis}; {_listed_phrase(device)}"
    finding.tried = _candidate_rows(candidates, device, tables)
    switch_unproven = choice.switches_unproven(profile)
    _note_capabilities(device, switch_unproven=switch_unproven, finding=finding)
    finding.seen = _read_objects(tables, [profile])
    return finding


def _candidate_rows(
    candidates: list[detection.Candidate], device: SnmpDevice, reads: SnmpReads
) -> list[dict[str, str]]:
    """A row for each candidate, in the order in which they are tried, with its result; "not needed"
    for those behind the family as which the `device` was read. Tries the others again.

    [{"family": "apc-rpdu2", "result": "8 outlets"},
     {"family": "apc-rpdu", "result": "not needed"}]
    """
    profile, tables = device.profile, device.tables
    read_candidate = detection.Candidate(profile, tables.reading.root)
    tried_count = len(candidates)
    # a family whose states are read ends the search; one by its meters alone is the last resort
    if read_candidate in candidates and read_states(profile, tables):
        tried_count = candidates.index(read_candidate) + 1
    rows: list[dict[str, str]] = []
    for candidate in candidates[:tried_count]:
        rows.append(_candidate_row(candidate, candidates, reads))
    for candidate in candidates[tried_count:]:
        rows.append({"family": _name(candidate, candidates), "result": "not needed"})
    return rows


def _candidate_row(
    candidate: detection.Candidate, candidates: list[detection.Candidate], reads: SnmpReads
) -> dict[str, str]:
    """A row of the families tried: its name, and how many outlets it reads or why it does not.
    Raises Unreachable if the device no longer answers.

    {"family": "apc-rpdu2", "result": "8 outlets"}
    {"family": "apc-rpdu", "result": "the device has no such object"}
    """
    try:
        states = read_states(candidate.profile, tables_of_device(reads, candidate.root))
    except Unreachable:
        raise
    except PduHandlerError as error:
        result = error.reason
    else:
        result = counted(len(states.states), "outlet") if states else "no outlet reports a state"
    return {"family": _name(candidate, candidates), "result": result}


def _name(candidate: detection.Candidate, candidates: list[detection.Candidate]) -> str:
    """The key of a candidate's family, with the root of its tree if the family is tried at several.

    >>> from handlers.snmp.profiles import PROFILE_BY_KEY
    >>> apc = detection.Candidate(PROFILE_BY_KEY["apc-rpdu2"], "")
    >>> gude_roots = ("1.3.6.1.4.1.28507.1", "1.3.6.1.4.1.28507.6")
    >>> gudes = [detection.Candidate(PROFILE_BY_KEY["gude-epc"], root) for root in gude_roots]
    >>> _name(apc, [apc, *gudes]), _name(gudes[0], [apc, *gudes])
    ('apc-rpdu2', 'gude-epc at 1.3.6.1.4.1.28507.1')
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


def _listed_phrase(device: SnmpDevice) -> str:
    """A clause that says what the device has of its family's objects:

    the PDU lists 8 outlets
    the PDU lists no outlets, but has the family's meters
    the family has no outlets
    """
    if device.states:
        return f"the PDU lists {counted(len(device.states), 'outlet')}"
    if device.profile.outlets:
        return "the PDU lists no outlets, but has the family's meters"
    return "the family has no outlets"


def _note_capabilities(
    device: SnmpDevice, *, switch_unproven: bool, finding: HandlerFinding
) -> None:
    """Note in `finding` what can be read and switched of a device as its family. `switch_unproven`:
    whether the owner said that commands without evidence are used.

    can       read the states of 8 outlets (7 on, 1 off); switch the outlets (not tried ...);
              report its load (3.6 A); report the current by outlet (8 of 8)
    cannot    report its power: the family 'akcp-relay' has no such object
    """
    _note_states(device, finding)
    _note_switching(device, switch_unproven=switch_unproven, finding=finding)
    if device.profile.ups:
        finding.cannot.append(f"read the UPS itself: {UPS_ADVICE}")
    try:
        figures = metering.read_statistic(device)
    except (ProtocolError, Refused, Unsupported) as error:
        finding.cannot.append(f"report figures: {error.reason}")
        return
    _note_totals(device, figures, finding)
    _note_outlet_figures(device, figures, finding)


def _note_states(device: SnmpDevice, finding: HandlerFinding) -> None:
    """Note in `finding` how many outlets are in each state, or why no state is read.

    can       read the states of 8 outlets (7 on, 1 off)
    cannot    read states: it reports none (8 outlets)
    cannot    read or switch outlets: it has none
    """
    states = device.outlets.states if device.outlets is not None else None
    if states is not None and states.rows(device.tables):
        basis = _basis(evidence_of(device.profile).state, [states])
        finding.note_states(device.states.values(), basis)
    elif device.states:
        finding.outlets = len(device.states)
        outlets = counted(len(device.states), "outlet")
        finding.cannot.append(f"read states: it reports none ({outlets})")
    else:
        finding.cannot.append("read or switch outlets: it has none")


def _note_totals(device: SnmpDevice, figures: dcimanager.Figures, finding: HandlerFinding) -> None:
    """Note in `finding` load (A), power (W) and energy (kWh) of the unit, with what they rest on.

    can        report its load (3.6 A)
    evidence   load: rPDU2PhaseStatusCurrent, ...; the MIB's text, tried on a simulator ...
    cannot     report its power: the family 'akcp-relay' has no such object
    """
    profile = device.profile
    levels, ceilings = evidence_of(profile), profile.ceilings
    rows = (
        ("load", figures.load_a, "A", profile.load, levels.current, ceilings.part_a),
        ("power", figures.power_w, "W", profile.power, levels.power, ceilings.part_w),
        ("energy", figures.energy_kwh, "kWh", profile.energy, levels.energy, None),
    )
    without_object = f"the family '{profile.key}' has no such object"
    for name, value, unit_symbol, total, level, ceiling in rows:
        if total is None:
            finding.cannot.append(f"report its {name}: {without_object}")
            continue
        summands = summed_figures(total, device.tables, ceiling)
        basis = f"the sum over the outlets; {_SOURCES.get(level, 'nothing')}"
        if summands:
            basis = _basis(level, summands)
        finding.note_total(name, value, unit_symbol, basis)


def _note_outlet_figures(
    device: SnmpDevice, figures: dcimanager.Figures, finding: HandlerFinding
) -> None:
    """Note in `finding` how many outlets have a current and how many an energy, with the evidence.
    `metered_outlets` becomes the larger number.

    can        report the current by outlet (8 of 8)
    evidence   current by outlet: rPDU2OutletMeteredStatusCurrent; the MIB's text, ...
    cannot     report the energy by outlet
    """
    levels, outlets = evidence_of(device.profile), device.outlets
    ports = figures.ports.values()
    current_source = None if outlets is None else outlets.current
    energy_source = None if outlets is None else outlets.energy
    currents = [port.current_a for port in ports if measured(port.current_a) is not None]
    energies = [port.energy_kwh for port in ports if measured(port.energy_kwh) is not None]
    total = len(device.states)
    for name, count, basis in (
        ("current", len(currents), _basis(levels.current, [current_source])),
        ("energy", len(energies), _basis(levels.energy, [energy_source])),
    ):
        finding.metered_outlets = max(finding.metered_outlets, count)
        if count:
            finding.can.append(f"report the {name} by outlet ({count} of {total})")
            finding.evidence[f"{name} by outlet"] = basis
        elif total:
            finding.cannot.append(f"report the {name} by outlet")


def _note_switching(device: SnmpDevice, *, switch_unproven: bool, finding: HandlerFinding) -> None:
    """Note in `finding` whether the family's commands are used, and how certain they are.

    can        switch the outlets (not tried here; needs a community or user that may write)
    cannot     switch without switch_unproven=yes: the commands of this family are ...
    cannot     switch: the family 'apc-ats' has no commands
    """
    profile = device.profile
    outlets = device.outlets
    is_stateless = False
    if outlets is not None and outlets.states is not None:
        is_stateless = not outlets.states.rows(device.tables)
    if outlets is None or outlets.control is None or is_stateless:
        why = f"the family '{profile.key}' has no commands"
        if profile.is_switched:
            why = "a command could not be confirmed, because no state is reported"
        if device.states:
            finding.cannot.append(f"switch: {why}")
        return
    if profile.is_proven or switch_unproven:
        finding.switchable_outlets = len(device.states)
        finding.can.append(
            "switch the outlets (not tried here; needs a community or user that may write)"
        )
    else:
        note = f" {profile.note}" if profile.note else ""
        finding.cannot.append(
            f"switch without switch_unproven=yes: the commands of this family are {UNPROVEN}.{note}"
        )
    basis = _basis(profile.evidence.switching, family_tables.written_objects(outlets.control))
    finding.evidence["switching"] = f"{basis}; {switching_basis(profile)}"


def summed_figures(
    total: Total, tables: Tables, most: Optional[Decimal] = None
) -> list[Measurement]:
    """The figures of a total that its sum is made of: for each unit of a chain of units the first
    figure that has all its values. `most`: a larger value, in the total's unit, is not believed.

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
    """What a state or a figure rests on, in words: the names in the MIB of the objects that these
    parts of a profile read, and what says that they are right. None for a part that there is not.

    >>> from handlers.snmp.profiles import PROFILE_BY_KEY
    >>> apc = PROFILE_BY_KEY["apc-rpdu2"]
    >>> _basis(EvidenceLevel.MIB, [apc.load.figures[0], None])
    "rPDU2PhaseStatusCurrent; the MIB's text"
    """
    objects: list[str] = []
    for part in profile_parts:
        if part is not None:
            objects += family_tables.object_names(part)
    names = ", ".join(dict.fromkeys(objects))
    texts = [text for text in (names, _SOURCES.get(level, "")) if text]
    return "; ".join(texts)


def _read_objects(tables: Tables, profiles: Iterable[Profile]) -> list[dict[str, Any]]:
    """The objects that these tables have read, a row each, with what they hold: a text, "3 rows" or
    "nothing". Named as in the MIB, if one of `profiles` has the name, else by the OID.

    [{"object": "sysDescr", "oid": "1.3.6.1.2.1.1.1.0", "holds": "APC Web/SNMP ..."},
     {"object": "rPDU2PhaseStatusCurrent", "oid": "1.3.6.1.4.1.318...", "holds": "3 rows"}]
    """
    value_by_oid: dict[str, str] = {}
    for oid, value in tables.reading.answers.gets.items():
        value_by_oid[oid] = "nothing" if value is None else printable_text(value, LONGEST)
    row_count_by_oid: dict[str, str] = {}
    for oid, rows in tables.reading.answers.walks.items():
        row_count_by_oid[oid] = counted(len(rows), "row") if rows else "nothing"
    names = _object_names(profiles)
    objects: list[dict[str, Any]] = []
    for oid, text in (*value_by_oid.items(), *row_count_by_oid.items()):
        objects.append({"object": names.get(oid, oid), "oid": oid, "holds": text})
    return objects


def _object_names(profiles: Iterable[Profile]) -> Mapping[str, str]:
    """OID -> name in the MIB of each object of these profiles.

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

"""Records and simulates SNMP devices. Recordings are .snmprec files or the output of snmpwalk."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Optional

from handlers import dcimanager, registry
from handlers.dcimanager.snmp import Snmp
from handlers.shared.errors import PduHandlerError, ProtocolError, SettingsError, Unsupported
from handlers.snmp import detection, schema
from handlers.snmp.device import SnmpDevice
from handlers.snmp.handler import SnmpPdu
from handlers.snmp.profile import ENTERPRISES, Profile, oids
from handlers.snmp.profiles import PROFILE_BY_KEY
from handlers.snmp.settings import METERED_ONLY, FamilySelection, select_families
from handlers.snmp.tables import SnmpReads, tables_of_device

from ...cli.error_output import reason
from ...cli.options import spelled
from ...cli.output import counted
from ...inspection.snmp.reading import read_as_chosen
from ...supports import own_profiles
from ...supports.recognition import is_of_agent
from ..recording_formats import Recording, RecordingFormat, RecordingOptions, ReplayedDevice
from ..replay_server import HOST
from . import recording, scrubbing, snmprec
from .agent import SnmpServer
from .recorded_rows import (
    ANY_FAMILY,
    SYS_OBJECT_ID,
    Arcs,
    RecordedRows,
    Rows,
    arcs,
    detect_device,
    dotted,
    read_device,
)
from .unit import SnmpUnit

_COMMUNITY = "public"
# of 1.3.6.1.4.1.N
_ENTERPRISE_ARCS = len(arcs(ENTERPRISES)) + 1
_NO_COMMANDS = "the replay answers, but accepts no commands"


def _record(data: Any, recorder: RecordingOptions) -> Recording:
    """Walk the device, put stand-ins for what names the owner, and compare what the handler reads
    of both. Raises the errors of handlers/shared/errors.py.

        1.3.6.1.2.1.1.5.0|4|name-1
        1.3.6.1.4.1.318.1.1.12.3.5.1.1.4.1|2|1
        "It reads as the family apc-rpdu with 8 outlets, as the device does."
    """
    choice = select_families(dcimanager.settings(data), {})
    rows, stops = recording.walk_trees(data, recorder, partial(_roots, choice))
    clean_rows = scrubbing.scrubbed(rows, data)
    text = "\n".join(snmprec.snmprec_lines(clean_rows)) + "\n"
    device = Snmp(SnmpPdu(data))
    if not stops:
        require_what_the_handler_reads(rows, device, choice)
    notes = [*stops, *compare_rows(rows, clean_rows, device, choice)]
    lost_count = len(rows) - len(clean_rows)
    if lost_count:
        notes.append(
            f"The recording lacks {counted(lost_count, 'object')}: an index has an address that"
            " stands for another one."
        )
    return Recording(text, _content(text), notes)


def _roots(choice: FamilySelection, rows: Rows) -> Sequence[Arcs]:
    """The enterprise of the recorded sysObjectID, and the tables that its families read; of
    families for agents without a vendor's number only their enterprises.

    >>> rows = snmprec.parse("1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.318.1.3.4.6").rows
    >>> _roots(ANY_FAMILY, rows)[0]
    (1, 3, 6, 1, 4, 1, 318)
    """
    device_id = _recorded_id(rows)
    has_vendor = not is_of_agent(dotted(device_id)) and len(device_id) >= _ENTERPRISE_ARCS
    candidates: Iterable[detection.Candidate]
    if choice.is_fixed:
        candidates = detection.candidates_of(choice.profiles[0], dotted(device_id))
    else:
        candidates = detection.candidates(dotted(device_id) if has_vendor else "", choice.profiles)
    tables: list[Arcs] = []
    for candidate in candidates:
        tables_at_root = tables_of_device(RecordedRows({}), candidate.root)
        for oid in oids(candidate.profile):
            tables.append(arcs(tables_at_root.resolve(oid))[:-1])
    if has_vendor:
        tables.insert(0, device_id[:_ENTERPRISE_ARCS])
    elif not choice.is_fixed:
        tables = [table[:_ENTERPRISE_ARCS] for table in tables]
    return list(dict.fromkeys(tables))  # each once


def _recorded_id(rows: Rows) -> Arcs:
    """The sysObjectID; () if there is none.

    >>> _recorded_id(snmprec.parse("1.3.6.1.2.1.1.2.0|6|1.3.6.1").rows), _recorded_id({})
    ((1, 3, 6, 1), ())
    """
    row = rows.get(SYS_OBJECT_ID)
    if row is None or not isinstance(row.value, tuple):
        return ()
    return row.value


def require_what_the_handler_reads(rows: Rows, device: SnmpReads, choice: FamilySelection) -> None:
    """Raises ProtocolError if the recording lacks an object that the handler reads of the device. A
    device that is not read, or not any more, proves nothing.

        "the recording lacks 2 objects that the handler reads, such as 1.3.6.1.4.1.318.1.1.4: ..."
    """
    try:
        answers = read_as_chosen(device, choice).tables.reading.answers
    except PduHandlerError:
        return
    read_oids = [oid for oid, value in answers.gets.items() if value is not None]
    for column, values in answers.walks.items():
        read_oids += [f"{column}.{index}" for index in values]
    absent_oids = [oid for oid in read_oids if arcs(oid) not in rows]
    if absent_oids:
        raise ProtocolError(
            f"the recording lacks {counted(len(absent_oids), 'object')} that the handler reads,"
            f" such as {absent_oids[0]}: the device leaves them out of a walk, or changed"
            " meanwhile; record it again",
            operation="record",
        )


def _content(text: str) -> str:
    """How much is in a recording, for people."""
    rows = snmprec.parse(text).rows
    return counted(len(rows), "object")


def _serve(text: str, port: int, profile: str = "", *, is_writable: bool = False) -> ReplayedDevice:
    """Start an agent that replays a recording. Port 0: any free one. If it `is_writable`, it takes
    any write to an object that it has. Raises SettingsError and OSError.

        "family ip9258, 4 outlets, switched by its commands; community public"
        "snmp 127.0.0.1:16161"
    """
    content = snmprec.parse(text)
    if not content.rows:
        hint = " with a numeric OID: walk with snmpwalk -On" if content.nameless_count else ""
        note = f"; {content.unreadable_lines[0]}" if content.unreadable_lines else ""
        raise SettingsError(f"the recording has no usable object{hint}{note}")
    community = _community()
    reading = find_device(content.rows, profile)
    unit = SnmpUnit(content.rows, reading.device, is_writable=is_writable)
    server = SnmpServer(community)
    try:
        agent = server.serve(unit, port)
    except OSError:
        server.close()
        raise
    summary = reading.summary
    if is_writable:
        summary = summary.replace(_NO_COMMANDS, "it keeps what is written to its objects")
    if content.skip_reasons:
        summary += f"; left out: {', '.join(content.skip_reasons)}"
    # one from the environment may be the real device's
    login = f"community {_COMMUNITY}" if community == _COMMUNITY else "community: PDU_COMMUNITY"
    status_arguments = _poll(f"{HOST}:{agent.port}", profile, reading.device)
    return ReplayedDevice(
        host=HOST,
        port=agent.port,
        about=f"{summary}; {login}",
        poll=status_arguments + reading.setting,
        writes=lambda: list(unit.writes),
        close=server.close,
        is_read=reading.device is not None,
    )


def _community() -> str:
    """The community of PDU_COMMUNITY, else "public". Raises SettingsError."""
    community = os.environ.get("PDU_COMMUNITY") or _COMMUNITY
    if max(community) > "\xff":
        raise SettingsError(
            "PDU_COMMUNITY has a character outside Latin-1, which pysnmp cannot encode"
        )
    return community


class FamilyReading(NamedTuple):
    """The rows of a recording, read as a family: `FamilyReading(device, "family ip9258, 4 outlets",
    "")`.
    """

    #: None if the family cannot read them
    device: Optional[SnmpDevice]
    summary: str
    #: an option that `pdu status` needs, or ""
    setting: str


def find_device(rows: Rows, profile_name: str) -> FamilyReading:
    """Read the rows as the family `profile_name`; "" means the detected one. What cannot be read so
    is read as a device without outlets. Raises SettingsError for a name that is no family and no
    file.

    >>> reading = find_device({}, "")
    >>> reading.device is None, reading.summary[:36]
    (True, 'the handler cannot read this device ')
    """
    choice = ANY_FAMILY
    not_read = (
        "the handler cannot read this device (no family is detected: choose one with --profile, or"
        " make a profile: docs/own-pdu.md)"
    )
    if profile_name:
        profile = _profile(profile_name)
        choice = choice._replace(profiles=(profile,), is_fixed=True)
        not_read = (
            f"the device has no outlets or meters of the family '{profile.key}' (leave out"
            " --profile to detect its family)"
        )
    setting, condition = "", ""
    try:
        device = read_device(rows, choice)
    except Unsupported:
        return FamilyReading(None, f"{not_read}; {_NO_COMMANDS}", "")
    except PduHandlerError:
        try:
            device = read_device(rows, choice._replace(metered_only=True))
        except PduHandlerError as error:
            why = f"the handler cannot read this device ({error.reason})"
            return FamilyReading(None, f"{why}; {_NO_COMMANDS}", "")
        setting = f" {spelled(METERED_ONLY.key, 'yes')}"
        condition = (
            f"; the handler reads it only with{setting}, because nothing proves that it has no"
            " outlets"
        )
    summary = f"family {device.profile.key}, {_outlets_phrase(device)}{condition}"
    return FamilyReading(device, summary, setting)


def _outlets_phrase(device: SnmpDevice) -> str:
    """The outlets that the family reads and switches: "8 outlets, switched by its commands"."""
    if not device.states:
        return "no outlets"
    outlets = counted(len(device.states), "outlet")
    is_switched = device.outlets is not None and device.outlets.control is not None
    if is_switched:
        return f"{outlets}, switched by its commands"
    return f"{outlets} that cannot be switched"


def _poll(address: str, profile_name: str, device: Optional[SnmpDevice]) -> str:
    """The arguments of `pdu status` for this replay.

    For a profile in a file, they name the archive that is built from it.

    >>> _poll("127.0.0.1:16161", "", None)
    'snmp 127.0.0.1:16161'
    """
    if device is None or not profile_name:
        return f"snmp {address}"
    if profile_name in PROFILE_BY_KEY:
        return f"snmp {address} -s profile={profile_name}"
    handler_name = device.profile.key.replace("-", "_")
    archive = registry.archive_name(handler_name)
    return f"dist/{archive} {address}"


def _profile(profile_name: str) -> Profile:
    """A family by its key, or a profile in a JSON file. Raises SettingsError.

    >>> _profile("ip9258").key
    'ip9258'
    """
    if profile_name in PROFILE_BY_KEY:
        return PROFILE_BY_KEY[profile_name]
    if not os.path.isfile(profile_name):
        raise SettingsError(
            f"--profile {profile_name[:60]!r} is neither a family (pdu snmp families lists"
            " them) nor a file"
        )
    try:
        return own_profiles.read_profile(Path(profile_name))
    except schema.ProfileError as error:
        raise SettingsError(f"{profile_name}: {error}") from None


def compare_rows(
    rows: Rows, clean_rows: Rows, device: SnmpReads, choice: FamilySelection
) -> list[str]:
    """A note: whether the handler finds the same family, states and figures in the scrubbed rows as
    in those of the device, and the same outlets as on the device itself.

    If the handler does not read the rows, the note says why.

        "It reads as the family ip9258 with 4 outlets, as the device does."
    """
    try:
        original = read_device(rows, choice)
    except Unsupported as error:
        if choice.is_fixed:
            return [f"The handler does not read it: {reason(error)}"]
        return [
            "No family is detected: record it again with -s profile=FAMILY if you know its family,"
            " or make a profile (docs/own-pdu.md)."
        ]
    except PduHandlerError as error:
        return [f"The handler does not read it: {reason(error)}"]
    copy = detect_device(clean_rows, choice)
    if copy is None or not scrubbing.has_same_answers(original, copy):
        return [
            "The handler reads the scrubbed file differently from the device (family"
            f" {original.profile.key}): say so to whom you send it."
        ]
    return [f"It reads as the {_summary(copy)}{_comparison(original, device, choice)}."]


def _summary(device: SnmpDevice) -> str:
    return f"family {device.profile.key} with {counted(len(device.states), 'outlet')}"


def _comparison(original: SnmpDevice, device: SnmpReads, choice: FamilySelection) -> str:
    """Whether the device, which is read once more, has the outlets of its recording (`original`).
    States and figures may have changed since.

        ", as the device does"
        ", but the device as the family ip9258 with 3 outlets: record it again"
    """
    try:
        current = read_as_chosen(device, choice)
    except PduHandlerError as error:
        return f"; the device was not read again for comparison: {reason(error)}"
    is_same_family = current.profile.key == original.profile.key
    if is_same_family and list(current.states) == list(original.states):
        return ", as the device does"
    return f", but the device as the {_summary(current)}: record it again"


FORMAT = RecordingFormat(
    record=_record,
    is_recording=snmprec.is_recording,
    serve=_serve,
    serve_as=_serve,
    serve_writable=partial(_serve, is_writable=True),
)

"""Records and simulates SNMP devices. Recordings are .snmprec files or the output of snmpwalk.

rows      type and value of each object, by its OID: {(1, 3, 6, 1): SnmpRow(INTEGER, 5)}
scrubbed  of rows: with stand-ins such as name-1 for what could identify the owner
family    the SNMP profile that fits a device, such as apc-rpdu
choice    the families that the handler may take: all, or the one of a setting (then `is_fixed`)
"""

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
    """Record an SNMP device for `pdu record`: walk it, put stand-ins in the place of what could
    identify the owner, and compare what the handler reads of recording and device. Raises the
    errors of handlers/shared/errors.py.

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
    """The OIDs below which the device is walked besides the usual trees: the enterprise that its
    sysObjectID names, and the tables that the families for it read. If sysObjectID names no vendor
    (that of Net-SNMP, for instance), the enterprises of the families for such agents.

    >>> rows = snmprec.parse("1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.318.1.3.4.6").rows
    >>> _roots(ANY_FAMILY, rows)[0]
    (1, 3, 6, 1, 4, 1, 318)
    """
    device_id = _recorded_id(rows)
    has_vendor = not is_of_agent(dotted(device_id)) and len(device_id) >= _ENTERPRISE_ARCS
    # each a family and the OID at which its objects may be
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
    """The value of sysObjectID in these rows; () if they have none.

    >>> _recorded_id(snmprec.parse("1.3.6.1.2.1.1.2.0|6|1.3.6.1").rows), _recorded_id({})
    ((1, 3, 6, 1), ())
    """
    row = rows.get(SYS_OBJECT_ID)
    if row is None or not isinstance(row.value, tuple):
        return ()
    return row.value


def require_what_the_handler_reads(rows: Rows, device: SnmpReads, choice: FamilySelection) -> None:
    """Raises ProtocolError if the recorded rows lack an object that the handler reads of the
    device, which is read once more for this. Returns if the handler cannot read the device: then
    nothing is known.

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
    """How much is in the text of a recording, for people: "812 objects"."""
    rows = snmprec.parse(text).rows
    return counted(len(rows), "object")


def _serve(text: str, port: int, profile: str = "", *, is_writable: bool = False) -> ReplayedDevice:
    """Start an SNMP agent on 127.0.0.1 that answers from a recording. `port`: 0 for any free one.
    `profile`: the family or the file of a profile to whose commands its outlets react, "" for the
    family that is detected. If it `is_writable`, it takes any write to an object that it has.
    Raises SettingsError for a text without an object, and OSError if the port cannot be used.

        "family ip9258, 4 outlets, switched by its commands; community public"    about
        "snmp 127.0.0.1:16161"                                                    poll
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
    """The community that the replay takes: the one of the environment's PDU_COMMUNITY, else
    "public". Raises SettingsError for one that SNMP cannot send.
    """
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
    #: for people: the family and its outlets, or why it cannot read them
    summary: str
    #: an option that `pdu status` needs, with a blank before it; "" for none
    setting: str


def find_device(rows: Rows, profile_name: str) -> FamilyReading:
    """Read the rows as the family or the file of a profile that `profile_name` names; "" means the
    family that is detected. If its outlets cannot be read, the device is read as one with meters
    alone; if that cannot be done either, `device` is None. Raises SettingsError for a name that is
    no family and no file.

    >>> reading = find_device({}, "")
    >>> reading.device is None, reading.summary[:36]
    (True, 'the handler cannot read this device ')
    """
    choice = ANY_FAMILY
    if profile_name:
        choice = choice._replace(profiles=(_profile(profile_name),), is_fixed=True)
    try:
        device = read_device(rows, choice)
    except Unsupported:
        return FamilyReading(None, f"{_why_unsupported(choice)}; {_NO_COMMANDS}", "")
    except PduHandlerError:
        return _reading_of_meters(rows, choice)
    return FamilyReading(device, _summary(device), "")


def _why_unsupported(choice: FamilySelection) -> str:
    """The sentence for a device that no family of this choice fits.

    >>> _why_unsupported(ANY_FAMILY)[:58]
    'the handler cannot read this device (no family is detected'
    """
    if choice.is_fixed:
        return (
            f"the device has no outlets or meters of the family '{choice.profiles[0].key}' (leave"
            " out --profile to detect its family)"
        )
    return (
        "the handler cannot read this device (no family is detected: choose one with --profile, or"
        " make a profile: docs/own-pdu.md)"
    )


def _reading_of_meters(rows: Rows, choice: FamilySelection) -> FamilyReading:
    """Read the rows of a device whose outlets cannot be read as one with meters alone.

    its meters are read    device, "family ...; the handler reads it only with -s metered_only=yes
                           ...", " -s metered_only=yes"
    they are not           None, "the handler cannot read this device (...); ...", ""
    """
    try:
        device = read_device(rows, choice._replace(metered_only=True))
    except PduHandlerError as error:
        why = f"the handler cannot read this device ({error.reason})"
        return FamilyReading(None, f"{why}; {_NO_COMMANDS}", "")
    setting = f" {spelled(METERED_ONLY.key, 'yes')}"
    condition = f"only with{setting}, because nothing proves that it has no outlets"
    return FamilyReading(device, f"{_summary(device)}; the handler reads it {condition}", setting)


def _summary(device: SnmpDevice) -> str:
    """A phrase about the family that reads a device, its outlets, and whether it switches them.

    8 outlets, with commands       "family apc-rpdu, 8 outlets, switched by its commands"
    8 outlets, without commands    "family apc-rpdu, 8 outlets that cannot be switched"
    no outlets                     "family apc-rpdu, no outlets"
    """
    family = f"family {device.profile.key}"
    if not device.states:
        return f"{family}, no outlets"
    outlets = counted(len(device.states), "outlet")
    if device.outlets is not None and device.outlets.control is not None:
        return f"{family}, {outlets}, switched by its commands"
    return f"{family}, {outlets} that cannot be switched"


def _poll(address: str, profile_name: str, device: Optional[SnmpDevice]) -> str:
    """The arguments of `pdu status` for a replay at this address, which was started with --profile
    `profile_name`, "" for without. For a profile in a file they name the archive of the handler
    that is built from it.

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
    """The profile that a name means: a family by its key, or the profile in a JSON file. Raises
    SettingsError if it is neither, or if the file has no profile.

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
    """A list with one sentence for the owner about a new recording. The handler reads three times:
    the recorded `rows`, these with stand-ins, `clean_rows`, and once more the `device` itself.

    the same of all three             "It reads as the family ip9258 with 4 outlets, as the device
                                      does."
    another thing of clean_rows       "The handler reads the scrubbed file differently ..."
    other outlets on the device       "It reads as ..., but the device as ...: record it again."
    rows of no family                 "No family is detected: ..."
    rows that cannot be read          "The handler does not read it: no answer ..."
    """
    try:
        recorded_device = read_device(rows, choice)
    except Unsupported as error:
        if choice.is_fixed:
            return [f"The handler does not read it: {reason(error)}"]
        return [
            "No family is detected: record it again with -s profile=FAMILY if you know its family,"
            " or make a profile (docs/own-pdu.md)."
        ]
    except PduHandlerError as error:
        return [f"The handler does not read it: {reason(error)}"]
    clean_device = detect_device(clean_rows, choice)
    if not scrubbing.has_same_answers(recorded_device, clean_device):
        return [
            "The handler reads the scrubbed file differently from the device (family"
            f" {recorded_device.profile.key}): say so to whom you send it."
        ]
    comparison = _comparison(recorded_device, device, choice)
    return [f"It reads as the {_family_phrase(recorded_device)}{comparison}."]


def _family_phrase(device: SnmpDevice) -> str:
    return f"family {device.profile.key} with {counted(len(device.states), 'outlet')}"


def _comparison(recorded_device: SnmpDevice, device: SnmpReads, choice: FamilySelection) -> str:
    """The end of a sentence: whether the device, which is read once more, has the family and the
    outlets of its recording. States and figures are not compared: they may have changed since.

        ", as the device does"
        ", but the device as the family ip9258 with 3 outlets: record it again"
        "; the device was not read again for comparison: no answer ..."
    """
    try:
        current_device = read_as_chosen(device, choice)
    except PduHandlerError as error:
        return f"; the device was not read again for comparison: {reason(error)}"
    is_same_family = current_device.profile.key == recorded_device.profile.key
    if is_same_family and list(current_device.states) == list(recorded_device.states):
        return ", as the device does"
    return f", but the device as the {_family_phrase(current_device)}: record it again"


FORMAT = RecordingFormat(
    record=_record,
    is_recording=snmprec.is_recording,
    serve=_serve,
    serve_as=_serve,
    serve_writable=partial(_serve, is_writable=True),
)

"""Detects the family of a device by its sysObjectID and by the objects that it has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple, Optional

from ..dcimanager.rows import oid_arcs
from ..shared.errors import NamedSetting, PduHandlerError, ProtocolError, Reason, Unsupported
from .decoding import text
from .device import (
    SnmpDevice,
    family_title,
    has_no_outlets,
    list_for_figures,
    read_by_states,
    read_totals,
    read_without_states,
    reported_outlet_count,
    within_scope,
)
from .profile import Profile
from .read_scope import ALL_STATES, ReadScope
from .reader import Reader, SnmpReads

SYS_DESCR, SYS_OBJECT_ID = "1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.2.0"
_ENTERPRISES = (1, 3, 6, 1, 4, 1)


class Candidate(NamedTuple):
    """A family to try, and the root of its tree."""

    profile: Profile
    root: str


def detect(
    device: SnmpReads,
    profiles: Sequence[Profile],
    scope: ReadScope = ALL_STATES,
    *,
    metered_only: bool = False,
) -> SnmpDevice:
    """The device, read as the family that fits it.

    Sends a GET of sysObjectID, then reads the states and counts of each candidate in turn until one
    lists a state or counts an outlet. If none does, other rows and meters are tried. Candidates are
    the profiles whose sysObjectID prefix fits, the longest prefix first, then in the order of
    `profiles`. Without a usable sysObjectID they are the families with `sweep`, then those with
    `unseen`, recognised only by states or a count, also a count of 0 if they have meters; after
    each of the two, the families whose `described` fits sysDescr, recognised by their meters. The
    sysObjectID alone may be enough for the first candidate if its family has no outlets.

    Raises Unreachable if the GET is not answered. Nothing else is read then: without the
    sysObjectID, a family that numbers the outlets differently could be chosen. Raises Unsupported
    if no family fits. Raises ProtocolError if the device lists fewer outlets than it counts, or if
    meters were read and nothing proves that it has no outlets. `metered_only` replaces the proof.

    Where figures are wanted of the only family that the sysObjectID fits, outlets are not even
    listed if no figure needs them.
    """
    reader = Reader(device)
    shown_id, oid = sys_object_id(reader, profiles)
    families = candidates(oid, profiles)
    if scope.figures and oid and len(families) == 1:
        totals = read_totals(families[0].profile, reader.at(families[0].root), scope)
        if totals:
            return totals
    device_read: Optional[SnmpDevice] = None
    if oid:
        device_read = _read_by_states(families, reader, scope) or _read_by_meters(
            families, reader, metered_only=metered_only, by_id=True
        )
    else:
        device_read = _swept(families, reader, profiles, scope, metered_only=metered_only)
    if not device_read:
        keys = [candidate.profile.key for candidate in families]
        raise Unsupported(_unknown(reader, shown_id, keys))
    return within_scope(device_read, scope)


def _swept(
    families: Sequence[Candidate],
    reader: Reader,
    profiles: Sequence[Profile],
    scope: ReadScope,
    *,
    metered_only: bool,
) -> Optional[SnmpDevice]:
    """A device without a usable sysObjectID, as the first family that it fits; None if none fits.

    For a command all outlets are read: of these many families, no one is likely to have its row.
    """
    for group in _probed(families):
        device_read = _read_by_states(group, reader, scope._replace(outlet=None))
        if device_read:
            return device_read
        metering = _metering(group, reader, profiles)
        device_read = _read_by_meters(metering, reader, metered_only=metered_only, by_id=False)
        if device_read:
            return device_read
    return None


def read_as(
    device: SnmpReads,
    profile: Profile,
    scope: ReadScope = ALL_STATES,
    *,
    metered_only: bool = False,
) -> SnmpDevice:
    """The device read as this family, whatever its sysObjectID. Raises Unsupported if it has
    neither outlets nor meters of the family, unless the family has no outlets and the
    sysObjectID fits; other errors are those of `detect`."""
    reader = Reader(device)
    oid = sys_object_id(reader, (profile,))[1] if profile.roots or not profile.outlets else ""
    families = candidates_of(profile, oid)
    device_read = _read_by_states(families, reader, scope)
    if not device_read:
        is_named = bool(profile.match(oid))
        device_read = _read_by_meters(families, reader, metered_only=metered_only, by_id=is_named)
    if not device_read:
        raise Unsupported(
            (
                (
                    f"the device has no outlets or meters of the family {family_title(profile)},"
                    " which is fixed by "
                ),
                NamedSetting("profile", noun="the setting "),
                " or by the archive's build: without these, the family is detected",
            )
        )
    return within_scope(device_read, scope)


def candidates(sys_object_id: str, profiles: Sequence[Profile]) -> Sequence[Candidate]:
    """The families in the order in which to try them.

    `sys_object_id` is "" if the device has no usable one.
    """
    arcs_of: list[tuple[int, Profile]] = []
    for profile in profiles:
        arcs = profile.match(sys_object_id)
        is_candidate = bool(arcs) if sys_object_id else profile.sweep or profile.unseen
        if is_candidate:
            arcs_of.append((arcs, profile))
    # stable: equals keep their order
    arcs_of.sort(key=lambda match: -match[0])
    families: list[Candidate] = []
    for _, profile in arcs_of:
        families += candidates_of(profile, sys_object_id)
    return families


def candidates_of(profile: Profile, sys_object_id: str) -> list[Candidate]:
    """One family, as it is read, with each of its roots that may fit."""
    profile_in_contact = profile.in_contact()
    return [Candidate(profile_in_contact, root) for root in profile.roots_for(sys_object_id)]


def _probed(families: Sequence[Candidate]) -> list[Sequence[Candidate]]:
    """The families for a device without a usable sysObjectID, in the groups in which they are
    tried: those with `sweep`, then those with `unseen`. A unit of the first group gets no request
    for the second."""
    seen = [candidate for candidate in families if not candidate.profile.unseen]
    unseen = [candidate for candidate in families if candidate.profile.unseen]
    return [seen, unseen]


def _metering(
    families: Sequence[Candidate], reader: Reader, profiles: Sequence[Profile]
) -> list[Candidate]:
    """The families that a device without states and without a usable sysObjectID may be of: of
    `families`, those with `unseen` and without states, and those of which the device reports 0
    outlets; then those that its sysDescr names."""
    metering: list[Candidate] = []
    for candidate in families:
        profile = candidate.profile
        has_states = any(outlets.states for outlets in profile.outlets)
        if profile.unseen and not has_states:
            metering.append(candidate)
        elif profile.outlets and has_no_outlets(profile, reader.at(candidate.root)):
            metering.append(candidate)
    for profile in profiles:
        if profile.described and _is_described(profile, reader):
            metering += candidates_of(profile, "")
    return metering


def _is_described(profile: Profile, reader: Reader) -> bool:
    """Whether the device's sysDescr is one of the family's."""
    description = text(reader.get(SYS_DESCR) or "")
    return re.fullmatch(profile.described, description) is not None


def _read_by_states(
    families: Sequence[Candidate], reader: Reader, scope: ReadScope
) -> Optional[SnmpDevice]:
    """The device as the first family whose states have rows, for figures as the first whose list of
    outlets has some; None if none has."""
    is_only_family = len(families) == 1
    for profile, root in families:
        reader_at_root = reader.at(root)
        if scope.figures:
            device = list_for_figures(profile, reader_at_root, is_only_family=is_only_family)
        else:
            device = read_by_states(profile, reader_at_root, scope)
        if device is not None:
            return device
    return None


def _read_by_meters(
    families: Sequence[Candidate], reader: Reader, *, metered_only: bool, by_id: bool
) -> Optional[SnmpDevice]:
    """For a device without states: the first candidate with rows of outlets, or with a measured
    total if the device only meters (`has_no_outlets` or `metered_only`). Failing that, with
    `by_id`, the first candidate, provided that its family has no outlets. Failing that, raises
    ProtocolError if a candidate has meters; else searches a second time: rows of meters are then
    enough, even if no total is measured at the moment. None if nothing is found.
    """
    for accepts_rows in (False, True):
        unproven: Optional[SnmpDevice] = None
        for profile, root in families:
            device = read_without_states(profile, reader.at(root), accepts_rows=accepts_rows)
            if device is None:
                continue
            if device.states or has_no_outlets(profile, device.reader):
                return device
            if metered_only:
                return _check_metered_only(device)
            unproven = unproven or device
        # Several families may share a sysObjectID, so only the first candidate is recognised
        # without any rows.
        is_named = by_id and not accepts_rows and families and _is_named(families[0], reader)
        if is_named:
            return SnmpDevice(families[0].profile, None, {}, reader.at(families[0].root))
        if unproven:
            raise ProtocolError(
                (
                    (
                        f"the PDU has meters of the family '{unproven.profile.key}' but lists no"
                        " outlet, and nothing proves that it has none: poll it again; if the unit"
                        " only meters, set "
                    ),
                    NamedSetting("metered_only", "yes"),
                    " (or build the archive with it)",
                )
            )
    return None


def _is_named(candidate: Candidate, reader: Reader) -> bool:
    """Whether the sysObjectID alone tells a device of this family. `described`: other devices have
    the same one."""
    profile = candidate.profile
    if profile.outlets:
        return False
    return not profile.described or _is_described(profile, reader)


def _check_metered_only(device: SnmpDevice) -> SnmpDevice:
    """`device`, for a unit that `metered_only` declares to have no outlets.

    Raises ProtocolError if it counts outlets.
    """
    outlet_count = reported_outlet_count(device.profile, device.reader)
    if outlet_count:
        raise ProtocolError(
            f"the device counts {outlet_count} outlets, but it listed none, so it is not a unit "
            "that only meters; poll it again"
        )
    return device


def sys_object_id(reader: Reader, profiles: Sequence[Profile]) -> tuple[str, str]:
    """The device's sysObjectID as text for an error; and its dotted OID if it names an enterprise
    or fits a family, else "".
    """
    raw = reader.get(SYS_OBJECT_ID)
    if raw is None:
        return "none", ""
    shown_id = reader.quoted(raw) or "empty"
    arcs = oid_arcs(text(raw)) or ()
    oid = ".".join(map(str, arcs))
    if _names_company(arcs) or any(profile.match(oid) for profile in profiles):
        return shown_id, oid
    return shown_id, ""


def _names_company(arcs: Sequence[int]) -> bool:
    """Whether an OID is below the number of an enterprise; 0 is no company's."""
    length = len(_ENTERPRISES)
    if tuple(arcs[:length]) != _ENTERPRISES or len(arcs) == length:
        return False
    return arcs[length] != 0


def _unknown(reader: Reader, shown_id: str, family_keys: list[str]) -> Reason:
    """The reason if no family fits: what was seen, and which families were tried."""
    try:
        raw = reader.get(SYS_DESCR)
    except PduHandlerError:
        raw = None  # sysDescr is optional: it only adds detail to the error
    description = "none" if raw is None else repr(reader.quoted(raw, 120))
    outcome = (
        f"tried {', '.join(dict.fromkeys(family_keys))}"
        if family_keys
        else "there was no family to try"
    )
    return (
        (
            f"no family of the handler fits this PDU: sysObjectID {shown_id}, sysDescr"
            f" {description}; {outcome}. Record it (pdu record snmp ADDRESS) to have it added (a"
            " UPS is read by the handler nut), or name its family in "
        ),
        NamedSetting("profile", noun="the setting "),
    )

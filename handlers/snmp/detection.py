"""Detects the family of a device by its sysObjectID and by the objects that it has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from operator import itemgetter
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
from .sources.base import identity_prefixes

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

    For figures of the only family that the sysObjectID fits, outlets are not even listed if no
    figure needs them.
    """
    reader = Reader(device)
    return reader.decide(partial(_detect, reader, profiles, scope, metered_only=metered_only))


def _detect(
    reader: Reader, profiles: Sequence[Profile], scope: ReadScope, *, metered_only: bool
) -> SnmpDevice:
    """The device of the family that the sysObjectID or its objects decide: `detect`."""
    object_id = sys_object_id(reader, profiles)
    families = candidates(object_id.oid, profiles)
    if not object_id.oid:
        snmp_device = _read_by_sweep(families, reader, profiles, scope, metered_only=metered_only)
    else:
        snmp_device = _read_by_id(families, reader, scope, metered_only=metered_only)
    if snmp_device is None:
        keys = [candidate.profile.key for candidate in families]
        raise Unsupported(_reason_without_family(reader, object_id.text, keys))
    return within_scope(snmp_device, scope)


def _read_by_id(
    families: Sequence[Candidate], reader: Reader, scope: ReadScope, *, metered_only: bool
) -> Optional[SnmpDevice]:
    """The device as the first of the families that its sysObjectID fits; None if it is of none."""
    if scope.figures and len(families) == 1:
        profile, root = families[0]
        device_without_outlets = read_totals(profile, reader.at(root), scope)
        if device_without_outlets is not None:
            return device_without_outlets
    snmp_device = _read_by_list(families, reader, scope)
    if snmp_device is not None:
        return snmp_device
    return _read_by_meters(families, reader, metered_only=metered_only, by_id=True)


def _read_by_sweep(
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
    for group in _probe_groups(families):
        snmp_device = _read_by_list(group, reader, scope._replace(outlet=None))
        if snmp_device is not None:
            return snmp_device
        metered_families = _metered_families(group, reader, profiles)
        snmp_device = _read_by_meters(
            metered_families, reader, metered_only=metered_only, by_id=False
        )
        if snmp_device is not None:
            return snmp_device
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
    return reader.decide(partial(_read_as, reader, profile, scope, metered_only=metered_only))


def _read_as(
    reader: Reader, profile: Profile, scope: ReadScope, *, metered_only: bool
) -> SnmpDevice:
    """The device, read as this family whatever its sysObjectID: `read_as`."""
    oid = ""
    # a root is chosen by the id; of a family without outlets, the id alone may prove the device
    is_id_needed = bool(profile.roots) or not profile.outlets
    if is_id_needed:
        oid = sys_object_id(reader, (profile,)).oid
    families = candidates_of(profile, oid)
    snmp_device = _read_by_list(families, reader, scope)
    if snmp_device is None:
        fits_id = bool(profile.match(oid))
        snmp_device = _read_by_meters(families, reader, metered_only=metered_only, by_id=fits_id)
    if snmp_device is None:
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
    return within_scope(snmp_device, scope)


def candidates(sys_object_id: str, profiles: Sequence[Profile]) -> Sequence[Candidate]:
    """The families in the order in which to try them.

    `sys_object_id` is "" if the device has no usable one.
    """
    if not sys_object_id:
        profiles_to_try = [profile for profile in profiles if profile.sweep or profile.unseen]
    else:
        profiles_to_try = _fitting_profiles(profiles, sys_object_id)
    families: list[Candidate] = []
    for profile in profiles_to_try:
        families += candidates_of(profile, sys_object_id)
    return families


def _fitting_profiles(profiles: Sequence[Profile], sys_object_id: str) -> list[Profile]:
    """The profiles with a prefix that fits: the longest prefix first; of equal length, in the order
    of `profiles`."""
    beginnings = set(identity_prefixes(sys_object_id))
    profile_with_length: list[tuple[int, Profile]] = []
    for profile in profiles:
        prefixes = [*profile.sys_object_ids]
        for root in profile.roots:
            prefixes.append(root.sys_object_id)
        fitting_prefixes = beginnings.intersection(prefixes)
        if fitting_prefixes:
            profile_with_length.append((max(map(len, fitting_prefixes)), profile))
    profile_with_length.sort(key=itemgetter(0), reverse=True)
    return [profile for _, profile in profile_with_length]


def candidates_of(profile: Profile, sys_object_id: str) -> list[Candidate]:
    """One family, as it is read, with each of its roots that may fit."""
    profile_in_contact = profile.in_contact()
    return [Candidate(profile_in_contact, root) for root in profile.roots_for(sys_object_id)]


def _probe_groups(families: Sequence[Candidate]) -> list[Sequence[Candidate]]:
    """The families for a device without a usable sysObjectID, in the groups in which they are
    tried: those with `sweep`, then those with `unseen`. A unit of the first group gets no request
    for the second."""
    swept_families = [candidate for candidate in families if not candidate.profile.unseen]
    unseen_families = [candidate for candidate in families if candidate.profile.unseen]
    return [swept_families, unseen_families]


def _metered_families(
    families: Sequence[Candidate], reader: Reader, profiles: Sequence[Profile]
) -> list[Candidate]:
    """The families that a device without states and without a usable sysObjectID may be of: of
    `families`, those with `unseen` and without states, and those of which the device reports 0
    outlets; then those that its sysDescr names."""
    metered_families: list[Candidate] = []
    for candidate in families:
        profile, root = candidate
        has_states = any(outlets.states for outlets in profile.outlets)
        if profile.unseen and not has_states:
            metered_families.append(candidate)
        elif profile.outlets and has_no_outlets(profile, reader.at(root)):
            metered_families.append(candidate)
    for profile in profiles:
        if profile.described and _is_described(profile, reader):
            metered_families += candidates_of(profile, "")
    return metered_families


def _is_described(profile: Profile, reader: Reader) -> bool:
    """Whether the device's sysDescr is one of the family's."""
    description = text(reader.get(SYS_DESCR) or "")
    return re.fullmatch(profile.described, description) is not None


def _read_by_list(
    families: Sequence[Candidate], reader: Reader, scope: ReadScope
) -> Optional[SnmpDevice]:
    """The device as the first family whose outlets it lists or counts: by their states, for figures
    also by other columns. None if it lists no family's."""
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
    """The device of a family without states: the first candidate with rows of outlets, or with a
    measured total if it only meters (`_is_complete`). Failing that, with `by_id`, the first one,
    provided that its family has no outlets. Failing that, raises ProtocolError if a candidate has
    meters; else searches a second time: rows of meters are then enough, even if no total is
    measured at the moment. None if nothing is found.
    """
    device = _first_with_meters(families, reader, accepts_rows=False, metered_only=metered_only)
    if device is not None and _is_complete(device, metered_only=metered_only):
        return device
    if by_id and families:
        # several families may share a sysObjectID: only the first needs no rows
        profile, root = families[0]
        if _is_told_by_id(profile, reader):
            return SnmpDevice(profile=profile, outlets=None, states={}, reader=reader.at(root))
    if device is None:
        device = _first_with_meters(families, reader, accepts_rows=True, metered_only=metered_only)
    if device is None or _is_complete(device, metered_only=metered_only):
        return device
    raise ProtocolError(_reason_unproven(device.profile))


def _first_with_meters(
    families: Sequence[Candidate], reader: Reader, *, accepts_rows: bool, metered_only: bool
) -> Optional[SnmpDevice]:
    """The device as the first family with rows of outlets, or with meters alone and no outlets;
    else as the first with meters; else None. `accepts_rows`: see `read_without_states`."""
    first_device: Optional[SnmpDevice] = None
    for profile, root in families:
        device = read_without_states(profile, reader.at(root), accepts_rows=accepts_rows)
        if device is None:
            continue
        if _is_complete(device, metered_only=metered_only):
            return device
        first_device = first_device or device
    return first_device


def _is_complete(device: SnmpDevice, *, metered_only: bool) -> bool:
    """Whether outlets are listed, or the device has none: by its own proof, or by the setting
    `metered_only`. Raises ProtocolError if it counts outlets against that setting."""
    if device.states or has_no_outlets(device.profile, device.reader):
        return True
    if not metered_only:
        return False
    outlet_count = reported_outlet_count(device.profile, device.reader)
    if outlet_count:
        raise ProtocolError(
            f"the device counts {outlet_count} outlets, but it listed none, so it is not a unit "
            "that only meters; poll it again"
        )
    return True


def _reason_unproven(profile: Profile) -> Reason:
    """Why a device with meters of this family and without outlets is not read."""
    return (
        (
            f"the PDU has meters of the family '{profile.key}' but lists no outlet, and nothing"
            " proves that it has none: poll it again; if the unit only meters, set "
        ),
        NamedSetting("metered_only", "yes"),
        " (or build the archive with it)",
    )


def _is_told_by_id(profile: Profile, reader: Reader) -> bool:
    """Whether the sysObjectID alone tells a device of this family. `described`: other devices have
    the same one."""
    if profile.outlets:
        return False
    return not profile.described or _is_described(profile, reader)


class SysObjectId(NamedTuple):
    """A device's sysObjectID."""

    #: for an error; "none" without an answer
    text: str
    #: dotted, if it names an enterprise or fits a family; else ""
    oid: str


def sys_object_id(reader: Reader, profiles: Sequence[Profile]) -> SysObjectId:
    """The device's sysObjectID; `profiles` are the families that it may fit."""
    raw = reader.get(SYS_OBJECT_ID)
    if raw is None:
        return SysObjectId(text="none", oid="")
    shown_id = reader.quoted(raw) or "empty"
    arcs = oid_arcs(text(raw)) or ()
    oid = ".".join(map(str, arcs))
    is_usable = _names_company(arcs) or any(profile.match(oid) for profile in profiles)
    return SysObjectId(text=shown_id, oid=oid if is_usable else "")


def _names_company(arcs: Sequence[int]) -> bool:
    """Whether an OID is below the number of an enterprise; 0 is no company's."""
    length = len(_ENTERPRISES)
    if tuple(arcs[:length]) != _ENTERPRISES or len(arcs) == length:
        return False
    return arcs[length] != 0


def _reason_without_family(reader: Reader, shown_id: str, family_keys: list[str]) -> Reason:
    """Why no family fits: what was seen, and which families were tried."""
    try:
        raw = reader.get(SYS_DESCR)
    except PduHandlerError:
        raw = None  # sysDescr is optional: it only adds detail to the error
    description = "none" if raw is None else repr(reader.quoted(raw, 120))
    outcome = "there was no family to try"
    if family_keys:
        distinct_keys = dict.fromkeys(family_keys)
        outcome = f"tried {', '.join(distinct_keys)}"
    return (
        (
            f"no family of the handler fits this PDU: sysObjectID {shown_id}, sysDescr"
            f" {description}; {outcome}. Record it (pdu record snmp ADDRESS) to have it added (a"
            " UPS is read by the handler nut), or name its family in "
        ),
        NamedSetting("profile", noun="the setting "),
    )

"""Detects the family of a device by its sysObjectID and by the objects that it has.

    get sysObjectID -> 1.3.6.1.4.1.318.1.3.4.5   the families of APC are tried, the longest prefix
    get sysObjectID -> nothing                   each family that was seen without one is tried

A family (`Profile`) is tried by its own tables: it fits if the device lists an outlet of it, counts
one, or shows a meter. `profile.match(sysObjectID)` is how many numbers of its longest prefix fit, 0
if none does. `tables` reads a device as one family, in a command one outlet alone. A scope says
what the call needs: all states, one outlet (`scope.outlet`), or the figures of a statistic
(`scope.figures`). A device without any outlet is an error, unless it counts 0, its family has none,
or the owner says so by the setting `metered_only`: a lost list must not look like a unit without
outlets. What reads it as a family, None if it shows nothing of it:

    read_states(profile, tables)            the device with the state of each outlet
    list_for_figures(profile, tables)       the same, but no state is decided
    read_without_states(profile, tables)    outlets that report no state, or meters alone
    has_no_outlets(profile, tables)         whether it is proven that it has no outlets
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple, Optional

from ..dcimanager.rows import Raw, oid_arcs
from ..shared.errors import NamedSetting, PduHandlerError, ProtocolError, Reason, Unsupported
from . import metering
from .decoding import text
from .device import (
    SnmpDevice,
    has_no_outlets,
    list_for_figures,
    needed_sources,
    read_states,
    read_without_states,
    reads_one_outlet,
    reported_outlet_count,
)
from .profile import Profile, family_title
from .read_scope import ALL_STATES, ReadScope
from .tables import SnmpReads, Tables, tables_of_device

SYS_DESCR, SYS_OBJECT_ID = "1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.2.0"
_ENTERPRISES = (1, 3, 6, 1, 4, 1)


class Candidate(NamedTuple):
    """A family that a device may be of, and the OID below which the device then has its objects."""

    profile: Profile
    root: str  #: the OID that stands for `~` in the profile's OIDs; "" if it has none


class _Trial(NamedTuple):
    """A family that is tried on a device."""

    profile: Profile
    tables: Tables  #: reads the device as this family; in a command, one outlet alone


class _Detection:
    """The search of one call for the family of a device: by its sysObjectID, or by trying families
    one after the other. `system` reads the objects of every device, sysObjectID and sysDescr, and
    keeps the answers to all families that are tried. `scope` says what the call needs of the
    device: states, figures, or in a command the outlet `scope.outlet`. `metered_only`: the owner
    says that it has no outlets."""

    def __init__(
        self,
        device: SnmpReads,
        profiles: Sequence[Profile],
        scope: ReadScope,
        *,
        metered_only: bool,
    ) -> None:
        self.device, self.profiles = device, profiles
        self.scope, self.metered_only = scope, metered_only
        self.system = tables_of_device(device)

    def _trials(self, families: Sequence[Candidate]) -> list[_Trial]:
        """The families to try, each with its tables of the device; nothing is sent yet. All share
        the answers of the device, so that no request is sent twice. In a command the tables are of
        the outlet alone, unless the family needs others for it.

            a status                                       tables of all outlets
            a command to outlet "7"                        tables of row 7, read by GET
            the same, one write sets all of the unit       tables of all outlets
        """
        trials: list[_Trial] = []
        outlet = self.scope.outlet or ""
        for profile, root in families:
            sources = needed_sources(profile, self.scope)
            tables = tables_of_device(self.device, root, sources, self.system.reading.answers)
            if reads_one_outlet(profile, outlet):
                tables = tables.one_row(outlet)
            trials.append(_Trial(profile, tables))
        return trials

    def detect(self) -> SnmpDevice:
        """The device, read as the first family that fits it. Raises Unsupported if none fits.

        get sysObjectID -> 1.3.6.1.4.1.318.1.3.4.5        the families below this number
        get sysObjectID -> nothing, or one of no company  each family that may have none
        """
        object_id = sys_object_id(self.system, self.profiles)  # its `oid` is "" if not usable
        families = candidates(object_id.oid, self.profiles)
        if object_id.oid:
            device = self._of_families_that_fit(families)
        else:
            device = self._of_families_without_id(families)
        if device is None:
            keys = [candidate.profile.key for candidate in families]
            named_family = _family_named(self.system, self.profiles)
            reason = _reason_without_family(self.system, object_id.text, keys, named_family)
            raise Unsupported(reason)
        return metering.within_scope(device, self.scope)

    def read_as(self, profile: Profile) -> SnmpDevice:
        """The device read as this family, which the owner has fixed. Its sysObjectID is asked for
        only if it tells the root of the tree, or that a unit which only meters is of this family.
        Raises Unsupported if the device shows neither outlets nor meters of the family.

            walk state {"1": 1, "2": 2}                its outlets
            walk state -> nothing, a load of 5.2 A     its meters, if it counts 0 outlets
            walk state -> nothing, no meter            Unsupported
        """
        needs_id = bool(profile.roots) or not profile.outlets
        oid = sys_object_id(self.system, (profile,)).oid if needs_id else ""
        trials = self._trials(candidates_of(profile, oid))
        device = self._first_with_outlets(trials)
        if device is None:
            device = self._metering_device(trials, fits_id=bool(profile.match(oid)))
        if device is None:
            raise Unsupported(
                (
                    f"the device has no outlets or meters of the family {family_title(profile)},"
                    " which is fixed by ",
                    NamedSetting("profile", noun="the setting "),
                    " or by the archive's build: without these, the family is detected",
                )
            )
        return metering.within_scope(device, self.scope)

    def _of_families_that_fit(self, families: Sequence[Candidate]) -> Optional[SnmpDevice]:
        """The device as the first of these families, which all fit its sysObjectID; None if it
        shows nothing of them. In order:

            a statistic, one family, no figure of it needs outlets      its totals alone
            a list of outlets, or a count of them                       its outlets
            meters                                                      its meters
        """
        trials = self._trials(families)
        if self.scope.figures and len(trials) == 1:
            device = metering.read_totals(trials[0].profile, trials[0].tables, self.scope)
            if device is not None:
                return device
        return self._first_with_outlets(trials) or self._metering_device(trials, fits_id=True)

    def _of_families_without_id(self, families: Sequence[Candidate]) -> Optional[SnmpDevice]:
        """A device without a usable sysObjectID, as the first of these families of which it shows
        outlets or meters; None if none. First those that were seen on such devices, then those
        whose sysObjectID was seen on no unit (`unseen`). Sets `scope`: from here on this call reads
        all outlets, also for a command. Of many families, one GET of row 7 finds nearly none.

            family A: walk state -> nothing, no meter; family B: walk state {"1": 1}    B
        """
        self.scope = self.scope._replace(outlet=None)
        for is_unseen in (False, True):  # a unit of the first group gets no request for the second
            trials = self._trials([c for c in families if c.profile.unseen is is_unseen])
            device = self._first_with_outlets(trials)
            if device is None:
                trials_by_meters = self._trials_by_meters(trials)
                device = self._metering_device(trials_by_meters, fits_id=False)
            if device is not None:
                return device
        return None

    def _trials_by_meters(self, families: Sequence[_Trial]) -> list[_Trial]:
        """Of these families, of which a device without a usable sysObjectID has listed no state,
        those that it may be of as a unit that only meters; then those that its sysDescr names:

            a family without states whose sysObjectID was seen on no unit (`unseen`)
            a family with outlets, of which the device counts 0
            each family of the handler that fits the device's sysDescr (`described`)
        """
        trials: list[_Trial] = []
        for trial in families:
            has_states = any(outlets.states for outlets in trial.profile.outlets)
            if trial.profile.unseen and not has_states:
                trials.append(trial)
            elif trial.profile.outlets and has_no_outlets(trial.profile, trial.tables):
                trials.append(trial)
        for profile in self.profiles:
            if profile.described and self._is_described(profile):
                trials += self._trials(candidates_of(profile, ""))
        return trials

    def _is_described(self, profile: Profile) -> bool:
        """Whether the device's sysDescr is one of the family's: "Eaton ATS 16" fits the
        expression ".*ATS.*"."""
        description = text(self.system.get(SYS_DESCR) or "")
        return re.fullmatch(profile.described, description) is not None

    def _first_with_outlets(self, families: Sequence[_Trial]) -> Optional[SnmpDevice]:
        """The device as the first of these families of which it lists outlets; in a statistic
        without their states. None if it lists none of any. Raises ProtocolError if it counts more
        outlets of a family than it lists.

            family A: walk state -> nothing; family B: walk state {"1": 1}   read as B
        """
        for profile, tables in families:
            if self.scope.figures:
                device = list_for_figures(profile, tables)
            else:
                device = read_states(profile, tables)
            if device is not None:
                return device
        return None

    def _metering_device(
        self, families: Sequence[_Trial], *, fits_id: bool
    ) -> Optional[SnmpDevice]:
        """The device as one of these families, of none of which it listed a state: with its meters,
        or with outlets that report no state. None if it shows no meter either. `fits_id`: the
        families fit its sysObjectID. In this order:

            outlets without states, or a load of 5.2 A, and no outlet is missing     that family
            `fits_id`, and the first family has no outlets                           that family
            a row of a meter without a value, and no outlet is missing               that family
            a meter of a family with outlets, and nothing proves that it has none    ProtocolError
        """
        device = self._first_with_meters(families, accepts_rows=False)
        if device is not None and self._is_list_complete(device):
            return device
        if fits_id and families:
            profile, tables = families[0]
            is_any_unit = not profile.described or self._is_described(profile)
            if not profile.outlets and is_any_unit:
                return SnmpDevice(profile, None, {}, tables)
        if device is None:
            device = self._first_with_meters(families, accepts_rows=True)
        if device is None or self._is_list_complete(device):
            return device
        raise ProtocolError(
            (
                f"the PDU has meters of the family '{device.profile.key}' but lists no outlet,"
                " and nothing proves that it has none: poll it again; if the unit only meters,"
                " set ",
                NamedSetting("metered_only", "yes"),
                " (or build the archive with it)",
            )
        )

    def _first_with_meters(
        self, families: Sequence[_Trial], *, accepts_rows: bool
    ) -> Optional[SnmpDevice]:
        """The device as the first family with outlets or meters whose list of outlets is complete;
        else as the first with any; None without. A meter counts if its total is measured, such as
        5.2 A; with `accepts_rows` also if it only has a row, such as one that reads -1.

            family A: a load of 5.2 A, its list of outlets is empty     A, if no other fits better
            family B: outlets 1 to 8                                    B
        """
        first: Optional[SnmpDevice] = None
        for profile, tables in families:
            device = read_without_states(profile, tables.with_all_rows, accepts_rows=accepts_rows)
            if device is not None and self._is_list_complete(device):
                return device
            first = first or device
        return first

    def _is_list_complete(self, device: SnmpDevice) -> bool:
        """Whether no outlet is missing in the device's list. Raises ProtocolError if the owner
        says that it only meters (`metered_only`) and it counts outlets.

            it lists an outlet                            True
            it counts 0 outlets, or its family has none   True
            it lists and counts none                      False; True with `metered_only`
        """
        if device.decisions or has_no_outlets(device.profile, device.tables):
            return True
        if not self.metered_only:
            return False
        count = reported_outlet_count(device.profile, device.tables)
        if count:
            raise ProtocolError(
                f"the device counts {count} outlets, but it listed none, so it is not a unit that"
                " only meters; poll it again"
            )
        return True


def detect(
    device: SnmpReads,
    profiles: Sequence[Profile],
    scope: ReadScope = ALL_STATES,
    *,
    metered_only: bool = False,
) -> SnmpDevice:
    """The device, read as the family that fits it.

    get sysObjectID -> 1.3.6.1.4.1.318.1.3.4.5, walk state of apc-rpdu {"1": 1, "2": 2}
        SnmpDevice(apc-rpdu, decisions={"1": UP, "2": DOWN}, …)

    Sends a GET of sysObjectID, then reads the states and counts of each candidate in turn until one
    lists a state or counts an outlet. If none does, other rows and meters are tried. Candidates are
    the profiles whose sysObjectID prefix fits, the longest prefix first, then in the order of
    `profiles`. Without a usable sysObjectID they are the families that were seen on such devices
    (`sweep`), then those that were seen on no unit (`unseen`), recognised only by states or a
    count, also a count of 0 if they have meters; after each of the two, the families whose
    `described` fits sysDescr, recognised by their meters. The sysObjectID alone may be enough for
    the first candidate if its family has no outlets.

    Raises Unreachable if the GET is not answered. Nothing else is read then: without the
    sysObjectID, a family that numbers the outlets differently could be chosen. Raises Unsupported
    if no family fits. Raises ProtocolError if the device lists fewer outlets than it counts, or if
    meters were read and nothing proves that it has no outlets. `metered_only` replaces the proof.

    For figures of the only family that the sysObjectID fits, outlets are not even listed if no
    figure needs them.
    """
    return _Detection(device, profiles, scope, metered_only=metered_only).detect()


def read_as(
    device: SnmpReads,
    profile: Profile,
    scope: ReadScope = ALL_STATES,
    *,
    metered_only: bool = False,
) -> SnmpDevice:
    """The device read as this family, whatever its sysObjectID. Raises Unsupported if it has
    neither outlets nor meters of the family, unless the family has no outlets and the
    sysObjectID fits; ProtocolError if it lists fewer outlets than it counts, or has meters and
    nothing proves that it has no outlets, which `metered_only` says instead.

    walk state of apc-rpdu {"1": 1, "2": 2}
        SnmpDevice(apc-rpdu, decisions={"1": UP, "2": DOWN}, …)
    """
    detection = _Detection(device, (profile,), scope, metered_only=metered_only)
    return detection.read_as(profile)


def candidates(sys_object_id: str, profiles: Sequence[Profile]) -> list[Candidate]:
    """The families to try on a device, in this order. `sys_object_id`: dotted, "" if the device
    has no usable one. A family whose makers have its tree below an OID of their own each is a
    candidate for each of these OIDs that may be this device's (`root`).

    "1.3.6.1.4.1.318.1.3.4.5"   those with the prefixes …318.1.3.4.5, …318.1.3, the longest first
    ""                          those that are probed (`sweep` or `unseen`), as in `profiles`
    """

    def arcs_that_fit(profile: Profile) -> int:
        return profile.match(sys_object_id)

    if sys_object_id:
        profiles_to_try = sorted(filter(arcs_that_fit, profiles), key=arcs_that_fit, reverse=True)
    else:
        profiles_to_try = [profile for profile in profiles if profile.sweep or profile.unseen]
    families: list[Candidate] = []
    for profile in profiles_to_try:
        families += candidates_of(profile, sys_object_id)
    return families


def candidates_of(profile: Profile, sys_object_id: str) -> list[Candidate]:
    """One family with each root that it may have on this device: one Candidate with the root "" if
    its OIDs need none. Of a family of two makers, whose OIDs begin with "~":

    sysObjectID 1.3.6.1.4.1.99999.5    [Candidate(profile, "1.3.6.1.4.1.99999.7")]
    no sysObjectID                     one with the root of each maker
    """
    return [Candidate(profile, root) for root in profile.roots_for(sys_object_id)]


class SysObjectId(NamedTuple):
    """A device's sysObjectID."""

    #: for an error; "none" without an answer
    text: str
    #: dotted, if it names an enterprise or fits a family; else ""
    oid: str


def sys_object_id(tables: Tables, profiles: Sequence[Profile]) -> SysObjectId:
    """The device's sysObjectID, by a GET. `profiles`: the families; one that fits none of them is
    usable only if it names a company.

    get -> ".1.3.6.1.4.1.318.1"   text ".1.3.6.1.4.1.318.1", oid "1.3.6.1.4.1.318.1"
    get -> "1.3.6.1.4.1"          text "1.3.6.1.4.1", oid ""
    get -> nothing                text "none", oid ""
    """
    raw = tables.get(SYS_OBJECT_ID)
    if raw is None:
        return SysObjectId(text="none", oid="")
    arcs = oid_arcs(text(raw)) or ()  # (1, 3, 6, 1, 4, 1, 318, 1); none of a text that is no OID
    oid = ".".join(map(str, arcs))
    is_usable = _names_company(arcs) or any(profile.match(oid) for profile in profiles)
    return SysObjectId(text=tables.quoted(raw) or "empty", oid=oid if is_usable else "")


def _names_company(arcs: Sequence[int]) -> bool:
    """Whether an OID is below the number of an enterprise; 0 is no company's.

    >>> _names_company((1, 3, 6, 1, 4, 1, 318, 1)), _names_company((1, 3, 6, 1, 4, 1, 0))
    (True, False)
    """
    length = len(_ENTERPRISES)
    has_number = len(arcs) > length and arcs[length] != 0
    return has_number and tuple(arcs[:length]) == _ENTERPRISES


def _system_description(tables: Tables) -> Optional[Raw]:
    """sysDescr, b"APC Web/SNMP"; None without an answer, also if the request fails: it only adds
    detail to an error."""
    try:
        return tables.get(SYS_DESCR)
    except PduHandlerError:
        return None


def _family_named(tables: Tables, profiles: Sequence[Profile]) -> str:
    """The key of a family that is read only if the setting `profile` names it, and of which the
    device's sysDescr names a model: the error then gives this key to the owner. "" without one.

    get sysDescr -> "ACME PDU-16 v2", a family with the model "PDU-16"   its key
    """
    description = text(_system_description(tables) or "").casefold()
    for profile in profiles:
        is_detected = profile.sys_object_ids or profile.roots or profile.sweep
        models = [model.casefold() for model in profile.models]
        if not is_detected and any(model in description for model in models):
            return profile.key
    return ""


def _reason_without_family(
    tables: Tables, shown_id: str, family_keys: list[str], named_family: str
) -> Reason:
    """Why no family fits a device, for the owner: what was seen, which families were tried, and
    what to do.

    "no family of the handler fits this PDU: sysObjectID 1.3.6.1.4.1.9, sysDescr 'Cisco';
     there was no family to try. Record it (…"

    `shown_id`: the device's sysObjectID as text. `family_keys`: the families that were tried.
    `named_family`: the key of a family that is not detected and may be the device's, or "".
    """
    raw = _system_description(tables)
    description = "none" if raw is None else repr(tables.quoted(raw, 120))
    distinct_keys = dict.fromkeys(family_keys)
    outcome = f"tried {', '.join(distinct_keys)}" if family_keys else "there was no family to try"
    advice = (
        "Record it (pdu record snmp ADDRESS) to have it added (a UPS is read by the handler nut),"
        " or name its family in "
    )
    if named_family:
        advice = "The sysDescr names a family that is only read if it is set: "
    return (
        f"no family of the handler fits this PDU: sysObjectID {shown_id}, sysDescr {description};"
        f" {outcome}. {advice}",
        NamedSetting("profile", named_family, noun="the setting "),
    )

"""Chooses the family of a device by its sysObjectID and by the objects that it has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple, Optional

from ...shared.errors import NamedSetting, ProtocolError, Unsupported
from ..decoding import text
from ..detection import (
    SYS_DESCR,
    _fitting_profiles,
    _probe_groups,
    _reason_without_family,
    sys_object_id,
)
from ..device import family_title
from ..read_scope import ALL_STATES, ReadScope
from ..reader import SnmpReads
from . import unit as units
from .profile import Profile
from .tables import Tables
from .unit import Unit


class Candidate(NamedTuple):
    """A family to try, and its tables of the device."""

    profile: Profile
    tables: Tables


class _Detection:
    """One call's search for the family of a device."""

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
        self.system = Tables(device)

    def candidates(self, profiles: Sequence[Profile], sys_oid: str) -> list[Candidate]:
        found: list[Candidate] = []
        for profile in profiles:
            outlet = self.scope.outlet or ""
            if not units.reads_one_outlet(profile, outlet):
                outlet = ""
            for root in profile.roots_for(sys_oid):
                tables = Tables(
                    self.device,
                    root,
                    units.wanted(profile, self.scope),
                    outlet,
                    answers=self.system.answers,
                )
                found.append(Candidate(profile, tables))
        return found

    def detect(self) -> Unit:
        object_id = sys_object_id(self.system, self.profiles)
        if object_id.oid:
            profiles: Sequence[Profile] = _fitting_profiles(self.profiles, object_id.oid)
        else:
            profiles = [profile for profile in self.profiles if profile.sweep or profile.unseen]
        families = self.candidates(profiles, object_id.oid)
        unit = self._by_id(families) if object_id.oid else self._by_sweep(families)
        if unit is None:
            keys = [candidate.profile.key for candidate in families]
            raise Unsupported(_reason_without_family(self.system, object_id.text, keys))
        return units.within_scope(unit, self.scope)

    def read_as(self, profile: Profile) -> Unit:
        """The device read as this family, whatever its sysObjectID."""
        needs_id = bool(profile.roots) or not profile.outlets
        oid = sys_object_id(self.system, (profile,)).oid if needs_id else ""
        families = self.candidates((profile,), oid)
        unit = self._by_list(families)
        if unit is None:
            unit = self._by_meters(families, by_id=bool(profile.match(oid)))
        if unit is None:
            raise Unsupported(
                (
                    f"the device has no outlets or meters of the family {family_title(profile)},"
                    " which is fixed by ",
                    NamedSetting("profile", noun="the setting "),
                    " or by the archive's build: without these, the family is detected",
                )
            )
        return units.within_scope(unit, self.scope)

    def _by_id(self, families: Sequence[Candidate]) -> Optional[Unit]:
        if self.scope.figures and len(families) == 1:
            unit = units.read_totals(families[0].profile, families[0].tables, self.scope)
            if unit is not None:
                return unit
        return self._by_list(families) or self._by_meters(families, by_id=True)

    def _by_sweep(self, families: Sequence[Candidate]) -> Optional[Unit]:
        self.scope = self.scope._replace(outlet=None)
        for group in _probe_groups(families):
            group = self.candidates([candidate.profile for candidate in group], "")
            unit = self._by_list(group) or self._by_meters(self._metered(group), by_id=False)
            if unit is not None:
                return unit
        return None

    def _metered(self, families: Sequence[Candidate]) -> list[Candidate]:
        """The families that a device without states and sysObjectID may be of."""
        metered: list[Candidate] = []
        for candidate in families:
            has_states = any(outlets.states for outlets in candidate.profile.outlets)
            if candidate.profile.unseen and not has_states:
                metered.append(candidate)
            elif candidate.profile.outlets:
                if units.has_no_outlets(candidate.profile, candidate.tables):
                    metered.append(candidate)
        for profile in self.profiles:
            if profile.described and self._is_described(profile):
                metered += self.candidates((profile,), "")
        return metered

    def _is_described(self, profile: Profile) -> bool:
        description = text(self.system.get(SYS_DESCR) or "")
        return re.fullmatch(profile.described, description) is not None

    def _by_list(self, families: Sequence[Candidate]) -> Optional[Unit]:
        """The device as the first family whose outlets it lists or counts."""
        for family, tables in families:
            if self.scope.figures:
                unit = units.list_for_figures(family, tables, is_only_family=len(families) == 1)
            else:
                unit = units.read_states(family, tables)
            if unit is not None:
                return unit
        return None

    def _by_meters(self, families: Sequence[Candidate], *, by_id: bool) -> Optional[Unit]:
        """The device of a family without states: the first with rows of outlets, or with a measured
        total if it only meters; with `by_id`, the first without outlets; then rows of meters are
        enough. Raises ProtocolError if nothing proves that there are no outlets."""
        unit = self._first_with_meters(families, accepts_rows=False)
        if unit is not None and self._is_complete(unit):
            return unit
        if by_id and families:
            family, tables = families[0]
            if not family.outlets and (not family.described or self._is_described(family)):
                return Unit(family, None, {}, tables)
        if unit is None:
            unit = self._first_with_meters(families, accepts_rows=True)
        if unit is None or self._is_complete(unit):
            return unit
        raise ProtocolError(
            (
                f"the PDU has meters of the family '{unit.family.key}' but lists no outlet,"
                " and nothing proves that it has none: poll it again; if the unit only meters, set ",
                NamedSetting("metered_only", "yes"),
                " (or build the archive with it)",
            )
        )

    def _first_with_meters(
        self, families: Sequence[Candidate], *, accepts_rows: bool
    ) -> Optional[Unit]:
        first: Optional[Unit] = None
        for family, tables in families:
            unit = units.read_without_states(family, tables.whole, accepts_rows=accepts_rows)
            if unit is not None and self._is_complete(unit):
                return unit
            first = first or unit
        return first

    def _is_complete(self, unit: Unit) -> bool:
        """Whether outlets are listed, or the device has none, by its own proof or by the setting."""
        if unit.states or units.has_no_outlets(unit.family, unit.tables):
            return True
        if not self.metered_only:
            return False
        count = units.reported_outlet_count(unit.family, unit.tables)
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
) -> Unit:
    """The device, read as the family that fits it; see detection.detect."""
    return _Detection(device, profiles, scope, metered_only=metered_only).detect()


def read_as(
    device: SnmpReads,
    profile: Profile,
    scope: ReadScope = ALL_STATES,
    *,
    metered_only: bool = False,
) -> Unit:
    detection = _Detection(device, (profile,), scope, metered_only=metered_only)
    return detection.read_as(profile)

"""A PDU family as one record: its devices, objects, states, figures and commands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from ..evidence import DCIMANAGER_EXAMPLE, Evidence
from ..figures import Ceilings
from ..profile import Nameplate, Root
from .family import Condition, Outlets
from .figures import Total
from .tables import Source


@dataclass(frozen=True, eq=False)
class Profile:
    """One PDU family: how to recognise, read and switch its devices.

    A family without `sys_object_ids`, `roots` and `sweep` is used only if the setting `profile` or
    the archive's build selects it.

    Fields:
        key: its name in settings and tables.
        vendor: who makes the devices.
        models: the devices.
        mib: the MIB's name, if one is public.
        sys_object_ids: prefixes of the devices' sysObjectIDs, compared by arcs.
        roots: more prefixes, each with the root of its tree.
        sweep: the family is probed on devices without a usable sysObjectID.
        unseen: the sysObjectID was seen on no unit: the root of the MIB or the maker's number is
            assumed. The family is probed, too, after those with `sweep`.
        described: for families that only meter: a regular expression for the sysDescr of units
            without a usable sysObjectID, which then need rows of the family's meters. Other units
            with the family's sysObjectID need such rows too.
        conditions: marks of units, or of the device, without which nothing that it tells of them is
            certain: states, figures and commands.
        units: a row for each unit of the chain, and one for those that the answers lack, by the
            device's own number of units (see `rows.complete`). With it there is no list of outlets
            and no total. A device that counts one unit is not asked for the list.
        unit_count: the device's own number of units.
        outlets: ways to read the outlets, tried in this order; empty for a family without outlets.
            A device is read and switched through only one of them (see `unit.read_states`).
        load: the device's total, in A.
        power: the same in W.
        energy: the same in kWh.
        inlet: in A, what a meter at the inlet measures, as the MIB's objects say: no sum of outlets
            or banks. Only such a figure shows power that flows past the outlets' meters.
        inlet_power: the same in W.
        ceilings: the most A and W of its parts, for families that are no rack PDUs.
        ups: the devices are UPSs, of which the handler nut reads more; tools say so.
        nameplate: the MIB's own objects that say which unit it is.
        evidence: what each capability was made from.
        recording: the recording of a real unit that shows the outlets' states, if there is one.
        programs: links to public programs, independent of each other, that people run and that
            write the same objects with the same values. A program whose text was read in an index
            that does not tell its repository: the name of its class or file, and its language.
        note: what else its users should know.
        source: a link to the MIB, or to a program or page that shows the objects.
        unread: objects of the MIB that could contradict a state and that the family does not read,
            with the reason.
    """

    key: str
    vendor: str
    models: tuple[str, ...]
    mib: str
    sys_object_ids: tuple[str, ...] = ()
    roots: tuple[Root, ...] = ()
    sweep: bool = False
    unseen: bool = False
    described: str = ""
    conditions: tuple[Condition, ...] = ()
    units: Optional[Source] = None
    unit_count: Optional[Source] = None
    outlets: tuple[Outlets, ...] = ()
    load: Optional[Total] = None
    power: Optional[Total] = None
    energy: Optional[Total] = None
    inlet: Optional[Total] = None
    inlet_power: Optional[Total] = None
    ceilings: Ceilings = Ceilings()
    ups: bool = False
    nameplate: Nameplate = Nameplate()
    evidence: Evidence = Evidence()
    recording: str = ""
    programs: tuple[str, ...] = ()
    note: str = ""
    source: str = ""
    unread: str = ""

    @property
    def totals(self) -> tuple[Total, ...]:
        """All totals that the family has."""
        totals = (self.load, self.energy, self.power, self.inlet, self.inlet_power)
        return tuple(total for total in totals if total is not None)

    @property
    def is_switched(self) -> bool:
        """Whether any outlet of the family can be switched."""
        return any(outlets.control for outlets in self.outlets)

    @property
    def is_proven(self) -> bool:
        """Whether the commands are used without the owner's word (`switch_unproven`): by a
        recording, two programs, or the example that DCImanager's owners run."""
        programs = set(self.programs)
        return bool(self.recording) or len(programs) > 1 or DCIMANAGER_EXAMPLE in programs

    def match(self, sys_object_id: str) -> int:
        """The number of arcs of the longest prefix that fits a sysObjectID (dotted, no leading
        dot); 0 if none fits.
        """
        prefixes = [*self.sys_object_ids, *(root.sys_object_id for root in self.roots)]
        fitting_prefixes = [prefix for prefix in prefixes if is_below(sys_object_id, prefix)]
        return max((prefix.count(".") + 1 for prefix in fitting_prefixes), default=0)

    def roots_for(self, sys_object_id: str) -> tuple[str, ...]:
        """The roots that fit this sysObjectID, the longest prefix first, else all roots; ("",) for
        a family without roots.
        """
        if not self.roots:
            return ("",)
        roots = [root for root in self.roots if is_below(sys_object_id, root.sys_object_id)]
        roots.sort(key=lambda root: root.sys_object_id.count("."), reverse=True)
        root_oids = [root.oid for root in roots or self.roots]
        return tuple(dict.fromkeys(root_oids))


def is_below(oid: str, prefix: str) -> bool:
    """Whether `oid` is `prefix` or starts with all its arcs."""
    return f"{oid}.".startswith(f"{prefix}.")

"""A PDU family as one record: its devices, objects, states, figures and commands.

The families are in `profiles/`; `schema.py` reads and writes profiles as JSON. `parts.check_parts`
finds what a profile's author got wrong: the build and the tests call it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Optional

from . import validation
from .evidence import DCIMANAGER_EXAMPLE, Evidence, EvidenceLevel
from .measurements import Ceilings
from .outlets import Outlets
from .parts import parts_of
from .states import Condition
from .tables import ROOT, Source
from .totals import Total

ENTERPRISES = "1.3.6.1.4.1."
# Default sysObjectIDs of agents built on Net-SNMP, which several families share: `linux` of
# NET-SNMP-TC and of UCD-SNMP-MIB.
NET_SNMP = (f"{ENTERPRISES}8072.3.2.10", f"{ENTERPRISES}2021.250.10")
#: the vendor of a family whose maker no public source names
NO_MAKER = "Maker not named"


@dataclass(frozen=True)
class Root:
    """Devices that have the family's tree below an OID of their own, which replaces `~` in the
    profile's OIDs.

    Fields:
        sys_object_id: what these devices' sysObjectIDs start with.
        oid: the root of their tree.
    """

    sys_object_id: str
    oid: str

    def check(self) -> None:
        """Raises ValueError unless both are OIDs, and `oid` is not itself below a root (`~`)."""
        validation.require_oid(self.sys_object_id, "sys_object_id")
        validation.require_oid(self.oid, "oid")
        if self.oid.startswith(ROOT):
            raise ValueError(f"oid is {self.oid!r}; a root is a whole OID")


@dataclass(frozen=True)
class Nameplate:
    """Objects that say which unit it is, for tools: the root of each, scalar or column, "" for one
    that the MIB does not have.

    Fields:
        serial: the serial number.
        firmware: the version of the firmware.
        model: the model.
        manufacturer: the maker, where several brands have the family's firmware.
    """

    serial: str = ""
    firmware: str = ""
    model: str = ""
    manufacturer: str = ""

    def check(self) -> None:
        """Raises ValueError unless each object that is given is an OID."""
        for name, value in vars(self).items():
            if value:
                validation.require_oid(value, name)


_KEY = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, eq=False)
class Profile:
    """One PDU family: how to recognise, read and switch its devices. `sys_object_ids` are prefixes
    of their sysObjectIDs. A family of several makers may have its OIDs below "~", which stands for
    the root of each maker's tree (`roots`). Of each capability, such as `state` or `power`, the
    `evidence` says what it was made from.

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
            device's own number of units. With it there is no list of outlets and no total. A device
            that counts one unit is not asked for the list.
        unit_count: the device's own number of units.
        outlets: ways to read the outlets, tried in this order; empty for a family without outlets.
            A device is read and switched through only one of them: the first that has states and
            lists an outlet.
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

    def check(self) -> None:
        """Raises ValueError, for the author of a profile, for what no part of it can check alone:
        the key, the prefixes of sysObjectIDs, the root of its OIDs, and whether each capability has
        evidence.

            key "APC"    "key is 'APC'; give words of a-z and 0-9 …"
        """
        if not _KEY.fullmatch(self.key):
            raise ValueError(
                f"key is {self.key!r}; give words of a-z and 0-9 joined by single hyphens, a letter"
                " first"
            )
        validation.require_values(self.models, "models")
        validation.compiled_pattern(self.described, "described")
        for prefix in self.sys_object_ids:
            validation.require_oid(prefix, "sys_object_ids")
        # several roots may have the same sysObjectID
        prefixes_of_roots = {root.sys_object_id for root in self.roots}
        prefixes = [*self.sys_object_ids, *prefixes_of_roots]
        validation.require_distinct(prefixes, "sys_object_ids with roots")
        if not (self.outlets or self.load or self.power or self.energy):
            raise ValueError("neither outlets nor totals: there is nothing to read")
        inlet_totals = [total for total in (self.inlet, self.inlet_power) if total is not None]
        if any(total.else_outlets for total in inlet_totals):
            raise ValueError("a sum of outlets is no figure of the inlet")
        if self.programs and not self.is_switched:
            raise ValueError("programs are given, but no outlets have a control")
        needs_root = any(oid.startswith(ROOT) for oid in oids(self))
        if needs_root is not bool(self.roots):
            raise ValueError("roots and OIDs that start with ~ go together: give both or none")
        self._check_evidence()

    def _check_evidence(self) -> None:
        """Raises ValueError unless the profile has evidence for each capability that it reads or
        switches, and for no other:

            states, and evidence.state is none      "… evidence.state is none: say what it rests …"
            no energy, and evidence.energy is MIB   "evidence.energy is given, but the profile …"
        """
        capabilities = {
            "state": any(outlets.states for outlets in self.outlets),
            "current": bool(self.load) or any(outlets.current for outlets in self.outlets),
            "power": bool(self.power) or any(outlets.power for outlets in self.outlets),
            "energy": bool(self.energy) or any(outlets.energy for outlets in self.outlets),
            "switching": self.is_switched,
        }
        for name, has_capability in capabilities.items():
            has_evidence = getattr(self.evidence, name) is not EvidenceLevel.NONE
            if has_capability and not has_evidence:
                raise ValueError(
                    f"the profile has a part for {name}, but evidence.{name} is none: say what it"
                    " rests on"
                )
            if has_evidence and not has_capability:
                raise ValueError(
                    f"evidence.{name} is given, but the profile has no part for {name}"
                )

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
        """How well the family fits a device's sysObjectID (dotted, no leading dot): how many
        numbers its longest prefix that fits has, 0 if none fits. The best family is tried first.

        >>> family = Profile("acme", "Acme", ("PDU-8",), "", ("1.3.6.1.4.1.99999",))
        >>> family.match("1.3.6.1.4.1.99999.2"), family.match("1.3.6.1.4.1.318.1")
        (7, 0)
        """
        prefixes = [*self.sys_object_ids, *(root.sys_object_id for root in self.roots)]
        fitting_prefixes = [prefix for prefix in prefixes if is_below(sys_object_id, prefix)]
        return max((prefix.count(".") + 1 for prefix in fitting_prefixes), default=0)

    def roots_for(self, sys_object_id: str) -> tuple[str, ...]:
        """The OIDs that may stand for `~` in the family's OIDs on this device: those that fit its
        sysObjectID, the longest prefix first, else all; ("",) for a family whose OIDs are whole.

        >>> first_maker = Root("1.3.6.1.4.1.99998", "1.3.6.1.4.1.99998.7")
        >>> second_maker = Root("1.3.6.1.4.1.99999", "1.3.6.1.4.1.99999.7")
        >>> roots = (first_maker, second_maker)
        >>> family = Profile("acme", "Acme", ("PDU-8",), "", roots=roots)
        >>> family.roots_for("1.3.6.1.4.1.99999.5"), len(family.roots_for(""))
        (('1.3.6.1.4.1.99999.7',), 2)
        """
        if not self.roots:
            return ("",)
        fitting = [root for root in self.roots if is_below(sys_object_id, root.sys_object_id)]
        fitting.sort(key=lambda root: root.sys_object_id.count("."), reverse=True)
        root_oids = [root.oid for root in fitting or self.roots]
        return tuple(dict.fromkeys(root_oids))


def is_below(oid: str, prefix: str) -> bool:
    """Whether `oid` is `prefix` or starts with all its arcs.

    >>> apc = "1.3.6.1.4.1.318"
    >>> is_below("1.3.6.1.4.1.318.1", apc), is_below("1.3.6.1.4.1.3181", apc)
    (True, False)
    """
    return f"{oid}.".startswith(f"{prefix}.")


def family_title(profile: Profile) -> str:
    """The family in an error: its key, and its MIB if one is public.

    >>> family_title(Profile("apc", "APC", ("AP7900",), "PowerNet-MIB"))
    "'apc' (PowerNet-MIB)"
    """
    return f"'{profile.key}'" + (f" ({profile.mib})" if profile.mib else "")


_OID_FIELDS = ("oid", "names")


def oids(value: object) -> Iterator[str]:
    """Every OID that a part of a profile and the parts inside it name, without roots and
    sysObjectIDs: ["1.3.6.1.4.1.318.1.1.12.3.5.1.1.4", …] of a profile of APC."""
    for part in parts_of(value):
        if isinstance(part, Root):
            continue
        for name in _OID_FIELDS:
            oid = vars(part).get(name)
            if isinstance(oid, str):
                yield oid

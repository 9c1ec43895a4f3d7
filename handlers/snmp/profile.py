"""A PDU family as one value: which devices it is, where its outlets lie, what their values mean, how they are switched.

Nothing here asks which family it is. `sources.py`, `joins.py`, `pieces.py`, `figures.py` and `controls.py` hold the parts, `profiles/`
the families, `schema.py` the same as JSON. A profile checks itself when it is built and raises ValueError with a
sentence for its author.
"""
from __future__ import annotations

import re
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import Iterator, Optional, Tuple

from . import checks
from .controls import Control
from .figures import Figure, State, Total
from .sources import Source
from .walks import ROOT


class Proof(Enum):
    """What a capability of a profile rests on, the weakest first."""

    NONE = "none"               # the family does not have it
    DRIVER = "driver"           # from another program or an example, without the MIB's text
    MIB = "MIB"                 # from the MIB's text
    SIMULATED = "simulated"     # and tried on a simulator made from the MIB's text
    RECORDING = "recording"     # and read from the recording of a real unit
    UNIT = "unit"               # tried on a real unit


class Confidence(Enum):
    """How sure the command column of a family is. LOW is switched only where the owner asked for it."""

    NONE = "none"               # the family is not switched at all
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True)
class Evidence:
    """What each capability rests on: on and off, amperes, watts, kilowatt-hours, switching."""

    state: Proof = Proof.NONE
    current: Proof = Proof.NONE
    power: Proof = Proof.NONE
    energy: Proof = Proof.NONE
    switching: Proof = Proof.NONE


@dataclass(frozen=True)
class Root:
    """Devices whose sysObjectID starts with `sys_object_id` have the family's tree at `oid`, which `~` stands for."""

    sys_object_id: str
    oid: str

    def __post_init__(self) -> None:
        checks.oid(self.sys_object_id, "sys_object_id")
        checks.oid(self.oid, "oid")
        if self.oid.startswith(ROOT):
            raise ValueError(f"oid is {self.oid!r}; a root is a whole OID")


@dataclass(frozen=True)
class Outlets:
    """One way in which the outlets of a family are reached; everything in it shares one identity space.

    `states` lists the outlets. `rows` lists them where no state tells (metered outlets), and in addition where
    `count`, the device's own number of outlets, says that there are more; those without a state are UNKNOWN.
    `none_if_zero` is a number that is 0 in every row of a unit without outlets: it allows an empty table, as a `count` of
    0 does, and is not compared with the table. `number`
    is what is printed on the unit, `name` what its owner typed; figures are in A, W and kWh.
    """

    states: Optional[State] = None
    control: Optional[Control] = None
    rows: Optional[Source] = None
    count: Optional[Source] = None
    none_if_zero: Optional[Source] = None
    number: Optional[Source] = None
    name: Optional[Source] = None
    current: Optional[Figure] = None
    power: Optional[Figure] = None
    energy: Optional[Figure] = None

    def __post_init__(self) -> None:
        if self.states is None and self.rows is None:
            raise ValueError("neither states nor rows: nothing would list the outlets")
        if self.control is not None and self.states is None:
            raise ValueError("control without states: a command could not be confirmed")


_KEY = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Profile:
    """One PDU family: which devices it is, and how they are read, metered and switched.

    `sys_object_ids` are prefixes, by arcs; `roots` name further ones with the tree that belongs to each. `sweep`: probed
    where a device gives no usable sysObjectID. None of these: chosen by hand only (setting `profile`). `outlets`: the
    ways to reach the outlets, the richest first; the first whose states have rows is used for everything, so that a
    state and its command never come from different tables. None: the family has no outlets. `load` in A, `power` in
    W, `energy` in kWh are the device's own totals.
    """

    key: str
    vendor: str
    models: Tuple[str, ...]
    mib: str
    sys_object_ids: Tuple[str, ...] = ()
    roots: Tuple[Root, ...] = ()
    sweep: bool = False
    outlets: Tuple[Outlets, ...] = ()
    load: Optional[Total] = None
    power: Optional[Total] = None
    energy: Optional[Total] = None
    switching_confidence: Confidence = Confidence.NONE
    evidence: Evidence = Evidence()
    note: str = ""

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.key):
            raise ValueError(f"key is {self.key!r}; give small letters, digits and hyphens, such as acme-strip")
        checks.some(self.models, "models")
        for prefix in self.sys_object_ids:
            checks.oid(prefix, "sys_object_ids")
        checks.once([*self.sys_object_ids, *{root.sys_object_id for root in self.roots}], "sys_object_ids with roots")
        if not self.outlets and not (self.load or self.power or self.energy):
            raise ValueError("neither outlets nor totals: there is nothing to read")
        if self.is_switched != (self.switching_confidence is not Confidence.NONE):
            raise ValueError("switching_confidence and the outlets' control do not agree: give both or none")
        if any(oid.startswith(ROOT) for oid in oids(self)) != bool(self.roots):
            raise ValueError("roots and OIDs that start with ~ go together: give both or none")
        self._check_evidence()

    def _check_evidence(self) -> None:
        found = {
            "state": any(outlets.states for outlets in self.outlets),
            "current": bool(self.load) or any(outlets.current for outlets in self.outlets),
            "power": bool(self.power) or any(outlets.power for outlets in self.outlets),
            "energy": bool(self.energy) or any(outlets.energy for outlets in self.outlets),
            "switching": self.is_switched,
        }
        for name, has in found.items():
            if has != (getattr(self.evidence, name) is not Proof.NONE):
                raise ValueError(f"evidence.{name} and what the profile reads do not agree: give both or none")

    @property
    def is_switched(self) -> bool:
        """Whether any outlet of the family can be switched."""
        return any(outlets.control for outlets in self.outlets)

    def match(self, sys_object_id: str) -> int:
        """How many arcs of a device's sysObjectID (dotted, without a leading dot) the longest fitting prefix has; 0 where none fits."""
        prefixes = (*self.sys_object_ids, *(root.sys_object_id for root in self.roots))
        return max((prefix.count(".") + 1 for prefix in prefixes if _below(sys_object_id, prefix)), default=0)

    def roots_for(self, sys_object_id: str) -> Tuple[str, ...]:
        """Where the tree may lie on such a device, the likeliest first; ("",) for a family without roots."""
        fitting = [root for root in self.roots if _below(sys_object_id, root.sys_object_id)]
        fitting.sort(key=lambda root: -root.sys_object_id.count("."))
        return tuple(dict.fromkeys(root.oid for root in fitting or self.roots)) or ("",)


def _below(oid: str, prefix: str) -> bool:
    """Whether `oid` is `prefix` or starts with all its arcs: every candidate is asked this in every call."""
    return f"{oid}.".startswith(f"{prefix}.")


def parts(value: object) -> Iterator[object]:
    """A part of a profile and every part inside it."""
    yield value
    if is_dataclass(value):
        for field in fields(value):
            yield from parts(getattr(value, field.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from parts(item)


_OID_FIELDS = ("oid", "names", "values")


def oids(value: object) -> Iterator[str]:
    """Every OID that a part reads or writes (roots and sysObjectIDs left out)."""
    for part in parts(value):
        if is_dataclass(part) and not isinstance(part, Root):
            for field in fields(part):
                held = getattr(part, field.name)
                if field.name in _OID_FIELDS and isinstance(held, str):
                    yield held

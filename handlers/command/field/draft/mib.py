"""MIB files as far as a draft needs them: the objects by OID, with name, type, units and enumeration.

Read by pysmi's parser, by smidump too where it is installed. Where both read a file and disagree on an enumeration, the object
has none, and says so. A module that a file imports need not be given: OIDs are resolved among the given files and the well-known
roots, and enumerations also from the textual conventions of any of them.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Collection, Dict, Mapping, Optional, Sequence

from ..snmp.rows import Arcs, arcs


@dataclass
class Object:
    """One object. `enumeration` is value -> name; `type` the name of its type; `doubt` what speaks against it."""

    name: str
    module: str
    oid: Arcs = ()
    type: str = ""
    units: str = ""
    access: str = ""
    description: str = ""
    enumeration: Dict[int, str] = field(default_factory=dict)
    doubt: str = ""


# RFC 7460, ENERGY-OBJECT-MIB, with the power states of IANAPowerStateSet-MIB: agents of several vendors have it, under no number
# of theirs, so it is known without a file.
_STATES = {0: "other", 255: "unknown", 256: "ieee1621", 257: "ieee1621Off", 258: "ieee1621Sleep", 259: "ieee1621On"}
STANDARD = {oid: Object(name, "ENERGY-OBJECT-MIB", oid, "IANAPowerStateSet", access=access, enumeration=dict(_STATES))
            for oid, name, access in ((arcs("1.3.6.1.2.1.229.1.2.1.8"), "eoPowerAdminState", "read-write"),
                                      (arcs("1.3.6.1.2.1.229.1.2.1.9"), "eoPowerOperState", "read-only"))}


class Mib:
    """The objects of some files, by OID."""

    def __init__(self, objects: Mapping[Arcs, Object] = {}, modules: Sequence[str] = (), notes: Sequence[str] = ()) -> None:
        self._objects = {**STANDARD, **objects}
        self.modules, self.notes = list(modules), list(notes)

    @property
    def is_given(self) -> bool:
        return len(self._objects) > len(STANDARD)

    def at(self, oid: Arcs) -> Optional[Object]:
        """The object at exactly this OID."""
        return self._objects.get(oid)

    @property
    def columns(self) -> Collection[Arcs]:
        """The OIDs of all objects."""
        return self._objects.keys()

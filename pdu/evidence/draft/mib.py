"""The objects of MIB files by OID, with the name, units, access, enumeration and description.
`mib_parser.py` reads them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ...recordings.snmp.recorded_rows import Arcs, arcs


@dataclass
class Object:
    """One object of a MIB."""

    name: str
    module: str
    oid: Arcs = ()
    #: its UNITS
    units: str = ""
    #: its MAX-ACCESS
    access: str = ""
    #: value -> name
    enumeration: dict[int, str] = field(default_factory=dict)
    #: its DESCRIPTION
    description: str = ""
    #: a reason not to trust this definition
    doubt: str = ""

    @property
    def is_written(self) -> bool:
        """read-create includes writing (RFC 2578, 7.3)."""
        return "write" in self.access or "create" in self.access

    def withdraw(self, doubt: str) -> None:
        """Drop the names of its values and its units, which cannot be trusted."""
        self.enumeration, self.units, self.doubt = {}, "", doubt


# ENERGY-OBJECT-MIB (RFC 7460) with IEEE 1621's power states of IANAPowerStateSet-MIB. The objects
# are standard, so a draft needs no MIB file for them.
_STATES = {
    0: "other",
    255: "unknown",
    256: "ieee1621",
    257: "ieee1621Off",
    258: "ieee1621Sleep",
    259: "ieee1621On",
}
STANDARD = {
    oid: Object(name, "ENERGY-OBJECT-MIB", oid, access=access, enumeration=dict(_STATES))
    for oid, name, access in (
        (arcs("1.3.6.1.2.1.229.1.2.1.8"), "eoPowerAdminState", "read-write"),
        (arcs("1.3.6.1.2.1.229.1.2.1.9"), "eoPowerOperState", "read-only"),
    )
}


class Mib(NamedTuple):
    """The objects by OID, of STANDARD and of MIB files, and the modules of the files' objects.

    `notes` name the files that have objects without an OID.
    """

    objects: Mapping[Arcs, Object] = STANDARD
    modules: Sequence[str] = ()
    notes: Sequence[str] = ()

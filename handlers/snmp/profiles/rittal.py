"""Rittal: PDU controller and CMC III of RITTAL-CMC-III-MIB. There is no table of outlets but one of variables.

A variable is found by its whole name, since its number changes with firmware and sensors: the CMC's own relays
("Output.Relay") are no sockets. The identity is device.socket; for a strip on a port it is device.port.place.socket. Each
variable has its unit and its scale.
"""
from __future__ import annotations

from ..controls import Guarded, Write
from ..evidence import Confidence, Evidence, Proof
from ..figures import Figure
from ..outlets import Outlets
from ..profile import Profile
from ..sources import Named, Only
from ..states import State
from .shorthand import ONES, librenms, oid, oids, total

NAMES, UNITS, TEXTS, NUMBERS, SCALES, ACCESS = (oid(f"2606.7.4.2.2.1.{arc}") for arc in ("3", "5", "10", "11", "7", "13"))
# A strip is named by the port that it is on and its place there ("PSM_P1_2"), or without numbers where it is the only one.
_SOCKET = r"(?:Sockets\.Socket |PSM_(?:P(\d+)_(\d+)|[^.]*)\.Plug ?)(\d+)\."
RELAYS = _SOCKET + r"(?:General\.)?Relay"
STRIPS = r"PSM_(?:P(\d+)_(\d+)|[^.]*)\.Unit\.Value"
READ_WRITE = "3"

RELAY = Named(NAMES, NUMBERS, RELAYS, "cmcIIIVarValueInt of ...Relay")


def _sum(pattern: str, of: str) -> Figure:
    return Figure(Named(NAMES, NUMBERS, pattern, f"cmcIIIVarValueInt of {of}"), ONES, ("-1",),
                  factor=Named(NAMES, SCALES, pattern, f"cmcIIIVarScale of {of}"))


# The value of a strip is its current where its unit says so.
STRIP_CURRENT = Figure(
    Only(Named(NAMES, NUMBERS, STRIPS, "cmcIIIVarValueInt of PSM_...Unit.Value"),
         Named(NAMES, UNITS, STRIPS, "cmcIIIVarUnit of PSM_...Unit.Value"), ("A",)),
    ONES, ("-1",), factor=Named(NAMES, SCALES, STRIPS, "cmcIIIVarScale of PSM_...Unit.Value"))

PROFILES = (
    Profile(
        key="rittal-cmc3", vendor="Rittal", mib="RITTAL-CMC-III-MIB",
        source=librenms("rittal/RITTAL-CMC-III-MIB"),
        models=("PDU controller (PDU metered, switched, managed)", "CMC III PU with PSM"),
        sys_object_ids=oids("2606.7"),
        outlets=(Outlets(
            states=State(RELAY, on=("1",), off=("0",)),
            control=Guarded(Write(RELAY, on=1, off=0), Named(NAMES, ACCESS, RELAYS, "cmcIIIVarAccess of ...Relay"),
                            allow=(READ_WRITE,), why="its relay cannot be written"),
            name=Named(NAMES, TEXTS, _SOCKET + r"(?:General\.)?DescName", "cmcIIIVarValueStr of ...DescName")),),
        load=total(_sum(r"Phase L(\d+)\.Current\.Value", "Phase L...Current.Value"), STRIP_CURRENT),
        power=total(_sum(r"Total\.Power\.Active\.Value", "Total.Power.Active.Value"),
                    _sum(r"Phase L(\d+)\.Power\.Active\.Value", "Phase L...Power.Active.Value")),
        energy=total(_sum(r"Total\.Energy\.Active\.Value", "Total.Energy.Active.Value"),
                     _sum(r"Phase L(\d+)\.Energy\.Active\.Value", "Phase L...Energy.Active.Value")),
        switching_confidence=Confidence.LOW,
        evidence=Evidence(state=Proof.RECORDING, current=Proof.SIMULATED, power=Proof.SIMULATED, energy=Proof.SIMULATED,
                          switching=Proof.DRIVER),
        note="That 0 switches a socket off is inferred from what is read: the MIB gives the variables no meaning."),
)
